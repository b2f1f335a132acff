from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.backoff import LONGEST_WAIT, wait_before_retry


def test_the_wait_doubles_from_two_seconds() -> None:
    waits = [wait_before_retry(attempts).total_seconds() for attempts in range(1, 6)]

    assert waits == [2, 4, 8, 16, 32]


def test_the_wait_stops_growing_at_a_quarter_of_an_hour() -> None:
    assert wait_before_retry(9) == timedelta(seconds=512)
    assert wait_before_retry(10) == LONGEST_WAIT
    assert wait_before_retry(1_000_000) == LONGEST_WAIT


def test_a_platform_that_asks_for_longer_gets_what_it_asks() -> None:
    assert wait_before_retry(1, timedelta(hours=2)) == timedelta(hours=2)
    assert wait_before_retry(5, timedelta(seconds=1)) == timedelta(seconds=32)


def test_before_a_failure_there_is_no_wait_to_ask_for() -> None:
    with pytest.raises(ValueError, match="nothing has failed yet"):
        wait_before_retry(0)


@given(st.integers(1, 10_000), st.none() | st.timedeltas(timedelta(0), timedelta(days=2)))
def test_more_failures_never_shorten_the_wait(attempts: int, asked: timedelta | None) -> None:
    wait = wait_before_retry(attempts, asked)

    assert wait_before_retry(attempts + 1, asked) >= wait
    assert wait >= (asked or timedelta(0))
