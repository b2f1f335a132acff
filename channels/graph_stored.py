"""Writes a cursor of graph_cursor.py down as the store keeps it, and reads it back. Decides nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels.graph_cursor import Cursor, Errand, Poll

VERSION = 1


def write(cursor: Cursor) -> str:
    """Write a cursor down."""
    kept: dict[str, Any] = {
        "v": VERSION,
        "about": cursor.about,
        "start": _stamp(cursor.start),
        "swept": _stamp(cursor.swept_at),
        "newest": _stamp(cursor.newest_at),
        "marks": dict(cursor.marks),
        "pages": cursor.pages,
    }
    if cursor.poll:
        kept["poll"] = _poll_json(cursor.poll)
    return json.dumps(kept, separators=(",", ":"))


def read(text: str | None) -> Cursor | None:
    """Read what `write` wrote; None for anything else."""
    try:
        kept = json.loads(text or "")
        if kept["v"] != VERSION:
            return None
        return Cursor(
            about=str(kept["about"]),
            start=_sure(kept["start"]),
            swept_at=_sure(kept["swept"]),
            newest_at=_at(kept["newest"]),
            marks=_marks(kept["marks"]),
            pages=int(kept["pages"]),
            poll=_poll(kept["poll"]) if "poll" in kept else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _poll_json(poll: Poll) -> dict[str, Any]:
    return {
        "floor": _stamp(poll.floor),
        "began": _stamp(poll.began),
        "sweeping": poll.sweeping,
        "todo": [_errand_json(errand) for errand in poll.todo],
        "asked": poll.asked,
        "heard": poll.heard,
        "top": _stamp(poll.top),
        "marks": dict(poll.marks),
        "whole": poll.whole,
        "restarted": poll.restarted,
    }


def _errand_json(errand: Errand) -> dict[str, Any]:
    """Leave out what is empty: up to a hundred errands wait in a sweep."""
    kept = {
        "node": errand.node,
        "mark": errand.mark,
        "after": errand.after,
        "pages": errand.pages,
        "low": _stamp(errand.low),
        "stalls": errand.stalls,
        "used": list(errand.used),
    }
    return {name: value for name, value in kept.items() if value}


def _poll(kept: Mapping[str, Any]) -> Poll | None:
    todo = tuple(_errand(one) for one in kept["todo"])
    if not todo:
        return None
    return Poll(
        floor=_sure(kept["floor"]),
        began=_sure(kept["began"]),
        sweeping=bool(kept["sweeping"]),
        todo=todo,
        asked=int(kept["asked"]),
        heard=int(kept["heard"]),
        top=_at(kept["top"]),
        marks=_marks(kept["marks"]),
        whole=bool(kept["whole"]),
        restarted=bool(kept["restarted"]),
    )


def _errand(kept: Mapping[str, Any]) -> Errand:
    return Errand(
        node=str(kept.get("node", "")),
        mark=str(kept.get("mark", "")),
        after=str(kept.get("after", "")),
        pages=int(kept.get("pages", 0)),
        low=_at(kept.get("low")),
        stalls=int(kept.get("stalls", 0)),
        used=tuple(str(digest) for digest in kept.get("used", ())),
    )


def _marks(kept: Mapping[str, Any]) -> dict[str, str]:
    return {str(node): str(mark) for node, mark in kept.items()}


def _stamp(at: datetime | None) -> int | None:
    return int(at.timestamp() * 1000) if at else None


def _at(stamp: Any) -> datetime | None:
    return _sure(stamp) if stamp is not None else None


def _sure(stamp: Any) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)
