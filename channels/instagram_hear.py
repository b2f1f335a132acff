"""What is heard on Instagram: inbox, comments on own media, tags. Sends nothing.

Mentions elsewhere come by webhook only: Meta tells their ids and no edge lists them.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from channels.graph_client import Answered, Client
from channels.graph_cursor import Beneath, Errand
from channels.graph_endpoints import IG_COMMENTS, IG_MEDIA, IG_TAGS
from channels.graph_fields import data, graph_id, mapping
from channels.graph_hear import Source, reach_of
from channels.graph_inbox import INSTAGRAM, inbox
from channels.graph_parse import Listing, Own, asked_after, next_page, read_each, read_listing, times
from channels.instagram_parse import LISTED_FIELDS, MEDIA_FIELDS, parse_comment, parse_media, with_replies
from channels.instagram_settings import Settings
from domain.values import SourceSpec

COMMENTS_PAGE = 50  # Instagram's maximum
TAGS_PAGE = 50
DEPTH = 4  # pages of comments a sweep reads of each media: an answer may stand under an old comment


def sources(client: Client, settings: Settings, own: Own) -> list[Source]:
    """List what is polled: whoever writes in private waits for an answer already, so that comes first."""
    heard = [inbox(client, settings, own, platform=INSTAGRAM)] if settings.hear_inbox else []
    return [*heard, _comments(client, settings, own), _tagged(client, settings, own)]


def _comments(client: Client, settings: Settings, own: Own) -> Source:
    """Make the source of comments: the latest media, and beneath each whose count is new, its comments."""

    def ask(errand: Errand, now: datetime) -> Answered:
        if errand.node:
            params = {"fields": LISTED_FIELDS, "limit": COMMENTS_PAGE, **asked_after(errand.after)}
            return client.read(IG_COMMENTS, errand.node, "comments", params, now=now)
        params = {"fields": "id,timestamp,comments_count", "limit": settings.watched}
        return client.read(IG_MEDIA, own.user_id, "media", params, now=now)

    def read(answered: Answered, errand: Errand, _floor: datetime, now: datetime) -> Listing:
        if errand.node:
            return read_comments(answered.payload, errand.node, own, now=now)
        return Listing(beneath=tuple(_with_comments(answered.payload)))

    spec = SourceSpec(
        name="comments",
        endpoint=IG_COMMENTS.bucket,
        every=settings.comments_every,
        expect_within=settings.expect_comment_within,
    )
    about = f"comments {own.user_id}"
    return Source(spec=spec, about=about, reach=reach_of(settings, depth=DEPTH), ask=ask, read=read)


def _tagged(client: Client, settings: Settings, own: Own) -> Source:
    def ask(errand: Errand, now: datetime) -> Answered:
        params = {"fields": MEDIA_FIELDS, "limit": TAGS_PAGE, **asked_after(errand.after)}
        return client.read(IG_TAGS, own.user_id, "tags", params, now=now)

    def read(answered: Answered, _errand: Errand, _floor: datetime, now: datetime) -> Listing:
        return read_listing(answered.payload, partial(parse_media, own=own, now=now), time="timestamp", now=now)

    spec = SourceSpec(name="tagged", endpoint=IG_TAGS.bucket, every=settings.tags_every)
    return Source(spec=spec, about=f"tagged {own.user_id}", reach=reach_of(settings), ask=ask, read=read)


def read_comments(payload: Mapping[str, Any], media_id: str, own: Own, *, now: datetime) -> Listing:
    """Read a page of a media's comments with the replies that come along; the comments alone are in order of time."""
    comments = data(payload)
    flat = list(with_replies(comments))
    posts, unreadable = read_each(flat, partial(parse_comment, own=own, media_id=media_id, now=now))
    latest = sorted(times(flat, "timestamp", now=now))[-1:]  # of comments and replies
    seen = (*times(comments, "timestamp", now=now), *latest)
    return Listing(posts=posts, unreadable=unreadable, seen=seen, after=next_page(payload))


def _with_comments(payload: Mapping[str, Any]) -> list[Beneath]:
    """List the media; the count moves with every comment, and where it is missing the comments are always read."""
    listed = [mapping(item) for item in data(payload)]
    return [
        Beneath(node=native_id, mark=_count(media.get("comments_count")))
        for media in listed
        if (native_id := graph_id(media.get("id")))
    ]


def _count(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else ""
