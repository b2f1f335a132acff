"""What the tests of judging share: scores that say what a test wants, and the texts there are to measure on."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from domain.values import Abuse, Kind, Scores, Sentiment
from moderation.policy import Policy, load

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "moderation" / "training" / "corpus"
MEASURED = ROOT.parent / "shared" / "data" / "dev"


def even(labels: Iterable[Any], **given: float) -> dict[Any, float]:
    """Give the named labels their probability and share what is left among the others."""
    named = {label: given[label.value] for label in labels if label.value in given}
    others = [label for label in labels if label not in named]
    rest = max(0.0, 1.0 - sum(named.values()))
    return {**named, **{label: rest / len(others) for label in others}}


def steady() -> Policy:
    """Give the shipped policy with thresholds of round numbers, that stay when a new model moves the shipped ones."""
    numbers = {"distress": 0.15, "threat": 0.2, "person": 0.5, "reason": 0.5}
    return replace(load(), default=replace(load().default, **numbers, urgent_negative=0.85, urgent_person=0.93))


def scores(
    *,
    negative: float = 0.0,
    person: float = 0.0,
    distress: float = 0.0,
    abuse: Mapping[str, float] | None = None,
    kind: Mapping[str, float] | None = None,
    why: Mapping[str, float] | None = None,
) -> Scores:
    """Make scores; what is not named is what a harmless remark would get."""
    told = {Abuse(label): probability for label, probability in (abuse or {}).items()}
    return Scores(
        sentiment={
            Sentiment.NEGATIVE: negative,
            Sentiment.NEUTRAL: 1 - negative,
            Sentiment.POSITIVE: 0.0,
        },
        abuse={**dict.fromkeys(Abuse, 0.0), Abuse.NONE: 1 - sum(told.values()), **told},
        kind=even(Kind, **(kind or {"noise": 1.0})),
        person=person,
        distress=distress,
        why=why or {},
        model="canned-1",
    )


@dataclass
class Canned:
    """A classifier that says what it was told to say of each text, and remembers how often it was asked."""

    opinions: Mapping[str, Scores] = field(default_factory=dict)
    version: str = "canned-1"
    batches: list[int] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        self.before()
        self.batches.append(len(texts))
        return [self.opinions.get(text, scores()) for text in texts]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load()


def corpus() -> list[dict[str, str]]:
    """Read the product's own posts, each with its language; skips where they are not there."""
    rows = []
    for file in sorted(CORPUS.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [{**row, "lang": file.stem} for row in reader if row.get("text")]
    if not rows:
        pytest.skip("the product's corpus is not part of this tree")
    return rows


def measured(name: str) -> list[dict[str, Any]]:
    """Read a data set that is measured on and never committed; skips where it is not there."""
    file = MEASURED / name
    if not file.exists():
        pytest.skip(f"no {name} beside this tree: it is measured on, not shipped")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def share(right: Mapping[str, int], of: Mapping[str, int]) -> dict[str, float]:
    """Say which share was right, by name."""
    return {name: right.get(name, 0) / count for name, count in Counter(of).items()}
