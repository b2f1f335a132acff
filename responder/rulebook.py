"""The rulebook: the gate's rules as read from responder/rules, for each platform in the order they are asked.

Reads tables and tells every mistake in them at once; decides nothing. Which words a rule may use is in checks.py.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from domain.errors import ConfigError
from domain.sending import DeliveryKind
from responder.asking import Ask, Says
from responder.checks import CHECKS, TIMES, WINDOWS
from responder.durations import spoken
from responder.rule_tables import CONSENT, RULE, TURNS, Problems, entry

HOUSE, ELSEWHERE = "house", "elsewhere"
_FOLDER = files("responder").joinpath("rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason not to send. `reason` and `instead` may name fields of the Ask and the check's parameters."""

    id: str
    turn: str
    kinds: frozenset[DeliveryKind]
    whose: str  # anyone · bot · person: whose words it is about
    check: str
    verdict: Says
    reason: str
    instead: str
    source: str  # who says so
    date: str  # as of when, ISO
    given: Mapping[str, Any] = field(default_factory=dict)  # the check's parameters
    until: str = ""  # with `wait`: when to ask again
    window: str = ""  # the name of the window whose end it is

    def stands(self, ask: Ask) -> bool:
        """Say whether it stands in the way."""
        return self.about(ask.kind, automatic=ask.automatic) and CHECKS[self.check].holds(ask, **self.given)

    def about(self, kind: DeliveryKind, *, automatic: bool) -> bool:
        """Say whether it is about such words."""
        return kind in self.kinds and (self.whose == "anyone" or (self.whose == "bot") == automatic)

    def worded(self, text: str, ask: Ask) -> str:
        """Fill `reason` or `instead` in for one case."""
        said = {name: spoken(value) if isinstance(value, timedelta) else value for name, value in self.given.items()}
        return text.format(ask=ask, **said)

    def again_at(self, ask: Ask) -> datetime | None:
        """Say when to ask again; None where waiting does not help."""
        return TIMES[self.until](ask, self.given) if self.until else None

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields of the Ask it goes by."""
        return CHECKS[self.check].reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Something a customer does that allows an automatic word."""

    id: str
    kinds: frozenset[DeliveryKind]
    check: str
    reason: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def given_by(self, ask: Ask) -> bool:
        """Say whether the customer did it."""
        return ask.kind in self.kinds and CHECKS[self.check].holds(ask, **self.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Something a platform allows for a time only."""

    name: str
    kinds: frozenset[DeliveryKind]
    whose: str
    since: str  # what its time begins with: "theirs", their last private message; "post", the public post
    length: timedelta  # from then until nothing is taken any more; what is kept for the way is taken off
    rule: str
    instead: str  # what is possible after it has shut
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What holds on one platform."""

    channel: str
    version: str  # of house and platform, stored with every answer
    rules: tuple[Rule, ...]
    consents: tuple[Consent, ...]

    def consent(self, ask: Ask) -> Consent | None:
        """Find what the customer did that allows an automatic word; None: nothing."""
        return next((consent for consent in self.consents if consent.given_by(ask)), None)

    @property
    def windows(self) -> tuple[Window, ...]:
        """List what shuts with time here, as the rules say it."""
        return tuple(
            Window(
                name=rule.window,
                kinds=rule.kinds,
                whose=rule.whose,
                since=WINDOWS[rule.check],
                length=rule.given["age"] - rule.given["spare"],
                rule=rule.id,
                instead=rule.instead,
                source=rule.source,
            )
            for rule in self.rules
            if rule.window
        )

    def lookback(self, check: str) -> timedelta:
        """Say how far back the rules that use this check look; nothing where none does."""
        return max((rule.given["within"] for rule in self.rules if rule.check == check), default=timedelta(0))

    @property
    def closes_threads(self) -> bool:
        """Whether one automatic line may close a public thread beside the acknowledgement."""
        return any(rule.check == "public_answers_besides_closing" for rule in self.rules)

    def never(self, kind: DeliveryKind) -> bool:
        """Say whether this platform takes such a thing from nobody, whatever the case."""
        return any(rule.check == "always" and rule.whose == "anyone" and kind in rule.kinds for rule in self.rules)


def compile_books(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Book]:
    """Make a book for each platform of `tables`, by name; `house` goes into each.

    Raises ConfigError with every mistake in all of them.
    """
    problems: Problems = []
    missing = {HOUSE, ELSEWHERE} - set(tables)
    problems += [f"{name}: missing; every platform needs it" for name in sorted(missing)]
    read = {name: _read(name, table, problems) for name, table in tables.items()}
    house = read.get(HOUSE, ((), ()))
    books = {
        name: Book(
            channel=name,
            version=f"house {_version(tables.get(HOUSE, {}))}, {name} {_version(tables[name])}",
            rules=_in_turn(name, rules, house[0], problems),
            consents=(*consents, *house[1]),
        )
        for name, (rules, consents) in read.items()
        if name != HOUSE
    }
    if problems:
        raise ConfigError(problems)
    return books


def _version(table: Mapping[str, Any]) -> str:
    return f"{table.get('version')} ({table.get('date')})"


def _read(name: str, table: Mapping[str, Any], problems: Problems) -> tuple[Sequence[Rule], Sequence[Consent]]:
    problems += [
        f"{name}: {key}: not known here" for key in sorted(set(table) - {"version", "date", "rule", "consent"})
    ]
    problems += [f"{name}: {key}: missing" for key in ("version", "date") if not table.get(key)]
    rules = [entry(f"{name}, rule {n}", row, RULE, problems) for n, row in enumerate(table.get("rule", ()), 1)]
    consents = [
        entry(f"{name}, consent {n}", row, CONSENT, problems) for n, row in enumerate(table.get("consent", ()), 1)
    ]
    return [Rule(**row) for row in rules if row], [Consent(**row) for row in consents if row]


def _in_turn(name: str, own: Sequence[Rule], house: Sequence[Rule], problems: Problems) -> tuple[Rule, ...]:
    """Put a platform's rules and the house's into the order they are asked."""
    together = [*own, *house]
    ids = [rule.id for rule in together]
    problems += [
        f"{name}: {twice}: two rules of this id" for twice in sorted({id_ for id_ in ids if ids.count(id_) > 1})
    ]
    return tuple(sorted(together, key=lambda rule: TURNS.index(rule.turn)))


@cache
def books() -> Mapping[str, Book]:
    """Read the rules that are shipped. Raises ConfigError with every mistake in them."""
    tables = {
        path.name.removesuffix(".toml"): tomllib.loads(path.read_text("utf-8"))
        for path in _FOLDER.iterdir()
        if path.name.endswith(".toml")
    }
    return compile_books(tables)


def book(channel: str) -> Book:
    """Open the book of a channel; one nobody wrote rules for gets the strictest."""
    known = books()
    return known.get(channel) or known[ELSEWHERE]
