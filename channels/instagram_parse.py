"""Reads Instagram's JSON into our values: comments, tags, mentions. Pure, and deaf to surprises.

Names of things: a comment under our own media goes by Instagram's id. Something elsewhere, which is answered in
another way, goes by `m:<media>` where a caption names or tags us, and by `m:<media>:<comment>` where a comment does.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from channels.graph_fields import clean, data, graph_id, mapping, read_time, required_id
from channels.graph_parse import Own, stranger, text_of
from domain.values import NewAuthor, NewPost, PostKind

COMMENT_FIELDS = "id,text,timestamp,username,from,parent_id,hidden"
REPLIES_SHOWN = 50
LISTED_FIELDS = f"{COMMENT_FIELDS},media{{permalink}},replies.limit({REPLIES_SHOWN}){{{COMMENT_FIELDS}}}"
MEDIA_FIELDS = "id,caption,timestamp,username,permalink"
ELSEWHERE = "m:"
_ELSEWHERE = re.compile(r"m:([0-9]{1,40})(?::([0-9]{1,40}))?")


def elsewhere(media_id: str, comment_id: str = "") -> str:
    """Name something that stands under somebody else's media."""
    return ELSEWHERE + ":".join(part for part in (media_id, comment_id) if part)


def place_of(native_id: str) -> tuple[str, str] | None:
    """Say which media and comment a name of `elsewhere` stands for; None for a comment under our own media."""
    found = _ELSEWHERE.fullmatch(native_id)
    return (found[1], found[2] or "") if found else None


def with_replies(items: list[Any]) -> Iterator[Any]:
    """Take comments and the replies that come along with them, each told what it is under."""
    for item in items:
        yield item
        comment = mapping(item)
        above = {"parent_id": graph_id(comment.get("id")), "media": comment.get("media")}
        for reply in data(comment.get("replies")):
            yield {**above, **reply} if isinstance(reply, Mapping) else reply


def parse_comment(item: Mapping[str, Any], own: Own, media_id: str, *, now: datetime) -> NewPost:
    """Read a comment under our media; our own is marked as ours. Raises ValueError, in our words, if it can't."""
    native_id, writer = required_id(item.get("id"), "id"), writer_of(item)
    ours = own.wrote(writer)
    author = NewAuthor(native_id=own.user_id, handle=own.handle) if ours else _author(writer, native_id)
    return NewPost(
        native_id=native_id,
        kind=PostKind.COMMENT,
        text=text_of(item, "text"),
        author=author,
        conversation=media_id,
        created_at=read_time(item.get("timestamp"), now) or now,
        summoned=not ours,
        in_reply_to=graph_id(item.get("parent_id")) or media_id,
        permalink=_link(item.get("media")),
        own=ours,
        raw={
            "page": own.page_id,
            "media": media_id,
            "can_hide": not ours,
            "can_reply_privately": not ours and bool(graph_id(writer.get("id")) or clean(writer.get("username"))),
        },
    )


def parse_media(item: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read somebody's media that tags us or names us in its caption; None for our own. Raises ValueError if it can't.

    Instagram takes an answer only where the caption names us: a tag in the picture is for people.
    """
    media_id, writer = required_id(item.get("id"), "id"), writer_of(item)
    if own.wrote(writer):
        return None
    text = text_of(item, "caption")
    return NewPost(
        native_id=elsewhere(media_id),
        kind=PostKind.MENTION,
        text=text,
        author=_author(writer, elsewhere(media_id)),
        conversation=elsewhere(media_id),
        created_at=read_time(item.get("timestamp"), now) or now,
        summoned=names(text, own),
        permalink=_link(item),
        raw={"page": own.page_id, "media": media_id, "can_hide": False, "can_reply_privately": False},
    )


def parse_mention(item: Mapping[str, Any], own: Own, media_id: str, *, now: datetime) -> NewPost | None:
    """Read a comment under somebody else's media that names us; None for our own. Raises ValueError if it can't."""
    comment_id, writer = required_id(item.get("id"), "id"), writer_of(item)
    if own.wrote(writer):
        return None
    native_id = elsewhere(media_id, comment_id)
    return NewPost(
        native_id=native_id,
        kind=PostKind.MENTION,
        text=text_of(item, "text"),
        author=_author(writer, native_id),
        conversation=elsewhere(media_id),
        created_at=read_time(item.get("timestamp"), now) or now,
        summoned=True,
        permalink=_link(item.get("media")),
        raw={"page": own.page_id, "media": media_id, "can_hide": False, "can_reply_privately": False},
    )


def names(text: str, own: Own) -> bool:
    """Say whether `text` holds our @name."""
    name = re.escape(f"@{own.handle}")
    return bool(own.handle and re.search(rf"(?<![\w@.]){name}(?![\w]|\.\w)", text, re.IGNORECASE | re.ASCII))


def writer_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take who wrote it: Instagram tells it as `from`, as `user`, as `owner`, or by name only."""
    told = [mapping(item.get(name)) for name in ("from", "user", "owner")]
    known = next((one for one in told if graph_id(one.get("id"))), {})
    return {"id": known.get("id"), "username": known.get("username") or item.get("username")}


def _author(writer: Mapping[str, Any], native_id: str) -> NewAuthor:
    author_id, handle = graph_id(writer.get("id")), clean(writer.get("username"))
    handle = handle if re.fullmatch(r"[\w.]{1,50}", handle, re.ASCII) else ""
    if not (author_id or handle):
        return stranger(native_id)
    return NewAuthor(native_id=author_id or f"@{handle.casefold()}", handle=handle)


def _link(media: Any) -> str:
    told = clean(mapping(media).get("permalink"))
    return told if told.startswith("https://") else "https://www.instagram.com/"
