"""Events: every decision and act of bot or person in a case, with its reason. Written once, never changed.

No event carries a customer's words, name or number: ids, counts and reasons only, so that a person can be forgotten
while the history stays whole. The database itself refuses to change or delete an event.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, insert
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import document, key, rows_of

BOT = "bot"


class Event(SQLModel, table=True):
    """One thing that happened in a case. `actor` is `bot`, `customer`, `platform` or `person:<id>`."""

    __tablename__ = "events"
    __table_args__ = (Index("events_at", "at", "case_id"),)  # the weekly report asks what happened within a time

    id: int = key()
    case_id: int = Field(foreign_key="cases.id", index=True)
    at: datetime
    actor: str
    kind: str  # see domain/history.py
    reason: str = ""
    data: dict[str, Any] = document()


_NOTE = insert(rows_of(Event))


def note(
    db: Session, case_id: int, kind: str, *, at: datetime, actor: str = BOT, reason: str = "", **data: Any
) -> None:
    """Write down what happened, in the transaction in which it happened. `data`: ids, states and numbers only."""
    db.add(Event(case_id=case_id, at=at, actor=actor, kind=kind, reason=reason, data=data))


def note_all(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down many things that happened, in their order. Each row has every column but the id."""
    if rows:
        db.connection().execute(_NOTE, rows)


def of_case(db: Session, case_id: int) -> list[Event]:
    """List a case's events in the order they were written."""
    return list(db.exec(select(Event).where(Event.case_id == case_id).order_by(col(Event.id))))


def after(db: Session, event_id: int, *, limit: int) -> list[tuple[int, int, str]]:
    """List what was written after an event, in order: id, case and kind."""
    query = select(Event.id, Event.case_id, Event.kind).where(col(Event.id) > event_id)
    return [(row[0], row[1], row[2]) for row in db.exec(query.order_by(col(Event.id)).limit(limit))]


def latest(db: Session) -> int:
    """Say which event was written last; 0: none was."""
    return db.exec(select(func.max(Event.id))).one() or 0
