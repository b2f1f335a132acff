"""Rewording: lets a public invitation go in the place of words that tell of a private answer which did not go."""

from datetime import datetime

from sqlmodel import Session

from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority
from responder.inviting import INVITE, PUBLIC
from storage import deliveries, events
from storage.deliveries import DROPPED, HELD, READY, Delivery

WHY = "the private answer it tells of did not go"


def invite_instead(db: Session, private: Delivery, *, now: datetime) -> bool:
    """Take back the public words that tell of `private`, if they have not gone, and promise the invitation.

    False: there was nothing to take back. Safe to repeat. The caller owns the transaction.
    """
    case_id = private.case_id
    told = deliveries.by_key(db, f"case-{case_id}:{PUBLIC}")
    text = told.extra.get("invite") if told else None
    if case_id is None or told is None or text is None or told.state not in (READY, HELD):
        return False
    state, why = told.state, told.why
    told.state, told.why, told.extra = DROPPED, WHY, {}
    events.note(db, case_id, EventKind.DROPPED, at=now, reason=WHY, key=told.key)
    key = f"case-{case_id}:{INVITE}"
    planned = deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.REPLY,
        via=told.via,
        account=told.account,
        order_key=told.order_key,
        target=told.target,
        body=text,
        now=now,
        case_id=case_id,
        post_id=told.post_id,
        author_id=told.author_id,
        priority=Priority(told.priority),
        state=state,
        why=why,
    )
    events.note(db, case_id, EventKind.PLANNED, at=now, reason=WHY, key=key)
    return planned
