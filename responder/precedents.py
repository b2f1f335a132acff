"""Precedents: what was said before, and what the platform told us of a post, for the gate. Judges nothing."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from domain.sending import DeliveryKind
from responder.rulebook import book
from storage import deliveries, posts, said
from storage.authors import Author
from storage.cases import Case
from storage.deliveries import Delivery
from storage.posts import Post

if TYPE_CHECKING:
    from responder.evidence import Wanted

CLOSING = ":closing"  # ends the key of the line that closes a public thread
UNKNOWN_AUTHOR = "unknown"  # begins the native id of an author the platform keeps to itself
STANDS = (*deliveries.UNSETTLED, deliveries.SENT, deliveries.HELD)  # said, or still to be said
UNDER_WAY = (deliveries.SENDING, deliveries.UNKNOWN, deliveries.SENT)


def is_closing(key: str) -> bool:
    """Say whether a delivery of this key is the line that closes a public thread."""
    return key.endswith(CLOSING)


def before(other: Delivery, wanted: "Wanted") -> bool:
    """Say whether `other` stands and comes before `wanted`: of two, the earlier one goes."""
    earlier = wanted.id is None or other.id < wanted.id or other.state in UNDER_WAY
    return other.key != wanted.key and other.state in STANDS and earlier


def allowed_by_platform(post: Post | None, author: Author | None) -> dict[str, bool]:
    """Say what the platform told us with the post about what may be done with it; what it left out is no hindrance."""
    raw = post.raw if post else {}
    known = author is not None and bool(author.native_id) and not author.native_id.startswith(UNKNOWN_AUTHOR)
    return {
        "author_known": known,
        "takes_private_reply": post is not None and not post.own and raw.get("can_reply_privately") is not False,
        "can_hide": raw.get("can_hide") is not False,
    }


def told_since(author: Author | None, person_at: datetime | None) -> datetime | None:
    """Say when the author was last told that a machine writes; a person's word since makes it due again."""
    told = author.disclosed_at if author else None
    return None if told is None or (person_at is not None and person_at >= told) else told


def disclosed_at(db: Session, author: Author | None, case: Case | None) -> datetime | None:
    """Say the same by the rows: a person has spoken by our hand, or in the platform's app in this case."""
    if author is None or author.disclosed_at is None:
        return None
    spoke = [said.by_people(db, [author.id]).get(author.id), case.answered_at if case else None]
    return told_since(author, max((at for at in spoke if at), default=None))


def same_words(db: Session, wanted: "Wanted", now: datetime) -> tuple[datetime | None, datetime | None]:
    """Say when these very words last went to this author, and to anybody in public, as far back as the rules look."""
    rules, to_them = book(wanted.via), None
    if wanted.author_id is not None:
        since = now - rules.lookback("same_words_to_them")
        told = said.to_authors(db, [wanted.author_id], since=since, besides=wanted.key)
        to_them = told.get((wanted.author_id, wanted.body))
    if wanted.kind is not DeliveryKind.REPLY:
        return to_them, None
    since = now - rules.lookback("same_words_in_public")
    public = said.in_public(db, wanted.via, wanted.account, since=since, body=wanted.body, besides=wanted.key)
    return to_them, public.get(wanted.body)


def private_replies(db: Session, wanted: "Wanted", post: Post | None) -> int:
    """Count the private answers to the post, in any version of it, that come before `wanted`."""
    if wanted.kind is not DeliveryKind.PRIVATE_REPLY or post is None:
        return 0
    targets = [version.native_id for version in posts.versions(db, post)]
    return sum(before(other, wanted) for other in said.private_replies(db, post.author_id, wanted.via, targets))
