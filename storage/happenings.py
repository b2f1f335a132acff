"""Happenings: what went on lately over all cases, for a live view. Reads only; holds nobody's words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.authors import Author
from storage.cases import Case
from storage.deliveries import Delivery
from storage.events import Event
from storage.posts import Post
from storage.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of one case, with what a line about it needs."""

    id: int
    at: datetime
    kind: str
    reason: str
    case_id: int
    need: str
    lang: str
    handle: str
    key: str  # of the delivery it is about, or empty
    to: str  # the step of the handoff it leads to, or empty


def since(db: Session, event_id: int, *, limit: int = 200) -> list[Happening]:
    """List the events after `event_id`, oldest first."""
    query = (
        select(Event, Case.need, Case.lang, Author.handle)
        .join(Case, col(Case.id) == col(Event.case_id))
        .join(Author, col(Author.id) == col(Case.author_id))
        .where(col(Event.id) > event_id)
        .order_by(col(Event.id))
        .limit(limit)
    )
    return [
        Happening(
            id=event.id,
            at=event.at,
            kind=event.kind,
            reason=event.reason,
            case_id=event.case_id,
            need=need,
            lang=lang,
            handle=handle,
            key=str(event.data.get("key", "")),
            to=str(event.data.get("to", "")),
        )
        for event, need, lang, handle in db.exec(query)
    ]


def waits_for_alerts(db: Session) -> list[float]:
    """List how many seconds passed from an urgent post's appearance to its alert's receipt, in ascending order."""
    query = (
        select(Post.created_at, Delivery.sent_at)
        .join(Post, col(Post.id) == col(Delivery.post_id))
        .join(Verdict, col(Verdict.post_id) == col(Post.id))
        .where(Delivery.kind == "alert", Delivery.state == "sent", Verdict.need == "urgent")
    )
    return sorted((sent - created).total_seconds() for created, sent in db.exec(query) if sent)


def handoffs(db: Session) -> dict[str, int]:
    """Count cases by how far their way into a private thread has come; those without one are left out."""
    query = select(Case.handoff, func.count()).where(Case.handoff != "none").group_by(Case.handoff)
    return {row[0]: row[1] for row in db.exec(query)}
