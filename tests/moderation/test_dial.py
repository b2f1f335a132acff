"""The dial: it turns alerts up and down, leaves danger alone, and every verdict says how it stood."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import AnswerBy, Need, Priority, Triage
from moderation.dial import HIGHEST, LOWEST, POSITIONS, STEP, TURNED, shifted, turned
from moderation.triage import Facts, triage
from tests.moderation.conftest import steady
from tests.moderation.test_triage import CARD, ODD, ORDER, PROBABILITY, any_facts, facts

POLICY = replace(steady(), reach_followers=50_000)  # the rule of readers is off unless a policy asks for it
QUIET, LOUD = turned(POLICY, 2.0), turned(POLICY, -1.0)
ANGRY = facts(negative=0.9, person=0.95)
DIALS = st.sampled_from(POSITIONS)
DANGERS = {
    "distress": facts(distress=POLICY.default.distress),
    "threat": facts(abuse={"threat": POLICY.default.threat}),
    "hateful": facts(abuse={"hateful": POLICY.default.hateful}),
    "personal-data": facts(personal=(CARD,)),
    "press": facts(person=POLICY.default.person, why={"press": POLICY.default.reason}),
    "encrypted": facts(encrypted=True),
}


def test_a_dial_that_stands_at_nothing_is_the_policy_itself() -> None:
    assert turned(POLICY, 0.0) is POLICY


def test_every_verdict_says_how_the_dial_stood() -> None:
    versions = [triage(ANGRY, turned(POLICY, dial)).policy for dial in (0.0, 0.75, -1.0)]

    assert versions == [POLICY.version, f"{POLICY.version}+0.75", f"{POLICY.version}-1.00"]


def test_the_positions_lie_a_step_apart_and_the_policy_is_one_of_them() -> None:
    assert (POSITIONS[0], POSITIONS[-1]) == (LOWEST, HIGHEST)
    assert all(after - before == pytest.approx(STEP) for before, after in pairwise(POSITIONS))
    assert 0.0 in POSITIONS


def test_what_the_dial_keeps_from_alerting_becomes_a_complaint_with_its_reason() -> None:
    loud, quiet = triage(ANGRY, POLICY), triage(ANGRY, QUIET)

    assert (loud.need, loud.priority) == (Need.URGENT, Priority.HIGH)
    assert quiet == Triage(
        need=Need.COMPLAINT,
        priority=Priority.NORMAL,
        answer_by=AnswerBy.BOT,
        reason=f"{loud.reason}; less than alerts now",
        rule="urgent",
        policy=QUIET.version,
    )


def test_an_insult_that_does_not_alert_is_still_not_answered_by_the_bot() -> None:
    insult = facts(abuse={"offensive": 0.7})

    decided = triage(insult, QUIET)

    assert (decided.need, decided.answer_by) == (Need.COMPLAINT, AnswerBy.PERSON)


def test_a_rule_that_is_kept_quiet_yields_to_one_that_alerts() -> None:
    both = facts(negative=0.6, person=0.95, why={"press": 0.9}, followers=10**6)

    assert triage(both, POLICY).rule == "reach"
    assert triage(both, QUIET).rule == "press"
    assert triage(replace(both, scores=replace(both.scores, why={})), QUIET).need is Need.COMPLAINT


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize("dial", [LOWEST, 2.0, HIGHEST])
def test_danger_is_told_however_the_dial_stands(danger: str, dial: float) -> None:
    before, after = triage(DANGERS[danger], POLICY), triage(DANGERS[danger], turned(POLICY, dial))

    assert before.rule == danger
    assert (after.need, after.priority, after.answer_by) == (before.need, before.priority, before.answer_by)
    if dial > 0:
        assert replace(after, policy=before.policy) == before


@pytest.mark.parametrize("danger", ["distress", "threat", "hateful"])
def test_turned_down_the_dial_finds_more_danger_and_turned_up_no_less(danger: str) -> None:
    under = getattr(POLICY.default, danger) * 0.9
    faint = facts(distress=under) if danger == "distress" else facts(abuse={danger: under, "none": 1 - under})

    found = {dial: triage(faint, turned(POLICY, dial)).rule == danger for dial in (-1.0, 0.0, 2.0)}

    assert found == {-1.0: True, 0.0: False, 2.0: False}
    assert getattr(turned(POLICY, 2.0).default, danger) == getattr(POLICY.default, danger)


def test_an_order_number_is_less_than_danger_and_is_dialled() -> None:
    about = facts(negative=0.6, personal=(ORDER,))

    assert triage(about, POLICY).need is Need.URGENT
    assert (triage(about, QUIET).need, triage(about, QUIET).rule) == (Need.COMPLAINT, "order-number")


def test_a_lower_dial_alerts_to_what_is_only_a_complaint() -> None:
    about = facts(negative=0.75, person=0.9)

    assert triage(about, POLICY).need is Need.COMPLAINT
    assert triage(about, LOUD).need is Need.URGENT


def test_a_languages_own_thresholds_are_turned_as_well() -> None:
    own = replace(POLICY, by_language={"th": replace(POLICY.default, urgent_negative=0.95, urgent_person=0.99)})

    at, alerting = own.thresholds("th"), turned(own, 1.0).alerting("th")

    assert alerting.urgent_person == shifted(at.urgent_person, 1.0) > at.urgent_person
    assert turned(own, 1.0).thresholds("th") == at


def test_only_what_makes_alerts_is_turned() -> None:
    at, alerting = POLICY.thresholds("en"), QUIET.alerting("en")

    moved = {name for name in at.__dataclass_fields__ if getattr(at, name) != getattr(alerting, name)}
    assert moved == set(TURNED)


@pytest.mark.parametrize(
    ("threshold", "dial", "found"), [(0.5, 0.0, 0.5), (0.5, 2.0, 0.881), (0.85, -2.0, 0.434), (0, 6, 0), (1, -2, 1)]
)
def test_a_threshold_moves_by_log_odds_and_certainty_stays(threshold: float, dial: float, found: float) -> None:
    assert shifted(threshold, dial) == pytest.approx(found, abs=5e-4)


@given(any_facts(PROBABILITY), DIALS, DIALS)
def test_turning_the_dial_up_never_makes_an_alert(about: Facts, one: float, other: float) -> None:
    low, high = (triage(about, turned(POLICY, dial)).need is Need.URGENT for dial in sorted((one, other)))

    assert low >= high


@given(any_facts(ODD), DIALS)
def test_the_dial_changes_nothing_but_what_is_urgent(about: Facts, dial: float) -> None:
    before, after = triage(about, POLICY), triage(about, turned(POLICY, dial))

    if Need.URGENT not in {before.need, after.need}:
        assert replace(after, policy=before.policy) == before
    if before.need is Need.URGENT:
        assert after.need in {Need.URGENT, Need.COMPLAINT}
