"""Incidents: many unhappy posts within minutes, told to the team as one matter; every customer still has a case."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from storage.cases import LIVE, Case
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


def all_running(db: Session) -> list[Incident]:
    """List every storm that is on."""
    return list(db.exec(select(Incident).where(col(Incident.closed_at).is_(None)).order_by(col(Incident.id))))


def lately(db: Session, *, since: datetime) -> list[Incident]:
    """List every storm that is on, or was over only after `since`."""
    query = select(Incident).where(col(Incident.closed_at).is_(None) | (col(Incident.closed_at) >= since))
    return list(db.exec(query.order_by(col(Incident.id))))


def topics(db: Session, incident_id: int) -> list[tuple[str, int]]:
    """Count what its cases are about, the most frequent first."""
    query = select(Case.topic, func.count()).where(Case.incident_id == incident_id).group_by(col(Case.topic))
    return [(row[0], row[1]) for row in db.exec(query.order_by(func.count().desc(), col(Case.topic)))]


def stragglers(db: Session, channel: str, account: str, *, since: datetime) -> list[Case]:
    """List the live cases opened since then that no storm has yet."""
    query = select(Case).where(
        Case.channel == channel,
        Case.account == account,
        col(Case.opened_at) >= since,
        col(Case.incident_id).is_(None),
        col(Case.state).in_(LIVE),
    )
    return list(db.exec(query.order_by(col(Case.id))))


def cases_since(db: Session, channel: str, account: str, since: datetime) -> int:
    """Count the cases opened since then: how a storm is noticed."""
    query = (
        select(func.count())
        .select_from(Case)
        .where(Case.channel == channel, Case.account == account, col(Case.opened_at) >= since)
    )
    return db.exec(query).one()
