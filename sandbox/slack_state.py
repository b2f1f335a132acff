"""What happens in the Slack look-alike: rooms, people, messages and modals in memory; no HTTP, no sockets."""

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from domain.clock import Clock

APP, TEAM, BOT_USER, BOT = "A0SANDBOX", "T0SANDBOX", "U0BOT", "B0BOT"
MICROSECONDS = 1_000_000


@dataclass(slots=True, kw_only=True)
class Room:
    """A channel of the workspace. `member` says whether the bot was invited."""

    id: str
    name: str
    member: bool = True
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A person of the workspace."""

    id: str
    name: str
    real_name: str


@dataclass(slots=True, kw_only=True)
class Message:
    """One message. `seen_at` is later than it was sent only where it arrived late."""

    room: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    at: datetime
    seen_at: datetime
    thread_ts: str = ""
    metadata: dict[str, Any] | None = None
    broadcast: bool = False
    edited: bool = False
    only_for: str = ""  # ephemeral: the one person who sees it
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Modal:
    """A view somebody has open."""

    id: str
    user: str
    view: dict[str, Any]
    opened_at: datetime


@dataclass(slots=True)
class SlackState:
    """Everything there is, behind one lock."""

    clock: Clock
    rooms: dict[str, Room] = field(default_factory=dict)
    people: dict[str, Colleague] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    modals: dict[str, Modal] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)  # by file id
    lock: RLock = field(default_factory=RLock)
    watchers: list[Callable[[], None]] = field(default_factory=list)
    _stamps: set[str] = field(default_factory=set)

    def room(self, name: str) -> Room:
        """Find a room by id or name, or open it."""
        with self.lock:
            found = self.find_room(name)
            if found is None:
                key = name.lstrip("#").lower()
                found = Room(id="C0" + hashlib.sha256(key.encode()).hexdigest()[:8].upper(), name=key)
                self.rooms[found.id] = found
            return found

    def find_room(self, name: str) -> Room | None:
        """Find a room by id or name."""
        key = name.lstrip("#").lower()
        return self.rooms.get(name) or next((room for room in self.rooms.values() if room.name == key), None)

    def colleague(self, user: str, name: str = "") -> Colleague:
        """Find a person by id, or let them join."""
        with self.lock:
            if user not in self.people:
                called = name or user.removeprefix("U0").title()
                self.people[user] = Colleague(id=user, name=called.lower().replace(" ", "."), real_name=called)
            return self.people[user]

    def stamp(self, now: datetime) -> str:
        """Make a message's id: the time with six digits, moved until nobody else has it."""
        micros = int((now.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
        with self.lock:
            while (stamp := f"{micros // MICROSECONDS}.{micros % MICROSECONDS:06d}") in self._stamps:
                micros += 100
            self._stamps.add(stamp)
            return stamp

    def say(self, message: Message) -> Message:
        """Let a message happen."""
        with self.lock:
            self.sent.append(message)
        self.tell()
        return message

    def find(self, room: str, ts: str) -> Message | None:
        """Find a message people can see."""
        now = self.clock()
        return next((one for one in self.sent if (one.room, one.ts) == (room, ts) and one.seen_at <= now), None)

    def seen(self, room: str, *, until: datetime, thread: str = "") -> list[Message]:
        """The messages of a room, or of a thread with what it hangs on, as of `until`, oldest first."""
        with self.lock:
            every = [one for one in self.sent if one.room == room and one.seen_at <= until and not one.only_for]
        if thread:
            found = [one for one in every if thread in {one.ts, one.thread_ts}]
        else:
            found = [one for one in every if one.thread_ts in {"", one.ts} or one.broadcast]
        return sorted(found, key=lambda one: float(one.ts))

    def tell(self) -> None:
        """Tell those who watch that something changed."""
        for watcher in tuple(self.watchers):
            watcher()

    def given(self, message: Message, *, metadata: bool) -> dict[str, Any]:
        """A message as the API gives it."""
        body: dict[str, Any] = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
        body |= {"team": TEAM}
        if message.user == BOT_USER:
            body |= {"bot_id": BOT, "app_id": APP, "bot_profile": {"id": BOT, "app_id": APP, "name": "sottovoce"}}
        body |= {"blocks": deepcopy(message.blocks)} if message.blocks else {}
        body |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        body |= {"edited": {"user": message.user, "ts": message.ts}} if message.edited else {}
        body |= {"files": message.files} if message.files else {}
        body |= {"metadata": message.metadata} if metadata and message.metadata else {}
        return body | self._thread(message)

    def _thread(self, message: Message) -> dict[str, Any]:
        under = [
            one
            for one in self.sent
            if one.room == message.room and one.thread_ts == message.ts and one.ts != message.ts
        ]
        if not under:
            return {}
        users = sorted({one.user for one in under})
        return {
            "thread_ts": message.ts,
            "reply_count": len(under),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": max(one.ts for one in under),
        }


def with_block_ids(blocks: list[dict[str, Any]], ts: str) -> list[dict[str, Any]]:
    """Give every block that has none an id, as Slack does."""
    given = deepcopy(blocks)
    for index, block in enumerate(given):
        digest = hashlib.sha256(f"{ts}:{index}:{json.dumps(block, sort_keys=True)}".encode()).hexdigest()
        block.setdefault("block_id", digest[:5])
    return given
