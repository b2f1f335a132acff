"""Chance: intervals against published values, and nothing said where little is known."""

import random

import pytest

from desk.report import chance, measures
from desk.report.values import Change, Interval, Unit


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # source: Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_interval_the_literature_gives_it(hits: int, n: int, low: float, high: float) -> None:
    found = chance.wilson(hits, n)

    assert found is not None
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_nothing_has_no_interval_and_no_change() -> None:
    assert chance.wilson(0, 0) is None
    assert chance.shares(0, 0, 5, 10) is Change.FIRST
    assert chance.counts(5, []) is Change.FIRST
    assert chance.band([5]) is None
    assert chance.quantiles(None, Interval(1, 2)) is Change.FIRST


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ((56, 70), (48, 80), Change.UP),  # Newcombe 1998, table II (a): 0.0524 to 0.3339
        ((9, 10), (3, 10), Change.UP),  # (b): 0.1705 to 0.8090
        ((6, 7), (2, 7), Change.UP),  # (c): 0.0582 to 0.8062
        ((5, 56), (0, 29), Change.STEADY),  # (d): -0.0381 to 0.1926
        ((3, 10), (9, 10), Change.DOWN),
        ((400, 1000), (400, 1000), Change.STEADY),
    ],
)
def test_two_shares_differ_where_the_literature_says_so(
    now: tuple[int, int], before: tuple[int, int], change: Change
) -> None:
    assert chance.shares(*now, *before) is change


def test_a_count_is_held_against_the_weeks_before() -> None:
    steady = [100, 104, 96, 100]

    assert chance.counts(110, steady) is Change.STEADY
    assert chance.counts(200, steady) is Change.UP
    assert chance.counts(20, steady) is Change.DOWN
    assert chance.counts(200, [100, 300, 50, 150]) is Change.STEADY  # those weeks were no quieter


def test_with_one_week_before_counts_are_taken_to_come_in_bursts() -> None:
    assert chance.counts(115, [100]) is Change.STEADY
    assert chance.counts(180, [100]) is Change.UP
    assert chance.counts(3, [1]) is Change.STEADY


def test_a_band_of_quiet_days_is_never_a_line() -> None:
    found = chance.band([0, 0, 0, 0])

    assert found is not None
    assert found.low == found.middle == 0
    assert 2 < found.high < 5


def test_a_band_of_shares_is_no_narrower_than_so_few_posts_allow() -> None:
    few, many = chance.band_of_shares([0.4, 0.4], n=4), chance.band_of_shares([0.4, 0.4], n=4000)

    assert few is not None
    assert many is not None
    assert few.high - few.low > 0.8
    assert many.high - many.low < 0.05


def test_weeks_that_are_alike_rarely_differ_beyond_chance() -> None:
    """Of counts drawn alike, in bursts twice as wide as Poisson's, no more than one in ten may be called a change."""
    dice = random.Random(7)

    def week() -> int:
        return 2 * sum(dice.random() < 0.05 for _ in range(1000))

    called = sum(chance.counts(week(), [week() for _ in range(4)]) is not Change.STEADY for _ in range(400))

    assert called <= 40


def test_a_quantile_is_a_value_there_is_or_the_mean_of_the_two_middle_ones() -> None:
    assert chance.quantile([1, 2, 3], 0.5) == 2
    assert chance.quantile([1, 2, 3, 10], 0.5) == 2.5
    assert chance.quantile(list(range(1, 11)), 0.9) == 9
    assert chance.quantile([7], 0.9) == 7


def test_a_median_has_the_interval_of_its_order_statistics() -> None:
    """Conover, 3.2: of 16 values the median lies between the 5th and the 12th, by the large-sample formula."""
    assert chance.quantile_interval(list(range(1, 17)), 0.5) == Interval(5, 12)
    assert chance.quantile_interval([1, 2, 3], 0.5) is None
    assert chance.quantile_interval(list(range(10)), 0.9) is None


def test_two_medians_differ_where_their_intervals_do_not_meet() -> None:
    fast, slow = ([float(base + step) for step in range(40)] for base in (0, 100))

    changed = measures.spread("a", "A", list(enumerate(slow)), before=fast).median
    same = measures.spread("a", "A", list(enumerate(slow)), before=slow).median

    assert (changed.change, changed.better) == (Change.UP, False)
    assert (same.change, same.better) == (Change.STEADY, None)


def test_small_numbers_are_marked_and_say_nothing_of_change() -> None:
    few = measures.share("s", "S", [1, 2], [1, 2, 3], before=(0, 100))
    none = measures.share("s", "S", [], [])
    four = measures.spread("t", "T", {1: 5.0, 2: 7.0, 3: 9.0, 4: 80.0})

    assert (few.too_small, few.hits, few.n, few.change) == (True, 2, 3, Change.FIRST)
    assert (none.value, none.note) == (None, "nothing to measure")
    assert (four.median.value, four.p90.value, four.p90.note) == (8.0, None, "fewer than 5")


def test_a_case_that_waited_twice_stands_behind_a_figure_once() -> None:
    found = measures.spread("t", "T", [(1, 5.0), (1, 7.0), (2, 9.0)], unit=Unit.SECONDS)

    assert found.median.n == 3
    assert found.median.cases == (1, 2)
