"""What every reading of Graph's listings shares: who we are, what a page held, how one bad item is set aside. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from channels.graph_cursor import Beneath
from channels.graph_fields import clean, data, graph_id, mapping, read_time
from domain.values import NewAuthor, NewPost, UnreadablePost

UNKNOWN = "unknown:"  # how the id of an author begins whom Meta does not name; each of their posts has one of its own
MADE = "review-"  # how the id of a review begins to which Meta gave none
_PAGING = ("after", "until", "__paging_token", "offset")  # by what Graph's listings go on
_LONGEST_CURSOR = 2000  # characters; Meta's are a few hundred long

Parse = Callable[[Mapping[str, Any]], NewPost | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Who we are: the Page, and the Instagram account that is connected to it."""

    page_id: str
    user_id: str = ""  # Instagram's
    handle: str = ""  # Instagram's, without @

    def wrote(self, author: Mapping[str, Any]) -> bool:
        """Say whether this `from` or `user` is us."""
        native_id, name = graph_id(author.get("id")), clean(author.get("username")).casefold()
        return native_id in {self.page_id, self.user_id} - {""} or bool(name and name == self.handle.casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page as Graph gave it."""

    posts: tuple[NewPost, ...] = ()
    unreadable: tuple[UnreadablePost, ...] = ()
    seen: tuple[datetime, ...] = ()  # times of all items, whether or not they are kept
    beneath: tuple[Beneath, ...] = ()
    after: str = ""  # where the next page begins; empty at the end


def read_each(items: Sequence[Any], parse: Parse) -> tuple[tuple[NewPost, ...], tuple[UnreadablePost, ...]]:
    """Read items one by one; what cannot be read is set aside and holds up nothing. `parse` raises ValueError."""
    posts: dict[str, NewPost] = {}
    unreadable: dict[str, UnreadablePost] = {}
    for item in items:
        try:
            post = parse(item if isinstance(item, Mapping) else {})
        except ValueError as exc:
            aside = set_aside(item, str(exc))
            unreadable[aside.native_id] = aside
        else:
            posts |= {post.native_id: post} if post else {}
    return tuple(posts.values()), tuple(unreadable.values())


def read_listing(payload: Mapping[str, Any], parse: Parse, *, time: str, now: datetime) -> Listing:
    """Read one page of an edge; `time` names the field its items are ordered by."""
    items = data(payload)
    posts, unreadable = read_each(items, parse)
    return Listing(posts=posts, unreadable=unreadable, seen=times(items, time, now=now), after=next_page(payload))


def times(items: Sequence[Any], name: str, *, now: datetime) -> tuple[datetime, ...]:
    """Take the times of items; one without counts as now, which ends no listing."""
    return tuple(read_time(mapping(item).get(name), now) or now for item in items)


def next_page(payload: Mapping[str, Any]) -> str:
    """Say where the next page begins, without the token that Meta writes into `paging.next`; empty where there is none.

    Only `paging.next` tells: an empty page may have one, and the last page still has cursors.
    """
    paging = mapping(payload.get("paging"))
    link = clean(paging.get("next"))
    if not link:
        return ""
    try:
        query = dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        query = {}
    kept = {name: query[name] for name in _PAGING if query.get(name)}
    after = clean(mapping(paging.get("cursors")).get("after"))
    kept = kept or ({"after": after} if after else {})
    written = urlencode(kept)
    return written if len(written) <= _LONGEST_CURSOR else ""


def asked_after(after: str) -> dict[str, str]:
    """Make parameters of what `next_page` wrote."""
    return dict(parse_qsl(after))


def stranger(native_id: str) -> NewAuthor:
    """Make an author of a post whose author Meta does not name: nobody else's, so that no two people become one."""
    return NewAuthor(native_id=f"{UNKNOWN}{native_id}")


def set_aside(item: Any, why: str) -> UnreadablePost:
    """Keep an item nobody can read as it came."""
    try:
        raw = json.dumps(item)
    except (ValueError, RecursionError):
        raw = "null"
    native_id = graph_id(mapping(item).get("id"))
    return UnreadablePost(
        native_id=native_id or f"sha256:{hashlib.sha256(raw.encode()).hexdigest()[:32]}", raw=raw, why=why
    )


def text_of(item: Mapping[str, Any], name: str) -> str:
    """Take an item's words; none are none. Raises ValueError where something else than text stands there."""
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"no {name}")
    return clean(value)
