"""The page: the whole report in one HTML file that asks no server for anything. Sends nothing.

Each figure links to the cases and posts behind it, at the page's end.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from desk.report import charts, numbers
from desk.report.outline import outline
from desk.report.templates import fill
from desk.report.typeset import FORMS
from desk.report.values import EVIDENCE, Figure, Report

LISTED = 500  # ids of one figure; a storm has thousands, and the command lists them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind one figure."""

    name: str
    label: str
    value: str
    cases: str  # "3, 7–12"
    posts: str
    more: bool  # not all are listed


def html(report: Report) -> str:
    """Write the page. The same report gives the same page."""
    laid = outline(report)
    evidence = {one.name: behind(one) for one in report.figures() if one.cases or one.posts}
    return fill(
        "page.html",
        report=laid,
        week=report.week.name,
        style=(FORMS / "page.css").read_text(encoding="utf-8"),
        charts={one.name: _shown(one) for one in charts.drawings(report)},
        evidence=evidence,
    )


def behind(one: Figure) -> Behind:
    """List what stands behind a figure, runs of ids shortened."""
    cases, posts = one.cases[:LISTED], one.posts[:LISTED]
    whole = one.n if one.hits is None else one.hits
    more = len(one.cases) > len(cases) or EVIDENCE <= len(posts) < whole
    return Behind(
        name=one.name, label=one.label, value=numbers.based(one), cases=runs(cases), posts=runs(posts), more=more
    )


def runs(ids: Iterable[int]) -> str:
    """Write ascending ids with runs shortened: "3, 7–12, 40"."""
    parts: list[list[int]] = []
    for number in ids:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("–".join(map(str, part)) for part in parts)


def _shown(one: charts.Drawing) -> dict[str, str]:
    return {"alt": one.alt, "light": _inline(one.light), "dark": _inline(one.dark)}


def _inline(drawing: bytes) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawing).decode('ascii')}"
