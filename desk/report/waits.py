"""Waits: what a case's events say of how long its customer waited for a person, and what it took. Pure.

A wait begins when the customer wrote what opened the case, or opened it again, and ends when it is resolved or
dismissed. Only a person's word answers it: what the bot says is no event of that kind. A case resolved without a word
was answered by that, as its promise was kept by that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.history import EventKind
from storage.weekly import Logged

PERSON = "person"  # how the actor of an event begins where it is one of the team


@dataclass(frozen=True, slots=True)
class Written:
    """When and where a post of a case was published."""

    at: datetime
    channel: str
    private: bool


@dataclass(slots=True, kw_only=True)
class Wait:
    """One wait of a case's customer. Times are aware UTC."""

    case_id: int
    began_at: datetime  # the customer wrote
    opened_at: datetime  # we heard
    reopened: bool
    need: str
    priority: int
    topic: str
    due_at: datetime | None  # a person's first word is promised by then
    answered_at: datetime | None = None  # a person's first word
    noted_at: datetime | None = None  # when the log says so: that week it counts in, once, though heard of late
    answers: int = 0  # a person's words
    holder: str = ""  # who has the case, while it is live: "person:<id>"; empty: nobody
    owed: bool = True  # whether we owe the next word
    kept: str = ""  # met, breached, void; empty: nothing was decided
    resolved_at: datetime | None = None
    resolved_by: str = ""
    dismissed_at: datetime | None = None
    dismissed_by: str = ""
    posts: list[int] = field(default_factory=list)  # the customer's, ids
    after_answer: int = 0  # of them, written after a person had answered and wanting an answer

    @property
    def ended_at(self) -> datetime | None:
        """When it was closed; None while it is live."""
        return self.resolved_at or self.dismissed_at

    @property
    def answer_s(self) -> float | None:
        """Seconds until a person's first word; never below 0, though clocks of platforms may differ from ours."""
        return None if self.answered_at is None else max(0.0, (self.answered_at - self.began_at).total_seconds())

    @property
    def resolution_s(self) -> float | None:
        """Seconds until it was resolved."""
        return None if self.resolved_at is None else max(0.0, (self.resolved_at - self.began_at).total_seconds())


def waits(history: Sequence[Logged], written: Mapping[int, Written]) -> list[Wait]:
    """List a case's waits, oldest first, from its events in the order they were written."""
    found: list[Wait] = []
    for place, event in enumerate(history):
        if event.kind == EventKind.OPENED:
            found.append(_begun(event, _time(written, event.data.get("post"), event.at), topic=""))
        elif not found:
            continue
        elif event.kind == EventKind.REOPENED:
            came = next((later for later in history[place + 1 :] if later.kind == EventKind.JOINED), None)
            began_at = _time(written, came.data.get("post") if came else None, event.at)
            found.append(_begun(event, began_at, topic=found[-1].topic, before=found[-1]))
        else:
            change = _CHANGES.get(event.kind)
            if change:
                change(found[-1], event)
    return found


def _time(written: Mapping[int, Written], post_id: int | None, otherwise: datetime) -> datetime:
    """Say when a post was published: no later than we heard of it, whatever its platform's clock says."""
    known = written.get(post_id) if post_id is not None else None
    return min(known.at, otherwise) if known else otherwise


def _begun(event: Logged, began_at: datetime, *, topic: str, before: Wait | None = None) -> Wait:
    data = event.data
    post_id = data.get("post")
    return Wait(
        case_id=event.case_id,
        began_at=began_at,
        opened_at=event.at,
        reopened=before is not None,
        need=before.need if before else data.get("need", ""),
        priority=before.priority if before else data.get("priority", 2),
        topic=topic or data.get("topic", ""),
        due_at=_moment(data.get("due_at")),
        posts=[] if post_id is None else [post_id],
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _joined(wait: Wait, event: Logged) -> None:
    if wait.ended_at is None:
        wait.posts.append(event.data["post"])
        wait.owed = wait.owed or bool(event.data.get("open"))
        wait.after_answer += bool(wait.answered_at and event.data.get("open"))


def _raised(wait: Wait, event: Logged) -> None:
    wait.need, wait.priority = event.data["need"], event.data["priority"]
    wait.due_at = _moment(event.data.get("due_at"))


def _corrected(wait: Wait, event: Logged) -> None:
    if "need" in event.data:
        _raised(wait, event)


def _topic(wait: Wait, event: Logged) -> None:
    wait.topic = event.data["topic"]


def _answered(wait: Wait, event: Logged) -> None:
    if wait.ended_at is not None:
        return
    wait.answers += 1
    wait.owed = False
    if wait.answered_at is None:
        wait.answered_at = _moment(event.data.get("spoke_at")) or event.at
        wait.noted_at = event.at
        wait.kept = event.data.get("sla", "")


def _claimed(wait: Wait, event: Logged) -> None:
    wait.holder = event.data["by"]


def _released(wait: Wait, _: Logged) -> None:
    wait.holder = ""


def _breached(wait: Wait, _: Logged) -> None:
    wait.kept = wait.kept or "breached"


def _resolved(wait: Wait, event: Logged) -> None:
    wait.resolved_at, wait.resolved_by = event.at, event.actor
    if wait.answered_at is None and event.actor.startswith(PERSON):
        wait.answered_at, wait.noted_at, wait.answers = event.at, event.at, 1
        wait.kept = event.data.get("sla", "")


def _dismissed(wait: Wait, event: Logged) -> None:
    wait.dismissed_at, wait.dismissed_by = event.at, event.actor


_CHANGES: Mapping[str, Callable[[Wait, Logged], None]] = {
    EventKind.JOINED: _joined,
    EventKind.RAISED: _raised,
    EventKind.CORRECTED: _corrected,
    EventKind.TOPIC: _topic,
    EventKind.ANSWERED: _answered,
    EventKind.CLAIMED: _claimed,
    EventKind.RELEASED: _released,
    EventKind.BREACHED: _breached,
    EventKind.RESOLVED: _resolved,
    EventKind.DISMISSED: _dismissed,
}


def until(history: Iterable[Logged], end: datetime) -> list[Logged]:
    """Leave out what happened at `end` or later: a week looks the same whenever it is looked at."""
    return [event for event in history if event.at < end]
