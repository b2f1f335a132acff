"""What the page shows: the world as plain data, everything in it text; how it looks is the page's matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.slack import Slack
from sandbox.slack_state import BOT_USER, Message
from sandbox.x import X
from sandbox.x_state import XDirect, XPost


def network(x: X, *, now: datetime) -> list[dict[str, Any]]:
    """Every post that was ever seen, newest version only, newest first; deleted ones say so."""
    with x.state.lock:
        every = [post for post in x.state.posts.values() if post.exists_at <= now and post.id == post.versions[-1]]
    return [_post(x, post, now=now) for post in sorted(every, key=lambda post: post.id, reverse=True)]


def threads(x: X, *, now: datetime) -> list[dict[str, Any]]:
    """The brand's private conversations, the one with the newest word first."""
    found: dict[str, dict[str, Any]] = {}
    for direct in x.state.messages(now=now):
        other = direct.recipient if direct.sender == x.brand.id else direct.sender
        thread = found.setdefault(other, {"id": direct.conversation, "person": _person(x, other), "messages": []})
        thread["messages"].append(_direct(x, direct))
        thread["closed"] = not x.state.people[other].receives_directs
        thread["last"] = direct.id
    return sorted(found.values(), key=lambda thread: int(thread["last"]), reverse=True)


def rooms(slack: Slack, *, now: datetime) -> list[dict[str, Any]]:
    """Every Slack room with its messages, oldest first, each with the thread under it."""
    with slack.state.lock:
        sent = [one for one in slack.state.sent if one.seen_at <= now]
    under: dict[tuple[str, str], list[Message]] = {}
    for one in sent:
        if one.thread_ts and one.thread_ts != one.ts:
            under.setdefault((one.room, one.thread_ts), []).append(one)
    told = []
    for room in list(slack.state.rooms.values()):
        tops = [one for one in sent if one.room == room.id and one.thread_ts in {"", one.ts}]
        messages = [
            {**_message(slack, one), "thread": [_message(slack, child) for child in under.get((room.id, one.ts), [])]}
            for one in tops
        ]
        told.append({"id": room.id, "name": room.name, "messages": messages})
    return told


def modals(slack: Slack) -> list[dict[str, Any]]:
    """The modals people have open."""
    return [{"id": modal.id, "user": modal.user, "view": modal.view} for modal in list(slack.state.modals.values())]


def people(slack: Slack) -> Mapping[str, str]:
    """Names in Slack by id, for mentions; the bot is one of them."""
    return {one.id: one.real_name for one in list(slack.state.people.values())}


def _post(x: X, post: XPost, *, now: datetime) -> dict[str, Any]:
    flags = {
        "edited": len(post.versions) > 1,
        "deleted": post.deleted,
        "hidden": post.hidden,
        "malformed": post.malformed,
        "repost": post.reposts is not None,
        "late": post.indexed_at > now,
    }
    return {
        "id": str(post.versions[0]),
        "person": _person(x, post.author),
        "own": post.author == x.brand.id,
        "text": post.text,
        "at": post.at.isoformat(),
        "lang": post.lang,
        "reply_to": str(x.state.posts[post.reply_to].versions[0]) if post.reply_to in x.state.posts else None,
        "flags": [name for name, raised in flags.items() if raised],
    }


def _person(x: X, person: str) -> dict[str, Any]:
    known = x.state.people[person]
    return {
        "username": known.username,
        "name": known.name,
        "followers": known.followers,
        "verified": known.verified,
    }


def _direct(x: X, direct: XDirect) -> dict[str, Any]:
    return {
        "id": str(direct.id),
        "own": direct.sender == x.brand.id,
        "text": "" if direct.encrypted else direct.text,
        "encrypted": direct.encrypted,
        "at": direct.at.isoformat(),
    }


def _message(slack: Slack, message: Message) -> dict[str, Any]:
    person = slack.state.people.get(message.user)
    return {
        "ts": message.ts,
        "name": person.real_name if person else message.user,
        "bot": message.user == BOT_USER,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "only_for": message.only_for,
        "files": [file.get("title", "") for file in message.files],
        "at": message.at.isoformat(),
    }
