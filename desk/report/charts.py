"""Charts: the report's pictures, drawn from its values by our Typst templates. Decides nothing, sends nothing.

Colours: vermilion for what hurts, blues for the rest, greys between; vermilion and blue of Okabe and Ito's palette for
colour-blind readers, moved apart in lightness so that they also differ in grey. Nothing is told by colour alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.report import charts_more, charts_pains, charts_words, typeset
from desk.report.values import Picture, Report

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1b1f27",
    "soft": "#565d6b",
    "grid": "#c9ced6",
    "line": "#0b5c8f",
    "negative": "#b84a00",
    "neutral": "#c6ccd5",
    "band": "#d9e8f4",
    "bandline": "#7fb2d6",
}
DARK: Mapping[str, str] = {
    "paper": "#171b22",
    "ink": "#eceff4",
    "soft": "#adb5c3",
    "grid": "#47505f",
    "line": "#8ccbf2",
    "negative": "#f28a4b",
    "neutral": "#4d5666",
    "band": "#223c52",
    "bandline": "#4f86ab",
}
_Data = Callable[[Report], dict[str, Any]]
_CHARTS: Mapping[str, _Data] = {
    "days": charts_more.days,
    "pains": charts_pains.pains,
    "answers": charts_more.answers,
    "groups": charts_more.groups,
    "funnel": charts_more.funnel,
}
NAMES = tuple(_CHARTS)
_TELLS: Mapping[str, Callable[[Report], bool]] = {
    "days": lambda _: True,
    "pains": lambda report: bool(charts_pains.alive(report)),
    "answers": lambda report: bool(report.answers.first.median.n or report.answers.resolution.median.n),
    "groups": lambda report: bool(report.channels or report.languages),
    "funnel": lambda report: any(step.reached.value for step in report.funnel),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One chart as drawings for light and dark paper."""

    name: str
    title: str
    alt: str
    light: bytes = field(repr=False)
    dark: bytes = field(repr=False)


def names(report: Report) -> tuple[str, ...]:
    """Name the charts that have something to tell; the days always have, a week of silence too."""
    return tuple(name for name in NAMES if _TELLS[name](report))


def pictures(report: Report) -> tuple[Picture, ...]:
    """Draw these charts as a picture for room and mail: 1080 pixels wide, to be shown at 360 or more."""
    return tuple(
        Picture(
            name=name,
            title=charts_words.title(name, report),
            alt=charts_words.alt(name, report),
            png=typeset.png("picture.typ", values(name, report)),
        )
        for name in names(report)
    )


def drawings(report: Report) -> tuple[Drawing, ...]:
    """Draw these charts for the page."""
    return tuple(
        Drawing(
            name=name,
            title=charts_words.title(name, report),
            alt=charts_words.alt(name, report),
            light=typeset.svg("picture.typ", values(name, report)),
            dark=typeset.svg("picture.typ", values(name, report, DARK)),
        )
        for name in names(report)
    )


def values(name: str, report: Report, theme: Mapping[str, str] = LIGHT) -> dict[str, Any]:
    """Give what a template needs to draw one chart."""
    title = typeset.drawable(charts_words.title(name, report))
    return {"chart": name, "title": title, "theme": dict(theme), "data": {"title": title, **_CHARTS[name](report)}}
