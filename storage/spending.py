"""Spending: a ledger of what the platforms bill, by day and endpoint. Money is micro-dollars: 1_000_000 = 1 USD."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, SQLModel, col, select

from domain.values import Usage
from storage.columns import key, rows_of


class Spent(SQLModel, table=True):
    """What one endpoint's resource has cost on one UTC day."""

    __tablename__ = "spending"
    __table_args__ = (UniqueConstraint("channel", "account", "endpoint", "resource", "day"),)

    id: int = key()
    channel: str
    account: str
    endpoint: str
    resource: str
    day: date
    units: int
    micros: int


_SPENT = rows_of(Spent)
_NEW = insert(_SPENT)
_BOOK = _NEW.on_conflict_do_update(
    index_elements=["channel", "account", "endpoint", "resource", "day"],
    set_={name: _SPENT.c[name] + _NEW.excluded[name] for name in ("units", "micros")},
)


def book(db: Session, channel: str, account: str, usages: Iterable[Usage], *, now: datetime) -> None:
    """Add to the ledger, in the transaction that stores what was paid for."""
    rows = [
        {
            "channel": channel,
            "account": account,
            "endpoint": usage.endpoint,
            "resource": usage.resource,
            "day": now.date(),
            "units": usage.units,
            "micros": usage.micros,
        }
        for usage in usages
        if usage.units
    ]
    if rows:
        db.connection().execute(_BOOK, rows)


def this_month(db: Session, channel: str, account: str, *, now: datetime) -> int:
    """Sum the micro-dollars booked since the first of the UTC month."""
    query = select(func.coalesce(func.sum(col(Spent.micros)), 0)).where(
        Spent.channel == channel, Spent.account == account, col(Spent.day) >= now.date().replace(day=1)
    )
    return int(db.exec(query).one())


def ledger(db: Session, *, since: date) -> list[Spent]:
    """List what was booked since that day, for `status`."""
    query = select(Spent).where(col(Spent.day) >= since)
    return list(db.exec(query.order_by(col(Spent.day), Spent.channel, Spent.endpoint, Spent.resource)))
