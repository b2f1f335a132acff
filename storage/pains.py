"""Pains: what the report reads of posts to find what hurts, and what makes a pain point the same one next week.

A trace holds words that at least three people used, and no post, name or number of anybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import JSON, Field, Session, SQLModel, col, delete
from sqlmodel import select as sql_select

from domain.values import PostKind, Span
from storage import weekly
from storage.authors import Author
from storage.cases import CasePost
from storage.columns import rows_of
from storage.posts import Post
from storage.vectors import Vector
from storage.verdicts import Verdict

_POSTS, _VERDICTS, _VECTORS = rows_of(Post), rows_of(Verdict), rows_of(Vector)
_AUTHORS, _LINKS = rows_of(Author), rows_of(CasePost)


class PainTrace(SQLModel, table=True):
    """How one pain point looked in one week."""

    __tablename__ = "pain_traces"

    brand: str = Field(primary_key=True)
    week: str = Field(primary_key=True)  # "2026-W46": of one brand they sort by time
    pain: int = Field(primary_key=True)  # the same number as long as it is the same pain
    name: str
    terms: list[str] = Field(default_factory=list, sa_type=JSON)  # as they are shown
    words: list[str] = Field(default_factory=list, sa_type=JSON)  # stems of what set it apart, the most telling first
    matter: str = ""  # the known matter most of its posts were about
    model: str = ""  # whose vectors `middle` is of
    middle: bytes = b""  # float16, little end first; empty: none
    posts: int = 0  # in that week


@dataclass(frozen=True, slots=True)
class Heard:
    """One judged post, with what tells what it is about."""

    id: int
    channel: str
    kind: str
    author_id: int
    text: str
    lang: str
    at: datetime
    link: str
    need: str
    sentiment: str
    positive: float  # probability
    spans: tuple[Span, ...]
    vector: bytes
    model: str
    case_id: int | None
    standing: bool  # public where it was published, its author not forgotten


def count(db: Session, start: datetime, end: datetime) -> int:
    """Count the posts published within a time, ours and edited versions among them: from an index alone."""
    query = select(func.count()).where(_within(start, end, weekly.source_ids(db)))
    return int(db.connection().execute(query).scalar_one())


def heard(db: Session, start: datetime, end: datetime, *, without: Collection[int] = (), every: int = 1) -> list[Heard]:
    """Read the judged posts of others with their words, oldest first; of very many, one of `every`.

    A deleted or forgotten one has no words and is not among them, nor are those of `without`.
    """
    columns = (
        _POSTS.c.id,
        _POSTS.c.channel,
        _POSTS.c.kind,
        _POSTS.c.author_id,
        _POSTS.c.text,
        _VERDICTS.c.lang,
        _POSTS.c.created_at,
        _POSTS.c.permalink,
        _VERDICTS.c.need,
        _VERDICTS.c.sentiment,
        _VERDICTS.c.scores,
        _VERDICTS.c.personal_data,
        _VECTORS.c.packed,
        _VECTORS.c.model,
        _LINKS.c.case_id,
        _AUTHORS.c.forgotten_at,
        _POSTS.c.gone_at,
    )
    query = (
        select(*columns)
        .join(_VERDICTS, _VERDICTS.c.post_id == _POSTS.c.id)
        .join(_AUTHORS, _AUTHORS.c.id == _POSTS.c.author_id)
        .outerjoin(_VECTORS, _VECTORS.c.post_id == _POSTS.c.id)
        .outerjoin(_LINKS, _LINKS.c.post_id == _POSTS.c.id)
        .where(_within(start, end, weekly.source_ids(db)), ~_POSTS.c.own, _POSTS.c.text != "")
    )
    if every > 1:
        query = query.where(_POSTS.c.id % every == 0)
    rows = db.connection().execute(query.order_by(_POSTS.c.id))
    return [_heard(row) for row in rows if row.id not in without]


def _within(start: datetime, end: datetime, sources: Sequence[int]) -> ColumnElement[bool]:
    return and_(_POSTS.c.source_id.in_(sources), _POSTS.c.created_at >= start, _POSTS.c.created_at < end)


def _heard(row: Any) -> Heard:
    return Heard(
        id=row.id,
        channel=row.channel,
        kind=row.kind,
        author_id=row.author_id,
        text=row.text,
        lang=row.lang,
        at=row.created_at,
        link=row.permalink,
        need=row.need,
        sentiment=row.sentiment,
        positive=float(row.scores.get("sentiment", {}).get("positive", 0.0)),
        spans=tuple(Span(span["start"], span["end"], span["kind"]) for span in row.personal_data),
        vector=row.packed or b"",
        model=row.model or "",
        case_id=row.case_id,
        standing=row.kind != PostKind.DIRECT.value and row.gone_at is None and row.forgotten_at is None,
    )


def traces(db: Session, brand: str, *, until: str) -> list[PainTrace]:
    """List the latest trace of each pain point, up to and with the week `until`, by number."""
    query = sql_select(PainTrace).where(PainTrace.brand == brand, PainTrace.week <= until)
    latest = {row.pain: row for row in db.exec(query.order_by(col(PainTrace.week), col(PainTrace.pain)))}
    return [latest[pain] for pain in sorted(latest)]


def newest(db: Session, brand: str) -> int:
    """Give the highest number a pain point of this brand ever had; 0: there was none."""
    query = sql_select(func.max(PainTrace.pain)).where(PainTrace.brand == brand)
    return int(db.exec(query).one() or 0)


def keep(db: Session, brand: str, week: str, rows: Sequence[PainTrace]) -> None:
    """Write down a week's traces in the place of those there were; the same twice changes nothing."""
    db.connection().execute(delete(PainTrace).where(col(PainTrace.brand) == brand, col(PainTrace.week) == week))
    db.add_all(PainTrace(**row.model_dump()) for row in rows)
    db.flush()


def unname(db: Session, names: Collection[str]) -> int:
    """Take words that are somebody's name out of what pain points are called; returns in how many traces they stood."""
    lowered = {name.casefold() for name in names if name}
    found = 0
    for row in db.exec(sql_select(PainTrace)):
        terms = [term for term in row.terms if lowered.isdisjoint(term.casefold().split())]
        words = [word for word in row.words if lowered.isdisjoint(word.split())]
        if len(terms) < len(row.terms) or len(words) < len(row.words):
            row.terms, row.words, row.name = terms, words, ", ".join(terms)
            db.add(row)
            found += 1
    return found
