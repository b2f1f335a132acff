"""An evaluation as values for JSON, in a shape that stays: names may be added, none is renamed. Computes nothing."""

from typing import Any

from moderation.measure.values import Evaluation, Found, Head, Interval, Mistake, OfLabel, Part, Threshold

DIGITS = 4


def document(found: Evaluation) -> dict[str, Any]:
    """Write an evaluation down. Shares are 0 to 1 with four decimals; null: nothing to divide by, or not known."""
    return {
        "model": found.model,
        "policy": found.policy,
        "posts": found.posts,
        "languages": dict(found.langs),
        "wanted": dict(found.wanted),
        "heads": {head.name: _head(head) for head in found.heads},
    }


def _head(head: Head) -> dict[str, Any]:
    return {
        "labels": list(head.labels),
        "all": _part(head.whole),
        "languages": {part.name: _part(part) for part in head.languages},
        "wrong": head.wrong,
        "worst": [_mistake(each) for each in head.worst],
    }


def _part(part: Part) -> dict[str, Any]:
    sure, macro = part.calibration, part.macro
    found = {each.label: each for each in part.found}
    return {
        "n": part.n,
        "langs": list(part.langs),
        "macro_f1": _round(macro.f1) if macro else None,
        "macro_f1_95": _within(macro.f1_within) if macro else None,
        "macro_recall": _round(macro.recall) if macro else None,
        "macro_recall_95": _within(macro.recall_within) if macro else None,
        "accuracy": _round(part.accuracy),
        "confusion": [list(row) for row in part.table.counts],
        "labels": {each.label: _label(each, found.get(each.label)) for each in part.labels},
        "calibration": sure
        and {
            "ece": _round(sure.ece),
            "brier": _round(sure.brier),
            "bins": [
                {
                    "low": _round(each.low),
                    "high": _round(each.high),
                    "n": each.n,
                    "confidence": _round(each.confidence),
                    "right": _round(each.right),
                }
                for each in sure.bins
            ],
        },
    }


def _label(label: OfLabel, found: Found | None) -> dict[str, Any]:
    return {
        "support": label.support,
        "named": label.named,
        "precision": _round(label.precision),
        "recall": _round(label.recall),
        "f1": _round(label.f1),
        "average_precision": _round(found.average_precision) if found else None,
        "thresholds": {wanted: _threshold(at) for wanted, at in found.thresholds.items()} if found else {},
    }


def _threshold(found: Threshold | None) -> dict[str, Any] | None:
    if found is None:
        return None
    shares = {"precision": _round(found.precision), "recall": _round(found.recall)}
    # not rounded: the post that sets a threshold must still reach it
    return {"at": found.at, **shares, "named": found.named}


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "line": mistake.line,
        "lang": mistake.lang,
        "gold": mistake.gold,
        "named": mistake.named,
        "confidence": _round(mistake.confidence),
        "text": mistake.text,
    }


def _within(interval: Interval) -> list[float | None]:
    return [_round(interval.low), _round(interval.high)]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
