"""The panel: what becomes of the shipped model's opinion when another model answers one of its heads."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domain.values import Abuse, Kind, PostKind, Sentiment
from moderation.hub import Panel, told
from moderation.hub_labels import Chances
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import Policy
from moderation.triage import Subject
from tests.moderation.conftest import Canned, scores

NEGATIVE, NEUTRAL, POSITIVE = Sentiment
NONE, OFFENSIVE, HATEFUL, THREAT = Abuse
UNHAPPY = {NEGATIVE: 0.75, NEUTRAL: 0.25, POSITIVE: 0.0}


@dataclass
class Says:
    """Answers what it was told to answer, and remembers what it was asked."""

    head: str
    says: Mapping[Any, float] | None
    version: str = "nord/moods@c0ffee0"
    asked: list[Sequence[str]] = field(default_factory=list)

    def answer(self, texts: Sequence[str]) -> list[Chances | None]:
        self.asked.append(list(texts))
        return [self.says for _ in texts]


def test_one_head_is_answered_by_the_other_and_all_the_others_by_the_shipped_model() -> None:
    before = replace(scores(person=0.9, distress=0.3, why={"money": 0.8}), vector=b"about")

    (after,) = Panel(Canned({"late": before}), [Says("sentiment", UNHAPPY)]).classify(["late"])

    assert after.sentiment == UNHAPPY
    assert after == replace(before, sentiment=UNHAPPY, model="canned-1+sentiment:nord/moods@c0ffee0")


def test_every_model_is_named_in_the_version_and_in_the_scores() -> None:
    panel = Panel(Canned(), [Says("sentiment", UNHAPPY), Says("abuse", {NONE: 1.0}, version="guard@1")])

    (found,) = panel.classify(["late"])

    assert panel.version == found.model == "canned-1+sentiment:nord/moods@c0ffee0+abuse:guard@1"
    assert told(panel.version) == "canned-1; sentiment by nord/moods@c0ffee0; abuse by guard@1"


def test_a_model_that_knows_no_threats_makes_none_vanish() -> None:
    shipped = Canned({"late": scores(abuse={"threat": 0.8, "hateful": 0.1, "none": 0.1})})

    (found,) = Panel(shipped, [Says("abuse", {NONE: 0.25, OFFENSIVE: 0.75})]).classify(["late"])

    assert found.abuse == pytest.approx({NONE: 0.025, OFFENSIVE: 0.075, HATEFUL: 0.1, THREAT: 0.8})
    assert list(found.abuse) == list(Abuse)


def test_a_model_without_a_neutral_leaves_the_neutral_to_the_shipped_one() -> None:
    shipped = Canned({"open at nine": scores(negative=0.2)})

    (found,) = Panel(shipped, [Says("sentiment", {NEGATIVE: 0.75, POSITIVE: 0.25})]).classify(["open at nine"])

    assert found.sentiment == pytest.approx({NEGATIVE: 0.15, NEUTRAL: 0.8, POSITIVE: 0.05})


def test_the_kind_of_a_post_can_be_answered_as_well() -> None:
    (found,) = Panel(Canned(), [Says("kind", dict.fromkeys(Kind, 0.25))]).classify(["late"])

    assert set(found.kind.values()) == {0.25}


def test_where_the_other_gives_no_number_the_shipped_answer_stands_and_the_log_tells(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shipped = Canned({"secret words": scores(negative=0.8)})

    with caplog.at_level(logging.WARNING):
        found, _ = Panel(shipped, [Says("sentiment", None)]).classify(["secret words", "others"])

    assert found == scores(negative=0.8)
    assert "sentiment:nord/moods@c0ffee0 gave no number for 2 of 2 texts" in caplog.text
    assert "secret" not in caplog.text


def test_equal_texts_are_asked_for_once_and_nothing_is_asked_of_an_empty_one() -> None:
    other = Says("sentiment", UNHAPPY)

    first, empty, link, second = Panel(Canned(), [other]).classify([" late\n", "  ", "@ana https://a.example", "late"])

    assert other.asked == [["late"]]
    assert first is second
    assert empty == link == scores()


def test_nobody_is_asked_when_there_is_nothing() -> None:
    other = Says("sentiment", UNHAPPY)

    assert Panel(Canned(), [other]).classify(["", " "]) == [scores(), scores()]
    assert other.asked == []


def test_who_is_named_never_reaches_the_other_model() -> None:
    other = Says("sentiment", UNHAPPY)

    Panel(Canned(), [other]).classify(["@ana_1 look https://a.example/private \ud83d"])

    assert other.asked == [["@user look http ?"]]


def test_a_verdict_is_made_of_both_and_triage_follows_the_other(policy: Policy) -> None:
    shipped = Canned({"late": scores(person=0.9)})
    calm, alarmed = (
        Judge(each, PersonalData(), policy) for each in (shipped, Panel(shipped, [Says("sentiment", UNHAPPY)]))
    )
    subject = Subject(text="late", kind=PostKind.MENTION, lang="en", followers=None)

    (before,), (after,) = calm.judge([subject]), alarmed.judge([subject])

    assert before.triage.need != after.triage.need
    assert after.scores.model == alarmed.version
    assert after.triage.reason.startswith("unhappy 0.75")


def test_the_languages_the_shipped_model_was_measured_in_still_hold() -> None:
    shipped = Canned()
    shipped.languages = frozenset({"en"})  # type: ignore[attr-defined]

    assert Panel(shipped, [Says("sentiment", UNHAPPY)]).languages == {"en"}
    assert Panel(Canned(), []).languages == frozenset()
