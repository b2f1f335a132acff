"""Claiming: takes the next delivery that may go, and commits that before any byte leaves. Sends nothing itself."""

from datetime import datetime, timedelta

from sqlmodel import Session

from domain.history import EventKind
from responder import carry, handover
from responder.asking import Answer, Says, Stage
from responder.evidence import Seen, Wanted, consult
from responder.outcome import Outcome
from responder.record import follow
from responder.senders import LEASE, Sender
from responder.threads import thread_of
from storage import deliveries, rates
from storage.database import writing
from storage.deliveries import DROPPED, FAILED, HELD, READY, UNSETTLED, Delivery

AT_ONCE = 50  # deliveries looked at in one transaction, so that other writers have their turn
PARENT_WAIT = timedelta(seconds=5)
LEAST_WAIT = timedelta(seconds=1)


def next_due(sender: Sender) -> tuple[Delivery | None, bool]:
    """Claim the most urgent delivery that may go now; also says whether any row was moved on the way.

    Of two that race, one gets it: the claim is a write, and writers go one after the other.
    """
    moved = False
    with writing(sender.engine) as db:
        now = sender.clock()
        for _ in range(AT_ONCE):
            delivery = deliveries.due(db, via=sender.via, now=now)
            if delivery is None:
                break
            moved = True
            if _may_go(db, sender, delivery, now):
                deliveries.start(delivery, now=now, lease=LEASE)
                return delivery, True
    return None, moved


def _may_go(db: Session, sender: Sender, delivery: Delivery, now: datetime) -> bool:
    """Say whether a due delivery goes; one that does not is moved out of the way, with the reason."""
    order = carry.order_of(delivery)
    if not carry.able(sender.carrier, order):
        reason = f"a {delivery.kind} cannot be carried by {delivery.via}"
        unable = Outcome(state=FAILED, event=EventKind.FAILED, why="carrier.unable", reason=reason)
        _end(db, sender, delivery, unable, now)
        return False
    if not delivery.target:
        _nowhere(db, sender, delivery, now)
        return False
    price = carry.price(sender.carrier, order)
    free_at = rates.free_at(db, delivery.via, delivery.account, price.endpoint, now=now)
    if free_at:
        deliveries.wait_in_line(db, delivery, until=max(free_at, now + LEAST_WAIT), why="rate")
        return False
    parent = thread_of(db, delivery)
    if parent and parent.state in UNSETTLED:
        return _postpone(delivery, now + PARENT_WAIT, "waits for its thread", now)
    seen = Seen(price_micros=price.micros, fits=carry.fits(sender.carrier, order))
    answer = consult(db, Wanted.of(delivery), stage=Stage.SEND, conduct=sender.conduct, now=now, seen=seen)
    return _obey(db, sender, delivery, answer, now)


def _obey(db: Session, sender: Sender, delivery: Delivery, answer: Answer, now: datetime) -> bool:
    match answer.verdict:
        case Says.ALLOW:
            return True
        case Says.WAIT:
            return _postpone(delivery, answer.until or now, answer.rule, now)
        case Says.HOLD:
            outcome = Outcome(state=HELD, event=EventKind.HELD, why=answer.rule, reason=answer.reason)
        case Says.REFUSE:
            outcome = Outcome(state=DROPPED, event=EventKind.DROPPED, why=answer.rule, reason=answer.reason)
    _end(db, sender, delivery, outcome, now, instead=answer.instead)
    return False


def _postpone(delivery: Delivery, until: datetime, why: str, now: datetime) -> bool:
    delivery.state, delivery.why = READY, why
    delivery.not_before = max(until, now + LEAST_WAIT)
    return False


def _end(
    db: Session, sender: Sender, delivery: Delivery, outcome: Outcome, now: datetime, *, instead: str = ""
) -> None:
    delivery.state, delivery.why = outcome.state, outcome.why
    db.flush()
    follow(db, sender, delivery, outcome, now=now, instead=instead)


def _nowhere(db: Session, sender: Sender, delivery: Delivery, now: datetime) -> None:
    """Words to a room that is not set are told nobody there; alerts go by mail, where that is set."""
    delivery.state, delivery.why = DROPPED, "no room is set"
    handover.by_mail(db, delivery, conduct=sender.conduct, now=now)
