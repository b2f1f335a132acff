"""The command `run`: everything, until somebody stops it."""

import logging
import signal
import threading
from pathlib import Path

from app import house, terminal
from app.judging import make_judge
from app.schedule import Schedule
from app.settings import load
from domain.errors import SottovoceError
from moderation.hub import told
from storage.lock import sole_owner


def run_until_stopped(path: Path) -> int:
    """Run the house until Ctrl-C or SIGTERM; what is being sent then comes to its end first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    try:
        settings = load(path)
        with sole_owner(settings.database):
            built = house.build(settings)
            house.prepare(built)
            judge = make_judge(settings)
            schedule = Schedule(built.engine, house.stages(built, judge), clock=built.clock)
            socket = house.socket(built)
            if built.pushed:
                built.pushed.start()
            schedule.start()
            if socket:
                socket.start()
            _say(built, judged_by=told(judge.version))
            stopping.wait()
            terminal.err.print("Stopping: what is on its way comes to its end …")
            if built.pushed:
                built.pushed.stop()
            if socket:
                socket.stop()
            schedule.stop()
            house.close(built)
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    return 0


def _say(built: house.House, *, judged_by: str) -> None:
    mode = (
        "dry run: nothing reaches a customer" if built.conduct.dry_run else f"live, approval: {built.conduct.approval}"
    )
    names = ", ".join(built.channels)
    terminal.err.print(f"Sottovoce listens for [bold]{built.conduct.brand}[/] on {names} ({mode}). Ctrl-C stops it.")
    terminal.err.print(f"Posts are judged by {judged_by}.", markup=False)
