"""Heads: the questions a judgement answers about a post, and the answers it gave. Computes no figure."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.values import Abuse, Kind, Need, Sentiment, Verdict
from moderation.measure.values import NO, YES

EVEN = 0.5  # odds from which a yes-or-no head names yes here; what the bot does with it is the policy's, see `need`
REASONS = ("complaint", "safety", "legal", "press", "money", "access", "churn", "repeat")
WHY = "why"
EXCLUSIVE: Mapping[str, tuple[str, ...]] = {
    "sentiment": tuple(label.value for label in Sentiment),
    "abuse": tuple(label.value for label in Abuse),
    "kind": tuple(label.value for label in Kind),
}
YES_OR_NO = ("person", "distress", "abusive", *(f"{WHY}.{reason}" for reason in REASONS))
LABELS: Mapping[str, tuple[str, ...]] = {
    **EXCLUSIVE,
    **dict.fromkeys(YES_OR_NO, (NO, YES)),
    "need": tuple(label.value for label in Need),
}
"""Every head that can be measured, in the order they are told in, with its labels."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was said of a post under one head; no chances: it was decided by rules."""

    named: str
    chances: Mapping[str, float]


def opinions(verdict: Verdict) -> dict[str, Opinion]:
    """Give a verdict's answer under each head; a reason its model does not know is left out."""
    scores = verdict.scores
    harmless = scores.abuse[Abuse.NONE]
    yes = {"person": scores.person, "distress": scores.distress, "abusive": 1.0 - harmless}
    yes |= {f"{WHY}.{reason}": chance for reason, chance in scores.why.items() if reason in REASONS}
    return {
        "sentiment": _likeliest({label.value: scores.sentiment[label] for label in Sentiment}),
        "abuse": _likeliest({label.value: scores.abuse[label] for label in Abuse}),
        "kind": _likeliest({label.value: scores.kind[label] for label in Kind}),
        **{head: Opinion(YES if chance >= EVEN else NO, {NO: 1 - chance, YES: chance}) for head, chance in yes.items()},
        "need": Opinion(verdict.triage.need.value, {}),
    }


def _likeliest(chances: Mapping[str, float]) -> Opinion:
    return Opinion(max(chances, key=lambda label: chances[label]), chances)


def complete(gold: Mapping[str, str]) -> dict[str, str]:
    """Add what follows from labels: a post with a kind of abuse is abusive, one without is not."""
    follows = {"abusive": NO if gold["abuse"] == Abuse.NONE else YES} if "abuse" in gold else {}
    return {**follows, **gold}
