"""Weighs how far pushes are trusted: polling slows to a sweep while they come, and no longer. Reads no post."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Conduct
from domain.values import Priority
from listener import health
from storage import posts, sources, streams
from storage.database import writing
from storage.posts import Stored
from storage.sources import Source
from storage.streams import Stream

GRACE = timedelta(minutes=5)  # a push may come after the poll; what is older than this should have come
MISSED = 3  # posts in a row that only polls found: then nothing is trusted for ...
DISTRUSTED_FOR = timedelta(hours=1)
DEAD_AFTER = timedelta(minutes=5)  # without a sign of life a stream is dead, and the team is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """How far one platform's pushes are trusted."""

    sweep_every: timedelta  # polls of what is pushed are that far apart
    silent_after: timedelta  # without a sign of life for so long, polls come at their usual pace again


def run_once(engine: Engine, followed: Collection[tuple[str, str]], *, conduct: Conduct, now: datetime) -> bool:
    """Poll at the usual pace what is pushed no more, and tell of streams that are dead. False when all is well.

    `followed` names the streams of the settings, as (channel, account).
    """
    with writing(engine) as db:
        lapsed = sources.lapsed(db, now=now)
        for source in lapsed:
            sources.distrust(source, now=now)
        dead = [row for row in streams.known(db) if (row.channel, row.account) in followed and _is_dead(row, now)]
        for row in dead:
            _tell_dead(db, row, conduct, now)
    return bool(lapsed or dead)


def _is_dead(row: Stream, now: datetime) -> bool:
    return not row.told and now - (row.alive_at or row.since) > DEAD_AFTER


def _tell_dead(db: Session, row: Stream, conduct: Conduct, now: datetime) -> None:
    source = sources.named(db, row.channel, row.account, "")
    if source is None:
        return
    last = row.alive_at or row.since
    row.told = f"stream:{row.id}:{last.isoformat()}"
    health.tell(
        db,
        source,
        key=row.told,
        headline=f"{row.channel}: the stream is dead since {last:%d %b %H:%M} UTC",
        text=f"{row.why or 'No sign of life.'} Nothing is lost: polls come at their usual pace. It is tried on.",
        remedy="See docs/webhooks.md, and run `sottovoce check`; `sottovoce status` shows the stream.",
        conduct=conduct,
        now=now,
        priority=Priority.HIGH,
    )


def alive(
    db: Session, row: Stream, *, names: Collection[str], pushing: Pushing, conduct: Conduct, now: datetime
) -> None:
    """Note a stream's sign of life: what it tells of is polled as a sweep only; a death that was told is taken back."""
    streams.lives(row, now=now)
    for name in names:
        source = sources.named(db, row.channel, row.account, name)
        if source is not None and source.name == name:
            sources.trust(source, until=now + pushing.silent_after, sweep=pushing.sweep_every, now=now)
    source = sources.named(db, row.channel, row.account, "")
    if row.told and source is not None:
        health.tell(
            db,
            source,
            key=f"alive:{row.told}",
            headline=f"{row.channel}: the stream lives again",
            text="What happens is heard at once again.",
            conduct=conduct,
            now=now,
            priority=Priority.NORMAL,
        )
    row.told = ""


def weigh(db: Session, source: Source, stored: Stored, *, conduct: Conduct, now: datetime) -> None:
    """Count what only a poll found though it should have been pushed; several in a row end the trust.

    A subscription can be lost while its stream lives, and no webhook says that it will not come.
    """
    if source.pushed_since is None or source.pushed_until is None or not stored.new:
        return
    source.missed += posts.of_others(db, stored.new, since=source.pushed_since, until=now - GRACE)
    if source.missed < MISSED:
        return
    health.tell(
        db,
        source,
        key=f"missed:{source.id}:{now.date()}",
        headline=f"{source.channel} {source.name}: pushes do not come",
        text=f"{source.missed} posts were found by polling only. Polls come at their usual pace again.",
        remedy="Look whether the webhook or subscription is still there at the platform; see docs/webhooks.md.",
        conduct=conduct,
        now=now,
        priority=Priority.HIGH,
    )
    sources.distrust(source, now=now, before=now + DISTRUSTED_FOR)
