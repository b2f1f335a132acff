"""Reports: which weeks were reported, when, and from which files. Holds nobody's words: those are in the files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from storage.columns import key, rows_of
from storage.corrections import Correction
from storage.deliveries import DROPPED, READY, Delivery
from storage.posts import Post

PARTS = col(Delivery.key).startswith("report:")
"""The deliveries that are parts of reports. None holds a customer's words: those are in the files they name."""


class Made(SQLModel, table=True):
    """One revision of one brand's report of one week."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("brand", "week", "revision"),)

    id: int = key()
    brand: str
    week: str  # ISO: "2026-W46"
    revision: int
    revised: str = ""  # why there is another; empty: the first
    digest: str  # SHA-256 of what it says, the revision left out
    folder: str  # of its files
    made_at: datetime
    promised_at: datetime | None = None  # when its parts were promised to the team; None: made by hand, not sent
    stale_at: datetime | None = Field(default=None)  # words it quotes were taken back: its files must go, or went


class Quoted(SQLModel, table=True):
    """Whose words a report's files hold: a post."""

    __tablename__ = "report_quotes"

    report_id: int = Field(primary_key=True, foreign_key="reports.id")
    post_id: int = Field(primary_key=True, foreign_key="posts.id", index=True)


_KEEP = insert(rows_of(Made)).on_conflict_do_nothing(index_elements=["brand", "week", "revision"])
_QUOTE = insert(rows_of(Quoted)).on_conflict_do_nothing(index_elements=["report_id", "post_id"])


def latest(db: Session, brand: str, week: str) -> Made | None:
    """Find the last revision of a week's report."""
    query = select(Made).where(Made.brand == brand, Made.week == week).order_by(col(Made.revision).desc())
    return db.exec(query.limit(1)).first()


def promised(db: Session, brand: str, week: str) -> bool:
    """Say whether any revision of a week's report was promised to the team."""
    query = select(col(Made.id)).where(Made.brand == brand, Made.week == week, col(Made.promised_at).is_not(None))
    return db.exec(query.limit(1)).first() is not None


def keep(db: Session, made: Made, *, quotes: Collection[int]) -> Made | None:
    """Write a revision down with the posts it quotes; None when somebody else has written this revision first."""
    values = made.model_dump(exclude={"id"})
    row = db.connection().execute(_KEEP.returning(rows_of(Made).c.id), values).first()
    if row is None:
        return None
    _quote(db, row.id, quotes)
    return db.get_one(Made, row.id)


def _quote(db: Session, report_id: int, quotes: Collection[int]) -> None:
    if quotes:
        rows = [{"report_id": report_id, "post_id": post_id} for post_id in sorted(quotes)]
        db.connection().execute(_QUOTE, rows)


def promise(db: Session, report_id: int, *, now: datetime) -> bool:
    """Note that a revision's parts are promised, in the transaction that promises them. False: they were before."""
    statement = update(Made).where(col(Made.id) == report_id, col(Made.promised_at).is_(None))
    return db.connection().execute(statement.values(promised_at=now)).rowcount == 1


def quoted(db: Session) -> list[Post]:
    """List every post that any report's files quote."""
    inside = select(col(Quoted.post_id)).distinct()
    return list(db.exec(select(Post).where(col(Post.id).in_(inside)).order_by(col(Post.id))))


def outdate(db: Session, post_ids: Collection[int], *, now: datetime) -> None:
    """Mark the reports that quote these posts, so that their files go."""
    theirs = select(col(Quoted.report_id)).where(col(Quoted.post_id).in_(post_ids))
    statement = update(Made).where(col(Made.id).in_(theirs), col(Made.stale_at).is_(None))
    db.connection().execute(statement.values(stale_at=now))


def stale(db: Session) -> list[Made]:
    """List reports whose files must go, oldest first: marked, or quoting a post that has no words any more."""
    wordless = select(col(Quoted.report_id)).join(Post, col(Post.id) == col(Quoted.post_id)).where(col(Post.text) == "")
    outdated = col(Made.stale_at).is_not(None) | col(Made.id).in_(wordless)
    return list(db.exec(select(Made).where(outdated, Made.folder != "").order_by(col(Made.id))))


def refilled(db: Session, made: Made, folder: str, *, quotes: Collection[int]) -> None:
    """Note where a report's files are again, and whose words they hold now."""
    db.connection().execute(update(Made).where(col(Made.id) == made.id).values(folder=folder, stale_at=None))
    db.connection().execute(delete(Quoted).where(col(Quoted.report_id) == made.id))
    _quote(db, made.id, quotes)


def emptied(db: Session, made: Made, *, now: datetime) -> None:
    """Note that a report's files are gone; what was still to be sent from them is not wanted any more."""
    mine = col(Delivery.key).startswith(f"{key_of(made)}:", autoescape=True), col(Delivery.state) == READY
    db.connection().execute(update(Delivery).where(*mine).values(state=DROPPED, why="words it quotes were taken back"))
    db.connection().execute(update(Made).where(col(Made.id) == made.id).values(folder="", stale_at=now))


def key_of(made: Made) -> str:
    """Begin the keys of a report's parts."""
    return f"report:{made.week}:{made.brand}:r{made.revision}"


@dataclass(frozen=True, slots=True)
class Since:
    """What came to light about a time's posts after some moment, in counts."""

    late: int  # posts heard
    corrected: int  # verdicts put right
    gone: int  # posts deleted at their platform


def since(db: Session, sources: Sequence[int], start: datetime, end: datetime, *, after: datetime) -> Since:
    """Count what came to light after `after` about the posts published from `start` until before `end`."""
    within = (col(Post.source_id).in_(sources), col(Post.created_at) >= start, col(Post.created_at) < end)
    posts = select(func.count()).select_from(Post).where(*within, ~col(Post.own))
    put_right = (
        select(func.count(func.distinct(col(Correction.post_id))))
        .join(Post, col(Post.id) == col(Correction.post_id))
        .where(*within, col(Correction.at) > after)
    )
    return Since(
        late=db.exec(posts.where(col(Post.heard_at) > after)).one(),
        corrected=db.exec(put_right).one(),
        gone=db.exec(posts.where(col(Post.gone_at) > after)).one(),
    )
