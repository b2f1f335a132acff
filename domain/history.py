"""History: what can happen in a case, and how the case stands after it. Pure; keeps no events itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class EventKind(StrEnum):
    """What happened. `data` holds ids, states and numbers only, never a customer's words, name or number."""

    # the case
    OPENED = "opened"  # need, priority, post, topic, due_at
    JOINED = "joined"  # post: the customer wrote again; open: whether we owe the next word now
    RAISED = "raised"  # need, priority, due_at: it turned out to be more urgent
    CORRECTED = (
        "corrected"  # post, head, was, now: a person judged it otherwise; need, priority, due_at: the case follows
    )
    TOPIC = "topic"  # topic: what it is about became clear
    REOPENED = "reopened"  # due_at: the customer wrote again after it was resolved; a new wait begins
    EDITED = "edited"  # post: the new version of one that is in the case
    GONE = "gone"  # post: it no longer exists at its platform
    RESOLVED = "resolved"  # sla
    DISMISSED = "dismissed"  # sla: it needed nobody
    INCIDENT = "incident"  # incident: told to the team with many others
    # people
    CLAIMED = "claimed"  # by, fence: a person holds the case, the bot is silent in it
    RELEASED = "released"
    ANSWERED = "answered"  # spoke_at, sla: a person spoke to the customer
    # the bot's words
    PLANNED = "planned"  # key, verdict: words were promised, or held, or dropped, as the gate said
    WITHHELD = "withheld"  # the bot decided to say nothing; the reason says why
    DROPPED = "dropped"  # key: promised words are not wanted any more
    APPROVED = "approved"  # key: a person released held words
    SENT = "sent"  # key
    FAILED = "failed"  # key: the platform refused
    HELD = "held"  # key: a person must decide
    DOUBTFUL = "doubtful"  # key: it may have been sent; we look
    # the private thread
    HANDOFF = "handoff"  # to: none · offered · lapsed · opened · context · owned · resolved · closed
    FACTS = "facts"  # post, kinds: the customer told us something, so nobody asks again
    ASKED = "asked"  # post, kinds: what the bot asked for
    PLACE_TOLD = "place_told"  # place: people ahead, as told; urgent: more urgent cases had come in
    SILENT = "silent"  # the bot has handed over to people and says nothing more
    OPTED_OUT = "opted_out"  # post: the customer wants no automatic words
    # afterwards
    EFFORT_ASKED = "effort_asked"  # key: the customer was asked how much effort it was
    EFFORT_TOLD = "effort_told"  # post, score: 1 (easy) to 5 (hard), as the customer says
    # the clock
    WARNED = "warned"  # due_at: the team was told that the promise is about to be broken
    BREACHED = "breached"  # due_at: it was broken
    WINDOW_WARNED = "window_warned"  # window, until, rule: the team was told that a platform's window is about to shut
    WINDOW_LOST = "window_lost"  # window, until, rule, warned: it shut on a case that still owed a word


class Happened(Protocol):
    """An event as it is kept."""

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def at(self) -> datetime: ...  # noqa: D102

    @property
    def data(self) -> Mapping[str, Any]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """How a case stands. Each field but `silent` means what it means in the case's own row."""

    state: str = "open"
    need: str = ""
    priority: int = 0
    posts: int = 0
    topic: str = ""
    handoff: str = "none"
    claimed_by: str | None = None
    fence: int = 0
    sla: str = "pending"
    due_at: datetime | None = None
    warned_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    incident_id: int | None = None
    place_told: int | None = None
    silent: bool = False  # the bot has handed over and says nothing more


START = CaseState()


def replay(events: Iterable[Happened]) -> CaseState:
    """Fold a case's events, in the order they were written, into how it stands. Unknown kinds change nothing."""
    state = START
    for event in events:
        change = _CHANGES.get(event.kind)
        if change:
            state = replace(state, **change(state, event))
    return state


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _opened(_: CaseState, event: Happened) -> dict[str, Any]:
    data = event.data
    return {
        "need": data["need"],
        "priority": data["priority"],
        "topic": data.get("topic", ""),
        "due_at": _time(data.get("due_at")),
        "posts": 1,
    }


def _joined(state: CaseState, event: Happened) -> dict[str, Any]:
    return {"posts": state.posts + 1, "state": "open" if event.data.get("open") else state.state}


def _raised(_: CaseState, event: Happened) -> dict[str, Any]:
    data = event.data
    return {"need": data["need"], "priority": data["priority"], "due_at": _time(data.get("due_at"))}


def _reopened(_: CaseState, event: Happened) -> dict[str, Any]:
    return {
        "state": "open",
        "sla": "pending",
        "due_at": _time(event.data.get("due_at")),
        "warned_at": None,
        "answered_at": None,
        "closed_at": None,
        "place_told": None,
        "silent": False,
    }


def _closed(to: str) -> Callable[[CaseState, Happened], dict[str, Any]]:
    def change(_: CaseState, event: Happened) -> dict[str, Any]:
        return {"state": to, "closed_at": event.at, "sla": event.data["sla"], "claimed_by": None}

    return change


def _answered(state: CaseState, event: Happened) -> dict[str, Any]:
    return {
        "state": "waiting",
        "sla": event.data["sla"],
        "answered_at": state.answered_at or _time(event.data["spoke_at"]),
    }


_CHANGES: Mapping[str, Callable[[CaseState, Happened], dict[str, Any]]] = {
    EventKind.OPENED: _opened,
    EventKind.JOINED: _joined,
    EventKind.RAISED: _raised,
    EventKind.CORRECTED: lambda state, event: _raised(state, event) if "need" in event.data else {},
    EventKind.TOPIC: lambda _, event: {"topic": event.data["topic"]},
    EventKind.REOPENED: _reopened,
    EventKind.RESOLVED: _closed("resolved"),
    EventKind.DISMISSED: _closed("dismissed"),
    EventKind.INCIDENT: lambda _, event: {"incident_id": event.data["incident"]},
    EventKind.CLAIMED: lambda _, event: {"claimed_by": event.data["by"], "fence": event.data["fence"]},
    EventKind.RELEASED: lambda _, __: {"claimed_by": None},
    EventKind.ANSWERED: _answered,
    EventKind.HANDOFF: lambda _, event: {"handoff": event.data["to"]},
    EventKind.PLACE_TOLD: lambda _, event: {"place_told": event.data["place"]},
    EventKind.SILENT: lambda _, __: {"silent": True},
    EventKind.WARNED: lambda _, event: {"warned_at": event.at},
    EventKind.BREACHED: lambda _, __: {"sla": "breached"},
}
