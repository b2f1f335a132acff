from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.values import AnswerBy, Need, Priority, Scores, Span, Triage, Verdict
from moderation.measure.document import document
from moderation.measure.heads import LABELS, REASONS, complete, opinions
from moderation.measure.measuring import Sample, measure
from moderation.measure.values import Evaluation, Head
from tests.moderation.conftest import scores

WANTED = {"precision": 0.8, "recall": 0.95}


def verdict(given: Scores, *, lang: str = "en", spans: tuple[Span, ...] = (), need: Need = Need.NOISE) -> Verdict:
    decided = Triage(
        need=need, priority=Priority.LOW, answer_by=AnswerBy.NOBODY, reason="", rule="noise", policy="ours-1"
    )
    return Verdict(lang=lang, scores=given, personal_data=spans, triage=decided)


def sample(line: int, lang: str | None = "en", text: str = "words", **gold: str) -> Sample:
    return Sample(line=line, text=text, lang=lang, gold=gold)


def measured(pairs: list[tuple[Sample, Verdict]], *, worst: int = 3) -> Evaluation:
    return measure([one for one, _ in pairs], [one for _, one in pairs], wanted=WANTED, worst=worst)


def head(found: Evaluation, name: str) -> Head:
    return next(each for each in found.heads if each.name == name)


def moods(*named: tuple[str, float], lang: str = "en") -> list[tuple[Sample, Verdict]]:
    """One post for each (what people say, how negative the model finds it)."""
    return [
        (sample(line, lang, sentiment=gold), verdict(scores(negative=negative), lang=lang))
        for line, (gold, negative) in enumerate(named, 1)
    ]


def test_only_heads_that_something_is_known_of_are_measured() -> None:
    found = measured(moods(("negative", 0.9), ("neutral", 0.2)))

    assert [each.name for each in found.heads] == ["sentiment"]
    assert (found.posts, found.model, found.policy) == (2, "canned-1", "ours-1")


def test_a_head_is_counted_over_its_own_posts() -> None:
    pairs = moods(("negative", 0.9), ("neutral", 0.2))
    pairs.append((sample(3, person="yes"), verdict(scores(person=0.7))))

    found = measured(pairs)

    assert head(found, "sentiment").whole.n == 2
    assert head(found, "person").whole.table.counts == ((0, 0), (0, 1))
    assert found.posts == 3


def test_a_kind_of_abuse_is_abusive_too_unless_people_say_otherwise() -> None:
    assert complete({"abuse": "threat"}) == {"abuse": "threat", "abusive": "yes"}
    assert complete({"abuse": "none"}) == {"abuse": "none", "abusive": "no"}
    assert complete({"abuse": "none", "abusive": "yes"})["abusive"] == "yes"
    assert complete({"sentiment": "neutral"}) == {"sentiment": "neutral"}


def test_abusive_adds_up_every_kind_of_abuse() -> None:
    found = opinions(verdict(scores(abuse={"none": 0.4, "offensive": 0.3, "hateful": 0.3, "threat": 0.0})))

    assert found["abuse"].named == "none"
    assert found["abusive"].named == "yes"
    assert found["abusive"].chances["yes"] == pytest.approx(0.6)


def test_reasons_are_heads_of_yes_or_no_where_the_model_knows_them() -> None:
    known = opinions(verdict(scores(why={"money": 0.5, "weather": 1.0})))

    assert known["why.money"].named == "yes"
    assert "why.weather" not in known
    assert "why.legal" not in known
    assert {f"why.{reason}" for reason in REASONS} <= LABELS.keys()


def test_a_reason_the_model_does_not_know_is_not_measured() -> None:
    found = measured([(sample(1, **{"why.legal": "yes", "why.money": "no"}), verdict(scores(why={"money": 0.1})))])

    assert [each.name for each in found.heads] == ["why.money"]


def test_need_is_what_triage_decided_and_has_no_confidence() -> None:
    found = head(measured([(sample(1, need="urgent"), verdict(scores(), need=Need.COMPLAINT))]), "need")

    assert found.whole.calibration is None
    assert found.whole.found == ()
    assert found.worst[0].named == "complaint"
    assert found.worst[0].confidence is None


