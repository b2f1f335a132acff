"""Opening hours: when the team is there, on the brand's wall clock. Pure; promises nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end` of one day; an `end` of 00:00 is the day's end."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Say whether a wall-clock time lies within."""
        return self.start <= moment and (self.end == MIDNIGHT or moment < self.end)

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.start:%H:%M} to {'24:00' if self.end == MIDNIGHT else format(self.end, '%H:%M')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The week's hours by weekday, Monday 0; a day without any is closed. Without any at all: always open."""

    zone: ZoneInfo
    days: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def open_at(self, at: datetime) -> bool:
        """Say whether the team is there at a moment (aware). A time that a clock change repeats counts both times."""
        local = at.astimezone(self.zone)
        if local.date() in self.holidays:
            return False
        return not self.days or any(span.covers(local.time()) for span in self.days.get(local.weekday(), ()))

    def __str__(self) -> str:
        """Write them for people: "Mon to Fri 09:00 to 17:00, Sat 10:00 to 14:00"."""
        if not self.days:
            return "always open"
        runs: list[tuple[int, int, str]] = []
        for day in range(7):
            text = " and ".join(str(span) for span in self.days.get(day, ()))
            if runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], day, text)
            else:
                runs.append((day, day, text))
        return ", ".join(f"{_named(first, last)} {text}" for first, last, text in runs if text)


def always(zone: ZoneInfo | None = None) -> OpeningHours:
    """Give hours that never close."""
    return OpeningHours(zone=zone or ZoneInfo("UTC"))


def utc_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Say which moment a wall-clock time of a day is: of a time that comes twice the first.

    A time that the clocks skip is as late after the change as it would have been after midnight without one.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _named(first: int, last: int) -> str:
    return DAY_NAMES[first] if first == last else f"{DAY_NAMES[first]} to {DAY_NAMES[last]}"
