"""Follows one stream in a thread of its own: what comes is kept at once and read by a stage. Reads no event."""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from domain.clock import Clock
from domain.conduct import Conduct
from domain.errors import Pause, Refused, Unavailable
from domain.ports import Streams
from listener import health, pushes
from listener.pushes import Pushing
from storage import arrivals, rates, sources, streams
from storage.database import writing

FIRST_WAIT = timedelta(seconds=5)  # after one failure; doubles from there
LONGEST_WAIT = timedelta(minutes=5)
RATE_WAIT = timedelta(minutes=1)  # after a 429 that names no time; X asks for as much
REFUSED_WAIT = timedelta(hours=1)  # somebody has to mend something first; polling goes on
LONG_ENOUGH = timedelta(minutes=1)  # a stream that lived shorter has failed, however politely it ended
BREATH = timedelta(seconds=10)  # a sign of life is written down no more often
LOOKS_EVERY = timedelta(seconds=1)

log = logging.getLogger(__name__)


def follow(engine: Engine, stream: Streams, *, pushing: Pushing, conduct: Conduct, clock: Clock) -> bool:
    """Follow one connection from its opening to its end. False when it may not be opened yet.

    Rows: the stream's time is moved before it is opened, so that nothing can make it be opened in a hurry.
    """
    now = clock()
    with writing(engine) as db:
        row = streams.row(db, stream.channel, stream.account, now=now)
        free_at = rates.free_at(db, stream.channel, stream.account, stream.endpoint, now=now)
        if now < row.next_at or free_at:
            return False
        row.next_at, row.up_at = now + FIRST_WAIT, now
    try:
        stream.prepare(now=now)
        _listen(engine, stream, pushing, conduct, clock)
    except Unavailable as exc:
        _broke(engine, stream, exc, clock())
    except Refused as exc:
        _refused(engine, stream, exc, conduct, clock())
    else:
        _ended(engine, stream, opened_at=now, now=clock())
    return True


def _listen(engine: Engine, stream: Streams, pushing: Pushing, conduct: Conduct, clock: Clock) -> None:
    written: datetime | None = None
    for line in stream.lines(now=clock()):
        now = clock()
        if not line and written and now - written < BREATH:
            continue
        with writing(engine) as db:
            if line:
                arrivals.keep(db, stream.channel, line, now=now)
            if written is None or now - written >= BREATH:
                row = streams.row(db, stream.channel, stream.account, now=now)
                pushes.alive(db, row, names=stream.sources, pushing=pushing, conduct=conduct, now=now)
                written = now


def _broke(engine: Engine, stream: Streams, exc: Unavailable, now: datetime) -> None:
    with writing(engine) as db:
        row = streams.row(db, stream.channel, stream.account, now=now)
        until = max(exc.retry_at or now, now + wait_before_opening(row.failures + 1))
        if exc.pause is Pause.RATE:
            until = max(until, now + RATE_WAIT)
            rates.pause(db, stream.channel, stream.account, stream.endpoint, until=until, why=exc.why, now=now)
        streams.broke(row, until=until, why=exc.why)
    log.warning("stream broke off", extra={"channel": stream.channel, "why": exc.why})


def _refused(engine: Engine, stream: Streams, exc: Refused, conduct: Conduct, now: datetime) -> None:
    """Try again in an hour: it may have been mended, and polling hears everything meanwhile. Told once a day."""
    with writing(engine) as db:
        row = streams.row(db, stream.channel, stream.account, now=now)
        streams.broke(row, until=now + REFUSED_WAIT, why=exc.why)
        source = sources.named(db, stream.channel, stream.account, "")
        if source is not None:
            health.tell(
                db,
                source,
                key=f"stream-refused:{row.id}:{exc.rule}:{now.date()}",
                headline=f"{stream.channel}: the stream is refused",
                text=f"{exc.why}. Nothing is lost: polls come at their usual pace. Asked again every hour.",
                remedy=f"{exc.remedy or 'Run `sottovoce check`.'} See docs/webhooks.md for what the stream needs.",
                conduct=conduct,
                now=now,
            )
    log.error("stream refused", extra={"channel": stream.channel, "rule": exc.rule})


def _ended(engine: Engine, stream: Streams, *, opened_at: datetime, now: datetime) -> None:
    """Open it again at once after it was ended in good order, unless it lived too short a time to be called alive."""
    with writing(engine) as db:
        row = streams.row(db, stream.channel, stream.account, now=now)
        if now - opened_at >= LONG_ENOUGH:
            row.next_at = now
        else:
            streams.broke(row, until=now + wait_before_opening(row.failures + 1), why="X ended it at once")
    log.info("stream ended", extra={"channel": stream.channel})


def wait_before_opening(failures: int) -> timedelta:
    """Say how long to wait after `failures` in a row, at least one: doubles from 5 s and stops growing at 5 min."""
    return min(FIRST_WAIT * (1 << min(failures - 1, 10)), LONGEST_WAIT)


class Follower:
    """Follows a stream, from `start` to `stop`."""

    def __init__(self, engine: Engine, stream: Streams, *, pushing: Pushing, conduct: Conduct, clock: Clock) -> None:
        """Build without connecting; starts no thread."""
        self._engine, self._stream, self._pushing = engine, stream, pushing
        self._conduct, self._clock = conduct, clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open it as soon as it may be, and open it again whenever it ends. Returns at once."""
        self._thread = threading.Thread(target=self._run, name=f"{self._stream.channel} stream", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let go of it; what came before is kept."""
        self._stopping.set()
        self._stream.close()
        if self._thread:
            self._thread.join(timeout=5 * LOOKS_EVERY.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                follow(self._engine, self._stream, pushing=self._pushing, conduct=self._conduct, clock=self._clock)
            except (OSError, SQLAlchemyError, ValueError):  # a full disk must not end it: the next look goes on
                log.exception("stream failed")
            self._stopping.wait(LOOKS_EVERY.total_seconds())
