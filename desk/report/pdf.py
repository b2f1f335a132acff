"""The document: the report as a PDF to keep, set by Typst. Sends nothing.

It is tagged for screen readers (PDF/UA-1), its text can be selected, and no clock goes into it. The same words as
plain text are attached: what readers of PDF copy out of complex scripts is not always what was written.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from desk import phrases
from desk.report import charts, charts_words, letter_plain, typeset
from desk.report.outline import Outline, outline
from desk.report.outline_values import Cell, Item, Said, Section, Table, Tile
from desk.report.values import Report

_BRAND = 80


def pdf(report: Report) -> bytes:
    """Set the document. The same report gives the same bytes."""
    return typeset.pdf("report.typ", values(report))


def values(report: Report) -> dict[str, Any]:
    """Give what the template needs. All words are made drawable: a font's gaps show as boxes, never as errors."""
    laid = outline(report)
    return {
        **_head(laid),
        "brand": typeset.drawable(phrases.one_line(report.brand, _BRAND)),
        "footer": typeset.drawable(f"{laid.title} · revision {report.revision}"),
        "closing": f"The cases behind each figure: sottovoce report --week {report.week.name} --figure NAME --cases",
        "plain": letter_plain.write(laid, week=report.week.name, told=charts_words.alts(charts.names(report), report)),
        "theme": dict(charts.LIGHT),
        "charts": {name: _chart(name, report) for name in charts.names(report)},
        "tiles": [_tile(tile) for tile in laid.tiles],
        "sections": [_section(section) for section in laid.sections],
    }


def _head(laid: Outline) -> dict[str, Any]:
    return {
        "title": typeset.drawable(laid.title),
        "dates": laid.dates,
        "zone": laid.zone,
        "revision": typeset.drawable(laid.revision),
        "sentences": [typeset.drawable(sentence) for sentence in laid.sentences],
        "notes": [typeset.drawable(note) for note in laid.notes],
    }


def _chart(name: str, report: Report) -> dict[str, Any]:
    return {"alt": charts_words.alt(name, report), "data": charts.values(name, report)["data"]}


def _tile(tile: Tile) -> dict[str, str]:
    return {"label": tile.label, "value": tile.value.text, "aside": tile.aside, "mark": tile.value.mark}


def _section(section: Section) -> dict[str, Any]:
    badges = section.key == "moved"
    return {
        "title": section.title,
        "lead": [typeset.drawable(line) for line in section.lead],
        "chart": section.chart,
        "items": [_item(item, badges=badges) for item in section.items],
        "tables": [_table(table) for table in section.tables if table.rows],
        "quotes": _quotes(section.quotes),
    }


def _item(item: Item, *, badges: bool) -> dict[str, Any]:
    return {
        **typeset.run(item.name, item.lang),
        "mark": item.mark,
        "badge": item.mark if badges else "",
        "facts": [] if badges else [_cell(fact) for fact in item.facts],
        "more": typeset.drawable(item.more),
        "quotes": _quotes(item.quotes),
    }


def _quotes(quotes: Sequence[Said]) -> list[dict[str, str]]:
    return [{**asdict(quote), "text": typeset.drawable(quote.text)} for quote in quotes]


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "head": list(table.head),
        "numbers": [cell.number for cell in table.rows[0]],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"text": typeset.drawable(cell.text), "mark": cell.mark}
