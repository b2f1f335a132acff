"""The letter's plain twin: the same as text that can be read, or read out, on its own. Pure; knows no markup."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill, indent

from desk.report.outline import Outline
from desk.report.outline_values import Cell, Item, Said, Section, Table, Tile, isolated

_WIDTH = 76  # columns; source: RFC 3676, 4.2


def write(laid: Outline, *, week: str, told: Mapping[str, str]) -> str:
    """Write the text; `told` is what stands in the pictures' stead, by their names."""
    parts = [
        "\n".join(
            map(_wrapped, (laid.title, f"{laid.dates} ({laid.zone})", *((laid.revision,) if laid.revision else ())))
        ),
        *(_wrapped(sentence) for sentence in laid.sentences),
        "\n".join(map(_tile, laid.tiles)),
        *(_wrapped(note) for note in laid.notes),
        *("\n\n".join(_section(section, told)) for section in laid.sections),
        _wrapped(f"The whole report, as page and document, lies in the report folder: sottovoce report --week {week}"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, told: Mapping[str, str]) -> Iterator[str]:
    yield f"{section.title.upper()}\n{'-' * len(section.title)}"
    yield from (_wrapped(line) for line in section.lead)
    if section.chart in told and not section.items:
        yield _wrapped(told[section.chart])
    yield from (_item(item) for item in section.items)
    yield from (_table(table) for table in section.tables if table.rows)
    yield from (_quote(quote) for quote in section.quotes)


def _item(item: Item) -> str:
    badge = {"worse": "Worse: ", "better": "Better: "}.get(item.mark, "") if not _measured(item) else ""
    name = _listed(f"* {badge}{isolated(item.name) if item.dir == 'rtl' else item.name}")
    facts = " · ".join(fact.text for fact in item.facts) if _measured(item) else ""
    lines = [name, *(indent(_wrapped(words, 2), "  ") for words in (facts, item.more) if words)]
    return "\n".join([*lines, *(indent(_quote(quote), "  ") for quote in item.quotes)])


def _measured(item: Item) -> bool:
    """Say whether the facts tell more than the name does."""
    return len(item.facts) > 1


def _quote(quote: Said) -> str:
    text = "\n".join(f"> {line}" for line in _wrapped(quote.text, 4).splitlines())
    return f"{text}\n  ({quote.source}{f', {quote.link}' if quote.link else ''})"


def _table(table: Table) -> str:
    return "\n".join((f"{table.name}:", *(_row(table.head, row) for row in table.rows)))


def _row(head: Sequence[str], row: Sequence[Cell]) -> str:
    told = [f"{name} {cell.text}".strip() if len(row) > 2 else cell.text for name, cell in zip(head[1:], row[1:])]  # noqa: B905, PLR2004
    return _listed(f"- {row[0].text}: {'; '.join(told)}")


def _tile(tile: Tile) -> str:
    return _listed(f"- {tile.label}: {tile.value.text}" + (f" ({tile.aside})" if tile.aside else ""))


def _wrapped(text: str, inset: int = 0, hanging: str = "") -> str:
    width = _WIDTH - inset
    lines = (
        fill(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
    return "\n".join(lines)


def _listed(text: str) -> str:
    return _wrapped(text, hanging="  ")
