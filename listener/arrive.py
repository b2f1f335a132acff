"""Reads what platforms pushed to us, one envelope at a time, into the same posts that polling makes. Polls nothing."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Conduct
from domain.errors import Refused, Unavailable
from domain.ports import Receives
from domain.values import Page, Pushed, UnreadablePost
from listener import health
from listener.pushes import Pushing
from storage import arrivals, posts, rates, sources, spending, tombstones
from storage.arrivals import Arrival
from storage.database import writing

LEASE = timedelta(minutes=2)  # longer than reading one envelope can take, the requests it may need included
FIRST_WAIT = timedelta(seconds=5)  # after one failure; doubles from there
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20  # over some eleven hours; then the envelope is set aside, and polling has long closed the gap
KEPT_FOR = timedelta(days=7)  # digests of what was read: platforms bring an envelope again for a day and a half at most
BURIED_FOR = timedelta(days=30)  # news that something exists do not come later than that it is gone by so much

log = logging.getLogger(__name__)


def run_once(
    engine: Engine, doors: Mapping[str, Receives], *, pushing: Mapping[str, Pushing], conduct: Conduct, now: datetime
) -> bool:
    """Read the envelope that has waited longest. False when none is due.

    Rows: arrival new -> posts new, arrival done, in one transaction. A failure moves the arrival's time and is never
    raised. `pushing` says by door how far its pushes are trusted.
    """
    with writing(engine) as db:
        arrival = arrivals.claim(db, doors, now=now, lease=LEASE)
        if arrival is None:
            arrivals.drop_settled(db, before=now - KEPT_FOR)
            tombstones.drop(db, before=now - BURIED_FOR)
            return False
    door = doors[arrival.door]
    if arrival.attempts > MOST_ATTEMPTS:
        heard: Sequence[Pushed] = (_aside(door, arrival, arrival.why or "it could not be read"),)
    else:
        try:
            heard = _read(door, arrival, now)
        except Unavailable as exc:
            _postpone(engine, arrival.id, exc, now)
            return True
    _store(engine, arrival.id, heard, pushing.get(door.name), conduct=conduct, now=now)
    return True


def _read(door: Receives, arrival: Arrival, now: datetime) -> Sequence[Pushed]:
    """Read an envelope; one that can never be read is kept as it came. Raises Unavailable."""
    try:
        return door.read(arrival.body, now=now)
    except Refused as exc:
        return (_aside(door, arrival, exc.why),)
    except ValueError as exc:
        return (_aside(door, arrival, _plain(exc)),)


def _store(
    engine: Engine,
    arrival_id: int,
    heard: Sequence[Pushed],
    pushing: Pushing | None,
    *,
    conduct: Conduct,
    now: datetime,
) -> None:
    with writing(engine) as db:
        arrival = arrivals.waits(db, arrival_id)
        if arrival is None:  # whoever it is about was forgotten while it was read
            return
        new = sum(_keep(db, pushed, pushing, conduct, now) for pushed in heard)
        arrivals.settle(arrival, now=now)
    log.info("arrival stored", extra={"arrival": arrival_id, "pages": len(heard), "new": new})


def _keep(db: Session, pushed: Pushed, pushing: Pushing | None, conduct: Conduct, now: datetime) -> int:
    """Store one page by the function that polling stores with; returns how many posts were new."""
    source = sources.named(db, pushed.channel, pushed.account, pushed.source)
    if source is None:
        log.warning("pushed to an account that is not listened to", extra={"channel": pushed.channel})
        return 0
    stored = posts.store_page(db, source, pushed.page, now=now)
    sources.heard_push(source, new=len(stored.new), now=now)
    if pushing and pushed.whole and source.name == pushed.source:
        sources.trust(source, until=now + pushing.silent_after, sweep=pushing.sweep_every, now=now)
    spending.book(db, source.channel, source.account, pushed.page.usage, now=now)
    rates.learn(db, source.channel, source.account, pushed.page.rates, now=now)
    if stored.unreadable:
        health.unreadable(db, source, conduct=conduct, now=now)
    return len(stored.new)


def _postpone(engine: Engine, arrival_id: int, exc: Unavailable, now: datetime) -> None:
    with writing(engine) as db:
        arrival = arrivals.waits(db, arrival_id)
        if arrival:
            until = max(exc.retry_at or now, now + wait_before_reading(arrival.attempts))
            arrivals.postpone(arrival, until=until, why=exc.why)
    log.warning("arrival postponed", extra={"arrival": arrival_id, "why": exc.why})


def wait_before_reading(attempts: int) -> timedelta:
    """Say how long to leave an envelope alone after it has failed `attempts` times: doubles from 5 s up to an hour."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 12)), LONGEST_WAIT)


def _aside(door: Receives, arrival: Arrival, why: str) -> Pushed:
    channel, account = door.accounts[0]
    item = UnreadablePost(native_id=f"pushed:{arrival.digest[:32]}", raw=arrival.body, why=why)
    return Pushed(channel=channel, account=account, source="", page=Page(unreadable=(item,)))


def _plain(exc: ValueError) -> str:
    """Take our own words; those of a JSON parser may quote what it read."""
    return "no JSON" if type(exc) is not ValueError else str(exc)
