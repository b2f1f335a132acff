"""Reads single values out of Graph's JSON, whatever stands there: ids, times, texts, lists. Knows no post."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

OLDEST = datetime(2004, 2, 4, tzinfo=UTC)  # Facebook's first day: anything older is a broken clock
AHEAD = timedelta(days=1)  # further in the future than any clock difference
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.=:-]{0,599}")  # goes into an address: nothing that could leave its place
_MILLISECONDS = 10**11  # an epoch beyond this is not in seconds


def mapping(value: Any) -> Mapping[str, Any]:
    """Take a JSON object; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}


def data(value: Any) -> list[Any]:
    """Take the items of an edge, `{"data": […]}`; anything else has none."""
    listed = mapping(value).get("data")
    return listed if isinstance(listed, list) else []


def clean(value: Any) -> str:
    """Take text as every database can keep it: no NUL, no half surrogate pair. Anything but text is empty."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def graph_id(value: Any) -> str:
    """Take an id of Graph, as text or number; anything else is empty."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**20 else value
    return text if isinstance(text, str) and _ID.fullmatch(text) else ""


def required_id(value: Any, name: str) -> str:
    """Take an id of Graph. Raises ValueError naming the field, never its value."""
    found = graph_id(value)
    if not found:
        raise ValueError(f"no {name}")
    return found


def message_id(value: Any) -> str:
    """Take a message's id; older ones are sent back without the `m_` they are listed with."""
    found = graph_id(value)
    return f"m_{found}" if found.startswith("mid.") else found


def flag(value: Any, *, default: bool) -> bool:
    """Take a boolean; Meta also writes "true" as text."""
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(clean(value), default)


def read_time(value: Any, now: datetime) -> datetime | None:
    """Take an ISO 8601 time or an epoch as aware UTC; None for anything else, before Facebook, or well after now."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            read = datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
        else:
            read = datetime.fromisoformat(value) if isinstance(value, str) else OLDEST - AHEAD
        read = read if read.tzinfo else read.replace(tzinfo=UTC)
        return read.astimezone(UTC) if OLDEST <= read <= now + AHEAD else None
    except (ValueError, OverflowError, OSError):
        return None
