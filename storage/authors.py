"""Authors: public identities, the customer each belongs to, and what they have asked of us."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import UniqueConstraint, case, func
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.values import NewAuthor
from storage import optouts
from storage.columns import key, rows_of


class Author(SQLModel, table=True):
    """One identity on one channel."""

    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("channel", "native_id"),)

    id: int = key()
    channel: str
    native_id: str
    handle: str = ""
    name: str = ""
    followers: int | None = None
    verified: bool = False
    accepts_directs: bool | None = None
    first_seen_at: datetime
    opted_out_at: datetime | None = Field(default=None)
    disclosed_at: datetime | None = Field(default=None)  # when they were last told that they speak with a bot
    forgotten_at: datetime | None = Field(default=None)


_AUTHORS = rows_of(Author)
_MET = insert(_AUTHORS)
_LEFT_OUT = _MET.excluded.handle == ""  # a platform may give a post and leave its author out: then we know better
_MEET = _MET.on_conflict_do_update(
    index_elements=["channel", "native_id"],
    set_={
        **{name: func.coalesce(func.nullif(_MET.excluded[name], ""), _AUTHORS.c[name]) for name in ("handle", "name")},
        **{name: func.coalesce(_MET.excluded[name], _AUTHORS.c[name]) for name in ("followers", "accepts_directs")},
        "verified": case((_LEFT_OUT, _AUTHORS.c.verified), else_=_MET.excluded.verified),
    },
).returning(_AUTHORS.c.native_id, _AUTHORS.c.id)


def meet(db: Session, channel: str, authors: Iterable[NewAuthor], *, now: datetime) -> dict[str, int]:
    """Store who is new, refresh who is known with what the platform says this time; returns row ids by native id."""
    rows = {
        author.native_id: {
            "channel": channel,
            "native_id": author.native_id,
            "handle": author.handle,
            "name": author.name,
            "followers": author.followers,
            "verified": author.verified,
            "accepts_directs": author.accepts_directs,
            "first_seen_at": now,
        }
        for author in authors
    }
    if not rows:
        return {}
    met = db.connection().execute(_MEET, list(rows.values()))
    ids = {row.native_id: row.id for row in met}
    _remember_opt_outs(db, channel, ids, now)
    return ids


def _remember_opt_outs(db: Session, channel: str, ids: Mapping[str, int], now: datetime) -> None:
    """Know again, by digest alone, who was forgotten and wants no automatic words."""
    back = [ids[native_id] for native_id in optouts.among(db, channel, ids)]
    if back:
        wanted = col(Author.id).in_(back), col(Author.opted_out_at).is_(None)
        db.execute(update(Author).where(*wanted).values(opted_out_at=now))


def opt_out(db: Session, author_id: int, *, now: datetime) -> None:
    """Note that this author wants no automatic words any more."""
    db.execute(update(Author).where(col(Author.id) == author_id).values(opted_out_at=now))


def disclosed(db: Session, author_id: int, *, now: datetime) -> None:
    """Note that this author was told that they speak with a bot."""
    db.execute(update(Author).where(col(Author.id) == author_id).values(disclosed_at=now))


def find(db: Session, channel: str, who: str) -> Author | None:
    """Find an author by native id or by handle, with or without @; of several the one met last."""
    handle = who.removeprefix("@")
    by_id = col(Author.native_id) == who
    by_handle = (func.lower(Author.handle) == func.lower(handle)) & (col(Author.handle) != "")
    query = select(Author).where(Author.channel == channel, by_id | by_handle)
    return db.exec(query.order_by(by_id.desc(), col(Author.id).desc())).first()


def by_id(db: Session, author_ids: Collection[int]) -> dict[int, Author]:
    """Look up authors by row id."""
    return {author.id: author for author in db.exec(select(Author).where(col(Author.id).in_(author_ids)))}
