"""A newsroom: a brand whose weeks are played by hand over the responder, and the report made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from desk.report import figures
from desk.report import week as weeks
from desk.report.figures import Brand
from desk.report.values import Figure, Report, Week
from domain.hours import OpeningHours, Span
from responder import claims
from storage import deliveries, events
from storage.database import reading, writing
from tests.responder.road import Road

BERLIN = ZoneInfo("Europe/Berlin")
MIA = "person:U0MIA"
MONDAY = datetime(2026, 11, 9, 9, tzinfo=UTC)  # 10:00 in Berlin, in 2026-W46
OFFICE = OpeningHours(zone=BERLIN, days=dict.fromkeys(range(5), (Span(time(9), time(17)),)))


@dataclass
class Newsroom:
    """Drives the road; `at` moves everybody's clock."""

    engine: Engine
    hours: OpeningHours = OFFICE
    zone: ZoneInfo = BERLIN
    road: Road = field(init=False)

    def __post_init__(self) -> None:
        self.road = Road(self.engine)
        self.at(MONDAY)

    @property
    def brand(self) -> Brand:
        return Brand(name="Nord Parcel", zone=self.zone, hours=self.hours)

    @property
    def now(self) -> datetime:
        return self.road.now

    def at(self, moment: datetime) -> None:
        self.road.now = moment

    def wait(self, **time: float) -> None:
        self.road.now += timedelta(**time)

    def complains(self, who: str = "ana", text: str = "third day without my parcel", **post: Any) -> int:
        """Let somebody complain in public; returns their case, the one opened last."""
        self.road.hears(who, text, **post)
        self.road.answer()
        return max(case.id for case in self.road.cases())

    def answers(self, case: int, *, spoke_at: datetime | None = None) -> None:
        with writing(self.engine) as db:
            assert claims.person_spoke(db, case, MIA, now=self.now, spoke_at=spoke_at)

    def resolves(self, case: int, by: str = MIA) -> None:
        with writing(self.engine) as db:
            assert claims.resolve(db, case, by, now=self.now)

    def dismisses(self, case: int) -> None:
        with writing(self.engine) as db:
            assert claims.dismiss(db, case, MIA, now=self.now, why="needs nobody")

    def takes(self, case: int) -> None:
        with writing(self.engine) as db:
            assert claims.take(db, case, MIA, now=self.now)

    def bot_speaks(self) -> None:
        """Let every word that is ready arrive, with its receipt in the case's history."""
        ready = [row for row in self.road.said() if row.state == deliveries.READY and row.case_id]
        self.road.deliver()
        for row in ready:
            self.notes(int(row.case_id or 0), "sent", key=row.key)

    def notes(self, case: int, kind: str, *, actor: str = "bot", **data: Any) -> None:
        with writing(self.engine) as db:
            events.note(db, case, kind, at=self.now, actor=actor, **data)

    def week(self, name: str = "2026-W46") -> Week:
        return weeks.of_name(name, self.zone)

    def report(self, name: str = "2026-W46") -> Report:
        with reading(self.engine) as db:
            return figures.report(db, self.week(name), self.brand)

    def figures(self, name: str = "2026-W46") -> Mapping[str, Figure]:
        """Every figure of a week's report, by name."""
        with reading(self.engine) as db:
            report = figures.whole(db, self.week(name), self.brand)
        found = list(report.figures())
        assert len({figure.name for figure in found}) == len(found)
        return {figure.name: figure for figure in found}
