"""Abstaining: what the model says in a language it was not measured in is acted on by a person alone."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given

from domain.values import AnswerBy, Need, PostKind
from moderation.danger import DISTRESS
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.triage import Facts, Subject, triage
from tests.moderation.conftest import Canned, scores, steady
from tests.moderation.test_triage import CARD, PROBABILITY, any_facts, facts

POLICY = steady()
SWEDISH = "Var är mitt paket? Jag har väntat i tre dagar och ingen svarar."
GERMAN = "Wo ist mein Paket? Ich warte seit drei Tagen und niemand antwortet."
MALAY = "Di mana bungkusan saya? Sudah tiga hari saya menunggu pesanan ini sampai ke rumah."


@dataclass
class Measured(Canned):
    """A canned classifier that says in which languages it was measured."""

    languages: frozenset[str] = field(default=frozenset({"de", "id"}))


def unmeasured(about: Facts) -> Facts:
    return replace(about, measured=False, lang="sv")


@pytest.mark.parametrize("kind", ["praise", "noise"])
def test_what_seems_to_need_nobody_is_looked_at_by_a_person(kind: str) -> None:
    decided = triage(unmeasured(facts(kind={kind: 0.99})), POLICY)

    assert (decided.rule, decided.need, decided.answer_by) == ("unsure", Need.QUESTION, AnswerBy.PERSON)
    assert decided.reason == "unsure: the model was not measured in sv"


def test_what_seems_urgent_stays_urgent_but_the_bot_keeps_silent() -> None:
    about = facts(negative=0.9, person=0.95)

    known, unknown = triage(about, POLICY), triage(unmeasured(about), POLICY)

    assert (known.rule, known.need, known.answer_by) == ("urgent", Need.URGENT, AnswerBy.BOT)
    assert (unknown.rule, unknown.need, unknown.answer_by) == ("urgent", Need.URGENT, AnswerBy.PERSON)
    assert unknown.reason == f"{known.reason}; the model was not measured in sv"


def test_certain_rules_need_no_model_and_hold_in_any_language() -> None:
    card = triage(unmeasured(facts(personal=(CARD,))), POLICY)
    said = triage(replace(unmeasured(facts()), said=frozenset({DISTRESS})), POLICY)

    assert (card.rule, card.answer_by, card.reason) == ("personal-data", AnswerBy.BOT, "personal data in public: card")
    assert (said.rule, said.need, said.answer_by) == ("distress", Need.URGENT, AnswerBy.PERSON)


@given(any_facts(PROBABILITY))
def test_the_bot_answers_nothing_it_only_read_in_a_language_that_was_not_measured(about: Facts) -> None:
    known, unknown = triage(about, POLICY), triage(replace(about, measured=False), POLICY)

    assert unknown.answer_by is AnswerBy.PERSON or unknown.rule == "personal-data"
    assert unknown.priority <= known.priority
    assert (unknown.need is Need.URGENT) == (known.need is Need.URGENT)


def rule_of(model: Canned, text: str, **changed: object) -> str:
    (verdict,) = Judge(model, PersonalData(), POLICY).judge([Subject(text=text, kind=PostKind.MENTION, **changed)])  # type: ignore[arg-type]
    return verdict.triage.rule


def test_a_person_looks_at_what_is_written_in_a_language_nobody_measured() -> None:
    model = Measured({GERMAN: scores(), SWEDISH: scores()})

    assert (rule_of(model, GERMAN), rule_of(model, SWEDISH)) == ("noise", "unsure")


def test_a_model_of_which_nobody_wrote_down_its_languages_is_trusted_in_all() -> None:
    assert rule_of(Canned(), SWEDISH) == "noise"


@pytest.mark.parametrize("text", ["😡😡", "@user https://a.example/x", "12 345", ""])
def test_where_no_word_is_said_no_language_is_missing(text: str) -> None:
    assert rule_of(Measured(), text, lang="sv") == "noise"


def test_a_language_that_nobody_can_tell_is_not_one_that_was_not_measured() -> None:
    assert rule_of(Measured(), "hm") == "noise"


def test_malay_counts_as_measured_where_indonesian_was() -> None:
    judge = Judge(Measured(), PersonalData(), POLICY)

    assert judge.measured(MALAY, "ms")
    assert not judge.measured(MALAY, "sw")
