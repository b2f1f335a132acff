"""Functional cases and gaps of fairness as values for JSON, in a shape that stays. Computes nothing."""

from collections.abc import Sequence
from typing import Any

from moderation.measure.fairness import FIGURES, Gap
from moderation.measure.functioning import TOLERANCE, Functioning, Rate, silent

DIGITS = 4


def document(found: Functioning, gaps: Sequence[Gap]) -> dict[str, Any]:
    """Write both down: counts as they are, probabilities and shares 0 to 1 with four decimals."""
    nothing = silent(found)
    return {
        "model": found.model,
        "policy": found.policy,
        "tolerance": TOLERANCE,
        "cases": {**_rate(found.whole), "silent": nothing.whole.passed},
        "capabilities": {
            name: {
                **_rate(found.of_capability(name)),
                "silent": nothing.of_capability(name).passed,
                "groups": {group: _rate(rate) for group, rate in row.items()},
            }
            for name, row in found.by_capability().items()
        },
        "languages": {lang: _rate(rate) for lang, rate in found.by_language().items()},
        "failed": [
            {
                "id": each.case.id,
                "capability": each.case.capability,
                "lang": each.case.lang,
                "text": each.case.text,
                "broken": list(each.broken),
            }
            for each in found.failed
        ],
        "fairness": [_gap(gap) for gap in gaps],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"passed": rate.passed, "n": rate.n}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "about": gap.about,
        "lang": gap.lang,
        "posts": gap.posts,
        "texts": gap.texts,
        "mean": {name: round(gap.mean[name], DIGITS) for name in FIGURES},
        "worst": {
            name: {
                "gap": round(gap.worst[name].gap, DIGITS),
                "post": gap.worst[name].post,
                "high": gap.worst[name].high,
                "low": gap.worst[name].low,
            }
            for name in FIGURES
        },
        "lean": {group: round(away, DIGITS) for group, away in gap.lean.items()},
    }
