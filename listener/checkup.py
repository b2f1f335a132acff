"""Looks daily whether our sign-ins still stand, and tells the team while there is time to mend them. Mends nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Conduct
from domain.ports import Ages
from domain.sending import Probe
from listener import health
from storage import sources
from storage.database import writing
from storage.sources import Source

EVERY = timedelta(days=1)


def run_once(engine: Engine, channels: Mapping[str, Ages], *, conduct: Conduct, now: datetime) -> bool:
    """Ask every channel about its sign-in, and tell of each finding that is not well. False when all is well.

    A few requests a channel, made outside any transaction.
    """
    findings = {name: channel.checkup(now=now) for name, channel in channels.items()}
    with writing(engine) as db:
        told = [
            health.ailing(db, source, finding, conduct=conduct, now=now)
            for name, channel in channels.items()
            for finding in _unwell(findings[name])
            if (source := _source(db, channel))
        ]
    return any(told)


def _unwell(findings: Sequence[Probe]) -> list[Probe]:
    return [finding for finding in findings if not finding.ok]


def _source(db: Session, channel: Ages) -> Source | None:
    """Take one of the account's sources: a card needs one to speak of."""
    ours = [one for one in sources.listening(db) if (one.channel, one.account) == (channel.name, channel.account)]
    return ours[0] if ours else None
