"""Instagram: an account's inbox, comments and tags in; replies, private replies and messages out.

The face of the connector, for a professional account that is connected to a Page. Mentions under other people's media
come by webhook only and are fetched with `mentioned`. Instagram lets no program like anything or shut anybody out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels.graph_client import Client
from channels.graph_endpoints import IG_DELETE, IG_HIDE, IG_REPLY, ME, Endpoint
from channels.graph_fields import clean, graph_id, mapping
from channels.graph_hear import Hearing
from channels.graph_inbox import INSTAGRAM
from channels.graph_parse import Own
from channels.graph_probe import checkup, probe
from channels.graph_talk import Talk
from channels.graph_text import MAX_INSTAGRAM_COMMENT, MAX_INSTAGRAM_MESSAGE, in_bytes, in_characters
from channels.graph_usage import sending
from channels.instagram_answer import NAME, Answering
from channels.instagram_hear import sources
from channels.instagram_settings import Settings
from domain.errors import Unavailable
from domain.sending import DeliveryKind, Look, Order, PostRef, Probe, ReadBack, Receipt
from domain.values import NewPost, Page, SourceSpec, Usage

__all__ = ["PERMISSIONS", "Instagram", "Settings", "connect"]

NEEDS = {
    "pages_show_list": "naming the Page",
    "pages_read_engagement": "the account's media, by its Page",
    "pages_manage_metadata": "the inbox",
    "instagram_basic": "the account and its media",
    "instagram_manage_comments": "reading and answering comments and mentions, hiding, deleting",
    "instagram_manage_messages": "reading and writing messages, private replies",
}
"""Each permission and what it is for."""

PERMISSIONS = """\
The account must be a professional one and connected to a Page; in its settings under "Messages and story replies"
allow access to messages. Take the same app and Page token as for Facebook, with these permissions:
  pages_show_list             naming the Page
  pages_read_engagement       the account's media, by its Page
  pages_manage_metadata       the inbox
  instagram_basic             the account and its media
  instagram_manage_comments   reading and answering comments and mentions, hiding; deleting for a person of the team
  instagram_manage_messages   reading and writing messages, private replies
