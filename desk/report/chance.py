"""Chance: how far a number may lie from the truth, and whether two differ by more than chance. Pure; knows no figure.

Everything is meant for 95 times of 100, and errs on the side of saying nothing.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import fmean, stdev

from desk.report.values import Band, Change, Interval

Z = 1.959964  # of a normal distribution, two-sided 95 %
T = 3.182  # of Student's t with 3 degrees of freedom, two-sided 95 %: four weeks to go by
BURSTS = 2.0  # how much more than Poisson's the variance of posts is taken to be while too little is known


def wilson(hits: int, n: int) -> Interval | None:
    """Give the Wilson score interval of a share; None without a base. Source: Wilson 1927."""
    if n == 0:
        return None
    p, z2 = hits / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    around = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Interval(max(0.0, middle - around), min(1.0, middle + around))


def shares(hits: int, n: int, hits_before: int, n_before: int) -> Change:
    """Compare two shares by the interval of their difference. Source: Newcombe 1998, method 10."""
    now, then = wilson(hits, n), wilson(hits_before, n_before)
    if now is None or then is None:
        return Change.FIRST
    p, q = hits / n, hits_before / n_before
    down = sqrt((p - now.low) ** 2 + (then.high - q) ** 2)
    up = sqrt((now.high - p) ** 2 + (q - then.low) ** 2)
    return _side(p - q - down, p - q + up)


def _side(low: float, high: float) -> Change:
    if low > 0:
        return Change.UP
    return Change.DOWN if high < 0 else Change.STEADY


def band(earlier: Sequence[float]) -> Band | None:
    """Say what counts of earlier weeks let expect of one more; None for fewer than two of them.

    The spread is theirs, but no less than that of counts that come in bursts, of which few weeks may show little by
    luck.
    """
    if len(earlier) < 2:  # noqa: PLR2004
        return None
    middle, k = fmean(earlier), len(earlier)
    # with two or three weeks Student's own factor would allow everything, so theirs is taken as if there were four
    around = max(Z * sqrt(max(middle, 1.0) * BURSTS), T * stdev(earlier)) * sqrt(1 + 1 / k)
    return Band(low=max(0.0, middle - around), middle=middle, high=middle + around)


def band_of_shares(earlier: Sequence[float], *, n: int) -> Band | None:
    """Say the same of shares of `n`: never narrower than chance alone makes a share of `n`."""
    if len(earlier) < 2 or n == 0:  # noqa: PLR2004
        return None
    middle, k = fmean(earlier), len(earlier)
    least = Z * sqrt(max(middle * (1 - middle), 0.25 / n) / n)
    around = max(least, T * stdev(earlier)) * sqrt(1 + 1 / k)
    return Band(low=max(0.0, middle - around), middle=middle, high=min(1.0, middle + around))


def counts(now: float, earlier: Sequence[float]) -> Change:
    """Compare a count with those of the weeks before, oldest first; with one alone as counts that come in bursts."""
    if not earlier:
        return Change.FIRST
    expected = band(earlier)
    if expected:
        return _side(now - expected.high, now - expected.low)
    then = earlier[-1]
    around = Z * sqrt(max(now + then, 1.0) * BURSTS)
    return _side(now - then - around, now - then + around)


def quantile(ordered: Sequence[float], q: float) -> float:
    """Give the value that a share `q` of them does not exceed; of an even number's middle the mean of the two."""
    place = q * len(ordered)
    if q == 0.5 and place == int(place):  # noqa: PLR2004
        return (ordered[int(place) - 1] + ordered[int(place)]) / 2
    return ordered[ceil(place) - 1]


def quantile_interval(ordered: Sequence[float], q: float) -> Interval | None:
    """Give the interval of a quantile by order statistics, which assumes no distribution; None where n is too small.

    Source: Conover, Practical Nonparametric Statistics, 3.2.
    """
    n = len(ordered)
    around = Z * sqrt(n * q * (1 - q))
    low, high = ceil(n * q - around) - 1, ceil(n * q + around) - 1
    return Interval(ordered[low], ordered[high]) if low >= 0 and high < n else None


def quantiles(now: Interval | None, then: Interval | None) -> Change:
    """Compare two quantiles: they differ where their intervals do not meet."""
    if now is None or then is None:
        return Change.FIRST
    return _side(now.low - then.high, now.high - then.low)
