"""The figures themselves: functions of labels and probabilities. No model, no file, no words for people."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from moderation.measure.values import Bin, Confusion, Curve, Floats, Interval, Macro, OfLabel, Threshold

BINS = 15
ROUNDS = 2_000  # resamples of a bootstrap: the ends of a 95 % interval then move by less than their own width / 20
SEED = 20_261_122
SHARE = 0.95


def confusion(gold: Sequence[str], named: Sequence[str], labels: Sequence[str]) -> Confusion:
    """Count which label was named for which. Raises ValueError on other labels, or lists of unlike length."""
    place = {label: at for at, label in enumerate(labels)}
    unknown = sorted({*gold, *named} - place.keys())
    if unknown:
        raise ValueError(f"not among the labels: {', '.join(unknown)}")
    size = len(place)
    cells = [place[true] * size + place[said] for true, said in zip(gold, named, strict=True)]
    counts = np.bincount(np.array(cells, dtype=np.int64), minlength=size * size).reshape(size, size)
    return Confusion(tuple(labels), tuple(tuple(row) for row in counts.tolist()))


def per_label(table: Confusion) -> tuple[OfLabel, ...]:
    """Give precision, recall and F1 of each label, in the order of the table."""
    counts = np.array(table.counts, dtype=np.int64)
    found = []
    for at, label in enumerate(table.labels):
        hit, support, named = (int(each) for each in (counts[at, at], counts[at].sum(), counts[:, at].sum()))
        f1 = _share(2 * hit, support + named)
        found.append(OfLabel(label, support, named, _share(hit, named), _share(hit, support), f1))
    return tuple(found)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def macro_f1(counts: Floats) -> Floats:
    """Average F1 over the labels that truly occur: a label nobody has cannot be found."""
    hits, support, named = _sums(counts)
    return _mean(2 * hits / np.maximum(support + named, 1), support > 0)


def macro_recall(counts: Floats) -> Floats:
    """Average recall over the labels that truly occur: the measure of SemEval's sentiment tasks."""
    hits, support, _ = _sums(counts)
    return _mean(hits / np.maximum(support, 1), support > 0)


def accuracy(counts: Floats) -> Floats:
    """Give the share of posts that were named rightly."""
    hits, support, _ = _sums(counts)
    return np.asarray(hits.sum(axis=-1) / np.maximum(support.sum(axis=-1), 1))


def _sums(counts: Floats) -> tuple[Floats, Floats, Floats]:
    return np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1), counts.sum(axis=-2)


def _mean(values: Floats, among: npt.NDArray[np.bool_]) -> Floats:
    return np.asarray((values * among).sum(axis=-1) / np.maximum(among.sum(axis=-1), 1))


def macro(table: Confusion, figure: Macro = macro_f1) -> float:
    """Give one figure of a table."""
    return float(figure(np.array(table.counts, dtype=np.float64)))


def bootstrap(
    table: Confusion, figure: Macro = macro_f1, *, rounds: int = ROUNDS, seed: int = SEED, share: float = SHARE
) -> Interval:
    """Say where `figure` falls in `share` of samples of the same size drawn from these posts with replacement.

    Drawing posts is drawing cells of the table by their share, so no post is looked at again. Deterministic.
    Raises ValueError on an empty table. Posts that belong together (one author, one thread) make it too narrow.
    """
    cells = np.array(table.counts, dtype=np.float64)
    if not table.n:
        raise ValueError("nothing to draw from")
    drawn = np.random.default_rng(seed).multinomial(table.n, cells.ravel() / table.n, size=rounds)
    tail = (1 - share) / 2
    low, high = np.quantile(figure(drawn.reshape(rounds, *cells.shape).astype(np.float64)), [tail, 1 - tail])
    return Interval(float(low), float(high))


