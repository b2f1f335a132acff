"""Gatings: every answer of the gate, with the rule and the evidence it went by."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import document, key


class Gating(SQLModel, table=True):
    """One answer of the gate about one delivery. `stage` is `plan` or `send`."""

    __tablename__ = "gatings"

    id: int = key()
    delivery_key: str = Field(index=True)
    case_id: int | None = Field(default=None, foreign_key="cases.id", index=True)
    stage: str
    at: datetime
    verdict: str  # allow · wait · hold · refuse
    rule: str
    reason: str
    instead: str = ""  # what is allowed instead
    evidence: dict[str, Any] = document()


def keep(db: Session, gating: Gating) -> None:
    """Store an answer, in the transaction that acts on it."""
    db.add(gating)


def of_delivery(db: Session, delivery_key: str) -> list[Gating]:
    """List what the gate has said about a delivery, oldest first."""
    return list(db.exec(select(Gating).where(Gating.delivery_key == delivery_key).order_by(col(Gating.id))))
