"""Answers on Instagram: replies, hiding, deleting, looking whether a reply was made. Decides nothing, never retries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.graph_acts import by_a_person, done, node, standing_of
from channels.graph_back import CLOCKS, older, ours, search_back
from channels.graph_client import Answered, Client
from channels.graph_endpoints import (
    IG_COMMENT,
    IG_DELETE,
    IG_HIDE,
    IG_MENTION,
    IG_REPLIES,
    IG_REPLY,
    IG_USER,
    Endpoint,
)
from channels.graph_fields import data, graph_id, mapping
from channels.graph_parse import Own
from channels.graph_rules import GONE
from channels.graph_text import MAX_INSTAGRAM_COMMENT, in_characters
from channels.instagram_parse import COMMENT_FIELDS, MEDIA_FIELDS, parse_media, parse_mention, place_of, writer_of
from domain.errors import Refused, Unavailable, Uncertain
from domain.sending import Look, Order, PostRef, ReadBack, Receipt, Standing
from domain.values import NewPost

NAME = "instagram"
SHOWN = 50  # replies under a comment that are looked through for one of ours


class Answering:
    """The public half of the connector; see the ports `Replies`, `Moderates` and `Deletes`."""

    def __init__(self, client: Client, own: Own) -> None:
        """Build it; asks nobody."""
        self._client, self._own = client, own

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer a comment, or a mention elsewhere, in public."""
        target, place = node(order.target, NAME), place_of(order.target)
        if not in_characters(order.body, MAX_INSTAGRAM_COMMENT):
            remedy = f"1 to {MAX_INSTAGRAM_COMMENT} characters."
            raise Refused(NAME, "the text does not fit into one comment", rule="graph.does-not-fit", remedy=remedy)
        if place:
            form = {"media_id": place[0], "comment_id": place[1] or None, "message": order.body}
            answered = self._client.write(IG_MENTION, self._own.user_id, "mentions", form, now=now)
        else:
            answered = self._client.write(IG_REPLY, target, "replies", {"message": order.body}, now=now)
        native_id = graph_id(answered.payload.get("id"))
        if not native_id:
            endpoint = IG_MENTION if place else IG_REPLY
            raise Uncertain(NAME, f"Meta says yes without saying to what ({endpoint.name})")
        return Receipt(native_id=native_id, rates=answered.rates)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for our reply under the comment; a reply to a reply stands under the comment they share.

        What we wrote under somebody else's media no edge lists: nobody can look, so a person decides.
        """
        target, floor = node(order.target, NAME), since - CLOCKS
        if place_of(target):
            why = "answers under somebody else's media cannot be listed"
            raise Refused(NAME, why, rule="graph.cannot-look", remedy="Look on Instagram whether it stands there.")
        parent = self._client.read(IG_COMMENT, target, params={"fields": "id,parent_id"}, now=now).payload
        thread = graph_id(parent.get("parent_id")) or target

        def ask(after: Mapping[str, str]) -> Answered:
            params = {"fields": COMMENT_FIELDS, "limit": SHOWN, **after}
            return self._client.read(IG_REPLIES, thread, "replies", params, now=now)

        def match(item: Mapping[str, Any]) -> str:
            fresh = not older(item, "timestamp", floor, now=now)
            return ours(item, order, self._own, text="text") if fresh else ""

        return search_back(ask, match, lambda _item: False)  # in which order Instagram lists them is not documented

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a comment: is it there, in the words we heard, and has a person answered it in the app?"""
        if place_of(post.native_id):
            return self._look_elsewhere(post, now=now)
        fields = f"id,text,replies.limit({SHOWN}){{id,username,from}}"
        try:
            answered = self._client.read(IG_COMMENT, node(post.native_id, NAME), params={"fields": fields}, now=now)
        except Refused as refused:
            return _gone(refused)
        if not graph_id(answered.payload.get("id")):
            raise _silent(IG_COMMENT)
        replies = [mapping(item) for item in data(answered.payload.get("replies"))]
        by_us = any(self._own.wrote(writer_of(item)) and item.get("id") not in post.ours for item in replies)
        standing = standing_of(post, answered.payload.get("text"))
        return Look(standing=standing, answered_by_us=by_us, rates=answered.rates)

    def mentioned(self, media_id: str, comment_id: str = "", *, now: datetime) -> NewPost | None:
        """Read what a webhook named by ids only; None for words of our own. One request.

        Raises Unavailable, Refused (`gone` where it no longer exists), or ValueError where it cannot be read.
        """
        found, _ = self._read_elsewhere(media_id, comment_id, now=now)
        if comment_id:
            return parse_mention(found, self._own, media_id, now=now)
        return parse_media(found, self._own, now=now)

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide a comment under our own media."""
        target = self._own_comment(order)
        answered = self._client.write(IG_HIDE, target, "", {"hide": True}, now=now, sending=False)
        return done(answered, target, IG_HIDE, NAME)

    def delete(self, order: Order, *, now: datetime) -> Receipt:
        """Delete a comment under our own media for good, for the person who decided it."""
        target = self._own_comment(order)
        by_a_person(order, NAME)
        try:
            return done(self._client.remove(IG_DELETE, target, now=now), target, IG_DELETE, NAME)
        except Refused as refused:
            if refused.rule in GONE:
                return Receipt(native_id=target)
            raise

    def recipient(self, native_id: str) -> dict[str, str]:
        """Name the comment a private reply answers, in Graph's word. Raises Refused for what stands elsewhere."""
        if place_of(native_id):
            why, remedy = "Instagram takes private replies to comments under our own media only", "Reply in public."
            raise Refused(NAME, why, rule="graph.not-repliable", remedy=remedy)
        return {"comment_id": node(native_id, NAME)}

    def _own_comment(self, order: Order) -> str:
        if place_of(order.target):
            why, remedy = "it stands under somebody else's media", "Report it on Instagram."
            raise Refused(NAME, why, rule="graph.not-ours", remedy=remedy)
        return node(order.target, NAME)

    def _look_elsewhere(self, post: PostRef, *, now: datetime) -> Look:
        media_id, comment_id = place_of(post.native_id) or ("", "")
        try:
            found, answered = self._read_elsewhere(media_id, comment_id, now=now)
        except Refused as refused:
            return _gone(refused)
        if not graph_id(found.get("id")):
            return Look(standing=Standing.GONE, rates=answered.rates)
        return Look(standing=standing_of(post, found.get("text" if comment_id else "caption")), rates=answered.rates)

    def _read_elsewhere(self, media_id: str, comment_id: str, *, now: datetime) -> tuple[Mapping[str, Any], Answered]:
        name = "mentioned_comment" if comment_id else "mentioned_media"
        which = f"comment_id({node(comment_id, NAME)})" if comment_id else f"media_id({node(media_id, NAME)})"
        fields = (
            f"{COMMENT_FIELDS.replace(',parent_id,hidden', '')},media{{id,permalink}}" if comment_id else MEDIA_FIELDS
        )
        params = {"fields": f"{name}.{which}{{{fields}}}"}
        answered = self._client.read(IG_USER, self._own.user_id, params=params, now=now)
        return mapping(answered.payload.get(name)), answered


def _gone(refused: Refused) -> Look:
    if refused.rule in GONE:
        return Look(standing=Standing.GONE)
    raise refused


def _silent(endpoint: Endpoint) -> Unavailable:
    return Unavailable(NAME, f"Meta says nothing about the comment ({endpoint.name})", endpoint=endpoint.bucket)
