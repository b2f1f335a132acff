"""The page of functional cases and fairness: one file that asks no server for anything. Computes no figure."""

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from moderation.measure import functional_card as card
from moderation.measure.fairness import FIGURES, Gap
from moderation.measure.functional import CAPABILITIES
from moderation.measure.functioning import Functioning, Result, silent
from moderation.measure.page import FORMS


def page(found: Functioning, gaps: Sequence[Gap]) -> str:
    """Set the page. Whatever is put in is escaped."""
    return (
        _environment()
        .get_template("functional.html")
        .render(
            found=found,
            nothing=silent(found),
            gaps=gaps,
            groups=card.groups_of(found),
            failed=by_capability(found.failed),
            style=(FORMS / "page.css").read_text("utf-8"),
        )
    )


def by_capability(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Part results by ability, in the order abilities are told in; what has none is left out."""
    parts = {name: [one for one in results if one.case.capability == name] for name in CAPABILITIES}
    return {name: part for name, part in parts.items() if part}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FORMS), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(
        rate=card.rate, percent=card.percent, points=card.points, CAPABILITIES=CAPABILITIES, FIGURES=FIGURES
    )
    return made