def test_a_language_stands_alone_from_twenty_posts_on() -> None:
    pairs = [*moods(*[("negative", 0.9)] * 20, lang="th"), *moods(*[("negative", 0.9)] * 19, lang="lo")]
    pairs += moods(("neutral", 0.9), lang="km")

    found = head(measured(pairs), "sentiment")

    assert [(part.name, part.n, part.langs) for part in found.languages] == [
        ("th", 20, ("th",)),
        ("others", 20, ("km", "lo")),
    ]
    assert found.whole.n == 40


def test_one_language_is_not_told_twice() -> None:
    assert head(measured(moods(*[("negative", 0.9)] * 30)), "sentiment").languages == ()


def test_the_files_language_goes_before_the_detected_one() -> None:
    said, detected = sample(1, "pt", sentiment="neutral"), sample(2, None, sentiment="neutral")

    found = measured([(said, verdict(scores(), lang="es")), (detected, verdict(scores(), lang="es"))])

    assert found.langs == {"pt": 1, "es": 1}
    assert head(found, "sentiment").whole.langs == ("es", "pt")


def test_the_worst_mistakes_come_first_and_no_more_than_wanted() -> None:
    found = head(
        measured(moods(("neutral", 0.6), ("neutral", 0.9), ("negative", 0.95), ("neutral", 0.8)), worst=2), "sentiment"
    )

    assert found.wrong == 3
    assert [(each.line, each.confidence) for each in found.worst] == [(2, 0.9), (4, 0.8)]


def test_mistakes_of_a_yes_or_no_head_are_as_sure_as_the_answer() -> None:
    pairs = [
        (sample(1, person="yes"), verdict(scores(person=0.1))),
        (sample(2, person="no"), verdict(scores(person=0.8))),
    ]

    worst = head(measured(pairs), "person").worst

    assert [(each.line, each.named, each.confidence) for each in worst] == [(1, "no", 0.9), (2, "yes", 0.8)]


def test_what_is_personal_is_masked_in_mistakes() -> None:
    text = "card 4111\n1111 please"
    pair = (sample(1, text=text, sentiment="neutral"), verdict(scores(negative=0.9), spans=(Span(5, 14, "card"),)))

    assert head(measured([pair]), "sentiment").worst[0].text == "card [card] please"


def test_confidence_is_that_of_the_label_named() -> None:
    # named negative with 0.8 each, three of four rightly
    found = head(measured(moods(*[("negative", 0.8)] * 3, ("neutral", 0.8))), "sentiment").whole.calibration

    assert found is not None
    assert found.ece == pytest.approx(0.05)
    assert found.brier == pytest.approx((3 * 0.08 + 1.28) / 4)


def test_confidence_of_a_yes_or_no_head_is_that_of_yes() -> None:
    pairs = [(sample(line, person="no"), verdict(scores(person=0.1))) for line in range(4)]

    found = head(measured(pairs), "person").whole.calibration

    assert found is not None
    assert found.ece == pytest.approx(0.1)
    assert found.brier == pytest.approx(0.01)


def test_where_one_label_alone_occurs_there_is_no_macro_figure() -> None:
    alone, two = measured(moods(*[("negative", 0.9)] * 3)), measured(moods(("negative", 0.9), ("neutral", 0.1)))

    assert head(alone, "sentiment").whole.macro is None
    macro = head(two, "sentiment").whole.macro
    assert macro is not None
    assert (macro.f1, macro.recall) == (1.0, 1.0)


def test_thresholds_are_found_for_each_label_and_for_yes() -> None:
    pairs = moods(("negative", 0.9), ("negative", 0.6), ("neutral", 0.5), ("negative", 0.4), ("neutral", 0.1))
    pairs += [(sample(9, person="yes"), verdict(scores(person=0.3)))]

    found = measured(pairs)

    negative = head(found, "sentiment").whole.found[0].thresholds
    assert negative["precision"] is not None
    assert negative["recall"] is not None
    assert (negative["precision"].at, negative["precision"].recall) == (0.6, 2 / 3)
    assert (negative["recall"].at, negative["recall"].precision) == (0.4, 0.75)
    assert [each.label for each in head(found, "person").whole.found] == ["yes"]


