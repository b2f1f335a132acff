"""Examples: posts and answers picked for a person to read, and counts beside them. Words come out unmasked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.sending import DeliveryKind
from storage.deliveries import Delivery
from storage.gatings import Gating
from storage.posts import Post
from storage.verdicts import Verdict

LOOKED_AT = 400  # urgent posts among which the examples are picked


@dataclass(frozen=True, slots=True)
class Example:
    """A post, how it was judged and, where it was answered, with what."""

    post: Post
    verdict: Verdict
    answer: str = ""


def urgent(db: Session, *, limit: int) -> list[Example]:
    """Pick urgent posts: of every rule in turn, the surest first, so that no rule hides the others."""
    query = select(Post, Verdict).join(Verdict, col(Verdict.post_id) == col(Post.id)).where(Verdict.need == "urgent")
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int, Example]] = []
    rows = db.exec(query.order_by(col(Verdict.priority), col(Verdict.person).desc()).limit(LOOKED_AT))
    for place, (post, verdict) in enumerate(rows):
        turns[verdict.rule] = turns.get(verdict.rule, 0) + 1
        ranked.append((turns[verdict.rule], place, Example(post, verdict)))
    return [example for _, _, example in sorted(ranked, key=lambda row: row[:2])[:limit]]


def answered(db: Session, *, limit: int) -> list[Example]:
    """Pick public answers, those to the most urgent posts first."""
    query = (
        select(Post, Verdict, Delivery)
        .join(Delivery, col(Delivery.post_id) == col(Post.id))
        .join(Verdict, col(Verdict.post_id) == col(Post.id))
        .where(Delivery.kind == DeliveryKind.REPLY.value)
        .order_by(col(Verdict.priority), col(Delivery.id))
        .limit(limit)
    )
    return [Example(post, verdict, delivery.body) for post, verdict, delivery in db.exec(query)]


def span(db: Session) -> tuple[datetime | None, datetime | None]:
    """Say when the first and the last post were published."""
    first, last = db.exec(select(func.min(Post.created_at), func.max(Post.created_at))).one()
    return first, last


def refusals(db: Session) -> dict[str, int]:
    """Count what the gate did not let through, by rule; a rehearsal itself does not count."""
    query = (
        select(Gating.rule, func.count())
        .where(Gating.verdict != "allow", Gating.rule != "dry-run")
        .group_by(Gating.rule)
        .order_by(func.count().desc())
    )
    return {row[0]: row[1] for row in db.exec(query)}
