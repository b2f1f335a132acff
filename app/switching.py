"""Turns the stop switch: every worker obeys it from its next claim on."""

from pathlib import Path

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from storage import switches
from storage.database import writing


def turn(settings: Path, *, paused: bool, by: str, why: str) -> int:
    """Stop or release what goes to customers; returns the exit code."""
    with opened(settings) as (_, engine), writing(engine) as db:
        switches.turn(db, switches.PAUSED, on=paused, by=by, why=why, now=utc_now())
        # an account the platform had stopped may send again: whoever resumes has mended it
        for switch in [] if paused else switches.turned_on(db):
            switches.turn(db, switch.name, on=False, by=by, why="resumed", now=utc_now())
    if paused:
        terminal.out.print("[bold yellow]Paused.[/] Nothing goes to any customer. Listening and alerts go on.")
        terminal.out.print("Go on with: sottovoce resume")
    else:
        terminal.out.print("[bold green]Goes on.[/] What has become too old meanwhile is not sent.")
    return 0
