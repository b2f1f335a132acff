"""Weeks on the brand's calendar: ISO years, clock changes, and when a report is due."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.report import week as weeks

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def test_a_week_is_seven_days_of_the_brands_calendar() -> None:
    week = weeks.of_name("2026-W46", BERLIN)

    assert week.days[0] == date(2026, 11, 9)
    assert week.days[-1] == date(2026, 11, 15)
    assert (week.start, week.end) == (
        datetime(2026, 11, 8, 23, tzinfo=UTC),
        datetime(2026, 11, 15, 23, tzinfo=UTC),
    )
    assert week.name == "2026-W46"


@pytest.mark.parametrize(
    ("name", "hours", "short_day", "lasts"),
    [("2026-W13", 167, date(2026, 3, 29), 23), ("2026-W43", 169, date(2026, 10, 25), 25)],
)
def test_a_week_over_a_clock_change_is_an_hour_longer_or_shorter(
    name: str, hours: int, short_day: date, lasts: int
) -> None:
    week = weeks.of_name(name, BERLIN)
    day = week.days.index(short_day)

    assert week.end - week.start == hours * HOUR
    assert week.bounds[day + 1] - week.bounds[day] == lasts * HOUR
    assert weeks.clock_changes(week) == (hours - 168) * 60


def test_the_year_ends_where_the_iso_week_says() -> None:
    """2026 has 53 weeks: its last one holds 1 to 3 January 2027."""
    last, first = weeks.of_name("2026-W53", BERLIN), weeks.of_name("2027-W01", BERLIN)

    assert last.days[0] == date(2026, 12, 28)
    assert last.days[-1] == date(2027, 1, 3)
    assert weeks.of_day(date(2027, 1, 3), BERLIN) == last
    assert last.end == first.start
    assert weeks.before(first) == last


@pytest.mark.parametrize("name", ["2025-W53", "2026-W54", "2026-W00", "2026-46", "last", "2026-W4", ""])
def test_a_week_there_is_not_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="week"):
        weeks.of_name(name, BERLIN)


def test_monday_begins_where_the_brand_is() -> None:
    just_before = datetime(2026, 11, 15, 16, 59, tzinfo=UTC)  # Sunday 23:59 in Vientiane

    assert weeks.of_moment(just_before, ZoneInfo("Asia/Vientiane")).name == "2026-W46"
    assert weeks.of_moment(just_before + timedelta(minutes=1), ZoneInfo("Asia/Vientiane")).name == "2026-W47"
    assert weeks.last_whole(just_before, ZoneInfo("Asia/Vientiane")).name == "2026-W45"


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("2026-W46", datetime(2026, 11, 16, 7, tzinfo=UTC)),
        ("2026-W12", datetime(2026, 3, 23, 7, tzinfo=UTC)),
        ("2026-W13", datetime(2026, 3, 30, 6, tzinfo=UTC)),  # the clocks went forward on Sunday
        ("2026-W43", datetime(2026, 10, 26, 7, tzinfo=UTC)),
    ],
)
def test_the_report_is_due_at_the_same_wall_clock_time_all_year(name: str, due: datetime) -> None:
    assert weeks.due_at(weeks.of_name(name, BERLIN), weekday=0, at=time(8)) == due


ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Havana",
)


@given(
    st.integers(0, 7 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(ZONES),
)
def test_every_moment_lies_in_one_day_of_one_week(at: datetime, zone: str) -> None:
    week = weeks.of_moment(at, ZoneInfo(zone))

    inside = [
        day for day, (start, end) in enumerate(zip(week.bounds, week.bounds[1:], strict=False)) if start <= at < end
    ]
    assert weeks.contains(week, at)
    assert [week.days[day] for day in inside] == [at.astimezone(ZoneInfo(zone)).date()]
    assert weeks.before(week).end == week.start
    assert weeks.of_name(week.name, ZoneInfo(zone)) == week
