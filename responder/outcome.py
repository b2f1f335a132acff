"""Outcomes: what an answer, or its absence, makes of a delivery. Pure: no clock, no database, asks nobody.

`attempts` counts the calls that may have been carried out, `failures` those after which it is certain that nothing
was sent: an outage may last, but what may have been sent is sent again three times at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Pause, Refused, Scope, Unavailable, Uncertain
from domain.history import EventKind
from domain.sending import CUSTOMER_FACING, ReadBack, Receipt
from domain.values import RateState, Usage
from responder.asking import Answer, Says
from responder.backoff import wait_before_retry
from responder.carry import REPEATABLE
from storage.deliveries import DROPPED, FAILED, HELD, READY, SENT, UNKNOWN, Delivery

SETTLE = timedelta(minutes=1)  # a platform lists what it took within this time, as a rule
SECOND_LOOK = timedelta(minutes=2)  # after the first look that found nothing
MAX_ATTEMPTS = 4  # of what may have been sent; then a person decides
LOOKS = 2  # complete listings without it before it counts as not sent
TEAM_PATIENCE = timedelta(days=1)  # words to the team are tried for this long
REPORT_PATIENCE = timedelta(days=6)  # a week's report: until the next one is near
RATE_WAIT = timedelta(minutes=1)  # where the platform names no time
MONEY_WAIT = timedelta(hours=1)
OUTAGE_WAIT = timedelta(seconds=30)  # at most, before another delivery tries whether the outage is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is to be written about one delivery. `event` None: nothing worth the case's history."""

    state: str
    why: str = ""
    event: EventKind | None = None
    reason: str = ""  # for people; empty: `why`
    columns: Mapping[str, Any] = field(default_factory=dict)
    usage: tuple[Usage, ...] = ()
    rates: tuple[RateState, ...] = ()
    pauses: Mapping[str, datetime] = field(default_factory=dict)  # endpoints, and until when each is left alone


def speaks_to_customer(delivery: Delivery) -> bool:
    """Say whether a customer would read it, or have their post acted on."""
    return delivery.kind in CUSTOMER_FACING


def _patience(delivery: Delivery) -> timedelta:
    return REPORT_PATIENCE if delivery.key.startswith("report:") else TEAM_PATIENCE


def untried(delivery: Delivery) -> dict[str, Any]:
    """Take back what the claim counted: it is certain that this attempt sent nothing."""
    attempts = delivery.attempts - 1
    return {"attempts": attempts, "tried_at": delivery.tried_at if attempts else None}


def taken(receipt: Receipt, *, now: datetime) -> Outcome:
    """Say what a receipt makes of it."""
    columns = {"native_id": receipt.native_id, "sent_at": now, "failures": 0}
    return Outcome(
        state=SENT, event=EventKind.SENT, columns=columns, usage=receipt.usage, rates=receipt.rates, reason="taken"
    )


def found(back: ReadBack, price: Usage, *, now: datetime) -> Outcome:
    """Say what finding it among our own words makes of it; what it cost is booked now."""
    columns = {"native_id": back.native_id, "sent_at": now, "failures": 0}
    return Outcome(
        state=SENT,
        event=EventKind.SENT,
        columns=columns,
        usage=(*back.usage, price),
        rates=back.rates,
        reason="found at its platform: it had been taken",
    )


def put_off(delivery: Delivery, exc: Unavailable, endpoint: str, *, now: datetime) -> Outcome:
    """Say when to try again what was certainly not sent. An outage may last: what becomes stale, the gate ends."""
    failures = delivery.failures + 1
    if not speaks_to_customer(delivery) and now - delivery.planned_at > _patience(delivery):
        return Outcome(state=FAILED, why=exc.why, event=EventKind.FAILED, columns=untried(delivery))
    asked = exc.retry_at - now if exc.retry_at else None
    least = {Pause.OUTAGE: timedelta(0), Pause.RATE: RATE_WAIT, Pause.MONEY: MONEY_WAIT}[exc.pause]
    wait = max(wait_before_retry(failures, asked), timedelta(0) if asked else least)
    shared = min(wait, OUTAGE_WAIT) if exc.pause is Pause.OUTAGE and not asked else wait
    return Outcome(
        state=READY,
        why=exc.why,
        columns={**untried(delivery), "failures": failures, "not_before": now + wait},
        pauses=dict.fromkeys((exc.endpoint or endpoint, endpoint), now + shared),
    )


