"""X: mentions, searches and direct messages in; public replies, messages in opened conversations and hiding out.

The face of the connector. Only posts whose author called us (by @name or by quoting us) can be answered: X lets no
self-serve program answer others, so posts found by a search are heard, marked as not summoned, and left to people.
"""

from collections.abc import Sequence
from datetime import datetime

from channels.x_answer import Answering
from channels.x_client import Client
from channels.x_errors import NAME
from channels.x_fields import clean, mapping, plain_id
from channels.x_hear import Hearing
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from channels.x_probe import probe
from channels.x_settings import Settings
from domain.errors import Unavailable
from domain.sending import DeliveryKind, Look, Order, PostRef, Probe, ReadBack, Receipt
from domain.values import Page, SourceSpec, Usage

__all__ = ["PERMISSIONS", "Settings", "X", "connect"]

PERMISSIONS = """\
At X's developer portal, signed in as the brand's own account: choose "pay per use", add credits and set a monthly
spending limit. Make a project and an app. Under "User authentication settings" choose "Read and write and Direct
message". Of that, Sottovoce uses:
  read       mentions, keyword searches, and your own posts, to see whether an answer arrived
  write      one public answer to a post that names you; nothing else is posted, liked, followed or deleted
  messages   reading what customers write to you in private, and answering in conversations they opened
Then, under "Keys and tokens", copy the four values below. Make the access token after the step above: an older one
lacks the rights. Label the account "Automated" in its settings; X wants that and a person or team named in its bio.

What X charges (price list of 2026): 0.001 USD for a mention read (0.005 when the account does not own the app), 0.005
for a post found by a search, 0.010 for an answer, 0.010 and 0.015 for a private message read and sent. A budget for
the month can be set in the settings; searches end at 80 % of it, answers at 95 %, listening last.
"""


def connect(settings: Settings, *, now: datetime) -> "X":
    """Make the connector. Asks X who we are if the settings lack `user_id` or `handle`; otherwise opens nothing.

    Raises Unavailable or Refused when that question fails.
    """
    client = Client(
        oauth1=settings.oauth1(),
        bearer=settings.bearer_token.get_secret_value() if settings.bearer_token else None,
        api_base=settings.api_base,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        new_names=settings.names == "post",
    )
    own = Own(settings.user_id, settings.handle)
    return X(client, settings, own if own.user_id and own.handle else _who_we_are(client, own, now))


class X:
    """One account on X; serves the ports Hears, Replies, OpensThreads, Moderates, Prices and Probes."""

    def __init__(self, client: Client, settings: Settings, own: Own) -> None:
        """Put the halves together; `connect` is the way in."""
        self.name: str = NAME
        self.account: str = own.user_id
        self.handle: str = own.handle
        self._client, self._settings, self._own = client, settings, own
        meter = Meter(price_table() | settings.prices)
        self._hearing = Hearing(client, settings, own, meter)
        self._answering = Answering(client, settings, own, meter)

    @property
    def invitation(self) -> str:
        """Where a customer begins to write to us in private; empty where answers may carry no link."""
        return f"https://x.com/messages/compose?recipient_id={self.account}" if self._settings.paid_links else ""

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled, in the order of urgency; see `Hears`."""
        return self._hearing.sources()

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
        """Read one page of `source` after `cursor`; see `Hears`. One request."""
        return self._hearing.fetch(source, cursor, now=now)

    def cost(self, source: str) -> Usage:
        """Say what one fetch of a full page costs at most; most fetches cost a fraction. See `Hears`."""
        return self._hearing.cost(source)

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        """Say whether X would take `text` as one such answer, at a price the settings allow; see `Replies`."""
        return self._answering.fits(text, kind)

    def price(self, order: Order) -> Usage:
        """Say what carrying out `order` costs at most, and which rate row it draws on; see `Prices`. Asks nobody."""
        return self._answering.price(order)

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer post `order.target` in public; see `Replies`. One request."""
        return self._answering.reply(order, now=now)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look among our own posts for this answer; see `Replies`. Up to 8 requests."""
        return self._answering.find_reply(order, since=since, now=now)

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a post before answering it; see `Replies`. One request."""
        return self._answering.look(post, now=now)

    def message(self, order: Order, *, now: datetime) -> Receipt:
        """Send into conversation `order.target`; see `OpensThreads`. One request."""
        return self._answering.message(order, now=now)

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look in the conversation for this message; see `OpensThreads`. Up to 8 requests."""
        return self._answering.find_message(order, since=since, now=now)

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide the reply `order.target`; see `Moderates`. One request; an unclear outcome is Unavailable."""
        return self._answering.hide(order, now=now)

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Try sign-in, hearing, rights and credits; see `Probes`. Three requests."""
        return probe(self._client, self._settings, self._own, now=now)


def _who_we_are(client: Client, said: Own, now: datetime) -> Own:
    user = mapping(client.me(now=now).payload.get("data"))
    user_id, handle = said.user_id or plain_id(user.get("id")), said.handle or clean(user.get("username"))
    if not (user_id and handle):
        raise Unavailable(NAME, "X does not say who we are: set `user_id` and `handle`")
    return Own(user_id, handle)
