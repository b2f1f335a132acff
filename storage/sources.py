"""Sources: what is polled, how far we have heard, and how each is doing."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, bindparam, tuple_
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.values import Page, SourceSpec
from storage.columns import key

LISTENING, PAUSED, STOPPED, RETIRED = "listening", "paused", "stopped", "retired"
"""paused: goes on by itself at `next_poll_at` · stopped: waits for a person · retired: not in the settings any more."""

POLLED = (LISTENING, PAUSED)


class Source(SQLModel, table=True):
    """One thing we poll."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("channel", "account", "name"),)

    id: int = key()
    channel: str
    account: str
    name: str
    endpoint: str
    every_s: int  # seconds between polls when all is well
    expect_within_s: int | None = None  # quiet for longer is suspicious
    cursor: str | None = None
    next_poll_at: datetime = Field(index=True)
    state: str = LISTENING
    why: str = ""  # of the state, for the operator
    remedy: str = ""
    failures: int = 0  # in a row
    told: str = ""  # of the card that told the team we cannot hear here; the next page tells that we can again
    since: datetime  # when we began to listen
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    newest_at: datetime | None = None  # newest post of the last complete poll: what comes later but is older is late
    pending_at: datetime | None = None  # newest post of the poll under way, page by page
    heard: int = 0  # posts stored from here, ever
    late: int = 0  # of those, older than `newest_at` when they came: the platform indexed them late
    pushed_since: datetime | None = None  # since when the platform pushes this to us; ahead of now: not trusted before
    pushed_until: datetime | None = None  # polled at the pace of a sweep until then, unless another sign of life comes
    sweep_s: int = 0  # seconds between polls meanwhile
    missed: int = 0  # posts that only a poll found since a push last brought one


def register(db: Session, channel: str, account: str, spec: SourceSpec, *, now: datetime) -> None:
    """Begin to listen to `spec`, or take over its changed settings; the cursor stays."""
    known = db.exec(
        select(Source).where(Source.channel == channel, Source.account == account, Source.name == spec.name)
    ).first()
    source = known or Source(
        channel=channel, account=account, name=spec.name, endpoint="", every_s=0, next_poll_at=now, since=now
    )
    source.endpoint = spec.endpoint
    source.every_s = int(spec.every.total_seconds())
    source.expect_within_s = int(spec.expect_within.total_seconds()) if spec.expect_within else None
    # polls missed while nothing ran are nobody's delay
    source.next_poll_at = max(source.next_poll_at, now)
    if source.state == RETIRED:
        restart(source, now=now)
    db.add(source)


def retire(db: Session, channel: str, account: str, *, offered: Collection[str]) -> None:
    """Poll no more what this channel does not offer now: a search taken out of the settings, another account's."""
    gone = (col(Source.account) != account) | col(Source.name).not_in(offered)
    db.exec(update(Source).where(col(Source.channel) == channel, gone).values(state=RETIRED, why="", remedy=""))


_DUE = (
    select(Source)
    .where(
        col(Source.next_poll_at) <= bindparam("now"),
        col(Source.state).in_(POLLED),
        tuple_(col(Source.channel), col(Source.account)).in_(bindparam("accounts", expanding=True)),
    )
    # of equals the one heard longest ago: a long chain of pages holds up nobody
    .order_by(col(Source.next_poll_at), col(Source.last_ok_at).nulls_first(), col(Source.id))
    .limit(1)
)


def due(db: Session, *, now: datetime, accounts: Collection[tuple[str, str]]) -> Source | None:
    """Name the source of these accounts, as (channel, account), that has waited longest past its time, or None."""
    return db.exec(_DUE, params={"now": now, "accounts": list(accounts)}).first()


def listening(db: Session) -> list[Source]:
    """List every source of the settings, in a stable order."""
    query = select(Source).where(Source.state != RETIRED)
    return list(db.exec(query.order_by(Source.channel, Source.account, Source.name)))