def shape(value: Any) -> Any:
    """Tell a document's names and kinds of values, without the values."""
    if isinstance(value, Mapping):
        return {name: shape(part) for name, part in value.items()}
    return "list" if isinstance(value, list) else type(value).__name__


def test_the_document_has_the_shape_that_is_promised() -> None:
    written = document(measured(moods(*[("negative", 0.9), ("neutral", 0.2)] * 20, ("neutral", 0.8))))

    threshold = {"at": "float", "precision": "float", "recall": "float", "named": "int"}
    label: dict[str, Any] = {"support": "int", "named": "int", "precision": "float", "recall": "float", "f1": "float"}
    label |= {"average_precision": "float", "thresholds": {"precision": threshold, "recall": threshold}}
    assert list(written) == ["model", "policy", "posts", "languages", "wanted", "heads"]
    sentiment = written["heads"]["sentiment"]
    assert list(sentiment) == ["labels", "all", "languages", "wrong", "worst"]
    assert shape(sentiment["all"]) == {
        "n": "int",
        "langs": "list",
        "macro_f1": "float",
        "macro_f1_95": "list",
        "macro_recall": "float",
        "macro_recall_95": "list",
        "accuracy": "float",
        "confusion": "list",
        "labels": {
            "negative": label,
            "neutral": label,
            # nobody is happy here, so there is nothing to find
            "positive": {
                **label,
                "precision": "NoneType",
                "recall": "NoneType",
                "f1": "NoneType",
                "average_precision": "NoneType",
                "thresholds": {"precision": "NoneType", "recall": "NoneType"},
            },
        },
        "calibration": {"ece": "float", "brier": "float", "bins": "list"},
    }
    assert list(sentiment["worst"][0]) == ["line", "lang", "gold", "named", "confidence", "text"]
    assert list(sentiment["all"]["calibration"]["bins"][0]) == ["low", "high", "n", "confidence", "right"]


def test_a_threshold_is_written_exactly_so_that_its_own_post_reaches_it() -> None:
    at = 0.123456789
    written = document(measured([(sample(1, person="yes"), verdict(scores(person=at)))]))

    assert written["heads"]["person"]["all"]["labels"]["yes"]["thresholds"]["recall"]["at"] == at
    assert written["heads"]["person"]["all"]["macro_f1"] is None


def test_the_model_named_is_the_one_that_judged_most() -> None:
    rest = [(sample(line, sentiment="neutral"), verdict(replace(scores(), model="a+b"))) for line in (2, 3)]

    assert measured([(sample(1, sentiment="neutral"), verdict(scores())), *rest]).model == "a+b"
    assert measured([]).heads == ()


posts = st.lists(
    st.tuples(
        st.sampled_from(["negative", "neutral", "positive"]),
        st.floats(0, 1),
        st.sampled_from(["yes", "no", ""]),
        st.floats(0, 1),
        st.sampled_from(["en", "th", "lo"]),
    ),
    min_size=1,
    max_size=80,
)


@settings(max_examples=40, deadline=None)
@given(posts)
def test_every_post_is_counted_once_under_each_head_and_language(
    given_posts: list[tuple[str, float, str, float, str]],
) -> None:
    pairs = [
        (
            sample(line, lang, sentiment=mood, **({"person": person} if person else {})),
            verdict(scores(negative=negative, person=chance)),
        )
        for line, (mood, negative, person, chance, lang) in enumerate(given_posts)
    ]

    found = measured(pairs, worst=1000)

    assert head(found, "sentiment").whole.n == len(given_posts) == sum(found.langs.values())
    for each in found.heads:
        assert not each.languages or sum(part.n for part in each.languages) == each.whole.n
        assert len(each.worst) == each.wrong == round((1 - each.whole.accuracy) * each.whole.n)
        sure = [mistake.confidence for mistake in each.worst if mistake.confidence is not None]
        assert sure == sorted(sure, reverse=True)
        for part in (each.whole, *each.languages):
            assert part.calibration is not None
            assert 0 <= part.calibration.ece <= 1
            assert sum(group.n for group in part.calibration.bins) == part.n
            assert part.macro is None or part.macro.f1_within.low <= part.macro.f1_within.high
    assert document(found)["posts"] == len(given_posts)
