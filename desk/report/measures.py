"""Measures: makes figures of what was counted, so that each carries its base, its interval and its change. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from desk.report import chance
from desk.report.values import FEW, SMALL, Change, Figure, Interval, Spread, Unit

NOTHING: Collection[int] = ()


def count(
    name: str,
    label: str,
    *,
    cases: Iterable[int] = NOTHING,
    posts: Collection[int] | None = None,
    value: int | None = None,
    earlier: Sequence[float] = (),
    good: Change | None = None,
    unit: Unit = Unit.COUNT,
    note: str = "",
) -> Figure:
    """Count the cases, or the posts where given, or take `value`; `earlier` are the weeks before, oldest first."""
    behind = tuple(sorted(set(cases)))
    number = value if value is not None else len(posts) if posts is not None else len(behind)
    return Figure(
        name=name,
        label=label,
        value=float(number),
        unit=unit,
        n=len(posts) if posts is not None else len(behind) or number,
        before=earlier[-1] if earlier else None,
        change=chance.counts(number, earlier),
        good=good,
        cases=behind,
        posts=tuple(sorted(posts or ())),
        note=note,
    )


def share(
    name: str,
    label: str,
    hits: Collection[int],
    of: Collection[int],
    *,
    before: tuple[int, int] | None = None,
    good: Change | None = None,
    of_posts: bool = False,
    note: str = "",
) -> Figure:
    """Make the share that `hits` are of `of`, both ids of cases, or of posts; `before` is (hits, n) a week earlier.

    Behind it stand the hits: those it is about.
    """
    figure = share_of(name, label, len(hits), len(of), before=before, good=good, note=note)
    return with_ids(figure, cases=() if of_posts else hits, posts=hits if of_posts else ())


def share_of(
    name: str,
    label: str,
    hits: int,
    n: int,
    *,
    before: tuple[int, int] | None = None,
    good: Change | None = None,
    note: str = "",
) -> Figure:
    """Make a share of two counts."""
    small = n < SMALL
    compared = before is not None and not small and before[1] >= SMALL
    return Figure(
        name=name,
        label=label,
        value=hits / n if n else None,
        unit=Unit.SHARE,
        n=n,
        hits=hits,
        interval=chance.wilson(hits, n),
        before=before[0] / before[1] if before and before[1] else None,
        change=chance.shares(hits, n, *before) if before and compared else Change.FIRST,
        good=good,
        too_small=small,
        note=note or ("" if n else "nothing to measure"),
    )


def with_ids(figure: Figure, *, cases: Iterable[int] = NOTHING, posts: Collection[int] = NOTHING) -> Figure:
    """Put ids behind a figure."""
    return replace(figure, cases=tuple(sorted(set(cases))), posts=tuple(sorted(posts)))


def spread(
    name: str,
    label: str,
    values: Mapping[int, float] | Sequence[tuple[int, float]],
    *,
    before: Iterable[float] = (),
    good: Change | None = Change.DOWN,
    unit: Unit = Unit.SECONDS,
) -> Spread:
    """Make median and p90 of values by case id; a case may be there more than once, for each of its waits."""
    pairs = list(values.items()) if isinstance(values, Mapping) else list(values)
    ordered, earlier = sorted(value for _, value in pairs), sorted(before)
    behind = tuple(sorted({case for case, _ in pairs}))

    def quantile(part: str, words: str, q: float, least: int) -> Figure:
        known = len(ordered) >= least
        now = chance.quantile_interval(ordered, q)
        return Figure(
            name=f"{name}.{part}",
            label=f"{label}, {words}",
            value=chance.quantile(ordered, q) if known else None,
            unit=unit,
            n=len(ordered),
            interval=now,
            before=chance.quantile(earlier, q) if len(earlier) >= least else None,
            change=chance.quantiles(now, chance.quantile_interval(earlier, q)),
            good=good,
            too_small=len(ordered) < SMALL,
            note=_missing(len(ordered), least),
            cases=behind,
        )

    return Spread(median=quantile("median", "median", 0.5, 1), p90=quantile("p90", "9 of 10 within", 0.9, FEW))


def _missing(n: int, least: int) -> str:
    if n >= least:
        return ""
    return f"fewer than {least}" if n else "nothing to measure"


def mean(name: str, label: str, values: Mapping[int, float], *, good: Change | None, note: str) -> Figure:
    """Make the mean of scores by case id, with the interval of a mean; `note` where there are none."""
    scores = list(values.values())
    n = len(scores)
    middle = fmean(scores) if scores else None
    interval = None
    if middle is not None and n >= FEW:
        deviation = (sum((score - middle) ** 2 for score in scores) / (n - 1)) ** 0.5
        around = chance.Z * deviation / n**0.5
        interval = Interval(middle - around, middle + around)
    return Figure(
        name=name,
        label=label,
        value=middle,
        unit=Unit.SCORE,
        n=n,
        interval=interval,
        good=good,
        too_small=n < SMALL,
        note="" if scores else note,
        cases=tuple(sorted(values)),
    )
