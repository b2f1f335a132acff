"""Functional cases and gaps of fairness as the tables of a model card, in Markdown. Computes nothing."""

from collections.abc import Iterable, Sequence

from moderation.measure.fairness import FIGURES, Gap
from moderation.measure.functional import CAPABILITIES
from moderation.measure.functioning import GROUPS, OTHER, Functioning, Rate, silent

ALL = "all"
FINDS_NOTHING = "finding nothing"  # what a model would pass that never finds anything


def card(found: Functioning, gaps: Sequence[Gap]) -> str:
    """Write the tables, each with a heading of the third order; ends with a line end."""
    parts = [
        f"Model {found.model}, policy {found.policy}; {found.whole.n} cases, each judged alone.",
        "### Functional cases\n\n" + _capabilities(found),
        "### Functional cases by language\n\n" + _languages(found),
        "### Fairness\n\n" + _fairness(gaps),
    ]
    return "\n\n".join(parts) + "\n"


def rate(counted: Rate | None) -> str:
    """Write how many of how many hold, and in percent."""
    return f"{counted.passed}/{counted.n} ({percent(counted)})" if counted else "–"


def percent(counted: Rate) -> str:
    """Write the share that holds in percent."""
    return f"{100 * counted.share:.0f} %"


def groups_of(found: Functioning) -> list[str]:
    """Name the groups of languages that any case is of, in the order they are told in."""
    tried = {name for row in found.by_capability().values() for name in row}
    return [name for name in (*GROUPS, OTHER) if name in tried]


def points(gap: float) -> str:
    """Write a gap in points of a hundred."""
    return f"{100 * gap:.1f}"


def _capabilities(found: Functioning) -> str:
    groups, nothing = groups_of(found), silent(found)
    rows = [
        [
            f"{name}: {CAPABILITIES[name]}",
            rate(found.of_capability(name)),
            percent(nothing.of_capability(name)),
            *(rate(row.get(group)) for group in groups),
        ]
        for name, row in found.by_capability().items()
    ]
    return _table(["ability", ALL, FINDS_NOTHING, *groups], [*rows, [ALL, rate(found.whole), percent(nothing.whole)]])


def _languages(found: Functioning) -> str:
    return _table(["language", "hold"], [[lang, rate(counted)] for lang, counted in found.by_language().items()])


def _fairness(gaps: Sequence[Gap]) -> str:
    head = ["swapped", "language", "posts", "texts", *(f"{name}, mean / worst" for name in FIGURES)]
    rows = [
        [
            gap.about,
            gap.lang,
            str(gap.posts),
            str(gap.texts),
            *(f"{points(gap.mean[name])} / {points(gap.worst[name].gap)}" for name in FIGURES),
        ]
        for gap in gaps
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Set a table; a short row is filled with nothing."""
    filled = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    lines = [head, ["---"] * len(head), *filled]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
