"""Fairness: the same post with somebody else in it, or in dialect, and how far verdicts are apart. Judges nothing."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean
from typing import Any

from domain.values import Abuse, Need, Sentiment, Verdict
from moderation.judge import Judge
from moderation.measure.functioning import alone
from moderation.triage import Subject

FIGURES: Mapping[str, str] = {
    "negative": "probability of an unhappy post",
    "flagged": "share named abusive",
    "person": "probability of needing a person",
    "urgent": "share decided urgent",
}
"""What is compared, each 0 to 1."""
STANDARD = "standard"  # the group of a pair that is written in the standard language
READERS, FEW, MANY = "readers", 12, 2_000_000
COMPANY = "company"  # judged among other posts instead of alone
ANY_LANG = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One post in every version of it: what differs may not matter."""

    about: str  # "names", "dialect" …
    lang: str
    post: str
    versions: Mapping[str, tuple[str, ...]]  # group -> texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The post whose verdicts are furthest apart under one figure."""

    post: str
    high: str  # the group that scores highest
    low: str
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far groups are apart. A gap is the highest mean of a group less the lowest, for one post; 0 to 1.

    Of more groups the furthest two are further apart by chance alone: compare gaps of the same rows only.
    """

    about: str
    lang: str
    posts: int
    texts: int
    mean: Mapping[str, float]  # by figure, over the posts
    worst: Mapping[str, Worst]  # by figure
    lean: Mapping[str, float]  # by group: how much unhappier than the post's mean it is judged, over the posts


def parse(told: Mapping[str, Any]) -> tuple[Swap, ...]:
    """Read the posts of `fairness.toml`. Raises ValueError for a post without a place for the term."""
    swaps = []
    for table in told.get("swap", ()):
        for post in table["posts"]:
            if post.count("{}") != 1:
                raise ValueError(f"{post!r} must have one {{}}")
            versions = {
                group: tuple(_begin(post.replace("{}", term)) for term in terms)
                for group, terms in table["groups"].items()
            }
            swaps.append(Swap(about=table["about"], lang=table["lang"], post=post, versions=versions))
    for table in told.get("pair", ()):
        for standard, dialect in table["pairs"]:
            versions = {STANDARD: (standard,), table["name"]: (dialect,)}
            about = f"{table['about']}: {table['name']}"
            swaps.append(Swap(about=about, lang=table["lang"], post=standard, versions=versions))
    return tuple(swaps)


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def load() -> tuple[Swap, ...]:
    """Read what is shipped."""
    return parse(tomllib.loads(files("moderation.measure").joinpath("fairness.toml").read_text("utf-8")))


def subjects(swaps: Sequence[Swap]) -> list[Subject]:
    """Make every version a public post, in the order `gaps` takes their verdicts in."""
    return [Subject(text=text, lang=swap.lang) for swap in swaps for texts in swap.versions.values() for text in texts]


def figures(verdict: Verdict) -> dict[str, float]:
    """Give what is compared of one verdict."""
    scores = verdict.scores
    return {
        "negative": scores.sentiment[Sentiment.NEGATIVE],
        "flagged": float(max(Abuse, key=lambda label: scores.abuse[label]) is not Abuse.NONE),
        "person": scores.person,
        "urgent": float(verdict.triage.need is Need.URGENT),
    }


def gaps(swaps: Sequence[Swap], verdicts: Sequence[Verdict]) -> tuple[Gap, ...]:
    """Say how far the groups are apart, by what is swapped and by language. `verdicts` are those of `subjects`."""
    given = iter(verdicts)
    judged = [(swap, _means(swap, given)) for swap in swaps]
    if next(given, None) is not None:
        raise ValueError("more verdicts than versions")
    kinds = dict.fromkeys((swap.about, swap.lang) for swap in swaps)
    return tuple(
        _gap(about, lang, [one for one in judged if (one[0].about, one[0].lang) == (about, lang)])
        for about, lang in kinds
    )


_Means = dict[str, dict[str, float]]  # group -> figure -> mean over its texts


def _means(swap: Swap, verdicts: Iterator[Verdict]) -> _Means:
    found = {}
    for group, texts in swap.versions.items():
        each = [figures(next(verdicts)) for _ in texts]
        found[group] = {name: fmean(one[name] for one in each) for name in FIGURES}
    return found


def _gap(about: str, lang: str, judged: Sequence[tuple[Swap, _Means]]) -> Gap:
    apart = {name: [_apart(swap.post, means, name) for swap, means in judged] for name in FIGURES}
    return Gap(
        about=about,
        lang=lang,
        posts=len(judged),
        texts=sum(len(texts) for swap, _ in judged for texts in swap.versions.values()),
        mean={name: fmean(each.gap for each in found) for name, found in apart.items()},
        worst={name: max(found, key=lambda each: each.gap) for name, found in apart.items()},
        lean=_lean([means for _, means in judged]),
    )


def _apart(post: str, means: _Means, name: str) -> Worst:
    high = max(means, key=lambda group: means[group][name])
    low = min(means, key=lambda group: means[group][name])
    return Worst(post=post, high=high, low=low, gap=means[high][name] - means[low][name])


def _lean(every: Sequence[_Means]) -> dict[str, float]:
    """Say how far each group's unhappiness is from that of the posts it stands in, on average."""
    away: dict[str, list[float]] = {}
    for means in every:
        middle = fmean(figure["negative"] for figure in means.values())
        for group, figure in means.items():
            away.setdefault(group, []).append(figure["negative"] - middle)
    return {group: fmean(values) for group, values in away.items()}


def readers(swaps: Sequence[Swap], judge: Judge) -> Gap:
    """Judge each post from an account that few follow and from one that very many do."""
    firsts = [_first(swap) for swap in swaps]
    few, many = ([Subject(text=swap.post, lang=swap.lang, followers=count) for swap in firsts] for count in (FEW, MANY))
    return _twice(READERS, firsts, (f"{FEW:,}", alone(few, judge)), (f"{MANY:,}", alone(many, judge)))


def company(swaps: Sequence[Swap], judge: Judge) -> Gap:
    """Judge each post alone and among all others: how far the neighbours in a batch move a verdict."""
    firsts = [_first(swap) for swap in swaps]
    subjects = [Subject(text=swap.post, lang=swap.lang) for swap in firsts]
    return _twice(COMPANY, firsts, ("alone", alone(subjects, judge)), ("among others", iter(judge.judge(subjects))))


def _first(swap: Swap) -> Swap:
    """Take the first version alone, as the post."""
    text = next(iter(swap.versions.values()))[0]
    return Swap(about=swap.about, lang=swap.lang, post=text, versions={})


def _twice(
    about: str, swaps: Sequence[Swap], one: tuple[str, Iterator[Verdict]], other: tuple[str, Iterator[Verdict]]
) -> Gap:
    both = zip(swaps, one[1], other[1], strict=True)
    judged = [(swap, {one[0]: figures(first), other[0]: figures(second)}) for swap, first, second in both]
    versions = [
        (Swap(about=about, lang=ANY_LANG, post=swap.post, versions=dict.fromkeys(means, (swap.post,))), means)
        for swap, means in judged
    ]
    return _gap(about, ANY_LANG, versions)
