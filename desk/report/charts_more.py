"""What the charts of days, groups, answers and the funnel show: positions between 0 and 1, and words. Draws nothing."""

from math import ceil, log10
from typing import Any

from desk import phrases
from desk.report import numbers, typeset
from desk.report.values import Band, Day, Figure, Group, Report, Spread, Step, Target, Unit

LANGUAGES = 7  # shown; the rest is counted
_LABEL = 40
_SHORTEST, _LONGEST = 60, 1_209_600  # seconds: one minute, two weeks; the ends of the time axis
_TICKS = ((60, "1 min"), (600, "10 min"), (3600, "1 h"), (28_800, "8 h"), (86_400, "1 d"), (604_800, "1 w"))
_USUAL = ("band", "usual range, by the last four weeks", "box")


def days(report: Report) -> dict[str, Any]:
    """Show posts and the negative share of each day against what the weeks before let expect."""
    posts = [_point(day.posts, day.expected) for day in report.days]
    negative = [_point(day.negative, day.negative_expected) for day in report.days]
    known = any(day.expected for day in report.days)
    few = any(row["small"] and row["value"] is not None for row in negative)
    key = [_USUAL] if known else [("grid", "no weeks before to compare with", "")]
    return {
        "key": key,
        "names": [numbers.day(day.day) for day in report.days],
        "posts": {"name": "Posts", "rows": posts, "top": _top(posts, 1)},
        "negative": {"name": _negative_name(few=few), "rows": negative, "top": min(1.2, _top(negative, 0.5))},
    }


def groups(report: Report) -> dict[str, Any]:
    """Show where the posts came from, and how many of them hurt."""
    parts = [_part("Channels", report.channels), _part("Languages", report.languages)]
    key = [("neutral", "posts", "box"), ("negative", "negative ones", "box")]
    return {"key": key, "parts": [part for part in parts if part["rows"]] or [_nothing()]}


def answers(report: Report) -> dict[str, Any]:
    """Show how long customers waited, on a scale where each step is some ten times the one before."""
    times = report.answers
    rows = [
        _wait("First answer", times.first),
        _wait("Asked when open", times.first_inside),
        _wait("Asked when closed", times.first_outside),
        _wait("Resolved", times.resolution),
    ]
    return {
        "key": [("line", "half waited less", "dot"), ("line", "9 of 10 waited less", "post")],
        "rows": rows,
        "ticks": [{"at": _place(seconds), "name": name} for seconds, name in _TICKS],
        "within": "First answers in time",
        "targets": [_target(target) for target in times.targets if target.met.n],
    }


def funnel(report: Report) -> dict[str, Any]:
    """Show how many cases came how far from the public post to the private thread."""
    most = max([_value(step.reached) for step in report.funnel], default=0) or 1
    return {"rows": [_step(step, most) for step in report.funnel]}


def outside(one: Figure, expected: Band | None) -> bool:
    """Say whether a value is not what was to be expected."""
    return one.value is not None and expected is not None and not expected.low <= one.value <= expected.high


def biggest(report: Report) -> Day | None:
    """Find the day with the most posts; None in a week without any."""
    day = max(report.days, key=lambda day: _value(day.posts), default=None)
    return day if day and _value(day.posts) else None


def _point(one: Figure, expected: Band | None) -> dict[str, Any]:
    band = [expected.low, expected.middle, expected.high] if expected else None
    small = one.unit is Unit.SHARE and one.too_small
    label = "" if one.value is None else numbers.figure(one).replace(" of ", "/")
    return {
        "value": one.value,
        "label": label or numbers.NOTHING,
        "small": small,
        "out": outside(one, expected),
        "band": band,
    }


def _top(rows: list[dict[str, Any]], least: float) -> float:
    highest = [row["value"] or 0 for row in rows] + [row["band"][2] for row in rows if row["band"]]
    return float(max([*highest, least])) * 1.08


def _negative_name(*, few: bool) -> str:
    return "Negative among them (hollow: too few for a percentage)" if few else "Negative among them"


def _part(name: str, found: tuple[Group, ...]) -> dict[str, Any]:
    heard = [group for group in found if group.posts.value]
    shown, rest = heard[:LANGUAGES], heard[LANGUAGES:]
    most = max([_value(group.posts) for group in found], default=0) or 1
    others = sum(_value(group.posts) for group in rest)
    more = f"{len(rest)} more with {numbers.plural(others, 'post')} together" if rest else ""
    return {"name": name, "rows": [_group(group, most) for group in shown], "more": more}


def _nothing() -> dict[str, Any]:
    return {"name": "No posts were heard.", "rows": [], "more": ""}


def _group(group: Group, most: float) -> dict[str, Any]:
    posts = _value(group.posts)
    hurt = f"{numbers.figure(group.negative)} negative"
    if group.negative.too_small and group.negative.hits is not None:
        hurt = f"{phrases.number(group.negative.hits)} negative"
    return {
        "name": typeset.words(group.label, _LABEL),
        "share": posts / most,
        "negative": group.negative.value or 0,
        "label": f"{phrases.number(round(posts))} · {hurt}",
    }


def _wait(name: str, spread: Spread) -> dict[str, Any]:
    median, far = spread.median, spread.p90
    shown = None if far.value is None or far.too_small else _place(far.value)
    return {
        "name": name,
        "label": _wait_label(spread, far=shown is not None),
        "median": None if median.value is None else _place(median.value),
        "far": shown,
        "small": median.too_small,
    }


def _wait_label(spread: Spread, *, far: bool) -> str:
    median = spread.median
    if median.value is None:
        return "none this week"
    said = f"half in {numbers.figure(median)}"
    if far:
        said += f", 9 of 10 in {numbers.figure(spread.p90)}"
    return f"{said} ({numbers.plural(median.n, 'case')})" if median.too_small else said


def _place(seconds: float) -> float:
    """Place a duration on the axis, 0 to 1."""
    kept = min(max(seconds, _SHORTEST), _LONGEST)
    return log10(kept / _SHORTEST) / log10(_LONGEST / _SHORTEST)


def _target(target: Target) -> dict[str, Any]:
    met = numbers.figure(target.met)
    of = "" if target.met.too_small else f" of {phrases.number(target.met.n)}"
    name = f"{phrases.one_line(target.need, _LABEL)}, {numbers.duration(target.seconds)}"
    return {"name": typeset.drawable(name), "share": target.met.value or 0, "label": f"{met}{of}"}


def _step(step: Step, most: float) -> dict[str, Any]:
    of = step.of_previous
    label = f"{numbers.figure(of)} of the step before" if of and of.value is not None else ""
    if of and of.too_small and of.value is not None:
        label = f"{numbers.figure(of)}"
    reached = _value(step.reached)
    name = typeset.drawable(phrases.one_line(step.label, _LABEL))
    return {"name": name, "label": label, "share": reached / most, "size": phrases.number(ceil(reached))}


def _value(one: Figure) -> float:
    return one.value or 0
