"""Answer times: how long customers waited for a person, and whether the promises about it were kept. Reads no rows."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from desk.report import measures
from desk.report.casebook import Cut, cases
from desk.report.values import AnswerTimes, Change, Figure, Spread, Target
from desk.report.waits import Wait
from domain.hours import OpeningHours
from domain.values import Need

Took = Callable[[Wait], float | None]


def answer_times(
    now: Cut, before: Cut | None, *, hours: OpeningHours, promised: Mapping[Need, timedelta]
) -> AnswerTimes:
    """Make the answer times of a week; `before` is the week before it, None in a first week."""

    def inside(wait: Wait) -> bool:
        return hours.open_at(wait.began_at)

    def outside(wait: Wait) -> bool:
        return not inside(wait)

    def first(part: str, words: str, where: Callable[[Wait], bool]) -> Spread:
        then = before.answered if before else []
        label = f"First answer by a person{words}"
        return _spread(f"answer.{part}", label, list(filter(where, now.answered)), list(filter(where, then)), _answer)

    def resolution(part: str, words: str, where: Callable[[Wait], bool]) -> Spread:
        then = before.resolved if before else []
        label = f"Time to resolution{words}"
        return _spread(
            f"answer.{part}", label, list(filter(where, now.resolved)), list(filter(where, then)), _resolution
        )

    return AnswerTimes(
        first=first("first", "", _every),
        first_inside=first("first.inside", ", written within opening hours", inside),
        first_outside=first("first.outside", ", written outside opening hours", outside),
        resolution=resolution("resolution", "", _every),
        resolution_inside=resolution("resolution.inside", ", written within opening hours", inside),
        resolution_outside=resolution("resolution.outside", ", written outside opening hours", outside),
        within_target=_in_time("answer.target", "Answered within the promised time", now, before),
        targets=tuple(_target(need, seconds, now, before) for need, seconds in promised.items()),
        unanswered=measures.count(
            "answer.unanswered",
            "Customers who wait for a person's first word",
            cases=cases(wait for wait in now.live if wait.answered_at is None),
            earlier=[len(cases(wait for wait in before.live if wait.answered_at is None))] if before else (),
            good=Change.DOWN,
        ),
        hours=str(hours),
    )


def _every(_: Wait) -> bool:
    return True


def _answer(wait: Wait) -> float | None:
    return wait.answer_s


def _resolution(wait: Wait) -> float | None:
    return wait.resolution_s


def _spread(name: str, label: str, now: list[Wait], then: list[Wait], took: Took) -> Spread:
    pairs = [(wait.case_id, seconds) for wait in now if (seconds := took(wait)) is not None]
    before = [seconds for wait in then if (seconds := took(wait)) is not None]
    return measures.spread(name, label, pairs, before=before)


def _target(need: Need, promised: timedelta, now: Cut, before: Cut | None) -> Target:
    met = _in_time(f"answer.target.{need}", f"Answered within the promised time: {need}", now, before, need=need.value)
    return Target(need=need.value, seconds=promised.total_seconds(), met=met)


def _in_time(name: str, label: str, now: Cut, before: Cut | None, *, need: str | None = None) -> Figure:
    """Make the share of the week's first answers that came in time; the cases behind it are those that did not."""

    def told(cut: Cut) -> list[Wait]:
        return [wait for wait in cut.answered if wait.due_at and need in (None, wait.need)]

    return _kept(name, label, told(now), told(before) if before else None)


def promises(now: Cut, before: Cut | None) -> Figure:
    """Make the share of the promises that fell due this week and were kept; what needed nobody was no promise."""

    def due(cut: Cut) -> list[Wait]:
        return [wait for wait in cut.waits if cut.within(wait.due_at) and wait.dismissed_at is None]

    label = "Promises of a first answer that fell due and were kept"
    return _kept("promises.kept", label, due(now), due(before) if before else None)


def in_time(wait: Wait) -> bool:
    """Say whether a person's first word came by the time it was promised for."""
    return bool(wait.due_at and wait.answered_at and wait.answered_at <= wait.due_at)


def _kept(name: str, label: str, now: list[Wait], then: list[Wait] | None) -> Figure:
    kept = sum(map(in_time, now))
    before = (sum(map(in_time, then)), len(then)) if then is not None else None
    made = measures.share_of(name, label, kept, len(now), before=before, good=Change.UP)
    return measures.with_ids(made, cases=cases(now))
