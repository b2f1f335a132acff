"""Claims: what people do with a case. Where a person has it, or has spoken, the bot is silent. Sends nothing.

The caller owns the transaction; of two that race, the one whose transaction writes first wins. `by` is who acts, as
in events: "person:<id>", or `APP` for somebody of ours whom only the platform's own app knows by name.
"""

from datetime import datetime

from sqlmodel import Session

from domain.history import EventKind
from storage import deliveries, events
from storage.cases import DISMISSED, LIVE, RESOLVED, WAITING, Case
from storage.promises import BREACHED, MET, PENDING, VOID

APP = "app"


def take(db: Session, case_id: int, by: str, *, now: datetime) -> int | None:
    """Claim a live case; returns the fence that shows the claim, or None when somebody else has it.

    Taking what one has already returns the same fence. What only the platform's app knows as ours may be taken over.
    """
    case = _live(db, case_id)
    if case is None or (case.claimed_by not in (None, APP, by)):
        return None
    if case.claimed_by != by:
        _claim(db, case, by, now=now)
    return case.fence


def holds(db: Session, case_id: int, fence: int) -> bool:
    """Say whether the claim with this fence is still the one that counts."""
    case = db.get(Case, case_id)
    return bool(case and case.claimed_by and case.fence == fence)


def release(db: Session, case_id: int, by: str, *, now: datetime) -> bool:
    """Put a case back into the queue; the bot may speak again if no person has spoken."""
    case = _live(db, case_id)
    if case is None or case.claimed_by is None:
        return False
    case.claimed_by, case.claimed_at, case.updated_at = None, None, now
    events.note(db, case.id, EventKind.RELEASED, at=now, actor=_actor(by))
    return True


def person_spoke(db: Session, case_id: int, by: str, *, now: datetime, spoke_at: datetime | None = None) -> bool:
    """Note that a person has spoken to the customer: the first time keeps or breaks the promise; they have the case.

    `spoke_at` is when they did, where we hear of it later: a timer that fired between is put right.
    """
    case = _live(db, case_id)
    if case is None:
        return False
    at = spoke_at or now
    if case.claimed_by is None:
        _claim(db, case, by, now=now)
    if case.answered_at is None:
        case.sla, case.answered_at = _kept(case, at), at
    case.state, case.updated_at = WAITING, now
    events.note(db, case.id, EventKind.ANSWERED, at=now, actor=_actor(by), spoke_at=at.isoformat(), sla=case.sla)
    return True


def resolve(db: Session, case_id: int, by: str, *, now: datetime) -> bool:
    """Close a case whose matter is settled. Without a word before, this is the person's answer."""
    case = _live(db, case_id)
    if case is None:
        return False
    if case.sla == PENDING:
        case.sla = _kept(case, now)
    if case.handoff in ("opened", "context", "owned"):
        to_handoff(db, case, "resolved", now=now, actor=_actor(by))
    _close(db, case, RESOLVED, EventKind.RESOLVED, by, now=now, why="")
    return True


def dismiss(db: Session, case_id: int, by: str, *, now: datetime, why: str = "") -> bool:
    """Close a case that needed nobody: nothing was owed."""
    case = _live(db, case_id)
    if case is None:
        return False
    if case.sla == PENDING:
        case.sla = VOID
    _close(db, case, DISMISSED, EventKind.DISMISSED, by, now=now, why=why)
    return True


def to_handoff(db: Session, case: Case, to: str, *, now: datetime, actor: str = events.BOT, reason: str = "") -> None:
    """Move the handoff on, and write it down."""
    case.handoff, case.handoff_at = to, now
    events.note(db, case.id, EventKind.HANDOFF, at=now, actor=actor, reason=reason, to=to)


def drop_ready(db: Session, case: Case, *, now: datetime, why: str) -> None:
    """Take back the bot's words to the customer that have not begun to go."""
    for delivery in deliveries.ready_automatic(db, case.id):
        delivery.state, delivery.why = deliveries.DROPPED, why
        events.note(db, case.id, EventKind.DROPPED, at=now, reason=why, key=delivery.key)


def _live(db: Session, case_id: int) -> Case | None:
    db.flush()
    case = db.get(Case, case_id, with_for_update=True)
    return case if case and case.state in LIVE else None


def _claim(db: Session, case: Case, by: str, *, now: datetime) -> None:
    case.claimed_by, case.claimed_at, case.updated_at = by, now, now
    case.fence += 1
    events.note(db, case.id, EventKind.CLAIMED, at=now, actor=_actor(by), by=by, fence=case.fence)
    if case.handoff in ("opened", "context"):
        to_handoff(db, case, "owned", now=now, actor=_actor(by))
    drop_ready(db, case, now=now, why="a person has the case")


def _close(db: Session, case: Case, state: str, kind: EventKind, by: str, *, now: datetime, why: str) -> None:
    drop_ready(db, case, now=now, why=f"the case is {state}")
    if case.handoff == "offered":
        to_handoff(db, case, "lapsed", now=now, actor=_actor(by), reason=f"the case is {state}")
    case.state, case.closed_at, case.updated_at = state, now, now
    case.claimed_by, case.claimed_at = None, None
    events.note(db, case.id, kind, at=now, actor=_actor(by), reason=why, sla=case.sla)


def _kept(case: Case, at: datetime) -> str:
    return MET if case.due_at is None or at <= case.due_at else BREACHED


def _actor(by: str) -> str:
    return by if ":" in by else f"person:{by}"
