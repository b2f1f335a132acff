"""What is heard on a Facebook Page: inbox, comments, visitors' posts, tags, reviews. Sends nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from channels.facebook_parse import (
    COMMENT_FIELDS,
    POST_FIELDS,
    REVIEW_FIELDS,
    TAGGED_FIELDS,
    parse_comment,
    parse_post,
    parse_review,
    parse_tagged,
)
from channels.facebook_settings import Settings
from channels.graph_client import Answered, Client
from channels.graph_cursor import Beneath, Errand
from channels.graph_endpoints import COMMENTS, FEED, RATINGS, TAGGED, Endpoint
from channels.graph_fields import clean, data, graph_id, mapping
from channels.graph_hear import Source, reach_of
from channels.graph_inbox import inbox
from channels.graph_parse import Listing, Own, Parse, asked_after, read_listing
from domain.values import SourceSpec

FULL_PAGE = 100  # items, Meta's maximum
COMMENTS_PAGE = 50
NEWEST_FIRST = {"filter": "stream", "order": "reverse_chronological"}  # answers to comments among them


def sources(client: Client, settings: Settings, own: Own) -> list[Source]:
    """List what is polled: whoever writes in private waits for an answer already, so that comes first."""
    heard = [inbox(client, settings, own, platform="messenger")] if settings.hear_inbox else []
    heard += [_comments(client, settings, own)]
    feed, tagged, ratings = (partial(parse, own=own) for parse in (parse_post, parse_tagged, parse_review))
    heard += [
        _listing(client, settings, own, "posts", FEED, "feed", POST_FIELDS, feed, settings.posts_every),
        _listing(client, settings, own, "tagged", TAGGED, "tagged", TAGGED_FIELDS, tagged, settings.tags_every),
    ]
    if settings.hear_reviews:
        every = settings.reviews_every
        heard.append(_listing(client, settings, own, "reviews", RATINGS, "ratings", REVIEW_FIELDS, ratings, every))
    return heard


def _listing(  # noqa: PLR0917 (one line for each listing above)
    client: Client,
    settings: Settings,
    own: Own,
    name: str,
    endpoint: Endpoint,
    edge: str,
    fields: str,
    parse: "partial[Any]",
    every: timedelta,
) -> Source:
    """Make the source of a plain edge of the Page, newest first."""

    def ask(errand: Errand, now: datetime) -> Answered:
        params = {"fields": fields, "limit": FULL_PAGE, **asked_after(errand.after)}
        return client.read(endpoint, own.page_id, edge, params, now=now)

    def read(answered: Answered, _errand: Errand, _floor: datetime, now: datetime) -> Listing:
        reading: Parse = partial(parse, now=now)
        return read_listing(answered.payload, reading, time="created_time", now=now)

    spec = SourceSpec(name=name, endpoint=endpoint.bucket, every=every)
    return Source(spec=spec, about=f"{edge} {own.page_id}", reach=reach_of(settings), ask=ask, read=read)


def _comments(client: Client, settings: Settings, own: Own) -> Source:
    """Make the source of comments: the latest posts, and beneath each whose time of change is new, its comments."""

    def ask(errand: Errand, now: datetime) -> Answered:
        if errand.node:
            params = {"fields": COMMENT_FIELDS, "limit": COMMENTS_PAGE, **NEWEST_FIRST, **asked_after(errand.after)}
            return client.read(COMMENTS, errand.node, "comments", params, now=now)
        return client.read(
            FEED, own.page_id, "feed", {"fields": "id,created_time,updated_time", "limit": settings.watched}, now=now
        )

    def read(answered: Answered, errand: Errand, _floor: datetime, now: datetime) -> Listing:
        if errand.node:
            parse: Parse = partial(parse_comment, own=own, post_id=errand.node, now=now)
            return read_listing(answered.payload, parse, time="created_time", now=now)
        return Listing(beneath=tuple(_with_comments(answered.payload)))

    spec = SourceSpec(
        name="comments",
        endpoint=COMMENTS.bucket,
        every=settings.comments_every,
        expect_within=settings.expect_comment_within,
    )
    return Source(spec=spec, about=f"comments {own.page_id}", reach=reach_of(settings), ask=ask, read=read)


def _with_comments(payload: Mapping[str, Any]) -> list[Beneath]:
    """List the posts; their time of change moves with every comment, and one without it is always read."""
    posts = [mapping(item) for item in data(payload)]
    return [
        Beneath(node=native_id, mark=clean(post.get("updated_time"))[:40])
        for post in posts
        if (native_id := graph_id(post.get("id")))
    ]
