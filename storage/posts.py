"""Posts: what was heard, each once, and where each is on its way through the house."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.values import NewPost, Page, PostKind, Priority
from storage import authors
from storage.columns import document, key
from storage.sources import Source

NEW, JUDGED, SETTLED, IGNORED = "new", "judged", "settled", "ignored"
"""new: waits to be judged · judged: waits for the responder · settled: accounted for · ignored: ours, or superseded."""


class Post(SQLModel, table=True):
    """One version of something somebody published."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("channel", "native_id"),
        Index("posts_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
        Index(
            "posts_judged",
            "priority",
            "id",
            sqlite_where=text("state = 'judged'"),
            postgresql_where=text("state = 'judged'"),
        ),
        Index("posts_logical", "channel", "logical_id"),
        Index("posts_author", "author_id", "created_at"),
        Index("posts_conversation", "channel", "conversation"),
        Index("posts_heard", "heard_at"),
        Index("posts_source", "source_id", "created_at"),
    )

    id: int = key()
    channel: str
    account: str
    source_id: int = Field(foreign_key="sources.id")
    native_id: str
    logical_id: str
    version: int = 1
    kind: str
    author_id: int = Field(foreign_key="authors.id")
    conversation: str
    in_reply_to: str | None = None
    text: str
    lang: str | None = None
    permalink: str = ""
    summoned: bool = False
    encrypted: bool = False
    own: bool = False
    created_at: datetime
    editable_until: datetime | None = None
    heard_at: datetime
    gone_at: datetime | None = None
    state: str = NEW
    priority: int = int(Priority.NORMAL)
    raw: dict[str, Any] = document()


class Unreadable(SQLModel, table=True):
    """An item nobody could parse: set aside as it came, said once."""

    __tablename__ = "unreadable"
    __table_args__ = (UniqueConstraint("channel", "native_id"),)

    id: int = key()
    channel: str
    source_id: int = Field(foreign_key="sources.id")
    native_id: str
    raw: str
    why: str
    at: datetime
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What of a page was new. Ids in the page's order."""

    new: tuple[int, ...]
    late: int
    repeated: int
    unreadable: int


def store_page(db: Session, source: Source, page: Page, *, now: datetime) -> Stored:
    """Keep what is new on `page`, forget nothing, double nothing. The caller moves the cursor in this transaction."""
    ids = authors.meet(db, source.channel, (post.author for post in page.posts), now=now)
    rows = {post.native_id: _row(source, post, ids[post.author.native_id], now) for post in page.posts}
    new: list[int] = []
    late = 0
    if rows:
        statement = insert(Post).values(list(rows.values()))
        statement = statement.on_conflict_do_nothing(index_elements=["channel", "native_id"])
        returned = db.execute(statement.returning(col(Post.id), col(Post.native_id))).all()
        new = [row_id for row_id, _ in returned]
        fresh = {native_id for _, native_id in returned}
        _supersede(db, source.channel, [post for post in page.posts if post.native_id in fresh and post.version > 1])
        horizon = source.newest_at
        late = sum(1 for post in page.posts if horizon and post.native_id in fresh and post.created_at < horizon)
    mark_gone(db, source.channel, page.gone, now=now)
    aside = _set_aside(db, source, page, now)
    return Stored(tuple(sorted(new)), late, len(page.posts) - len(new), aside)


def _row(source: Source, post: NewPost, author_id: int, now: datetime) -> dict[str, Any]:
    return {
        "channel": source.channel,
        "account": source.account,
        "source_id": source.id,
        "native_id": post.native_id,
        "logical_id": post.logical_id or post.native_id,
        "version": post.version,
        "kind": post.kind.value,
        "author_id": author_id,
        "conversation": post.conversation,
        "in_reply_to": post.in_reply_to,
        "text": post.text,
        "lang": post.lang,
        "permalink": post.permalink,
        "summoned": post.summoned,
        "encrypted": post.encrypted,
        "own": post.own,
        "created_at": post.created_at,
        "editable_until": post.editable_until,
        "heard_at": now,
        # ours need no judging, but the responder must know that somebody of the team spoke
        "state": JUDGED if post.own else NEW,
        "priority": int(Priority.LOW if post.own else Priority.NORMAL),
        "raw": dict(post.raw),
    }


