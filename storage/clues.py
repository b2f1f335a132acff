"""Clues: keyed digests of what authors gave us, by which the same value is known again. No value stands here.

A clue is erased with its author; the ledger of links names posts and never a digest.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete, select

from storage import optouts
from storage.columns import key, rows_of


class Clue(SQLModel, table=True):
    """That an author gave a value, first in this post; once said in private and once said in public are two clues."""

    __tablename__ = "customer_clues"
    __table_args__ = (UniqueConstraint("author_id", "digest", "private"),)

    id: int = key()
    author_id: int = Field(foreign_key="authors.id")
    post_id: int = Field(foreign_key="posts.id")
    kind: str  # order, email, phone
    digest: str = Field(index=True)
    weak: str = ""  # why the value says little of who gave it, whoever did; empty: it says much
    private: bool
    at: datetime


_KEEP = insert(rows_of(Clue)).on_conflict_do_nothing(index_elements=["author_id", "digest", "private"])


def keep(
    db: Session, *, author_id: int, post_id: int, kind: str, value: str, weak: str, private: bool, now: datetime
) -> str | None:
    """Keep that an author gave a value; returns its digest. None: they gave it before, and nothing is new."""
    digest = optouts.keyed(db, f"{kind}\0{value}")
    row = {"author_id": author_id, "post_id": post_id, "kind": kind, "digest": digest, "weak": weak}
    kept = db.connection().execute(_KEEP.returning(rows_of(Clue).c.id), {**row, "private": private, "at": now})
    return digest if kept.first() is not None else None


def of_value(db: Session, digest: str) -> list[Clue]:
    """List who gave a value, in the order they did."""
    return list(db.exec(select(Clue).where(Clue.digest == digest).order_by(col(Clue.id))))


def in_common(db: Session, one: int, other: int) -> list[str]:
    """List the digests of the values that both authors gave."""
    theirs = select(col(Clue.digest)).where(Clue.author_id == other)
    return sorted(set(db.exec(select(Clue.digest).where(Clue.author_id == one, col(Clue.digest).in_(theirs)))))


def erase(db: Session, author_ids: Collection[int]) -> int:
    """Erase what these authors gave; returns how many clues there were."""
    return db.connection().execute(delete(Clue).where(col(Clue.author_id).in_(author_ids))).rowcount
