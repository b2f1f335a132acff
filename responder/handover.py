"""Handing over: tells the team what did not reach a customer, or the team. What is held, the desk asks about."""

from datetime import datetime

from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.errors import Refused
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import threads
from responder.evidence import sending_switch
from storage import deliveries, switches
from storage.cases import Case
from storage.deliveries import DROPPED, FAILED, MAIL_SUFFIX, Delivery

ROOM = "slack"
MAIL = "mail"
HEADLINES = {FAILED: "Could not answer", DROPPED: "An answer was not sent"}


def not_sent(
    db: Session,
    delivery: Delivery,
    *,
    state: str,
    text: str,
    remedy: str,
    conduct: Conduct,
    now: datetime,
) -> bool:
    """Tell, in the case's thread, that words meant for a customer did not go; a case without one gets an alert.

    Once for each `state` the delivery comes to in one attempt.
    """
    case = db.get(Case, delivery.case_id) if delivery.case_id else None
    card = Card(
        kind=CardKind.NEWS if case else CardKind.HEALTH,
        headline=HEADLINES[state],
        text=text,
        remedy=remedy,
        case_id=delivery.case_id,
        need=case.need if case else "",
        priority=int(Priority.HIGH),
        channel=delivery.via,
    )
    above = threads.above(db, delivery.case_id)
    return deliveries.plan(
        db,
        key=f"{delivery.key}:{state}:{delivery.fence}",
        kind=DeliveryKind.NOTE if above else DeliveryKind.ALERT,
        via=above.via if above else ROOM,
        account=above.account if above else delivery.account,
        order_key=above.order_key if above else f"team:{delivery.order_key}",
        target=above.target if above else conduct.rooms.cases or conduct.rooms.alerts,
        body=card.to_json(),
        case_id=delivery.case_id,
        extra={"under": above.key} if above else None,
        priority=Priority.HIGH,
        now=now,
    )


def stop_sending(db: Session, delivery: Delivery, exc: Refused, *, conduct: Conduct, now: datetime) -> None:
    """Stop all words of an account the platform will not let speak, and say so once, with the remedy."""
    name = sending_switch(delivery.via, delivery.account)
    if switches.is_on(db, name):
        return
    switches.turn(db, name, on=True, by="bot", why=exc.rule, now=now)
    remedy = f"{exc.remedy or 'Run `sottovoce check`.'} Then `sottovoce resume`."
    _health(
        db,
        delivery,
        key=f"health:{name}:{now.isoformat()}",
        headline=f"{delivery.via}: may not send",
        text=f"{exc.why}. Answers wait; listening goes on.",
        remedy=remedy,
        conduct=conduct,
        now=now,
    )


def out_of_money(db: Session, delivery: Delivery, why: str, *, conduct: Conduct, now: datetime) -> None:
    """Tell that the platform wants money; said once a day, whoever meets it first."""
    _health(
        db,
        delivery,
        key=f"health:money:{delivery.via}:{delivery.account}:{now.date()}",
        headline=f"{delivery.via}: out of credits",
        text=why,
        remedy="Top up or raise the spending cap in the platform's developer console. Asked again every hour.",
        conduct=conduct,
        now=now,
    )


def room_lost(db: Session, delivery: Delivery, exc: Refused, *, conduct: Conduct, now: datetime) -> None:
    """Tell by mail, once a day, that the team's room takes nothing any more."""
    if not conduct.rooms.mail or delivery.kind == DeliveryKind.MAIL:
        return
    card = Card(
        kind=CardKind.HEALTH,
        headline=f"{delivery.via}: the team's room cannot be reached",
        text=f"{exc.why}. Urgent alerts come by mail; everything else waits for the room.",
        remedy=exc.remedy or "Run `sottovoce check`.",
        priority=int(Priority.URGENT),
    )
    key = f"health:room:{delivery.via}:{delivery.account}:{now.date()}{MAIL_SUFFIX}"
    _mail(db, key, card.to_json(), case_id=None, conduct=conduct, now=now)


def by_mail(db: Session, alert: Delivery, *, conduct: Conduct, now: datetime) -> bool:
    """Send an alert, or an urgent note, by mail as well. False when it was before, or when no address is set."""
    weighty = alert.kind == DeliveryKind.ALERT or (
        alert.kind == DeliveryKind.NOTE and alert.priority == Priority.URGENT
    )
    if not conduct.rooms.mail or not weighty:
        return False
    return _mail(db, alert.key + MAIL_SUFFIX, alert.body, case_id=alert.case_id, conduct=conduct, now=now)


def _mail(db: Session, key: str, body: str, *, case_id: int | None, conduct: Conduct, now: datetime) -> bool:
    return deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.MAIL,
        via=MAIL,
        account=MAIL,
        order_key=f"mail:{key}",
        target=conduct.rooms.mail,
        body=body,
        case_id=case_id,
        priority=Priority.URGENT,
        now=now,
    )


def _health(
    db: Session,
    delivery: Delivery,
    *,
    key: str,
    headline: str,
    text: str,
    remedy: str,
    conduct: Conduct,
    now: datetime,
) -> None:
    card = Card(
        kind=CardKind.HEALTH,
        headline=headline,
        text=text,
        remedy=remedy,
        channel=delivery.via,
        priority=int(Priority.URGENT),
    )
    deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.ALERT,
        via=ROOM,
        account=delivery.account,
        order_key=f"team:health:{delivery.via}:{delivery.account}",
        target=conduct.rooms.alerts,
        body=card.to_json(),
        priority=Priority.URGENT,
        now=now,
    )
