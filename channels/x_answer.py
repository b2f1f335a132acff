"""Answers on X: replies, messages, hiding, and looking whether one of them was done. Decides nothing and never retries.

Nothing X offers makes sending idempotent. So each call is one request, and what may or may not have happened is
looked up among our own posts by what we meant to say.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.x_client import Answered, Client, Endpoint
from channels.x_errors import NAME
from channels.x_fields import (
    AHEAD,
    SNOWFLAKE_EPOCH,
    mapping,
    plain_id,
    reference_ids,
    rows,
    snowflake_at,
    snowflake_time,
    version_ids,
)
from channels.x_money import Meter
from channels.x_parse import Own
from channels.x_rules import GONE
from channels.x_settings import Settings
from channels.x_text import MAX_DIRECT, MAX_WEIGHT, has_link, same_words, sendable, weight
from domain.errors import Refused, Unavailable, Uncertain
from domain.sending import DeliveryKind, Look, Order, PostRef, ReadBack, Receipt, Standing
from domain.values import RateState, Usage

CLOCKS = timedelta(hours=2)  # how far our clock and X's may be apart without a sent message being overlooked
READ_BACK_PAGES = 8  # more than this is no answer: the listing counts as incomplete
MESSAGES_KEPT = timedelta(days=30)  # X lists direct messages no longer
_TARGET = re.compile(r"[0-9A-Za-z_-]{1,80}")  # goes into an address: nothing that could leave its place there

_Match = Callable[[Mapping[str, Any]], str | None]


class Answering:
    """The answering half of the connector; see the ports `Replies`, `OpensThreads` and `Moderates`."""

    def __init__(self, client: Client, settings: Settings, own: Own, meter: Meter) -> None:
        """Build it; asks nobody."""
        self._client, self._settings, self._own, self._meter = client, settings, own, meter

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        """Say whether `text` goes out: a reply by X's weighted length, and with no link unless links are paid for."""
        if kind is not DeliveryKind.REPLY:
            return 0 < len(text) <= MAX_DIRECT
        return sendable(text) and weight(text) <= MAX_WEIGHT and (self._settings.paid_links or not has_link(text))

    def price(self, order: Order) -> Usage:
        """Say what carrying out `order` costs, and which limit it draws on."""
        match order.kind:
            case DeliveryKind.MESSAGE:
                return self._meter.usage(Endpoint.MESSAGE, "dm_create")
            case DeliveryKind.HIDE:
                return self._meter.usage(Endpoint.HIDE, "content_manage")
        return self._meter.usage(Endpoint.REPLY, "post_create_url" if has_link(order.body) else "summoned_reply")

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer in public."""
        target = _target(order.target)
        if not self.fits(order.body):
            raise Refused(
                NAME,
                "the text does not fit into one reply",
                rule="x.does-not-fit",
                remedy=f"At most {MAX_WEIGHT} weighted characters, and no link unless `paid_links` is on.",
            )
        answered = self._client.reply(target, order.body, now=now)
        return self._receipt(answered, self.price(order), "id")

    def message(self, order: Order, *, now: datetime) -> Receipt:
        """Send into the conversation `order.target`, or to the user `extra["participant"]` where there is none yet."""
        participant = str(order.extra.get("participant", ""))
        conversation = self._conversation(order)
        if not sendable(order.body) or len(order.body) > MAX_DIRECT:
            raise Refused(
                NAME, "the text is no message", rule="x.does-not-fit", remedy=f"1 to {MAX_DIRECT} characters."
            )
        answered = self._client.message("" if participant else conversation, participant, order.body, now=now)
        return self._receipt(answered, self.price(order), "dm_event_id")

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide a reply under our own post."""
        answered = self._client.hide(_target(order.target), now=now)
        if mapping(answered.payload.get("data")).get("hidden") is not True:
            raise Unavailable(NAME, f"X does not say that it is hidden ({Endpoint.HIDE})", endpoint=Endpoint.HIDE)
        usage = self._meter.usage(Endpoint.HIDE, "content_manage")
        return Receipt(native_id=order.target, usage=(usage,), rates=answered.rates)

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a post. Whether a colleague answered it in X's app is not asked: X bills that by the reply."""
        try:
            answered = self._client.post(_target(post.native_id), {"tweet_fields": ["created_at"]}, now=now)
        except Refused as refused:
            if refused.rule in GONE:
                return Look(standing=Standing.GONE)
            raise
        usage = (self._meter.usage(Endpoint.POST, "post_read"),)
        found = mapping(answered.payload.get("data"))
        native_id = plain_id(found.get("id"))
        if not native_id:
            if not rows(answered.payload.get("errors")):
                raise Unavailable(NAME, f"X says nothing about the post ({Endpoint.POST})", endpoint=Endpoint.POST)
            return Look(standing=Standing.GONE, rates=answered.rates)
        latest = (version_ids(found) or (native_id,))[-1]
        known = {post.native_id, *post.version_ids}
        standing = Standing.SAME if native_id in known and latest in known else Standing.EDITED
        return Look(standing=standing, usage=usage, rates=answered.rates)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for our answer: a post of ours, to this target, in these words."""
        params = {
            "max_results": 100,
            "exclude": ["retweets"],
            "tweet_fields": ["created_at", "note_tweet", "referenced_tweets"],
            **_since(order.target, since),
        }

        def ask(token: str) -> Answered:
            more = {"pagination_token": token} if token else {}
            return self._client.own_posts(self._own.user_id, {**params, **more}, now=now)

        def match(item: Mapping[str, Any]) -> str | None:
            note = mapping(item.get("note_post") or item.get("note_tweet"))
            answers = reference_ids(item).get("replied_to", order.target)  # where X does not say, the words decide
            text = note.get("text") or item.get("text")
            return _matched(item, text, order) if answers == order.target else None

        price = "owned_read" if self._settings.owns_app else "post_read"
        return self._search_back(Endpoint.OWN_POSTS, price, ask, match, lambda _item: False)

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for our message: an event of ours in this conversation, in these words, no older than the attempt."""
        earliest = since - CLOCKS
        conversation = self._conversation(order)
        fields = {"max_results": 20, "dm_event_fields": ["created_at", "event_type", "id", "sender_id", "text"]}

        def ask(token: str) -> Answered:
            more = {"pagination_token": token} if token else {}
            return self._client.conversation(conversation, {**fields, **more}, now=now)

        def match(item: Mapping[str, Any]) -> str | None:
            ours = plain_id(item.get("sender_id")) == self._own.user_id
            return _matched(item, item.get("text"), order) if ours and not past(item) else None

        def past(item: Mapping[str, Any]) -> bool:
            return _made(item, now) < earliest

        found = self._search_back(Endpoint.CONVERSATION, "dm_event_read", ask, match, past)
        if found.native_id is None and now - earliest > MESSAGES_KEPT:
            return ReadBack(native_id=None, complete=False, usage=found.usage, rates=found.rates)
        return found

    def _conversation(self, order: Order) -> str:
        """Name the conversation; X names one of two people after both, the smaller id first."""
        participant = str(order.extra.get("participant", ""))
        if not participant:
            return _target(order.target)
        return "-".join(sorted((_target(plain_id(participant)), self._own.user_id), key=int))

    def _search_back(
        self,
        endpoint: str,
        price: str,
        ask: Callable[[str], Answered],
        match: _Match,
        past: Callable[[Mapping[str, Any]], bool],
    ) -> ReadBack:
        """Read a listing of ours to its end. Incomplete: X left something out, or the listing did not end."""
        token, used, complete = "", set[str](), True
        usage: list[Usage] = []
        rates: tuple[RateState, ...] = ()
        for _ in range(READ_BACK_PAGES):
            answered = ask(token)
            items = rows(answered.payload.get("data"))
            usage, rates = [*usage, self._meter.usage(endpoint, price, len(items))], answered.rates
            found = next((hit for item in items if (hit := match(mapping(item)))), None)
            if found:
                return ReadBack(native_id=found, complete=True, usage=tuple(usage), rates=rates)
            complete = complete and not answered.payload.get("errors") and all(map(_readable, items))
            used.add(token)
            token = str(mapping(answered.payload.get("meta")).get("next_token") or "")
            if not token or any(past(mapping(item)) for item in items):
                return ReadBack(native_id=None, complete=complete, usage=tuple(usage), rates=rates)
            if token in used:
                break
        return ReadBack(native_id=None, complete=False, usage=tuple(usage), rates=rates)

    def _receipt(self, answered: Answered, usage: Usage, name: str) -> Receipt:
        native_id = plain_id(mapping(answered.payload.get("data")).get(name))
        if not native_id:
            raise Uncertain(NAME, f"X says yes without saying to what ({usage.endpoint})")
        return Receipt(native_id=native_id, usage=(usage,), rates=answered.rates)


