"""What the chart of pain points shows: the largest first, each against what was usual. Draws nothing."""

from typing import Any

from desk import phrases
from desk.report import numbers, typeset
from desk.report.values import PainPoint, Report, Trend

SHOWN = 6
_NAME = 60  # characters; the picture cuts what does not fit


def pains(report: Report) -> dict[str, Any]:
    """Show how many posts each pain point had, what was to be expected, and the weeks before."""
    shown, rest = largest(report), len(alive(report)) - SHOWN
    most = max([_reach(one) for one in shown], default=0) or 1
    key = [("negative", "posts this week", "box")]
    if any(one.expected for one in shown):
        key.append(("band", "usual", "box"))
    if any(one.earlier for one in shown):
        key.append(("neutral", "weeks before", "box"))
    return {
        "key": key if shown else [],
        "rows": [_row(one, most) for one in shown],
        "more": f"and {numbers.plural(rest, 'smaller pain point')} in the report" if rest > 0 else "",
        "nothing": "No post that hurts was heard often enough to speak of a pain point.",
    }


def alive(report: Report) -> list[PainPoint]:
    """List the pain points that were felt this week, in the report's order."""
    return [one for one in report.pains if one.trend is not Trend.GONE]


def largest(report: Report) -> list[PainPoint]:
    """List those a picture has room for."""
    return alive(report)[:SHOWN]


def trend(one: PainPoint) -> str:
    """Say in words and by a sign how a pain point stands: "▲ more than usual (20–41)"."""
    said = f"{numbers.sign(one.trend)} {numbers.trend(one.trend)}".strip()
    usual = numbers.band(one.expected) if one.expected else ""
    return f"{said} ({usual})" if said and usual and one.trend is not Trend.NEW else said


def _short(one: PainPoint) -> str:
    """Say it where room is short: "▲ usual 20–43"."""
    if not one.expected or one.trend in (Trend.NEW, Trend.UNKNOWN):
        return numbers.trend(one.trend) and trend(one)
    mark = numbers.sign(one.trend) or "as"
    return f"{mark} usual {numbers.band(one.expected)}"


def _row(one: PainPoint, most: float) -> dict[str, Any]:
    band = [one.expected.low / most, one.expected.high / most] if one.expected else None
    return {
        "name": typeset.words(one.name, _NAME, one.langs[0] if one.langs else "und"),
        "size": phrases.number(round(one.size.value or 0)),
        "share": (one.size.value or 0) / most,
        "band": band,
        "words": _short(one) or ("post" if one.size.value == 1 else "posts"),
        "sizes": _sizes(one) if one.earlier else [],
    }


def _sizes(one: PainPoint) -> list[float]:
    return [*one.earlier[-4:], one.size.value or 0]


def _reach(one: PainPoint) -> float:
    return max(one.size.value or 0, one.expected.high if one.expected else 0)
