"""Posts: what was heard, each once, and where each is on its way through the house."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, bindparam, case, func, literal, text
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.values import NewPost, Page, PostKind, Priority
from storage import authors, tombstones, vectors
from storage.authors import Author
from storage.columns import document, key, rows_of
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
        Index(
            "posts_edited",
            "channel",
            "logical_id",
            "version",
            sqlite_where=text("version > 1"),
            postgresql_where=text("version > 1"),
        ),
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


_POSTS = rows_of(Post)
_NEWER = _POSTS.alias("newer")

# prepared once: putting a statement of a hundred rows together costs more than running it
_KNOWN = select(_POSTS.c.native_id).where(
    _POSTS.c.channel == bindparam("channel"), _POSTS.c.native_id.in_(bindparam("native_ids", expanding=True))
)
_KEEP = (
    insert(_POSTS)
    .on_conflict_do_nothing(index_elements=["channel", "native_id"])
    .returning(_POSTS.c.id, _POSTS.c.native_id)
)
_SUPERSEDE = (
    update(_POSTS)
    .where(
        _POSTS.c.channel == bindparam("on"),
        _POSTS.c.logical_id.in_(bindparam("logical_ids", expanding=True)),
        _POSTS.c.state.in_((NEW, JUDGED)),
        select(literal(1))
        .where(
            _NEWER.c.channel == _POSTS.c.channel,
            _NEWER.c.logical_id == _POSTS.c.logical_id,
            _NEWER.c.version > _POSTS.c.version,
        )
        .correlate(_POSTS)
        .exists(),
    )
    .values(state=IGNORED)
)
AT_ONCE = 500  # rows a statement: databases bound how many values one may hold


@dataclass(frozen=True, slots=True)
class Stored:
    """What of a page was new. Ids of posts, oldest first; native ids of what nobody could parse."""

    new: tuple[int, ...]
    late: int
    repeated: int
    unreadable: tuple[str, ...]


def store_page(db: Session, source: Source, page: Page, *, now: datetime) -> Stored:
    """Keep what is new on `page`, forget nothing, double nothing. The caller moves the cursor in this transaction."""
    new: list[int] = []
    late = 0
    for part in _parts(_oldest_first(page.posts)):
        fresh = _unknown(db, source.channel, part)
        kept = _keep(db, source, fresh, now)
        new += sorted(kept.values())
        late += sum(1 for post in fresh if source.newest_at and post.created_at < source.newest_at)
    mark_gone(db, source.channel, page.gone, now=now)
    tombstones.bury(db, source.channel, page.gone, now=now)
    aside = _set_aside(db, source, page, now)
    return Stored(tuple(new), late, len(page.posts) - len(new), aside)


def _oldest_first(posts: Sequence[NewPost]) -> list[NewPost]:
    """Order a page so that ids grow with time, each post once; of equal times the lower id is the older."""
    once = {post.native_id: post for post in posts}
    return sorted(once.values(), key=lambda post: (post.created_at, len(post.native_id), post.native_id))


def _parts(posts: Sequence[NewPost]) -> Iterator[Sequence[NewPost]]:
    for start in range(0, len(posts), AT_ONCE):
        yield posts[start : start + AT_ONCE]


def _unknown(db: Session, channel: str, posts: Sequence[NewPost]) -> list[NewPost]:
    """Leave out what is stored, before its author is touched: a re-read must not bring back who was forgotten."""
    native_ids = [post.native_id for post in posts]
    known = set(db.connection().execute(_KNOWN, {"channel": channel, "native_ids": native_ids}).scalars())
    known |= tombstones.buried(db, channel, native_ids)  # the news that it is gone came first
    return [post for post in posts if post.native_id not in known]


def _keep(db: Session, source: Source, posts: Sequence[NewPost], now: datetime) -> dict[str, int]:
    """Insert posts nobody has stored yet; returns row ids by native id."""
    if not posts:
        return {}
    ids = authors.meet(db, source.channel, (post.author for post in posts), now=now)
    rows = [_row(source, post, ids[post.author.native_id], now) for post in posts]
    kept = {native_id: row_id for row_id, native_id in db.connection().execute(_KEEP, rows)}
    # an edit may come before the original: whichever of the two is on this page, the newer one stands
    logical_ids = {row["logical_id"] for row in rows}
    db.connection().execute(_SUPERSEDE, {"on": source.channel, "logical_ids": list(logical_ids)})
    return kept


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


def _set_aside(db: Session, source: Source, page: Page, now: datetime) -> tuple[str, ...]:
    if not page.unreadable:
        return ()
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
    return tuple(row[0] for row in db.execute(statement.returning(col(Unreadable.native_id))))


def unsaid(db: Session, source_id: int) -> list[Unreadable]:
    """List what was set aside from this source and nobody has been told of, oldest first."""
    query = select(Unreadable).where(Unreadable.source_id == source_id, col(Unreadable.said_at).is_(None))
    return list(db.exec(query.order_by(col(Unreadable.id))))


def mark_gone(db: Session, channel: str, native_ids: Sequence[str], *, now: datetime) -> None:
    """Note that posts no longer exist at their platform, and take their text out: counts stay, words go.

    A platform that deletes one version of a post deletes them all. What nobody has judged yet needs no judging.
    """
    if native_ids:
        named = select(col(Post.logical_id)).where(col(Post.channel) == channel, col(Post.native_id).in_(native_ids))
        gone = col(Post.channel) == channel, col(Post.logical_id).in_(named), col(Post.gone_at).is_(None)
        vectors.drop(db, select(col(Post.id)).where(*gone))
        db.execute(
            update(Post)
            .where(*gone)
            .values(gone_at=now, text="", raw={}, state=case((col(Post.state) == NEW, IGNORED), else_=col(Post.state)))
        )


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What the judge may know of a post nobody has judged."""

    id: int
    text: str
    kind: str
    lang: str | None  # the platform's guess
    encrypted: bool
    followers: int | None  # of its author, where the platform said


