"""Carrying: which method of a carrier takes which kind of delivery. Decides nothing about what comes of it."""

from datetime import datetime

from domain.errors import Refused
from domain.ports import Moderates, OpensThreads, Prices, Replies, TellsTeam
from domain.sending import DeliveryKind, Order, ReadBack, Receipt
from domain.values import Usage
from storage.deliveries import Delivery

_PORTS: dict[DeliveryKind, type] = {
    DeliveryKind.REPLY: Replies,
    DeliveryKind.MESSAGE: OpensThreads,
    DeliveryKind.HIDE: Moderates,
    DeliveryKind.ALERT: TellsTeam,
    DeliveryKind.NOTE: TellsTeam,
    DeliveryKind.MAIL: TellsTeam,
}


def order_of(delivery: Delivery, **extra: object) -> Order:
    """Make the order a carrier is given; `extra` is added to what was frozen with the delivery."""
    return Order(
        key=delivery.key,
        kind=DeliveryKind(delivery.kind),
        account=delivery.account,
        target=delivery.target,
        body=delivery.body,
        extra={**delivery.extra, **extra},
    )


def able(carrier: object, order: Order) -> bool:
    """Say whether `carrier` has the capability at all."""
    return isinstance(carrier, _PORTS[order.kind])


def carry(carrier: object, order: Order, *, now: datetime) -> Receipt:
    """Carry out `order` once; errors as `Replies.reply`. A carrier without the capability refuses."""
    match order.kind, carrier:
        case DeliveryKind.REPLY, Replies():
            return carrier.reply(order, now=now)
        case DeliveryKind.MESSAGE, OpensThreads():
            return carrier.message(order, now=now)
        case DeliveryKind.HIDE, Moderates():
            return carrier.hide(order, now=now)
        case ((DeliveryKind.ALERT | DeliveryKind.NOTE | DeliveryKind.MAIL), TellsTeam()):
            return carrier.tell(order, now=now)
        case _:
            raise _unable(order)


def read_back(carrier: object, order: Order, *, since: datetime, now: datetime) -> ReadBack:
    """Look whether `order` was carried out since then. Raises Unavailable, or Refused where nobody can look."""
    match order.kind, carrier:
        case DeliveryKind.REPLY, Replies():
            return carrier.find_reply(order, since=since, now=now)
        case DeliveryKind.MESSAGE, OpensThreads():
            return carrier.find_message(order, since=since, now=now)
        case ((DeliveryKind.ALERT | DeliveryKind.NOTE | DeliveryKind.MAIL), TellsTeam()):
            return carrier.find_told(order, since=since, now=now)
        case _:
            raise _unable(order)


def price(carrier: object, order: Order) -> Usage:
    """Say what `order` costs at most and which rate row it draws on; a carrier that names no price costs nothing."""
    if isinstance(carrier, Prices):
        return carrier.price(order)
    return Usage(endpoint=f"send:{order.kind}", resource="", units=0, micros=0)


def fits(carrier: object, order: Order) -> bool:
    """Say whether the platform takes a public answer of this length; only public answers are measured."""
    return not (order.kind is DeliveryKind.REPLY and isinstance(carrier, Replies)) or carrier.fits(order.body)


def _unable(order: Order) -> Refused:
    name = _PORTS[order.kind].__name__
    return Refused("carrier", f"cannot carry a {order.kind}: it lacks {name}", rule="carrier.unable")
