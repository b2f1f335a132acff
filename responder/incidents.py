"""Incidents: a storm is told to the team as one matter that grows, not as hundreds; every customer keeps a case.

Cases in which somebody may come to harm, or that everybody sees, are always told singly as well.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Need, Priority
from responder.batch import Batch
from responder.handover import ROOM
from storage import deliveries, incidents
from storage.cases import Case
from storage.database import writing
from storage.incidents import Incident

QUIET = timedelta(minutes=15)  # without a new case, and the storm is over
TOLD_AT_MOST_EVERY = timedelta(seconds=30)
TOLD_AT_LEAST_EVERY = timedelta(minutes=15)  # while it grows
GROWS = 2  # the team hears again when so many times more cases have joined
TOPICS = 3  # named in a note
ALONE = frozenset(
    {"distress", "threat", "hateful", "personal-data", "order-number", "reach", "press", "encrypted", "unscored"}
)
"""Triage's rules whose cases are told singly, storm or no storm."""


def fold(batch: Batch, opened: Sequence[Case]) -> frozenset[int]:
    """Put newly opened cases into the storms that are on, or that they begin; returns the ids not told singly."""
    folded: set[int] = set()
    for channel, account in sorted({(case.channel, case.account) for case in opened}):
        here = [case for case in opened if (case.channel, case.account) == (channel, account)]
        storm = incidents.running(batch.db, channel, account) or _begin(batch, channel, account)
        if storm is None:
            continue
        joining = [case for case in here if case.rule not in ALONE and case.incident_id is None]
        _join(batch, storm, joining)
        folded |= {case.id for case in here if case.incident_id == storm.id}
        tell(batch.db, storm, batch.conduct, now=batch.now)
    return frozenset(folded)


def _begin(batch: Batch, channel: str, account: str) -> Incident | None:
    """Open an incident when enough cases have come within the time that makes them one."""
    since = batch.now - batch.conduct.incident_within
    if incidents.cases_since(batch.db, channel, account, since) < batch.conduct.incident_cases:
        return None
    storm = Incident(channel=channel, account=account, opened_at=batch.now, last_at=batch.now)
    batch.db.add(storm)
    batch.db.flush()
    _join(
        batch,
        storm,
        [case for case in incidents.stragglers(batch.db, channel, account, since=since) if case.rule not in ALONE],
    )
    return storm


def _join(batch: Batch, storm: Incident, joining: Iterable[Case]) -> None:
    for case in joining:
        case.incident_id = storm.id
        storm.cases += 1
        storm.last_at = batch.now
        batch.note(case, EventKind.INCIDENT, reason="one of many within minutes", incident=storm.id)


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Tell how running storms have grown, and close those that are over. False: nothing to say."""
    with writing(engine) as db:
        said = [
            _over(db, storm, conduct, now) or tell(db, storm, conduct, now=now) for storm in incidents.all_running(db)
        ]
    return any(said)


def tell(db: Session, storm: Incident, conduct: Conduct, *, now: datetime) -> bool:
    """Tell the team of a storm, or how it has grown, where that is news."""
    if not is_news(storm, now):
        return False
    count = f"{storm.cases} case{'' if storm.cases == 1 else 's'}"
    _say(db, storm, conduct, f"{count} within minutes" if storm.told_at is None else f"Now {count}", now=now)
    return True


def is_news(storm: Incident, now: datetime) -> bool:
    """Say whether the team should hear of a storm now: seldom, and more seldom the bigger it is."""
    if storm.told_at is None:
        return True
    silent_for = now - storm.told_at
    grown = storm.cases >= GROWS * storm.told or silent_for >= TOLD_AT_LEAST_EVERY
    return grown and storm.cases > storm.told and silent_for >= TOLD_AT_MOST_EVERY


def _over(db: Session, storm: Incident, conduct: Conduct, now: datetime) -> bool:
    if now - storm.last_at < QUIET:
        return False
    minutes = int(QUIET.total_seconds() // 60)
    _say(db, storm, conduct, f"Quiet for {minutes} minutes: {storm.cases} cases in all", now=now)
    storm.closed_at = now
    return True


def key(storm_id: int) -> str:
    """Name the alert that opens a storm's thread."""
    return f"incident-{storm_id}:alert"


def _say(db: Session, storm: Incident, conduct: Conduct, headline: str, *, now: datetime) -> None:
    first = storm.told_at is None
    card = Card(
        kind=CardKind.INCIDENT,
        headline=headline,
        text=_about(incidents.topics(db, storm.id)),
        need=Need.URGENT,
        priority=int(Priority.URGENT),
        channel=storm.channel,
        heard_at=storm.opened_at,
        count=storm.cases,
    )
    deliveries.plan(
        db,
        key=key(storm.id) if first else f"incident-{storm.id}:{storm.cases}-at-{now.isoformat()}",
        kind=DeliveryKind.ALERT if first else DeliveryKind.NOTE,
        via=ROOM,
        account=storm.account,
        order_key=f"team:incident-{storm.id}",
        target=conduct.rooms.alerts,
        body=card.to_json(),
        extra=None if first else {"under": key(storm.id)},
        priority=Priority.URGENT if first else Priority.HIGH,
        now=now,
    )
    storm.told, storm.told_at = storm.cases, now


def _about(topics: Sequence[tuple[str, int]]) -> str:
    named = [f"{topic.replace('_', ' ')} {count}" for topic, count in topics if topic and topic != "other"][:TOPICS]
    return f"Mostly: {', '.join(named)}. Every customer has a case of their own." if named else ""
