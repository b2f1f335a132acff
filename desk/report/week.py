"""Weeks: ISO weeks on the brand's calendar, from Monday 00:00 there to the next. Pure; asks no clock."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.report.values import Week
from domain.hours import utc_of

DAYS = 7
_NAME = re.compile(r"(\d{4})-W(\d{2})")


def of_name(name: str, zone: ZoneInfo) -> Week:
    """Read "2026-W46". Raises ValueError where there is no such week: most years have 52."""
    found = _NAME.fullmatch(name)
    if found is None:
        message = f"{name}: not a week; write one such as 2026-W46"
        raise ValueError(message)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        message = f"{name}: there is no such week"
        raise ValueError(message) from None
    return of_monday(monday, zone)


def of_day(day: date, zone: ZoneInfo) -> Week:
    """Give the week a day lies in."""
    return of_monday(day - timedelta(days=day.weekday()), zone)


def of_moment(at: datetime, zone: ZoneInfo) -> Week:
    """Give the week a moment (aware) lies in, on the brand's calendar."""
    return of_day(at.astimezone(zone).date(), zone)


def of_monday(monday: date, zone: ZoneInfo) -> Week:
    """Give the week that begins with this Monday. Its days are 23, 24 or 25 hours long."""
    year, number, _ = monday.isocalendar()
    days = tuple(monday + timedelta(days=day) for day in range(DAYS))
    bounds = tuple(utc_of(day, time(0), zone) for day in (*days, monday + timedelta(days=DAYS)))
    return Week(year=year, number=number, zone=zone.key, start=bounds[0], end=bounds[-1], days=days, bounds=bounds)


def before(week: Week, *, weeks: int = 1) -> Week:
    """Give the week so many weeks earlier."""
    return of_monday(week.days[0] - timedelta(days=DAYS * weeks), ZoneInfo(week.zone))


def last_whole(at: datetime, zone: ZoneInfo) -> Week:
    """Give the latest week that was over at a moment."""
    return before(of_moment(at, zone))


def due_at(week: Week, *, weekday: int, at: time) -> datetime:
    """Say when the report of a week is due: so many days (Monday 0) and hours into the next, by the brand's clock."""
    day = week.days[0] + timedelta(days=DAYS + weekday)
    return utc_of(day, at, ZoneInfo(week.zone))


def contains(week: Week, at: datetime) -> bool:
    """Say whether a moment (aware) lies in the week."""
    return week.start <= at < week.end


def clock_changes(week: Week) -> int:
    """Say by how many minutes the week is longer (or, below zero, shorter) than 168 hours."""
    return round((week.end - week.start - timedelta(days=DAYS)).total_seconds() / 60)
