"""What X's answers cost, by its price table. Estimates: X's own bill is in its console, and this never asks for it.

Counted to be rather too much than too little: every resource in an answer is billed, expanded users and posts too,
until the operator has seen in the console that X does not bill those (`count_expansions`). X bills the same resource
once a UTC day, so an id is counted again only on a new day, at another price, or after a restart: which ids were
counted is kept in memory, and only once the cursor that came with their page has come back, which proves that their
count was stored.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from domain.values import Usage


def price_table() -> dict[str, int]:
    """Read the price table that comes with this version: micro-dollars by resource."""
    text = (files("channels") / "x_prices.toml").read_text(encoding="utf-8")
    return {name: int(micros) for name, micros in tomllib.loads(text)["micros"].items()}


@dataclass(frozen=True, slots=True)
class _Handed:
    """Ids counted on a page that may not be stored yet."""

    cursor: str
    day: date
    ids: frozenset[tuple[str, str]]


class Meter:
    """Counts what is billed."""

    def __init__(self, prices: Mapping[str, int]) -> None:
        """`prices` in micro-dollars, a row for every resource that is asked for."""
        self._prices = dict(prices)
        self._day = date.min
        self._paid: set[tuple[str, str]] = set()
        self._handed: dict[str, _Handed] = {}

    def usage(self, endpoint: str, resource: str, units: int = 1) -> Usage:
        """Price `units` of `resource`."""
        return Usage(endpoint=endpoint, resource=resource, units=units, micros=units * self._prices[resource])

    def usages(self, endpoint: str, billed: Iterable[tuple[str, str]]) -> tuple[Usage, ...]:
        """Price (resource, id) pairs, each id once, today's other reads aside."""
        counted = Counter(resource for resource, _ in set(billed))
        return tuple(self.usage(endpoint, resource, units) for resource, units in sorted(counted.items()))

    def page(
        self, source: str, endpoint: str, billed: Iterable[tuple[str, str]], *, cursor: str, now: datetime
    ) -> tuple[Usage, ...]:
        """Price a page of `source`, without what was paid for today; `cursor` is the one that goes with it."""
        if now.date() != self._day:
            self._day, self._paid = now.date(), set()
        fresh = frozenset(billed) - self._paid
        self._handed[source] = _Handed(cursor, self._day, fresh)
        return self.usages(endpoint, fresh)

    def came_back(self, source: str, cursor: str | None) -> None:
        """Note the cursor a source is asked with: if it is the one handed out last, that page's count was stored."""
        handed = self._handed.pop(source, None)
        if handed and handed.cursor == cursor and handed.day == self._day:
            self._paid |= handed.ids
