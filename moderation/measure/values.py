"""The values of measuring: what a figure is made of. No arithmetic beyond sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NO, YES = "no", "yes"

Floats = npt.NDArray[np.float64]
Macro = Callable[[Floats], Floats]
"""From confusion counts, (…, labels, labels), to one figure each, (…)."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often which label was named for which: a row for each true label, a column for each named one."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """How many posts were counted."""
        return sum(map(sum, self.counts))


@dataclass(frozen=True, slots=True)
class OfLabel:
    """One label's figures, 0 to 1; None where there is nothing to divide by."""

    label: str
    support: int  # posts that truly have it
    named: int  # posts it was named for
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure would fall in most samples like this one."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Judgements of like confidence: how sure they were, and how often they were right."""

    low: float  # lowest confidence in it
    high: float  # highest
    n: int
    confidence: float  # mean
    right: float  # share


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What naming a label from a score on, `score >= at`, brings on the measured posts."""

    at: float
    precision: float
    recall: float
    named: int  # posts at or above it


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Precision and recall at every distinct score, the highest first."""

    at: Floats
    precision: Floats
    recall: Floats
    named: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Count the distinct scores."""
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities can be believed."""

    ece: float
    brier: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One label against all others, by its probability alone."""

    label: str
    support: int
    average_precision: float | None
    thresholds: Mapping[str, Threshold | None]  # by what was wanted: "precision", "recall"
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Macros:
    """Figures averaged over the labels that occur, each with its interval of 95 %."""

    f1: float
    f1_within: Interval
    recall: float
    recall_within: Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The figures of one head over some posts: all of them, those of one language, or of the small ones together."""

    name: str  # "all", a language, or "others"
    langs: tuple[str, ...]  # of its posts
    table: Confusion
    labels: tuple[OfLabel, ...]
    macro: Macros | None  # None: fewer than two labels occur, so there is nothing to tell apart
    accuracy: float
    calibration: Calibration | None  # None: this head names without a probability
    found: tuple[Found, ...]

    @property
    def n(self) -> int:
        """How many posts."""
        return self.table.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One post that was judged wrong; its text is masked."""

    line: int
    lang: str
    gold: str
    named: str
    confidence: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Head:
    """Everything found about one head."""

    name: str
    labels: tuple[str, ...]
    whole: Part
    languages: tuple[Part, ...]  # the largest first, the small ones together last; empty: all is one language
    wrong: int
    worst: tuple[Mistake, ...]

    @property
    def yes_or_no(self) -> bool:
        """Whether it is a question of yes or no."""
        return self.labels == (NO, YES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What came of comparing judgements with what people say."""

    model: str
    policy: str
    posts: int
    langs: Mapping[str, int]  # posts by language, most first
    wanted: Mapping[str, float]  # "precision", "recall": what thresholds were looked for
    heads: tuple[Head, ...]
