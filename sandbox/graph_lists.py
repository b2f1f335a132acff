"""Lists of Graph: orders, cuts and pages them by cursors; it does not know what is listed."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.graph_answers import START
from sandbox.graph_api import Call, GraphApi
from sandbox.graph_rules import GraphRefusal
from sandbox.graph_values import Item

MOST = 100
USUAL = 25
Key = tuple[int, int]  # milliseconds, number: what a cursor stands for

Listed = TypeVar("Listed")


def one_page(
    call: Call,
    found: Sequence[Listed],
    *,
    key: Callable[[Listed], Key],
    show: Callable[[Listed], Any],
    newest_first: bool = True,
    nested: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Cut one page. `nested`: the arguments of a list inside an object; None: those of the request."""
    asked: Mapping[str, Any] = call.params if nested is None else nested
    ordered = sorted(found, key=key, reverse=newest_first)
    size = _size(asked)
    after, before = _key(asked.get("after")), _key(asked.get("before"))
    left = [one for one in ordered if after is None or _behind(key(one), after, newest_first=newest_first)]
    if before is not None:
        left = [one for one in ordered if _behind(before, key(one), newest_first=newest_first)][-size:]
    page = left[:size]
    told: dict[str, Any] = {"data": [show(one) for one in page]}
    if page:
        cursors = {"before": _cursor(key(page[0])), "after": _cursor(key(page[-1]))}
        told["paging"] = {"cursors": cursors}
        if len(left) > size:
            told["paging"]["next"] = _link(call, asked, after=cursors["after"])
        if after is not None and nested is None:
            told["paging"]["previous"] = _link(call, asked, before=cursors["before"])
    return told


def by_time(at: datetime, number: int) -> Key:
    """The key of something that happened."""
    return int(at.timestamp() * 1000), number


def held_back(api: GraphApi, call: Call, item: Item) -> bool:
    """Whether lists do not show an item yet: what is indexed late, and under a lag what we wrote ourselves.

    A late index holds a `share` of all items back, each for its own part of `seconds`.
    """
    if item.indexed_at > call.now:
        return True
    late, lag = call.hurt("late_index"), call.hurt("lag")
    if lag and item.author in api.own and call.now < item.exists_at + timedelta(seconds=lag.seconds):
        return True
    if late is None:
        return False
    lot = (item.number * 2654435761) % 10_000 / 10_000  # spreads evenly, the same at every request
    return lot < late.share and call.now < item.at + timedelta(seconds=late.seconds * (0.5 + lot / (2 * late.share)))


def _behind(one: Key, other: Key, *, newest_first: bool) -> bool:
    return one < other if newest_first else one > other


def _size(asked: Mapping[str, Any]) -> int:
    text = str(asked.get("limit", USUAL))
    if not text.isdecimal() or int(text) < 1:
        raise GraphRefusal("invalid", "Param limit must be a positive number")
    return min(int(text), MOST)


def _cursor(key: Key) -> str:
    return urlsafe_b64encode(f"{key[0]}:{key[1]}".encode()).decode()


def _key(cursor: object) -> Key | None:
    if cursor in {None, "", START}:
        return None
    try:
        at, _, number = urlsafe_b64decode(str(cursor).encode()).decode().partition(":")
        return int(at), int(number)
    except ValueError as exc:
        raise GraphRefusal("invalid", "Invalid cursor") from exc


def _link(call: Call, asked: Mapping[str, Any], **cursor: str) -> str:
    kept = {name: str(value) for name, value in asked.items() if name not in {"after", "before"}}
    token = {"access_token": call.token_in_url} if call.token_in_url else {}
    return f"{call.url}?{urlencode(token | kept | cursor)}"
