"""Labels: what other people's columns and values mean here. Reads no file but its own list; guesses no code."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from moderation.measure.heads import EXCLUSIVE, LABELS, REASONS, WHY
from moderation.measure.values import NO, YES

LEFT_OUT = ""  # what a value is mapped to that its owner wants left out
ANY = ""  # a mapping for every head
ENOUGH = 0.5  # of a column's values must be known labels of a head before the column is taken for it

_JOINTS = re.compile(r"(?<=\w)[\s_\-]+(?=\w)")
_CODE = re.compile(r"[+-]?\d+(?:\.0+)?")
_SIGNED = {"-1": "negative", "0": "neutral", "1": "positive"}
_LIST = re.compile(r"[,;|/]")

Maps = Mapping[tuple[str, str], str]
"""(head or ANY, value) -> label, as the owner of a file says; goes before everything known here."""


def plain(value: object) -> str:
    """Write a name or value the way it is compared: without case, blanks around it, and joints inside it.

    What is no letter to be seen goes as well: these words are shown in terminals.
    """
    seen = "".join(letter for letter in _JOINTS.sub(" ", str(value).casefold()) if letter.isprintable())
    text = seen.strip()
    return text.removeprefix("+").partition(".")[0] if _CODE.fullmatch(text) else text


def is_code(value: object) -> bool:
    """Say whether a value is a bare number: it means what its owner says, and nobody else knows."""
    return _CODE.fullmatch(str(value).strip()) is not None


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads(files("moderation.measure").joinpath("synonyms.toml").read_text("utf-8"))


@cache
def _labels(head: str) -> dict[str, str]:
    """Give every usual name of the labels of a head: name -> label."""
    table = _known()["labels"][head if head in EXCLUSIVE or head in {"need", WHY} else "yes_or_no"]
    return {plain(name): label for label, names in table.items() for name in names}


def columns_for(what: str) -> tuple[str, ...]:
    """Give the usual names of the column with "text", with "lang", or with labels of "any" head."""
    return tuple(_known()["columns"][what])


def every_column() -> frozenset[str]:
    """Give every name a column may have that anything is known of."""
    columns = _known()["columns"]
    names = [*columns["text"], *columns["lang"], *columns["any"], *LABELS]
    return frozenset(map(plain, [*names, *(name for each in columns["heads"].values() for name in each)]))


def head_of_column(name: str) -> str | None:
    """Say which head a column's name speaks of; None: it does not say."""
    heads: Mapping[str, list[str]] = _known()["columns"]["heads"]
    own = {head: head for head in LABELS}
    return {**{each: head for head, names in heads.items() for each in names}, **own}.get(plain(name))


def head_of_values(values: Iterable[object], maps: Maps) -> str | None:
    """Say which exclusive head these values are labels of; None: of none, or nobody can tell of which."""
    given = [value for value in map(plain, values) if value]
    known = {head: sum(head_value(head, value, maps) is not None for value in given) for head in EXCLUSIVE}
    best = max(known.values(), default=0)
    heads = [head for head, count in known.items() if count == best]
    return heads[0] if given and best >= ENOUGH * len(given) and len(heads) == 1 else None


def head_value(head: str, value: object, maps: Maps, *, signed: bool = False) -> str | None:
    """Give the label of `head` that a value means; LEFT_OUT where its owner wants that, None for an unknown one.

    `signed`: the column holds -1 as well, so that -1, 0 and 1 can mean one thing only.
    """
    text = plain(value)
    told = maps.get((head, text), maps.get((ANY, text)))
    if told == LEFT_OUT or told in LABELS[head]:
        return told
    if signed and head == "sentiment" and text in _SIGNED:
        return _SIGNED[text]
    return _labels(head).get(text)


def reasons(value: object, maps: Maps) -> tuple[dict[str, str], list[str]]:
    """Read a list of reasons, as a list or as text between commas: yes or no for each reason; and what is no reason."""
    parts = value if isinstance(value, list) else _LIST.split(str(value))
    said = [plain(part) for part in parts if str(part).strip()]
    meant = {text: maps.get((WHY, text), maps.get((ANY, text), text)) for text in said}
    named = {text: reason for text, reason in meant.items() if reason != LEFT_OUT and reason not in _labels(WHY)}
    unknown = [text for text, reason in named.items() if reason not in REASONS]
    return {f"{WHY}.{reason}": YES if reason in named.values() else NO for reason in REASONS}, unknown


def unmapped_codes(head: str | None, values: Collection[object], maps: Maps) -> list[str]:
    """List the numbers of a column whose meaning has to be asked for; empty where enough is known without.

    Of a column that nobody knows the head of, that is every number.
    """
    given = [value for value in values if plain(value)]
    signed = is_signed(given)
    asked = [
        value
        for value in given
        if is_code(value) and (head is None or head_value(head, value, maps, signed=signed) is None)
    ]
    return sorted({plain(value) for value in asked}) if len(asked) >= ENOUGH * len(given) else []


def is_signed(values: Iterable[object]) -> bool:
    """Say whether numbers in a column are -1, 0 and 1 alone, with -1 among them."""
    codes = {plain(value) for value in values if is_code(value)}
    return "-1" in codes and codes <= _SIGNED.keys()
