"""`python -m tests.bench [--quick] [--json]`: measures, shows, and ends with 1 when a target is missed."""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.filling import filled
from tests.bench.stages import MEASURES, ROAD, ROAD_AT_MOST, House, Measure, cost

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SMALL, LARGE, QUICK = 1_000, 1_000_000, 100_000  # posts stored
ROUNDS, QUICK_ROUNDS = 9, 5
WARM_UP = 2  # rounds that are not counted: statements are put together once

Row = dict[str, Any]


def measure(small: House, large: House, *, rounds: int) -> list[Row]:
    """Run every measure in turn on both houses; the turns alternate, so that a busy minute hits both."""
    costs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for turn in range(rounds + WARM_UP):
        for one in MEASURES:
            for size, house in (("small", small), ("large", large)):
                spent = cost(one, house)
                if turn >= WARM_UP:
                    costs.setdefault((one.name, size), []).append(spent)
    return [_row(one, costs[one.name, "small"], costs[one.name, "large"]) for one in MEASURES]


def _row(one: Measure, small: list[tuple[float, float]], large: list[tuple[float, float]]) -> Row:
    raw = median(as_it_was for as_it_was, _ in large)
    at_small, at_large = (median(by_yardstick for _, by_yardstick in costs) for costs in (small, large))
    growth = at_large / at_small
    missed = [
        *(["cost"] if one.at_most is not None and max(at_small, at_large) > one.at_most else []),
        *(["growth"] if one.grows_at_most is not None and growth > one.grows_at_most else []),
    ]
    return {
        "what": one.name,
        "unit": one.unit,
        "small_us": round(at_small, 1),
        "large_us": round(at_large, 1),
        "as_measured_us": round(raw, 1),
        "growth": round(growth, 2),
        "at_most_us": one.at_most,
        "grows_at_most": one.grows_at_most,
        "missed": missed,
    }


def road(rows: list[Row]) -> Row:
    """Add up what one post costs from the platform's page to its verdict and case."""
    parts = [row for row in rows if row["what"] in ROAD]
    small, large = (sum(row[size] for row in parts) for size in ("small_us", "large_us"))
    return {
        "what": "the whole road, model left out",
        "unit": "post",
        "small_us": round(small, 1),
        "large_us": round(large, 1),
        "as_measured_us": round(sum(row["as_measured_us"] for row in parts), 1),
        "growth": round(large / small, 2),
        "at_most_us": ROAD_AT_MOST,
        "grows_at_most": 1.5,
        "missed": ["cost"] if max(small, large) > ROAD_AT_MOST else [],
    }


def model() -> Row:
    """Measure the model in a process of its own: what it takes to load is part of the answer."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.model"], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer"}
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def show(rows: list[Row], about_model: Row, *, large: int) -> None:
    """Draw the table."""
    console = Console(width=140)
    table = Table(
        title=f"CPU at {SMALL:,} and {large:,} stored posts, by the yardstick", title_justify="left", box=None
    )
    for name in ("what", "a", f"at {SMALL:,}", f"at {large:,}", "target", "as measured", "growth", "target", ""):
        table.add_column(name, justify="left" if name in {"what", "a", ""} else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["what"],
            row["unit"],
            _microseconds(row["small_us"]),
            _microseconds(row["large_us"]),
            f"≤ {_microseconds(row['at_most_us'])}" if row["at_most_us"] else "",
            _microseconds(row["as_measured_us"]),
            f"{row['growth']:.2f}",
            f"≤ {row['grows_at_most']}" if row["grows_at_most"] else "",
            f"[red]missed: {', '.join(row['missed'])}[/]" if row["missed"] else "[green]ok[/]",
        )
    console.print(table)
    console.print("model: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about_model.items()))


def _microseconds(value: float) -> str:
    return f"{value / 1000:,.1f} ms" if value >= 10_000 else f"{value:,.0f} µs"


def main() -> int:
    """Run the bench; see the module."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("--quick", action="store_true", help=f"compare with {QUICK:,} stored posts, fewer rounds")
    reader.add_argument("--json", action="store_true", help="print figures for machines")
    reader.add_argument("--no-model", action="store_true", help="leave the model out")
    chosen = reader.parse_args()
    size = QUICK if chosen.quick else LARGE
    with TemporaryDirectory(prefix="sottovoce-bench-") as folder:
        houses = [House(filled(Path(folder) / f"{count}.db", count, now=NOW), NOW) for count in (SMALL, size)]
        rows = measure(*houses, rounds=QUICK_ROUNDS if chosen.quick else ROUNDS)
        for house in houses:
            house.engine.dispose()
    rows.append(road(rows))
    about_model = {} if chosen.no_model else model()
    if chosen.json:
        sys.stdout.write(json.dumps({"small": SMALL, "large": size, "rows": rows, "model": about_model}) + "\n")
    else:
        show(rows, about_model, large=size)
    return 1 if any(row["missed"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
