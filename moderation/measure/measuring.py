"""Measuring: verdicts held beside what people say of the same posts. Judges nothing, draws nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.masking import mask
from domain.values import Verdict
from moderation.measure import figures
from moderation.measure.heads import LABELS, Opinion, complete, opinions
from moderation.measure.values import (
    YES,
    Calibration,
    Confusion,
    Evaluation,
    Floats,
    Found,
    Head,
    Macros,
    Mistake,
    Part,
)

FEWEST = 20  # posts for a language to stand alone; of fewer a figure says next to nothing
ALL, OTHERS = "all", "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One post and what people say of it."""

    line: int
    text: str
    lang: str | None  # None: nobody said, so it is as the verdict has it
    gold: Mapping[str, str]  # head -> label


@dataclass(frozen=True, slots=True)
class _Case:
    """One post under one head."""

    sample: Sample
    verdict: Verdict
    gold: str
    said: Opinion

    @property
    def lang(self) -> str:
        return self.sample.lang or self.verdict.lang

    @property
    def confidence(self) -> float | None:
        return self.said.chances.get(self.said.named)


def measure(
    samples: Sequence[Sample], verdicts: Sequence[Verdict], *, wanted: Mapping[str, float], worst: int
) -> Evaluation:
    """Measure every head that anything is known of.

    `wanted` may name a "precision" and a "recall" to find thresholds for; `worst` is how many mistakes to show for
    each head. A label outside `LABELS` raises ValueError.
    """
    by_head: dict[str, list[_Case]] = {head: [] for head in LABELS}
    for sample, verdict in zip(samples, verdicts, strict=True):
        said = opinions(verdict)
        for head, gold in complete(sample.gold).items():
            if head in said:
                by_head[head].append(_Case(sample, verdict, gold, said[head]))
    langs = Counter(sample.lang or verdict.lang for sample, verdict in zip(samples, verdicts, strict=True))
    # a model of the team's choice may have said nothing of some posts, which then name the shipped one alone
    models = Counter(verdict.scores.model for verdict in verdicts)
    return Evaluation(
        model=max(models, key=lambda name: models[name], default=""),
        policy=verdicts[0].triage.policy if verdicts else "",
        posts=len(samples),
        langs=dict(langs.most_common()),
        wanted=wanted,
        heads=tuple(_head(name, cases, wanted, worst) for name, cases in by_head.items() if cases),
    )


def _head(name: str, cases: Sequence[_Case], wanted: Mapping[str, float], worst: int) -> Head:
    counts = Counter(case.lang for case in cases)
    alone = [lang for lang, count in counts.most_common() if count >= FEWEST] if len(counts) > 1 else []
    groups = {lang: [case for case in cases if case.lang == lang] for lang in alone}
    if alone and len(alone) < len(counts):
        groups[OTHERS] = [case for case in cases if case.lang not in groups]
    wrong = [case for case in cases if case.gold != case.said.named]
    wrong.sort(key=lambda case: (-(case.confidence or 0.0), case.sample.line))
    return Head(
        name=name,
        labels=LABELS[name],
        whole=_part(ALL, cases, LABELS[name], wanted),
        languages=tuple(_part(lang, group, LABELS[name], wanted) for lang, group in groups.items()),
        wrong=len(wrong),
        worst=tuple(map(_mistake, wrong[:worst])),
    )


def _part(name: str, cases: Sequence[_Case], labels: tuple[str, ...], wanted: Mapping[str, float]) -> Part:
    gold = [case.gold for case in cases]
    table = figures.confusion(gold, [case.said.named for case in cases], labels)
    chances = np.array([[case.said.chances.get(label, 0.0) for label in labels] for case in cases])
    scored = bool(cases[0].said.chances)
    return Part(
        name=name,
        langs=tuple(sorted({case.lang for case in cases})),
        table=table,
        labels=figures.per_label(table),
        macro=_macros(table) if len(set(gold)) > 1 else None,
        accuracy=figures.macro(table, figures.accuracy),
        calibration=_calibration(gold, chances, labels) if scored else None,
        found=_found(gold, chances, labels, wanted) if scored else (),
    )


def _macros(table: Confusion) -> Macros:
    return Macros(
        f1=figures.macro(table),
        f1_within=figures.bootstrap(table),
        recall=figures.macro(table, figures.macro_recall),
        recall_within=figures.bootstrap(table, figures.macro_recall),
    )


def _truth(gold: Sequence[str], labels: Sequence[str]) -> Floats:
    return np.array([[float(true == label) for label in labels] for true in gold])


def _calibration(gold: Sequence[str], chances: Floats, labels: Sequence[str]) -> Calibration:
    """Hold confidence beside truth: of the label named, or where the question is yes or no of yes."""
    truth = _truth(gold, labels)
    if YES in labels:
        at = labels.index(YES)
        sure, right, error = chances[:, at], truth[:, at], figures.brier(chances[:, at], truth[:, at])
    else:
        named = chances.argmax(axis=1)
        rows = np.arange(len(gold))
        sure, right, error = chances[rows, named], truth[rows, named], figures.brier(chances, truth)
    return Calibration(figures.ece(sure, right), error, figures.reliability(sure, right))


def _found(
    gold: Sequence[str], chances: Floats, labels: Sequence[str], wanted: Mapping[str, float]
) -> tuple[Found, ...]:
    truth = _truth(gold, labels)
    return tuple(
        Found(
            label=label,
            support=int(truth[:, at].sum()),
            average_precision=figures.average_precision(truth[:, at], chances[:, at]),
            thresholds=figures.thresholds_at(
                truth[:, at], chances[:, at], precision=wanted.get("precision"), recall=wanted.get("recall")
            ),
            curve=figures.curve(truth[:, at], chances[:, at]),
        )
        for at, label in enumerate(labels)
        if YES not in labels or label == YES
    )


def _mistake(case: _Case) -> Mistake:
    return Mistake(
        line=case.sample.line,
        lang=case.lang,
        gold=case.gold,
        named=case.said.named,
        confidence=case.confidence,
        text=" ".join(mask(case.sample.text, case.verdict.personal_data).split()),
    )
