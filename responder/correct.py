"""Correcting: what a person says about a verdict outranks the model, for the post and for its case. Sends nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from domain.conduct import Conduct
from domain.history import EventKind
from domain.values import Abuse, AnswerBy, Need, Priority, Sentiment
from responder import claims
from storage import cases, corrections, events, verdicts
from storage.cases import LIVE, Case
from storage.promises import PENDING
from storage.verdicts import Verdict

HEADS: Mapping[str, frozenset[str]] = {
    "sentiment": frozenset(Sentiment),
    "abuse": frozenset(Abuse),
    "need": frozenset(Need),
}
"""What can be corrected, and to what."""

_QUIET = frozenset({Need.PRAISE, Need.NOISE})
_MEANS: Mapping[Need, tuple[Priority, AnswerBy]] = {
    Need.URGENT: (Priority.URGENT, AnswerBy.PERSON),  # somebody has looked at it, so somebody answers it
    Need.COMPLAINT: (Priority.NORMAL, AnswerBy.BOT),
    Need.QUESTION: (Priority.NORMAL, AnswerBy.PERSON),
    Need.PRAISE: (Priority.LOW, AnswerBy.NOBODY),
    Need.NOISE: (Priority.LOW, AnswerBy.NOBODY),
}
_RANK = tuple(Need)  # the gravest first


@dataclass(frozen=True, slots=True)
class Put:
    """One head that was put right."""

    head: str
    was: str
    value: str


def correct(
    db: Session, post_id: int, wanted: Mapping[str, str], *, by: str, conduct: Conduct, now: datetime
) -> Sequence[Put]:
    """Put a post's verdict right, and its case with it; returns what was changed, nothing where it said so already.

    `wanted` is by head, see `HEADS`. Raises ValueError on what is none. A live case that turns out to need nobody is
    dismissed, unless a person holds it. The caller owns the transaction.
    """
    wrong = [head for head, value in wanted.items() if value not in HEADS.get(head, ())]
    if wrong:
        message = f"no such correction: {', '.join(sorted(wrong))}"
        raise ValueError(message)
    verdict = verdicts.of(db, [post_id]).get(post_id)
    if verdict is None:
        return ()
    done = _put(db, verdict, wanted, by=by, now=now)
    case_id = cases.of_posts(db, [post_id]).get(post_id)
    if done and case_id is not None:
        _follow(db, case_id, post_id, done, by=by, conduct=conduct, now=now)
    return done


def leading(db: Session, case_id: int) -> int | None:
    """Say which post a remark on the whole case is about: the gravest of the customer's, the earliest of equals."""
    judged = verdicts.of(db, [post.id for post in cases.posts_of(db, case_id) if not post.own])
    return min(judged, key=lambda post_id: (_gravity(judged[post_id]), post_id), default=None)


def _put(db: Session, verdict: Verdict, wanted: Mapping[str, str], *, by: str, now: datetime) -> Sequence[Put]:
    before = {head: str(getattr(verdict, head)) for head in wanted}
    done = [
        Put(head, before[head], value)
        for head, value in wanted.items()
        if corrections.keep(db, verdict, head, value, by=by, now=now)
    ]
    if any(put.head == "need" for put in done):
        priority, answer_by = _MEANS[Need(verdict.need)]
        verdict.priority, verdict.answer_by = int(priority), answer_by.value
        verdict.rule, verdict.reason = "corrected", f"{verdict.need}, as a person of the team says"
    return done


def _follow(
    db: Session, case_id: int, post_id: int, done: Sequence[Put], *, by: str, conduct: Conduct, now: datetime
) -> None:
    """Let the case follow its posts' verdicts: how grave it is, and by when it is to be answered."""
    db.flush()
    case = db.get_one(Case, case_id, with_for_update=True)
    changes: dict[str, Any] = {}
    if case.state in LIVE and any(put.head == "need" for put in done):
        changes = _weigh(db, case, conduct=conduct)
        case.updated_at = now
    for put in done:
        follows = changes if put.head == "need" else {}
        said = {"post": post_id, "head": put.head, "was": put.was, "now": put.value, **follows}
        events.note(db, case_id, EventKind.CORRECTED, at=now, actor=by, **said)
    if changes and case.need in _QUIET and case.claimed_by in (None, by):
        claims.dismiss(db, case_id, by, now=now, why="judged wrong: it needs nobody")


def _weigh(db: Session, case: Case, *, conduct: Conduct) -> dict[str, Any]:
    judged = verdicts.of(db, [post.id for post in cases.posts_of(db, case.id) if not post.own])
    gravest = min(judged.values(), key=_gravity)
    begun_at = _wait_began(case, conduct)
    case.need, case.priority = gravest.need, min(verdict.priority for verdict in judged.values())
    case.rule, case.reason = gravest.rule, gravest.reason
    promised = conduct.sla.get(Need(case.need))
    if case.sla == PENDING:
        case.due_at = begun_at + promised if promised else None
    return {
        "need": case.need,
        "priority": case.priority,
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }


def _wait_began(case: Case, conduct: Conduct) -> datetime:
    """Say since when the customer has waited: a case that was opened again promises anew."""
    promised = conduct.sla.get(Need(case.need))
    return case.due_at - promised if case.due_at and promised else case.opened_at


def _gravity(verdict: Verdict) -> tuple[int, int]:
    return _RANK.index(Need(verdict.need)), verdict.priority
