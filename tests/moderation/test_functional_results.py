"""Functional cases held beside verdicts: what is broken and in which words, and how it is counted."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.values import AnswerBy, Need, Priority, Scores, Triage, Verdict
from moderation.judge import Judge
from moderation.measure.functional import CAPABILITIES, MEASURES, Case, parse_must
from moderation.measure.functioning import (
    GROUPS,
    OTHER,
    TOLERANCE,
    Functioning,
    Rate,
    alone,
    group_of,
    hold,
    judge_all,
    measures,
    silent,
    subjects,
)
from moderation.personal import PersonalData
from moderation.policy import Policy
from moderation.triage import Subject
from tests.moderation.conftest import Canned, scores


def verdict(need: Need = Need.NOISE, **given: Any) -> Verdict:
    decided = Triage(
        need=need, priority=Priority.LOW, answer_by=AnswerBy.NOBODY, reason="", rule="noise", policy="ours-1"
    )
    return Verdict(lang="en", scores=scores(**given), personal_data=(), triage=decided)


def case(name: str, must: str, capability: str = "negation") -> Case:
    return Case(id=name, lang=name.partition("-")[0], capability=capability, musts=parse_must(must), text=name)


def broken(must: str, given: Verdict, other: Verdict | None = None) -> tuple[str, ...]:
    """Hold one case, `en-it`, beside another that always passes, `en-other`."""
    cases = [case("en-it", must), case("en-other", "sentiment!=positive")]
    return hold(cases, [given, other or verdict()]).results[0].broken


def counted(*rows: tuple[str, str, bool]) -> Functioning:
    """Make results of (id, ability, whether it holds)."""
    cases = [case(name, f"person={'no' if holds else 'yes'}", ability) for name, ability, holds in rows]
    return hold(cases, [verdict(person=0.1)] * len(cases))


@pytest.mark.parametrize(
    ("must", "given", "why"),
    [
        ("sentiment=negative", verdict(negative=0.8), ()),
        ("sentiment=negative|neutral", verdict(negative=0.2), ()),
        ("sentiment=negative", verdict(negative=0.2), ("sentiment is neutral 0.80, must be negative",)),
        (
            "sentiment=negative|positive",
            verdict(negative=0.2),
            ("sentiment is neutral 0.80, must be negative or positive",),
        ),
        ("abuse!=none", verdict(abuse={"threat": 0.9}), ()),
        ("abuse!=none", verdict(), ("abuse is none 1.00, must not be none",)),
        ("abuse!=none|threat", verdict(abuse={"threat": 0.9}), ("abuse is threat 0.90, must not be none or threat",)),
        ("person=yes", verdict(person=0.5), ()),
        ("person=yes", verdict(person=0.4), ("person is no 0.60, must be yes",)),
        ("need=urgent", verdict(Need.URGENT), ()),
        ("need!=urgent", verdict(Need.URGENT), ("need is urgent, must not be urgent",)),
        ("why.legal=yes", verdict(why={"legal": 0.7}), ()),
        ("why.legal=yes", verdict(), ("why.legal is not judged by this model",)),
    ],
)  # fmt: skip
def test_a_label_that_must_be_named(must: str, given: Verdict, why: tuple[str, ...]) -> None:
    assert broken(must, given) == why


@pytest.mark.parametrize(
    ("must", "here", "there", "why"),
    [
        ("negative>en-other", 0.6, 0.5, ()),
        ("negative>en-other", 0.5, 0.5, ("negative 0.50 is not above the 0.50 of en-other",)),
        ("negative>en-other", 0.4, 0.5, ("negative 0.40 is not above the 0.50 of en-other",)),
        ("negative<en-other", 0.4, 0.5, ()),
        ("negative<en-other", 0.5, 0.5, ("negative 0.50 is not below the 0.50 of en-other",)),
    ],
)
def test_a_measure_that_must_be_higher_or_lower(must: str, here: float, there: float, why: tuple[str, ...]) -> None:
    assert broken(must, verdict(negative=here), verdict(negative=there)) == why


def test_the_same_is_within_the_tolerance_under_every_measure() -> None:
    near = broken("same-as:en-other", verdict(person=0.5), verdict(person=0.5 + TOLERANCE - 0.01))
    far = broken("same-as:en-other", verdict(person=0.5), verdict(person=0.5 + TOLERANCE + 0.01))

    assert near == ()
    assert far == ("person 0.50, but 0.71 in en-other",)


def test_of_several_measures_that_moved_the_furthest_is_told() -> None:
    found = broken("same-as:en-other", verdict(person=0.9, distress=0.4), verdict(person=0.1))

    assert found == ("person 0.90, but 0.10 in en-other",)


def test_whatever_is_broken_in_one_case_is_told_in_order() -> None:
    found = broken("sentiment=negative person=yes need=noise", verdict(negative=0.3, person=0.2))

    assert found == ("sentiment is neutral 0.70, must be negative", "person is no 0.80, must be yes")


def test_every_measure_that_cases_may_name_is_given() -> None:
    given = verdict(negative=0.3, person=0.4, distress=0.5, abuse={"none": 0.4, "threat": 0.3, "hateful": 0.2})

    found = measures(given)

    assert tuple(found) == MEASURES
    assert found == pytest.approx(
        {
            "negative": 0.3,
            "positive": 0.0,
            "abusive": 0.6,
            "threat": 0.3,
            "hateful": 0.2,
            "person": 0.4,
            "distress": 0.5,
        }
    )


def test_rates_are_counted_by_ability_group_and_language() -> None:
    found = counted(
        ("en-1", "negation", True),
        ("en-2", "negation", False),
        ("de-1", "negation", True),
        ("fr-1", "negation", True),
        ("th-1", "spam", False),
        ("xx-1", "spam", True),
    )

    assert found.whole == Rate(4, 6)
    assert found.by_capability() == {
        "negation": {"English": Rate(1, 2), "European": Rate(2, 2)},
        "spam": {"Southeast Asian": Rate(0, 1), OTHER: Rate(1, 1)},
    }
    assert found.of_capability("negation") == Rate(3, 4)
    assert found.by_language() == {
        "en": Rate(1, 2),
        "de": Rate(1, 1),
        "fr": Rate(1, 1),
        "th": Rate(0, 1),
        "xx": Rate(1, 1),
    }


def test_the_failed_are_those_with_something_broken_in_the_order_of_the_cases() -> None:
    found = counted(("en-2", "spam", False), ("en-1", "negation", False), ("de-1", "spam", True))

    assert [each.case.id for each in found.failed] == ["en-2", "en-1"]


def test_abilities_are_told_in_their_own_order() -> None:
    found = counted(*((f"en-{number}", name, True) for number, name in enumerate(reversed(list(CAPABILITIES)))))

    assert list(found.by_capability()) == list(CAPABILITIES)


def test_every_language_is_in_one_group() -> None:
    langs = [lang for group in GROUPS.values() for lang in group]

    assert len(langs) == len(set(langs))
    assert group_of("uk") == "European"
    assert group_of("tlh") == OTHER


def test_the_model_and_the_policy_are_named() -> None:
    found = counted(("en-1", "spam", True))

    assert (found.model, found.policy) == ("canned-1", "ours-1")
    assert (hold([], []).model, hold([], []).whole) == ("", Rate(0, 0))


def test_what_passes_without_finding_anything_is_counted_too() -> None:
    cases = [
        case("en-1", "sentiment=neutral abuse=none kind=noise need=noise", "spam"),
        case("en-2", "person=no distress=no why.legal=no abusive=no", "spam"),
        case("en-3", "same-as:en-1", "names"),
        case("en-4", "negative>en-1", "sarcasm"),
        case("en-5", "need!=noise", "distress"),
    ]
    found = hold(cases, [verdict(negative=0.9, person=0.9, kind={"praise": 1.0})] * len(cases))

    nothing = silent(found)

    assert found.whole == Rate(1, 5)
    assert nothing.whole == Rate(3, 5)
    assert {name: nothing.of_capability(name).passed for name in nothing.by_capability()} == {
        "sarcasm": 0,
        "names": 1,
        "distress": 0,
        "spam": 2,
    }


class Neighbourly:
    """A model whose verdict hangs on how many stand beside a text, as int8 activations make it."""

    version = "neighbourly-1"

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        return [scores(person=0.9 if len(texts) == 1 else 0.1)] * len(texts)


def test_each_case_is_judged_alone(policy: Policy) -> None:
    cases = [case("en-1", "person=yes"), case("en-2", "person=yes")]

    found = judge_all(cases, Judge(Neighbourly(), PersonalData(), policy))

    assert found.whole == Rate(2, 2)


def test_a_case_is_judged_by_the_house_rules_too(policy: Policy) -> None:
    said = Case(
        id="en-1", lang="en", capability="distress", musts=parse_must("need=urgent"), text="I want to die, really"
    )

    found = judge_all([said], Judge(Canned(), PersonalData(), policy))

    assert found.failed == ()
    assert found.policy == policy.version


def test_judging_alone_keeps_the_order(policy: Policy) -> None:
    opinions: Mapping[str, Scores] = {"a": scores(negative=0.9), "b": scores(negative=0.2)}
    model = Canned(opinions)

    told = list(alone([Subject(text="b"), Subject(text="a")], Judge(model, PersonalData(), policy)))

    assert [measures(one)["negative"] for one in told] == [0.2, 0.9]
    assert model.batches == [1, 1]


def test_a_case_is_a_public_post_whose_language_is_known() -> None:
    (found,) = subjects([case("th-1", "person=no")])

    assert (found.text, found.lang, found.followers) == ("th-1", "th", None)
