"""Thrift: in which order listening is given up as the month's money runs low, and what is said of it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.conduct import Conduct, Rooms
from domain.values import Page, SourceSpec, Usage
from listener.thrift import LOOK_AGAIN, MaySpend, may_spend
from storage import sources, spending
from storage.database import reading, writing
from tests.listener.conftest import MENTIONS, MINUTE, SEARCH, Desk, Wire

BUDGET = 100_000  # micro-dollars
DEGRADED = Conduct(brand="Nord Parcel", budgets={"x": BUDGET}, rooms=Rooms(alerts="C1"))


@pytest.fixture
def frugal(desk: Desk, wire: Wire, now: datetime) -> Desk:
    wire.offers = [MENTIONS, SEARCH]
    wire.price = 100
    desk.conduct = DEGRADED
    desk.register(now)
    return desk


def spend(desk: Desk, micros: int, at: datetime) -> None:
    with writing(desk.engine) as db:
        spending.book(db, "x", "9", [Usage(endpoint="e", resource="r", units=1, micros=micros)], now=at)


def ask(desk: Desk, name: str, at: datetime) -> MaySpend:
    cost = Usage(endpoint=name, resource="read", units=1, micros=100)
    with reading(desk.engine) as db:
        return may_spend(db, desk.source(name), cost, conduct=desk.conduct, now=at)


@pytest.mark.parametrize(
    ("spent", "mentions", "search"),
    [
        (0, "", ""),
        (79_999, "", ""),
        (80_000, "", "80% of the budget is spent: searches stop"),
        (89_999, "", "80% of the budget is spent: searches stop"),
        (90_000, "90% of the budget is spent: read less often", "80% of the budget is spent: searches stop"),
        (99_900, "90% of the budget is spent: read less often", "80% of the budget is spent: searches stop"),
        (99_901, *["the month's budget is spent: nothing is read any more"] * 2),
        (250_000, *["the month's budget is spent: nothing is read any more"] * 2),
    ],
)
def test_searches_go_first_then_the_pace_then_everything(
    frugal: Desk, now: datetime, spent: int, mentions: str, search: str
) -> None:
    frugal.listen(now)
    spend(frugal, spent, now)

    verdicts = [ask(frugal, name, now + MINUTE) for name in ("mentions", SEARCH.name)]

    assert [verdict.why for verdict in verdicts] == [mentions, search]
    assert [verdict.stopped for verdict in verdicts] == ["nothing" in mentions, bool(search)]


def test_a_slower_pace_is_a_fifth_of_the_usual(frugal: Desk, wire: Wire, now: datetime) -> None:
    frugal.listen(now)
    spend(frugal, 95_000, now)
    del wire.asked[:]

    for minutes in range(1, 21):
        frugal.listen(now + minutes * MINUTE)

    assert wire.asked == [("mentions", None)] * 4
    assert frugal.source().state == sources.LISTENING


def test_a_source_without_money_is_paused_said_once_and_asks_every_hour(
    frugal: Desk, wire: Wire, now: datetime
) -> None:
    spend(frugal, BUDGET, now)

    for hours in range(5):
        frugal.listen(now + hours * LOOK_AGAIN)

    assert wire.asked == []
    assert frugal.source().state == sources.PAUSED
    assert sorted(frugal.headlines()) == ["x mentions: stopped by the budget", "x search:brand: stopped by the budget"]
    assert "budget_usd" in frugal.cards()[0].remedy


def test_a_new_month_or_a_larger_budget_begins_anew_and_says_so(frugal: Desk, wire: Wire, now: datetime) -> None:
    last = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    spend(frugal, BUDGET, now)
    frugal.listen(last)

    frugal.listen(last + LOOK_AGAIN)

    assert {source for source, _ in wire.asked} == {"mentions", SEARCH.name}
    assert min(frugal.headlines()) == "x mentions: hears again"


def test_without_a_budget_everything_may_be_paid_for(frugal: Desk, now: datetime) -> None:
    frugal.conduct = Conduct(brand="Nord Parcel")
    spend(frugal, 10**12, now)

    verdict = ask(frugal, SEARCH.name, now)

    assert verdict == MaySpend()


def test_another_accounts_spending_is_its_own(frugal: Desk, now: datetime) -> None:
    with writing(frugal.engine) as db:
        usage = Usage(endpoint="e", resource="r", units=1, micros=BUDGET)
        spending.book(db, "x", "10", [usage], now=now)
        spending.book(db, "mastodon", "9", [usage], now=now)

    verdict = ask(frugal, "mentions", now)

    assert verdict == MaySpend()


def test_a_poll_is_never_begun_that_could_overdraw_the_budget(frugal: Desk, wire: Wire, now: datetime) -> None:
    """A full page costs 20 here: with 15 left it is not asked for, though an empty one would be free."""
    wire.offers = [SourceSpec(name="mentions", endpoint="mentions", every=timedelta(seconds=1))]
    wire.price = 20
    frugal.register(now)
    spend(frugal, BUDGET - 35, now)
    usage = Usage(endpoint="mentions", resource="read", units=20, micros=20)
    wire.will(*[Page(usage=(usage,)) for _ in range(5)])

    for minutes in range(0, 600, 6):
        frugal.listen(now + minutes * MINUTE)

    with reading(frugal.engine) as db:
        assert spending.this_month(db, "x", "9", now=now) == BUDGET - 15
    assert len(wire.asked) == 1
