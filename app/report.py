"""The command `report`: makes a week's report, shows it, and on request sends it or lists the cases behind a figure."""

import shutil
import webbrowser
from pathlib import Path

from sqlalchemy import Engine

from app import terminal
from app.opening import opened
from app.reporting import plan as plan_of
from desk.report import figures, kept, pains, plainly, press, publish
from desk.report import week as weeks
from desk.report.publish import Edition, Plan
from desk.report.values import Figure, Report, Week
from domain.clock import utc_now
from domain.errors import ConfigError
from storage.database import reading


def show_report(
    settings: Path,
    *,
    week: str | None,
    out: Path | None,
    open_page: bool,
    send: bool,
    as_json: bool,
) -> int:
    """Make the report of a week that is over, by default the last one. Exit code 1 when there is nothing to send."""
    now = utc_now()
    with opened(settings) as (read, engine):
        plan = plan_of(read)
        wanted = _week(week, plan)
        if now < wanted.end:
            raise terminal.fail(
                ConfigError([f"--week {wanted.name}: it is not over. Leave --week out for the last one."])
            )
        if send:
            edition = publish.publish(engine, wanted, plan=plan, now=now, again=True)
        else:
            edition = publish.make(engine, wanted, plan=plan, now=now)
    folder = _copied(edition, out)
    if as_json:
        terminal.print_json({**kept.plain(edition.pressed.report), "folder": str(folder), "sent": edition.promised})
    else:
        _draw(edition, folder, send=send)
    if open_page:
        webbrowser.open((folder / press.PAGE).absolute().as_uri())
    return 1 if send and not edition.promised else 0


def show_figure(settings: Path, name: str, *, week: str | None, cases: bool, as_json: bool) -> int:
    """Show one figure, or every figure whose name begins so, with the cases and posts behind it."""
    with opened(settings) as (read, engine):
        plan = plan_of(read)
        report = _whole(engine, _week(week, plan), plan)
    found = [figure for figure in report.figures() if figure.name == name]
    found = found or [figure for figure in report.figures() if figure.name.startswith(name)]
    if not found:
        near = ", ".join(sorted({figure.name.partition(".")[0] for figure in report.figures()}))
        raise terminal.fail(ConfigError([f"--figure {name}: there is none. Names begin with: {near}."]))
    if as_json:
        terminal.print_json([kept.plain(figure) for figure in found])
        return 0
    for figure in found:
        terminal.out.print(f"{figure.name}  {plainly.line(figure)}", markup=False)
        if cases:
            _draw_behind(figure)
    return 0


def _week(name: str | None, plan: Plan) -> Week:
    try:
        zone = plan.brand.zone
        return weeks.of_name(name, zone) if name else weeks.last_whole(utc_now(), zone)
    except ValueError as exc:
        raise terminal.fail(ConfigError([f"--week {exc}"])) from None


def _whole(engine: Engine, week: Week, plan: Plan) -> Report:
    with reading(engine) as db:
        return figures.whole(db, week, plan.brand, found=pains.find(db, week, brand=plan.brand.name))


def _copied(edition: Edition, out: Path | None) -> Path:
    """Put the files where the caller wants them as well; returns where to look."""
    if out is None:
        return edition.folder
    out.mkdir(parents=True, exist_ok=True)
    for file in edition.folder.iterdir():
        shutil.copy(file, out / file.name)
    return out


def _draw(edition: Edition, folder: Path, *, send: bool) -> None:
    terminal.out.print(plainly.text(edition.pressed.report), markup=False)
    terminal.err.print(f"Revision {edition.row.revision}, kept in {folder}", markup=False)
    if send:
        said = "On its way to the team." if edition.promised else "It was sent before, and nothing has changed since."
        terminal.err.print(said)


def _draw_behind(figure: Figure) -> None:
    for what, ids in (("cases", figure.cases), ("posts", figure.posts)):
        if ids:
            terminal.out.print(f"  {what}: {' '.join(map(str, ids))}", markup=False, soft_wrap=True)
