"""What Meta pushes about a Facebook Page: comments, visitors' posts, mentions, messages. Sends nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from channels.facebook_parse import parse_comment, parse_post, parse_tagged
from channels.graph_fields import clean, graph_id, mapping, required_id
from channels.meta_webhook import Told
from channels.meta_webhook_talk import Line, Talks
from domain.values import NewPost, Page

POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link", "note", "album", "event"})
PASSED_OVER: Final = frozenset({"reaction", "like"})  # items: words of nobody
WRITTEN: Final = frozenset({"add", "edit", "edited", "update"})
NO_NEWS: Final = frozenset({"hide", "unhide", "mute", "unmute", "block", "unblock", "follow"})
"""Verbs after which a thing is what it was: a hidden comment still exists, and the team still has to do with it."""

OTHER_FIELDS: Final = frozenset({"ratings", "conversations", "live_videos", "inbox_labels"})  # polling hears the first


class FacebookReader:
    """Reads what is pushed to one Page; see `Reader`."""

    channel = "facebook"
    object = "page"
    partial: frozenset[str] = frozenset()

    def __init__(self, line: Line) -> None:
        """`line`, the connector, is asked for the conversation of a message alone."""
        self.account, self.ids, self._own = line.account, frozenset({line.account}), line.own
        self._talks = Talks(line)

    def message(self, event: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read an event of Messenger's."""
        return self._talks.read(event, now=now)

    def change(self, field: str, value: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read a change of the Page's feed, or a mention of the Page."""
        if field in OTHER_FIELDS:
            return ()
        read = {"feed": self._feed, "mention": self._mention}.get(field)
        item, verb = clean(value.get("item")), clean(value.get("verb"))
        if read is None or item not in POSTS | PASSED_OVER | {"comment"}:
            return None
        if item in PASSED_OVER or verb in NO_NEWS:
            return ()
        return read(value, comment=item == "comment", verb=verb, now=now)

    def _feed(self, value: Mapping[str, Any], *, comment: bool, verb: str, now: datetime) -> Sequence[Told] | None:
        source = "comments" if comment else "posts"
        native_id = required_id(value.get("comment_id" if comment else "post_id"), "id")
        if verb in {"remove", "delete"}:
            return ((source, Page(gone=(native_id,))),)
        if verb not in WRITTEN:
            return None
        if value.get("published") in (0, False):
            return ()
        item = _as_polled(value, native_id)
        post = (
            parse_comment(item, self._own, required_id(value.get("post_id"), "post_id"), now=now)
            if comment
            else parse_post(item, self._own, now=now)
        )
        return _page(source, post)

    def _mention(self, value: Mapping[str, Any], *, comment: bool, verb: str, now: datetime) -> Sequence[Told] | None:
        """Read a mention elsewhere: Meta rarely names its author, and then no program answers it."""
        post_id = required_id(value.get("post_id"), "post_id")
        native_id = required_id(value.get("comment_id"), "comment_id") if comment else post_id
        if verb in {"remove", "delete"}:
            return (("tagged", Page(gone=(native_id,))),)
        if verb not in WRITTEN:
            return None
        post = parse_tagged(_as_polled(value, native_id), self._own, now=now)
        if post and comment:
            post = replace(post, conversation=post_id, in_reply_to=graph_id(value.get("parent_id")) or post_id)
        return _page("tagged", post)


def _as_polled(value: Mapping[str, Any], native_id: str) -> dict[str, Any]:
    """Turn a change into the object a poll would have given; older shapes name the author by `sender_id`."""
    writer = mapping(value.get("from")) or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    parent, post_id = graph_id(value.get("parent_id")), graph_id(value.get("post_id"))
    return {
        "id": native_id,
        "message": value.get("message"),
        "from": writer,
        "created_time": value.get("created_time"),
        "permalink_url": value.get("permalink_url"),
        **({"parent": {"id": parent}} if parent and parent != post_id else {}),
    }


def _page(source: str, post: NewPost | None) -> Sequence[Told]:
    return ((source, Page(posts=(post,))),) if post else ()
