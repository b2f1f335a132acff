"""Carrying: which method of a carrier takes which kind of delivery. Decides nothing about what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Refused
from domain.ports import Bans, Deletes, Likes, Moderates, OpensThreads, Prices, Replies, RepliesPrivately, TellsTeam
from domain.sending import DeliveryKind, Order, ReadBack, Receipt
from domain.values import Usage
from storage.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class _Way:
    """How one kind is carried out; `find` is empty where doing it twice is safe, so nobody looks."""

    port: type
    do: str
    find: str = ""


_TELL = _Way(TellsTeam, "tell", "find_told")
_WAYS: dict[DeliveryKind, _Way] = {
    DeliveryKind.REPLY: _Way(Replies, "reply", "find_reply"),
    DeliveryKind.PRIVATE_REPLY: _Way(RepliesPrivately, "private_reply", "find_private_reply"),
    DeliveryKind.MESSAGE: _Way(OpensThreads, "message", "find_message"),
    DeliveryKind.LIKE: _Way(Likes, "like"),
    DeliveryKind.HIDE: _Way(Moderates, "hide"),
    DeliveryKind.DELETE: _Way(Deletes, "delete"),
    DeliveryKind.BAN: _Way(Bans, "ban"),
    DeliveryKind.ALERT: _TELL,
    DeliveryKind.NOTE: _TELL,
    DeliveryKind.MAIL: _TELL,
    DeliveryKind.REPORT: _TELL,
}
REPEATABLE = frozenset(kind for kind, way in _WAYS.items() if not way.find)
"""What may be done twice without harm, so doubt is settled by doing it again."""

_WORDS = frozenset({DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE})


def order_of(delivery: Delivery, **extra: object) -> Order:
    """Make the order a carrier is given; `extra` is added to what was frozen with the delivery."""
    return Order(
        key=delivery.key,
        kind=DeliveryKind(delivery.kind),
        account=delivery.account,
        target=delivery.target,
        body=delivery.body,
        extra={**delivery.extra, **extra},
        by="" if delivery.automatic else delivery.by,
    )


def able(carrier: object, order: Order) -> bool:
    """Say whether `carrier` has the capability at all."""
    return isinstance(carrier, _WAYS[order.kind].port)


def carry(carrier: object, order: Order, *, now: datetime) -> Receipt:
    """Carry out `order` once; errors as `Replies.reply`. A carrier without the capability refuses."""
    if not able(carrier, order):
        raise _unable(order)
    receipt: Receipt = getattr(carrier, _WAYS[order.kind].do)(order, now=now)
    return receipt


def read_back(carrier: object, order: Order, *, since: datetime, now: datetime) -> ReadBack:
    """Look whether `order` was carried out since then. Raises Unavailable, or Refused where nobody can look."""
    find = _WAYS[order.kind].find
    if not find or not able(carrier, order):
        raise _unable(order)
    back: ReadBack = getattr(carrier, find)(order, since=since, now=now)
    return back


def price(carrier: object, order: Order) -> Usage:
    """Say what `order` costs at most and which rate row it draws on; a carrier that names no price costs nothing."""
    if isinstance(carrier, Prices):
        return carrier.price(order)
    return Usage(endpoint=f"send:{order.kind}", resource="", units=0, micros=0)


def fits(carrier: object, order: Order) -> bool:
    """Say whether the platform takes words of this length, by its own count; only words to customers are measured."""
    return not (order.kind in _WORDS and isinstance(carrier, Replies)) or carrier.fits(order.body, order.kind)


def _unable(order: Order) -> Refused:
    name = _WAYS[order.kind].port.__name__
    return Refused("carrier", f"cannot carry a {order.kind}: it lacks {name}", rule="carrier.unable")
