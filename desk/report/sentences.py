"""The week in three sentences: how much and how it felt, what hurt, how customers were answered. Pure."""

from collections.abc import Sequence

from desk.phrases import number
from desk.report import numbers
from desk.report.numbers import duration, plural
from desk.report.values import (
    AnswerTimes,
    Band,
    Change,
    Figure,
    Incident,
    OpenCase,
    PainPoint,
    Totals,
    Trend,
    Unit,
)

NAMED = 2  # pain points in a sentence
_AGAINST = {Change.UP: "more than", Change.DOWN: "fewer than", Change.STEADY: "about as many as"}


def volume(totals: Totals, expected: Band | None) -> str:
    """Say how much was written and how it felt; `expected` is how many posts the weeks before let expect."""
    posts = totals.posts
    if not posts.value:
        return "Nobody wrote this week."
    said = f"{_people(totals)} wrote {plural(posts.value, 'post')}{_against(posts, expected)}"
    negative = totals.sentiment.negative
    if negative.value is None:
        return f"{said}."
    verb = "was" if negative.hits == 1 else "were"
    return f"{said}; {numbers.figure(negative)} {verb} negative{_than_before(negative)}."


def _people(totals: Totals) -> str:
    return plural(totals.customers.value or 0, "person", "people")


def _against(posts: Figure, expected: Band | None) -> str:
    if expected and posts.change in _AGAINST:
        return f", {_AGAINST[posts.change]} in the weeks before ({number(round(expected.middle))} on average)"
    if posts.before is not None and posts.change in _AGAINST:
        return f", {_AGAINST[posts.change]} the week before ({number(round(posts.before))})"
    return ""


def _than_before(negative: Figure) -> str:
    if negative.before is None or negative.too_small:
        return ""
    before = numbers.amount(negative.before, Unit.SHARE)
    match negative.change:
        case Change.UP:
            return f", up from {before}"
        case Change.DOWN:
            return f", down from {before}"
        case Change.STEADY:
            return f", no different from the week before ({before})"
    return ""


def hurt(totals: Totals, pains: Sequence[PainPoint], incidents: Sequence[Incident]) -> str:
    """Say what hurt."""
    parts = []
    there = [pain for pain in pains if pain.trend is not Trend.GONE and pain.size.value]
    if there:
        parts.append(f"What hurt most: {listed([_pain(pain) for pain in there[:NAMED]])}")
    if incidents:
        storm = max(incidents, key=lambda each: each.cases.value or 0)
        about = f" about {listed(storm.topics)}" if storm.topics else ""
        parts.append(
            f"{plural(len(incidents), 'storm')}, the largest with {plural(storm.cases.value or 0, 'case')}{about}"
        )
    if parts:
        return f"{'; '.join(parts)}."
    opened = totals.cases.value
    return f"{plural(opened, 'case')} came up, and no pain point stood out." if opened else "Nothing hurt."


def _pain(pain: PainPoint) -> str:
    trend = {Trend.NEW: ", new", Trend.GROWING: ", growing", Trend.SHRINKING: ", shrinking"}.get(pain.trend, "")
    return f"{pain.name} ({plural(pain.size.value or 0, 'post')}{trend})"


def answered(answers: AnswerTimes, open_cases: Sequence[OpenCase]) -> str:
    """Say how customers were answered, and who still waits."""
    median, p90, target = answers.first.median, answers.first.p90, answers.within_target
    if median.value is None:
        said = "No customer was answered by a person"
    else:
        nine = f", nine of ten within {duration(p90.value)}" if p90.value is not None and not p90.too_small else ""
        said = f"A person's first answer took {duration(median.value)} at the median{nine}"
        said += f", {numbers.figure(target)} in the promised time" if target.value is not None else ""
    waiting = answers.unanswered.value
    if not waiting:
        return f"{said}; nobody is left waiting for one." if median.value is not None else "Nobody waits for an answer."
    unanswered = [case.waiting_s for case in open_cases if case.case_id in answers.unanswered.cases]
    longest = f", the longest for {duration(max(unanswered))}" if unanswered else ""
    return f"{said}; {plural(waiting, 'customer')} still {'waits' if waiting == 1 else 'wait'}{longest}."


def listed(parts: Sequence[str]) -> str:
    """Say a list: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
