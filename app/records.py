"""Rows of named cells out of CSV, TSV and JSON lines, in any encoding. Knows no meaning of a cell."""

import csv
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.reading import Bad, decode
from domain.errors import ConfigError
from moderation.measure.labels import plain

DELIMITERS = "\t;,|"
MOST_LINES = 200  # of one CSV row; a longer one began with a quotation mark that nobody closed
JSON_NAMES = frozenset({".json", ".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins on, and its cells by the column's name as compared, see `plain`."""

    line: int
    cells: Mapping[str, Any]


def read(path: Path | None, *, known: Collection[str]) -> list[Record | Bad]:
    """Read every row of `path`, or of standard input for None; a bad one is told in its place.

    `known` are names a column may have: among several delimiters that one is taken which parts the first line into
    most of them. Raises ConfigError when the file cannot be opened, is no text, or has no rows.
    """
    text = decode(_bytes(path))
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if not text.strip():
        raise ConfigError([f"{path or 'standard input'}: there is nothing to read in it, or it is no text"])
    as_json = (path is not None and path.suffix.lower() in JSON_NAMES) or text.lstrip()[:1] in {"{", "["}
    return list(_json(text) if as_json else _table(text.split("\n"), known))


def _bytes(path: Path | None) -> bytes:
    if path is None:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ConfigError([f"{path}: cannot be read: {exc.strerror}"]) from exc


def _json(text: str) -> Iterator[Record | Bad]:
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise ConfigError(["the file begins like a JSON list but is none"]) from exc
        yield from (_object(number, item) for number, item in enumerate(items, 1))
        return
    # only \n ends a line: a post may hold other line separators
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _object(number, json.loads(line))
            except (ValueError, RecursionError):
                yield Bad(number, "not JSON")


def _object(line: int, item: object) -> Record | Bad:
    if not isinstance(item, dict):
        return Bad(line, "not an object")
    return Record(line, {plain(name): value for name, value in item.items()})


def _table(lines: Sequence[str], known: Collection[str]) -> list[Record | Bad]:
    csv.field_size_limit(sys.maxsize)
    begin = next(at for at, line in enumerate(lines) if line.strip())
    delimiter = _delimiter(lines[begin], known)
    names = [plain(name) for name in next(csv.reader([lines[begin]], delimiter=delimiter))]
    ways = [csv.QUOTE_MINIMAL, *([csv.QUOTE_NONE] if delimiter == "\t" else [])]  # tools that write tabs rarely quote
    read_ways = [list(_rows(lines, begin + 1, names, delimiter, quoting)) for quoting in ways]
    return min(read_ways, key=lambda rows: sum(_is_odd(row, len(names)) for row in rows))


def _delimiter(first: str, known: Collection[str]) -> str:
    def parted(delimiter: str) -> tuple[int, int]:
        names = [plain(name) for name in next(csv.reader([first], delimiter=delimiter), [])]
        return sum(name in known for name in names), len(names)

    return max(DELIMITERS, key=parted)


def _rows(
    lines: Sequence[str], begin: int, names: Sequence[str], delimiter: str, quoting: Any
) -> Iterator[Record | Bad]:
    """Read rows from line `begin` (from 0); after a row that breaks the reader it starts anew on the next line."""
    at = begin
    while at < len(lines):
        reader = csv.reader((f"{lines[n]}\n" for n in range(at, len(lines))), delimiter=delimiter, quoting=quoting)
        begun, ended = at, 0
        try:
            for cells in reader:
                if reader.line_num - ended > MOST_LINES:
                    break
                if any(cell.strip() for cell in cells):
                    yield _row(begun + ended + 1, cells, names)
                ended = reader.line_num
            else:
                return
            yield Bad(begun + ended + 1, "a quotation mark that is never closed")
        except csv.Error:
            yield Bad(begun + ended + 1, "not a row of the table")
        at = begun + ended + 1


def _row(line: int, cells: Sequence[str], names: Sequence[str]) -> Record | Bad:
    if len(cells) > len(names):
        return Bad(line, f"more cells than the first line has names ({len(names)})")
    return Record(line, dict(zip(names, cells, strict=False)))


def _is_odd(row: Record | Bad, width: int) -> bool:
    return isinstance(row, Bad) or len(row.cells) < width
