"""`python -m tests.bench.report [--posts 1000000]`: CPU seconds that a week's figures cost; 1 where that is too many.

The database is filled as the other measures fill it, and its cases are then given what the report reads beside:
verdicts that differ, invitations, claims, answers, a page of incidents. Pain points and drawing are not measured here.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import Connection, Engine, text

from desk.report import figures
from desk.report import week as weeks
from desk.report.figures import Brand
from desk.report.values import Report
from storage.database import reading
from tests.bench.filling import filled
from tests.bench.stages import YARDSTICK_US, yardstick

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
POSTS = 1_000_000
AT_MOST = 5.0  # seconds of CPU
ROUNDS = 3
_LANGS = ("en", "es", "th", "lo", "ar", "ta")
_FELT = ("negative", "negative", "neutral", "positive")
_OPENED = '{"need": "complaint", "priority": 2, "post": 1, "topic": "refund", "due_at": "2026-11-20T12:00:00+00:00"}'
# what happens in a case, in its order: kind, actor, hours after it was opened, data
_HAPPENED = (
    ("opened", "bot", 0, _OPENED),
    ("planned", "bot", 0, '{"key": "case-1:acknowledge", "verdict": "allow", "rule": ""}'),
    ("handoff", "bot", 0, '{"to": "offered"}'),
    ("sent", "bot", 0, '{"key": "case-1:acknowledge", "rule": ""}'),
    ("handoff", "customer", 1, '{"to": "opened"}'),
    ("claimed", "person:U1", 1, '{"by": "person:U1", "fence": 1}'),
    ("answered", "person:U1", 1, '{"spoke_at": null, "sla": "met"}'),
    ("resolved", "person:U1", 2, '{"sla": "met"}'),
)


def lively(engine: Engine) -> None:
    """Give what was filled some variety, and its cases what people do in them."""
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        _vary(connection, "lang", _LANGS)
        _vary(connection, "sentiment", _FELT)
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER events_no_{verb}")
        connection.exec_driver_sql("DELETE FROM events")
        for kind, actor, hours, data in _HAPPENED:
            connection.execute(
                text(
                    "INSERT INTO events (case_id, at, actor, kind, reason, data) SELECT id, "
                    "strftime('%Y-%m-%d %H:%M:%S.000000', opened_at, :later), :actor, :kind, '', :data FROM cases"
                ),
                {"later": f"+{hours} hours", "actor": actor, "kind": kind, "data": data},
            )
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("BEGIN")


def _vary(connection: Connection, column: str, values: tuple[str, ...]) -> None:
    chosen = " ".join(f"WHEN {place} THEN '{value}'" for place, value in enumerate(values))
    connection.exec_driver_sql(f"UPDATE verdicts SET {column} = CASE post_id % {len(values)} {chosen} END")  # noqa: S608


def measure(engine: Engine, *, rounds: int = ROUNDS) -> tuple[float, Report]:
    """Derive the last whole week several times; gives the median CPU seconds by the yardstick, and the report."""
    brand = Brand(name="Nord Parcel", zone=ZoneInfo("Europe/Berlin"))
    week, spent = weeks.last_whole(NOW, brand.zone), []
    for _ in range(rounds):
        with reading(engine) as db:
            before, begun = yardstick(), process_time()
            made = figures.report(db, week, brand)
            raw = process_time() - begun
            spent.append(raw * YARDSTICK_US * 2 / (before + yardstick()))
    return median(spent), made


def main() -> int:
    """Run the measure; see the module."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench.report", description=__doc__)
    reader.add_argument("--posts", type=int, default=POSTS)
    chosen = reader.parse_args()
    with TemporaryDirectory(prefix="sottovoce-bench-") as folder:
        engine = filled(Path(folder) / "report.db", chosen.posts, now=NOW)
        lively(engine)
        spent, made = measure(engine)
        engine.dispose()
    totals = made.totals
    Console(width=120).print(
        f"{chosen.posts:,} posts stored; week {made.week.name}: {totals.posts.value:,.0f} posts, "
        f"{totals.cases.value:,.0f} cases opened, {made.answers.first.median.n:,} answered\n"
        f"figures: {spent:.2f} s of CPU by the yardstick (target: at most {AT_MOST:.0f} s at {POSTS:,})"
    )
    return 1 if spent > AT_MOST else 0


if __name__ == "__main__":
    sys.exit(main())
