"""Watches the listening itself: tells a quiet night from a dead source. Polls nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Conduct
from listener import health
from storage import posts, sources
from storage.database import writing
from storage.sources import Source

STALLED_AFTER = timedelta(minutes=15)  # overdue, and at least ...
STALLED_POLLS = 5  # ... so many polls missed
FRUITLESS_AFTER = timedelta(hours=1)  # without a page though polled or waiting, and at least ...
FRUITLESS_POLLS = 10  # ... so many polls

QUIET_FROM = timedelta(minutes=30)  # platforms index late: a shorter silence says nothing
COMPARED_DAYS = 28
KNOWN_AFTER = 7  # days of history before a silence can be called unusual
USUAL = 15  # posts in the same hours of other days; by chance none come once in 3 million (Poisson, e^-15)
ODD_DAYS = 10  # one day in so many may have been silent too: a holiday, or an outage of last week


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Tell the team of every source that is stalled, fruitless or suspiciously quiet. False when all is well."""
    with writing(engine) as db:
        watched = [source for source in sources.listening(db) if source.state != sources.STOPPED]
        told = [_told(db, source, conduct, now) for source in watched]
    return any(told)


def _told(db: Session, source: Source, conduct: Conduct, now: datetime) -> bool:
    every = timedelta(seconds=source.every_s)
    last_page = source.last_ok_at or source.since
    health.unreadable(db, source, conduct=conduct, now=now)
    if now - source.next_poll_at > max(STALLED_AFTER, STALLED_POLLS * every):
        health.stalled(db, source, conduct=conduct, now=now)
        return True
    if source.state == sources.PAUSED:  # why was told when it was paused
        return False
    # overdue but not for long: it was only just started, and nobody can know yet
    if source.next_poll_at > now and now - last_page > max(FRUITLESS_AFTER, FRUITLESS_POLLS * every):
        health.fruitless(db, source, conduct=conduct, now=now)
        return True
    return _quiet(db, source, conduct, now)


def _quiet(db: Session, source: Source, conduct: Conduct, now: datetime) -> bool:
    """Tell of a silence that the source's own past, or its connector, says is none."""
    until = source.last_ok_at
    last = source.last_new_at or source.since
    if until is None or until - last < QUIET_FROM or health.told_quiet(db, source, last):
        return False
    why = _expected_by_connector(source, until - last) or _expected_by_past(db, source, last, until)
    if why:
        health.quiet(db, source, last, until - last, why, conduct=conduct, now=now)
    return bool(why)


def _expected_by_connector(source: Source, lasted: timedelta) -> str:
    if source.expect_within_s is None or lasted.total_seconds() <= source.expect_within_s:
        return ""
    return f"Here something new is to be expected every {timedelta(seconds=source.expect_within_s)}."


def _expected_by_past(db: Session, source: Source, last: datetime, until: datetime) -> str:
    """Compare a silence with the same hours of other days: unusual where nearly every one of them brought plenty.

    Days are compared rather than an average taken, so that neither a storm of last week nor the silence of every
    Sunday leads to a false alarm. A source that brings fewer than `USUAL` posts in three weeks cannot be told dead so.
    """
    spans = list(same_hours(last, until, first=source.since))
    if len(spans) < KNOWN_AFTER:
        return ""
    may_be_odd = len(spans) // ODD_DAYS
    for since, to in spans:
        if posts.brought(db, source.id, since=since, until=to, at_most=USUAL) < USUAL:
            may_be_odd -= 1
            if may_be_odd < 0:
                return ""
    return f"The same hours of the last {len(spans)} days brought {USUAL} posts and more each."


def same_hours(since: datetime, until: datetime, *, first: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the same hours of earlier days, latest first: none before `first`, none reaching into the span itself."""
    for days in range(1, COMPARED_DAYS + 1):
        back = timedelta(days=days)
        if until - back <= since and since - back >= first:
            yield since - back, until - back
