"""Durations as people write them: "24h", "7d". Pure; knows no clock."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_NAMES = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
_WRITTEN = re.compile(r"(\d{1,6})([smhd])")
_SEVERAL_DAYS = timedelta(hours=48)


def duration(text: str) -> timedelta:
    """Read "90s", "5m", "24h" or "7d". Raises ValueError for anything else."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        message = f"{text!r} is no duration: write one such as 90s, 5m, 24h or 7d"
        raise ValueError(message)
    return timedelta(**{_UNITS[written[2]]: int(written[1])})


def spoken(span: timedelta) -> str:
    """Say a duration in words, rounded down to what matters: "24 hours", "7 days", "1 minute"."""
    for name, unit in _NAMES:
        if span >= unit and (name != "day" or span >= _SEVERAL_DAYS):
            count = span // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    seconds = int(span.total_seconds())
    return f"{seconds} second{'' if seconds == 1 else 's'}"
