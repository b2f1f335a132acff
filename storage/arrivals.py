"""Arrivals: what platforms push to us, kept as it came until it is read, each once. Reads none of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Index, bindparam, func, text
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete, select

from storage.columns import key, rows_of

NEW, DONE = "new", "done"
"""new: waits to be read · done: read, or given up; its words are gone and only its digest stays."""


class Arrival(SQLModel, table=True):
    """One envelope that a platform brought to a door, signed by it; its words go as soon as they are posts."""

    __tablename__ = "arrivals"
    __table_args__ = (
        Index("arrivals_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
        Index("arrivals_settled", "settled_at"),
    )

    id: int = key()
    door: str  # who brought it: "x", "meta"
    digest: str = Field(unique=True)  # of door and bytes: the same envelope brought again is no news
    body: str  # as it came; empty once settled
    state: str = NEW
    attempts: int = 0
    next_at: datetime
    why: str = ""  # of the last failure, in our own words
    arrived_at: datetime
    settled_at: datetime | None = None


_ARRIVALS = rows_of(Arrival)
_KEEP = insert(_ARRIVALS).on_conflict_do_nothing(index_elements=["digest"]).returning(_ARRIVALS.c.id)
_WAITING = _ARRIVALS.c.state == bindparam("state", NEW, literal_execute=True)  # or the partial index is not seen to fit


def keep(db: Session, door: str, body: bytes, *, now: datetime) -> bool:
    """Keep an envelope until it is read. False when the very same one was brought before."""
    row = {
        "door": door,
        "digest": sha256(door.encode() + b"\0" + body).hexdigest(),
        "body": body.decode("utf-8", "replace").replace("\x00", ""),
        "state": NEW,
        "attempts": 0,
        "next_at": now,
        "why": "",
        "arrived_at": now,
    }
    return db.connection().execute(_KEEP, row).first() is not None


def claim(db: Session, doors: Collection[str], *, now: datetime, lease: timedelta) -> Arrival | None:
    """Take the oldest envelope that is due, or None; until the lease is over nobody else takes it."""
    query = select(Arrival).where(_WAITING, col(Arrival.next_at) <= now, col(Arrival.door).in_(doors))
    found = db.exec(query.order_by(col(Arrival.id)).limit(1).with_for_update(skip_locked=True)).first()
    if found:
        found.attempts += 1
        found.next_at = now + lease
    return found


def waits(db: Session, arrival_id: int) -> Arrival | None:
    """Read an envelope again if it is still to be settled: it may have been erased while it was read."""
    query = select(Arrival).where(Arrival.id == arrival_id, Arrival.state == NEW)
    return db.exec(query.with_for_update()).first()


def settle(arrival: Arrival, *, now: datetime, why: str = "") -> None:
    """Be done with an envelope: its words go, its digest stays for as long as it may be brought again."""
    arrival.state, arrival.body, arrival.settled_at, arrival.why = DONE, "", now, why


def postpone(arrival: Arrival, *, until: datetime, why: str) -> None:
    """Leave an envelope until then."""
    arrival.next_at, arrival.why = until, why


def drop_settled(db: Session, *, before: datetime) -> int:
    """Forget even the digests of what was settled before then; returns how many."""
    settled = col(Arrival.settled_at) < before
    return db.connection().execute(delete(Arrival).where(settled)).rowcount


def waiting(db: Session) -> int:
    """Count what is not settled."""
    return db.exec(select(func.count()).select_from(Arrival).where(_WAITING)).one()
