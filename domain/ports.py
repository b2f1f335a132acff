"""The ports: what a room needs of another, as Protocols. A connector's methods are its capabilities."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from domain.sending import DeliveryKind, Look, Order, PostRef, Probe, ReadBack, Receipt
from domain.values import Page, Pushed, Scores, SourceSpec, Usage


@runtime_checkable
class Hears(Protocol):
    """Reads what is new on a platform."""

    name: str  # the channel: "x"
    account: str  # native id of our own account there

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled, in the order of urgency."""

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
        """Read one page of `source` after `cursor`; an overlap before it is read again, the store drops repeats.

        Raises Unavailable (later), Refused (stop this source, or with a wider scope the account). Never sleeps.
        """

    def cost(self, source: str) -> Usage:
        """Say what one fetch of a full page costs at most, so that the budget can be asked first."""


@runtime_checkable
class Receives(Protocol):
    """Stands at a door of ours: knows a platform that knocks from anybody else, and reads what it brings."""

    name: str  # of the door: "x", "meta"
    accounts: Sequence[tuple[str, str]]  # (channel, account) of ours that it may bring news of

    def greet(self, query: Mapping[str, str]) -> str | None:
        """Answer the platform's question whether this address is ours; None for anybody else's."""

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether the platform signed these very bytes, in constant time. Reads none of them."""

    def read(self, body: str, *, now: datetime) -> Sequence[Pushed]:
        """Read one envelope. What is not about accounts of ours is passed over, what nobody knows is set aside.

        Raises Unavailable (a thing that was only named could not be looked up: read it later), Refused (never),
        ValueError for what is no envelope at all.
        """


@runtime_checkable
class Streams(Protocol):
    """Keeps a connection to a platform open, over which it tells what happens."""

    channel: str
    account: str
    endpoint: str  # its rate row
    sources: Sequence[str]  # what is told over it: polling these is only the sweep while it lives

    def prepare(self, *, now: datetime) -> None:
        """See to it that the platform tells what we want to hear. Raises Unavailable or Refused."""

    def lines(self, *, now: datetime) -> Iterator[bytes]:
        """Open it and give envelope after envelope; an empty one is a sign of life.

        Ends when the platform ends it. Raises Unavailable when it cannot be opened, breaks off or falls silent,
        Refused when it would be refused tomorrow.
        """

    def close(self) -> None:
        """Let go of it, from another thread; `lines` ends then."""


@runtime_checkable
class Replies(Protocol):
    """Answers in public."""

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer post `order.target` once: one HTTP request, no retry.

        Raises Unavailable (nothing was sent), Refused (never again), Uncertain (it may have been).
        """

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look among our own posts since `since` for this very answer. Raises Unavailable or Refused."""

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a post before answering it. Raises Unavailable or Refused."""

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        """Say whether the platform would take `text` as one answer of this kind, by the platform's own count."""


@runtime_checkable
class OpensThreads(Protocol):
    """Speaks in a private conversation, where the platform allows."""

    def message(self, order: Order, *, now: datetime) -> Receipt:
        """Send into conversation `order.target` once; errors as `Replies.reply`."""

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look in the conversation since `since` for this very message. Raises Unavailable or Refused."""


@runtime_checkable
class RepliesPrivately(Protocol):
    """Answers a public post with one private message: the platform takes one a post, and only for a time."""

    def private_reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer post `order.target` in private once; errors as `Replies.reply`. `native_id` is the message's."""

    def find_private_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look whether this very private reply went out since `since`. Raises Unavailable or Refused."""


@runtime_checkable
class Moderates(Protocol):
    """Acts on what others wrote under our own posts."""

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide the reply `order.target`; hiding twice is safe. Errors as `Replies.reply`."""


@runtime_checkable
class Likes(Protocol):
    """Likes what others wrote."""

    def like(self, order: Order, *, now: datetime) -> Receipt:
        """Like `order.target`; liking twice is safe. Errors as `Replies.reply`."""


@runtime_checkable
class Deletes(Protocol):
    """Deletes what others wrote under our own posts: cannot be undone, so only a person decides it."""

    def delete(self, order: Order, *, now: datetime) -> Receipt:
        """Delete `order.target`; one that is gone already counts as deleted. Errors as `Replies.reply`."""


@runtime_checkable
class Bans(Protocol):
    """Shuts authors out of our page; only a person decides it."""

    def ban(self, order: Order, *, now: datetime) -> Receipt:
        """Shut the author `order.target` out; twice is safe. Errors as `Replies.reply`."""


@runtime_checkable
class TellsTeam(Protocol):
    """Carries words to the team: a chat room, or mail."""

    name: str  # "slack", "mail"

    def tell(self, order: Order, *, now: datetime) -> Receipt:
        """Deliver an alert, note or mail; errors as `Replies.reply`."""

    def find_told(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for `order.key` among what was told since `since`. Raises Unavailable or Refused."""


@runtime_checkable
class Prices(Protocol):
    """Knows what sending costs, so that the budget and the rate row can be asked before anything is sent."""

    def price(self, order: Order) -> Usage:
        """Say what carrying out `order` costs at most; `endpoint` names its rate row. Asks nobody."""


@runtime_checkable
class Probes(Protocol):
    """Can be asked whether sign-in and permissions are what the work needs."""

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Try each permission in the cheapest harmless way; never raises for a refusal, reports it."""


@runtime_checkable
class Ages(Protocol):
    """Holds a sign-in that runs out or loses permissions by itself, and can be asked about it free of charge."""

    name: str
    account: str

    def checkup(self, *, now: datetime) -> Sequence[Probe]:
        """Look once a day whether the sign-in stands and for how long; never raises for a refusal, reports it."""


class Classifies(Protocol):
    """Judges texts."""

    version: str

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Score each text, in order. Deterministic. Texts of any length; an empty one scores as no evidence."""
