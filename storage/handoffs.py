"""Handoffs: how far cases came on the way from public to private, with the cases behind each number. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.history import EventKind
from storage.cases import RESOLVED, Case
from storage.deliveries import Delivery
from storage.events import Event

STEPS = ("offered", "opened", "context", "owned", "resolved", "closed")
"""The way, in its order; a case may skip a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One step on one channel: which cases came that far, and which of them came no further."""

    channel: str
    step: str
    case_ids: tuple[int, ...]
    dropped: tuple[int, ...]  # no later step so far
    lost: tuple[int, ...] = ()  # of these, a platform's window shut meanwhile

    @property
    def conversion(self) -> float | None:
        """The share that came further; None where nobody came here, or where the way ends."""
        if not self.case_ids or self.step == STEPS[-1]:
            return None
        return 1 - len(self.dropped) / len(self.case_ids)


def reached(db: Session, *, since: datetime, until: datetime) -> list[Reached]:
    """Follow every case whose way to private began within that time, as far as it has come by now.

    A way begins with its first step: an offer, or a customer who wrote in private by themselves.
    """
    query = (
        select(Event, Case.channel)
        .join(Case, col(Case.id) == col(Event.case_id))
        .where(
            col(Event.kind).in_((EventKind.HANDOFF.value, EventKind.WINDOW_LOST.value)),
            col(Event.at) >= since,
        )
        .order_by(col(Event.id))
    )
    steps: defaultdict[int, dict[str, datetime]] = defaultdict(dict)
    channels: dict[int, str] = {}
    shut: set[int] = set()
    for event, channel in db.exec(query):
        channels[event.case_id] = channel
        if event.kind == EventKind.WINDOW_LOST:
            shut.add(event.case_id)
        elif event.data.get("to") in STEPS:
            steps[event.case_id].setdefault(event.data["to"], event.at)
    ours = {case_id: taken for case_id, taken in steps.items() if min(taken.values()) < until}
    early = _begun_before(db, ours, since)
    return _table({case_id: taken for case_id, taken in ours.items() if case_id not in early}, channels, shut)


def _begun_before(db: Session, case_ids: Collection[int], since: datetime) -> set[int]:
    """Say whose way began before: they belong to an earlier time."""
    query = select(col(Event.case_id)).where(
        col(Event.case_id).in_(case_ids), Event.kind == EventKind.HANDOFF.value, col(Event.at) < since
    )
    return set(db.exec(query))


def _table(
    steps: Mapping[int, Mapping[str, datetime]], channels: Mapping[int, str], shut: Collection[int]
) -> list[Reached]:
    found = []
    for channel in sorted(set(channels.values())):
        here = {case_id: taken for case_id, taken in steps.items() if channels[case_id] == channel}
        for place, step in enumerate(STEPS):
            came = tuple(sorted(case_id for case_id, taken in here.items() if step in taken))
            ended = tuple(case_id for case_id in came if not _further(here[case_id], STEPS[place + 1 :]))
            lost = tuple(case_id for case_id in ended if case_id in shut)
            found.append(Reached(channel=channel, step=step, case_ids=came, dropped=ended, lost=lost))
    return found


def _further(taken: Mapping[str, datetime], later: Sequence[str]) -> bool:
    return any(step in taken for step in later)


def unclosed(db: Session, channels: Collection[str], *, since: datetime, limit: int) -> list[Case]:
    """List cases settled in private since then whose public thread nobody has thought of closing yet."""
    line = aliased(Delivery)
    thought_of = select(true()).where(col(line.case_id) == col(Case.id), col(line.key).like("case-%:closing"))
    query = select(Case).where(
        Case.handoff == "resolved",
        col(Case.handoff_at) >= since,
        Case.state == RESOLVED,
        col(Case.channel).in_(channels),
        col(Case.conversation) != col(Case.private_conversation),
        ~thought_of.exists(),
    )
    return list(db.exec(query.order_by(col(Case.handoff_at), col(Case.id)).limit(limit)))
