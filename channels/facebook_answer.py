"""Answers on a Facebook Page: replies, hiding, likes, deleting, bans, and looking whether a reply was made.

Decides nothing and never retries. What cannot be undone is done for a named person only, whoever asks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.graph_acts import by_a_person, done, node, standing_of
from channels.graph_back import CLOCKS, older, ours, search_back
from channels.graph_client import Answered, Client
from channels.graph_endpoints import BAN, COMMENT, COMMENTS, DELETE, HIDE, LIKE, REPLY
from channels.graph_fields import data, flag, graph_id, mapping
from channels.graph_parse import Own
from channels.graph_rules import GONE
from channels.graph_text import MAX_COMMENT, in_characters
from domain.errors import Refused, Unavailable, Uncertain
from domain.sending import Look, Order, PostRef, ReadBack, Receipt, Standing

NAME = "facebook"
SHOWN = 25  # answers under a comment that are looked through for one of ours
_NEWEST_FIRST = {"filter": "stream", "order": "reverse_chronological"}
_ANSWERS = f"comments.filter(stream).order(reverse_chronological).limit({SHOWN}){{id,from}}"


class Answering:
    """The public half of the connector; see the ports `Replies`, `Moderates`, `Likes`, `Deletes` and `Bans`."""

    def __init__(self, client: Client, own: Own) -> None:
        """Build it; asks nobody."""
        self._client, self._own = client, own

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer a comment or a post in public."""
        target = node(order.target, NAME)
        if not in_characters(order.body, MAX_COMMENT):
            remedy = f"1 to {MAX_COMMENT} characters."
            raise Refused(NAME, "the text does not fit into one comment", rule="graph.does-not-fit", remedy=remedy)
        answered = self._client.write(REPLY, target, "comments", {"message": order.body}, now=now)
        native_id = graph_id(answered.payload.get("id"))
        if not native_id:
            raise Uncertain(NAME, f"Meta says yes without saying to what ({REPLY.name})")
        return Receipt(native_id=native_id, rates=answered.rates)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for our answer under the comment; Facebook puts answers to an answer under the comment they share."""
        target, floor = node(order.target, NAME), since - CLOCKS
        if not self._is_post(target):
            parent = self._client.read(COMMENT, target, params={"fields": "id,parent{id}"}, now=now).payload
            target = graph_id(mapping(parent.get("parent")).get("id")) or target

        def ask(after: Mapping[str, str]) -> Answered:
            params = {"fields": "id,from,message,created_time", "limit": 50, **_NEWEST_FIRST, **after}
            return self._client.read(COMMENTS, target, "comments", params, now=now)

        def match(item: Mapping[str, Any]) -> str:
            fresh = not older(item, "created_time", floor, now=now)
            return ours(item, order, self._own, text="message") if fresh else ""

        return search_back(ask, match, lambda item: older(item, "created_time", floor, now=now))

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a comment or post: is it there, in the words we heard, and has a person answered it in the app?"""
        params = {"fields": f"id,message,{_ANSWERS}"}
        try:
            answered = self._client.read(COMMENT, node(post.native_id, NAME), params=params, now=now)
        except Refused as refused:
            if refused.rule in GONE:
                return Look(standing=Standing.GONE)
            raise
        if not graph_id(answered.payload.get("id")):
            raise Unavailable(NAME, f"Meta says nothing about the post ({COMMENT.name})", endpoint=COMMENT.bucket)
        answers = [mapping(item) for item in data(answered.payload.get("comments"))]
        by_us = any(self._own.wrote(mapping(item.get("from"))) and item.get("id") not in post.ours for item in answers)
        standing = standing_of(post, answered.payload.get("message"))
        return Look(standing=standing, answered_by_us=by_us, rates=answered.rates)

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide a comment, where Facebook says that we can. Its author and their friends still see it."""
        target = node(order.target, NAME)
        asked = self._client.read(COMMENT, target, params={"fields": "id,can_hide,is_hidden"}, now=now)
        if flag(asked.payload.get("is_hidden"), default=False):
            return Receipt(native_id=target, rates=asked.rates)
        if not flag(asked.payload.get("can_hide"), default=True):
            why, remedy = "Facebook does not let us hide this", "Delete it, or answer it."
            raise Refused(NAME, why, rule="graph.cannot-hide", remedy=remedy)
        answered = self._client.write(HIDE, target, "", {"is_hidden": True}, now=now, sending=False)
        return done(answered, target, HIDE, NAME)

    def like(self, order: Order, *, now: datetime) -> Receipt:
        """Like a comment or a post as the Page."""
        target = node(order.target, NAME)
        return done(self._client.write(LIKE, target, "likes", {}, now=now, sending=False), target, LIKE, NAME)

    def delete(self, order: Order, *, now: datetime) -> Receipt:
        """Delete a comment for good, for the person who decided it."""
        target = node(order.target, NAME)
        by_a_person(order, NAME)
        try:
            return done(self._client.remove(DELETE, target, now=now), target, DELETE, NAME)
        except Refused as refused:
            if refused.rule in GONE:
                return Receipt(native_id=target)
            raise

    def ban(self, order: Order, *, now: datetime) -> Receipt:
        """Shut an author out of the Page, for the person who decided it."""
        target = node(order.target, NAME)
        by_a_person(order, NAME)
        answered = self._client.write(BAN, self._own.page_id, "blocked", {"psid": target}, now=now, sending=False)
        if answered.payload.get(target) is True:  # Meta tells the outcome for each id
            return Receipt(native_id=target, rates=answered.rates)
        return done(answered, target, BAN, NAME)

    def recipient(self, native_id: str) -> dict[str, str]:
        """Name the thing a private reply answers, in Graph's word."""
        target = node(native_id, NAME)
        return {"post_id" if self._is_post(target) else "comment_id": target}

    def _is_post(self, native_id: str) -> bool:
        """Say whether an id is a post's on our Page, which begins with the Page's own, and not a comment's."""
        return native_id.startswith(f"{self._own.page_id}_")
