"""The page of functional cases and fairness: one file that asks no server for anything. Computes no figure."""

from collections.abc import Sequence

from moderation.measure import functional_card as card
from moderation.measure.fairness import FIGURES, Gap
from moderation.measure.functional import CAPABILITIES
from moderation.measure.functioning import Functioning, Result, silent
from moderation.measure.page import render


def page(found: Functioning, gaps: Sequence[Gap]) -> str:
    """Set the page. Whatever is put in is escaped."""
    return render(
        "functional.html",
        found=found,
        nothing=silent(found),
        gaps=gaps,
        groups=card.groups_of(found),
        failed=by_capability(found.failed),
        rate=card.rate,
        percent=card.percent,
        points=card.points,
        CAPABILITIES=CAPABILITIES,
        FIGURES=FIGURES,
    )


def by_capability(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Part results by ability, in the order abilities are told in; what has none is left out."""
    parts = {name: [one for one in results if one.case.capability == name] for name in CAPABILITIES}
    return {name: part for name, part in parts.items() if part}
