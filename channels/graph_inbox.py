"""The inbox of a Page, on Messenger or on Instagram: conversations and their messages read. Sends nothing.

Graph lists conversations by their last change, newest first, and knows no time paging. The latest messages come with
their conversation; where more have come since we last heard than fit, the conversation is read on by itself.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from channels.graph_client import Answered, Client
from channels.graph_cursor import Beneath, Errand
from channels.graph_endpoints import CONVERSATIONS, IG_CONVERSATIONS, IG_MESSAGES, MESSAGES, Endpoint
from channels.graph_fields import clean, data, flag, graph_id, mapping, message_id, read_time, required_id
from channels.graph_hear import Source, reach_of
from channels.graph_parse import (
    Listing,
    Own,
    asked_after,
    next_page,
    read_each,
    read_listing,
    set_aside,
    stranger,
    text_of,
    times,
)
from channels.graph_settings import Account
from domain.values import NewAuthor, NewPost, PostKind, SourceSpec, UnreadablePost

MESSAGES_SHOWN = 20  # Meta shows the details of no more
PAGE_SIZE = 25  # conversations; each brings its messages along
MESSAGE_FIELDS = "id,from,to,message,created_time,attachments,sticker,shares,story,is_unsupported"
CONVERSATION_FIELDS = f"id,link,updated_time,participants,messages.limit({MESSAGES_SHOWN}){{{MESSAGE_FIELDS}}}"
INSTAGRAM = "instagram"


def conversations(platform: str) -> Endpoint:
    """Name the edge that lists an inbox's conversations."""
    return IG_CONVERSATIONS if platform == INSTAGRAM else CONVERSATIONS


def inbox(client: Client, account: Account, own: Own, *, platform: str) -> Source:
    """Make the inbox's source; `platform` in Graph's word: "messenger" or "instagram"."""
    listing = conversations(platform)

    def ask(errand: Errand, now: datetime) -> Answered:
        after = asked_after(errand.after)
        if errand.node:
            endpoint = IG_MESSAGES if platform == INSTAGRAM else MESSAGES
            params = {"fields": MESSAGE_FIELDS, "limit": MESSAGES_SHOWN, **after}
            return client.read(endpoint, errand.node, "messages", params, now=now)
        params = {"platform": platform, "fields": CONVERSATION_FIELDS, "limit": PAGE_SIZE, **after}
        return client.read(listing, own.page_id, "conversations", params, now=now)

    def read(answered: Answered, errand: Errand, floor: datetime, now: datetime) -> Listing:
        if errand.node:
            return read_messages(answered.payload, errand.node, own, now=now)
        return read_conversations(answered.payload, own, floor=floor, now=now)

    return Source(
        spec=SourceSpec(name="inbox", endpoint=listing.bucket, every=account.inbox_every),
        about=f"inbox {platform} {own.page_id}",
        reach=reach_of(account),
        ask=ask,
        read=read,
    )


def read_conversations(payload: Mapping[str, Any], own: Own, *, floor: datetime, now: datetime) -> Listing:
    """Read a page of conversations with the messages they bring along."""
    posts: list[NewPost] = []
    unreadable: list[UnreadablePost] = []
    beneath: list[Beneath] = []
    items = data(payload)
    for item in items:
        talk, native_id = mapping(item), graph_id(mapping(item).get("id"))
        if not native_id:
            unreadable.append(set_aside(item, "no id"))
            continue
        found = mapping(talk.get("messages"))
        told = data(found)
        read, aside = read_each(told, partial(parse_message, talk=talk, own=own, now=now))
        posts += read
        unreadable += aside
        after = next_page(found)
        if after and all(at > floor for at in times(told, "created_time", now=now)):
            beneath.append(Beneath(node=native_id, after=after))
    return Listing(
        posts=tuple(posts),
        unreadable=tuple(unreadable),
        seen=times(items, "updated_time", now=now),
        beneath=tuple(beneath),
        after=next_page(payload),
    )


def read_messages(payload: Mapping[str, Any], conversation: str, own: Own, *, now: datetime) -> Listing:
    """Read a page of one conversation's messages."""
    talk = {"id": conversation}
    return read_listing(payload, lambda item: parse_message(item, talk, own, now=now), time="created_time", now=now)


def parse_message(item: Mapping[str, Any], talk: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read one Message of the conversation `talk`. Raises ValueError, in our words, if it can't.

    What Meta shows only in its own app is kept without words, as encrypted.
    """
    native_id = required_id(message_id(item.get("id")), "id")
    conversation = required_id(talk.get("id"), "conversation")
    sender = mapping(item.get("from"))
    own_words = own.wrote(sender)
    attached = sum(len(data(item.get(name))) for name in ("attachments", "shares"))
    attached += bool(item.get("sticker")) + bool(item.get("story"))
    return NewPost(
        native_id=native_id,
        kind=PostKind.DIRECT,
        text=text_of(item, "message"),
        author=NewAuthor(native_id=own.user_id or own.page_id) if own_words else _author(sender, native_id),
        conversation=conversation,
        created_at=read_time(item.get("created_time"), now) or now,
        summoned=True,
        permalink=_link(talk, own),
        encrypted=flag(item.get("is_unsupported"), default=False),
        own=own_words,
        raw={"page": own.page_id}
        | ({} if own_words else {"psid": graph_id(sender.get("id"))})
        | ({"attachments": attached} if attached else {}),
    )


def _author(sender: Mapping[str, Any], native_id: str) -> NewAuthor:
    author_id = graph_id(sender.get("id"))
    if not author_id:
        return stranger(native_id)
    return NewAuthor(
        native_id=author_id, handle=clean(sender.get("username"))[:50], name=clean(sender.get("name"))[:200]
    )


def _link(talk: Mapping[str, Any], own: Own) -> str:
    if own.user_id:
        return "https://www.instagram.com/direct/inbox/"
    link = clean(talk.get("link"))
    return f"https://www.facebook.com{link}" if link.startswith("/") else "https://business.facebook.com/latest/inbox"
