"""A make-believe timeline: posts appear late, pages are swapped, tokens repeat. Answers a query as X would."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from channels.x_fields import SNOWFLAKE_EPOCH, snowflake_time


def snowflake(at: datetime, sequence: int = 0) -> int:
    """Make the id X would give to something published at `at`."""
    return ((at - SNOWFLAKE_EPOCH) // timedelta(milliseconds=1) << 22) | sequence


@dataclass(frozen=True)
class Item:
    """A post, and when the index shows it."""

    id: int
    at: datetime
    shown: datetime


@dataclass
class Timeline:
    """Lists newest first, and hurts where it is told to."""

    items: list[Item] = field(default_factory=list)
    page: int = 100
    random: Random = field(default_factory=lambda: Random(1))
    swap: float = 0.0  # share of listings whose pages come in another order
    repeat: float = 0.0  # share of answers whose next token is one given before
    honours_since: bool = True
    honours_until: bool = True
    requests: int = 0
    _swapped: dict[str, list[int]] = field(default_factory=dict)

    def publish(self, at: datetime, *, late: timedelta = timedelta(0)) -> Item:
        item = Item(snowflake(at, len(self.items) % 4096), at, at + late)
        self.items.append(item)
        return item

    def ask(self, params: dict[str, Any], *, now: datetime) -> tuple[list[Item], str | None]:
        """Answer with one page and the token of the next."""
        self.requests += 1
        token = str(params.get("pagination_token") or params.get("next_token") or "")
        listing, number = (
            token.rsplit(":", 1) if token else (f"{now.timestamp()}/{params.get('until_id', '')}/{self.page}", "0")
        )
        as_of = now if not token else _as_of(listing)
        found = self._found(params, as_of)
        pages = [found[start : start + self.page] for start in range(0, len(found), self.page)] or [[]]
        order = self._order(listing, len(pages))
        here = int(number)
        shown = pages[order[here]] if here < len(pages) else []
        following = f"{listing}:{here + 1}" if here + 1 < len(pages) else None
        if following and here and self.random.random() < self.repeat:
            following = f"{listing}:{self.random.randint(0, here)}"
        return shown, following

    def _found(self, params: dict[str, Any], as_of: datetime) -> list[Item]:
        since, until = int(params.get("since_id", 0)), int(params.get("until_id", 10**20))
        start = params.get("start_time", SNOWFLAKE_EPOCH)
        return sorted(
            (
                item
                for item in self.items
                if item.shown <= as_of
                and (not self.honours_since or (item.id > since and item.at >= start))
                and (not self.honours_until or item.id < until)
            ),
            key=lambda item: -item.id,
        )

    def _order(self, listing: str, pages: int) -> list[int]:
        if listing not in self._swapped:
            order = list(range(pages))
            if pages > 1 and self.random.random() < self.swap:
                one, other = self.random.sample(order, 2)
                order[one], order[other] = order[other], order[one]
            self._swapped[listing] = order
        order = self._swapped[listing]
        return [*order, *range(len(order), pages)]


def _as_of(listing: str) -> datetime:
    return datetime.fromtimestamp(float(listing.split("/", 1)[0]), tz=SNOWFLAKE_EPOCH.tzinfo)


def made(native_id: int) -> datetime:
    """Say when an id was made."""
    return snowflake_time(native_id)
