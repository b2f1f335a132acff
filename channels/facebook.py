"""Facebook: a Page's inbox, comments, visitors' posts, tags and reviews in; replies, private replies and messages out.

The face of the connector. Meta lets a Page answer whoever comments, posts or writes to it; the private reply is once
a post and for seven days, the message for a day after the customer's last. Likes, deletions and bans are a person's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels.facebook_answer import NAME, Answering
from channels.facebook_hear import sources
from channels.facebook_settings import Settings
from channels.graph_client import Client
from channels.graph_endpoints import BAN, DELETE, HIDE, LIKE, ME, REPLY, Endpoint
from channels.graph_fields import graph_id
from channels.graph_hear import Hearing
from channels.graph_parse import Own
from channels.graph_probe import checkup, probe
from channels.graph_talk import Talk
from channels.graph_text import MAX_COMMENT, MAX_MESSENGER, in_characters
from channels.graph_usage import sending
from domain.errors import Unavailable
from domain.sending import DeliveryKind, Look, Order, PostRef, Probe, ReadBack, Receipt
from domain.values import Page, SourceSpec, Usage

__all__ = ["PERMISSIONS", "Facebook", "Settings", "connect"]

NEEDS = {
    "pages_show_list": "naming the Page, tags",
    "pages_read_engagement": "the Page's posts and its inbox",
    "pages_read_user_content": "comments, visitors' posts, tags and reviews",
    "pages_manage_engagement": "replying, hiding, liking, deleting",
    "pages_manage_metadata": "the inbox; blocking a person",
    "pages_messaging": "reading and writing messages, private replies",
}
"""Each permission and what it is for."""

PERMISSIONS = """\
At developers.facebook.com make an app of the type "Business" and connect it to the business that owns the Page. The
permissions, and what each is for:
  pages_show_list           naming the Page, and posts that tag it
  pages_read_engagement     the Page's posts and its inbox
  pages_read_user_content   comments, visitors' posts, tags and reviews
  pages_manage_engagement   replying and hiding; liking, deleting for a person of the team
  pages_manage_metadata     the inbox; shutting somebody out, for a person of the team
  pages_messaging           reading and writing messages, private replies
For customers who have no role in the app Meta asks for Advanced Access (App Review) to each of them, and for business
verification; until then the inbox looks empty. A system user's token with the Page assigned does not run out.
Nothing here costs money. docs/channels.md leads through it step by step.
"""

_ENDPOINTS: dict[DeliveryKind, Endpoint] = {
    DeliveryKind.REPLY: REPLY,
    DeliveryKind.HIDE: HIDE,
    DeliveryKind.LIKE: LIKE,
    DeliveryKind.DELETE: DELETE,
    DeliveryKind.BAN: BAN,
}


def connect(settings: Settings, *, now: datetime) -> "Facebook":
    """Make the connector. Asks Meta which Page the token is of if the settings lack `page_id`; else opens nothing.

    Raises Unavailable or Refused when that question fails.
    """
    client = Client(NAME, settings)
    return Facebook(client, settings, Own(page_id=settings.page_id or _which_page(client, now)))


class Facebook:
    """One Page; serves Hears, Replies, RepliesPrivately, OpensThreads, Moderates, Likes, Deletes, Bans, and more."""

    def __init__(self, client: Client, settings: Settings, own: Own) -> None:
        """Put the halves together; `connect` is the way in."""
        self.name: str = NAME
        self.account: str = own.page_id
        self._client, self._settings, self._own = client, settings, own
        self._hearing = Hearing(NAME, sources(client, settings, own))
        self._answering = Answering(client, own)
        self._talk = Talk(
            channel=NAME,
            client=client,
            own=own,
            platform="messenger",
            human_agent=settings.human_agent,
            fits=lambda text: in_characters(text, MAX_MESSENGER),
            limit=f"{MAX_MESSENGER} characters",
        )

    @property
    def own(self) -> Own:
        """Who we are, for whoever reads what Meta pushes."""
        return self._own

    @property
    def invitation(self) -> str:
        """Where a customer begins to write to us in private."""
        return f"https://m.me/{self.account}"

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled, in the order of urgency; see `Hears`."""
        return self._hearing.sources()

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
        """Read one page of `source` after `cursor`; see `Hears`. One request."""
        return self._hearing.fetch(source, cursor, now=now)

    def cost(self, source: str) -> Usage:
        """Name the rate row of `source`; Meta bills nothing. See `Hears`."""
        return self._hearing.cost(source)

    def thread(self, author: str, *, now: datetime) -> str:
        """Name the private conversation with `author`, as polling names it; empty where there is none. One request."""
        return self._talk.thread(author, now=now)

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        """Say whether Facebook would take `text` as one such answer; see `Replies`."""
        private = kind in (DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY)
        return in_characters(text, MAX_MESSENGER if private else MAX_COMMENT)

    def price(self, order: Order) -> Usage:
        """Name the rate row `order` draws on; Meta bills nothing. See `Prices`. Asks nobody."""
        bucket = _ENDPOINTS.get(order.kind, self._talk.endpoint).bucket
        return Usage(endpoint=sending(bucket), resource="call", units=1, micros=0)

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer comment or post `order.target` in public; see `Replies`. One request."""
        return self._answering.reply(order, now=now)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look under the comment or post for this answer; see `Replies`. Up to 9 requests."""
        return self._answering.find_reply(order, since=since, now=now)

    def look(self, post: PostRef, *, now: datetime) -> Look:
        """Re-read a comment or post before answering it; see `Replies`. One request."""
        return self._answering.look(post, now=now)

    def private_reply(self, order: Order, *, now: datetime) -> Receipt:
        """Answer comment or post `order.target` in private; see `RepliesPrivately`. One request."""
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
        """Hide comment `order.target`; see `Moderates`. Two requests; an unclear outcome is Unavailable."""
        return self._answering.hide(order, now=now)

    def like(self, order: Order, *, now: datetime) -> Receipt:
        """Like `order.target`; see `Likes`. One request; an unclear outcome is Unavailable."""
        return self._answering.like(order, now=now)

    def delete(self, order: Order, *, now: datetime) -> Receipt:
        """Delete comment `order.target` for `order.by`; see `Deletes`. One request."""
        return self._answering.delete(order, now=now)

    def ban(self, order: Order, *, now: datetime) -> Receipt:
        """Shut author `order.target` out for `order.by`; see `Bans`. One request."""
        return self._answering.ban(order, now=now)

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Try the token, its permissions, the Page and the inbox; see `Probes`. Up to four requests."""
        return probe(self._client, self._own, **self._needs(), now=now)

    def checkup(self, *, now: datetime) -> Sequence[Probe]:
        """Do the same once a day; see `Ages`. What could not be tried just now is left out."""
        return checkup(self._client, self._own, **self._needs(), now=now)

    def _needs(self) -> dict[str, Any]:
        return {"platform": "messenger", "needs": NEEDS, "hear_inbox": self._settings.hear_inbox}


def _which_page(client: Client, now: datetime) -> str:
    page_id = graph_id(client.read(ME, "me", params={"fields": "id"}, now=now).payload.get("id"))
    if not page_id:
        raise Unavailable(NAME, "Meta does not say which Page the token is of: set `page_id`")
    return page_id
