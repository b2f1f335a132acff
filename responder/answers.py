"""Answers: promises what a person of the team says or does in a case through us. The gate is asked like for all words.

A named person's words pass what is only meant for the bot, never a platform's rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from domain.conduct import Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import PostKind, Priority
from responder.asking import Answer, Says, Stage
from responder.evidence import Wanted, consult
from responder.speaking import STATES
from storage import cases, deliveries, events
from storage.authors import Author
from storage.cases import Case
from storage.deliveries import Promise
from storage.posts import Post

_PUBLIC = frozenset(
    {DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.LIKE, DeliveryKind.HIDE, DeliveryKind.DELETE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What such words or such an act would be aimed at in a case."""

    target: str  # native id: of a post; of a conversation; of an author
    post_id: int | None


def aim(db: Session, case: Case, kind: DeliveryKind) -> Aim | None:
    """Find what in a case an answer or act of this kind is aimed at; None where there is nothing.

    In public that is the customer's latest post; in private the conversation they wrote in last.
    """
    posts = [post for post in cases.posts_of(db, case.id) if not post.own]
    if kind is DeliveryKind.BAN:
        author = db.get(Author, case.author_id)
        return Aim(target=author.native_id, post_id=_last(posts, public=True)) if author else None
    found = [post for post in posts if (post.kind != PostKind.DIRECT) == (kind in _PUBLIC)]
    if not found:
        return None
    last = found[-1]
    return Aim(target=last.native_id if kind in _PUBLIC else last.conversation, post_id=last.id)


def _last(posts: Sequence[Post], *, public: bool) -> int | None:
    return next((post.id for post in reversed(posts) if (post.kind != PostKind.DIRECT) == public), None)


def wished(case: Case, kind: DeliveryKind, at: Aim, *, body: str, by: str, now: datetime, key: str = "") -> Wanted:
    """See such words as the gate does, before anybody has promised them. An empty `by`: the bot's."""
    return Wanted(
        key=key or f"case-{case.id}:wish",
        kind=kind,
        via=case.channel,
        account=case.account,
        target=at.target,
        planned_at=now,
        case_id=case.id,
        post_id=at.post_id,
        author_id=case.author_id,
        body=body,
        automatic=not by,
        by=by or "bot",
    )


def by_person(
    db: Session, case: Case, kind: DeliveryKind, text: str, *, by: str, conduct: Conduct, now: datetime
) -> Answer | None:
    """Promise a person's words or act; returns the gate's answer, None where the case has nothing to aim it at.

    What the gate refuses is not promised. `by` is the person, as in events: "person:<id>". The caller owns the
    transaction.
    """
    at = aim(db, case, kind)
    if at is None:
        return None
    key = f"case-{case.id}:{kind}-by-person-{_nth(db, case.id, kind)}"
    answer = consult(
        db, wished(case, kind, at, body=text, by=by, now=now, key=key), stage=Stage.PLAN, conduct=conduct, now=now
    )
    if answer.verdict is Says.REFUSE:
        return answer
    promise = Promise(
        key=key,
        kind=kind,
        via=case.channel,
        account=case.account,
        order_key=f"author-{case.author_id}",
        target=at.target,
        body=text,
        case_id=case.id,
        post_id=at.post_id,
        author_id=case.author_id,
        automatic=False,
        by=by,
        priority=Priority.HIGH,
        state=STATES[answer.verdict],
        why="" if answer.verdict is Says.ALLOW else answer.rule,
        not_before=answer.until,
    )
    deliveries.plan_all(db, [promise], now=now)
    events.note(
        db, case.id, EventKind.PLANNED, at=now, actor=by, reason=answer.reason, key=key, verdict=answer.verdict.value
    )
    return answer


def _nth(db: Session, case_id: int, kind: DeliveryKind) -> int:
    """Number a person's words of one kind in a case; the same that are still under way count as well."""
    told = [row for row in deliveries.of_case(db, case_id) if row.kind == kind and not row.automatic]
    return len(told) + 1
