"""Faults as data: which requests are hurt, how, how often and until when; this file hurts nothing itself."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

TRANSPORT = frozenset({"drop", "hang", "error", "bad_gateway", "slow", "truncate", "skew"})
"""Effects every server knows; each server adds its own."""

FOR_EVER = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to hurt some requests.

    `match` is a regular expression searched in "METHOD /path". Of the requests that match, the first `after`
    pass, the next `count` are hurt. `since` and `until` bound it in sandbox time.
    `applied` says the request takes effect first: the post is stored, then the connection drops.
    `seconds` is sandbox time for what happens in the network's world (a late index, a skewed clock), real time
    for what happens on the wire (hang, slow).
    """

    match: str
    effect: str
    count: int = 1
    after: int = 0
    since: datetime | None = None
    until: datetime | None = None
    applied: bool = False
    seconds: float = 30.0
    status: int = 500
    share: float = 1.0
    tag: str = ""  # lets whoever set it take it away again


@dataclass(slots=True)
class _Counted:
    fault: Fault
    pattern: re.Pattern[str]
    seen: int = 0
    hurt: int = 0


@dataclass(slots=True)
class Faults:
    """The faults in force at one server."""

    effects: frozenset[str]
    _counted: list[_Counted] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, fault: Fault) -> None:
        """Put a fault in force. Raises ValueError for an effect this server has not, or a broken expression."""
        if fault.effect not in self.effects:
            raise ValueError(f"no such effect: {fault.effect}; there are {', '.join(sorted(self.effects))}")
        try:
            pattern = re.compile(fault.match)
        except re.error as exc:
            raise ValueError(f"match is no regular expression: {exc}") from exc
        with self._lock:
            self._counted.append(_Counted(fault, pattern))

    def clear(self, tag: str | None = None) -> None:
        """Take away every fault, or those with `tag`."""
        with self._lock:
            self._counted = [one for one in self._counted if tag is not None and one.fault.tag != tag]

    def take(self, method: str, path: str, *, now: datetime) -> tuple[Fault, ...]:
        """Say how this request is hurt, and count it."""
        with self._lock:
            return tuple(one.fault for one in self._counted if _hits(one, f"{method} {path}", now))

    def told(self) -> list[dict[str, Any]]:
        """Every fault with how many requests it matched and hurt."""
        with self._lock:
            return [{**asdict(one.fault), "seen": one.seen, "hurt": one.hurt} for one in self._counted]


def _hits(one: _Counted, request: str, now: datetime) -> bool:
    fault = one.fault
    if (fault.since and now < fault.since) or (fault.until and now >= fault.until):
        return False
    if not one.pattern.search(request):
        return False
    one.seen += 1
    if one.seen <= fault.after or one.hurt >= fault.count:
        return False
    one.hurt += 1
    return True


def fault_from(told: dict[str, Any]) -> Fault:
    """Read a fault that came as JSON. Raises ValueError naming what is wrong; times are ISO 8601 with an offset."""
    known = {name: told[name] for name in Fault.__dataclass_fields__ if name in told}
    extra = sorted(set(told) - set(known))
    if extra:
        raise ValueError(f"unknown: {', '.join(extra)}")
    for name in ("since", "until"):
        if known.get(name):
            known[name] = _instant(name, known[name])
    try:
        return Fault(**known)
    except TypeError as exc:
        raise ValueError(str(exc)) from exc


def _instant(name: str, value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as exc:
        raise ValueError(f"{name} is no ISO 8601 time") from exc
    if instant.tzinfo is None:
        raise ValueError(f"{name} needs an offset")
    return instant


def named(faults: Iterable[Fault], effect: str) -> Fault | None:
    """Find the first of `faults` with this effect."""
    return next((fault for fault in faults if fault.effect == effect), None)