def reliability(confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Part judgements into bins of equal mass by confidence, the least sure first.

    `right` is whether each was (or, for a yes-or-no question, whether it truly is yes, with the probability of yes
    as confidence). Equal confidences share a bin, so there may be fewer than `bins`, and order does not matter.
    """
    sure, hit = _pair(confidence, right)
    order = np.argsort(sure, kind="stable")
    sure, hit = sure[order], hit[order]
    wanted = [len(part) for part in np.array_split(sure, min(bins, len(sure)))]
    ends = np.searchsorted(sure, sure[np.cumsum(wanted) - 1], side="right")
    edges = np.unique(np.concatenate([[0], ends]))
    return tuple(
        Bin(float(sure[a]), float(sure[b - 1]), int(b - a), float(sure[a:b].mean()), float(hit[a:b].mean()))
        for a, b in pairwise(edges.tolist())
    )


def ece(confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Give the expected calibration error, 0 to 1: how far confidence is from truth, over bins of equal mass.

    Few posts make it too high: judgements calibrated to perfection give 0.13 over 100 and 0.04 over 1,000 (simulated,
    confidence uniform from 1/3 to 1). Source: Naeini et al. 2015;
    equal mass after Nixon et al. 2019.
    """
    parts = reliability(confidence, right, bins=bins)
    return sum(part.n * abs(part.confidence - part.right) for part in parts) / sum(part.n for part in parts)


def brier(chances: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Give the mean squared error of probabilities.

    Rows over several labels are summed first (0 to 2, Brier 1950); single probabilities give 0 to 1.
    """
    error = (np.asarray(chances, dtype=np.float64) - np.asarray(truth, dtype=np.float64)) ** 2
    return float(error.sum(axis=-1).mean() if error.ndim > 1 else error.mean())


def curve(gold: npt.ArrayLike, score: npt.ArrayLike) -> Curve:
    """Give precision and recall at every distinct score, the highest first; recall is 0 where nothing is gold."""
    found, true = _pair(score, gold)
    order = np.argsort(-found, kind="stable")
    found, true = found[order], true[order]
    last = np.flatnonzero(np.append(np.diff(found) != 0, True))
    hits, named = np.cumsum(true)[last], last + 1
    return Curve(found[last], hits / named, hits / max(1.0, true.sum()), named.astype(np.int64))


def average_precision(gold: npt.ArrayLike, score: npt.ArrayLike) -> float | None:
    """Give the precision averaged over recall, without interpolation; None where nothing is gold.

    A score that says nothing gets the share of gold.
    """
    if not np.asarray(gold, dtype=bool).any():
        return None
    line = curve(gold, score)
    return float(np.sum(np.diff(line.recall, prepend=0.0) * line.precision))


def threshold_for_precision(gold: npt.ArrayLike, score: npt.ArrayLike, least: float) -> Threshold | None:
    """Find the threshold that finds most while at least `least` of what it names is right; None: there is none."""
    line = curve(gold, score)
    able = np.flatnonzero((line.precision >= least) & (line.recall > 0))
    return _best(line, able, first=line.recall, then=line.precision)


def threshold_for_recall(gold: npt.ArrayLike, score: npt.ArrayLike, least: float) -> Threshold | None:
    """Find the threshold that is most precise while it finds at least `least` of all; None: nothing is gold."""
    line = curve(gold, score)
    able = np.flatnonzero((line.recall >= least) & (line.recall > 0))
    return _best(line, able, first=line.precision, then=line.recall)


def recall_at_precision(gold: npt.ArrayLike, score: npt.ArrayLike, least: float) -> float:
    """Give the highest recall of any threshold that is right in at least `least` of what it names; 0: there is none."""
    found = threshold_for_precision(gold, score, least)
    return found.recall if found else 0.0


def thresholds_at(
    gold: npt.ArrayLike, score: npt.ArrayLike, *, precision: float | None = None, recall: float | None = None
) -> dict[str, Threshold | None]:
    """Find the thresholds for what is wanted, by "precision" and "recall"; what is not wanted is left out."""
    wanted = {"precision": (threshold_for_precision, precision), "recall": (threshold_for_recall, recall)}
    return {name: find(gold, score, least) for name, (find, least) in wanted.items() if least is not None}


def _best(line: Curve, able: npt.NDArray[np.int64], *, first: Floats, then: Floats) -> Threshold | None:
    if not len(able):
        return None
    at = max(able.tolist(), key=lambda place: (first[place], then[place], line.at[place]))
    return Threshold(
        at=float(line.at[at]),
        precision=float(line.precision[at]),
        recall=float(line.recall[at]),
        named=int(line.named[at]),
    )


def _pair(score: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Make two arrays of them. Raises ValueError when they are empty, unlike in length, or no numbers."""
    found, true = np.asarray(score, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if found.shape != true.shape or found.ndim != 1 or not found.size:
        raise ValueError(f"two lists of one length are measured, not {found.shape} and {true.shape}")
    if not np.isfinite(found).all():
        raise ValueError("a score is no number")
    return found, true
