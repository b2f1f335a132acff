"""Reads X's JSON into our values. Pure, and deaf to surprises: whatever one item holds, the page is read.

Either generation of field names is read, whichever was asked for: X renamed `tweet` to `post` in summer 2026
(`referenced_tweets` -> `referenced_posts`, `edit_history_tweet_ids` -> `edit_history_post_ids`, `note_tweet` ->
`note_post`, `includes.tweets` -> `includes.posts`) and its prose and its servers do not agree on when.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.x_fields import (
    clean,
    mapping,
    plain_id,
    read_time,
    read_when,
    reference_ids,
    required_id,
    rows,
    unescape,
    version_ids,
)
from domain.values import NewAuthor, NewPost, PostKind, UnreadablePost

ENCRYPTED = "chat."  # how the kinds of encrypted events begin
_CONVERSATION = re.compile(r"[0-9A-Za-z_-]{1,80}")
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
_LINK_TO_POST = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(\w{1,15})/status/([0-9]{1,19})", re.ASCII)
_MOST_FOLLOWERS = 10**12


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are on X."""

    user_id: str
    handle: str  # without @


@dataclass(frozen=True, slots=True)
class Seen:
    """One item's place in the order of a listing, whether or not it is kept."""

    id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """One page as X gave it."""

    posts: tuple[NewPost, ...] = ()
    unreadable: tuple[UnreadablePost, ...] = ()
    gone: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    next_token: str | None = None
    billed: tuple[tuple[str, str], ...] = ()  # (kind, id) of every resource in the answer: item, user, post
    partial: bool = False  # X says it left something out


def read_posts(payload: Mapping[str, Any], own: Own, *, now: datetime) -> Listing:
    """Read a page of public posts. Reposts and our own posts are passed over; they count as seen."""
    return _read(payload, lambda item: parse_post(item, payload, own, now=now), now)


def read_directs(payload: Mapping[str, Any], own: Own, *, now: datetime) -> Listing:
    """Read a page of direct-message events. Joins and leaves are passed over; our own messages are kept as ours."""
    return _read(payload, lambda item: parse_direct(item, payload, own, now=now), now)


def _read(payload: Mapping[str, Any], parse: Callable[[Mapping[str, Any]], NewPost | None], now: datetime) -> Listing:
    posts: dict[str, NewPost] = {}
    unreadable: dict[str, UnreadablePost] = {}
    items = rows(payload.get("data"))
    for item in items:
        try:
            post = parse(item if isinstance(item, Mapping) else {})
        except ValueError as exc:
            aside = _set_aside(item, str(exc))
            unreadable[aside.native_id] = aside
        else:
            posts |= {post.native_id: post} if post else {}
    meta = mapping(payload.get("meta"))
    return Listing(
        posts=tuple(posts.values()),
        unreadable=tuple(unreadable.values()),
        gone=tuple(native_id for native_id in _gone(payload) if native_id not in posts),
        seen=tuple(seen for item in items if (seen := _seen(item, now))),
        next_token=clean(meta.get("next_token")) or None,
        billed=_billed(payload),
        partial=bool(rows(payload.get("errors"))),
    )