def _supersede(db: Session, channel: str, edits: Iterable[NewPost]) -> None:
    """Put older versions of edited posts out of the way, unless they are answered already."""
    for edit in edits:
        db.execute(
            update(Post)
            .where(
                col(Post.channel) == channel,
                col(Post.logical_id) == edit.logical_id,
                col(Post.version) < edit.version,
                col(Post.state).in_((NEW, JUDGED)),
            )
            .values(state=IGNORED)
        )


def _set_aside(db: Session, source: Source, page: Page, now: datetime) -> int:
    if not page.unreadable:
        return 0
    rows = [
        {
            "channel": source.channel,
            "source_id": source.id,
            "native_id": item.native_id,
            "raw": item.raw,
            "why": item.why,
            "at": now,
        }
        for item in page.unreadable
    ]
    statement = insert(Unreadable).values(rows).on_conflict_do_nothing(index_elements=["channel", "native_id"])
    return len(db.execute(statement.returning(col(Unreadable.id))).all())


def mark_gone(db: Session, channel: str, native_ids: Sequence[str], *, now: datetime) -> None:
    """Note that posts no longer exist at their platform, and take their text out: counts stay, words go."""
    if native_ids:
        db.execute(
            update(Post)
            .where(col(Post.channel) == channel, col(Post.native_id).in_(native_ids), col(Post.gone_at).is_(None))
            .values(gone_at=now, text="")
        )


def to_judge(db: Session, *, limit: int) -> list[Post]:
    """Take the oldest posts nobody has judged, at most `limit`; of workers racing, each gets others."""
    query = select(Post).where(Post.state == NEW).order_by(col(Post.id)).limit(limit)
    return list(db.exec(query.with_for_update(skip_locked=True)))


def to_answer(db: Session, *, limit: int) -> list[Post]:
    """Take the most urgent judged posts the responder has not seen, at most `limit`."""
    query = select(Post).where(Post.state == JUDGED).order_by(col(Post.priority), col(Post.id)).limit(limit)
    return list(db.exec(query.with_for_update(skip_locked=True)))


def move(db: Session, post_ids: Sequence[int], *, to: str) -> None:
    """Put posts into the next state."""
    if post_ids:
        db.execute(update(Post).where(col(Post.id).in_(post_ids)).values(state=to))


def versions(db: Session, post: Post) -> list[Post]:
    """List every version of a post that was heard, oldest first; one never edited is its only version."""
    query = select(Post).where(Post.channel == post.channel, Post.logical_id == post.logical_id)
    return list(db.exec(query.order_by(col(Post.version), col(Post.id))))


def opened_by_customer(db: Session, channel: str, conversation: str) -> bool:
    """Say whether anybody but us has written in this private conversation."""
    query = select(col(Post.id)).where(
        Post.channel == channel,
        Post.conversation == conversation,
        Post.kind == PostKind.DIRECT.value,
        ~col(Post.own),
    )
    return db.exec(query.limit(1)).first() is not None


def tally(db: Session) -> dict[str, int]:
    """Count posts by state: heard = the sum, judged = settled + judged, and nothing is anywhere else."""
    rows = db.execute(select(col(Post.state), func.count()).group_by(col(Post.state))).all()
    return {row[0]: row[1] for row in rows}


def hourly_profile(db: Session, source_id: int, *, since: datetime, until: datetime) -> list[float]:
    """Say how many posts an hour a source brings, by UTC hour of day (24 numbers), over the days between."""
    days = max(1.0, (until - since).total_seconds() / 86400)
    hour = func.strftime("%H", col(Post.created_at)) if _is_sqlite(db) else func.to_char(col(Post.created_at), "HH24")
    query = (
        select(hour, func.count())
        .where(Post.source_id == source_id, col(Post.created_at) >= since, col(Post.created_at) <= until)
        .group_by(hour)
    )
    counts = {int(row[0]): row[1] for row in db.execute(query)}
    return [counts.get(h, 0) / days for h in range(24)]


def _is_sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"
