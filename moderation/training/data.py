"""Training posts: the licensed sets and the product's own corpus, each with the targets it can give and no others."""

import csv
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderation.normalise import normalise

HEADS: dict[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "abuse": ("none", "offensive", "hateful", "threat"),
    "kind": ("complaint", "question", "praise", "noise"),
    "person": ("person",),
    "distress": ("distress",),
    "why": ("complaint", "safety", "legal", "press", "money", "access", "churn", "repeat"),
}
EXCLUSIVE = ("sentiment", "abuse", "kind")  # softmax; the others are independent yes-or-no questions
IN_DANGER = frozenset({"distress"})  # the reasons that make a post one of distress

CORPUS = Path(__file__).parent / "corpus"
CODES: dict[str, dict[str, str]] = {
    "sentiment": {"n": "negative", "u": "neutral", "p": "positive"},
    "abuse": {"-": "none", "o": "offensive", "h": "hateful", "t": "threat"},
    "kind": {"c": "complaint", "q": "question", "p": "praise", "n": "noise"},
}
SENTIMENT_SETS = ("tweeteval_sentiment", "th_wisesight", "ta_sentiment", "ml_sentiment")
HELD_OUT_TENTH = 0  # wisesight rows whose digest falls in this tenth are measured, never trained on
FIRST, BETWEEN, WIDER = "w50", "w90", "y1"  # writers with whom a part of the corpus begins; see `parts`
CALIBRATION_TENTH = 1  # own training rows in this tenth only set temperatures


@dataclass(frozen=True, slots=True)
class Example:
    """One post and what is known of it. A head that is absent from `classes` and `flags` costs nothing."""

    text: str
    lang: str
    source: str
    classes: Mapping[str, str] = field(default_factory=dict)  # exclusive head -> label
    flags: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # other head -> 0 or 1 for each label
    weight: float = 1.0

    @property
    def group(self) -> str:
        """What sampling balances: the first label that is known."""
        return next((f"{head}={self.classes[head]}" for head in EXCLUSIVE if head in self.classes), "none")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the product's own corpus, with the columns that are not targets."""

    example: Example
    split: str
    writer: str
    topic: str


def tenth(text: str) -> int:
    """Put a text into one of ten parts, the same one on every machine."""
    return hashlib.sha256(text.encode()).digest()[0] % 10


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Read one licensed set, row by row."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_corpus(folder: Path = CORPUS) -> list[Row]:
    """Read every `<lang>.tsv` of the own corpus; the file's name is the language.

    Raises ValueError with file and line where a row does not have the columns or codes of the header.
    """
    rows: list[Row] = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, cells in enumerate(reader, start=2):
                try:
                    rows.append(corpus_row(cells, lang=path.stem))
                except (KeyError, AttributeError, TypeError) as problem:
                    raise ValueError(f"{path.name}:{number}: {problem!r}") from problem
    return rows


def corpus_row(cells: Mapping[str, str], *, lang: str) -> Row:
    """Turn the codes of one corpus row into targets for every head."""
    why = frozenset(cells["why"].split(",")) - {"-", ""}
    flags = {
        "person": (float(cells["person"] == "1"),),
        "distress": (float(bool(why & IN_DANGER)),),
        "why": tuple(float(label in why) for label in HEADS["why"]),
    }
    classes = {head: codes[cells[head]] for head, codes in CODES.items()}
    text = normalise(cells["text"].replace("\\n", "\n"))
    return Row(Example(text, lang, "own", classes, flags), cells["split"], cells["writer"], cells["topic"])


def sentiment_set(folder: Path, name: str) -> list[Example]:
    """Read a set with sentiment labels; rows with any other label ("mixed", "unknown") are left out.

    Wisesight's "question" is neutral in feeling, and a question.
    """
    found: list[Example] = []
    for row in read_jsonl(folder / f"{name}.jsonl"):
        text, label = normalise(row["text"]), row["label"]
        if label in HEADS["sentiment"]:
            found.append(Example(text, row["lang"], name, {"sentiment": label}))
        elif label == "question":
            found.append(Example(text, row["lang"], name, {"sentiment": "neutral", "kind": "question"}))
    return found


