"""Recording: writes down what became of a delivery, in one transaction with all that follows from it. Sends nothing."""

import logging
from datetime import datetime

from sqlmodel import Session

from domain.errors import Pause, Refused, Scope, Unavailable
from domain.history import EventKind
from domain.sending import DeliveryKind
from responder import carry, claims, handover, rewording
from responder.language import discloses
from responder.outcome import Outcome, speaks_to_customer
from responder.precedents import is_closing
from responder.senders import Sender
from storage import authors, deliveries, events, posts, rates, spending
from storage.cases import Case
from storage.database import writing
from storage.deliveries import DROPPED, FAILED, SENT, Delivery

log = logging.getLogger(__name__)

Failure = Refused | Unavailable


def record(
    sender: Sender,
    delivery: Delivery,
    outcome: Outcome,
    *,
    now: datetime,
    failure: Failure | None = None,
    instead: str = "",
) -> bool:
    """Write `outcome` and commit, if `delivery` still is what it was when this sender took it: its fence says so.

    False: somebody else has taken over; then only what was spent and learned is kept.
    """
    with writing(sender.engine) as db:
        learn(db, sender, delivery.account, outcome, now=now)
        ours = deliveries.settle(
            db, delivery.id, fence=delivery.fence, state=outcome.state, why=outcome.why, **outcome.columns
        )
        if ours:
            follow(db, sender, delivery, outcome, now=now, failure=failure, instead=instead)
    about = {"delivery": delivery.key, "fence": delivery.fence, "state": outcome.state}
    log.log(logging.INFO if ours else logging.WARNING, "recorded" if ours else "stale result ignored", extra=about)
    return ours


def learn(db: Session, sender: Sender, account: str, outcome: Outcome, *, now: datetime) -> None:
    """Book what was billed and keep what was said about limits."""
    spending.book(db, sender.via, account, outcome.usage, now=now)
    rates.learn(db, sender.via, account, outcome.rates, now=now)
    for endpoint, until in outcome.pauses.items():
        rates.pause(db, sender.via, account, endpoint, until=until, why=outcome.why, now=now)


def follow(
    db: Session,
    sender: Sender,
    delivery: Delivery,
    outcome: Outcome,
    *,
    now: datetime,
    failure: Failure | None = None,
    instead: str = "",
) -> None:
    """Do what follows: the case's history, and words to the team where a person must act."""
    reason = outcome.reason or outcome.why
    if outcome.event and delivery.case_id is not None:
        events.note(db, delivery.case_id, outcome.event, at=now, reason=reason, key=delivery.key, rule=outcome.why)
    if not speaks_to_customer(delivery):
        _take_second_way(db, sender, delivery, outcome, failure=failure, now=now)
        return
    if outcome.state == SENT:
        heard(db, delivery, now=now)
    if isinstance(failure, Refused) and failure.gone:
        bury(db, delivery, now=now)
    if isinstance(failure, Refused) and failure.scope is not Scope.ITEM:
        handover.stop_sending(db, delivery, failure, conduct=sender.conduct, now=now)
    if isinstance(failure, Unavailable) and failure.pause is Pause.MONEY:
        handover.out_of_money(db, delivery, failure.why, conduct=sender.conduct, now=now)
    if outcome.state in (FAILED, DROPPED):
        _not_said(db, sender, delivery, outcome, failure=failure, instead=instead, now=now)


def _not_said(
    db: Session,
    sender: Sender,
    delivery: Delivery,
    outcome: Outcome,
    *,
    failure: Failure | None,
    instead: str,
    now: datetime,
) -> None:
    """Let the invitation go where a private answer did not, and tell the team what a customer will not read."""
    reason = outcome.reason or outcome.why
    if delivery.kind == DeliveryKind.PRIVATE_REPLY and delivery.automatic:
        rewording.invite_instead(db, delivery, now=now)
    if outcome.state == FAILED or not delivery.automatic:
        remedy = failure.remedy if isinstance(failure, Refused) and failure.remedy else instead
        handover.not_sent(
            db, delivery, state=outcome.state, text=reason, remedy=remedy, conduct=sender.conduct, now=now
        )


def heard(db: Session, delivery: Delivery, *, now: datetime) -> None:
    """Note who has spoken to the customer: a person, so the bot falls silent; or the bot, which says what it is."""
    if delivery.kind in carry.REPEATABLE:
        return
    if delivery.automatic and delivery.author_id is not None and discloses(delivery.body):
        authors.disclosed(db, delivery.author_id, now=now)
    if delivery.case_id is not None and is_closing(delivery.key):
        claims.to_handoff(
            db, db.get_one(Case, delivery.case_id), "closed", now=now, reason="the public thread is closed"
        )
    if delivery.case_id is not None and not delivery.automatic:
        claims.person_spoke(db, delivery.case_id, delivery.by, now=now)


def bury(db: Session, delivery: Delivery, *, now: datetime) -> None:
    """Take the words of a post that no longer exists out of our memory as well."""
    if delivery.kind == DeliveryKind.MESSAGE:
        return  # its target is a conversation
    posts.mark_gone(db, delivery.via, [delivery.target], now=now)
    if delivery.case_id is not None:
        events.note(db, delivery.case_id, EventKind.GONE, at=now, actor="platform", post=delivery.post_id)


def _take_second_way(
    db: Session, sender: Sender, delivery: Delivery, outcome: Outcome, *, failure: Failure | None, now: datetime
) -> None:
    """Tell by mail what the team's room does not take."""
    if isinstance(failure, Refused) or outcome.state == FAILED:
        handover.by_mail(db, delivery, conduct=sender.conduct, now=now)
    if isinstance(failure, Refused) and failure.scope is not Scope.ITEM:
        handover.room_lost(db, delivery, failure, conduct=sender.conduct, now=now)
