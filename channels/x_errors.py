"""Reads X's refusals by the table in x_rules.py and makes our errors of them. Sends nothing, remembers nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.http import Answer, Unanswered, Unsent
from channels.x_rates import WINDOW, reset_at
from channels.x_rules import RULES, UNREADABLE, Act, Rule
from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain

NAME = "x"
MONEY_PAUSE = timedelta(hours=1)  # asking again costs nothing, and credits may have been bought meanwhile


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error body says, in the few words we go by. Never stored or shown: it may quote a customer."""

    kinds: tuple[str, ...] = ()
    text: str = ""
    codes: frozenset[int] = frozenset()
    parameters: tuple[str, ...] = ()
    until: str = ""  # the day X names for the end of a spending block
    json: bool = False


def read_problem(answer: Answer) -> Problem:
    """Read an error body of API v2 (a problem) or v1 (`errors`); anything else is an empty Problem."""
    try:
        body = answer.json()
    except ValueError:
        return Problem()
    if not isinstance(body, Mapping):
        return Problem()
    listed = body.get("errors")
    errors = [error for error in listed if isinstance(error, Mapping)] if isinstance(listed, list) else []
    said = [body.get("title"), body.get("detail"), body.get("reason"), body.get("error")]
    for error in errors:
        said += [error.get("message"), error.get("title"), error.get("detail")]
    kinds = [body.get("type"), *(error.get("type") for error in errors)]
    parameters = [
        name for error in errors if isinstance(error.get("parameters"), Mapping) for name in error["parameters"]
    ]
    return Problem(
        kinds=tuple(_words(kinds)),
        text=" ".join(_words(said)).lower(),
        codes=frozenset(code for error in errors if isinstance(code := error.get("code"), int)),
        parameters=tuple(name for name in parameters if isinstance(name, str) and re.fullmatch(r"[a-z_.]{1,40}", name)),
        until=_day(body.get("reset_date")),
        json=True,
    )


def _words(values: list[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _day(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else ""


def rule_for(status: int, problem: Problem) -> Rule:
    """Find the table's line. A type is asked over the whole table first, then codes and words, then the status."""
    lines = [rule for rule in RULES if status in rule.statuses]
    for rule in lines:
        if any(part in kind for part in rule.types for kind in problem.kinds):
            return rule
    for rule in lines:
        if rule.codes & problem.codes or any(word in problem.text for word in rule.words):
            return rule
    return next(rule for rule in lines if _by_status(rule, problem))


def _by_status(rule: Rule, problem: Problem) -> bool:
    return not (rule.types or rule.codes or rule.words) and rule.json in (None, problem.json)


def refusal(answer: Answer, *, endpoint: str, sending: bool, now: datetime) -> SottovoceError:
    """Make our error of X's refusal. `sending`: doing it twice would be seen, so "perhaps" is Uncertain."""
    problem = read_problem(answer)
    rule = rule_for(answer.status, problem)
    notes = [str(answer.status), *_slugs(problem.kinds), *(f"code {code}" for code in sorted(problem.codes))]
    notes += [f"parameter {name}" for name in problem.parameters[:3]]
    notes += [f"until {problem.until}"] if problem.until else []
    return _error(rule, notes, answer, endpoint=endpoint, sending=sending, now=now)


def unreadable(answer: Answer, *, endpoint: str, sending: bool, now: datetime) -> SottovoceError:
    """Make our error of an answer that says yes but not what X's API would say."""
    return _error(UNREADABLE, [str(answer.status)], answer, endpoint=endpoint, sending=sending, now=now)


def broken(exc: Unsent | Unanswered, *, endpoint: str, sending: bool) -> SottovoceError:
    """Make our error of a request that brought no answer at all."""
    if sending and isinstance(exc, Unanswered):
        return Uncertain(NAME, f"{exc} ({endpoint})")
    return Unavailable(NAME, f"{exc} ({endpoint})", endpoint=endpoint)


def _slugs(kinds: tuple[str, ...]) -> list[str]:
    """Take the name at the end of a problem's address: the only part of X's words that is shown."""
    found = [re.fullmatch(r"https?://[\w.]+/2/problems/([a-z0-9-]{1,40})", kind, re.ASCII) for kind in kinds]
    return list(dict.fromkeys(slug[1] for slug in found if slug))


def _error(
    rule: Rule, notes: list[str], answer: Answer, *, endpoint: str, sending: bool, now: datetime
) -> SottovoceError:
    act = rule.sending if sending else rule.hearing
    why = f"{rule.why} ({endpoint}: {', '.join(notes)})"
    if act is Act.LOOK:
        return Uncertain(NAME, why)
    if act in (Act.LATER, Act.RATE, Act.MONEY):
        return _later(act, f"{why}. {rule.remedy}".removesuffix(". "), answer, endpoint=endpoint, now=now)
    scopes = {Act.NEVER: Scope.ITEM, Act.STOP_SENDING: Scope.SENDING, Act.STOP_ACCOUNT: Scope.ACCOUNT}
    return Refused(NAME, why, rule=rule.id, scope=scopes[act], remedy=rule.remedy, gone=rule.gone)


def _later(act: Act, why: str, answer: Answer, *, endpoint: str, now: datetime) -> Unavailable:
    if act is Act.RATE:
        until = reset_at(answer.headers, now=now) or now + WINDOW
        return Unavailable(NAME, why, pause=Pause.RATE, retry_at=until, endpoint=endpoint)
    if act is Act.MONEY:
        return Unavailable(NAME, why, pause=Pause.MONEY, retry_at=now + MONEY_PAUSE, endpoint=endpoint)
    return Unavailable(NAME, why, endpoint=endpoint)
