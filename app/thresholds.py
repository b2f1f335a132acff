"""The command `thresholds`: what each position of the dial costs and brings. Changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from app import terminal
from app.alerting import look
from app.judging import make_judge
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError
from moderation.alerting import Choice, Chosen, Past, Share, Trade
from moderation.dial import POSITIONS, turned

SHOWN = tuple(place for place, dial in enumerate(POSITIONS) if dial <= 4 and dial % 0.5 == 0)  # noqa: PLR2004


def run_thresholds(settings: Path, *, alerts_a_day: int | None, miss: float | None, as_json: bool) -> int:
    """Show what each position of the dial costs and brings, and which one is in force, or would be."""
    if alerts_a_day is not None and miss is not None:
        raise terminal.fail(ConfigError(["--alerts-a-day and --miss pull apart: name only one of them."]))
    with opened(settings) as (read, engine):
        tried = alerts_a_day is not None or miss is not None
        choice = Choice(at_most_a_day=alerts_a_day, miss_at_most=miss) if tried else read.alerts.choice
        judge = make_judge(read)
        past = look(engine, judge, zone=ZoneInfo(read.timezone), now=utc_now())
    chosen = past.choose(choice)
    places = sorted({*SHOWN, POSITIONS.index(chosen.dial)})
    trades = [past.trade(place) for place in places]
    version = turned(judge.base, chosen.dial).version
    if as_json:
        terminal.print_json(_plain(past, choice, chosen, trades, version=version, tried=tried))
    else:
        _draw(past, chosen, trades, version=version, tried=tried)
    return 0 if chosen.kept else 1


def _plain(
    past: Past, choice: Choice, chosen: Chosen, trades: Sequence[Trade], *, version: str, tried: bool
) -> dict[str, Any]:
    return {
        "choice": asdict(choice),
        "in_force": not tried,
        **asdict(chosen),
        "policy": version,
        "days": past.days,
        "urgent_known": past.urgent,
        "trades": [asdict(trade) for trade in trades],
    }


def _draw(past: Past, chosen: Chosen, trades: Sequence[Trade], *, version: str, tried: bool) -> None:
    table = Table("dial", "alerts a day", "at most", "of danger", "urgent missed", "rightly alerted")
    for trade in trades:
        mark = f"{trade.dial:+.2f}{' ◀' if trade.dial == chosen.dial else ''}"
        counts = ("–" if each is None else str(each) for each in (trade.usual, trade.most, trade.danger))
        table.add_row(mark, *counts, _share(trade.missed), _share(trade.precise))
    terminal.out.print(table)
    terminal.out.print(
        f"Alerts: on a usual day (three of four have no more) of {past.days} whole days judged by this model. "
        f"Missed and rightly: of {past.urgent} urgent posts among the model's calibration posts and your corrections, "
        "with 90 % intervals; your own mix may differ. Danger alerts at every dial.",
        style="dim",
    )
    terminal.out.print(f"{'Would be' if tried else 'In force'}: policy {version}; {chosen.why}.", markup=False)


def _share(found: Share) -> str:
    return f"{found.value:.0%} ({found.low:.0%}–{found.high:.0%})" if found.n else "–"
