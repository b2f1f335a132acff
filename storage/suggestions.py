"""Suggestions: pairs of authors that may be one customer, for a person to decide. Each pair is suggested once, ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select

from storage import links
from storage.authors import Author
from storage.columns import document, key, rows_of
from storage.links import LINK, Link

_UNASKED = "asked_at IS NULL"


class Suggestion(SQLModel, table=True):
    """Two authors and why they may be one; `one` is the smaller id. `evidence`: kind of value and ids of posts only."""

    __tablename__ = "customer_suggestions"
    __table_args__ = (
        UniqueConstraint("one", "other"),
        Index("customer_suggestions_unasked", "id", sqlite_where=text(_UNASKED), postgresql_where=text(_UNASKED)),
    )

    id: int = key()
    one: int = Field(foreign_key="authors.id")
    other: int = Field(foreign_key="authors.id")
    case_id: int | None = Field(default=None, foreign_key="cases.id")  # where it came up
    reason: str
    evidence: dict[str, Any] = document()
    at: datetime
    asked_at: datetime | None = None  # when the team's room was asked


_MAKE = insert(rows_of(Suggestion)).on_conflict_do_nothing(index_elements=["one", "other"])


def make(
    db: Session, one: int, other: int, *, case_id: int | None, reason: str, evidence: dict[str, Any], now: datetime
) -> bool:
    """Suggest that two authors are one customer. False: they were suggested before, whatever came of it."""
    first, second = links.pair(one, other)
    row = {"one": first, "other": second, "case_id": case_id, "reason": reason, "evidence": evidence, "at": now}
    made = db.connection().execute(_MAKE.returning(rows_of(Suggestion).c.id), row)
    return made.first() is not None


def unasked(db: Session, *, limit: int) -> list[Suggestion]:
    """List the suggestions the team's room was not asked about, oldest first."""
    query = select(Suggestion).where(col(Suggestion.asked_at).is_(None))
    return list(db.exec(query.order_by(col(Suggestion.id)).limit(limit)))


def decision(db: Session, suggestion: Suggestion) -> Link | None:
    """Find what settled a suggestion: a person's word about the two since, or that they are linked by now."""
    said = links.decided(db, suggestion.one, suggestion.other)
    holds = links.last(db, suggestion.one, suggestion.other)
    return said or (holds if holds and holds.act == LINK else None)


def stands(db: Session, suggestion: Suggestion) -> bool:
    """Say whether there is still something to decide: nobody has, and neither of the two was forgotten."""
    gone = col(Author.id).in_((suggestion.one, suggestion.other)), col(Author.forgotten_at).is_not(None)
    return decision(db, suggestion) is None and db.exec(select(col(Author.id)).where(*gone)).first() is None


def undecided(db: Session) -> Sequence[Suggestion]:
    """List the suggestions a person could decide, oldest first."""
    found = db.exec(select(Suggestion).order_by(col(Suggestion.id)))
    return [each for each in found if stands(db, each)]
