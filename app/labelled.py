"""Posts with labels out of a file of anybody's: finds the columns, maps the values, tells what it left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.reading import MAX_TEXT, Bad
from app.records import Record, read
from domain.errors import ConfigError
from moderation.measure import labels
from moderation.measure.heads import LABELS, WHY
from moderation.measure.labels import LEFT_OUT, Maps, plain
from moderation.measure.measuring import Sample

SHOWN = 5  # lines named of each kind of problem
LONGEST_VALUE = 40  # characters shown of an unknown label: what stands there may be a customer's words
LONGEST_LANG = 12  # characters
LONGEST_NAME, MOST_NAMES = 24, 30  # characters of a column's name, and names, that are shown
MANY = 50  # different unknown labels: then the column holds no labels at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the owner of a file says about it."""

    text: str = ""  # its column; empty: by its usual names
    heads: Mapping[str, str] = field(default_factory=dict)  # column -> head; an empty head is told by the values
    maps: Maps = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)  # column -> the value of the rows that count


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was left out, how often, and on which lines first."""

    why: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What a file holds that can be measured."""

    samples: tuple[Sample, ...]
    columns: Mapping[str, str]  # "text", "lang" or a head -> the column it was read from
    rows: int  # looked at, without those that `only` passes over
    left_out: tuple[Told, ...]  # rows
    unknown: tuple[Told, ...]  # labels; their rows count under their other heads


def read_labelled(path: Path | None, wanted: Wanted) -> Labelled:
    """Read labelled posts. Raises ConfigError with all that has to be asked for, or when nothing can be measured."""
    named = {plain(wanted.text), *wanted.heads, *wanted.only, *labels.every_column()}
    items = read(path, known=named)
    records = [item for item in items if isinstance(item, Record)]
    present = list(dict.fromkeys(name for record in records for name in record.cells))
    columns, problems = _columns(present, records, wanted)
    if problems:
        raise ConfigError(problems)
    return _Reader(columns, wanted.maps, records).read(items, wanted.only)


def _columns(present: Sequence[str], records: Sequence[Record], wanted: Wanted) -> tuple[dict[str, str], list[str]]:
    """Find what stands in which column: "text", "lang" or a head -> column; and what is wrong or must be asked for."""
    here = f"the file has {_shown(present)}"
    asked = {plain(wanted.text), *wanted.heads, *wanted.only} - {""}
    problems = [f"no column {name}: {here}" for name in sorted(asked) if name not in present]
    text = plain(wanted.text) or next((name for name in labels.columns_for("text") if name in present), "")
    if not text:
        problems.append(f"no column with the posts' text: {here}. Name it: --text COLUMN")
    lang = next((name for name in labels.columns_for("lang") if name in present), "")
    columns = {"text": text, **({"lang": lang} if lang else {})}
    found, asking = _heads([name for name in present if name not in {text, lang}], records, wanted)
    return {**columns, **found}, problems or asking


def _heads(present: Sequence[str], records: Sequence[Record], wanted: Wanted) -> tuple[dict[str, str], list[str]]:
    """Find each head's column: as its owner says, else by the columns' names, else by the values of a label column."""
    values = {name: [record.cells.get(name) for record in records] for name in present}
    by_name = {name: head for name in present if (head := labels.head_of_column(name))}
    usable = {name: head for name, head in by_name.items() if _means_something(head, values[name], wanted.maps)}
    unnamed = [name for name in labels.columns_for("any") if name in present][:1]
    chosen = dict(wanted.heads) or usable or dict.fromkeys(unnamed, "")
    columns: dict[str, str] = {}
    problems = []
    for name, said in chosen.items():
        given = [value for value in values.get(name, []) if value not in (None, "")]
        head = said or labels.head_of_column(name) or labels.head_of_values(map(_single, given), wanted.maps)
        codes = labels.unmapped_codes(head, list(map(_single, given)), wanted.maps) if head != WHY else []
        if codes:
            problems.append(_ask_codes(name, head, codes))
        elif head is None:
            problems.append(f"{name}: which head is it about? Say --label {name}=HEAD, one of {', '.join(_HEADS)}")
        else:
            columns.setdefault(head, name)
    if not chosen:
        problems.append(f"no column with labels: the file has {_shown(present)}. Name it: --label COLUMN=HEAD")
    return columns, problems


_HEADS = (*LABELS, WHY)


def _shown(names: Sequence[str]) -> str:
    """List columns; a long name is not said, for in a file without a first line of names it is a customer's words."""
    said = [name if len(name) <= LONGEST_NAME else f"({len(name)} characters)" for name in names[:MOST_NAMES]]
    return ", ".join(said) or "no columns"