def parse_post(item: Mapping[str, Any], payload: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read one Post object; None for a repost or a post of our own. Raises ValueError, in our words, if it can't."""
    native_id, author_id = required_id(item.get("id"), "id"), required_id(item.get("author_id"), "author_id")
    references = reference_ids(item)
    if author_id == own.user_id or "retweeted" in references or "reposted" in references:
        return None
    note = mapping(item.get("note_post") or item.get("note_tweet"))
    text = note.get("text") if isinstance(note.get("text"), str) else item.get("text")
    if not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004 (of the data, not of our code)
    versions = version_ids(item) or (native_id,)
    author = _author(author_id, payload)
    quoted = references.get("quoted", "")
    lang = item.get("lang")
    return NewPost(
        native_id=native_id,
        kind=PostKind.MENTION,
        text=unescape(clean(text)),
        author=author,
        conversation=plain_id(item.get("conversation_id")) or native_id,
        created_at=read_when(item.get("created_at"), native_id, now=now),
        logical_id=versions[0],
        version=versions.index(native_id) + 1 if native_id in versions else len(versions),
        summoned=_names(item, text, own) or _quotes(item, quoted, payload, own),
        in_reply_to=references.get("replied_to"),
        permalink=f"https://x.com/{author.handle or 'i'}/status/{native_id}",
        lang=lang if isinstance(lang, str) and _LANG.fullmatch(lang) else None,
        editable_until=_editable_until(item, now),
        raw={"versions": list(versions)} | ({"quoted": quoted} if quoted else {}),
    )


def parse_direct(item: Mapping[str, Any], payload: Mapping[str, Any], own: Own, *, now: datetime) -> NewPost | None:
    """Read one direct-message event; None for a join or a leave. Raises ValueError, in our words, if it can't.

    Encrypted chat shows as `chat.*` events, or as a message without text and attachments: it is kept, without words.
    """
    kind = clean(item.get("event_type"))
    native_id = _chat_id(item, kind) or required_id(item.get("id"), "id")
    if kind in ("ParticipantsJoin", "ParticipantsLeave"):
        return None
    sender = required_id(item.get("sender_id"), "sender_id")
    conversation = clean(item.get("dm_conversation_id")) or _pair(sender, own)
    if not _CONVERSATION.fullmatch(conversation):
        raise ValueError("no dm_conversation_id")
    text = item.get("text") if isinstance(item.get("text"), str) else ""
    attached = len(mapping(item.get("attachments")))
    return NewPost(
        native_id=native_id,
        kind=PostKind.DIRECT,
        text=unescape(clean(text)),
        author=_author(sender, payload),
        conversation=conversation,
        created_at=read_when(item.get("created_at"), plain_id(native_id) or "0", now=now),
        summoned=True,
        permalink=f"https://x.com/messages/{conversation}",
        encrypted=kind.startswith(ENCRYPTED) or not (text or attached),
        own=sender == own.user_id,
        raw={"event": kind[:40]} | ({"attachments": attached} if attached else {}),
    )


def _seen(item: Any, now: datetime) -> Seen | None:
    native_id = plain_id(mapping(item).get("id"))
    if not native_id:
        return None
    return Seen(int(native_id), read_when(mapping(item).get("created_at"), native_id, now=now))


def _editable_until(item: Mapping[str, Any], now: datetime) -> datetime | None:
    controls = mapping(item.get("edit_controls"))
    return read_time(controls.get("editable_until"), now) if controls.get("is_edit_eligible") is not False else None


def _author(native_id: str, payload: Mapping[str, Any]) -> NewAuthor:
    user = _included(payload, ("users",), native_id)
    followers = mapping(user.get("public_metrics")).get("followers_count")
    counts = isinstance(followers, int) and not isinstance(followers, bool) and 0 <= followers < _MOST_FOLLOWERS
    accepts = user.get("receives_your_dm")
    handle = clean(user.get("username"))
    return NewAuthor(
        native_id=native_id,
        handle=handle if re.fullmatch(r"\w{1,50}", handle, re.ASCII) else "",
        name=clean(user.get("name"))[:200],
        followers=followers if counts else None,
        verified=user.get("verified") is True or clean(user.get("verified_type")) not in ("", "none"),
        accepts_directs=accepts if isinstance(accepts, bool) else None,
    )


def _included(payload: Mapping[str, Any], kinds: Sequence[str], native_id: str) -> Mapping[str, Any]:
    includes = mapping(payload.get("includes"))
    for entry in (entry for kind in kinds for entry in rows(includes.get(kind))):
        if native_id and plain_id(mapping(entry).get("id")) == native_id:
            return mapping(entry)
    return {}


def _names(item: Mapping[str, Any], text: str, own: Own) -> bool:
    """Say whether the author wrote our @name. X decides by the same: mention or quote, nothing else summons us."""
    listed = rows(mapping(item.get("entities")).get("mentions"))
    ids = {plain_id(entry.get("id")) for entry in listed if isinstance(entry, Mapping)}
    handles = {clean(entry.get("username")).casefold() for entry in listed if isinstance(entry, Mapping)}
    if own.user_id in ids or own.handle.casefold() in handles - {""}:
        return True
    return bool(
        own.handle and re.search(rf"(?<![\w@]){re.escape('@' + own.handle)}(?!\w)", text, re.IGNORECASE | re.ASCII)
    )


def _quotes(item: Mapping[str, Any], quoted: str, payload: Mapping[str, Any], own: Own) -> bool:
    if not quoted:
        return False
    if plain_id(_included(payload, ("posts", "tweets"), quoted).get("author_id")) == own.user_id:
        return True
    urls = rows(mapping(item.get("entities")).get("urls"))
    links = (_LINK_TO_POST.match(clean(mapping(url).get("expanded_url"))) for url in urls)
    return any(link and link[1].casefold() == own.handle.casefold() and link[2] == quoted for link in links)


def _chat_id(item: Mapping[str, Any], kind: str) -> str:
    """Take an encrypted event's id as it comes: nothing promises that it is a number."""
    native_id = clean(item.get("id"))
    return native_id if kind.startswith(ENCRYPTED) and _CONVERSATION.fullmatch(native_id) else ""


def _pair(sender: str, own: Own) -> str:
    """Name a one-to-one conversation as X does, from its two people; ours alone do not tell with whom."""
    if sender == own.user_id:
        return ""
    return "-".join(sorted((sender, own.user_id), key=int))


def _gone(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """List the posts X says are deleted or no longer shown to us; missing users are not posts."""
    found = []
    for error in rows(payload.get("errors")):
        kind = clean(mapping(error).get("type"))
        ours = clean(mapping(error).get("resource_type")) in ("tweet", "post")
        if ours and ("resource-not-found" in kind or "not-authorized-for-resource" in kind):
            found.append(plain_id(error.get("resource_id")) or plain_id(error.get("value")))
    return tuple(native_id for native_id in dict.fromkeys(found) if native_id)


def _billed(payload: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    includes = mapping(payload.get("includes"))
    listed = [("item", entry) for entry in rows(payload.get("data"))]
    listed += [("user", entry) for entry in rows(includes.get("users"))]
    listed += [("post", entry) for kind in ("tweets", "posts") for entry in rows(includes.get(kind))]
    return tuple((kind, plain_id(mapping(entry).get("id")) or f"?{n}") for n, (kind, entry) in enumerate(listed))


def _set_aside(item: Any, why: str) -> UnreadablePost:
    try:
        raw = json.dumps(item)
    except (ValueError, RecursionError):
        raw = "null"
    native_id = plain_id(mapping(item).get("id"))
    return UnreadablePost(
        native_id=native_id or f"sha256:{hashlib.sha256(raw.encode()).hexdigest()[:32]}", raw=raw, why=why
    )
