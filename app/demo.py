"""The command `demo`: a busy hour of an invented brand, in about a minute, against look-alikes on this machine."""

import logging
import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.live import Live

from app import house, terminal
from app.demo_books import draw_summary, settle
from app.demo_view import View
from app.judging import make_judge
from app.schedule import Schedule
from app.settings import build
from domain.clock import monotonic
from domain.errors import SottovoceError
from sandbox.graph import Graph
from sandbox.scenario import BUSY_HOUR
from sandbox.world import World

TICK = timedelta(milliseconds=100)  # of real time: the hour runs much faster than life
LOOK = 0.2  # seconds between two looks at what happened
POLL = 150.0  # seconds of scenario time between two looks at a Page: every one costs this machine a request
PATIENCE = timedelta(minutes=2)  # real time after the last scene for everything to come to rest


def play(folder: Path, *, keep: bool, port: int, speed: float) -> int:
    """Play the hour; returns 0 only if the books balance, 1 otherwise."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    logging.basicConfig(
        filename=folder / "demo.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        judge = make_judge()
        with World(scenario=BUSY_HOUR, speed=speed, port=port, drive=False) as world:
            settings = build(_settings(world, folder), environment={})
            built = house.build(settings, clock=world.clock, monotonic=lambda: monotonic() * speed)
            house.prepare(built)
            _write_settings(folder)
            schedule = Schedule(built.engine, house.stages(built, judge, tick=TICK), clock=world.clock)
            socket = house.socket(built)
            schedule.start()
            if socket:
                socket.start()
            _watch(world, built)
            account = settle(world, built)
            draw_summary(account, world, folder, keep=keep)
            if keep:
                _stay()
            if socket:
                socket.stop()
            schedule.stop()
            house.close(built)
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    return 0 if account.balances else 1


def _settings(world: World, folder: Path) -> dict[str, Any]:
    signed = world.x.credentials
    return {
        "brand": "Nord Parcel",
        "timezone": "Europe/Berlin",
        "database": str((folder / "sottovoce.db").resolve()),
        "dry_run": False,
        "approval": "none",
        "privacy_url": "",
        "budget_usd": {"x": 25.0},
        "personal_data": {"regions": ["DE", "US", "GB"], "patterns": [{"kind": "order", "regex": r"NP-?\d{6}"}]},
        "x": {
            "api_base": world.x.base_url,
            "handle": world.x.brand.username,
            "user_id": world.x.brand.id,
            "searches": ['("nord parcel" OR nordparcel OR #nordparcel)'],
            "owns_app": True,
            "consumer_key": signed.consumer_key,
            "consumer_secret": signed.consumer_secret,
            "access_token": signed.access_token,
            "access_token_secret": signed.access_token_secret,
        },
        **_meta(world.graph),
        "slack": {
            "bot_token": world.slack.token,
            "app_token": world.slack.app_token,
            "api_base": world.slack.base_url,
            "room": world.slack.alerts.id,
            "cases_room": world.slack.cases.id,
        },
    }


def _meta(graph: Graph) -> dict[str, Any]:
    signed = graph.credentials
    page = {
        "api_base": graph.base_url,
        "page_id": graph.page.id,
        "access_token": signed.page_token,
        "app_id": signed.app_id,
        "app_secret": signed.app_secret,
        "human_agent": True,
        "inbox_every": POLL,
        "comments_every": POLL,
        "tags_every": POLL,
    }
    return {
        "facebook": {**page, "posts_every": POLL, "reviews_every": POLL},
        "instagram": {**page, "user_id": graph.instagram.id, "handle": graph.instagram.username},
    }


def _write_settings(folder: Path) -> None:
    """Leave settings behind with which `cases`, `status` and `held` can look at the demo's database."""
    (folder / "sottovoce.toml").write_text(
        'brand = "Nord Parcel"\ndatabase = "sottovoce.db"\n\n# only for looking: these keys open nothing\n'
        '[x]\nhandle = "NordParcel"\nbearer_token = "sandbox"\n',
        "utf-8",
    )


def _watch(world: World, built: house.House) -> None:
    """Show what happens until the scenario has played and everything has come to rest, or patience ends."""
    view = View(world, built.engine)
    pause = threading.Event()
    rest_by = None
    world.play()
    with Live(view.frame(), console=terminal.out, refresh_per_second=5, transient=True) as live:
        while True:
            pause.wait(LOOK)
            for line in view.news():
                live.console.print(line)
            live.update(view.frame())
            if view.at_rest() or (rest_by and monotonic() > rest_by):
                break
            if world.over() and not rest_by:
                rest_by = monotonic() + PATIENCE.total_seconds()


def _stay() -> None:
    terminal.out.print("\nStays up until Ctrl-C.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        terminal.out.print("Bye.")
