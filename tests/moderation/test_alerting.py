"""Alerting: the dial that keeps the operator's word, never at the cost of danger, and what is said where it cannot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.values import Need
from moderation.alerting import KNOWN_DAYS, KNOWN_URGENT, NEVER, Choice, Heard, Known, Past, Share, share, usual
from moderation.dial import HIGHEST, LOWEST, POSITIONS, turned
from moderation.triage import Facts, triage
from tests.moderation.conftest import steady
from tests.moderation.test_triage import PROBABILITY, any_facts, facts

POLICY = steady()
FIRST = date(2026, 10, 23)
FORTNIGHT = [FIRST + timedelta(days=n) for n in range(14)]
ANGRY, CROSS, CALM = facts(negative=0.97, person=0.99), facts(negative=0.9, person=0.95), facts()
DANGER = facts(distress=0.9)


def past(*days: Sequence[Facts], known: Sequence[tuple[Facts, bool]] = (), whole: Sequence[date] | None = None) -> Past:
    """Make a past of days, each of its posts by another author."""
    author = count()
    heard = [Heard(FIRST + timedelta(days=n), next(author), post) for n, day in enumerate(days) for post in day]
    named = FORTNIGHT[: len(days)] if whole is None else whole
    return Past(POLICY, named, heard, [Known(post, urgent) for post, urgent in known])


def at(dial: float) -> int:
    return POSITIONS.index(dial)


def budget(most: float) -> Choice:
    return Choice(at_most_a_day=most)


def test_without_a_choice_the_policy_stands() -> None:
    assert past(*[[ANGRY] * 9] * 14).choose(Choice()).dial == 0.0


def test_a_budget_turns_the_dial_just_as_far_as_it_must() -> None:
    busy = past(*[[ANGRY, ANGRY, CROSS, CROSS, CROSS, CALM]] * 14)

    chosen = busy.choose(budget(2))

    place = at(chosen.dial)
    assert chosen.kept
    assert busy.alerts(at(0.0)) == [5] * 14
    assert (busy.alerts(place), busy.alerts(place - 1)) == ([2] * 14, [5] * 14)
    assert chosen.why == "2 alerts on a usual day of the last 14"


def test_a_budget_that_is_not_used_up_makes_no_alerts_beyond_the_policys() -> None:
    assert past(*[[CROSS]] * 14).choose(budget(50)).dial == 0.0


def test_the_same_customer_alerts_once_a_day() -> None:
    heard = [Heard(FIRST, 7, CROSS), Heard(FIRST, 7, ANGRY), Heard(FIRST + timedelta(days=1), 7, ANGRY)]

    found = Past(POLICY, FORTNIGHT[:2], heard, [])

    assert found.alerts(at(0.0)) == [1, 1]


def test_a_usual_day_is_one_that_three_of_four_do_not_exceed() -> None:
    storm = past(*[[ANGRY]] * 11, *[[ANGRY] * 40] * 3)

    assert storm.choose(budget(1)).dial == 0.0
    assert storm.trade(at(0.0)).most == 40
    assert [usual([1]), usual([3, 1, 2, 4]), usual([0, 0, 0, 9]), usual([0, 0, 9, 9])] == [1, 3, 0, 9]


def test_a_day_without_posts_is_a_day() -> None:
    rare = past([ANGRY] * 9, whole=FORTNIGHT)

    assert rare.choose(budget(0)).dial == 0.0
    assert rare.alerts(at(0.0)) == [9] + [0] * 13


def test_posts_of_a_day_that_is_not_whole_are_left_out() -> None:
    found = past([ANGRY] * 9, [ANGRY], whole=FORTNIGHT[1:2])

    assert found.alerts(at(0.0)) == [1]


def test_on_too_little_history_nothing_is_kept_from_alerting() -> None:
    short = past(*[[ANGRY] * 99] * (KNOWN_DAYS - 1))

    chosen = short.choose(budget(1))

    assert chosen.dial == 0.0
    assert chosen.why.startswith("only 6 whole days were judged by this model; until there are 7")


def test_danger_counts_but_is_never_kept_quiet() -> None:
    grim = past(*[[DANGER, DANGER, DANGER, ANGRY]] * 14)

    chosen, trade = grim.choose(budget(2)), grim.trade(at(0.0))

    assert (trade.usual, trade.danger) == (4, 3)
    assert (chosen.dial, chosen.kept) == (HIGHEST, False)
    assert "3 of them of danger, which always alerts" in chosen.why
    assert triage(DANGER, turned(POLICY, chosen.dial)).need is Need.URGENT


def test_missing_at_most_a_share_turns_the_dial_up_only_as_far_as_the_bound_allows() -> None:
    urgent = [(CROSS, True)] * 10 + [(ANGRY, True)] * 90
    found = past(known=urgent)

    chosen = found.choose(Choice(miss_at_most=0.2))

    missed = found.missed(at(chosen.dial))
    assert missed.part == 10  # those nearer to the threshold
    assert missed.high <= 0.2
    assert found.missed(at(chosen.dial) + 1).high > 0.2
    assert chosen.why == "10 of 100 urgent posts would be missed, at most 16.0% with 95 % confidence"


def test_a_share_that_the_policy_misses_turns_the_dial_down() -> None:
    faint = facts(negative=0.75, person=0.9)
    found = past(known=[(ANGRY, True)] * 80 + [(faint, True)] * 20)

    chosen = found.choose(Choice(miss_at_most=0.1))

    assert chosen.dial < 0
    assert triage(faint, turned(POLICY, chosen.dial)).need is Need.URGENT


def test_a_share_that_cannot_be_kept_is_said_and_the_lowest_dial_taken() -> None:
    found = past(known=[(CALM, True)] * 50 + [(ANGRY, True)] * 50)

    chosen = found.choose(Choice(miss_at_most=0.05))

    assert (chosen.dial, chosen.kept) == (LOWEST, False)
    assert chosen.why == "cannot be kept: 50 of 100 urgent posts would be missed even at the lowest dial"


def test_few_known_posts_bound_nothing() -> None:
    found = past(known=[(ANGRY, True)] * (KNOWN_URGENT - 1) + [(CALM, False)] * 500)

    chosen = found.choose(Choice(miss_at_most=0.5))

    assert (chosen.dial, chosen.why.partition(";")[0]) == (0.0, "only 29 posts are known to be urgent")


def test_what_a_position_brings_is_told_with_its_uncertainty() -> None:
    found = past(*[[ANGRY, CROSS]] * 14, known=[(ANGRY, True)] * 30 + [(CROSS, False)] * 10 + [(CALM, True)] * 10)

    trade = found.trade(at(0.0))

    assert (trade.missed.part, trade.missed.n) == (10, 40)
    assert (trade.precise.part, trade.precise.n) == (30, 40)
    assert trade.missed.low < 0.25 < trade.missed.high


def test_without_days_nothing_is_said_of_them() -> None:
    trade = past().trade(at(0.0))

    assert (trade.usual, trade.most, trade.danger) == (None, None, None)
    assert trade.missed == Share(0, 0, 0.0, 1.0)


@pytest.mark.parametrize(("part", "n", "high"), [(0, 100, 0.0263), (10, 100, 0.1608), (0, 0, 1.0), (5, 5, 1.0)])
def test_a_bound_is_wilsons(part: int, n: int, high: float) -> None:
    assert share(part, n).high == pytest.approx(high, abs=1e-3)


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_share_lies_within_its_bounds(part: int, more: int) -> None:
    found = share(part, part + more)

    assert 0 <= found.low <= found.value <= found.high <= 1 or found.n == 0


UNHAPPY = st.builds(lambda negative, person: facts(negative=negative, person=person), PROBABILITY, PROBABILITY)
POSTS = st.lists(UNHAPPY, max_size=12)
# no deadlines: each example judges hundreds of posts anew


@settings(max_examples=50, deadline=None)
@given(POSTS, st.integers(0, 3), st.integers(0, 3))
def test_a_larger_budget_never_raises_thresholds(posts: list[Facts], one: int, other: int) -> None:
    found = past(*[posts[n::KNOWN_DAYS] for n in range(KNOWN_DAYS)])

    tight, wide = (found.choose(budget(most)) for most in sorted((one, other)))

    assert wide.dial <= tight.dial
    for chosen, most in ((tight, min(one, other)), (wide, max(one, other))):
        assert chosen.kept == (usual(found.alerts(at(chosen.dial))) <= most)


@settings(max_examples=50, deadline=None)
@given(POSTS, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_to_miss_never_lowers_thresholds(posts: list[Facts], one: float, other: float) -> None:
    found = past(known=[(post, True) for post in [*posts, CROSS] * KNOWN_URGENT])

    strict, lenient = (found.choose(Choice(miss_at_most=most)) for most in sorted((one, other)))

    assert lenient.dial >= strict.dial


@settings(max_examples=50, deadline=None)
@given(any_facts(PROBABILITY))
def test_the_place_of_a_post_is_where_triage_stops_alerting(post: Facts) -> None:
    found = past([post])

    alerting = [triage(post, turned(POLICY, dial)).need is Need.URGENT for dial in POSITIONS]

    assert [found.alerts(place) == [1] for place in range(len(POSITIONS))] == alerting
    assert found._place(post) == (sum(alerting) - 1 if any(alerting) else NEVER)


def test_choosing_again_gives_the_same() -> None:
    def chosen() -> object:
        return past(*[[ANGRY, CROSS]] * 14, known=[(CROSS, True)] * 40).choose(budget(1))

    assert chosen() == chosen()


def test_a_policys_own_thresholds_are_what_the_dial_turns() -> None:
    strict = replace(POLICY, default=replace(POLICY.default, urgent_negative=0.99, urgent_person=0.999))
    heard = [Heard(day, n, CROSS) for n, day in enumerate(FORTNIGHT)]

    found = Past(strict, FORTNIGHT, heard, [])

    assert found.alerts(at(0.0)) == [0] * 14
