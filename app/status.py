"""Status: how it goes, for a person or a program that watches. Changes nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table
from sqlalchemy import Engine

from app import terminal
from app.opening import opened
from app.settings import MICROS
from domain.cards import Card
from domain.clock import utc_now
from domain.conduct import Conduct
from storage import arrivals, deliveries, rates, sources, spending, streams, switches
from storage.books import balance
from storage.database import reading

STREAM_TRIED = timedelta(days=1)  # one that nobody has opened for longer is not in the settings any more
MOVED_LATELY = timedelta(days=7)  # a drift that was told longer ago is not shown
ALIVE_WITHIN = timedelta(minutes=2)  # an idle stage writes a sign of life every 30 s


def show_status(settings: Path, *, as_json: bool) -> int:
    """Show how it goes. Exit code 0 when all is well, 1 when something needs the operator."""
    with opened(settings) as (read, engine):
        found = gather(engine, read.conduct(), now=utc_now())
    if as_json:
        terminal.print_json(found)
    else:
        _draw(found)
    return 1 if found["problems"] else 0


def gather(engine: Engine, conduct: Conduct, *, now: datetime) -> dict[str, Any]:
    """Collect the state of everything in one view."""
    with reading(engine) as db:
        books = balance(db)
        heard = [_source(source, now) for source in sources.listening(db)]
        accounts = {(source["channel"], source["account"]) for source in heard}
        money = [
            {
                "channel": channel,
                "account": account,
                "spent_usd": spending.this_month(db, channel, account, now=now) / MICROS,
                "budget_usd": conduct.budgets[channel] / MICROS if channel in conduct.budgets else None,
            }
            for channel, account in sorted(accounts)
        ]
        beats = [
            {"stage": beat.stage, "ran_at": beat.ran_at, "failed_at": beat.failed_at, "failure": beat.failure}
            for beat in switches.beats(db)
        ]
        limited = [
            {"channel": rate.channel, "endpoint": rate.endpoint, "until": rate.paused_until, "why": rate.why}
            for rate in rates.known(db)
            if rate.paused_until and rate.paused_until > now
        ]
        found: dict[str, Any] = {
            "at": now,
            "paused": switches.is_on(db, switches.PAUSED),
            "dry_run": conduct.dry_run,
            "sources": heard,
            "posts": {"heard": books.heard, "judged": books.judged, "waiting": books.waiting},
            "unreadable": books.unreadable,
            "cases": books.cases,
            "deliveries": books.deliveries,
            "refused_within_a_day": deliveries.refused_since(db, now - timedelta(days=1)),
            "money": money,
            "limited": limited,
            "streams": [_stream(row) for row in streams.known(db) if row.up_at and now - row.up_at < STREAM_TRIED],
            "pushed_waiting": arrivals.waiting(db),
            "stages": beats,
            "drift": [
                Card.from_json(row.body).headline
                for row in deliveries.told_since(db, deliveries.DRIFT, now - MOVED_LATELY)
            ],
        }
    found["problems"] = _problems(found, now)
    return found


def _source(source: sources.Source, now: datetime) -> dict[str, Any]:
    late = now - source.next_poll_at if source.state != sources.STOPPED else timedelta(0)
    return {
        "channel": source.channel,
        "account": source.account,
        "name": source.name,
        "state": source.state,
        "why": source.why,
        "remedy": source.remedy,
        "lag_s": max(0, round(late.total_seconds())),
        "every_s": round(sources.pace(source, now=now).total_seconds()),
        "pushed": bool(source.pushed_until and now < source.pushed_until),
        "last_ok_at": source.last_ok_at,
        "last_new_at": source.last_new_at,
        "heard": source.heard,
        "late": source.late,
    }


def _stream(row: streams.Stream) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "account": row.account,
        "alive_at": row.alive_at,
        "failures": row.failures,
        "why": row.why,
        "next_at": row.next_at,
    }


def _problems(found: dict[str, Any], now: datetime) -> list[str]:
    problems = [
        f"{source['channel']} {source['name']} is {source['state']}: {source['why']} {source['remedy']}".strip()
        for source in found["sources"]
        if source["state"] != sources.LISTENING
    ]
    problems += [
        f"{stream['channel']}'s stream has failed {stream['failures']} times: {stream['why']}; polling goes on"
        for stream in found["streams"]
        if stream["failures"]
    ]
    problems += [
        f"stage {beat['stage']} has shown no sign of life since {beat['ran_at']:%H:%M:%S}"
        for beat in found["stages"]
        if now - beat["ran_at"] > ALIVE_WITHIN
    ]
    waiting = sum(states.get(deliveries.HELD, 0) for states in found["deliveries"].values())
    if waiting:
        problems.append(f"{waiting} deliveries wait for a person: sottovoce held list")
    # the team was told of each; a monitor need not cry for ever
    if found["refused_within_a_day"]:
        problems.append(f"{found['refused_within_a_day']} deliveries were refused within a day")
    return problems


def _draw(found: dict[str, Any]) -> None:
    out = terminal.out
    mode = (
        "[bold yellow]paused[/]" if found["paused"] else "[yellow]dry run[/]" if found["dry_run"] else "[green]live[/]"
    )
    out.print(f"Sottovoce is {mode}")
    table = Table("source", "state", "every", "lag", "last new", "heard", "late", title="Sources", title_justify="left")
    for source in found["sources"]:
        last = f"{source['last_new_at']:%d %b %H:%M:%S}" if source["last_new_at"] else "–"
        row = (
            f"{source['channel']} {source['name']}",
            source["state"],
            f"{source['every_s']} s",
            f"{source['lag_s']} s",
        )
        table.add_row(*row, last, str(source["heard"]), str(source["late"]))
    out.print(table)
    table = Table("what", "state", "count", title="Deliveries", title_justify="left")
    for kind, states in sorted(found["deliveries"].items()):
        for state, count in sorted(states.items()):
            table.add_row(kind, state, str(count))
    out.print(table)
    posts, cases = found["posts"], found["cases"]
    out.print(f"Posts: {posts['heard']} heard, {posts['judged']} judged, {posts['waiting']} on their way")
    out.print("Cases: " + (", ".join(f"{count} {state}" for state, count in cases.items()) or "none"))
    for row in found["money"]:
        limit = f" of {row['budget_usd']:.2f}" if row["budget_usd"] is not None else ""
        out.print(f"Spent this month on {row['channel']}: {row['spent_usd']:.3f}{limit} USD")
    for row in found["limited"]:
        out.print(f"{row['channel']} {row['endpoint']} rests until {row['until']:%H:%M:%S}: {row['why']}", markup=False)
    for headline in found["drift"]:
        out.print(f"Told within a week: {headline}. `sottovoce eval --corrections` says more.", markup=False)
    for problem in found["problems"]:
        out.print(f"• {problem}", style="bold red", markup=False)
