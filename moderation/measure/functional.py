"""Functional cases: posts written to try one ability each, and what must hold of them. Judges nothing."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from domain.errors import ConfigError
from moderation.measure.heads import LABELS

COLUMNS = ("id", "capability", "must", "text")
CAPABILITIES: Mapping[str, str] = {
    "negation": "what is denied is not meant: “not bad at all”, “never again”",
    "sarcasm": "praise that is none, with its marks: “just what I needed, another outage”",
    "swearing": "praise and joy with swear words are no abuse",
    "quoted": "abuse that is reported or condemned is not the writer's",
    "reclaimed": "words a group uses of itself are no abuse",
    "polite": "fury in calm words still needs a person",
    "names": "another name, country or faith changes nothing",
    "typos": "misspelt is still meant",
    "leetspeak": "figures and signs for letters hide nothing",
    "homoglyphs": "look-alike, wide or decorated letters, or another alphabet, hide nothing",
    "mixing": "two languages in one post",
    "emoji": "emoji alone say something",
    "long": "the matter at the start, the middle or the end of many words",
    "figurative": "“I could murder a pizza” threatens nobody; a threat does",
    "distress": "somebody in danger or despair, and who only jokes about it",
    "change": "what was and what is: “used to be great”",
    "question": "who asks does not complain, who complains may ask",
    "spam": "advertisements and begging for followers are noise",
}
"""Every ability that is tried, in the order they are told in, with what it means."""
MEASURES = ("negative", "positive", "abusive", "threat", "hateful", "person", "distress")
FILLER = "filler"  # no case: many words about nothing, put wherever another case of the language says {filler}

_LABEL = re.compile(r"(?P<head>[a-z.]+)(?P<no>!?)=(?P<labels>[a-z]+(?:\|[a-z]+)*)")
_ORDER = re.compile(r"(?P<measure>[a-z]+)(?P<sign>[<>])(?P<other>[a-z]+-[a-z0-9-]+)")
_SAME = re.compile(r"same-as:(?P<other>[a-z]+-[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Label:
    """The head must name one of `labels`; with `no`, none of them."""

    head: str
    labels: tuple[str, ...]
    no: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The measure must be higher than that of the case `other`; with `less`, lower."""

    measure: str
    other: str
    less: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """The case `other` must be judged the same: no measure further away than a tolerance."""

    other: str


Must = Label | Order | Same


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One post written to try one ability. Passes if all of `musts` hold."""

    id: str
    lang: str
    capability: str
    musts: tuple[Must, ...]
    text: str

    @property
    def others(self) -> tuple[str, ...]:
        """The cases this one is compared with."""
        return tuple(must.other for must in self.musts if not isinstance(must, Label))


def parse_must(text: str) -> tuple[Must, ...]:
    """Read what must hold: terms between blanks, all of which must hold.

    `sentiment=negative|neutral`, `abuse!=none`, `why.legal=yes`; `negative>en-sarcasm-1`, `person<en-polite-2`;
    `same-as:en-names-1`. Raises ValueError at the first term that is none of these.
    """
    terms = tuple(map(_term, text.split()))
    if not terms:
        raise ValueError("says nothing that must hold")
    return terms


def _term(text: str) -> Must:
    if found := _SAME.fullmatch(text):
        return Same(found["other"])
    if found := _ORDER.fullmatch(text):
        if found["measure"] not in MEASURES:
            raise ValueError(f"{found['measure']!r} is no measure; there are {', '.join(MEASURES)}")
        return Order(found["measure"], found["other"], less=found["sign"] == "<")
    if not (found := _LABEL.fullmatch(text)):
        raise ValueError(f"{text!r} is none of HEAD=LABEL, MEASURE>ID, same-as:ID")
    head, labels = found["head"], tuple(found["labels"].split("|"))
    if head not in LABELS:
        raise ValueError(f"{head!r} is no head; there are {', '.join(LABELS)}")
    unknown = [label for label in labels if label not in LABELS[head]]
    if unknown:
        raise ValueError(f"{head} has no label {', '.join(unknown)}")
    return Label(head, labels, no=bool(found["no"]))


def parse(lang: str, lines: Iterable[str]) -> list[Case]:
    """Read the cases of one language, tab-separated with `COLUMNS` in the first line.

    Raises ConfigError with every problem at once: each by its line.
    """
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ConfigError([f"{lang}.tsv: the first line must be {' '.join(COLUMNS)}, between tabs"])
    texts = {row[1]: row[3] for row in rows[1:] if len(row) == len(COLUMNS)}
    cases: list[Case] = []
    problems: list[str] = []
    for number, row in enumerate(rows[1:], 2):
        try:
            cases += _case(lang, row, texts.get(FILLER, ""))
        except ValueError as exc:
            problems.append(f"{lang}.tsv: line {number}: {exc}")
    problems += _loose(lang, cases)
    if problems:
        raise ConfigError(problems)
    return cases


def _case(lang: str, row: Sequence[str], filler: str) -> Iterator[Case]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(row)} cells instead of {len(COLUMNS)}")
    name, capability, must, text = (cell.strip() for cell in row)
    if capability == FILLER:
        return
    if not name.startswith(f"{lang}-"):
        raise ValueError(f"the id {name!r} must begin with {lang}-")
    if capability not in CAPABILITIES:
        raise ValueError(f"{capability!r} is no capability; there are {', '.join(CAPABILITIES)}")
    if not text:
        raise ValueError("the text is missing")
    if "{filler}" in text and not filler:
        raise ValueError("says {filler}, but the file has no row with the capability filler")
    text = text.replace("{filler}", filler).replace("\\n", "\n")
    yield Case(id=name, lang=lang, capability=capability, musts=parse_must(must), text=text)


def _loose(lang: str, cases: Sequence[Case]) -> list[str]:
    """Tell ids that stand twice, and those that are compared with but stand nowhere."""
    ids = [case.id for case in cases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    lost = [(case.id, other) for case in cases for other in case.others if other not in ids or other == case.id]
    return [f"{lang}.tsv: the id {name} stands twice" for name in twice] + [
        f"{lang}.tsv: {name}: there is no other case {other}" for name, other in lost
    ]


@cache
def load() -> tuple[Case, ...]:
    """Read every case that is shipped, by language. Raises ConfigError with every problem at once."""
    cases: list[Case] = []
    problems: list[str] = []
    for file in _files():
        try:
            cases += parse(file.name.removesuffix(".tsv"), file.read_text("utf-8").rstrip("\n").split("\n"))
        except ConfigError as exc:
            problems += exc.problems
    if problems:
        raise ConfigError(problems)
    return tuple(cases)


def _files() -> list[Traversable]:
    folder = files("moderation.measure").joinpath("functional")
    return sorted((file for file in folder.iterdir() if file.name.endswith(".tsv")), key=lambda file: file.name)
