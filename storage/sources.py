"""Sources: what is polled, how far we have heard, and how each is doing."""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select

from domain.values import Page, SourceSpec
from storage.columns import key

LISTENING, PAUSED, STOPPED = "listening", "paused", "stopped"


class Source(SQLModel, table=True):
    """One thing we poll. `paused` goes on by itself at `next_poll_at`; `stopped` waits for a person."""

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
    since: datetime  # when we began to listen
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    newest_at: datetime | None = None  # newest post of the last complete poll: what comes later but is older is late
    pending_at: datetime | None = None  # newest post of the poll under way, page by page
    heard: int = 0  # posts stored from here, ever
    late: int = 0  # of those, older than `newest_at` when they came: the platform indexed them late


def register(db: Session, channel: str, account: str, spec: SourceSpec, *, now: datetime) -> None:
    """Begin to listen to `spec`, or take over its changed settings; the cursor stays."""
    row = {
        "channel": channel,
        "account": account,
        "name": spec.name,
        "endpoint": spec.endpoint,
        "every_s": int(spec.every.total_seconds()),
        "expect_within_s": int(spec.expect_within.total_seconds()) if spec.expect_within else None,
        "next_poll_at": now,
        "since": now,
        "state": LISTENING,
        "why": "",
        "remedy": "",
        "failures": 0,
        "heard": 0,
        "late": 0,
    }
    statement = insert(Source).values(row)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["channel", "account", "name"],
            set_={name: row[name] for name in ("endpoint", "every_s", "expect_within_s")},
        )
    )


def due(db: Session, *, now: datetime, channel: str | None = None) -> Source | None:
    """Name the source that has waited longest past its time, or None."""
    query = select(Source).where(col(Source.next_poll_at) <= now, Source.state != STOPPED)
    if channel is not None:
        query = query.where(Source.channel == channel)
    return db.exec(query.order_by(col(Source.next_poll_at), col(Source.id)).limit(1)).first()


def listening(db: Session) -> list[Source]:
    """List every source, in a stable order."""
    return list(db.exec(select(Source).order_by(Source.channel, Source.account, Source.name)))


def heard_page(source: Source, page: Page, *, new: int, late: int, now: datetime) -> None:
    """Move the cursor with its page; ask again at once when there is more."""
    newest = max((post.created_at for post in page.posts), default=None)
    if newest is not None and (source.pending_at is None or newest > source.pending_at):
        source.pending_at = newest
    if not page.more:
        source.newest_at = max(filter(None, (source.newest_at, source.pending_at)), default=None)
        source.pending_at = None
    source.cursor = page.cursor
    source.next_poll_at = now if page.more else now + timedelta(seconds=source.every_s)
    source.state, source.why, source.remedy, source.failures = LISTENING, "", "", 0
    source.last_ok_at = now
    if new:
        source.last_new_at = now
    source.heard += new
    source.late += late


def postpone(source: Source, *, until: datetime, why: str) -> None:
    """Leave a source alone until then; it goes on by itself."""
    source.state, source.why = PAUSED, why
    source.failures += 1
    source.next_poll_at = until


def stop(source: Source, *, why: str, remedy: str) -> None:
    """Stop a source until a person has mended its cause."""
    source.state, source.why, source.remedy = STOPPED, why, remedy
    source.failures += 1


def restart(source: Source, *, now: datetime) -> None:
    """Listen again after a person has mended the cause."""
    source.state, source.why, source.remedy, source.failures = LISTENING, "", "", 0
    source.next_poll_at = now
