"""Watches the listening itself: tells a quiet night from a dead source. Polls nothing."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from domain.conduct import Conduct
from listener import health
from storage import posts, sources
from storage.database import writing

STALLED_AFTER = timedelta(minutes=15)  # and at least five polls missed
LEARN_FROM = timedelta(days=7)  # a source younger than this is not known well enough to call it quiet
LEARN_OVER = timedelta(days=28)
MISSED_AT = 15.0  # posts expected and none came: by chance once in 3 million (Poisson, e^-15)


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Tell the team of every source that is stalled or suspiciously quiet. False when all is well."""
    told = False
    with writing(engine) as db:
        for source in sources.listening(db):
            if source.state == sources.STOPPED:
                continue
            last = source.last_ok_at or source.since
            if now - last > max(STALLED_AFTER, timedelta(seconds=5 * source.every_s)):
                health.stalled(db, source, conduct=conduct, now=now)
                told = True
            elif now - source.since >= LEARN_FROM and source.last_new_at:
                profile = posts.hourly_profile(db, source.id, since=now - LEARN_OVER, until=source.last_new_at)
                expected = expect(profile, source.last_new_at, now)
                if expected >= MISSED_AT:
                    health.quiet(db, source, expected, conduct=conduct, now=now)
                    told = True
    return told


def expect(profile: list[float], since: datetime, until: datetime) -> float:
    """Say how many posts were to be expected between two moments. `profile`: posts an hour, by UTC hour of day."""
    total, at = 0.0, since
    while at < until:
        end = min(until, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        total += profile[at.hour] * ((end - at) / timedelta(hours=1))
        at = end
    return total