def davidson(folder: Path) -> list[Example]:
    """Read the hate-speech set at half weight: collected by keyword, and biased against African-American English."""
    names = {"neither": "none", "offensive": "offensive", "hate": "hateful"}
    return [
        Example(normalise(row["text"]), "en", "davidson", {"abuse": names[row["label"]]}, weight=0.5)
        for row in read_jsonl(folder / "davidson.jsonl")
    ]


@dataclass(frozen=True, slots=True)
class Split:
    """Everything read, in its parts. `train` is keyed by set.

    Some keys hold parts of `own`; see `parts`.
    """

    train: dict[str, list[Example]]
    calibration: list[Example]
    held: dict[str, list[Example]]


def read_all(folder: Path, corpus: Path = CORPUS) -> Split:
    """Read all sets and part them.

    Held out and never trained on: the official validation part of tweeteval_sentiment, a tenth of
    wisesight by digest, and the own corpus rows marked `held`. A training text that also stands in a
    held-out part, or twice, is dropped.
    """
    official = {normalise(r["text"]) for r in read_jsonl(folder / "tweeteval_sentiment.jsonl") if r["split"] == "val"}
    sets = {name: sentiment_set(folder, name) for name in SENTIMENT_SETS}
    sets["davidson"] = davidson(folder)
    rows = read_corpus(corpus)
    held = {
        "tweeteval_sentiment": [e for e in unique(sets["tweeteval_sentiment"]) if e.text in official],
        "th_wisesight": [e for e in unique(sets["th_wisesight"]) if tenth(e.text) == HELD_OUT_TENTH],
        "own": unique(row.example for row in rows if row.split == "held"),
    }
    apart = {example.text for part in held.values() for example in part}
    train = {name: [e for e in unique(part) if e.text not in apart] for name, part in sets.items()}
    own = [e for e in unique(row.example for row in rows if row.split == "train") if e.text not in apart]
    calibration = [e for e in own if tenth(e.text) == CALIBRATION_TENTH]
    train["own"] = [e for e in own if tenth(e.text) != CALIBRATION_TENTH]
    return Split(train | parts(train["own"], rows), calibration, held)


def parts(own: Sequence[Example], rows: Sequence[Row]) -> dict[str, list[Example]]:
    """Give what some stages draw from: posts of the first writers, those from before the corpus grew, and danger."""
    by = {row.example.text: row.writer for row in rows}
    return {
        "own_first": [e for e in own if by[e.text] < FIRST],
        "own_before": [e for e in own if by[e.text] < WIDER],
        "own_between": [e for e in own if BETWEEN <= by[e.text] < WIDER],
        "own_rare": [e for e in own if e.classes["abuse"] == "threat" or e.flags["distress"] == (1.0,)],
    }


def unique(examples: Iterable[Example]) -> list[Example]:
    """Keep the first of equal texts, and nothing empty."""
    first: dict[str, Example] = {}
    for example in examples:
        if example.text:
            first.setdefault(example.text, example)
    return list(first.values())


def draw(examples: Sequence[Example], count: int, shares: Mapping[str, float], *, seed: int) -> list[Example]:
    """Draw `count` examples, each group by its share; a group is used up once before any of it comes again.

    An empty `shares` draws from all alike. Groups that `shares` does not name are left out.
    """
    rng = random.Random(seed)  # noqa: S311 - sampling, not secrecy
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.group if shares else "all"].append(example)
    wanted = {name: share for name, share in (shares or {"all": 1.0}).items() if groups.get(name)}
    total = sum(wanted.values())
    drawn: list[Example] = []
    for name, share in wanted.items():
        pool, need = groups[name], round(count * share / total)
        while need > 0:
            drawn += rng.sample(pool, min(need, len(pool)))
            need -= len(pool)
    return drawn
