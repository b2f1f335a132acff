"""What X's answers cost."""

import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest

from channels.x_money import Meter, price_table
from tests.conftest import NOON

PRICES = {"post_read": 5_000, "user_read": 10_000}


def test_the_price_table_names_its_source_and_day_and_holds_whole_micro_dollars() -> None:
    table = tomllib.loads((files("channels") / "x_prices.toml").read_text(encoding="utf-8"))

    assert table["source"].startswith("docs.x.com/")
    assert isinstance(table["as_of"], date)
    assert all(isinstance(micros, int) and micros > 0 for micros in table["micros"].values())
    assert price_table() == table["micros"]


def test_a_link_costs_many_times_a_plain_answer() -> None:
    prices = price_table()

    assert prices["post_create_url"] >= 13 * prices["summoned_reply"]
    assert prices["owned_read"] * 5 == prices["post_read"]


def test_an_id_is_paid_once_however_often_it_stands_on_a_page() -> None:
    usages = Meter(PRICES).usages("e", [("post_read", "1"), ("post_read", "1"), ("user_read", "1")])

    assert [(usage.resource, usage.units, usage.micros) for usage in usages] == [
        ("post_read", 1, 5_000),
        ("user_read", 1, 10_000),
    ]


def test_two_sources_share_what_was_paid_but_not_what_is_still_open() -> None:
    meter = Meter(PRICES)
    billed = [("post_read", "1")]
    meter.page("one", "e", billed, cursor="a", now=NOON)

    assert meter.page("two", "e", billed, cursor="b", now=NOON)

    meter.came_back("one", "a")
    assert meter.page("two", "e", billed, cursor="c", now=NOON) == ()


@pytest.mark.parametrize("cursor", [None, "older", ""])
def test_another_cursor_than_the_one_handed_out_proves_nothing(cursor: str | None) -> None:
    meter = Meter(PRICES)
    billed = [("post_read", "1")]
    meter.page("one", "e", billed, cursor="a", now=NOON)

    meter.came_back("one", cursor)

    assert meter.page("one", "e", billed, cursor="b", now=NOON)


def test_yesterdays_cursor_pays_for_nothing_today() -> None:
    meter = Meter(PRICES)
    billed = [("post_read", "1")]
    tomorrow = NOON + timedelta(days=1)
    meter.page("one", "e", billed, cursor="a", now=NOON)
    meter.page("two", "e", [], cursor="x", now=tomorrow)

    meter.came_back("one", "a")

    assert meter.page("one", "e", billed, cursor="b", now=tomorrow)
