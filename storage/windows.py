"""Windows: what the clock of a platform's windows hangs on, in cases that still owe a word. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.sending import DeliveryKind
from domain.values import PostKind
from storage.authors import Author
from storage.cases import OPEN, Case, CasePost
from storage.deliveries import DROPPED, FAILED, Delivery
from storage.posts import Post

AT_ONCE = 500  # keys a statement: databases bound how many values one may hold


@dataclass(slots=True)
class Owing:
    """A case in which we owe the next word. Times are by the platform's clock."""

    case: Case
    answerable: list[datetime] = field(default_factory=list)  # public posts that could be answered in private
    theirs: list[datetime] = field(default_factory=list)  # private messages they wrote
    answered_in_private: bool = False  # a private answer went, or is on its way


def owing(db: Session, channels: Collection[str], *, written_since: datetime) -> list[Owing]:
    """List the open cases of these channels in which something was written since then, the oldest first."""
    query = (
        select(Case, Post, Author.native_id)
        .join(CasePost, col(CasePost.case_id) == col(Case.id))
        .join(Post, col(Post.id) == col(CasePost.post_id))
        .join(Author, col(Author.id) == col(Post.author_id))
        .where(
            Case.state == OPEN,
            col(Case.channel).in_(channels),
            ~col(Post.own),
            col(Post.gone_at).is_(None),
            col(Post.created_at) >= written_since,
        )
    )
    found: dict[int, Owing] = {}
    for case, post, author in db.exec(query.order_by(col(Case.id), col(Post.id))):
        known = found.setdefault(case.id, Owing(case))
        if post.kind == PostKind.DIRECT:
            known.theirs.append(post.created_at)
        elif _answerable(post.raw, author):
            known.answerable.append(post.created_at)
    for case_id in _answered(db, found):
        found[case_id].answered_in_private = True
    return list(found.values())


def _answerable(raw: dict[str, Any], author: str) -> bool:
    return raw.get("can_reply_privately") is not False and not author.startswith("unknown")


def _answered(db: Session, cases: Collection[int]) -> list[int]:
    """Say in which of these cases a private answer to a public post was promised and not given up."""
    query = select(col(Delivery.case_id)).where(
        col(Delivery.case_id).in_(cases),
        Delivery.kind == DeliveryKind.PRIVATE_REPLY.value,
        col(Delivery.state).not_in((DROPPED, FAILED)),
    )
    return [case_id for case_id in db.exec(query) if case_id is not None]


def said_before(db: Session, keys: Collection[str]) -> set[str]:
    """Say which of these words to the team were promised before."""
    known: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        known.update(db.exec(select(col(Delivery.key)).where(col(Delivery.key).in_(part))))
    return known
