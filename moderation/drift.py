"""Drift: whether scores and languages of late differ from before by more than chance and custom. Pure: no database."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

import numpy as np
import numpy.typing as npt

from domain.values import Abuse, Scores, Sentiment
from moderation.alerting import share

BINS = 10  # of equal width, over probabilities
FEWEST = 50  # posts of a week to be compared at all
WEEKS = 4  # earlier weeks from which on a brand is compared with itself
LEAST = 0.02  # bits: a smaller difference does not matter; a population stability index of 0.1 is about as large
LEAST_UNLIKE = 0.10  # the same against the calibration posts, which are no brand's: their mix is nobody's own
STRANGE = 0.10  # share of posts in languages the model was not measured in
DRAWS, SURE, SEED = 1_000, 0.999, 20_261_122
SHOWN = 3  # languages named

LANGUAGE = "language"
EVEN = BINS // 2  # from this bin on a probability is 0.5 and more
SCORES: Mapping[str, Callable[[Scores], float]] = {
    "sentiment": lambda scores: scores.sentiment[Sentiment.NEGATIVE],
    "person": lambda scores: scores.person,
    "abuse": lambda scores: 1 - scores.abuse[Abuse.NONE],
}
_CALLED = {"sentiment": "unhappy posts", "person": "posts that need a person", "abuse": "abusive posts"}

Mix = Counter[str]
Mixes = Mapping[str, Mix]  # by what is looked at: the three scores and the language
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Something that is not as it was."""

    what: str  # "sentiment", "person", "abuse", "language"
    against: str  # "earlier weeks" or "calibration"
    size: float  # Jensen-Shannon divergence in bits, 0 to 1; of strange languages their share
    limit: float  # what chance, custom and what matters at all would explain
    told: str  # for people: from what to what


def mixes(posts: Sequence[tuple[str, Scores]]) -> Mixes:
    """Count posts, each a language and scores, by bin of each score and by language."""
    counted = {what: Counter(_bin(of(scores)) for _, scores in posts) for what, of in SCORES.items()}
    return {**counted, LANGUAGE: Counter(lang for lang, _ in posts)}


def _bin(chance: float) -> str:
    return str(min(BINS - 1, int(chance * BINS)))


def together(parts: Sequence[Mixes]) -> Mixes:
    """Add up days to a week, or weeks to all."""
    return {what: sum((part[what] for part in parts), Counter()) for what in (*SCORES, LANGUAGE)}


def drifted(now: Mixes, earlier: Sequence[Mixes]) -> list[Moved]:
    """Compare a week with the brand's own earlier ones. Too few posts or weeks: nothing is said."""
    found = (_moved(what, now[what], [week[what] for week in earlier]) for what in (*SCORES, LANGUAGE))
    return [moved for moved in found if moved]


def comparable(weeks: Sequence[Mixes]) -> bool:
    """Say whether there are weeks enough for a brand to be compared with itself."""
    return sum(week[LANGUAGE].total() >= FEWEST for week in weeks) >= WEEKS


def _moved(what: str, now: Mix, earlier: Sequence[Mix]) -> Moved | None:
    weeks = [week for week in earlier if week.total() >= FEWEST]
    if now.total() < FEWEST or len(weeks) < WEEKS:
        return None
    then: Mix = sum(weeks, Counter())
    # weeks differ by more than chance: one storm fills one; what they did among themselves is no drift
    custom = max(starmap(divergence, ((week, then - week) for week in weeks)))
    limit = max(LEAST, custom, by_chance(now, then))
    size = divergence(now, then)
    if size <= limit:
        return None
    return Moved(what=what, against="earlier weeks", size=size, limit=limit, told=_told(what, then, now, "before"))


def unlike(now: Mixes, reference: Mixes, measured: Collection[str]) -> list[Moved]:
    """Compare a brand's first weeks with the posts the model was calibrated on; much more is forgiven than of its own.

    Of languages only those the model was not measured in matter: no brand has the calibration posts' mix of them.
    """
    found = [_unlike(what, now[what], reference[what]) for what in SCORES]
    return [moved for moved in (*found, _strange(now[LANGUAGE], measured)) if moved]


def _unlike(what: str, now: Mix, reference: Mix) -> Moved | None:
    if min(now.total(), reference.total()) < FEWEST:
        return None
    size, limit = divergence(now, reference), max(LEAST_UNLIKE, by_chance(now, reference))
    told = _told(what, reference, now, "among the posts the model was calibrated on")
    return Moved(what=what, against="calibration", size=size, limit=limit, told=told) if size > limit else None


def _strange(now: Mix, measured: Collection[str]) -> Moved | None:
    if not measured or now.total() < FEWEST:
        return None
    others = Counter({lang: count for lang, count in now.items() if lang not in {*measured, "und"}})
    found = share(others.total(), now.total())
    if found.low <= STRANGE:
        return None
    names = ", ".join(lang for lang, _ in others.most_common(SHOWN))
    told = f"{found.value:.0%} of the posts are in languages the model was not measured in ({names})"
    return Moved(what=LANGUAGE, against="calibration", size=found.value, limit=STRANGE, told=told)


def divergence(one: Mix, other: Mix) -> float:
    """Give the Jensen-Shannon divergence of two mixes, in bits: 0 for the same, 1 for nothing in common (Lin 1991)."""
    if not one.total() or not other.total():
        return 0.0
    names = sorted({*one, *other})
    rows = np.array([[one[name] for name in names], [other[name] for name in names]], dtype=np.float64)
    return float(_divergences(rows[:1], rows[1:])[0])


def _divergences(ones: Floats, others: Floats) -> Floats:
    first, second = (rows / rows.sum(axis=1, keepdims=True) for rows in (ones, others))
    middle = (first + second) / 2
    return np.asarray(_entropy(middle) - (_entropy(first) + _entropy(second)) / 2)


def _entropy(rows: Floats) -> Floats:
    return np.asarray(-(rows * np.log2(np.where(rows > 0, rows, 1.0))).sum(axis=1))


def by_chance(one: Mix, other: Mix) -> float:
    """Give the divergence that two samples of these sizes from one and the same mix exceed once in 1,000 times.

    Drawn, not computed: small counts differ by a lot, and must not cry wolf. Deterministic.
    """
    both = one + other
    mix = np.array([both[name] for name in sorted(both)], dtype=np.float64)
    drawn = np.random.default_rng(SEED)
    rows = (
        drawn.multinomial(sample.total(), mix / mix.sum(), size=DRAWS).astype(np.float64) for sample in (one, other)
    )
    return float(np.quantile(_divergences(*rows), SURE))


def _told(what: str, then: Mix, now: Mix, when: str) -> str:
    if what != LANGUAGE:
        return f"{_CALLED[what]}: {_high(then):.0%} {when}, {_high(now):.0%} in the last seven days"
    names = sorted({*then, *now}, key=lambda name: (-abs(_part(now, name) - _part(then, name)), name))[:SHOWN]
    return "; ".join(
        f"posts in {name}: {_part(then, name):.0%} {when}, {_part(now, name):.0%} in the last seven days"
        for name in names
    )


def _high(mix: Mix) -> float:
    return sum(count for name, count in mix.items() if int(name) >= EVEN) / mix.total()


def _part(mix: Mix, name: str) -> float:
    return mix[name] / mix.total()
