"""Figures as people read them: percent with one decimal, an en dash where there is nothing. Computes nothing."""

from moderation.measure.values import Interval, Threshold

TITLES = {
    "sentiment": "Sentiment",
    "abuse": "Abuse",
    "abusive": "Abusive at all",
    "kind": "Kind of post",
    "person": "Needs a person",
    "distress": "Distress",
    "need": "Need: what the bot would do",
}
NOTHING = "–"


def title(head: str) -> str:
    """Name a head for people."""
    return TITLES.get(head) or f"Why a person: {head.partition('.')[2]}"


def percent(share: float | None) -> str:
    """Write a share in percent."""
    return NOTHING if share is None else f"{100 * share:.1f}"


def within(interval: Interval | None) -> str:
    """Write an interval in percent."""
    return NOTHING if interval is None else f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"


def threshold(found: Threshold | None, wanted: str) -> str:
    """Write from where on, and what the other figure is then: `0.431 (R 88.2)`."""
    if found is None:
        return "none"
    other = ("R", found.recall) if wanted == "precision" else ("P", found.precision)
    return f"{found.at:.3f} ({other[0]} {percent(other[1])})"


def level(wanted: str, least: float) -> str:
    """Head the column of thresholds for what is wanted: `from, P ≥ 80 %`."""
    return f"{wanted[0].upper()} ≥ {100 * least:g} %"
