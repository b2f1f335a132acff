"""Tombstones: posts of which we were told that they are gone, whether or not we ever heard them. Holds no words."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete, select

from storage.columns import rows_of


class Tombstone(SQLModel, table=True):
    """One post that is gone: should the news that it exists come late, it is not kept any more."""

    __tablename__ = "tombstones"

    channel: str = Field(primary_key=True)
    native_id: str = Field(primary_key=True)
    at: datetime = Field(index=True)


_ROWS = rows_of(Tombstone)
_BURY = insert(_ROWS).on_conflict_do_nothing(index_elements=["channel", "native_id"])
_BURIED = select(_ROWS.c.native_id).where(
    _ROWS.c.channel == bindparam("channel"), _ROWS.c.native_id.in_(bindparam("native_ids", expanding=True))
)


def bury(db: Session, channel: str, native_ids: Collection[str], *, now: datetime) -> None:
    """Note that these are gone."""
    if native_ids:
        rows = [{"channel": channel, "native_id": native_id, "at": now} for native_id in dict.fromkeys(native_ids)]
        db.connection().execute(_BURY, rows)


def buried(db: Session, channel: str, native_ids: Collection[str]) -> set[str]:
    """Say which of these are known to be gone."""
    asked = {"channel": channel, "native_ids": list(native_ids)}
    return set(db.connection().execute(_BURIED, asked).scalars())


def drop(db: Session, *, before: datetime) -> int:
    """Forget what was gone before then; returns how many. News that late do not come."""
    return db.connection().execute(delete(Tombstone).where(col(Tombstone.at) < before)).rowcount
