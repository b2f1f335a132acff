"""Watches the listening itself: tells a quiet night from a dead source. Polls nothing."""

from collections.abc import Iterable, Iterator
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
KNOWN_DAYS, KNOWN_WEEKS = 7, 3  # of history before a silence can be called unusual
WEEK = timedelta(days=7)
USUAL = 15  # posts in the same hours of other days; by chance none come once in 3 million (Poisson, e^-15)

Span = tuple[datetime, datetime]


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Tell the team of every source that is stalled, fruitless or suspiciously quiet. False when all is well."""
    with writing(engine) as db:
        return look(db, conduct=conduct, now=now)


def look(db: Session, *, conduct: Conduct, now: datetime) -> bool:
    """Do the watching in the caller's transaction; see `run_once`."""
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
    """Compare a silence with the same hours of other days: unusual where every one of them brought plenty.

    Either nearly all days of the last four weeks, or the same weekday of each: a shop that is shut on Sundays is told
    dead on a Monday, and not told dead on a Sunday. Days are compared rather than an average taken, so that last
    week's storm leads to no false alarm. A source that brings fewer than `USUAL` posts in three weeks is never told.
    """
    days = list(same_hours(last, until, first=source.since))
    weeks = [span for span in days if (last - span[0]) % WEEK == timedelta(0)]
    # a holiday or last week's outage may have been silent too, but fewer days than a weekday that always is
    may_be_odd = max(0, len(days) // 7 - 2)
    if len(days) >= KNOWN_DAYS and _usually_busy(db, source, days, may_be_odd):
        return f"The same hours of the last {len(days)} days brought {USUAL} posts and more each."
    if len(weeks) >= KNOWN_WEEKS and _usually_busy(db, source, weeks, 0):
        return f"The same hours of this weekday brought {USUAL} posts and more in each of {len(weeks)} weeks."
    return ""


def _usually_busy(db: Session, source: Source, spans: Iterable[Span], may_be_odd: int) -> bool:
    odd = 0
    for since, until in spans:
        odd += posts.brought(db, source.id, since=since, until=until, at_most=USUAL) < USUAL
        if odd > may_be_odd:
            return False
    return True


def same_hours(since: datetime, until: datetime, *, first: datetime) -> Iterator[Span]:
    """Give the same hours of earlier days, latest first: none before `first`, none reaching into the span itself."""
    for days in range(1, COMPARED_DAYS + 1):
        back = timedelta(days=days)
        if until - back <= since and since - back >= first:
            yield since - back, until - back
