"""Deciding: what a person of the team does about a delivery the bot left to them. Sends nothing itself.

Each returns False when the delivery is not in a state for it (somebody else was first): pressing twice is safe.
The caller owns the transaction. `by` is the person's id, as in events: "person:<id>".
"""

from datetime import datetime

from sqlmodel import Session

from domain.history import EventKind
from responder.evidence import sending_switch
from responder.record import heard
from storage import events, switches
from storage.deliveries import DROPPED, FAILED, HELD, READY, SENT, Delivery


def approve(db: Session, delivery_id: int, *, by: str, now: datetime) -> bool:
    """Release held words. The gate is still asked when they go: a platform's rule is nobody's to waive."""
    delivery = _in_state(db, delivery_id, HELD)
    if delivery is None or delivery.attempts:
        return False
    _release(db, delivery, by=by, now=now, reason="approved")
    return True


def resend(db: Session, delivery_id: int, *, by: str, now: datetime) -> bool:
    """Send again what is held because nobody can tell whether it went, or what was refused and is mended by now.

    The person has looked at the platform, or takes the risk that it is read twice.
    """
    delivery = _in_state(db, delivery_id, HELD, FAILED)
    if delivery is None:
        return False
    delivery.attempts, delivery.failures, delivery.missing, delivery.tried_at = 0, 0, 0, None
    _release(db, delivery, by=by, now=now, reason="to be sent again")
    return True


def was_sent(db: Session, delivery_id: int, *, by: str, now: datetime) -> bool:
    """Settle held words that the person has seen at the platform: they went."""
    delivery = _in_state(db, delivery_id, HELD)
    if delivery is None or not delivery.attempts:
        return False
    delivery.state, delivery.why, delivery.sent_at = SENT, f"seen by {by}", now
    _note(db, delivery, EventKind.SENT, by=by, now=now, reason="seen at its platform")
    heard(db, delivery, now=now)
    return True


def drop(db: Session, delivery_id: int, *, by: str, why: str, now: datetime) -> bool:
    """Take back words that have not gone. What is being sent, or may have been, cannot be taken back."""
    delivery = _in_state(db, delivery_id, READY, HELD, FAILED)
    if delivery is None:
        return False
    delivery.state, delivery.why = DROPPED, why
    _note(db, delivery, EventKind.DROPPED, by=by, now=now, reason=why)
    return True


def allow_sending(db: Session, via: str, account: str, *, by: str, now: datetime) -> bool:
    """Let an account send again after the cause the platform named has been mended."""
    name = sending_switch(via, account)
    if not switches.is_on(db, name):
        return False
    switches.turn(db, name, on=False, by=by, why="mended", now=now)
    return True


def _in_state(db: Session, delivery_id: int, *states: str) -> Delivery | None:
    delivery = db.get(Delivery, delivery_id, with_for_update=True)
    return delivery if delivery and delivery.state in states else None


def _release(db: Session, delivery: Delivery, *, by: str, now: datetime, reason: str) -> None:
    delivery.state, delivery.why, delivery.not_before = READY, reason, now
    delivery.approved_by, delivery.approved_at = by, now
    _note(db, delivery, EventKind.APPROVED, by=by, now=now, reason=reason)


def _note(db: Session, delivery: Delivery, kind: EventKind, *, by: str, now: datetime, reason: str) -> None:
    if delivery.case_id is not None:
        events.note(db, delivery.case_id, kind, at=now, actor=by, reason=reason, key=delivery.key)
