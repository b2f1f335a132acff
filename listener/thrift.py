"""Thrift: what may still be polled when the month's money runs low. Listening is given up last, and it is said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from domain.conduct import Conduct
from domain.values import Usage
from storage import spending
from storage.sources import Source

SEARCH_ENDS_AT = 0.80  # of the month's budget: keyword searches stop, they cost most and can't be answered anyway
SLOWER_FROM = 0.90  # mentions and private messages are read less often ...
SLOWER_BY = 5  # ... by this factor
LOOK_AGAIN = timedelta(hours=1)  # when a stopped source asks again whether there is money


@dataclass(frozen=True, slots=True)
class MaySpend:
    """Whether a poll may be paid for. `later` set: not now; `stopped`: not before next month or a larger budget."""

    later: datetime | None = None
    why: str = ""
    stopped: bool = False


def may_spend(db: Session, source: Source, cost: Usage, *, conduct: Conduct, now: datetime) -> MaySpend:
    """Ask the ledger before a poll. No budget set: everything may be paid for."""
    budget = conduct.budgets.get(source.channel)
    if budget is None:
        return MaySpend()
    spent = spending.this_month(db, source.channel, source.account, now=now)
    if spent + cost.micros > budget:
        return MaySpend(now + LOOK_AGAIN, "the month's budget is spent: nothing is read any more", stopped=True)
    if source.name.startswith("search") and spent >= SEARCH_ENDS_AT * budget:
        return MaySpend(now + LOOK_AGAIN, f"{SEARCH_ENDS_AT:.0%} of the budget is spent: searches stop", stopped=True)
    pace = timedelta(seconds=source.every_s * SLOWER_BY)
    if spent >= SLOWER_FROM * budget and source.last_ok_at and now < source.last_ok_at + pace:
        return MaySpend(source.last_ok_at + pace, f"{SLOWER_FROM:.0%} of the budget is spent: read less often")
    return MaySpend()
