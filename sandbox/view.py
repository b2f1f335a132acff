"""What the page shows: the world as plain data, everything in it text; how it looks is the page's matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.graph import Graph
from sandbox.graph_values import GraphMessage, Item
from sandbox.slack import Slack
from sandbox.slack_state import BOT_USER, Message
from sandbox.x import X
from sandbox.x_state import XDirect, XPost


def network(x: X, *, now: datetime) -> list[dict[str, Any]]:
    """Every post that was ever seen, newest version only, newest first; deleted ones say so."""
    with x.state.lock:
        every = [post for post in x.state.posts.values() if post.exists_at <= now and post.id == post.versions[-1]]
    return [_post(x, post, now=now) for post in sorted(every, key=lambda post: post.id, reverse=True)]


def pages(graph: Graph, *, now: datetime) -> list[dict[str, Any]]:
    """Every post and comment that was ever seen on Facebook and Instagram, newest first; deleted ones say so."""
    with graph.state.lock:
        every = [item for item in graph.state.items.values() if item.exists_at <= now]
    return [_item(graph, item, now=now) for item in sorted(every, key=lambda item: item.number, reverse=True)]


def inboxes(graph: Graph, *, now: datetime) -> list[dict[str, Any]]:
    """The Page's private conversations on Messenger and Instagram, the one with the newest word first."""
    own = {graph.page.id, graph.instagram.id}
    told = []
    for name in graph.state.threads():
        said = graph.state.thread(name, now=now)
        if not said:
            continue
        other = said[0].recipient if said[0].sender in own else said[0].sender
        person = _graph_person(graph, other)
        told.append(
            {
                "id": name,
                "network": said[0].network,
                "person": person,
                "messages": [_graph_direct(one, own) for one in said],
                "closed": not graph.state.people[other].reachable,
                "last": said[-1].at.isoformat(),
            }
        )
    return sorted(told, key=lambda thread: str(thread["last"]), reverse=True)


def threads(x: X, *, now: datetime) -> list[dict[str, Any]]:
    """The brand's private conversations, the one with the newest word first."""
    found: dict[str, dict[str, Any]] = {}
    for direct in x.state.messages(now=now):
        other = direct.recipient if direct.sender == x.brand.id else direct.sender
        empty = {"id": direct.conversation, "network": "x", "person": _person(x, other), "messages": []}
        thread = found.setdefault(other, empty)
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
        "network": "x",
        "person": _person(x, post.author),
        "own": post.author == x.brand.id,
        "text": post.text,
        "at": post.at.isoformat(),
        "lang": post.lang,
        "reply_to": str(x.state.posts[post.reply_to].versions[0]) if post.reply_to in x.state.posts else None,
        "flags": [name for name, raised in flags.items() if raised],
    }


def _item(graph: Graph, item: Item, *, now: datetime) -> dict[str, Any]:
    flags = {
        "edited": item.edited_at is not None,
        "deleted": item.deleted,
        "hidden": item.hidden,
        "malformed": item.malformed,
        "liked": item.liked,
        "private": bool(item.replied),
        "late": item.indexed_at > now,
    }
    above = item.target if item.target in graph.state.items else None
    return {
        "id": item.id,
        "network": item.network,
        "person": _graph_person(graph, item.author),
        "own": item.author in {graph.page.id, graph.instagram.id},
        "text": item.text,
        "at": item.at.isoformat(),
        "lang": "und",
        "reply_to": above,
        "flags": [name for name, raised in flags.items() if raised],
    }


def _graph_person(graph: Graph, person: str) -> dict[str, Any]:
    known = graph.state.people[person]
    return {"username": known.username, "name": known.name, "followers": 0, "verified": False}


def _graph_direct(message: GraphMessage, own: set[str]) -> dict[str, Any]:
    return {
        "id": message.id,
        "own": message.sender in own,
        "text": message.text,
        "encrypted": False,
        "private_reply": bool(message.answers),
        "at": message.at.isoformat(),
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