def pace(source: Source, *, now: datetime) -> timedelta:
    """Say how long to wait between two polls: where the platform pushes, polling is only the sweep behind it."""
    pushed = source.pushed_until is not None and now < source.pushed_until
    return timedelta(seconds=max(source.every_s, source.sweep_s) if pushed else source.every_s)


def take(source: Source, *, now: datetime) -> None:
    """Move the time of the next poll before this one begins: one that fails in any way holds up no other source."""
    source.next_poll_at = now + pace(source, now=now)


def interrupted(source: Source, *, now: datetime) -> bool:
    """Say whether a poll was begun and never came to an end: what it would have heard should not wait for the next."""
    begun_at = source.next_poll_at - timedelta(seconds=source.every_s)
    waits = source.next_poll_at > now and not source.why and not source.failures
    return waits and (source.last_ok_at is None or source.last_ok_at < begun_at)


def heard_page(source: Source, page: Page, *, new: int, late: int, now: datetime) -> None:
    """Move the cursor with its page; ask again at once when there is more."""
    # a post dated ahead of our clock must not make all that follow it look late
    newest = max((min(post.created_at, now) for post in page.posts), default=None)
    if newest is not None and (source.pending_at is None or newest > source.pending_at):
        source.pending_at = newest
    if not page.more:
        source.newest_at = max(filter(None, (source.newest_at, source.pending_at)), default=None)
        source.pending_at = None
    source.cursor = page.cursor
    source.last_ok_at = now
    if new:
        source.last_new_at = now
    source.heard += new
    source.late += late
    restart(source, now=now if page.more else now + pace(source, now=now))


def named(db: Session, channel: str, account: str, name: str) -> Source | None:
    """Find the source of this name; where there is none, the account's first; None when the account has none."""
    query = select(Source).where(Source.channel == channel, Source.account == account, Source.state != RETIRED)
    ordered = query.order_by((col(Source.name) == name).desc(), col(Source.id))
    return db.exec(ordered.limit(1)).first()


def trust(source: Source, *, until: datetime, sweep: timedelta, now: datetime) -> None:
    """Take the platform at its word that it pushes this: until then polling is only the sweep behind it."""
    if source.pushed_since is not None and now < source.pushed_since:
        return
    if source.pushed_until is None or source.pushed_until <= now:
        source.pushed_since = now
    source.pushed_until, source.sweep_s = until, int(sweep.total_seconds())


def distrust(source: Source, *, now: datetime, before: datetime | None = None) -> None:
    """Poll at the usual pace again, from now on; believe in pushes no sooner than `before`."""
    source.pushed_since, source.pushed_until, source.missed = before, None, 0
    if source.state == LISTENING:
        usual = (source.last_ok_at or now) + timedelta(seconds=source.every_s)
        source.next_poll_at = min(source.next_poll_at, max(usual, now))


def lapsed(db: Session, *, now: datetime) -> list[Source]:
    """List the sources that were pushed, but no more."""
    return list(db.exec(select(Source).where(col(Source.pushed_until) <= now, Source.state != RETIRED)))


def heard_push(source: Source, *, new: int, now: datetime) -> None:
    """Count what a push brought; the cursor stays where polling left it."""
    if new:
        source.last_new_at, source.missed = now, 0
    source.heard += new


def wait(source: Source, *, until: datetime, why: str, paused: bool = False) -> None:
    """Leave a source alone until then, though nothing failed; `paused`: for so long that it counts as not listening."""
    source.next_poll_at, source.why = until, why
    if paused:
        source.state = PAUSED


def postpone(source: Source, *, until: datetime, why: str) -> None:
    """Leave a source alone until then after a failure; it goes on by itself."""
    wait(source, until=until, why=why, paused=True)
    source.failures += 1


def stop(source: Source, *, why: str, remedy: str) -> None:
    """Stop a source until a person has mended its cause."""
    source.state, source.why, source.remedy = STOPPED, why, remedy
    source.failures += 1


def restart(source: Source, *, now: datetime) -> None:
    """Listen again, from `now` on; what was wrong is mended."""
    source.state, source.why, source.remedy, source.failures = LISTENING, "", "", 0
    source.next_poll_at = now
