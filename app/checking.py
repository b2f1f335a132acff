"""The command `check`: every problem of the settings at once, then sign-in and permissions. Sends nothing."""

import os
from pathlib import Path
from typing import Any

from app import house, terminal
from app.judging import make_judge
from app.settings import Settings, connectors, load
from domain.clock import utc_now
from domain.errors import ConfigError, Refused, SottovoceError, Unavailable
from domain.ports import Probes
from domain.sending import Probe
from moderation.hub import told


def run_check(path: Path, *, as_json: bool) -> int:
    """Probe everything; returns 0 when all is well, 1 when something does not work, 2 when settings are wrong."""
    try:
        settings = load(path)
    except ConfigError as exc:
        if as_json:
            terminal.print_json({"settings": list(exc.problems), "probes": []})
            return 2
        raise terminal.fail(exc) from None
    findings = {
        "settings": [Probe(what="settings", ok=True, detail=f"{path} is complete")],
        "database": [_database(settings.database)],
        "model": [_model(settings)],
    }
    findings |= {name: _channel(name, table) for name, table in settings.channels.items()}
    ways = house.team(settings).items()
    findings |= {name: list(way.probe(now=utc_now())) for name, way in ways if isinstance(way, Probes)}
    if as_json:
        rows = [{"part": part, **_plain(probe)} for part, probes in findings.items() for probe in probes]
        terminal.print_json({"settings": [], "probes": rows})
    else:
        _draw(findings)
    return 0 if all(probe.ok for probes in findings.values() for probe in probes) else 1


def _channel(name: str, table: Any) -> list[Probe]:
    """Probe a channel; one that cannot even be made is a finding like any other."""
    try:
        channel = connectors()[name].connect(table, now=utc_now())
    except (Refused, Unavailable) as exc:
        remedy = exc.remedy if isinstance(exc, Refused) else "Try again in a while."
        return [Probe(what="sign-in", ok=False, detail=exc.why, remedy=remedy)]
    return list(channel.probe(now=utc_now())) if isinstance(channel, Probes) else []


def _database(path: Path) -> Probe:
    """See whether the file, and the lock and log beside it, can be written; makes nothing."""
    where = next(folder for folder in path.absolute().parents if folder.exists())
    fine = os.access(where, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
    detail = f"{path} can be written" if fine else f"{path} cannot be written"
    return Probe(what="database", ok=fine, detail=detail, remedy="Give Sottovoce's user a folder of its own.")


def _model(settings: Settings) -> Probe:
    try:
        version = make_judge(settings).version
    except SottovoceError as exc:
        own = settings.model.name or settings.model.heads
        return Probe(what="model", ok=False, detail=str(exc), remedy="" if own else "Install Sottovoce again.")
    return Probe(what="model", ok=True, detail=f"{told(version)}: loads, and the shipped files are the measured ones")


def _plain(probe: Probe) -> dict[str, object]:
    return {"what": probe.what, "ok": probe.ok, "detail": probe.detail, "remedy": probe.remedy}


def _draw(findings: dict[str, list[Probe]]) -> None:
    for part, probes in findings.items():
        terminal.out.print(f"[bold]{part}[/]")
        for probe in probes:
            mark = "[green]✓[/]" if probe.ok else "[red]✗[/]"
            terminal.out.print(f"  {mark} {probe.what}:", end=" ")
            terminal.out.print(probe.detail, markup=False)
            if not probe.ok and probe.remedy:
                terminal.out.print(f"      → {probe.remedy}", markup=False, style="yellow")
