"""What Meta's usage headers mean for hearing and for sending, whatever stands in them."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graph_usage import HEADERS, rates, read_usage, sending
from domain.values import RateState
from tests.conftest import NOON

APP = "x-app-usage"
BUSINESS = "x-business-use-case-usage"


def app(**percents: float) -> dict[str, str]:
    return {APP: json.dumps(percents)}


def business(*entries: dict[str, Any]) -> dict[str, str]:
    return {BUSINESS: json.dumps({"900": list(entries)})}


@pytest.mark.parametrize(
    ("percent", "hearing_rests", "sending_rests"),
    [(0, None, None), (74, None, None), (75, 5, None), (89, 5, None), (90, 15, 15), (100, 15, 15), (250, 15, 15)],
)
def test_hearing_slows_at_75_percent_and_everything_stops_at_90(
    now: datetime, percent: int, hearing_rests: int | None, sending_rests: int | None
) -> None:
    hearing, answering = rates(app(call_count=percent), "pages", now=now)

    for state, rests, share in ((hearing, hearing_rests, 75), (answering, sending_rests, 90)):
        assert state.reset_at == (now + timedelta(minutes=rests) if rests else None)
        assert state.remaining == max(0, share - percent)
        assert state.limit == share


def test_the_fullest_counter_of_all_headers_counts(now: datetime) -> None:
    told = app(call_count=10, total_time=20) | business(
        {"type": "pages", "call_count": 5, "total_cputime": 80, "total_time": 1, "estimated_time_to_regain_access": 0}
    )

    assert rates(told, "pages", now=now)[0] == RateState(
        endpoint="pages", remaining=0, limit=75, reset_at=now + timedelta(minutes=5)
    )


def test_a_full_limit_rests_until_meta_lets_us_in_again(now: datetime) -> None:
    told = business({"call_count": 100, "estimated_time_to_regain_access": 42}, {"call_count": 3})

    assert [state.reset_at for state in rates(told, "messenger", now=now)] == [now + timedelta(minutes=42)] * 2


def test_an_absurd_estimate_is_bounded(now: datetime) -> None:
    told = business({"call_count": 100, "estimated_time_to_regain_access": 999_999})

    assert rates(told, "pages", now=now)[0].reset_at == now + timedelta(hours=24)


def test_an_answer_without_usage_says_nothing_about_it(now: datetime) -> None:
    assert rates({}, "pages", now=now) == ()


def test_words_to_customers_have_a_row_of_their_own() -> None:
    assert sending("messenger") == "messenger:send"


_NUMBERS = st.integers() | st.floats() | st.none() | st.text(max_size=5) | st.booleans()
_ENTRY = st.dictionaries(
    st.sampled_from(["call_count", "total_time", "total_cputime", "estimated_time_to_regain_access", "type"]), _NUMBERS
)
_VALUES = _ENTRY | st.dictionaries(st.text(max_size=4), st.lists(_ENTRY | _NUMBERS, max_size=3)) | st.lists(_NUMBERS)


@given(told=st.dictionaries(st.sampled_from(HEADERS), _VALUES.map(json.dumps) | st.text(max_size=30)))
def test_whatever_stands_in_the_headers_no_number_breaks_out_of_its_bounds(told: dict[str, str]) -> None:
    usage = read_usage(told)

    for state in rates(told, "pages", now=NOON):
        assert 0 <= (state.remaining or 0) <= (state.limit or 0)
        assert state.reset_at is None or NOON < state.reset_at <= NOON + timedelta(hours=24)
    assert usage is None or usage.percent >= 0
