"""Asks the team about words the bot may not send by itself: once for each time they are held. Decides nothing."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from desk import choices
from desk.slack_errors import NAME
from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import threads
from storage import deliveries, gatings
from storage.database import reading, writing
from storage.deliveries import Delivery
from storage.posts import Post

AT_ONCE = 20

_WHAT = {
    DeliveryKind.REPLY.value: "this public reply",
    DeliveryKind.PRIVATE_REPLY.value: "this private reply",
    DeliveryKind.MESSAGE.value: "this private message",
    DeliveryKind.HIDE.value: "hiding this post",
}


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Plan a question for each held delivery nobody was asked about yet. False: there was none."""
    with reading(engine) as db:
        if not deliveries.unasked(db, limit=1):
            return False  # a write each second would flush the disk for nothing
    with writing(engine) as db:
        return sum(_ask(db, held, conduct, now) for held in deliveries.unasked(db, limit=AT_ONCE)) > 0


def _ask(db: Session, held: Delivery, conduct: Conduct, now: datetime) -> bool:
    """Ask in the case's thread, or in the room where there is none."""
    above = threads.above(db, held.case_id)
    doubtful = held.attempts > 0
    return deliveries.plan(
        db,
        key=f"{held.key}{deliveries.ASK}{held.fence}",
        kind=DeliveryKind.NOTE if above else DeliveryKind.ALERT,
        via=above.via if above else NAME,
        account=above.account if above else held.account,
        order_key=above.order_key if above else f"team:{held.order_key}",
        target=above.target if above else conduct.rooms.cases or conduct.rooms.alerts,
        body=_card(db, held, doubtful=doubtful).to_json(),
        case_id=held.case_id,
        extra={
            **choices.offer(choices.DOUBT if doubtful else choices.APPROVAL, held.id, held.fence),
            **({"under": above.key} if above else {}),
        },
        priority=Priority.HIGH,
        now=now,
    )


def _card(db: Session, held: Delivery, *, doubtful: bool) -> Card:
    what = _WHAT.get(held.kind, "this")
    post = db.get(Post, held.post_id) if held.post_id else None
    # no author: the quoted words are ours
    text, remedy = _reason(db, held), ""
    if doubtful:
        text = "Nobody can tell whether the customer has it; a second copy would be read twice."
        remedy = f"Look on {held.via} first."
    return Card(
        kind=CardKind.NEWS,
        headline=f"Did {what} go out?" if doubtful else f"Approve {what}?",
        quote=held.body,
        text=text,
        remedy=remedy,
        case_id=held.case_id,
        channel=held.via,
        link=post.permalink if post else "",
        priority=int(Priority.HIGH),
    )


def _reason(db: Session, held: Delivery) -> str:
    """Say why the bot may not send it by itself: as the gate said it, or else by the rule's name."""
    said = gatings.of_delivery(db, held.key)
    reason = said[-1].reason if said else held.why
    return f"Held: {reason}." if reason else ""
