"""The values of measuring: what a figure is made of. No arithmetic beyond sums."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
