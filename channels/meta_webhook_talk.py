"""Private conversations as Meta pushes them: a message, an echo of ours, a message taken back. Sends nothing.

A pushed message names the person and not the conversation, whose id every message of a poll carries. So the connector
is asked for the conversation, once for each person.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final, Protocol

from channels.graph_fields import flag, graph_id, mapping, message_id, required_id
from channels.graph_inbox import parse_message
from channels.graph_parse import Own
from channels.meta_webhook import Told
from domain.errors import Unavailable
from domain.values import Page

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


class Line(Protocol):
    """What is needed of the connector of an account."""

    name: str
    account: str

    @property
    def own(self) -> Own:
        """Who we are."""

    def thread(self, author: str, *, now: datetime) -> str:
        """Name the conversation with a person; empty where there is none. Raises Unavailable or Refused."""


class Talks:
    """Reads the events of one account's conversations."""

    def __init__(self, line: Line) -> None:
        """`line` is asked for the conversation of a person who is not remembered."""
        self._line, self._own = line, line.own
        self._known: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def read(self, event: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read one event; None for a kind nobody knows. Raises ValueError, Unavailable, Refused."""
        message = mapping(event.get("message"))
        if not message:
            kinds = set(event) - {"sender", "recipient", "timestamp", "prior_message"}
            return () if kinds and kinds <= PASSED_OVER else None
        native_id = required_id(message_id(message.get("mid")), "mid")
        if flag(message.get("is_deleted"), default=False):
            return ((SOURCE, Page(gone=(native_id,))),)
        item = self._as_polled(event, message, native_id)
        talk = {"id": self._conversation(self._customer(event), now)}
        post = parse_message(item, talk, self._own, now=now)
        return ((SOURCE, Page(posts=(post,))),) if post else ()

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

    def _conversation(self, person: str, now: datetime) -> str:
        """Name the conversation with a person, by memory or by asking. Raises Unavailable, Refused."""
        with self._lock:
            if person in self._known:
                self._known.move_to_end(person)
                return self._known[person]
        found = self._line.thread(person, now=now)
        if not found:
            raise Unavailable(self._line.name, "the conversation of a pushed message is not listed yet")
        with self._lock:
            self._known[person] = found
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found
