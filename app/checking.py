"""The command `check`: every problem of the settings at once, then sign-in and permissions. Sends nothing."""

from pathlib import Path

from app import house, terminal
from app.judging import make_judge
from app.settings import Settings, load
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from domain.ports import Probes
from domain.sending import Probe


def run_check(path: Path, *, as_json: bool) -> int:
    """Probe everything; returns 0 when all is well, 1 when something does not work, 2 when settings are wrong."""
    try:
        settings = load(path)
        built = house.build(settings)
    except ConfigError as exc:
        if as_json:
            terminal.print_json({"settings": list(exc.problems), "probes": []})
            return 2
        raise terminal.fail(exc) from None
    findings = {
        "settings": [Probe(what="settings", ok=True, detail=f"{path} is complete")],
        "model": [_model(settings)],
    }
    parts = {**built.channels, **built.carriers}
    findings |= {name: list(part.probe(now=utc_now())) for name, part in parts.items() if isinstance(part, Probes)}
    house.close(built)
    if as_json:
        rows = [{"part": part, **_plain(probe)} for part, probes in findings.items() for probe in probes]
        terminal.print_json({"settings": [], "probes": rows})
    else:
        _draw(findings)
    return 0 if all(probe.ok for probes in findings.values() for probe in probes) else 1


def _model(settings: Settings) -> Probe:
    try:
        version = make_judge(settings).version
    except SottovoceError as exc:
        return Probe(what="model", ok=False, detail=str(exc), remedy="Install Sottovoce again.")
    return Probe(what="model", ok=True, detail=f"{version} loads and its checksums are right")


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
