"""Rule tables: what an entry of responder/rules must hold, and every mistake in one, in words. Builds no rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from string import Formatter
from typing import Any

from domain.sending import CUSTOMER_FACING, DeliveryKind
from responder.asking import Ask, Says
from responder.checks import CHECKS, TIMES, WINDOWS
from responder.durations import duration

Problems = list[str]
Row = Mapping[str, Any]
TURNS = ("gone", "platform", "danger", "people", "wishes", "honest", "enough", "late", "rehearsal", "look", "wait")
"""The order in which rules are asked: what is impossible first, what only has to wait last."""

WHOSE = ("anyone", "bot", "person")
_FIELDS = frozenset(field.name for field in fields(Ask))


@dataclass(frozen=True, slots=True)
class Form:
    """What an entry holds: the keys it needs, and those it may have."""

    needs: frozenset[str]
    may: frozenset[str]


RULE = Form(
    frozenset({"id", "turn", "whose", "check", "verdict", "reason", "instead", "source", "date"}),
    frozenset({"kinds", "with", "until", "window"}),
)
CONSENT = Form(frozenset({"id", "kinds", "check", "reason"}), frozenset({"with"}))


def entry(where: str, row: Row, form: Form, problems: Problems) -> dict[str, Any] | None:
    """Read one entry into the fields of a rule or a consent; None where it is wrong: `problems` gets its mistakes."""
    where = f"{where} ({row['id']})" if isinstance(row.get("id"), str) else where
    found: Problems = [f"{key}: not known here" for key in sorted(set(row) - form.needs - form.may)]
    found += [f"{key}: missing" for key in sorted(form.needs) if row.get(key) in (None, "")]
    given = _given(row, found)
    values = {key: row[key] for key in form.needs if key in row}
    values |= {key: row[key] for key in ("until", "window") if key in row}
    values["kinds"] = _kinds(row.get("kinds"), found)
    values["given"] = given
    for key, read in _READERS.items():
        if key in form.needs and row.get(key):
            values[key] = read(row[key], found)
    _fits_together(row, found)
    _wording(row, given, found)
    problems += [f"{where}: {problem}" for problem in found]
    return None if found else values


def _one_of(key: str, known: tuple[str, ...]) -> Callable[[Any, Problems], Any]:
    def read(value: Any, found: Problems) -> Any:
        if value not in known:
            found.append(f"{key}: {value!r} is none of {', '.join(known)}")
        return value

    return read


def _verdict(value: Any, found: Problems) -> Any:
    known = [says.value for says in Says if says is not Says.ALLOW]
    if value not in known:
        found.append(f"verdict: {value!r} is none of {', '.join(known)}")
        return value
    return Says(value)


def _date(value: Any, found: Problems) -> Any:
    if not isinstance(value, date):
        found.append(f"date: {value!r} is no date: write one such as 2026-11-21")
        return value
    return value.isoformat()


_READERS: Mapping[str, Callable[[Any, Problems], Any]] = {
    "turn": _one_of("turn", TURNS),
    "whose": _one_of("whose", WHOSE),
    "verdict": _verdict,
    "date": _date,
}


def _kinds(value: Any, found: Problems) -> frozenset[DeliveryKind]:
    if value is None:
        return CUSTOMER_FACING
    known = {kind.value: kind for kind in CUSTOMER_FACING}
    if not isinstance(value, list) or not value:
        found.append("kinds: must be a list, or left out for all")
        return frozenset()
    found += [f"kinds: {kind!r} is none of {', '.join(sorted(known))}" for kind in value if kind not in known]
    return frozenset(known[kind] for kind in value if kind in known)


def _given(row: Row, found: Problems) -> dict[str, Any]:
    """Read the check's parameters, each as the type the check takes."""
    check = CHECKS.get(row.get("check", ""))
    if check is None:
        if row.get("check"):
            found.append(f"check: {row['check']!r} is not in the vocabulary; see responder/checks.py")
        return {}
    given = row.get("with", {})
    found += [f"with.{name}: {row['check']} takes no such thing" for name in sorted(set(given) - set(check.takes))]
    found += [f"with.{name}: missing; {row['check']} needs it" for name in sorted(set(check.takes) - set(given))]
    return {name: _value(name, given[name], check.takes[name], found) for name in given if name in check.takes}


def _value(name: str, value: Any, wanted: type, found: Problems) -> Any:
    if wanted is timedelta:
        try:
            return duration(value)
        except (ValueError, TypeError):
            found.append(f"with.{name}: {value!r} is no duration: write one such as 90s, 5m, 24h or 7d")
            return timedelta(0)
    if isinstance(value, bool) or not isinstance(value, wanted):
        found.append(f"with.{name}: {value!r} is no {wanted.__name__}")
    return value


def _fits_together(row: Row, found: Problems) -> None:
    waits = row.get("verdict") == Says.WAIT.value
    if waits and row.get("until") not in TIMES:
        found.append(f"until: a rule that waits needs one of {', '.join(TIMES)}")
    if not waits and "until" in row:
        found.append("until: only a rule that waits has one")
    if "window" in row and row.get("check") not in WINDOWS:
        found.append(f"window: only {', '.join(WINDOWS)} shut with time")


def _wording(row: Row, given: Row, found: Problems) -> None:
    """See that every {…} of the words can be filled in."""
    for key in ("reason", "instead"):
        try:
            names = [name for _, name, _, _ in Formatter().parse(str(row.get(key, ""))) if name is not None]
        except ValueError as exc:
            found.append(f"{key}: {exc}")
            continue
        known = {f"ask.{field}" for field in _FIELDS} | set(given)
        found += [f"{key}: {{{name}}} cannot be filled in" for name in names if name not in known]
