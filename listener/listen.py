"""Hears what is due: one page of one source at a time, stored with its cursor in one transaction. Judges nothing."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Conduct
from domain.errors import Pause, Refused, Scope, Unavailable
from domain.ports import Hears
from domain.values import Page
from listener import health, pushes
from listener.thrift import may_spend
from storage import posts, rates, sources, spending
from storage.database import reading, writing
from storage.sources import Source

FIRST_WAIT = timedelta(seconds=5)  # after one failure; doubles from there
LONGEST_WAIT = timedelta(minutes=5)  # a source is never left alone for longer because of an outage ...
LONGEST_ASKED = timedelta(hours=24)  # ... unless the platform asks; X's longest window is a day
RATE_WAIT = timedelta(minutes=1)  # after a 429 that names no time
MONEY_WAIT = timedelta(hours=1)  # out of credits: somebody has to pay first
TOLD_AFTER = 3  # failures in a row before the team is told

log = logging.getLogger(__name__)


def register(engine: Engine, channels: Mapping[str, Hears], *, now: datetime) -> None:
    """Begin to listen to every source the channels offer, and poll no more what they offer no longer.

    Cursors of known sources stay. Run at every start.
    """
    with writing(engine) as db:
        for channel in channels.values():
            offered = channel.sources()
            for spec in offered:
                sources.register(db, channel.name, channel.account, spec, now=now)
            sources.retire(db, channel.name, channel.account, offered={spec.name for spec in offered})


def resume(engine: Engine, *, now: datetime) -> int:
    """Poll again, at once, what was stopped, paused or being polled when the process last ended; returns how many.

    A stopped source waits for a person; the person's sign that the cause is mended is starting Sottovoce again.
    Where it is not mended the platform refuses again, and the team is told again.
    """
    with writing(engine) as db:
        waiting = [
            source
            for source in sources.listening(db)
            if source.state != sources.LISTENING or sources.interrupted(source, now=now)
        ]
        for source in waiting:
            sources.restart(source, now=now)
    return len(waiting)


def run_once(engine: Engine, channels: Mapping[str, Hears], *, conduct: Conduct, now: datetime) -> bool:
    """Read one page of the source that has waited longest. False when none is due.

    Rows: source due -> posts new, cursor moved. A failure moves the source's time and is never raised.
    """
    by_account = {(channel.name, channel.account): channel for channel in channels.values()}
    with writing(engine) as db:
        source = sources.due(db, now=now, accounts=list(by_account))
        if source is None:
            return False
        channel = by_account[source.channel, source.account]
        if not _may_poll(db, source, channel, conduct, now):
            return True
        sources.take(source, now=now)
    try:
        page = channel.fetch(source.name, source.cursor, now=now)
    except Unavailable as exc:
        _postpone(engine, source.id, exc, conduct, now)
    except Refused as exc:
        _stop(engine, source.id, exc, conduct, now)
    else:
        _store(engine, source.id, page, conduct, now)
    return True


def _may_poll(db: Session, source: Source, channel: Hears, conduct: Conduct, now: datetime) -> bool:
    """Ask the rate row and the budget; where one says no, move the source's time instead."""
    free_at = rates.free_at(db, source.channel, source.account, source.endpoint, now=now)
    if free_at:
        sources.wait(source, until=free_at, why="the platform's limit is used up")
        return False
    verdict = may_spend(db, source, channel.cost(source.name), conduct=conduct, now=now)
    if verdict.later is None:
        return True
    sources.wait(source, until=verdict.later, why=verdict.why, paused=verdict.stopped)
    if verdict.stopped:
        health.budget(db, source, verdict.why, conduct=conduct, now=now)
    return False


def _store(engine: Engine, source_id: int, page: Page, conduct: Conduct, now: datetime) -> None:
    with writing(engine) as db:
        source = db.get_one(Source, source_id)
        stored = posts.store_page(db, source, page, now=now)
        pushes.weigh(db, source, stored, conduct=conduct, now=now)
        health.recovered(db, source, conduct=conduct, now=now)
        sources.heard_page(source, page, new=len(stored.new), late=stored.late, now=now)
        spending.book(db, source.channel, source.account, page.usage, now=now)
        rates.learn(db, source.channel, source.account, page.rates, now=now)
        if stored.unreadable:
            health.unreadable(db, source, conduct=conduct, now=now)
    log.info(
        "page stored",
        extra={"source": source_id, "new": len(stored.new), "late": stored.late, "repeated": stored.repeated},
    )


def _postpone(engine: Engine, source_id: int, exc: Unavailable, conduct: Conduct, now: datetime) -> None:
    with writing(engine) as db:
        source = db.get_one(Source, source_id)
        until = _until(source, exc, now)
        if exc.pause is Pause.RATE:
            rates.pause(db, source.channel, source.account, source.endpoint, until=until, why=exc.why, now=now)
            sources.wait(source, until=until, why=exc.why)
        else:
            sources.postpone(source, until=until, why=exc.why)
        if exc.pause is Pause.MONEY:
            health.money(db, source, exc.why, conduct=conduct, now=now)
        elif source.failures == TOLD_AFTER:
            health.failing(db, source, conduct=conduct, now=now)
    log.warning("source postponed", extra={"source": source_id, "why": exc.why})


def _until(source: Source, exc: Unavailable, now: datetime) -> datetime:
    """Say when to ask again: as the platform asks, within bounds, for its clock and ours may disagree."""
    if exc.retry_at is not None:
        return min(max(exc.retry_at, now + FIRST_WAIT), now + LONGEST_ASKED)
    if exc.pause is Pause.MONEY:
        return now + MONEY_WAIT
    if exc.pause is Pause.RATE:
        return now + RATE_WAIT
    return now + min(FIRST_WAIT * (1 << min(source.failures, 10)), LONGEST_WAIT)


def _stop(engine: Engine, source_id: int, exc: Refused, conduct: Conduct, now: datetime) -> None:
    """Stop the source, or every source of an account whose sign-in or permission is gone; the remedy is told."""
    with writing(engine) as db:
        source = db.get_one(Source, source_id)
        whole = exc.scope is Scope.ACCOUNT
        for other in sources.listening(db) if whole else [source]:
            if (other.channel, other.account) == (source.channel, source.account):
                sources.stop(other, why=exc.why, remedy=exc.remedy)
        health.stopped(db, source, exc, whole=whole, conduct=conduct, now=now)
    log.error("source stopped", extra={"source": source_id, "rule": exc.rule})


def lag(engine: Engine, *, now: datetime) -> timedelta:
    """Say how far the most overdue source is behind its time."""
    with reading(engine) as db:
        due = [source.next_poll_at for source in sources.listening(db) if source.state != sources.STOPPED]
    return max((now - at for at in due if at < now), default=timedelta(0))
