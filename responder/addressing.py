"""Addressing: what an order must say beside its own row, read when it goes: its thread, and whom it is for."""

from sqlmodel import Session

from domain.sending import DeliveryKind
from responder.threads import thread_extra
from storage import posts
from storage.authors import Author
from storage.deliveries import Delivery

_TO_SOMEBODY = frozenset({DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY})


def extra_of(db: Session, delivery: Delivery) -> dict[str, str]:
    """Say what is not frozen with a delivery: `thread`, or `author` and `heard_at`.

    `author` is the native id of whom private words are for, as the platform names them in that conversation;
    `heard_at` is when they last wrote there, ISO 8601, by which a connector knows a late answer.
    """
    if delivery.kind not in _TO_SOMEBODY:
        return dict(thread_extra(db, delivery))
    latest = None
    if delivery.kind == DeliveryKind.MESSAGE:
        latest = posts.latest_from_them(db, delivery.via, delivery.target)
    author_id = latest.author_id if latest else delivery.author_id
    author = db.get(Author, author_id) if author_id is not None else None
    extra = {"author": author.native_id} if author else {}
    return extra | ({"heard_at": latest.created_at.isoformat()} if latest else {})
