"""Functional cases judged: which hold, how many of each ability and language. Draws nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.values import Abuse, AnswerBy, Kind, Need, Priority, Scores, Sentiment, Triage, Verdict
from moderation.judge import Judge
from moderation.measure.functional import CAPABILITIES, Case, Label, Must, Order, Same
from moderation.measure.heads import REASONS, Opinion, opinions
from moderation.triage import Subject

TOLERANCE = 0.2  # of a probability, by which a text that means the same may differ
GROUPS: Mapping[str, tuple[str, ...]] = {
    "English": ("en",),
    "European": ("de", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk"),
    "Arabic, Indic": ("ar", "bn", "hi", "ta"),
    "Southeast Asian": ("fil", "id", "km", "lo", "my", "th", "vi"),
    "East Asian": ("ja", "ko", "zh"),
}
OTHER = "other"  # languages that are in no group
SILENT = Verdict(
    lang="und",
    scores=Scores(
        sentiment={label: float(label is Sentiment.NEUTRAL) for label in Sentiment},
        abuse={label: float(label is Abuse.NONE) for label in Abuse},
        kind={label: float(label is Kind.NOISE) for label in Kind},
        person=0.0,
        distress=0.0,
        why=dict.fromkeys(REASONS, 0.0),
    ),
    personal_data=(),
    triage=Triage(
        need=Need.NOISE, priority=Priority.LOW, answer_by=AnswerBy.NOBODY, reason="", rule="noise", policy=""
    ),
)
"""What would be said by a model that finds nothing in any post."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many hold."""

    passed: int
    n: int

    @property
    def share(self) -> float:
        """Give the share that holds, 0 to 1; n is above 0."""
        return self.passed / self.n


@dataclass(frozen=True, slots=True)
class Result:
    """One case judged. `broken` says what does not hold, in words; empty: all does."""

    case: Case
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Functioning:
    """What came of the cases, by one model and one policy."""

    model: str
    policy: str
    results: tuple[Result, ...]

    @property
    def whole(self) -> Rate:
        """Count over every case."""
        return _rate(self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        """Those that do not hold, in the order of the cases."""
        return tuple(result for result in self.results if result.broken)

    def by_language(self) -> dict[str, Rate]:
        """Count each language, in the order of the cases."""
        langs = dict.fromkeys(result.case.lang for result in self.results)
        return {lang: _rate(r for r in self.results if r.case.lang == lang) for lang in langs}

    def by_capability(self) -> dict[str, dict[str, Rate]]:
        """Count each ability over the groups of languages; what nobody tried is left out."""
        table: dict[str, dict[str, Rate]] = {}
        for capability in CAPABILITIES:
            here = [result for result in self.results if result.case.capability == capability]
            names = (name for name in (*GROUPS, OTHER) if any(group_of(result.case.lang) == name for result in here))
            row = {name: _rate(r for r in here if group_of(r.case.lang) == name) for name in names}
            if row:
                table[capability] = row
        return table

    def of_capability(self, capability: str) -> Rate:
        """Count one ability over every language."""
        return _rate(result for result in self.results if result.case.capability == capability)


def silent(found: Functioning) -> Functioning:
    """Hold the same cases beside a verdict that finds nothing: what passes so shows no ability."""
    cases = [result.case for result in found.results]
    return hold(cases, [SILENT] * len(cases))


def _rate(results: Iterable[Result]) -> Rate:
    held = [not result.broken for result in results]
    return Rate(sum(held), len(held))


def group_of(lang: str) -> str:
    """Say which group of languages `lang` is told with."""
    return next((name for name, langs in GROUPS.items() if lang in langs), OTHER)


def measures(verdict: Verdict) -> dict[str, float]:
    """Give the probabilities that are compared between cases, by the names of `functional.MEASURES`."""
    scores = verdict.scores
    return {
        "negative": scores.sentiment[Sentiment.NEGATIVE],
        "positive": scores.sentiment[Sentiment.POSITIVE],
        "abusive": 1.0 - scores.abuse[Abuse.NONE],
        "threat": scores.abuse[Abuse.THREAT],
        "hateful": scores.abuse[Abuse.HATEFUL],
        "person": scores.person,
        "distress": scores.distress,
    }


def alone(subjects: Iterable[Subject], judge: Judge) -> Iterator[Verdict]:
    """Judge each subject by itself: with int8 activations its neighbours in a batch would move its scores."""
    return (judge.judge([subject])[0] for subject in subjects)


def subjects(cases: Iterable[Case]) -> list[Subject]:
    """Make each case a public post whose platform named its language."""
    return [Subject(text=case.text, lang=case.lang) for case in cases]


def judge_all(cases: Sequence[Case], judge: Judge) -> Functioning:
    """Judge every case and say what holds."""
    return hold(cases, list(alone(subjects(cases), judge)))


def hold(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> Functioning:
    """Say of each case what does not hold. `cases` must include those that others are compared with."""
    by_id = {case.id: verdict for case, verdict in zip(cases, verdicts, strict=True)}
    chances = {name: measures(verdict) for name, verdict in by_id.items()}
    results = []
    for case in cases:
        told = opinions(by_id[case.id])
        broken = [problem for must in case.musts if (problem := _broken(case.id, must, told, chances))]
        results.append(Result(case, tuple(broken)))
    first = verdicts[0] if verdicts else None
    return Functioning(
        model=first.scores.model if first else "",
        policy=first.triage.policy if first else "",
        results=tuple(results),
    )


def _broken(name: str, must: Must, told: Mapping[str, Opinion], chances: Mapping[str, Mapping[str, float]]) -> str:
    """Say in words how one term fails; empty if it holds."""
    match must:
        case Label():
            return _mislabelled(must, told.get(must.head))
        case Order():
            return _disordered(must, chances[name][must.measure], chances[must.other][must.measure])
        case Same():
            return _moved(must, chances[name], chances[must.other])


def _mislabelled(must: Label, said: Opinion | None) -> str:
    if said is None:
        return f"{must.head} is not judged by this model"
    if (said.named in must.labels) != must.no:
        return ""
    chance = said.chances.get(said.named)
    sure = "" if chance is None else f" {chance:.2f}"
    return f"{must.head} is {said.named}{sure}, must {'not ' if must.no else ''}be {' or '.join(must.labels)}"


def _disordered(must: Order, here: float, there: float) -> str:
    if (here < there) if must.less else (here > there):
        return ""
    return f"{must.measure} {here:.2f} is not {'below' if must.less else 'above'} the {there:.2f} of {must.other}"


def _moved(must: Same, here: Mapping[str, float], there: Mapping[str, float]) -> str:
    """Name the measure that moved most, if any moved by more than the tolerance."""
    worst = max(here, key=lambda measure: abs(here[measure] - there[measure]))
    if abs(here[worst] - there[worst]) <= TOLERANCE:
        return ""
    return f"{worst} {here[worst]:.2f}, but {there[worst]:.2f} in {must.other}"
