"""Private words at Meta, on Messenger or Instagram: messages, private replies, and looking whether one went out.

Meta's windows are the gate's to keep; here they only choose the kind of message, so that a person's late answer goes
as one and automatic words never do. One request a message, no retry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.graph_acts import node
from channels.graph_back import CLOCKS, older, ours, search_back
from channels.graph_client import Answered, Client
from channels.graph_endpoints import IG_MESSAGE, IG_MESSAGES, MESSAGE, MESSAGES, Endpoint
from channels.graph_fields import data, graph_id, mapping, message_id
from channels.graph_inbox import (
    CONVERSATION_FIELDS,
    INSTAGRAM,
    MESSAGE_FIELDS,
    MESSAGES_SHOWN,
    PAGE_SIZE,
    conversations,
)
from channels.graph_parse import UNKNOWN, Own, next_page
from domain.errors import Refused, Uncertain
from domain.sending import Order, ReadBack, Receipt

WINDOW = timedelta(hours=24)  # after the customer's last message, for everybody
AGENT_WINDOW = timedelta(days=7)  # after it, for words a person wrote
HEARD_AT = "heard_at"  # the name under which an order's `extra` says when the customer last wrote, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The private half of a connector; see the ports `OpensThreads` and `RepliesPrivately`."""

    channel: str
    client: Client
    own: Own
    platform: str  # in Graph's word: "messenger" or "instagram"
    human_agent: bool
    fits: Callable[[str], bool]
    limit: str  # of a text, for people: "2000 characters"

    @property
    def endpoint(self) -> Endpoint:
        """Name the edge that sends."""
        return IG_MESSAGE if self.platform == INSTAGRAM else MESSAGE

    def message(self, order: Order, *, now: datetime) -> Receipt:
        """Send to `extra["author"]`, the customer's id, who has opened the conversation `order.target`."""
        author = str(order.extra.get("author", ""))
        if not graph_id(author) or author.startswith(UNKNOWN):
            raise self._refused("nobody is known to send it to", "graph.no-recipient", "Answer from Meta's own app.")
        return self._send(order, {"id": author}, self._kind(order, now), now)

    def thread(self, author: str, *, now: datetime) -> str:
        """Name the conversation with a customer, as the inbox names it; empty where there is none. One request."""
        params = {"platform": self.platform, "user_id": node(author, self.channel), "fields": "id,participants"}
        found = self.client.read(conversations(self.platform), self.own.page_id, "conversations", params, now=now)
        talks = [mapping(talk) for talk in data(found.payload)]
        # should Meta ever pass over `user_id`, nobody's words must land in another's conversation
        return next((graph_id(talk.get("id")) for talk in talks if _with(talk, author)), "")

    def private_reply(self, order: Order, *, now: datetime, target: Mapping[str, str]) -> Receipt:
        """Answer a comment or visitor's post in private; `target` is Graph's `recipient`. Meta takes one a post."""
        return self._send(order, target, {}, now)

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for a message of ours in this conversation, in these words, no older than the attempt."""
        endpoint = IG_MESSAGES if self.platform == INSTAGRAM else MESSAGES
        target, floor = node(order.target, self.channel), since - CLOCKS

        def ask(after: Mapping[str, str]) -> Answered:
            params = {"fields": MESSAGE_FIELDS, "limit": MESSAGES_SHOWN, **after}
            return self.client.read(endpoint, target, "messages", params, now=now)

        def match(item: Mapping[str, Any]) -> str:
            fresh = not older(item, "created_time", floor, now=now)
            return ours(item, order, self.own, text="message") if fresh else ""

        return search_back(ask, match, lambda item: older(item, "created_time", floor, now=now))

    def find_private_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for a private reply among the conversations that changed since the attempt.

        It opens a conversation of its own, or goes into the customer's. Whether the id under a comment is the one in
        the inbox is not documented; so words of ours that went to somebody else, or to whom cannot be told, make the
        listing incomplete: then nobody knows, and a person decides.
        """
        floor, author = since - CLOCKS, str(order.extra.get("author", ""))
        doubtful: list[str] = []

        def ask(after: Mapping[str, str]) -> Answered:
            params = {"platform": self.platform, "fields": CONVERSATION_FIELDS, "limit": PAGE_SIZE, **after}
            return self.client.read(conversations(self.platform), self.own.page_id, "conversations", params, now=now)

        def match(talk: Mapping[str, Any]) -> str:
            told = [mapping(item) for item in data(talk.get("messages"))]
            fresh = [item for item in told if not older(item, "created_time", floor, now=now)]
            if len(fresh) == len(told) and next_page(mapping(talk.get("messages"))):
                doubtful.append("more than fits")
            hits = [hit for item in fresh if (hit := ours(item, order, self.own, text="message"))]
            people = {graph_id(mapping(one).get("id")) for one in data(talk.get("participants"))}
            if hits and author and author in people:
                return hits[0]
            doubtful.extend(hits)
            return ""

        back = search_back(ask, match, lambda talk: older(talk, "updated_time", floor, now=now))
        if back.native_id is None and doubtful:
            return ReadBack(native_id=None, complete=False, rates=back.rates)
        return back

    def _send(self, order: Order, recipient: Mapping[str, str], kind: Mapping[str, str], now: datetime) -> Receipt:
        if not self.fits(order.body):
            raise self._refused("the text is no message", "graph.does-not-fit", f"1 to {self.limit}.")
        form = {"recipient": dict(recipient), **kind, "message": {"text": order.body}}
        answered = self.client.write(self.endpoint, self.own.page_id, "messages", form, now=now)
        native_id = message_id(answered.payload.get("message_id"))
        if not native_id:
            raise Uncertain(self.channel, f"Meta says yes without saying to what ({self.endpoint.name})")
        return Receipt(native_id=native_id, rates=answered.rates)

    def _kind(self, order: Order, now: datetime) -> dict[str, str]:
        """Choose the kind of message by how long ago the customer wrote; where that is not told, Meta decides."""
        heard_at = _time(order.extra.get(HEARD_AT))
        if heard_at is None or now - heard_at < WINDOW:
            return {"messaging_type": "RESPONSE"}
        if order.by and self.human_agent and now - heard_at < AGENT_WINDOW:
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        why = "the time in which Meta takes these words is over: 24 hours, or 7 days for words a person wrote"
        remedy = "Reply in public, or wait until they write again."
        if order.by and not self.human_agent and now - heard_at < AGENT_WINDOW:
            remedy = "Where the app has Meta's Human Agent feature, set human_agent = true; else reply in public."
        raise self._refused(why, "graph.window-shut", remedy)

    def _refused(self, why: str, rule: str, remedy: str) -> Refused:
        return Refused(self.channel, why, rule=rule, remedy=remedy)


def _time(value: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return read if read and read.tzinfo else None


def _with(talk: Mapping[str, Any], author: str) -> bool:
    return author in {graph_id(mapping(one).get("id")) for one in data(talk.get("participants"))}
