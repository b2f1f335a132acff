"""Events: every decision and act of bot or person in a case, with its reason. Written once, never changed.

No event carries a customer's words, name or number: ids, counts and reasons only, so that a person can be forgotten
while the history stays whole. The database itself refuses to change or delete an event.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import document, key

BOT = "bot"


class Event(SQLModel, table=True):
    """One thing that happened in a case. `actor` is `bot`, `customer`, `platform` or `person:<id>`."""

    __tablename__ = "events"

    id: int = key()
    case_id: int = Field(foreign_key="cases.id", index=True)
    at: datetime
    actor: str
    kind: str  # see domain/history.py
    reason: str = ""
    data: dict[str, Any] = document()


def note(
    db: Session, case_id: int, kind: str, *, at: datetime, actor: str = BOT, reason: str = "", **data: Any
) -> None:
    """Write down what happened, in the transaction in which it happened. `data`: ids, states and numbers only."""
    db.add(Event(case_id=case_id, at=at, actor=actor, kind=kind, reason=reason, data=data))


def of_case(db: Session, case_id: int) -> list[Event]:
    """List a case's events in the order they were written."""
    return list(db.exec(select(Event).where(Event.case_id == case_id).order_by(col(Event.id))))
