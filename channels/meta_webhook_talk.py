"""Private conversations as Meta pushes them: a message, an echo of ours, a message taken back. Sends nothing.

A pushed message names the person and not the conversation, whose id every message of a poll carries. So Graph is
asked for the conversation, once for each person.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final

from channels.graph_client import Client
from channels.graph_fields import clean, data, flag, graph_id, mapping, required_id
from channels.graph_inbox import conversations, parse_message
from channels.graph_parse import Own
from channels.meta_webhook import Told
from domain.errors import Unavailable
from domain.values import Page, RateState

SOURCE = "inbox"
REMEMBERED = 10_000  # conversations whose id is known without asking
PASSED_OVER: Final = frozenset(
    {
        "account_linking",
        "delivery",
        "game_play",
        "message_reaction",
        "optin",
        "order",
        "pass_thread_control",
        "payment",
        "postback",
        "reaction",
        "read",
        "referral",
        "request_thread_control",
        "seen",
        "take_thread_control",
        "message_edit",
    }
)
"""Events that hold no new words: what was read or liked, from where somebody came, which app has the conversation.

An edited message is the same message to Graph; it is read again before it is answered.
"""


class Talks:
    """Reads the events of one account's conversations."""

    def __init__(self, client: Client, own: Own, *, channel: str, platform: str) -> None:
        """`platform` in Graph's word: "messenger" or "instagram"."""
        self._client, self._own, self._channel, self._platform = client, own, channel, platform
        self._known: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._lock = Lock()

    def read(self, event: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read one event; None for a kind nobody knows. Raises ValueError, Unavailable, Refused."""
        message = mapping(event.get("message"))
        if not message:
            kinds = set(event) - {"sender", "recipient", "timestamp", "prior_message"}
            return () if kinds and kinds <= PASSED_OVER else None
        native_id = required_id(message.get("mid"), "mid")
        if flag(message.get("is_deleted"), default=False):
            return ((SOURCE, Page(gone=(native_id,))),)
        item = self._as_polled(event, message, native_id)
        talk, rates = self._conversation(self._customer(event), now)
        post = parse_message(item, talk, self._own, now=now)
        return ((SOURCE, Page(posts=(post,) if post else (), rates=rates)),)

    def _customer(self, event: Mapping[str, Any]) -> str:
        people = [graph_id(mapping(event.get(name)).get("id")) for name in ("sender", "recipient")]
        ours = {self._own.page_id, self._own.user_id}
        return required_id(next((person for person in people if person and person not in ours), None), "sender")

    def _as_polled(self, event: Mapping[str, Any], message: Mapping[str, Any], native_id: str) -> dict[str, Any]:
        """Turn an event into the Message a poll would have given."""
        customer = {"id": self._customer(event)}
        us = {"id": self._own.user_id or self._own.page_id}
        ours = flag(message.get("is_echo"), default=False)
        attached = message.get("attachments")
        return {
            "id": native_id,
            "from": us if ours else customer,
            "to": {"data": [customer if ours else us]},
            "message": message.get("text"),
            "created_time": event.get("timestamp"),
            "attachments": {"data": attached if isinstance(attached, list) else []},
            "is_unsupported": message.get("is_unsupported"),
        }

    def _conversation(self, person: str, now: datetime) -> tuple[Mapping[str, Any], tuple[RateState, ...]]:
        """Name the conversation with a person: as it is remembered, else as Graph says. Raises Unavailable, Refused."""
        with self._lock:
            known = self._known.get(person)
            if known is not None:
                self._known.move_to_end(person)
                return known, ()
        params = {"platform": self._platform, "user_id": person, "fields": "id,link", "limit": 1}
        endpoint = conversations(self._platform)
        answered = self._client.read(endpoint, self._own.page_id, "conversations", params, now=now)
        found = next((mapping(item) for item in data(answered.payload) if graph_id(mapping(item).get("id"))), None)
        if found is None:
            raise Unavailable(self._channel, "the conversation of a pushed message is not listed yet")
        talk = {"id": graph_id(found.get("id")), "link": clean(found.get("link"))}
        with self._lock:
            self._known[person] = talk
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return talk, answered.rates
