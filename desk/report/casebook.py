"""The casebook: what the event log says of the cases that moved lately, as it stood at a week's end. Reads only."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from desk.report import week as weeks
from desk.report.values import Week
from desk.report.waits import Wait, Written, until, waits
from domain.history import EventKind
from storage import weekly
from storage.weekly import Logged, Matter, Sent


@dataclass(frozen=True, slots=True)
class Casebook:
    """Cases with their whole history up to some moment."""

    matters: dict[int, Matter]
    histories: dict[int, list[Logged]]
    written: dict[int, Written]  # posts in these cases, by id
    abusive: dict[int, int]  # cases by the ids of posts that carry abuse
    sent: dict[str, Sent]  # what each delivery of these cases is, by key


def read(db: Session, *, start: datetime, end: datetime) -> Casebook:
    """Read every case in which anything happened within a time, or which was live at its end."""
    ids = weekly.moved_cases(db, start, end)
    histories: defaultdict[int, list[Logged]] = defaultdict(list)
    for event in weekly.log_of(db, ids, end=end):
        histories[event.case_id].append(event)
    written: dict[int, Written] = {}
    abusive: dict[int, int] = {}
    for post in weekly.placed(db, ids):
        written[post.id] = Written(post.at, post.channel, post.private)
        if post.abuse not in (None, "none"):
            abusive[post.id] = post.case_id
    return Casebook(weekly.matters(db, ids), dict(histories), written, abusive, weekly.kinds_of(db, ids))


class Cut:
    """The casebook as it looked when a week ended."""

    def __init__(self, book: Casebook, week: Week) -> None:
        """Look at `book`, which must reach back to the week's start, as of the week's end."""
        self.book, self.week = book, week
        whole = ((case, until(history, week.end)) for case, history in book.histories.items())
        self.histories = {case: history for case, history in whole if _matters(history, week)}
        self.waits = [wait for history in self.histories.values() for wait in waits(history, book.written)]

    @cached_property
    def events(self) -> dict[str, list[Logged]]:
        """What happened within the week, by kind."""
        start, found = self.week.start, defaultdict[str, list[Logged]](list)
        for history in self.histories.values():
            for event in history:
                if event.at >= start:  # none is later than the week's end
                    found[event.kind].append(event)
        return found

    def within(self, at: datetime | None) -> bool:
        """Say whether a moment lies in the week."""
        return at is not None and weeks.contains(self.week, at)

    @cached_property
    def answered(self) -> list[Wait]:
        """Waits that a person's first word ended, as far as the log says so this week; those that needed nobody not."""
        return [wait for wait in self.waits if self.within(wait.noted_at) and wait.dismissed_at is None]

    @cached_property
    def resolved(self) -> list[Wait]:
        """Waits resolved this week."""
        return [wait for wait in self.waits if self.within(wait.resolved_at)]

    @cached_property
    def live(self) -> list[Wait]:
        """Waits that nobody had closed by the week's end."""
        return [wait for wait in self.waits if wait.ended_at is None]

    @cached_property
    def last(self) -> dict[int, Wait]:
        """Each case's latest wait."""
        return {wait.case_id: wait for wait in self.waits}

    def happened(self, *kinds: str, where: Callable[[Logged], bool] = lambda _: True) -> list[Logged]:
        """List the week's events of these kinds, kind by kind."""
        return [event for kind in kinds for event in self.events.get(kind, ()) if where(event)]

    def went(self, *kinds: str, automatic: bool | None = None) -> list[Logged]:
        """List this week's receipts of deliveries of these kinds; `automatic`: of the bot's own alone, or not."""
        return [event for event in self.happened(EventKind.SENT) if self.is_of(event, *kinds, automatic=automatic)]

    def is_of(self, event: Logged, *kinds: str, automatic: bool | None = None) -> bool:
        """Say whether an event is about a delivery of these kinds."""
        sent = self.book.sent.get(event.data.get("key", ""))
        return sent is not None and sent.kind in kinds and automatic in (None, sent.automatic)


_BEGINS = frozenset({EventKind.OPENED, EventKind.REOPENED})
_ENDS = frozenset({EventKind.RESOLVED, EventKind.DISMISSED})


def _matters(history: Sequence[Logged], week: Week) -> bool:
    """Say whether anything happened in a case within the week, or it was live at its end."""
    if not history:
        return False
    turn = next((event.kind for event in reversed(history) if event.kind in _BEGINS | _ENDS), None)
    return history[-1].at >= week.start or turn in _BEGINS


def cases(of: Iterable[Wait | Logged]) -> list[int]:
    """List the cases of waits or events, each once."""
    return sorted({each.case_id for each in of})
