"""Reads Graph's refusals by the table in graph_rules.py and makes our errors of them. Remembers nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.graph_endpoints import Endpoint
from channels.graph_fields import clean, mapping
from channels.graph_rules import RULES, Act, Rule
from channels.graph_usage import FIRST_WAIT, read_usage
from channels.http import Answer, Unanswered, Unsent
from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain

_LONGEST_CODE = 10**9


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error object says, in the few words we go by. Its message is never stored or shown: it may quote."""

    code: int | None = None
    subcode: int | None = None
    text: str = ""
    trace: str = ""
    transient: bool = False
    graph: bool = False  # there is an error object at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the refused request was. `sending`: doing it twice would be seen, so "perhaps" is Uncertain."""

    channel: str
    endpoint: Endpoint
    sending: bool
    wait: timedelta = FIRST_WAIT  # after a throttling that names no time


def read_problem(answer: Answer) -> Problem:
    """Read `{"error": {…}}`; anything else is an empty Problem."""
    try:
        error = mapping(answer.json()).get("error")
    except ValueError:
        return Problem()
    if not isinstance(error, Mapping):
        return Problem()
    trace = clean(error.get("fbtrace_id"))
    return Problem(
        code=_code(error.get("code")),
        subcode=_code(error.get("error_subcode")),
        text=clean(error.get("message")).lower(),
        trace=trace if re.fullmatch(r"[\w-]{1,40}", trace, re.ASCII) else "",
        transient=error.get("is_transient") is True,
        graph=True,
    )


def _code(value: object) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) and int(text) < _LONGEST_CODE else None


def rule_for(status: int, problem: Problem) -> Rule:
    """Find the table's first line that fits."""
    return next(rule for rule in RULES if _fits(rule, status, problem))


def _fits(rule: Rule, status: int, problem: Problem) -> bool:
    said = (
        not rule.codes or problem.code in rule.codes,
        not rule.subcodes or problem.subcode in rule.subcodes,
        not rule.words or any(word in problem.text for word in rule.words),
        problem.transient or not rule.transient,
        rule.graph in (None, problem.graph),
    )
    return status in rule.statuses and all(said)


def refusal(answer: Answer, asked: Asked, *, now: datetime) -> SottovoceError:
    """Make our error of Meta's refusal, or of an answer that cannot be read."""
    problem = read_problem(answer)
    rule = rule_for(answer.status, problem)
    why = f"{rule.why} ({asked.endpoint.name}: {', '.join(_notes(answer, problem))})"
    act = rule.sending if asked.sending else rule.hearing
    if act is Act.LOOK:
        return Uncertain(asked.channel, why)
    if act in (Act.LATER, Act.RATE):
        return _later(act, f"{why}. {rule.remedy}".removesuffix(". "), answer, asked, now=now)
    scopes = {Act.NEVER: Scope.ITEM, Act.STOP_SENDING: Scope.SENDING, Act.STOP_ACCOUNT: Scope.ACCOUNT}
    remedy = rule.remedy or (asked.endpoint.remedy if rule.id == "graph.no-permission" else "")
    return Refused(asked.channel, why, rule=rule.id, scope=scopes[act], remedy=remedy, gone=rule.gone)


def _notes(answer: Answer, problem: Problem) -> list[str]:
    codes = "/".join(str(code) for code in (problem.code, problem.subcode) if code is not None)
    notes = [str(answer.status), f"code {codes}" if codes else "", f"trace {problem.trace}" if problem.trace else ""]
    return [note for note in notes if note]


def _later(act: Act, why: str, answer: Answer, asked: Asked, *, now: datetime) -> Unavailable:
    bucket = asked.endpoint.bucket
    if act is not Act.RATE:
        return Unavailable(asked.channel, why, endpoint=bucket)
    usage = read_usage(answer.headers)
    until = now + (usage.regain if usage and usage.regain else asked.wait)
    return Unavailable(asked.channel, why, pause=Pause.RATE, retry_at=until, endpoint=bucket)


def broken(exc: Unsent | Unanswered, asked: Asked) -> SottovoceError:
    """Make our error of a request that brought no answer at all."""
    why = f"{exc} ({asked.endpoint.name})"
    if asked.sending and isinstance(exc, Unanswered):
        return Uncertain(asked.channel, why)
    return Unavailable(asked.channel, why, endpoint=asked.endpoint.bucket)
