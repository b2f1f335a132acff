"""Rates: one row per endpoint that all workers share. A limit is data: it moves a time, nothing sleeps."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, SQLModel, select

from domain.values import RateState
from storage.columns import key

LONGEST_WINDOW = timedelta(hours=24)  # of any platform's limit; a reset further away is some clock's mistake


class Rate(SQLModel, table=True):
    """What a platform last said about one endpoint, and until when it is left alone."""

    __tablename__ = "rates"
    __table_args__ = (UniqueConstraint("channel", "account", "endpoint"),)

    id: int = key()
    channel: str
    account: str
    endpoint: str
    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    paused_until: datetime | None = None
    why: str = ""
    seen_at: datetime


def learn(db: Session, channel: str, account: str, states: Iterable[RateState], *, now: datetime) -> None:
    """Take over what the platform said in its answer's headers. A window that is used up pauses until its reset."""
    for state in states:
        used_up = state.remaining is not None and state.remaining <= 0
        until = state.reset_at if used_up else None
        _write(db, channel, account, state, paused_until=until, why="used up" if used_up else "", now=now)


def pause(db: Session, channel: str, account: str, endpoint: str, *, until: datetime, why: str, now: datetime) -> None:
    """Leave an endpoint alone until then."""
    state = RateState(endpoint=endpoint, remaining=0, reset_at=until)
    _write(db, channel, account, state, paused_until=until, why=why, now=now)


def _write(
    db: Session,
    channel: str,
    account: str,
    state: RateState,
    *,
    paused_until: datetime | None,
    why: str,
    now: datetime,
) -> None:
    row = {
        "channel": channel,
        "account": account,
        "endpoint": state.endpoint,
        "limit": state.limit,
        "remaining": state.remaining,
        "reset_at": state.reset_at,
        "paused_until": paused_until and min(paused_until, now + LONGEST_WINDOW),
        "why": why,
        "seen_at": now,
    }
    statement = insert(Rate).values(row)
    changed = {name: row[name] for name in row if name not in ("channel", "account", "endpoint")}
    db.execute(statement.on_conflict_do_update(index_elements=["channel", "account", "endpoint"], set_=changed))


def free_at(db: Session, channel: str, account: str, endpoint: str, *, now: datetime) -> datetime | None:
    """Say when the endpoint may be used again; None: now."""
    row = db.exec(
        select(Rate).where(Rate.channel == channel, Rate.account == account, Rate.endpoint == endpoint)
    ).first()
    return row.paused_until if row and row.paused_until and row.paused_until > now else None


def known(db: Session) -> list[Rate]:
    """List every row, for `status`."""
    return list(db.exec(select(Rate).order_by(Rate.channel, Rate.account, Rate.endpoint)))
