"""Heaps of posts: sorts directions around their middles, and puts like heaps together. Pure; gives the same twice."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desk.report.pains_views import Floats, unit
from desk.report.pains_words import Doc

STEPS, STARTS = 25, 4  # of k-means
LEAST = 6  # posts of a heap
SAME_VIEWS = 0.6  # cosine of two middles: from here on they are one

Ints = npt.NDArray[np.int64]


def how_many(posts: int) -> int:
    """Say into how many heaps to sort so many posts at first; like ones are merged after."""
    return int(min(40, max(1, round(1.1 * posts**0.4), 0), posts))


def seeds_of(docs: Sequence[Doc], views: Floats) -> Floats:
    """Give the middle of each known matter that is often enough spoken of, the most frequent first."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(docs):
        if one.matter:
            rows[one.matter].append(row)
    often = sorted((matter for matter in rows if len(rows[matter]) >= LEAST), key=lambda name: (-len(rows[name]), name))
    sums = [views[rows[matter]].sum(axis=0) for matter in often]
    return unit(np.array(sums, dtype=np.float32)) if sums else views[:0]


def k_means(views: Floats, count: int, *, seeds: Floats) -> Floats:
    """Find the middles of `count` heaps of directions, some from `seeds`; of several starts the one that fits best."""
    best: tuple[float, Floats] | None = None
    for start in range(STARTS):
        middles = _first_middles(views, count, start, seeds)
        for _ in range(STEPS):
            nearest = (views @ middles.T).argmax(axis=1)
            moved = middles_of(views, nearest, len(middles), otherwise=middles)
            if np.array_equal(moved, middles):
                break
            middles = moved
        fit = float((views @ middles.T).max(axis=1).sum())
        if best is None or fit > best[0] + 1e-4:
            best = (fit, middles)
    return best[1] if best else views[:0]


def middles_of(views: Floats, nearest: Ints, count: int, *, otherwise: Floats) -> Floats:
    """Give the middle direction of each heap; of an empty one, what it was."""
    sums = np.zeros((count, views.shape[1]), dtype=np.float32)
    np.add.at(sums, nearest, views)
    return np.where(np.linalg.norm(sums, axis=1, keepdims=True) > 0, unit(sums), otherwise)


def _first_middles(views: Floats, count: int, start: int, seeds: Floats) -> Floats:
    """Take the seeds, then draw posts far from what there is (k-means++), from a fixed row of chances."""
    chances = np.random.Generator(np.random.PCG64(start)).random(count)
    middles = list(seeds[: count // 2]) or [views[int(chances[0] * len(views))]]
    distance = 1 - (views @ np.array(middles).T).max(axis=1)
    for chance in chances[len(middles) :]:
        reach = np.cumsum(np.maximum(distance, 0))
        if reach[-1] <= 0:
            break
        drawn = int(min(np.searchsorted(reach, chance * reach[-1], side="right"), len(views) - 1))
        middles.append(views[drawn])
        distance = np.minimum(distance, 1 - views @ views[drawn])
    return np.array(middles, dtype=np.float32)


def merge(views: Floats, middles: Floats) -> Floats:
    """Put heaps together whose middles are alike, the most alike first."""
    while len(middles) > 1:
        likeness = middles @ middles.T
        np.fill_diagonal(likeness, -1)
        one, other = divmod(int(likeness.argmax()), len(middles))
        if likeness[one, other] < SAME_VIEWS:
            break
        nearest = (views @ middles.T).argmax(axis=1)
        nearest[nearest == other] = one
        kept = [at for at in range(len(middles)) if at != other]
        middles = middles_of(views, nearest, len(middles), otherwise=middles)[kept]
    return middles
