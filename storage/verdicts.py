"""Verdicts: how each post was judged, by which model and which policy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.values import AnswerBy, Need
from domain.values import Verdict as Judged
from storage.cases import CasePost
from storage.columns import document, rows_of
from storage.posts import JUDGED, NEW, Post


class Verdict(SQLModel, table=True):
    """The stored judgement of one post. Scores are probabilities; personal data are spans, never values."""

    __tablename__ = "verdicts"

    post_id: int = Field(primary_key=True, foreign_key="posts.id")
    lang: str = Field(index=True)
    sentiment: str
    abuse: str
    person: float
    distress: float
    scores: dict[str, Any] = document()  # every head's probabilities, for `score` and the report
    personal_data: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    need: str
    priority: int
    answer_by: str
    reason: str
    rule: str
    model: str
    policy: str
    judged_at: datetime


_VERDICTS, _POSTS = rows_of(Verdict), rows_of(Post)
_KEEP = insert(_VERDICTS).on_conflict_do_nothing(index_elements=["post_id"])
_HAND_ON = (
    update(_POSTS)
    .where(_POSTS.c.id.in_(bindparam("post_ids", expanding=True)), _POSTS.c.state == NEW)
    .values(
        state=JUDGED, priority=select(_VERDICTS.c.priority).where(_VERDICTS.c.post_id == _POSTS.c.id).scalar_subquery()
    )
)


def store(db: Session, judged: Sequence[tuple[int, Judged]], *, now: datetime) -> None:
    """Keep verdicts by post id and hand the posts to the responder; of several about one post the first stands."""
    if not judged:
        return
    db.connection().execute(_KEEP, [_row(post_id, verdict, now) for post_id, verdict in judged])
    db.connection().execute(_HAND_ON, {"post_ids": [post_id for post_id, _ in judged]})


def _row(post_id: int, verdict: Judged, now: datetime) -> dict[str, Any]:
    scores, triage = verdict.scores, verdict.triage
    return {
        "post_id": post_id,
        "lang": verdict.lang,
        "sentiment": max(scores.sentiment, key=lambda label: scores.sentiment[label]).value,
        "abuse": max(scores.abuse, key=lambda label: scores.abuse[label]).value,
        "person": scores.person,
        "distress": scores.distress,
        "scores": {
            "sentiment": {label.value: round(p, 4) for label, p in scores.sentiment.items()},
            "abuse": {label.value: round(p, 4) for label, p in scores.abuse.items()},
            "kind": {label.value: round(p, 4) for label, p in scores.kind.items()},
            "why": {label: round(p, 4) for label, p in scores.why.items()},
        },
        "personal_data": [{"start": s.start, "end": s.end, "kind": s.kind} for s in verdict.personal_data],
        "need": triage.need.value,
        "priority": int(triage.priority),
        "answer_by": triage.answer_by.value,
        "reason": triage.reason,
        "rule": triage.rule,
        "model": scores.model,
        "policy": triage.policy,
        "judged_at": now,
    }


def of(db: Session, post_ids: Sequence[int]) -> dict[int, Verdict]:
    """Look up the verdicts of posts, by post id."""
    return {row.post_id: row for row in db.exec(select(Verdict).where(col(Verdict.post_id).in_(post_ids)))}


def person_only(db: Session, case_id: int) -> bool:
    """Say whether a canned word could do harm in this case (distress, threats, hate, abuse): then the bot keeps silent.

    A question that a person answers is no danger: in private the bot may still gather what that person needs.
    """
    query = (
        select(col(Verdict.post_id))
        .join(CasePost, col(CasePost.post_id) == col(Verdict.post_id))
        .where(
            CasePost.case_id == case_id,
            Verdict.answer_by == AnswerBy.PERSON.value,
            Verdict.need == Need.URGENT.value,
        )
    )
    return db.exec(query.limit(1)).first() is not None
