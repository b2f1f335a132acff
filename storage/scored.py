"""Scored: judged posts with all that triage was told of them, for looking back. Reads only, and reads no words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session

from storage import weekly
from storage.authors import Author
from storage.columns import rows_of
from storage.corrections import Correction
from storage.posts import Post
from storage.verdicts import Verdict

NEED = "need"  # the head that corrections of urgency are about
AT_ONCE = 10_000  # rows fetched at a time
_POSTS, _VERDICTS = rows_of(Post), rows_of(Verdict)
_AUTHORS, _CORRECTIONS = rows_of(Author), rows_of(Correction)


class Scored(NamedTuple):
    """One judged post of somebody else's, without its words."""

    post_id: int
    author_id: int
    created_at: datetime
    kind: str
    encrypted: bool
    followers: int | None
    lang: str
    person: float
    distress: float
    scores: Mapping[str, Mapping[str, float]]  # by head and label, as `storage.verdicts` keeps them
    personal_data: Sequence[Mapping[str, Any]]
    rule: str
    reason: str


def judged(db: Session, start: datetime, end: datetime, *, model: str) -> Iterator[Scored]:
    """Give what others published from `start` until before `end` and `model` judged; of an edited post the newest.

    Our own posts are never judged, so they are not among them.
    """
    older = weekly.replaced(db, start, end)
    query = _query().where(
        _POSTS.c.source_id.in_(weekly.source_ids(db)),  # by source, because that has the index
        _POSTS.c.created_at >= start,
        _POSTS.c.created_at < end,
        _VERDICTS.c.model == model,
    )
    for rows in db.connection().execute(query).partitions(AT_ONCE):
        yield from (found for found in map(_scored, rows) if found.post_id not in older)


def corrected(db: Session, *, model: str) -> list[tuple[Scored, str]]:
    """List every post that `model` judged and whose need a person put right, with what they said last."""
    latest = (
        select(_CORRECTIONS.c.post_id, func.max(_CORRECTIONS.c.id).label("id"))
        .where(_CORRECTIONS.c.head == NEED)
        .group_by(_CORRECTIONS.c.post_id)
        .subquery()
    )
    query = (
        _query()
        .join(latest, latest.c.post_id == _POSTS.c.id)
        .join(_CORRECTIONS, _CORRECTIONS.c.id == latest.c.id)
        .add_columns(_CORRECTIONS.c.value)
        .where(_VERDICTS.c.model == model)
        .order_by(_POSTS.c.id)
    )
    return [(_scored(row[:-1]), row[-1]) for row in db.connection().execute(query)]


def _query() -> Select[Any]:
    columns = (
        *(_POSTS.c[name] for name in ("id", "author_id")),
        weekly.raw(_POSTS.c.created_at),
        *(_POSTS.c[name] for name in ("kind", "encrypted")),
        _AUTHORS.c.followers,
        *(_VERDICTS.c[name] for name in ("lang", "person", "distress")),
        *(weekly.raw(_VERDICTS.c[name]) for name in ("scores", "personal_data")),
        *(_VERDICTS.c[name] for name in ("rule", "reason")),
    )
    return (
        select(*columns)
        .join(_VERDICTS, _VERDICTS.c.post_id == _POSTS.c.id)
        .join(_AUTHORS, _AUTHORS.c.id == _POSTS.c.author_id)
    )


def _scored(row: Sequence[Any]) -> Scored:
    scores, personal = (json.loads(each) if isinstance(each, str) else each for each in row[9:11])
    return Scored(*row[:2], weekly.moment(row[2]), *row[3:9], scores, personal, *row[11:])  # type: ignore[call-arg]
