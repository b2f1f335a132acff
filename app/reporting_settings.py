"""Settings of the weekly report and of the opening hours: two tables of the file. Makes no report."""

import re
from datetime import date, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.hours import DAY_NAMES, OpeningHours, Span

_LINE = re.compile(r"([A-Za-z]{3})(?:\s*-\s*([A-Za-z]{3}))?\s+(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})")
_EXAMPLE = 'write it as "Mon-Fri 09:00-17:00"'


class HoursTable(BaseModel):
    """When the team is there, on the brand's clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open: tuple[str, ...] = Field(default=(), description='such as "Mon-Fri 09:00-17:00"; empty: always')
    holidays: tuple[date, ...] = ()

    @field_validator("open")
    @classmethod
    def _readable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            read_hours(line)
        return value

    def hours(self, zone: ZoneInfo) -> OpeningHours:
        """Give the hours."""
        days: dict[int, tuple[Span, ...]] = {}
        for line in self.open:
            which, span = read_hours(line)
            for day in which:
                days[day] = tuple(sorted({*days.get(day, ()), span}, key=lambda each: each.start))
        return OpeningHours(zone=zone, days=days, holidays=frozenset(self.holidays))


class ReportTable(BaseModel):
    """Monday's report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"  # of the week after
    at: time = time(8)  # on the brand's clock
    room: str = Field(default="", description="id of the room; empty: the room for other cases")
    recipients: tuple[str, ...] = Field(default=(), description="mail addresses; needs [mail]; empty: nobody by mail")
    folder: Path = Path("reports")  # beside the database, where it is not absolute


def read_hours(line: str) -> tuple[range, Span]:
    """Read "Mon-Fri 09:00-17:00" as weekdays (Monday 0) and their span. Raises ValueError."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"{line!r}: {_EXAMPLE}")
    first, last = _day(found[1]), _day(found[2] or found[1])
    start, end = time.fromisoformat(found[3]), time.fromisoformat("00:00" if found[4] == "24:00" else found[4])
    if first > last or (end != time(0) and end <= start):
        raise ValueError(f"{line!r}: ends before it begins; {_EXAMPLE}")
    return range(first, last + 1), Span(start, end)


def _day(name: str) -> int:
    try:
        return DAY_NAMES.index(name.capitalize())
    except ValueError:
        raise ValueError(f"{name}: not a day; {_EXAMPLE}") from None
