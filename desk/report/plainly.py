"""The report in plain words, for terminals: every figure as a line. Draws nothing."""

from desk.report import numbers
from desk.report.values import Figure, Report, Unit

_SHOWN = (
    "posts",
    "customers",
    "sentiment.",
    "cases.",
    "answer.",
    "first_contact",
    "promises.",
    "funnel.",
    "effort.",
    "abuse.",
    "bot.",
)


def text(report: Report) -> str:
    """Write the whole report as lines."""
    week = report.week
    lines = [f"{report.brand}, {week.name} ({numbers.dates(week)}, {week.zone})"]
    if report.revised:
        lines.append(f"Revision {report.revision}: {report.revised}")
    lines += ["", *report.sentences, *report.notes, ""]
    lines += [line(figure) for figure in report.figures() if figure.name.startswith(_SHOWN) and _tells(figure)]
    return "\n".join(lines) + "\n"


def _tells(figure: Figure) -> bool:
    return bool(figure.value if figure.unit is Unit.COUNT else figure.n) or figure.note == "not asked"


def line(figure: Figure) -> str:
    """Write a figure as a line."""
    return f"{figure.label}: {numbers.based(figure)}"
