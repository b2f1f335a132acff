"""Reads Facebook's JSON into our values: posts, comments, reviews. Pure, and deaf to surprises."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.graph_fields import clean, flag, graph_id, mapping, read_time, required_id
from channels.graph_parse import MADE, Own, stranger, text_of
from domain.values import NewAuthor, NewPost, PostKind

POST_FIELDS = "id,message,from,created_time,updated_time,permalink_url"
TAGGED_FIELDS = "id,message,from,created_time,tagged_time,permalink_url"
COMMENT_FIELDS = (
    "id,message,from,created_time,parent{id},can_hide,can_reply_privately,is_hidden,permalink_url,attachment{type}"
)
REVIEW_FIELDS = (
    "created_time,reviewer,review_text,recommendation_type,rating,has_review,open_graph_story{id,permalink_url}"
)


def parse_post(item: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read a post that others wrote on the Page; None for the Page's own. Raises ValueError if it can't."""
    native_id, writer = required_id(item.get("id"), "id"), mapping(item.get("from"))
    if own.wrote(writer):
        return None
    known = bool(graph_id(writer.get("id")))
    return NewPost(
        native_id=native_id,
        kind=PostKind.MENTION,
        text=text_of(item, "message"),
        author=_author(writer, native_id),
        conversation=native_id,
        created_at=read_time(item.get("created_time"), now) or now,
        summoned=True,
        permalink=_link(item, native_id),
        raw={"page": own.page_id, "can_hide": False, "can_reply_privately": known},
    )


def parse_tagged(item: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read a post elsewhere that tags the Page. Raises ValueError, in our words, if it can't.

    Meta names its author only where the Page itself wrote it; others are nobody we know, so no program answers them.
    """
    post = parse_post(item, own, now=now)
    if post is None:
        return None
    known = bool(graph_id(mapping(item.get("from")).get("id")))
    told = read_time(item.get("created_time"), now) or read_time(item.get("tagged_time"), now) or now
    return NewPost(
        native_id=post.native_id,
        kind=post.kind,
        text=post.text,
        author=post.author,
        conversation=post.conversation,
        created_at=told,
        summoned=known,
        permalink=post.permalink,
        raw={"page": own.page_id, "can_hide": False, "can_reply_privately": False},
    )


def parse_comment(item: Mapping[str, Any], own: Own, post_id: str, *, now: datetime) -> NewPost:
    """Read a comment under post `post_id`; the Page's own is marked as ours. Raises ValueError if it can't."""
    native_id, writer = required_id(item.get("id"), "id"), mapping(item.get("from"))
    ours, known = own.wrote(writer), bool(graph_id(writer.get("id")))
    kind = clean(mapping(item.get("attachment")).get("type"))[:40]
    answerable = known and not ours and flag(item.get("can_reply_privately"), default=True)
    return NewPost(
        native_id=native_id,
        kind=PostKind.COMMENT,
        text=text_of(item, "message"),
        author=NewAuthor(native_id=own.page_id) if ours else _author(writer, native_id),
        conversation=post_id,
        created_at=read_time(item.get("created_time"), now) or now,
        summoned=not ours,
        in_reply_to=graph_id(mapping(item.get("parent")).get("id")) or post_id,
        permalink=_link(item, native_id),
        own=ours,
        raw={
            "page": own.page_id,
            "post": post_id,
            "can_hide": not ours and flag(item.get("can_hide"), default=True),
            "can_reply_privately": answerable,
        }
        | ({"attachment": kind} if kind else {}),
    )


def parse_review(item: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read a review or recommendation; None for a bare star without words. Raises ValueError if it can't.

    Meta gives a review no id of its own: its story's stands for it, or else one made of reviewer and time.
    """
    reviewer, story = mapping(item.get("reviewer")), mapping(item.get("open_graph_story"))
    native_id = graph_id(story.get("id")) or _made_id(reviewer, item)
    text = text_of(item, "review_text")
    judged = clean(item.get("recommendation_type"))[:20].lower() or _stars(item.get("rating"))
    if not (text or judged):
        return None
    return NewPost(
        native_id=native_id,
        kind=PostKind.MENTION,
        text=text,
        author=_author(reviewer, native_id),
        conversation=native_id,
        created_at=read_time(item.get("created_time"), now) or now,
        summoned=False,  # whether Meta lets a program answer a review is not established: a person does
        permalink=_link(story, "") or f"https://www.facebook.com/{own.page_id}/reviews",
        raw={"page": own.page_id, "review": judged, "can_hide": False, "can_reply_privately": False},
    )


def _author(writer: Mapping[str, Any], native_id: str) -> NewAuthor:
    author_id = graph_id(writer.get("id"))
    return NewAuthor(native_id=author_id, name=clean(writer.get("name"))[:200]) if author_id else stranger(native_id)


def _link(item: Mapping[str, Any], native_id: str) -> str:
    told = clean(item.get("permalink_url"))
    if told.startswith("https://"):
        return told
    return f"https://www.facebook.com/{native_id}" if native_id else ""


def _stars(rating: Any) -> str:
    return str(rating) if isinstance(rating, int) and not isinstance(rating, bool) and 1 <= rating <= 5 else ""  # noqa: PLR2004 (Facebook's stars)


def _made_id(reviewer: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    author_id, made = graph_id(reviewer.get("id")), clean(item.get("created_time"))
    if not (author_id and made):
        raise ValueError("no open_graph_story, and no reviewer and created_time in its place")
    return f"{MADE}{hashlib.sha256(f'{author_id} {made}'.encode()).hexdigest()[:24]}"
