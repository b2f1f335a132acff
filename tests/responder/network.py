"""A network in memory that takes, loses, delays and refuses what it is told to: the outside of the delivery tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.sending import DeliveryKind, Look, Order, PostRef, ReadBack, Receipt, Standing
from domain.values import RateState, Usage

PRICE = 10_000  # micro-dollars
LONGEST = 280


class KilledError(BaseException):
    """What kill -9 looks like from inside: no handler of ours runs."""


@dataclass(frozen=True, slots=True)
class Hurt:
    """What happens to one call: whether it is carried out, when that shows, and how the call ends."""

    effect: bool = False
    error: BaseException | None = None
    shows_after: timedelta = timedelta(0)
    first: Callable[[], object] | None = None  # done before anything else


@dataclass(frozen=True, slots=True)
class Said:
    order: Order
    native_id: str
    at: datetime
    shows_at: datetime


@dataclass
class Network:
    """Public answers, private messages, hiding, and a room of the team, all in one; it makes sure nobody overlaps."""

    name: str = "x"
    account: str = "1"
    said: list[Said] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    hurts: list[Hurt] = field(default_factory=list)  # of the next calls, in order
    look_hurts: list[Hurt] = field(default_factory=list)
    find_hurts: list[Hurt] = field(default_factory=list)
    standing: Standing = Standing.SAME
    answered_by_us: bool = False
    complete: bool = True
    rates: tuple[RateState, ...] = ()
    calls: int = 0
    finds: int = 0
    looks: list[PostRef] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    searches: list[Order] = field(default_factory=list)
    time: Callable[[], datetime] | None = None  # the platform's own clock; None: it goes by ours
    takes: float = 0.0  # real seconds of a call
    knows_its_own: bool = True  # leaves out receipts it is told belong to others
    searched_since: list[datetime] = field(default_factory=list)
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def bodies(self) -> list[str]:
        return [said.order.body for said in self.said]

    def count(self, key: str) -> int:
        return sum(said.order.key == key for said in self.said)

    def price(self, order: Order) -> Usage:
        customer = order.kind in (DeliveryKind.REPLY, DeliveryKind.MESSAGE)
        return Usage(endpoint=f"POST {order.kind}", resource="sent", units=1, micros=PRICE if customer else 0)

    def fits(self, text: str, kind: DeliveryKind = DeliveryKind.REPLY) -> bool:
        del kind
        return len(text) <= LONGEST

    def look(self, post: PostRef, *, now: datetime) -> Look:
        del now
        self.looks.append(post)
        self._suffer(self.look_hurts)
        usage = (Usage(endpoint="GET post", resource="read", units=1, micros=5_000),)
        return Look(standing=self.standing, answered_by_us=self.answered_by_us, usage=usage)

    def reply(self, order: Order, *, now: datetime) -> Receipt:
        return self._take(order, now)

    def message(self, order: Order, *, now: datetime) -> Receipt:
        return self._take(order, now)

    def hide(self, order: Order, *, now: datetime) -> Receipt:
        self.hidden.append(order.target)
        return self._take(order, now)

    def tell(self, order: Order, *, now: datetime) -> Receipt:
        return self._take(order, now)

    def find_reply(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        return self._find(order, since, now, lambda said: said.order.body == order.body)

    def find_message(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        return self._find(order, since, now, lambda said: said.order.body == order.body)

    def find_told(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        return self._find(order, since, now, lambda said: said.order.key == order.key)

    def _take(self, order: Order, now: datetime) -> Receipt:
        with self._alone():
            self.calls += 1
            threading.Event().wait(self.takes)
            self.orders.append(order)
            hurt = self.hurts.pop(0) if self.hurts else Hurt(effect=True)
            if hurt.first:
                hurt.first()
            native_id = f"n{len(self.said) + 1}"
            now = self.time() if self.time else now
            if hurt.effect:
                self.said.append(Said(order, native_id, now, now + hurt.shows_after))
            if hurt.error:
                raise hurt.error
            return Receipt(native_id=native_id, usage=(self.price(order),), rates=self.rates)

    def _find(self, order: Order, since: datetime, now: datetime, same: Callable[[Said], bool]) -> ReadBack:
        with self._alone():
            self.finds += 1
            now = self.time() if self.time else now
            self.searched_since.append(since)
            self._suffer(self.find_hurts)
            known = order.extra.get("known", []) if self.knows_its_own else []
            self.searches.append(order)
            found = [
                said.native_id
                for said in self.said
                if said.order.target == order.target
                and same(said)
                and said.at >= since
                and (said.shows_at <= now or said.shows_at == said.at)
                and said.native_id not in known
            ]
            usage = (Usage(endpoint="GET own", resource="owned_read", units=1, micros=1_000),)
            return ReadBack(native_id=found[0] if found else None, complete=self.complete, usage=usage)

    def _suffer(self, hurts: list[Hurt]) -> None:
        hurt = hurts.pop(0) if hurts else Hurt()
        if hurt.first:
            hurt.first()
        if hurt.error:
            raise hurt.error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        assert self._busy.acquire(blocking=False), "two calls at once for one account"
        try:
            yield
        finally:
            self._busy.release()
