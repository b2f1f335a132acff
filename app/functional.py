"""The command `eval --functional`: the product's own cases, judged by the model that is configured. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from app import terminal
from app.evaluating import write_page
from app.evaluating_tables import harmless
from app.judging import make_judge
from app.settings import load
from domain.errors import ConfigError, SottovoceError
from moderation.judge import Judge
from moderation.measure import fairness, functional, functioning
from moderation.measure.fairness import FIGURES, Gap
from moderation.measure.functional_card import FINDS_NOTHING, card, groups_of, percent, points, rate
from moderation.measure.functional_document import document
from moderation.measure.functional_page import by_capability, page
from moderation.measure.functioning import Functioning, silent

QUOTE = 160  # characters of a case
NARROW = {  # for eighty columns
    FINDS_NOTHING: "silent",
    "European": "Europe",
    "Arabic, Indic": "Ar./Ind.",
    "Southeast Asian": "SE Asia",
    "East Asian": "E Asia",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The words of the command line."""

    settings: Path | None = None
    policy: Path | None = None
    worst: int = 10  # cases to show for each ability
    as_json: bool = False
    markdown: bool = False
    html: Path | None = None
    alone: bool = True  # nothing was asked for that speaks of a file


def run_functional(wanted: Wanted) -> int:
    """Judge every case and every swap, and write what came of it. Exit code 0 whatever holds: it is a measurement."""
    try:
        if not wanted.alone:
            raise ConfigError(["--functional brings its own cases: leave FILE and what speaks of its columns away"])
        judge = make_judge(load(wanted.settings) if wanted.settings else None, own_policy=wanted.policy)
        found, gaps = measure(judge)
        if wanted.html:
            write_page(wanted.html, page(found, gaps))
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if wanted.as_json:
        terminal.print_json(document(found, gaps))
    elif wanted.markdown:
        terminal.out.print(card(found, gaps), end="", markup=False, soft_wrap=True)
    else:
        _draw(found, gaps, wanted.worst)
    if wanted.html:
        terminal.err.print(f"The page is {wanted.html}.", markup=False, soft_wrap=True)
    return 0


def measure(judge: Judge) -> tuple[Functioning, tuple[Gap, ...]]:
    """Judge every case and every swap, each alone, then two checks: of readers, and of company in a batch."""
    cases, swaps = functional.load(), fairness.load()
    asked = functioning.subjects(cases), fairness.subjects(swaps)
    told = [
        list(terminal.progress(functioning.alone(subjects, judge), total=len(subjects), what=what))
        for subjects, what in zip(asked, ("Cases", "Fairness"), strict=True)
    ]
    gaps = (*fairness.gaps(swaps, told[1]), fairness.readers(swaps, judge), fairness.company(swaps, judge))
    return functioning.hold(cases, told[0]), gaps


def _draw(found: Functioning, gaps: Sequence[Gap], worst: int) -> None:
    out = terminal.out
    out.print(f"[bold]{found.whole.n} cases[/], {rate(found.whole)} hold; {found.model}, policy {found.policy}")
    out.print(_capabilities(found))
    by_language = (f"{lang} {one.passed}/{one.n}" for lang, one in found.by_language().items())
    out.print(f"By language: {', '.join(by_language)}", markup=False)
    out.rule("[bold]Fairness[/]  gaps in points of a hundred, mean / worst post", align="left")
    out.print(_fairness(gaps))
    for name, results in by_capability(found.failed).items():
        shown = results[:worst]
        if shown:
            out.print(f"Do not hold, {name}: {len(shown)} of {len(results)}", style="bold")
        for each in shown:
            text = " ".join(each.case.text.split())
            cut = text if len(text) <= QUOTE else text[:QUOTE] + "…"
            out.print(f"  {each.case.id}: {'; '.join(each.broken)}", markup=False)
            out.print(Text(f"    {harmless(cut)}", style="dim"))


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=number > 0)
    return table


def _capabilities(found: Functioning) -> Table:
    groups, nothing = groups_of(found), silent(found)
    table = _table("ability", "%", *(NARROW.get(name, name) for name in (FINDS_NOTHING, "all", *groups)))
    for name, row in found.by_capability().items():
        whole = found.of_capability(name)
        held = (whole, *(row.get(group) for group in groups))
        shares = (percent(whole), percent(nothing.of_capability(name)))
        table.add_row(name, *shares, *(f"{one.passed}/{one.n}" if one else "–" for one in held))
    return table


def _fairness(gaps: Sequence[Gap]) -> Table:
    table = _table("swapped", "lang", "posts", *FIGURES)
    for gap in gaps:
        cells = (f"{points(gap.mean[name])}/{points(gap.worst[name].gap)}" for name in FIGURES)
        table.add_row(gap.about, gap.lang, str(gap.posts), *cells)
    return table
