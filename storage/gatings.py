"""Gatings: every answer of the gate, with the rule and the evidence it went by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import document, key, rows_of


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
    source: str = ""  # who says so, and as of when
    rulebook: str = ""  # the version of the rules that were asked
    consent: str = ""  # what the customer did that allows an automatic word
    evidence: dict[str, Any] = document()


_KEEP = insert(rows_of(Gating))


def keep(db: Session, gating: Gating) -> None:
    """Store an answer, in the transaction that acts on it."""
    db.add(gating)


def keep_all(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store many answers at once. Each row has every column but the id."""
    if rows:
        db.connection().execute(_KEEP, rows)


def of_delivery(db: Session, delivery_key: str) -> list[Gating]:
    """List what the gate has said about a delivery, oldest first."""
    return list(db.exec(select(Gating).where(Gating.delivery_key == delivery_key).order_by(col(Gating.id))))