def _target(native_id: str) -> str:
    if not _TARGET.fullmatch(native_id):
        raise Refused(NAME, "the target is no id of X", rule="x.bad-target")
    return native_id


def _since(target: str, since: datetime) -> dict[str, Any]:
    """Bound the listing from below. A reply is newer than what it answers, whatever any clock says."""
    floor = since - CLOCKS
    if not plain_id(target):
        return {"start_time": floor}
    tells_time = snowflake_time(int(target)) > SNOWFLAKE_EPOCH + AHEAD
    return {"since_id": str(max(int(target), snowflake_at(floor)) if tells_time else int(target))}


def _matched(item: Mapping[str, Any], text: Any, order: Order) -> str | None:
    """Give an item's id where it says these words, unless it is known to be another order's receipt."""
    native_id = plain_id(item.get("id"))
    if native_id in order.extra.get("known", ()) or not isinstance(text, str) or not same_words(order.body, text):
        return None
    return native_id or None


def _readable(item: Any) -> bool:
    return bool(plain_id(mapping(item).get("id")))


def _made(item: Mapping[str, Any], now: datetime) -> datetime:
    try:
        read = datetime.fromisoformat(str(item.get("created_at")))
    except ValueError:
        return now
    return read if read.tzinfo else read.replace(tzinfo=UTC)
