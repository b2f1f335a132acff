"""Follow-up: promises that come to their time. The team is warned before a first answer is due, and when it is late.

Times are rows compared with `now`, so nothing is lost by a stop, and each fires once whatever the clock does. Whether
a promise still stands is asked again in the transaction that fires.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import incidents, threads
from responder.claims import to_handoff
from responder.handover import ROOM
from responder.inviting import INVITE, PRIVATE, PUBLIC
from storage import authors, deliveries, events, promises
from storage.authors import Author
from storage.cases import Case
from storage.database import writing
from storage.deliveries import DROPPED, FAILED, SENT, Delivery

BATCH = 200  # cases a transaction
INVITATION = timedelta(hours=24)  # not followed by then, it is not expected to be
UNHEARD_INVITATION = "the invitation never went out"


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Fire what is due, at most `BATCH` of each kind. False: nothing was."""
    with writing(engine) as db:
        fired = [_breaches(db, conduct, now), _warnings(db, conduct, now), _lapses(db, now)]
    return any(fired)


def _breaches(db: Session, conduct: Conduct, now: datetime) -> bool:
    late = [case for case in promises.broken(db, now=now, limit=BATCH) if promises.breach(db, case.id, now=now)]
    for case in late:
        db.refresh(case)
        events.note(db, case.id, EventKind.BREACHED, at=now, reason="no person has answered in time", due_at=_iso(case))
    _tell(db, late, "breach", conduct, now)
    return bool(late)


def _warnings(db: Session, conduct: Conduct, now: datetime) -> bool:
    due_by = {need.value: now + promised * conduct.warn_before for need, promised in conduct.sla.items()}
    near = promises.to_warn(db, due_by=due_by, now=now, limit=BATCH)
    for case in near:
        case.warned_at = now
        events.note(db, case.id, EventKind.WARNED, at=now, due_at=_iso(case))
    _tell(db, near, "warning", conduct, now)
    return bool(near)


def _lapses(db: Session, now: datetime) -> bool:
    """Note which invitations were not followed, and which never went out."""
    old = promises.unfollowed(db, offered_by=now - INVITATION, limit=BATCH)
    for case in old:
        invitation = _invitation(db, case.id)
        if invitation is None or invitation.state in (DROPPED, FAILED):
            to_handoff(db, case, "none", now=now, reason=UNHEARD_INVITATION)
        elif invitation.state == SENT and _sent_by(invitation, now - INVITATION):
            to_handoff(db, case, "lapsed", now=now, reason="the customer has not written in private")
        else:
            case.handoff_at = invitation.sent_at or now  # it went late, or still waits: its time begins later
    return bool(old)


def _invitation(db: Session, case_id: int) -> Delivery | None:
    """Find the words by which the customer was led to a private thread: what went, before what may still go."""
    known = [deliveries.by_key(db, f"case-{case_id}:{name}") for name in (PRIVATE, PUBLIC, INVITE)]
    said = [delivery for delivery in known if delivery]
    live = [delivery for delivery in said if delivery.state not in (DROPPED, FAILED)]
    return next((each for each in live if each.state == SENT), None) or next(iter((*live, *said)), None)


def _sent_by(invitation: Delivery, moment: datetime) -> bool:
    return (invitation.sent_at or invitation.planned_at) <= moment


def _tell(db: Session, due: Sequence[Case], what: str, conduct: Conduct, now: datetime) -> None:
    """Tell the team: each case by itself, but those of one storm together."""
    singly = [case for case in due if case.incident_id is None]
    who = authors.by_id(db, {case.author_id for case in singly})
    for case in singly:
        _tell_case(db, case, who[case.author_id], what=what, conduct=conduct, now=now)
    for storm in sorted({case.incident_id for case in due if case.incident_id is not None}):
        together = [case for case in due if case.incident_id == storm]
        _tell_storm(db, storm, together, what=what, conduct=conduct, now=now)


def _tell_case(db: Session, case: Case, author: Author, *, what: str, conduct: Conduct, now: datetime) -> None:
    holder = f"{case.claimed_by.removeprefix('person:')} has it." if case.claimed_by else "Nobody has taken it."
    card = Card(
        kind=CardKind.CLOCK,
        headline=_HEADLINES[what],
        text=f"{holder} {case.reason}".strip(),
        case_id=case.id,
        need=case.need,
        priority=case.priority,
        channel=case.channel,
        author=author.handle,
        due_at=case.due_at,
    )
    above = threads.above(db, case.id)
    _plan(
        db,
        card,
        key=f"case-{case.id}:{what}-{_iso(case)}",
        above=above,
        order=f"team:case-{case.id}",
        conduct=conduct,
        case=case,
        now=now,
    )


def _tell_storm(
    db: Session, storm: int, together: Sequence[Case], *, what: str, conduct: Conduct, now: datetime
) -> None:
    card = Card(
        kind=CardKind.CLOCK,
        headline=f"{_HEADLINES[what]}: {len(together)} case{'' if len(together) == 1 else 's'} of the incident",
        need=together[0].need,
        priority=min(case.priority for case in together),
        channel=together[0].channel,
        due_at=min(case.due_at for case in together if case.due_at),
        count=len(together),
    )
    above = deliveries.by_key(db, incidents.key(storm))
    key = f"incident-{storm}:{what}-{now.isoformat()}"
    _plan(db, card, key=key, above=above, order=f"team:incident-{storm}", conduct=conduct, case=together[0], now=now)


_HEADLINES = {"warning": "A first answer is due soon", "breach": "A first answer is late"}


def _plan(
    db: Session,
    card: Card,
    *,
    key: str,
    above: Delivery | None,
    order: str,
    conduct: Conduct,
    case: Case,
    now: datetime,
) -> None:
    deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.NOTE if above else DeliveryKind.ALERT,
        via=ROOM,
        account=case.account,
        order_key=above.order_key if above else order,
        target=above.target if above else conduct.rooms.alerts,
        body=card.to_json(),
        case_id=case.id,
        extra={"under": above.key} if above else None,
        priority=Priority.HIGH,
        now=now,
    )


def _iso(case: Case) -> str:
    return case.due_at.isoformat() if case.due_at else ""
