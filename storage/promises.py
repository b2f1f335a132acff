"""Promises: which cases' first answers, and which invitations, have come to their time. Reads cases; fires nothing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import false, or_
from sqlmodel import Session, col, select, update

from storage.cases import LIVE, Case

PENDING, MET, BREACHED, VOID = "pending", "met", "breached", "void"


def to_warn(db: Session, *, due_by: Mapping[str, datetime], now: datetime, limit: int) -> list[Case]:
    """List cases whose first answer is due by the moment given for their need, not yet past, and nobody was warned."""
    soon = [(col(Case.need) == need) & (col(Case.due_at) <= moment) for need, moment in due_by.items()]
    query = select(Case).where(
        Case.sla == PENDING,
        col(Case.state).in_(LIVE),
        col(Case.warned_at).is_(None),
        col(Case.due_at) > now,
        or_(false(), *soon),
    )
    return list(db.exec(query.order_by(col(Case.due_at), col(Case.id)).limit(limit).with_for_update(skip_locked=True)))


def broken(db: Session, *, now: datetime, limit: int) -> list[Case]:
    """List live cases whose first answer was due by now and has not come."""
    query = select(Case).where(Case.sla == PENDING, col(Case.state).in_(LIVE), col(Case.due_at) <= now)
    return list(db.exec(query.order_by(col(Case.due_at), col(Case.id)).limit(limit).with_for_update(skip_locked=True)))


def breach(db: Session, case_id: int, *, now: datetime) -> bool:
    """Break a promise, unless it was kept meanwhile: once, whoever else looks at the same time."""
    statement = (
        update(Case)
        .where(
            col(Case.id) == case_id,
            col(Case.sla) == PENDING,
            col(Case.state).in_(LIVE),
            col(Case.due_at) <= now,
        )
        .values(sla=BREACHED)
    )
    return db.connection().execute(statement).rowcount == 1


def unfollowed(db: Session, *, offered_by: datetime, limit: int) -> list[Case]:
    """List live cases whose invitation to a private thread was made by then and has not been followed."""
    query = select(Case).where(Case.handoff == "offered", col(Case.handoff_at) <= offered_by, col(Case.state).in_(LIVE))
    return list(db.exec(query.order_by(col(Case.handoff_at)).limit(limit).with_for_update(skip_locked=True)))