def _means_something(head: str, values: Iterable[Any], maps: Maps) -> bool:
    """Say whether a column found by its name alone holds labels: any that is known, or a number to be asked about."""
    given = [_single(value) for value in values if value not in (None, "")]
    if head == WHY:
        return any(len(labels.reasons(value, maps)[1]) == 0 for value in values if value not in (None, ""))
    return any(labels.is_code(value) or labels.head_value(head, value, maps) is not None for value in given)


def _ask_codes(column: str, head: str | None, codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:8])
    about = f" --label {column}=HEAD" if head is None else ""
    example = f'--map "{codes[0]}={LABELS[head][0] if head else "negative"}"'
    return f"{column}: {shown} are numbers, and what they mean only you know: say it for each, such as{about} {example}"


def _single(value: Any) -> Any:
    """Take the one thing in a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class _Reader:
    """Reads rows one by one and keeps account of what is left out."""

    def __init__(self, columns: Mapping[str, str], maps: Maps, records: Sequence[Record]) -> None:
        self._columns, self._maps = columns, maps
        self._heads = {head: name for head, name in columns.items() if head not in {"text", "lang"}}
        sentiment = [record.cells.get(columns.get("sentiment", "")) for record in records]
        self._signed = labels.is_signed(map(_single, sentiment))
        self._left_out: dict[str, list[int]] = defaultdict(list)
        self._unknown: dict[tuple[str, str], list[int]] = defaultdict(list)

    def read(self, items: Iterable[Record | Bad], only: Mapping[str, str]) -> Labelled:
        samples, rows = [], 0
        for item in items:
            if isinstance(item, Record) and any(
                plain(item.cells.get(name, "")) != value for name, value in only.items()
            ):
                continue
            rows += 1
            found = Bad(item.line, item.why) if isinstance(item, Bad) else self._sample(item)
            if isinstance(found, Bad):
                self._left_out[found.why].append(found.line)
            else:
                samples.append(found)
        left_out = tuple(Told(why, len(lines), tuple(lines[:SHOWN])) for why, lines in self._left_out.items())
        unknown = self._tell_unknown()
        if not samples:
            reasons = [f"{told.why}: {told.count} rows" for told in (*left_out, *unknown)]
            raise ConfigError(["nothing in this file can be measured", *reasons])
        return Labelled(samples=tuple(samples), columns=self._columns, rows=rows, left_out=left_out, unknown=unknown)

    def _sample(self, record: Record) -> Sample | Bad:
        text = record.cells.get(self._columns["text"])
        if not isinstance(text, str) or not text.strip():
            return Bad(record.line, "no text")
        if len(text) > MAX_TEXT:
            return Bad(record.line, f"longer than {MAX_TEXT:,} characters")
        gold: dict[str, str] = {}
        for head, name in self._heads.items():
            gold |= self._gold(head, record.cells.get(name), record.line)
        if not gold:
            return Bad(record.line, "no label that is known")
        # a lone surrogate can be written in JSON but nowhere else
        plain_text = text.encode("utf-8", "replace").decode("utf-8")
        return Sample(
            line=record.line, text=plain_text, lang=_lang(record.cells.get(self._columns.get("lang", ""))), gold=gold
        )

    def _gold(self, head: str, value: Any, line: int) -> dict[str, str]:
        if head == WHY:
            if value is None:
                return {}
            found, unknown = labels.reasons(value, self._maps)
            for each in unknown:
                self._unknown[head, each].append(line)
            return {} if unknown else found
        value = _single(value)
        if value is None or value == [] or not str(value).strip():
            return {}
        label = labels.head_value(head, value, self._maps, signed=self._signed)
        if label is None:
            self._unknown[head, plain(value)].append(line)
        return {head: label} if label not in (None, LEFT_OUT) else {}

    def _tell_unknown(self) -> tuple[Told, ...]:
        by_count = sorted(self._unknown.items(), key=lambda item: -len(item[1]))
        told = []
        for (head, value), lines in by_count[:MANY]:
            shown = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
            told.append(Told(f"{self._heads[head]}: “{shown}” is no label of {head}", len(lines), tuple(lines[:SHOWN])))
        rest = [line for _, lines in by_count[MANY:] for line in lines]
        if rest:
            told.append(Told(f"{len(by_count) - MANY} other unknown labels", len(rest), tuple(rest[:SHOWN])))
        return tuple(told)


def _lang(value: Any) -> str | None:
    """Write a language as it is grouped: `pt-BR` and `pt_PT` are both Portuguese."""
    if not isinstance(value, str) or not value.strip():
        return None
    first = value.strip().lower().replace("_", "-").split("-")[0]
    return "".join(letter for letter in first if letter.isalnum())[:LONGEST_LANG] or None
