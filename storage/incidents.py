"""Incidents: many unhappy posts within minutes, told to the team as one matter; every customer still has a case."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from storage.cases import Case
from storage.columns import key


class Incident(SQLModel, table=True):
    """One storm on one account."""

    __tablename__ = "incidents"

    id: int = key()
    channel: str
    account: str
    opened_at: datetime
    last_at: datetime  # when the latest case joined
    closed_at: datetime | None = Field(default=None, index=True)
    cases: int = 0
    told: int = 0  # how many cases the team's thread has been told of
    told_at: datetime | None = None


def running(db: Session, channel: str, account: str) -> Incident | None:
    """Find the storm that is on, or None."""
    query = select(Incident).where(
        Incident.channel == channel, Incident.account == account, col(Incident.closed_at).is_(None)
    )
    return db.exec(query).first()


def cases_since(db: Session, channel: str, account: str, since: datetime) -> int:
    """Count the cases opened since then: how a storm is noticed."""
    query = (
        select(func.count())
        .select_from(Case)
        .where(Case.channel == channel, Case.account == account, col(Case.opened_at) >= since)
    )
    return db.exec(query).one()
