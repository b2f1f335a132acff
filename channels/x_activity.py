"""X Activity: what X pushes to us, by webhook or stream: is it X's, and what does it say. Opens no connection.

The shapes are those of X's page "event payloads" of July 2026. A post is read by the same function as a polled one;
a private message comes in the shape of API v1 and is turned into v2's first.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from channels.x_errors import NAME
from channels.x_fields import clean, mapping, plain_id, rows
from channels.x_money import Meter
from channels.x_parse import Listing, Own, read_directs, read_posts
from domain.values import Page, Pushed, UnreadablePost, Usage

ENDPOINT: Final = "GET /2/activity/stream"
SIGNATURE: Final = "x-twitter-webhooks-signature"
LONGEST_TOKEN = 512  # characters of a challenge; X's are far shorter
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = timedelta(days=365 * 200)  # after the epoch: beyond it a number is no time

MENTIONS = ("post.mention.create", "post.reply.create", "post.quote.create")
DIRECTS = ("dm.received", "dm.sent")
CHATS = ("chat.received", "chat.sent")
PASSED_OVER = ("dm.read", "dm.indicate_typing", "oauth.revoke", "post.create", "chat.conversation_join")
_NO_ID = re.compile(r"[0-9A-Za-z_.:-]{1,80}")


class Door:
    """The webhook's door for X, and the reader of what comes over the stream; see the port `Receives`."""

    name = NAME

    def __init__(self, own: Own, meter: Meter, *, consumer_secret: str) -> None:
        """`consumer_secret` is the app's; it signs what X sends, and our answer to X's challenge."""
        self._own, self._meter, self._secret = own, meter, consumer_secret.encode()
        self.accounts: Sequence[tuple[str, str]] = ((NAME, own.user_id),)

    def greet(self, query: Mapping[str, str]) -> str | None:
        """Answer X's challenge-response check (CRC)."""
        token = query.get("crc_token", "")
        if not 0 < len(token) <= LONGEST_TOKEN:
            return None
        return json.dumps({"response_token": self._signed(token.encode())})

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare X's signature over the raw bytes, in constant time."""
        said = headers.get(SIGNATURE, "")
        return hmac.compare_digest(said.encode("utf-8", "replace"), self._signed(body).encode())

    def _signed(self, content: bytes) -> str:
        digest = hmac.new(self._secret, content, sha256).digest()
        return f"sha256={base64.b64encode(digest).decode('ascii')}"

    def read(self, body: str, *, now: datetime) -> Sequence[Pushed]:
        """Read one event; see `Receives`."""
        try:
            found = json.loads(body)
        except RecursionError as exc:
            raise ValueError("nested too deeply") from exc
        data = mapping(mapping(found).get("data"))
        if not data:
            raise ValueError("no event")
        if plain_id(mapping(data.get("filter")).get("user_id")) != self._own.user_id:
            return ()  # another account of the same app
        return self._pushed(data, now)

    def _pushed(self, data: Mapping[str, Any], now: datetime) -> Sequence[Pushed]:
        kind = clean(data.get("event_type"))
        if kind in PASSED_OVER:
            return ()
        if kind in MENTIONS:
            listing = read_posts(posted(data), self._own, now=now)
            return self._as_page("mentions", listing, "post_read")
        if kind in DIRECTS or kind in CHATS:
            listing = read_directs(messaged(data, kind), self._own, now=now)
            return self._as_page("directs", listing, "dm_event_read")
        if kind == "post.delete":
            gone = plain_id(mapping(data.get("payload")).get("id"))
            return self._give("mentions", Page(gone=(gone,) if gone else ()))
        return self._give("", Page(unreadable=(_unknown(kind, data),)))

    def _as_page(self, source: str, listing: Listing, price: str) -> Sequence[Pushed]:
        usage: tuple[Usage, ...] = ()
        if listing.posts:
            usage = (self._meter.usage(ENDPOINT, price, len(listing.posts)),)
        return self._give(source, Page(posts=listing.posts, unreadable=listing.unreadable, usage=usage))

    def _give(self, source: str, page: Page) -> Sequence[Pushed]:
        return (Pushed(channel=NAME, account=self._own.user_id, source=source, page=page),)


def posted(data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a post's event into the answer that a poll would have given."""
    includes = mapping(data.get("includes"))
    return {"data": data.get("payload"), "includes": {**includes, "users": _plain_users(includes.get("users"))}}


def messaged(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Turn a message's event into the answer that a poll would have given."""
    payload = mapping(data.get("payload"))
    listed = payload.get("direct_message_events")
    to_v2: Callable[[Any], Any] = _direct if kind in DIRECTS else lambda item: _chat(item, kind)
    items = [to_v2(item) for item in rows(listed)] if listed is not None else [_plain(payload, kind)]
    users = payload.get("users")
    found = list(users.values()) if isinstance(users, Mapping) else rows(users)
    found += rows(mapping(data.get("includes")).get("users"))
    return {"data": items, "includes": {"users": _plain_users(found)}}


def _plain_users(listed: Any) -> list[Any]:
    """Take users out of the envelope of their own that some events put around each."""
    return [mapping(user).get("data") or user for user in rows(listed)]


def _plain(payload: Mapping[str, Any], kind: str) -> Any:
    """Read an event that is the message itself, as some were seen to be."""
    return _chat(payload, kind) if kind in CHATS else payload


def _direct(item: Any) -> Any:
    """Turn a message of API v1 into one of v2; what is no such message is left for the parser to refuse."""
    message = mapping(mapping(item).get("message_create"))
    if not message:
        return item
    content = mapping(message.get("message_data"))
    attached = content.get("attachment")
    sender, to = plain_id(message.get("sender_id")), plain_id(mapping(message.get("target")).get("recipient_id"))
    return {
        "id": item.get("id"),
        "event_type": "MessageCreate",
        "text": content.get("text"),
        "sender_id": sender,
        "dm_conversation_id": clean(item.get("dm_conversation_id")) or pair(sender, to),
        "created_at": _iso(item.get("created_timestamp")),
        **({"attachments": {"media_keys": [attached]}} if attached else {}),
    }


def _chat(item: Any, kind: str) -> Any:
    """Take of an encrypted message what is not: who wrote, where and when."""
    found = mapping(item)
    sender = plain_id(found.get("sender_id"))
    named = clean(found.get("conversation_id") or found.get("dm_conversation_id"))
    two = re.fullmatch(r"([0-9]{1,19})[:-]([0-9]{1,19})", named)
    return {
        "id": found.get("id"),
        "event_type": kind,
        "sender_id": sender,
        "dm_conversation_id": pair(two[1], two[2]) if two else named,
        "created_at": found.get("created_at") or _iso(found.get("created_at_msec")),
    }


def pair(one: str, other: str) -> str:
    """Name a conversation of two as X does, the smaller id first; empty where one of them is not known."""
    return "-".join(sorted((one, other), key=int)) if one and other else ""


def _iso(milliseconds: Any) -> str | None:
    number = plain_id(milliseconds)
    after = timedelta(milliseconds=int(number)) if number and len(number) <= 15 else None  # noqa: PLR2004 (digits)
    return (EPOCH + after).isoformat() if after and after < LATEST else None


def _unknown(kind: str, data: Mapping[str, Any]) -> UnreadablePost:
    """Set an event of a kind nobody knows aside, once for each kind."""
    name = kind if _NO_ID.fullmatch(kind) else "?"
    return UnreadablePost(native_id=f"pushed:{name}", raw=json.dumps(data), why=f"X pushes {name}, which is not known")
