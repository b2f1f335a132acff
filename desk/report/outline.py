"""The report as an outline: sections of words, tables and quotes, the same for page, document and mail. No markup.

What matters most stands first: three sentences, what moved, what hurts. Every text is cleaned here, once; forms escape.
"""

from dataclasses import dataclass

from desk import phrases
from desk.report import numbers, outline_posts, outline_work
from desk.report.outline_values import Cell, Section, Tile, cell, plain
from desk.report.values import Figure, Report

_BRAND, _SENTENCE, _NOTE = 80, 600, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A report, ready to be set in any form."""

    title: str
    dates: str  # "9 to 15 November 2026"
    zone: str
    revision: str  # empty for the first
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]  # those with something to tell


def outline(report: Report) -> Outline:
    """Lay a report out. The same report gives the same outline."""
    week = report.week
    sections = (*outline_posts.sections(report), *outline_work.sections(report))
    return Outline(
        title=title(report),
        dates=numbers.dates(week),
        zone=week.zone,
        revision=revision(report),
        sentences=tuple(plain(sentence, _SENTENCE) for sentence in report.sentences),
        notes=tuple(plain(note, _NOTE) for note in report.notes),
        tiles=_tiles(report),
        sections=tuple(section for section in sections if section.told),
    )


def title(report: Report) -> str:
    """Name the report: "Nord Parcel, week 46 of 2026"."""
    return f"{plain(report.brand, _BRAND)}, week {report.week.number} of {report.week.year}"


def revision(report: Report) -> str:
    """Say that the report was made anew, and why; empty for the first."""
    if report.revision == 1:
        return ""
    why = phrases.one_line(report.revised, _NOTE)
    return f"Revision {report.revision}" + (f": {why}" if why else "")


def key_figures(report: Report) -> tuple[tuple[str, Figure], ...]:
    """Choose the figures everybody looks for first."""
    totals, answers = report.totals, report.answers
    return (
        ("Posts", totals.posts),
        ("Negative", totals.sentiment.negative),
        ("Cases opened", totals.cases),
        ("First answer, median", answers.first.median),
        ("Answered in time", answers.within_target),
        ("Resolved", totals.resolved),
        ("Promises kept", report.promises),
        ("Still waiting for a person", answers.unanswered),
    )


def _tiles(report: Report) -> tuple[Tile, ...]:
    return tuple(_tile(label, one) for label, one in key_figures(report))


def _tile(label: str, one: Figure) -> Tile:
    words = [numbers.moved(one)]
    if one.hits is not None and not one.too_small and one.value is not None:
        words.insert(0, f"{phrases.number(one.hits)} of {phrases.number(one.n)}")
    elif one.too_small and one.hits is None and one.n and one.value is not None:
        words.insert(0, f"of {numbers.plural(one.n, 'case')}")
    shown = cell(one, numbers.figure(one))
    return Tile(label=label, value=shown, aside=" · ".join(word for word in words if word))


__all__ = ["Cell", "Outline", "Section", "Tile", "key_figures", "outline", "revision", "title"]
