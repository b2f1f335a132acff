"""Corrections: what a person of the team said about a verdict. For its post it outranks the model; none is deleted."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import key
from storage.posts import Post
from storage.verdicts import Verdict


class Correction(SQLModel, table=True):
    """One head of one verdict, put right by a person. Of several about the same head the latest holds."""

    __tablename__ = "corrections"

    id: int = key()
    post_id: int = Field(foreign_key="posts.id", index=True)
    head: str  # sentiment · abuse · need
    was: str
    value: str
    by: str  # who, as in events
    at: datetime = Field(index=True)


def keep(db: Session, verdict: Verdict, head: str, value: str, *, by: str, now: datetime) -> bool:
    """Write a correction down and into the verdict, in the caller's transaction. False: it said so already."""
    was = str(getattr(verdict, head))
    if was == value:
        return False
    db.add(Correction(post_id=verdict.post_id, head=head, was=was, value=value, by=by, at=now))
    setattr(verdict, head, value)
    return True


def of_posts(db: Session, post_ids: Sequence[int]) -> list[Correction]:
    """List what was said about posts, oldest first."""
    query = select(Correction).where(col(Correction.post_id).in_(post_ids))
    return list(db.exec(query.order_by(col(Correction.id))))


def between(db: Session, start: datetime, end: datetime) -> list[tuple[Correction, str]]:
    """List what was corrected from `start` to just before `end`, each with the language of its post."""
    query = (
        select(Correction, Verdict.lang)
        .join(Post, col(Post.id) == col(Correction.post_id))
        .join(Verdict, col(Verdict.post_id) == col(Correction.post_id))
        .where(Correction.at >= start, Correction.at < end)
    )
    return [(row[0], row[1]) for row in db.exec(query.order_by(col(Correction.id)))]


def told(db: Session) -> list[tuple[Correction, Post, str]]:
    """List every correction of a post whose words are still kept, oldest first, with the post and its language."""
    query = (
        select(Correction, Post, Verdict.lang)
        .join(Post, col(Post.id) == col(Correction.post_id))
        .join(Verdict, col(Verdict.post_id) == col(Correction.post_id))
        .where(Post.text != "")
    )
    return [(row[0], row[1], row[2]) for row in db.exec(query.order_by(col(Correction.id)))]
