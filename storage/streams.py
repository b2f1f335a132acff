"""Streams: how each connection that a platform speaks over is doing, and when it may be opened again."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Session, SQLModel, select

from storage.columns import key


class Stream(SQLModel, table=True):
    """One connection we keep open to hear at once."""

    __tablename__ = "streams"
    __table_args__ = (UniqueConstraint("channel", "account"),)

    id: int = key()
    channel: str
    account: str
    next_at: datetime  # when it may be opened again
    failures: int = 0  # in a row
    why: str = ""  # of the last failure, in our own words
    since: datetime  # when we began to listen to it
    up_at: datetime | None = None  # when it was last opened
    alive_at: datetime | None = None  # last sign of life
    told: str = ""  # of the card that told the team it is dead; the next sign of life tells that it lives


def row(db: Session, channel: str, account: str, *, now: datetime) -> Stream:
    """Read the row of this account's stream; makes it when there is none."""
    found = db.exec(select(Stream).where(Stream.channel == channel, Stream.account == account)).first()
    if found is None:
        found = Stream(channel=channel, account=account, next_at=now, since=now)
        db.add(found)
        db.flush()
    return found


def known(db: Session) -> list[Stream]:
    """List the streams, in a stable order."""
    return list(db.exec(select(Stream).order_by(Stream.channel, Stream.account)))


def lives(stream: Stream, *, now: datetime) -> None:
    """Note a sign of life."""
    stream.alive_at, stream.failures, stream.why = now, 0, ""


def broke(stream: Stream, *, until: datetime, why: str) -> None:
    """Note that it broke off, or could not be opened."""
    stream.next_at, stream.why = until, why
    stream.failures += 1
