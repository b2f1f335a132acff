"""What an outline is made of: cells, tables, items, quotes, sections. Holds clean text; knows no markup."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk import phrases
from desk.report import numbers, typeset
from desk.report.values import Figure, Quote

_QUOTE = 600  # UTF-16 units: two posts of X
_CELL = 120
_FIRST, _POP, _LEFT = "\u2068", "\u2069", "\u200e"  # isolate by first letter, its end, left-to-right mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Words, or a figure's value with the figure's name, by which a form can link to what stands behind it."""

    text: str
    figure: str = ""
    mark: str = ""  # better, worse: never told by colour alone, the text says it too
    lang: str = "en"
    number: bool = False  # set flush right


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the figures everybody looks for first."""

    label: str
    value: Cell
    aside: str  # the base, and the week before where it differs by more than chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under one head; the first cell of a row names it."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A customer's words, masked and cleaned, in their language and direction."""

    text: str
    lang: str
    dir: str
    source: str  # "X, Wed 11 Nov, post 102"
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One pain point, or one thing that moved: a name, what is known of it, and customers' words."""

    name: str
    lang: str = "en"
    dir: str = "ltr"
    mark: str = ""
    facts: tuple[Cell, ...] = ()
    more: str = ""
    quotes: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the report."""

    key: str
    title: str
    lead: tuple[str, ...] = ()
    chart: str = ""  # a chart's name
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    quotes: tuple[Said, ...] = ()
    always: bool = False

    @property
    def told(self) -> bool:
        """Whether it has anything to tell."""
        return bool(self.always or self.items or self.quotes or any(table.rows for table in self.tables))


def plain(text: str, limit: int = _CELL) -> str:
    """Clean a text for any form, on one line."""
    return phrases.one_line(text, limit)


def isolated(text: str) -> str:
    """Keep a text's direction to itself, in a line that runs from left to right. Source: UAX #9, 2.7 and 6.3."""
    return f"{_LEFT}{_FIRST}{text}{_POP}"


def word(text: str, lang: str = "en", mark: str = "") -> Cell:
    """Make a cell of words."""
    return Cell(text=plain(text) or numbers.NOTHING, lang=lang, mark=mark)


def number(text: str) -> Cell:
    """Make a cell of a number that is no figure."""
    return Cell(text=text or numbers.NOTHING, number=True)


def cell(one: Figure, text: str = "") -> Cell:
    """Make a cell of a figure, by default with what it rests on."""
    return Cell(text=text or numbers.based(one), figure=one.name, mark=numbers.standing(one), number=True)


def said(quote: Quote, zone: str) -> Said:
    """Make a quote ready for any form; no link but to a web address is kept."""
    text = phrases.clean(quote.text, _QUOTE)
    return Said(
        text=text,
        lang=typeset.language(quote.lang),
        dir=typeset.direction(text),
        source=f"{phrases.channel(quote.channel)}, {moment(quote.at, zone)}",
        link=phrases.link(quote.link),
    )


def moment(at: datetime, zone: str) -> str:
    """Write a moment as the brand's clocks show it: "Wed 11 Nov, 09:12"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def period(begins: datetime, ends: datetime, zone: str) -> str:
    """Write from when to when: "Wed 11 Nov, 08:12 to 11:00"."""
    first, last = moment(begins, zone), moment(ends, zone)
    same, _, _ = first.rpartition(", ")
    return f"{first} to {last.removeprefix(f'{same}, ')}"
