"""The Slack methods a desk needs for messages: say, change, list, look up; not files, modals or sockets."""

from typing import Any

from flask import Flask

from sandbox.slack_api import Ask, NotOk, SlackApi, late, listed_until
from sandbox.slack_blocks import MOST_TEXT, MOST_TOTAL, complaints, total
from sandbox.slack_state import APP, BOT, BOT_USER, TEAM, Message, Room, with_block_ids

LARGEST_METADATA = 8_000  # characters


def register(api: SlackApi, app: Flask) -> None:
    """Put the methods on the application."""
    api.method(app, "auth.test", auth_test)
    api.method(app, "chat.postMessage", post_message, scope="chat:write")
    api.method(app, "chat.postEphemeral", post_ephemeral, scope="chat:write")
    api.method(app, "chat.update", update, scope="chat:write")
    api.method(app, "chat.delete", delete, scope="chat:write")
    api.method(app, "chat.getPermalink", permalink)
    api.method(app, "conversations.history", history, scope="channels:history")
    api.method(app, "conversations.replies", replies, scope="channels:history")
    api.method(app, "conversations.info", info, scope="channels:read")
    api.method(app, "conversations.list", rooms, scope="channels:read")
    api.method(app, "users.info", user, scope="users:read")


def auth_test(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Who the token belongs to."""
    del ask
    return {
        "url": f"{api.base_url}/",
        "team": "Sandbox",
        "user": "sottovoce",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "is_enterprise_install": False,
    }


def post_message(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Say something in a room, or in a thread of it."""
    room = api.room(ask, writing=True)
    blocks = _blocks(ask)
    text = str(ask.args.get("text") or "")
    if not text and not blocks:
        raise NotOk("no_text")
    thread = thread_of(api, ask, room)
    metadata = _metadata(ask)
    api.pace(room, ask.now)
    ts = api.state.stamp(ask.now)
    message = Message(
        room=room.id,
        ts=ts,
        user=BOT_USER,
        text=text[:MOST_TEXT],
        blocks=with_block_ids(blocks, ts),
        at=ask.now,
        seen_at=ask.now + late(ask),
        thread_ts=thread,
        metadata=metadata,
        broadcast=ask.flag("reply_broadcast"),
    )
    api.state.say(message)
    return {"channel": room.id, "ts": ts, "message": api.state.given(message, metadata=True)}


def post_ephemeral(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Say something only one person sees."""
    room = api.room(ask, writing=True)
    user_id = str(ask.need("user"))
    if user_id not in api.state.people:
        raise NotOk("user_not_in_channel")
    ts = api.state.stamp(ask.now)
    blocks = with_block_ids(_blocks(ask), ts)
    message = Message(
        room=room.id,
        ts=ts,
        user=BOT_USER,
        text=str(ask.args.get("text") or ""),
        blocks=blocks,
        at=ask.now,
        seen_at=ask.now,
        thread_ts=thread_of(api, ask, room),
        only_for=user_id,
    )
    api.state.say(message)
    return {"message_ts": ts}


def update(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Change a message of ours. A text without blocks takes the blocks away."""
    room = api.room(ask)
    message = _ours(api, ask, room)
    blocks = _blocks(ask)
    text = str(ask.args.get("text") or "")
    if not text and not blocks:
        raise NotOk("no_text")
    if len(text) > MOST_TEXT:
        raise NotOk("msg_too_long")
    metadata = _metadata(ask)
    with api.state.lock:
        message.text = text or message.text
        message.blocks = with_block_ids(blocks, message.ts)
        message.metadata = metadata or message.metadata
        message.edited = message.edited or not blocks
    api.state.tell()
    given = api.state.given(message, metadata=True)
    return {"channel": room.id, "ts": message.ts, "text": message.text, "message": given}


def delete(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Take a message of ours away."""
    room = api.room(ask)
    message = _ours(api, ask, room)
    with api.state.lock:
        api.state.sent.remove(message)
    api.state.tell()
    return {"channel": room.id, "ts": message.ts}


def permalink(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """The address of a message."""
    room = api.room(ask)
    ts = str(ask.need("message_ts"))
    if api.state.find(room.id, ts) is None:
        raise NotOk("message_not_found")
    return {"channel": room.id, "permalink": f"{api.base_url}/archives/{room.id}/p{ts.replace('.', '')}"}


def history(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """What was said in a room, newest first; threads only by what they hang on."""
    room = api.room(ask)
    return _page(api, ask, api.state.seen(room.id, until=listed_until(ask))[::-1])


def replies(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """A thread, oldest first, beginning with what it hangs on."""
    room = api.room(ask)
    ts = str(ask.need("ts"))
    found = api.state.seen(room.id, until=listed_until(ask), thread=ts)
    if not found:
        raise NotOk("thread_not_found")
    return _page(api, ask, found)


def info(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """What is known of a room; also of one the bot is not in."""
    room = api.state.find_room(str(ask.need("channel")))
    if room is None:
        raise NotOk("channel_not_found")
    return {"channel": _room(room)}


def rooms(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Every room."""
    del ask
    found = [_room(room) for room in api.state.rooms.values()]
    return {"channels": found, "response_metadata": {"next_cursor": ""}}


def user(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """What is known of a person."""
    person = api.state.people.get(str(ask.need("user")))
    if person is None:
        raise NotOk("user_not_found")
    profile = {"real_name": person.real_name, "display_name": person.real_name, "email": f"{person.name}@example.com"}
    known = {"id": person.id, "team_id": TEAM, "name": person.name, "real_name": person.real_name, "profile": profile}
    return {"user": {**known, "deleted": False, "is_bot": person.id == BOT_USER, "tz": "Europe/Berlin"}}


def _room(room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "name": room.name,
        "is_channel": True,
        "is_private": False,
        "is_member": room.member,
        "is_archived": room.archived,
        "num_members": 3,
    }


def _blocks(ask: Ask) -> list[dict[str, Any]]:
    blocks = ask.args.get("blocks") or []
    wrong = complaints(blocks)
    if wrong:
        raise NotOk("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
    if total(blocks) > MOST_TOTAL:
        raise NotOk("msg_blocks_too_long")
    found: list[dict[str, Any]] = blocks
    return found


def _metadata(ask: Ask) -> dict[str, Any] | None:
    metadata = ask.args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise NotOk("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise NotOk("invalid_metadata_format")
    if len(str(metadata)) > LARGEST_METADATA:
        raise NotOk("metadata_too_large")
    return metadata


def thread_of(api: SlackApi, ask: Ask, room: Room) -> str:
    """The thread a request speaks into, or none. Raises NotOk when there is no such message."""
    thread = str(ask.args.get("thread_ts") or "")
    parent = api.state.find(room.id, thread) if thread else None
    if thread and parent is None:
        raise NotOk("thread_not_found")
    return (parent.thread_ts or parent.ts) if parent else ""


def _ours(api: SlackApi, ask: Ask, room: Room) -> Message:
    message = api.state.find(room.id, str(ask.need("ts")))
    if message is None:
        raise NotOk("message_not_found")
    if message.user != BOT_USER:
        raise NotOk("cant_update_message")
    return message


def _page(api: SlackApi, ask: Ask, found: list[Message]) -> dict[str, Any]:
    oldest, latest = float(ask.args.get("oldest") or 0), float(ask.args.get("latest") or "inf")
    inclusive = ask.flag("inclusive")
    within = [
        one for one in found if oldest < float(one.ts) < latest or (inclusive and float(one.ts) in {oldest, latest})
    ]
    size = min(999, int(ask.args.get("limit") or 100))
    cursor = str(ask.args.get("cursor") or "")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdecimal()):
        raise NotOk("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    page = within[start : start + size]
    more = start + size < len(within)
    metadata = ask.flag("include_all_metadata")
    return {
        "messages": [api.state.given(one, metadata=metadata) for one in page],
        "has_more": more,
        "response_metadata": {"next_cursor": f"next:{start + size}" if more else ""},
    }
