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


class Checkup:
    """Looks once a day, and at every start: the day of the last look is kept in memory only."""

    def __init__(self, engine: Engine, channels: Mapping[str, Ages], *, conduct: Conduct) -> None:
        """Prepare; asks nobody."""
        self._engine, self._channels, self._conduct = engine, channels, conduct
        self._looked_at: datetime | None = None

    def run_once(self, *, now: datetime) -> bool:
        """Look where a day has gone by. Always False: there is never more to do at once."""
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < EVERY:
            self._looked_at = now
            run_once(self._engine, self._channels, conduct=self._conduct, now=now)
        return False


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
