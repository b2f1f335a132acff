"""Triage: each rule, their order, and what must hold whatever the scores."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Abuse, AnswerBy, Kind, Need, PostKind, Priority, Scores, Sentiment, Span, Triage
from moderation.triage import RULES, Facts, triage
from tests.moderation.conftest import scores, steady

POLICY = steady()
COUNTING = replace(POLICY, reach_followers=50_000)  # as a team may choose: readers count
PHONE, CARD, ORDER = Span(0, 5, "phone"), Span(6, 9, "card"), Span(10, 14, "order")


def facts(
    via: PostKind = PostKind.MENTION,
    *,
    personal: tuple[Span, ...] = (),
    followers: int | None = None,
    lang: str = "en",
    encrypted: bool = False,
    **given_scores: Any,
) -> Facts:
    """Make what triage may know; unnamed scores are those of a harmless remark."""
    return Facts(
        scores=scores(**given_scores),
        kind=via,
        personal_data=personal,
        followers=followers,
        lang=lang,
        encrypted=encrypted,
    )


# in the order of the rules: what matches each and nothing before it, and the reason it gives
EXAMPLES: dict[str, tuple[Facts, str]] = {
    "encrypted": (facts(encrypted=True), "encrypted message: only the platform's app can show it"),
    "unscored": (facts(person=float("nan")), "the model gave no number"),
    "distress": (facts(distress=0.8), "distress 0.80"),
    "threat": (facts(abuse={"threat": 0.91}), "threat 0.91"),
    "hateful": (facts(abuse={"hateful": 0.7}), "hateful 0.70"),
    "personal-data": (facts(personal=(PHONE, ORDER, CARD)), "personal data in public: phone, order, card"),
    "reach": (facts(negative=0.6, followers=1_234_567), "unhappy 0.60 before 1,234,567 followers"),
    "press": (facts(person=0.9, why={"press": 0.8}), "press 0.80"),
    "pressing": (facts(negative=0.6, person=0.6, why={"money": 0.8}), "unhappy 0.60 and a matter of money 0.80"),
    "urgent": (facts(negative=0.9, person=0.95), "unhappy 0.90 and needs a person 0.95"),
    "order-number": (facts(negative=0.6, personal=(ORDER,)), "the number of an order in public"),
    "complaint": (facts(negative=0.6, person=0.6), "unhappy 0.60, needs a person 0.60"),
    "offensive": (facts(abuse={"offensive": 0.7}), "offensive 0.70"),
    "unhappy": (facts(negative=0.8), "unhappy 0.80"),
    "question": (facts(kind={"question": 0.8}), "question 0.80"),
    "praise": (facts(kind={"praise": 0.9}), "praise 0.90"),
    "unsure": (facts(kind={"noise": 0.3, "praise": 0.3}), "unsure: noise only 0.30"),
}
OUTCOMES = {
    "encrypted": (Need.QUESTION, Priority.HIGH, AnswerBy.PERSON),
    "unscored": (Need.QUESTION, Priority.HIGH, AnswerBy.PERSON),
    "distress": (Need.URGENT, Priority.URGENT, AnswerBy.PERSON),
    "threat": (Need.URGENT, Priority.URGENT, AnswerBy.PERSON),
    "hateful": (Need.URGENT, Priority.URGENT, AnswerBy.PERSON),
    "personal-data": (Need.URGENT, Priority.URGENT, AnswerBy.BOT),
    "reach": (Need.URGENT, Priority.URGENT, AnswerBy.BOT),
    "press": (Need.URGENT, Priority.HIGH, AnswerBy.PERSON),
    "pressing": (Need.URGENT, Priority.HIGH, AnswerBy.BOT),
    "urgent": (Need.URGENT, Priority.HIGH, AnswerBy.BOT),
    "order-number": (Need.URGENT, Priority.HIGH, AnswerBy.BOT),
    "complaint": (Need.COMPLAINT, Priority.NORMAL, AnswerBy.BOT),
    "offensive": (Need.URGENT, Priority.HIGH, AnswerBy.PERSON),
    "unhappy": (Need.COMPLAINT, Priority.NORMAL, AnswerBy.BOT),
    "question": (Need.QUESTION, Priority.NORMAL, AnswerBy.PERSON),
    "praise": (Need.PRAISE, Priority.LOW, AnswerBy.NOBODY),
    "unsure": (Need.QUESTION, Priority.NORMAL, AnswerBy.PERSON),
}


def test_every_rule_has_an_example_in_the_rules_order() -> None:
    assert [rule.id for rule in RULES] == list(EXAMPLES) == list(OUTCOMES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_each_rule_decides_and_says_why(rule: str) -> None:
    about, reason = EXAMPLES[rule]

    decided = triage(about, COUNTING)

    assert (decided.rule, decided.reason, decided.policy) == (rule, reason, POLICY.version)
    assert (decided.need, decided.priority, decided.answer_by) == OUTCOMES[rule]


def test_what_matches_nothing_is_noise_and_nobodys() -> None:
    decided = triage(facts(), POLICY)

    assert decided == Triage(
        need=Need.NOISE,
        priority=Priority.LOW,
        answer_by=AnswerBy.NOBODY,
        reason="noise 1.00",
        rule="noise",
        policy=POLICY.version,
    )


@pytest.mark.parametrize(
    ("about", "rule"),
    [
        (facts(distress=0.9, abuse={"threat": 0.9}, personal=(CARD,)), "distress"),
        (facts(distress=0.9, kind={"praise": 1.0}), "distress"),
        (facts(abuse={"threat": 0.5, "hateful": 0.5}, negative=1, person=1), "threat"),
        (facts(personal=(CARD,), negative=1, person=1, followers=10**6), "personal-data"),
        (facts(negative=1, person=1, followers=10**6, why={"safety": 1}), "reach"),
        (facts(negative=1, person=1, why={"press": 0.6, "money": 0.9}), "press"),
        (facts(negative=1, person=1, why={"money": 0.9}), "pressing"),
        (facts(negative=1, person=1, personal=(ORDER,)), "urgent"),
        (facts(negative=0.6, person=0.6, abuse={"offensive": 0.9}), "complaint"),
        (facts(abuse={"offensive": 0.9}, kind={"praise": 0.9}), "offensive"),
        (facts(kind={"complaint": 0.6, "question": 0.4}), "complaint"),
        (facts(encrypted=True, distress=1), "encrypted"),
        (facts(distress=1, person=float("inf")), "unscored"),
    ],
)
def test_the_first_rule_that_matches_wins(about: Facts, rule: str) -> None:
    decided = triage(about, COUNTING)

    assert decided.rule == rule


@pytest.mark.parametrize(
    ("about", "rule"),
    [
        (facts(PostKind.DIRECT, personal=(CARD, PHONE, ORDER)), "noise"),
        (facts(PostKind.DIRECT, negative=0.6, followers=10**7), "noise"),
        (facts(personal=(ORDER,), kind={"praise": 0.9}), "praise"),
        (facts(PostKind.COMMENT, personal=(CARD,)), "personal-data"),
        (facts(followers=10**7), "noise"),
        (facts(negative=0.55, followers=COUNTING.reach_followers - 1), "noise"),
        (facts(why={"press": 1.0}), "noise"),
        (facts(person=0.9, why={"safety": 0.9}), "pressing"),
        (facts(person=0.9, why={"money": 0.9}), "noise"),
        (facts(negative=0.9, why={"money": 0.9}), "unhappy"),
        (facts(PostKind.DIRECT, negative=0.9), "noise"),
    ],
    ids=[
        "told in private is not exposed",
        "a private post has no readers",
        "an order's number in praise is only masked",
        "a comment is public",
        "reach alone is no complaint",
        "one reader less",
        "press without need of a person",
        "safety calmly said",
        "money calmly said",
        "money without need of a person",
        "an unhappy remark in private",
    ],
)
def test_what_a_rule_also_asks_for(about: Facts, rule: str) -> None:
    decided = triage(about, COUNTING)

    assert decided.rule == rule


@pytest.mark.parametrize("name", ["distress", "threat", "hateful", "offensive", "question", "praise"])
def test_a_threshold_counts_from_exactly_itself(name: str) -> None:
    at = getattr(POLICY.default, name)
    if name == "distress":
        reached, missed = facts(distress=at), facts(distress=at - 0.001)
    elif name in {"question", "praise"}:
        reached, missed = facts(kind={name: at}), facts(kind={name: at - 0.001})
    else:
        reached, missed = facts(abuse={name: at}), facts(abuse={name: at - 0.001})

    rules = triage(reached, POLICY).rule, triage(missed, POLICY).rule

    assert rules[0] == name
    assert rules[1] != name


def test_a_languages_own_threshold_decides_its_posts() -> None:
    at = POLICY.default.distress
    careful = replace(POLICY, by_language={"th": replace(POLICY.default, distress=at / 3)})
    thai, english = facts(distress=at / 2, lang="th"), facts(distress=at / 2, lang="en")

    decided = triage(thai, careful).rule, triage(english, careful).rule

    assert decided == ("distress", "noise")


PROBABILITY = st.floats(0, 1) | st.sampled_from([0.0, 0.45, 0.5, 0.7, 0.8, 1.0])
ODD = PROBABILITY | st.sampled_from([float("nan"), float("inf"), -1.0, 2.0])


def any_facts(probability: st.SearchStrategy[float]) -> st.SearchStrategy[Facts]:
    def each(labels: Any) -> st.SearchStrategy[dict[Any, float]]:
        return st.fixed_dictionaries(dict.fromkeys(labels, probability))

    opinions = st.builds(
        Scores,
        sentiment=each(Sentiment),
        abuse=each(Abuse),
        kind=each(Kind),
        person=probability,
        distress=probability,
        why=st.dictionaries(st.sampled_from(["money", "access", "safety", "legal", "press", "new"]), probability),
    )
    return st.builds(
        Facts,
        scores=opinions,
        kind=st.sampled_from(PostKind),
        personal_data=st.lists(st.sampled_from([PHONE, CARD, ORDER]), unique=True).map(tuple),
        followers=st.none() | st.integers(0, 10**9),
        lang=st.sampled_from(["en", "th", "und", ""]),
        encrypted=st.booleans(),
    )


@given(any_facts(ODD))
def test_readers_change_nothing_unless_the_policy_asks(about: Facts) -> None:
    few, many = (triage(replace(about, followers=count), POLICY) for count in (12, 2_000_000))

    assert few == many


@given(any_facts(ODD))
def test_anything_is_decided_with_a_reason(about: Facts) -> None:
    decided = triage(about, POLICY)

    assert decided.reason
    assert decided.rule in {*EXAMPLES, "noise"}
    assert decided.policy == POLICY.version
    assert (decided.answer_by is AnswerBy.NOBODY) == (decided.need in {Need.PRAISE, Need.NOISE})


@given(any_facts(PROBABILITY))
def test_a_person_in_distress_is_never_left_to_the_bot(about: Facts) -> None:
    decided = triage(about, POLICY)

    if about.scores.distress >= POLICY.thresholds(about.lang).distress:
        assert decided.answer_by is AnswerBy.PERSON
        assert decided.priority <= Priority.HIGH


@given(any_facts(PROBABILITY), PROBABILITY)
def test_more_distress_never_makes_a_post_less_urgent(about: Facts, distress: float) -> None:
    worse = replace(about, scores=replace(about.scores, distress=max(distress, about.scores.distress)))

    before, after = triage(about, POLICY), triage(worse, POLICY)

    assert after.priority <= before.priority


@given(any_facts(PROBABILITY), PROBABILITY)
def test_a_clearer_threat_never_makes_a_post_less_urgent(about: Facts, threat: float) -> None:
    abuse = {**about.scores.abuse, Abuse.THREAT: max(threat, about.scores.abuse[Abuse.THREAT])}

    before, after = triage(about, POLICY), triage(replace(about, scores=replace(about.scores, abuse=abuse)), POLICY)

    assert after.priority <= before.priority


@given(any_facts(ODD))
def test_the_same_facts_are_decided_the_same(about: Facts) -> None:
    assert triage(about, POLICY) == triage(about, POLICY)
