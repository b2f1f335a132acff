"""Recovering: finds out what became of deliveries nobody can answer for. Never sends anything itself."""

from datetime import timedelta

from domain.errors import Refused, Scope, Unavailable
from domain.history import EventKind
from domain.sending import Order, ReadBack
from responder import carry, outcome
from responder.addressing import extra_of
from responder.outcome import Outcome
from responder.record import record
from responder.senders import LEASE, Sender
from storage import deliveries, events
from storage.database import reading, writing
from storage.deliveries import UNKNOWN, Delivery

SKEW = timedelta(minutes=90)  # our clock may have been ahead of the platform's by this much when we tried


def run_once(sender: Sender) -> bool:
    """Doubt what lost its sender, then look for one doubtful delivery at its platform. False: nothing to do."""
    now = sender.clock()
    with writing(sender.engine) as db:
        lost = deliveries.expire_leases(db, via=sender.via, lease=LEASE, now=now)
        for key, case_id in lost:
            if case_id is not None:
                events.note(db, case_id, EventKind.DOUBTFUL, at=now, reason="its sender stopped", key=key)
    with reading(sender.engine) as db:
        delivery = deliveries.doubtful(db, via=sender.via, now=now)
    if delivery is None:
        return bool(lost)
    with sender.speaking(delivery.account):
        _look_for(sender, delivery.id)
    return True


def _look_for(sender: Sender, delivery_id: int) -> None:
    """Look for one delivery, unless somebody has settled or seen to it while we waited for the lock."""
    now = sender.clock()
    with reading(sender.engine) as db:
        delivery = db.get(Delivery, delivery_id)
        if delivery is None or delivery.state != UNKNOWN or delivery.not_before > now:
            return
        known = deliveries.receipts_like(db, delivery)
        order = carry.order_of(delivery, known=known, **extra_of(db, delivery))
    made, failure = _found_out(sender, delivery, order, known)
    record(sender, delivery, made, now=sender.clock(), failure=failure)


def _found_out(sender: Sender, delivery: Delivery, order: Order, known: list[str]) -> tuple[Outcome, Refused | None]:
    """Ask the platform. `known` are receipts of other deliveries with the same words: none of them is this one's."""
    now, patience = sender.clock(), sender.conduct.stale_after
    if delivery.kind in carry.REPEATABLE:
        return outcome.again(delivery, now=now), None
    since = min(delivery.tried_at or now, now) - SKEW
    try:
        back = carry.read_back(sender.carrier, order, since=since, now=now)
    except Unavailable as exc:
        asked = exc.retry_at - now if exc.retry_at else None
        return outcome.unlooked(delivery, exc.why, patience=patience, now=now, asked=asked), None
    except Refused as exc:
        if exc.scope is not Scope.ITEM:  # a person mends the sign-in; then we can look
            return outcome.unlooked(delivery, exc.why, patience=patience, now=now), exc
        return outcome.no_way_to_look(delivery, exc.why, now=now), exc
    return _read(sender, delivery, order, back, known), None


def _read(sender: Sender, delivery: Delivery, order: Order, back: ReadBack, known: list[str]) -> Outcome:
    """Say what a listing that came back means."""
    now, patience = sender.clock(), sender.conduct.stale_after
    if back.native_id is None:
        return outcome.missing(delivery, back, patience=patience, now=now)
    if back.native_id in known:
        why = "the same words were sent before; which is which cannot be told"
        return outcome.unlooked(delivery, why, patience=patience, now=now)
    return outcome.found(back, carry.price(sender.carrier, order), now=now)
