"""Hears on X: mentions, searches and direct messages, page by page. Sends nothing; x_cursor.py says how far to read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.x_client import Answered, Client, Endpoint
from channels.x_cursor import Cursor, Reach, advance, bounds, restart, resume, under_way, widen
from channels.x_errors import NAME
from channels.x_money import Meter
from channels.x_parse import Listing, Own, read_directs, read_posts
from channels.x_settings import Settings, query
from domain.errors import Refused
from domain.values import Page, SourceSpec, Usage

FULL_PAGE = 100  # items, X's maximum
SMALL_PAGE = 10  # direct messages of a quiet inbox: each is billed anew every UTC day it is read
SEARCH_REACH = timedelta(days=7) - timedelta(hours=2)  # X refuses to search further back; two hours for its clock

TWEET_FIELDS = [
    "author_id",
    "conversation_id",
    "created_at",
    "edit_controls",
    "entities",
    "lang",
    "note_tweet",
    "referenced_tweets",
]
USER_FIELDS = ["name", "public_metrics", "receives_your_dm", "username", "verified", "verified_type"]
POSTS = {
    "max_results": FULL_PAGE,
    "tweet_fields": TWEET_FIELDS,
    "user_fields": USER_FIELDS,
    "expansions": ["author_id", "referenced_tweets.id"],  # the second tells whose post is quoted
}
EVENTS = {  # no event_types: the filter knows no encrypted chat, and its events would go missing unsaid
    "dm_event_fields": ["attachments", "created_at", "dm_conversation_id", "event_type", "id", "sender_id", "text"],
    "user_fields": USER_FIELDS,
    "expansions": ["sender_id"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    spec: SourceSpec
    about: str  # what is polled; when it changes, hearing begins anew
    reach: Reach
    price: str  # row of the price table for one item
    ask: Callable[[Cursor, datetime], Answered]
    read: Callable[..., Listing]


class Hearing:
    """The hearing half of the connector; see the port `Hears`."""

    def __init__(self, client: Client, settings: Settings, own: Own, meter: Meter) -> None:
        """Build it; asks nobody."""
        self._client, self._settings, self._own, self._meter = client, settings, own, meter
        self._expanded = {"user": "user_read", "post": "post_read"} if settings.count_expansions else {}
        listening = [self._mentions(), *(self._search(n, text) for n, text in enumerate(settings.searches, 1))]
        if settings.hear_directs:
            listening.insert(0, self._directs())
        self._sources = {source.spec.name: source for source in listening}

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled: whoever writes in private waits for an answer already, so that comes first."""
        return tuple(source.spec for source in self._sources.values())

    def fetch(self, name: str, stored: str | None, *, now: datetime) -> Page:
        """Read one page of a source."""
        source = self._source(name)
        self._meter.came_back(name, stored)
        cursor = resume(stored, source.about, source.reach, now=now)
        try:
            answered = source.ask(cursor, now)
        except Refused as refused:
            again = restart(cursor, source.reach, now=now) if refused.rule == "x.bad-request" else None
            if again is None:
                raise
            return Page(cursor=again.to_json(), more=True)
        listing = source.read(answered.payload, self._own, now=now)
        after = advance(cursor, listing.seen, listing.next_token, source.reach, now=now)
        if after.poll and name == "directs" and _size(cursor) < FULL_PAGE:
            after = widen(after, FULL_PAGE)
        return Page(
            posts=tuple(post for post in listing.posts if post.created_at >= cursor.start),
            unreadable=listing.unreadable,
            gone=listing.gone,
            cursor=after.to_json(),
            more=after.poll is not None,
            usage=self._usage(source, listing, after.to_json(), now),
            rates=answered.rates,
        )

    def cost(self, name: str) -> Usage:
        """Price a full page of strangers' posts, each quoting another: the most that one fetch can be billed."""
        source = self._source(name)
        expanded = [row for kind, row in self._expanded.items() if (kind, name) != ("post", "directs")]
        rows = (source.price, *expanded)
        micros = sum(self._meter.usage(source.spec.endpoint, row, FULL_PAGE).micros for row in rows)
        return Usage(endpoint=source.spec.endpoint, resource="page", units=1, micros=micros)

    def _source(self, name: str) -> _Source:
        if name not in self._sources:
            why, remedy = f"no source {name!r} in the settings", "Forget the source, or bring its setting back."
            raise Refused(NAME, why, rule="x.no-such-source", remedy=remedy)
        return self._sources[name]

    def _usage(self, source: _Source, listing: Listing, cursor: str, now: datetime) -> tuple[Usage, ...]:
        rows = {"item": source.price, **self._expanded}
        billed = [(rows[kind], native_id) for kind, native_id in listing.billed if kind in rows]
        return self._meter.page(source.spec.name, source.spec.endpoint, billed, cursor=cursor, now=now)

    def _reach(self, *, oldest: timedelta | None = None, until: bool = True) -> Reach:
        said = self._settings
        return Reach(
            overlap=said.overlap,
            sweep_every=said.sweep_every,
            late_by=said.late_by,
            look_back=said.look_back,
            oldest=oldest,
            until=until,
        )

    def _mentions(self) -> _Source:
        said = self._settings

        def ask(cursor: Cursor, now: datetime) -> Answered:
            return self._client.mentions(self._own.user_id, _params(cursor, "pagination_token"), now=now)

        return _Source(
            spec=SourceSpec(
                name="mentions",
                endpoint=Endpoint.MENTIONS,
                every=said.mentions_every,
                expect_within=said.expect_mention_within,
            ),
            about=f"mentions {self._own.user_id}",
            reach=self._reach(),
            price="owned_read" if said.owns_app else "post_read",
            ask=ask,
            read=read_posts,
        )

    def _search(self, number: int, text: str) -> _Source:
        asked = query(text, self._own.handle)

        def ask(cursor: Cursor, now: datetime) -> Answered:
            return self._client.search(asked, _params(cursor, "next_token"), now=now)

        return _Source(
            spec=SourceSpec(name=f"search:{number}", endpoint=Endpoint.SEARCH, every=self._settings.searches_every),
            about=f"search {asked}",
            reach=self._reach(oldest=SEARCH_REACH),
            price="post_read",
            ask=ask,
            read=read_posts,
        )

    def _directs(self) -> _Source:
        def ask(cursor: Cursor, now: datetime) -> Answered:
            poll = under_way(cursor)
            token = {"pagination_token": poll.token} if poll.token else {}
            return self._client.directs({**EVENTS, "max_results": _size(cursor), **token}, now=now)

        return _Source(
            spec=SourceSpec(name="directs", endpoint=Endpoint.DIRECTS, every=self._settings.directs_every),
            about=f"directs {self._own.user_id}",
            reach=self._reach(until=False),
            price="dm_event_read",
            ask=ask,
            read=read_directs,
        )


def _size(cursor: Cursor) -> int:
    """Size a page of direct messages by what the last poll found; only 15 requests in 15 minutes are ours."""
    return min(FULL_PAGE, max(SMALL_PAGE, 2 * cursor.busy))


def _params(cursor: Cursor, token_name: str) -> dict[str, Any]:
    poll = under_way(cursor)
    return {**POSTS, **bounds(poll), **({token_name: poll.token} if poll.token else {})}