_AUTHORS = rows_of(Author)
_TO_JUDGE = (
    sql_select(_POSTS.c.id, _POSTS.c.text, _POSTS.c.kind, _POSTS.c.lang, _POSTS.c.encrypted, _AUTHORS.c.followers)
    .join(_AUTHORS, _AUTHORS.c.id == _POSTS.c.author_id)
    .where(_POSTS.c.state == bindparam("state", NEW, literal_execute=True))  # or the partial index is not seen to fit
    .order_by(_POSTS.c.id)
    .limit(bindparam("limit"))
)


def to_judge(db: Session, *, limit: int) -> list[Unjudged]:
    """List the oldest posts nobody has judged, at most `limit`."""
    return [Unjudged(*row) for row in db.connection().execute(_TO_JUDGE, {"limit": limit})]


def to_answer(db: Session, *, limit: int) -> list[Post]:
    """Take the most urgent judged posts the responder has not seen, at most `limit`."""
    query = select(Post).where(Post.state == JUDGED).order_by(col(Post.priority), col(Post.id)).limit(limit)
    return list(db.exec(query.with_for_update(skip_locked=True)))


def move(db: Session, post_ids: Sequence[int], *, to: str) -> None:
    """Put posts into the next state."""
    if post_ids:
        db.connection().execute(update(Post).where(col(Post.id).in_(post_ids)).values(state=to))


def by_native(db: Session, channel: str, native_id: str) -> Post | None:
    """Look up a post as its platform names it."""
    return db.exec(select(Post).where(Post.channel == channel, Post.native_id == native_id)).first()


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


def latest_from_them(db: Session, channel: str, conversation: str) -> Post | None:
    """Find the latest post that anybody but us wrote in this private conversation."""
    query = select(Post).where(
        Post.channel == channel,
        Post.conversation == conversation,
        Post.kind == PostKind.DIRECT.value,
        ~col(Post.own),
    )
    return db.exec(query.order_by(col(Post.created_at).desc(), col(Post.id).desc()).limit(1)).first()


def last_from_them(db: Session, channel: str, conversation: str) -> datetime | None:
    """Say when anybody but us last wrote in this private conversation, by the platform's clock; None: nobody has."""
    query = select(func.max(col(Post.created_at))).where(
        Post.channel == channel,
        Post.conversation == conversation,
        Post.kind == PostKind.DIRECT.value,
        ~col(Post.own),
    )
    return db.exec(query).one()


def tally(db: Session) -> dict[str, int]:
    """Count posts by state: heard = the sum, judged = settled + judged, and nothing is anywhere else."""
    rows = db.execute(select(col(Post.state), func.count()).group_by(col(Post.state))).all()
    return {row[0]: row[1] for row in rows}


def brought(db: Session, source_id: int, *, since: datetime, until: datetime, at_most: int) -> int:
    """Count the posts a source brought that were published between two moments, no further than `at_most`."""
    some = (
        select(literal(1))
        .where(Post.source_id == source_id, col(Post.created_at) >= since, col(Post.created_at) < until)
        .limit(at_most)
    )
    return db.exec(select(func.count()).select_from(some.subquery())).one()


def of_others(db: Session, row_ids: Collection[int], *, since: datetime, until: datetime) -> int:
    """Count which of these posts are not ours and were published between two moments."""
    theirs = col(Post.id).in_(row_ids), ~col(Post.own), col(Post.created_at) >= since, col(Post.created_at) < until
    return db.exec(select(func.count()).select_from(Post).where(*theirs)).one()


@dataclass(frozen=True, slots=True)
class Needed:
    """A post's native id and what it was judged to need; None: not judged."""

    native_id: str
    need: str | None


def needs(db: Session) -> list[Needed]:
    """List every post with what it was judged to need. For small databases: it lists them all."""
    query = text("SELECT p.native_id, v.need FROM posts p LEFT JOIN verdicts v ON v.post_id = p.id ORDER BY p.id")
    return [Needed(row[0], row[1]) for row in db.execute(query)]
