"""The command `score`: reads texts, judges them, writes what was found."""

from pathlib import Path

from app import terminal
from app.judging import make_judge
from app.reading import Bad, Row, read
from app.scoring import as_json, score
from app.settings import load
from domain.errors import SottovoceError
from domain.values import Verdict

COLOURS = {"urgent": "bold red", "complaint": "yellow", "question": "cyan", "praise": "green", "noise": "dim"}


def run_score(file: Path | None, *, settings: Path | None, policy: Path | None, as_json: bool) -> int:
    """Judge the texts of a file; by `settings`, where there are, as that team's judge does.

    Exit code 1 when some lines were no posts: they are told on standard error.
    """
    try:
        judge = make_judge(load(settings) if settings else None, own_policy=policy)
        items = list(read(file))
        rows = [item for item in items if isinstance(item, Row)]
        bad = [item for item in items if isinstance(item, Bad)]
        for row, verdict in terminal.progress(score(rows, judge), total=len(rows), what="Judging"):
            _show(row, verdict, machine=as_json)
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    for item in bad:
        terminal.err.print(f"line {item.line}: {item.why}; left out", markup=False)
    return 1 if bad else 0


def _show(row: Row, verdict: Verdict, *, machine: bool) -> None:
    if machine:
        terminal.print_json(as_json(row, verdict))
        return
    need = verdict.triage.need.value
    text = " ".join(row.text.split())
    terminal.out.print(f"[{COLOURS[need]}]{need:9}[/] {verdict.lang:3} {verdict.triage.reason}")
    terminal.out.print(f"          {text[:160]}{'…' if len(text) > 160 else ''}", markup=False, style="dim")  # noqa: PLR2004