For customers who have no role in the app Meta asks for Advanced Access (App Review) to each of them, and for business
verification; until then the inbox looks empty. Nothing here costs money. docs/channels.md leads through it.
"""

_ENDPOINTS: dict[DeliveryKind, Endpoint] = {
    DeliveryKind.REPLY: IG_REPLY,
    DeliveryKind.HIDE: IG_HIDE,
    DeliveryKind.DELETE: IG_DELETE,
}


def connect(settings: Settings, *, now: datetime) -> "Instagram":
    """Make the connector. Asks Meta who we are if the settings lack an id or the name; otherwise opens nothing.

    Raises Unavailable or Refused when that question fails.
    """
    client = Client(NAME, settings)
    own = Own(page_id=settings.page_id, user_id=settings.user_id, handle=settings.handle)
    whole = own.page_id and own.user_id and own.handle
    return Instagram(client, settings, own if whole else _who_we_are(client, own, now))


class Instagram:
    """One account; serves Hears, Replies, RepliesPrivately, OpensThreads, Moderates, Deletes, Prices and Probes."""

    def __init__(self, client: Client, settings: Settings, own: Own) -> None:
        """Put the halves together; `connect` is the way in."""
        self.name: str = NAME
        self.account: str = own.user_id
        self.handle: str = own.handle
        self._client, self._settings, self._own = client, settings, own
        self._hearing = Hearing(NAME, sources(client, settings, own))
        self._answering = Answering(client, own)
        self._talk = Talk(
            channel=NAME,
            client=client,
            own=own,
            platform=INSTAGRAM,
            human_agent=settings.human_agent,
            fits=lambda text: in_bytes(text, MAX_INSTAGRAM_MESSAGE),
            limit=f"{MAX_INSTAGRAM_MESSAGE} bytes",
        )

    @property
    def own(self) -> Own:
        """Who we are, for whoever reads what Meta pushes."""
        return self._own

    @property
    def invitation(self) -> str:
        """Where a customer begins to write to us in private."""
        return f"https://ig.me/m/{self.handle}"

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled, in the order of urgency; see `Hears`."""
        return self._hearing.sources()

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
        """Read one page of `source` after `cursor`; see `Hears`. One request."""
        return self._hearing.fetch(source, cursor, now=now)

    def cost(self, source: str) -> Usage:
        """Name the rate row of `source`; Meta bills nothing. See `Hears`."""
        return self._hearing.cost(source)

    def mentioned(self, media_id: str, comment_id: str = "", *, now: datetime) -> NewPost | None:
        """Read what a webhook named by ids only; None for words of our own. One request.

        Raises Unavailable, Refused (`gone` where it no longer exists), or ValueError where it cannot be read.
        """
        return self._answering.mentioned(media_id, comment_id, now=now)

    def thread(self, author: str, *, now: datetime) -> str:
        """Name the private conversation with `author`, as polling names it; empty where there is none. One request."""
        return self._talk.thread(author, now=now)

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        """Say whether Instagram would take `text` as one such answer; messages are counted in bytes. See `Replies`."""
        if kind in (DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY):
            return in_bytes(text, MAX_INSTAGRAM_MESSAGE)
        return in_characters(text, MAX_INSTAGRAM_COMMENT)

    def price(self, order: Order) -> Usage:
        """Name the rate row `order` draws on; Meta bills nothing. See `Prices`. Asks nobody."""
        bucket = _ENDPOINTS.get(order.kind, self._talk.endpoint).bucket
        return Usage(endpoint=sending(bucket), resource="call", units=1, micros=0)

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer comment or mention `order.target` in public; see `Replies`. One request."""
        return self._answering.reply(order, now=now)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look under the comment for this answer; see `Replies`. Up to 9 requests."""
        return self._answering.find_reply(order, since=since, now=now)

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a comment or mention before answering it; see `Replies`. One request."""
        return self._answering.look(post, now=now)

    def private_reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer comment `order.target` in private; see `RepliesPrivately`. One request."""
        return self._talk.private_reply(order, now=now, target=self._answering.recipient(order.target))

    def find_private_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look in the inbox for this private reply; see `RepliesPrivately`. Up to 8 requests."""
        return self._talk.find_private_reply(order, since=since, now=now)

    def message(self, order: Order, *, now: datetime) -> Receipt:
        """Send to `extra["author"]` in conversation `order.target`; see `OpensThreads`. One request."""
        return self._talk.message(order, now=now)

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look in the conversation for this message; see `OpensThreads`. Up to 8 requests."""
        return self._talk.find_message(order, since=since, now=now)

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        """Hide comment `order.target`; see `Moderates`. One request; an unclear outcome is Unavailable."""
        return self._answering.hide(order, now=now)

    def delete(self, order: Order, *, now: datetime) -> Receipt:
        """Delete comment `order.target` for `order.by`; see `Deletes`. One request."""
        return self._answering.delete(order, now=now)

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Try the token, its permissions, the Page and the inbox; see `Probes`. Up to four requests."""
        return probe(self._client, self._own, **self._needs(), now=now)

    def checkup(self, *, now: datetime) -> Sequence[Probe]:
        """Do the same once a day; see `Ages`. What could not be tried just now is left out."""
        return checkup(self._client, self._own, **self._needs(), now=now)

    def _needs(self) -> dict[str, Any]:
        return {"platform": INSTAGRAM, "needs": NEEDS, "hear_inbox": self._settings.hear_inbox}


def _who_we_are(client: Client, said: Own, now: datetime) -> Own:
    fields = {"fields": "id,instagram_business_account{id,username}"}
    page = client.read(ME, said.page_id or "me", params=fields, now=now).payload
    account = mapping(page.get("instagram_business_account"))
    own = Own(
        page_id=said.page_id or graph_id(page.get("id")),
        user_id=said.user_id or graph_id(account.get("id")),
        handle=said.handle or clean(account.get("username")),
    )
    if not (own.page_id and own.user_id and own.handle):
        why = "Meta names no Instagram account that is connected to the Page: set `page_id`, `user_id` and `handle`"
        raise Unavailable(NAME, why)
    return own
