"""What Meta pushes about an Instagram account: comments, mentions elsewhere, messages. Sends nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from channels.graph_fields import graph_id, mapping, required_id
from channels.graph_inbox import INSTAGRAM
from channels.instagram_parse import elsewhere, parse_comment
from channels.meta_webhook import Told
from channels.meta_webhook_talk import Line, Talks
from domain.errors import Refused
from domain.values import NewPost, Page

PASSED_OVER: Final = frozenset(
    {"story_insights", "messaging_seen", "message_reactions", "messaging_referral", "standby"}
)
"""Fields without words of customers."""


class InstagramLine(Line, Protocol):
    """What is needed of the connector."""

    def mentioned(self, media_id: str, comment_id: str = "", *, now: datetime) -> NewPost | None:
        """Read what was named by ids only; None for our own. Raises Unavailable, Refused, ValueError."""


class InstagramReader:
    """Reads what is pushed to one account; see `Reader`."""

    channel = "instagram"
    object = INSTAGRAM
    partial = frozenset({"tagged"})  # that somebody is tagged in a picture is not pushed

    def __init__(self, line: InstagramLine) -> None:
        """`line`, the connector, fetches mentions, and is asked for the conversation of a message."""
        self.account, self._line, self._own = line.account, line, line.own
        self.ids = frozenset({line.account})
        self._talks = Talks(line)

    def message(self, event: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read an event of the account's messages."""
        return self._talks.read(event, now=now)

    def change(self, field: str, value: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read a comment, or fetch a mention."""
        if field in {"comments", "live_comments"}:
            return self._comment(value, now)
        if field == "mentions":
            return self._mention(value, now)
        return () if field in PASSED_OVER else None

    def _comment(self, value: Mapping[str, Any], now: datetime) -> Sequence[Told]:
        """Read a comment under our own media. Meta tells no time of it: it is pushed as it is written."""
        media_id = required_id(mapping(value.get("media")).get("id"), "media")
        post = parse_comment(value, self._own, media_id, now=now)
        return (("comments", Page(posts=(post,))),)

    def _mention(self, value: Mapping[str, Any], now: datetime) -> Sequence[Told]:
        """Fetch what Meta names by its ids only; what no longer exists is gone. Raises Unavailable, ValueError."""
        media_id, comment_id = required_id(value.get("media_id"), "media_id"), graph_id(value.get("comment_id"))
        try:
            post = self._line.mentioned(media_id, comment_id, now=now)
        except Refused as exc:
            if not exc.gone:
                raise
            return (("tagged", Page(gone=(elsewhere(media_id, comment_id),))),)
        return (("tagged", Page(posts=(post,))),) if post else ()
