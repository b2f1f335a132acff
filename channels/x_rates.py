"""Reads X's rate-limit headers into times on our own clock. Decides nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from domain.values import RateState

WINDOW = timedelta(minutes=15)  # X's rate window: how long a 429 that names no reset is left alone
LONGEST_RESET = timedelta(hours=24)  # X's longest window; anything beyond it is a broken clock or header

_COUNTERS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def rate_state(headers: Mapping[str, str], *, endpoint: str, now: datetime) -> RateState | None:
    """Read the limit that binds: one that is used up, else the 15-minute one. None where X names none."""
    states = [state for prefix in _COUNTERS if (state := _counter(headers, prefix, endpoint, now))]
    used_up = [state for state in states if state.remaining == 0 and state.reset_at]
    if used_up:
        return max(used_up, key=lambda state: state.reset_at or now)
    return states[0] if states else None


def _counter(headers: Mapping[str, str], prefix: str, endpoint: str, now: datetime) -> RateState | None:
    limit, remaining = _number(headers.get(f"{prefix}-limit")), _number(headers.get(f"{prefix}-remaining"))
    if limit is None and remaining is None:
        return None
    reset = _from_now(_number(headers.get(f"{prefix}-reset")), headers, now)
    return RateState(endpoint=endpoint, remaining=remaining, limit=limit, reset_at=reset)


def reset_at(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """Say, on our clock, when a 429 is over: the latest used-up limit, else the plain one, else Retry-After."""
    state = rate_state(headers, endpoint="", now=now)
    if state and state.reset_at:
        return state.reset_at
    plain = _from_now(_number(headers.get("x-rate-limit-reset")), headers, now)
    after = _number(headers.get("retry-after"))
    if plain is None and after is not None:
        return now + min(timedelta(seconds=min(after, 10**6)), LONGEST_RESET)
    return plain


def _from_now(reset: int | None, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Turn X's epoch seconds into our time by X's own `Date`, so that neither clock has to be right."""
    if reset is None or reset > 10**11:
        return None
    there = _date(headers.get("date")) or now
    wait = datetime.fromtimestamp(reset, UTC) - there
    return now + wait if -WINDOW <= wait <= LONGEST_RESET else None


def _date(value: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _number(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"[0-9]{1,15}", value) else None
