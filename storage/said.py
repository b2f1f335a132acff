"""What was said to customers, as later words must know it: the same words, private answers, a person's word.

Reads deliveries; promises and settles none. "Said" is what went or may have gone: sent, just being sent, or in doubt.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_
from sqlmodel import Session, col, select

from domain.sending import DeliveryKind
from storage.deliveries import SENDING, SENT, UNKNOWN, Delivery

WORDS = (DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE)
_AT = func.coalesce(col(Delivery.sent_at), col(Delivery.tried_at))


def _in_state(state: str) -> ColumnElement[bool]:
    return col(Delivery.state) == literal_column(f"'{state}'")  # literally, or the partial index is not seen to fit


_DOUBTFUL = (SENDING, UNKNOWN)


def in_public(
    db: Session, via: str, account: str, *, since: datetime, body: str | None = None, besides: str = ""
) -> dict[str, datetime]:
    """Say when each public text was last said since then; with `body`, only that text.

    `besides` is the key of the delivery that asks.
    """
    found: dict[str, datetime] = {}
    ours = [Delivery.via == via, Delivery.account == account, Delivery.kind == DeliveryKind.REPLY.value]
    ours.append(Delivery.key != besides)
    ours += [] if body is None else [Delivery.body == body]
    went = [_in_state(SENT) & (col(Delivery.sent_at) >= since), *map(_in_state, _DOUBTFUL)]
    for how in went:  # one by one: each has its index
        _take_in(found, db.execute(select(col(Delivery.body), func.max(_AT)).where(*ours, how).group_by(Delivery.body)))
    return found


def to_authors(
    db: Session, author_ids: Collection[int], *, since: datetime, besides: str = ""
) -> dict[tuple[int, str], datetime]:
    """Say when each text was last said by the bot to each of these people since then."""
    query = (
        select(col(Delivery.author_id), col(Delivery.body), func.max(_AT))
        .where(
            col(Delivery.author_id).in_(author_ids),
            col(Delivery.automatic),
            col(Delivery.kind).in_(WORDS),
            Delivery.key != besides,
            or_(
                (col(Delivery.state) == SENT) & (col(Delivery.sent_at) >= since),
                col(Delivery.state).in_(_DOUBTFUL),
            ),
        )
        .group_by(col(Delivery.author_id), col(Delivery.body))
    )
    return {(row[0], row[1]): row[2] for row in db.execute(query)}


def by_people(db: Session, author_ids: Collection[int]) -> dict[int, datetime]:
    """Say when a person of the team last wrote to each of these people by our hand; who heard none is missing."""
    query = (
        select(col(Delivery.author_id), func.max(col(Delivery.sent_at)))
        .where(
            col(Delivery.author_id).in_(author_ids),
            ~col(Delivery.automatic),
            col(Delivery.kind).in_(WORDS),
            Delivery.state == SENT,
        )
        .group_by(col(Delivery.author_id))
    )
    return {row[0]: row[1] for row in db.execute(query)}


def private_replies(db: Session, author_id: int, via: str, targets: Sequence[str]) -> list[Delivery]:
    """List the private answers to any of these posts of an author, the oldest first, whatever became of them."""
    query = select(Delivery).where(
        col(Delivery.author_id) == author_id,
        Delivery.kind == DeliveryKind.PRIVATE_REPLY.value,
        Delivery.via == via,
        col(Delivery.target).in_(targets),
    )
    return list(db.exec(query.order_by(col(Delivery.id))))


def receipts_of_private_replies(db: Session, via: str, native_ids: Collection[str]) -> dict[str, int]:
    """Look up which case each of these native ids was a private answer in."""
    query = select(col(Delivery.native_id), col(Delivery.case_id)).where(
        Delivery.kind == DeliveryKind.PRIVATE_REPLY.value,
        Delivery.via == via,
        col(Delivery.native_id).in_(native_ids),
        col(Delivery.case_id).is_not(None),
    )
    return {row[0]: row[1] for row in db.execute(query)}


def _take_in(found: dict[str, datetime], rows: Any) -> None:
    for body, at in rows:
        if at is not None:
            found[body] = max(at, found.get(body, at))