def refused(delivery: Delivery, exc: Refused, *, now: datetime) -> Outcome:
    """Say what a refusal makes of it: of this one, or of everything the account sends.

    What the account may not do is no fault of this delivery: it waits until a person has mended the cause.
    """
    if exc.gone:
        return Outcome(state=DROPPED, why=exc.rule, event=EventKind.DROPPED, reason=exc.why, columns=untried(delivery))
    if exc.scope is Scope.ITEM or now - delivery.planned_at > _patience(delivery):
        return Outcome(state=FAILED, why=exc.rule, event=EventKind.FAILED, reason=exc.why, columns=untried(delivery))
    failures = delivery.failures + 1
    wait = wait_before_retry(failures)
    return Outcome(
        state=READY, why=exc.rule, columns={**untried(delivery), "failures": failures, "not_before": now + wait}
    )


def uncertain(exc: Uncertain, *, now: datetime) -> Outcome:
    """Say what doubt makes of it: it may have been sent, so we look once the platform has settled."""
    columns = {"not_before": now + SETTLE, "missing": 0, "failures": 0}
    return Outcome(state=UNKNOWN, why=exc.why, event=EventKind.DOUBTFUL, columns=columns)


def guarded(delivery: Delivery, answer: Answer, *, now: datetime) -> Outcome:
    """Say what the gate's no makes of a delivery that was claimed and not sent."""
    state = {Says.WAIT: READY, Says.HOLD: HELD, Says.REFUSE: DROPPED}[answer.verdict]
    event = {Says.WAIT: None, Says.HOLD: EventKind.HELD, Says.REFUSE: EventKind.DROPPED}[answer.verdict]
    columns = untried(delivery)
    if answer.verdict is Says.WAIT:
        columns["not_before"] = max(answer.until or now, now + timedelta(seconds=1))
    return Outcome(state=state, why=answer.rule, event=event, reason=answer.reason, columns=columns)


def given_up(delivery: Delivery, *, now: datetime) -> Outcome:
    """Say what becomes of a delivery whose sender was held up for too long between claim and call."""
    return Outcome(
        state=READY, why="held up before the call; nothing was sent", columns={**untried(delivery), "not_before": now}
    )


def missing(delivery: Delivery, back: ReadBack, *, patience: timedelta, now: datetime) -> Outcome:
    """Say what not finding it means: look again, then send again. To a customer, a listing with gaps means nothing."""
    if not back.complete and speaks_to_customer(delivery):
        vain = unlooked(delivery, "what we sent could not be listed whole", patience=patience, now=now)
        return replace(vain, usage=back.usage, rates=back.rates)
    looks = delivery.missing + 1
    if speaks_to_customer(delivery) and looks < LOOKS:
        columns = {"missing": looks, "failures": 0, "not_before": now + SECOND_LOOK}
        return Outcome(state=UNKNOWN, why=delivery.why, columns=columns, usage=back.usage, rates=back.rates)
    return replace(again(delivery, now=now), usage=back.usage, rates=back.rates)


def unlooked(
    delivery: Delivery, why: str, *, patience: timedelta, now: datetime, asked: timedelta | None = None
) -> Outcome:
    """Say what a failed look means: nothing, so look later; after `patience` nobody can look."""
    if now - (delivery.tried_at or delivery.planned_at) > patience:
        return no_way_to_look(delivery, why, now=now)
    failures = delivery.failures + 1
    wait = max(wait_before_retry(failures, asked), SETTLE)
    return Outcome(state=UNKNOWN, why=why, columns={"failures": failures, "not_before": now + wait})


def no_way_to_look(delivery: Delivery, why: str, *, now: datetime) -> Outcome:
    """Say what becomes of it where nobody can look. To a customer silence beats a double; to the team it does not.

    Hiding a post twice is hiding it, so that is done again as well.
    """
    if speaks_to_customer(delivery) and delivery.kind not in REPEATABLE:
        return Outcome(state=HELD, why=why, event=EventKind.HELD)
    return again(delivery, now=now)


def again(delivery: Delivery, *, now: datetime) -> Outcome:
    """Say that it goes again, or that it has been tried often enough and a person decides."""
    if speaks_to_customer(delivery) and delivery.attempts >= MAX_ATTEMPTS:
        why = f"tried {delivery.attempts} times; whether it went cannot be told"
        return Outcome(state=HELD, why=why, event=EventKind.HELD)
    wait = wait_before_retry(max(delivery.attempts, 1))
    columns = {"missing": 0, "failures": 0, "not_before": now + wait}
    return Outcome(state=READY, why="not among what we sent: it goes again", columns=columns)
