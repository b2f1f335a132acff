"""Numbers as people read them: small ones as themselves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.report import numbers
from desk.report.values import Band, Change, Figure, Trend, Unit, Week
from tests.desk.report_samples import WEEK, count, share, span

TIE = "\u00a0"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (45.4, "45 s"),
        (59.9, "60 s"),
        (60, "1 min"),
        (2880, "48 min"),
        (3600, "1 h"),
        (11_400, "3 h 10 min"),
        (35_990, "10 h"),
        (50_400, "14 h"),
        (86_399, "1 d"),
        (86_400, "1 d"),
        (190_000, "2 d 5 h"),
        (1_209_600, "14 d"),
    ],
)
def test_durations_are_told_by_their_two_largest_units(seconds: float, said: str) -> None:
    assert numbers.duration(seconds).replace(TIE, " ") == said


def test_few_are_told_as_they_are_and_many_as_a_percentage() -> None:
    assert numbers.figure(share("s", 2, 3)) == "2 of 3"
    assert numbers.figure(share("s", 9, 12)) == f"75{TIE}%"
    assert numbers.based(share("s", 9, 12)) == f"75{TIE}% (9 of 12)"
    assert numbers.based(share("s", 2, 3)) == "2 of 3"


def test_a_share_is_never_rounded_to_nothing_or_all() -> None:
    assert numbers.figure(share("s", 1, 1000)) == f"<1{TIE}%"
    assert numbers.figure(share("s", 999, 1000)) == f">99{TIE}%"
    assert numbers.figure(share("s", 0, 1000)) == f"0{TIE}%"
    assert numbers.figure(share("s", 1000, 1000)) == f"100{TIE}%"


def test_nothing_to_measure_is_a_dash_and_not_asked_is_said() -> None:
    assert numbers.figure(share("s", 0, 0)) == "–"
    assert numbers.figure(replace(share("s", 0, 0), note="not asked")) == "not asked"
    assert numbers.figure(replace(share("s", 0, 0), note="3 still wait")) == "–"


def test_a_median_of_few_says_of_how_many() -> None:
    assert numbers.based(span("m", 2880, 3)) == f"48{TIE}min (of 3)"
    assert numbers.based(span("m", 2880, 30)) == f"48{TIE}min"


@pytest.mark.parametrize(
    ("change", "good", "said"),
    [
        (Change.UP, Change.DOWN, f"up from 29{TIE}%, worse"),
        (Change.DOWN, Change.DOWN, f"down from 29{TIE}%, better"),
        (Change.UP, None, f"up from 29{TIE}%"),
        (Change.STEADY, Change.DOWN, ""),
        (Change.FIRST, Change.DOWN, ""),
    ],
)
def test_a_change_is_told_only_where_it_is_beyond_chance(change: Change, good: Change | None, said: str) -> None:
    one = replace(share("s", 40, 100), before=0.29, change=change, good=good)

    assert numbers.moved(one) == said


def test_few_have_not_become_better_or_worse() -> None:
    few = replace(share("s", 2, 3), before=0.29, change=Change.UP, good=Change.DOWN)

    assert numbers.moved(few) == ""
    assert numbers.standing(few) == ""


def test_money_scores_and_counts_have_their_own_forms() -> None:
    assert numbers.amount(3_410_000, Unit.MICROS) == "$3.41"
    assert numbers.amount(2.13, Unit.SCORE) == "2.1 of 5"
    assert numbers.amount(4120, Unit.COUNT) == "4,120"
    assert numbers.amount(2.5, Unit.COUNT) == "2.5"


def test_ranges_name_their_unit_once() -> None:
    assert numbers.band(Band(low=20.4, middle=31, high=43.2)) == "20–43"
    assert numbers.band(Band(low=0.12, middle=0.2, high=0.29), Unit.SHARE) == f"12–29{TIE}%"
    assert numbers.band(None) == ""


def test_a_week_is_named_by_its_days() -> None:
    over_month = replace(WEEK, days=(*WEEK.days[:6], WEEK.days[6].replace(month=12, day=1)))
    over_year = replace(WEEK, days=(*WEEK.days[:6], WEEK.days[6].replace(year=2027, month=1, day=3)))

    def dates(week: Week) -> str:
        return numbers.dates(week)

    assert dates(WEEK) == "9 to 15 November 2026"
    assert dates(over_month) == "9 November to 1 December 2026"
    assert dates(over_year) == "9 November 2026 to 3 January 2027"


def test_every_trend_has_its_words_and_none_but_the_unknown_is_silent() -> None:
    silent = [trend for trend in Trend if not numbers.trend(trend)]

    assert silent == [Trend.UNKNOWN]
    assert numbers.sign(Trend.GROWING) != numbers.sign(Trend.SHRINKING)


@given(hits=st.integers(0, 10_000), n=st.integers(0, 10_000))
def test_any_share_is_told_within_bounds(hits: int, n: int) -> None:
    said = numbers.figure(share("s", min(hits, n), n))

    assert said
    assert not said.startswith("-")
    assert len(said) <= len("9,999 of 10,000")


@given(value=st.floats(0, 1e9))
def test_any_duration_is_told_in_one_or_two_units(value: float) -> None:
    said = numbers.duration(value)

    assert 2 <= len(said.split(TIE)) <= 4
    assert TIE in said


def test_a_figure_of_nothing_is_not_linked_to_a_percentage() -> None:
    none = Figure(name="x", label="x", value=None, unit=Unit.SECONDS, n=0, too_small=True)

    assert numbers.based(none) == "–"
    assert numbers.based(count("c", 0)) == "0"
