"""Reads Meta's usage headers into what is left of the limits. Decides nothing.

Meta tells percentages: `X-App-Usage` and `X-Page-Usage` as one object, `X-Business-Use-Case-Usage` as lists of objects
by the business's id. What is above 100 is refused, and asking on makes the wait longer. So hearing rests from 75 % on
for `SLOW` at a time, which leaves the rest to answers, and answers rest from 90 % on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.graph_fields import mapping
from domain.values import RateState

HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
COUNTERS = ("call_count", "total_time", "total_cputime")
HEARING_SHARE, SENDING_SHARE = 75, 90  # percent of Meta's limits
SLOW = timedelta(minutes=5)  # a poll in so much time while answers have the rest of the limit
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(minutes=60)  # where Meta names no time
LONGEST_REGAIN = timedelta(hours=24)  # a longer one is a broken header


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the limits is used. `regain`: Meta's estimate until the limit is free; None: it named none."""

    percent: int
    regain: timedelta | None = None


def read_usage(headers: Mapping[str, str]) -> Usage | None:
    """Read the fullest of all limits an answer tells of; None where it tells of none."""
    told = [entry for name in HEADERS for entry in _entries(headers.get(name))]
    percents = [percent for entry in told for name in COUNTERS if (percent := _number(entry.get(name))) is not None]
    if not percents:
        return None
    minutes = max((_number(entry.get("estimated_time_to_regain_access")) or 0 for entry in told), default=0)
    regain = min(timedelta(minutes=minutes), LONGEST_REGAIN)
    return Usage(max(percents), regain or None)


def rates(headers: Mapping[str, str], bucket: str, *, now: datetime) -> tuple[RateState, ...]:
    """Say what is left for hearing and for sending; both rows belong to the limit `bucket`."""
    usage = read_usage(headers)
    if usage is None:
        return ()
    full = usage.percent >= SENDING_SHARE
    rest = now + (usage.regain or FIRST_WAIT) if full else None
    hearing = rest or (now + SLOW if usage.percent >= HEARING_SHARE else None)
    return (
        _state(bucket, HEARING_SHARE, usage, hearing),
        _state(sending(bucket), SENDING_SHARE, usage, rest),
    )


def sending(bucket: str) -> str:
    """Name the row by which words to customers go; hearing rests before they do."""
    return f"{bucket}:send"


def _state(endpoint: str, share: int, usage: Usage, reset_at: datetime | None) -> RateState:
    return RateState(endpoint=endpoint, remaining=max(0, share - usage.percent), limit=share, reset_at=reset_at)


def _entries(text: str | None) -> Iterator[Mapping[str, Any]]:
    try:
        told = mapping(json.loads(text or "{}"))
    except (ValueError, RecursionError):
        return
    yield told
    for listed in told.values():
        if isinstance(listed, list):
            yield from (entry for entry in listed if isinstance(entry, Mapping))


def _number(value: Any) -> int | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**6  # NaN is not
    return int(value) if usable else None
