"""What the charts say, in words: a title that is the finding, and the text in a picture's stead. Draws nothing."""

from collections.abc import Callable, Iterable, Mapping

from desk import phrases
from desk.report import numbers
from desk.report.charts_more import biggest, outside
from desk.report.charts_pains import alive, largest, trend
from desk.report.values import Day, Figure, Group, PainPoint, Report, Spread, Trend, Unit

_NAME = 60
_ALT = 1500  # characters; Slack's own limit for the text of an uploaded picture is not documented


def title(name: str, report: Report) -> str:
    """Say what a chart shows, as a finding."""
    return phrases.clean(_TITLES[name](report), 160)


def alt(name: str, report: Report) -> str:
    """Tell the whole finding to those who do not see the chart."""
    return phrases.clean(f"{_TITLES[name](report)}. {_ALTS[name](report)}", _ALT)


def alts(names: Iterable[str], report: Report) -> dict[str, str]:
    """Tell several findings, by the charts' names."""
    return {name: alt(name, report) for name in names}


def _days_title(report: Report) -> str:
    day, posts = biggest(report), report.totals.posts
    if day is None:
        return "Nobody wrote this week"
    said = numbers.plural(posts.value or 0, "post")
    out = [one for one in report.days if outside(one.posts, one.expected)]
    if not any(one.expected for one in report.days):
        return f"{said}; most of them on {_weekday(day)}"
    if len(out) == 1:
        return f"{said}; {_weekday(out[0])} stood out with {numbers.figure(out[0].posts)}"
    return f"{said}; {len(out)} of 7 days out of the usual range" if out else f"{said}, each day as usual"


def _days_alt(report: Report) -> str:
    return " ".join(f"{_weekday(day)}: {_day(day)}." for day in report.days)


def _day(day: Day) -> str:
    posts = numbers.plural(day.posts.value or 0, "post")
    usual = f" (usual {numbers.band(day.expected)})" if day.expected else ""
    hurt = "" if day.negative.value is None else f", {numbers.figure(day.negative)} negative"
    range_ = numbers.band(day.negative_expected, Unit.SHARE)
    return f"{posts}{usual}{hurt}" + (f" (usual {range_})" if hurt and range_ and not day.negative.too_small else "")


def _weekday(day: Day) -> str:
    return f"{day.day:%A}"


def _groups_title(report: Report) -> str:
    groups = [*report.channels, *report.languages]
    if not groups:
        return "No posts from any channel"
    apart = [group for group in groups if _above(group.negative, report.totals.sentiment.negative)]
    if not apart:
        return "No channel or language is clearly more negative than the rest"
    worst = max(apart, key=lambda group: group.negative.value or 0)
    posts = numbers.plural(worst.posts.value or 0, "post")
    return f"Most negative: {phrases.one_line(worst.label, _NAME)}, {numbers.figure(worst.negative)} of {posts}"


def _above(one: Figure, whole: Figure) -> bool:
    """Say whether a share is above the whole by more than chance."""
    if one.too_small or one.interval is None or whole.value is None:
        return False
    return one.interval.low > whole.value


def _groups_alt(report: Report) -> str:
    return f"By channel: {_groups(report.channels)}. By language: {_groups(report.languages)}."


def _groups(found: tuple[Group, ...]) -> str:
    return "; ".join(map(_group, found)) or "none"


def _group(group: Group) -> str:
    posts = numbers.plural(group.posts.value or 0, "post")
    return f"{phrases.one_line(group.label, _NAME)} {posts}, {numbers.figure(group.negative)} negative"


def _pains_title(report: Report) -> str:
    found = alive(report)
    if not found:
        return "No pain point stands out"
    growing = [one for one in found if one.trend in (Trend.GROWING, Trend.NEW)]
    count = numbers.plural(len(found), "pain point")
    if not growing:
        return f"{count}, none of them growing"
    new = sum(one.trend is Trend.NEW for one in growing)
    parts = [f"{len(growing) - new} growing" if len(growing) > new else "", f"{new} new" if new else ""]
    return f"{count}: {' and '.join(part for part in parts if part)}"


def _pains_alt(report: Report) -> str:
    return " ".join(map(_pain, largest(report)))


def _pain(one: PainPoint) -> str:
    said = trend(one)
    posts = numbers.plural(one.size.value or 0, "post")
    return f"{phrases.one_line(one.name, _NAME)}: {posts}{f', {said}' if said else ''}."


def _answers_title(report: Report) -> str:
    first, within = report.answers.first.median, report.answers.within_target
    if first.value is None:
        return "Nobody had to be answered by a person"
    said = f"A person answered half of the customers within {numbers.figure(first)}"
    return f"{said}; {_in_time(within)} in time" if within.value is not None else said


def _in_time(within: Figure) -> str:
    return numbers.figure(within)


def _answers_alt(report: Report) -> str:
    times = report.answers
    rows = (
        ("First answer", times.first),
        ("Asked when open", times.first_inside),
        ("Asked when closed", times.first_outside),
        ("Resolved", times.resolution),
    )
    targets = [
        f"{phrases.one_line(one.need, _NAME)}, in {numbers.duration(one.seconds)}: {numbers.based(one.met)}."
        for one in times.targets
        if one.met.n
    ]
    return " ".join([*(f"{name}: {_spread(spread)}." for name, spread in rows), *targets])


def _spread(spread: Spread) -> str:
    if spread.median.value is None:
        return "none this week"
    said = f"half within {numbers.based(spread.median)}"
    telling = spread.p90.value is not None and not spread.p90.too_small
    return f"{said}, 9 of 10 within {numbers.figure(spread.p90)}" if telling else said


def _funnel_title(report: Report) -> str:
    opened = next((step for step in report.funnel if step.key == "opened"), None)
    share = opened.of_previous if opened else None
    if share is None or share.hits is None or not share.n:
        return "No private thread was offered"
    percent = "" if share.too_small else f" ({numbers.figure(share)})"
    return f"{phrases.number(share.hits)} of {phrases.number(share.n)} offered private threads were opened{percent}"


def _funnel_alt(report: Report) -> str:
    return (
        "; ".join(f"{phrases.one_line(step.label, _NAME)}: {numbers.figure(step.reached)}" for step in report.funnel)
        + "."
    )


_Says = Callable[[Report], str]
_TITLES: Mapping[str, _Says] = {
    "days": _days_title,
    "groups": _groups_title,
    "pains": _pains_title,
    "answers": _answers_title,
    "funnel": _funnel_title,
}
_ALTS: Mapping[str, _Says] = {
    "days": _days_alt,
    "groups": _groups_alt,
    "pains": _pains_alt,
    "answers": _answers_alt,
    "funnel": _funnel_alt,
}
