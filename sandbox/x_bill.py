"""X's bill: what each request cost by the published prices, to hold against the product's own ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

PRICES = {
    "post_read": 5_000,
    "user_read": 10_000,
    "dm_read": 10_000,
    "owned_read": 1_000,
    "post_create": 15_000,
    "post_create_url": 200_000,
    "reply_summoned": 10_000,
    "dm_create": 15_000,
    "delete": 10_000,
    "manage": 5_000,
}
"""Micro-dollars a resource. Source: X's pricing page of August 2026; `manage` (hiding a reply) is an assumption."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill."""

    at: datetime
    endpoint: str
    resource: str
    units: int
    micros: int


@dataclass(slots=True)
class Bill:
    """Every charge so far. A resource read again within the same UTC day is free."""

    charges: list[Charge] = field(default_factory=list)
    bill_expansions: bool = False  # whether users and posts in `includes` cost as well: X does not say
    credits: int | None = None  # micro-dollars that were paid in; nothing is answered once they are used up
    cap: int | None = None  # micro-dollars the owner allows a billing cycle
    _read: set[tuple[date, str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def read(self, endpoint: str, resource: str, ids: Iterable[str], *, now: datetime) -> None:
        """Charge for resources returned."""
        with self._lock:
            new = {(now.date(), resource, one) for one in ids} - self._read
            self._read |= new
            self._add(endpoint, resource, len(new), now)

    def act(self, endpoint: str, resource: str, *, now: datetime) -> None:
        """Charge for one write."""
        with self._lock:
            self._add(endpoint, resource, 1, now)

    def refusal(self) -> str:
        """Why nothing more is answered for money: out_of_credits, spending_cap, or nothing."""
        spent = self.total()
        if self.credits is not None and spent >= self.credits:
            return "out_of_credits"
        return "spending_cap" if self.cap is not None and spent >= self.cap else ""

    def total(self) -> int:
        """Micro-dollars in all."""
        with self._lock:
            return sum(charge.micros for charge in self.charges)

    def units(self) -> dict[str, int]:
        """Units by resource."""
        with self._lock:
            counted: Counter[str] = Counter()
            for charge in self.charges:
                counted[charge.resource] += charge.units
            return dict(counted)

    def _add(self, endpoint: str, resource: str, units: int, now: datetime) -> None:
        if units:
            self.charges.append(Charge(now, endpoint, resource, units, units * PRICES[resource]))
