"""Opening hours on the brand's wall clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.hours import OpeningHours, Span, always, utc_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Span(time(9), time(17))
WEEKDAYS = OpeningHours(zone=BERLIN, days=dict.fromkeys(range(5), (OFFICE,)), holidays=frozenset({date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (datetime(2026, 11, 20, 7, 59, tzinfo=UTC), False),  # 08:59 in Berlin
        (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 7, 20, 7, 0, tzinfo=UTC), True),  # 09:00 in summer
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),  # a holiday, though a Friday
    ],
)
def test_hours_are_those_of_the_brands_wall_clock(at: datetime, *, there: bool) -> None:
    assert WEEKDAYS.open_at(at) is there


def test_without_any_hours_somebody_is_always_there_but_on_holidays() -> None:
    everybody = OpeningHours(zone=BERLIN, holidays=frozenset({date(2026, 12, 25)}))

    assert always().open_at(datetime(2026, 11, 21, 3, tzinfo=UTC))
    assert not everybody.open_at(datetime(2026, 12, 24, 23, 30, tzinfo=UTC))  # 00:30 on the 25th there


def test_an_end_at_midnight_is_the_days_end() -> None:
    late = OpeningHours(zone=BERLIN, days={4: (Span(time(18), time(0)),)})

    assert late.open_at(datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    assert not late.open_at(datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    assert str(late) == "Fri 18:00 to 24:00"


def test_hours_are_told_in_runs_of_days() -> None:
    shop = OpeningHours(
        zone=BERLIN,
        days={
            **dict.fromkeys(range(5), (Span(time(9), time(12)), Span(time(13), time(17)))),
            5: (Span(time(10), time(14)),),
        },
    )

    assert str(shop) == "Mon to Fri 09:00 to 12:00 and 13:00 to 17:00, Sat 10:00 to 14:00"
    assert str(always()) == "always open"


def test_a_wall_clock_time_is_one_moment_over_both_clock_changes() -> None:
    assert utc_of(date(2026, 3, 29), time(8), BERLIN) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert utc_of(date(2026, 3, 28), time(8), BERLIN) == datetime(2026, 3, 28, 7, tzinfo=UTC)
    # 02:30 does not come on the first day and comes twice on the other
    assert utc_of(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert utc_of(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_midnight_that_is_skipped_is_the_moment_of_the_change() -> None:
    """Cairo puts its clocks forward at midnight: Friday 24 April 2026 begins at 01:00."""
    cairo = ZoneInfo("Africa/Cairo")

    began = utc_of(date(2026, 4, 24), time(0), cairo)

    assert began == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert began.astimezone(cairo).time() == time(1)
