"""Reads single values out of X's JSON, whatever stands there: ids, times, texts. Knows no post."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

SNOWFLAKE_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""Where X's ids begin to count: milliseconds since then, shifted left by 22 bits."""

OLDEST = datetime(2006, 3, 21, tzinfo=UTC)  # X's first post: anything older is a broken clock
AHEAD = timedelta(days=1)  # further in the future than any clock difference
_ID = re.compile(r"[0-9]{1,19}")


def rows(value: Any) -> list[Any]:
    """Take a list, or one object as a list of one; anything else is none."""
    return value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []


def clean(value: Any) -> str:
    """Take text as every database can keep it: no NUL, no half surrogate pair. Anything but text is empty."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def unescape(text: str) -> str:
    """Undo the three escapes X applies to texts."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def version_ids(item: Mapping[str, Any]) -> tuple[str, ...]:
    """List the ids of all versions of a post, oldest first; empty where X did not say."""
    history = rows(item.get("edit_history_post_ids") or item.get("edit_history_tweet_ids"))
    return tuple(version for entry in history if (version := plain_id(entry)))


def reference_ids(item: Mapping[str, Any]) -> dict[str, str]:
    """Map each kind of reference ("replied_to", "quoted", "retweeted") to the post it points to."""
    listed = rows(item.get("referenced_posts") or item.get("referenced_tweets"))
    found = {clean(entry.get("type")): plain_id(entry.get("id")) for entry in listed if isinstance(entry, Mapping)}
    return {kind: native_id for kind, native_id in found.items() if kind and native_id}


def snowflake_time(native_id: int) -> datetime:
    """Say when an id of up to 19 digits was made."""
    return SNOWFLAKE_EPOCH + timedelta(milliseconds=native_id >> 22)


def snowflake_at(at: datetime) -> int:
    """Make the highest id that is older than everything of that millisecond, for `since_id`."""
    return (max(at - SNOWFLAKE_EPOCH, timedelta(0)) // timedelta(milliseconds=1) << 22) - 1


def mapping(value: Any) -> Mapping[str, Any]:
    """Take a JSON object; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}


def plain_id(value: Any) -> str:
    """Take an id of X, as text or number; anything else is empty."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and value < 10**19 else value
    return text if isinstance(text, str) and _ID.fullmatch(text) else ""


def required_id(value: Any, name: str) -> str:
    """Take an id of X. Raises ValueError naming the field, never its value."""
    found = plain_id(value)
    if not found:
        raise ValueError(f"no {name}")
    return found


def read_time(value: Any, now: datetime) -> datetime | None:
    """Take an ISO 8601 time as aware UTC; None for anything else, or for a time before X or well after now."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        read = read.replace(tzinfo=UTC) if read and read.tzinfo is None else read
        return read.astimezone(UTC) if read and OLDEST <= read <= now + AHEAD else None
    except (ValueError, OverflowError):
        return None


def read_when(value: Any, native_id: str, *, now: datetime) -> datetime:
    """Take X's own time; where it is missing or absurd the id's; where that is no time either, now."""
    made = snowflake_time(int(native_id))
    return read_time(value, now) or (made if SNOWFLAKE_EPOCH + AHEAD < made <= now + AHEAD else now)
