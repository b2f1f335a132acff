"""What a model's labels mean: told by themselves where they are plain, asked for where they are not."""

import tomllib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Sentiment
from moderation.hub_labels import Chosen, Meaning, meaning, paste

NEGATIVE, NEUTRAL, POSITIVE = Sentiment
NONE, OFFENSIVE, HATEFUL, THREAT = Abuse
BOTH_ENDS = (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE)
STARS = ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")
DEGREES = ("Very Negative", "Negative", "Neutral", "Positive", "Very Positive")
TOXIC = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
NUMBERED = ("LABEL_0", "LABEL_1", "LABEL_2")


def read(own: Sequence[str], *, exclusive: bool = True, **chosen: Any) -> Meaning:
    return meaning(Chosen(name="nord/moods", **chosen), own, exclusive=exclusive)


def told(own: Sequence[str], **chosen: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(own, **chosen)
    return caught.value.problems


@pytest.mark.parametrize(
    ("own", "head", "words"),
    [
        (("negative", "neutral", "positive"), "sentiment", (NEGATIVE, NEUTRAL, POSITIVE)),
        (("Negative", "NEUTRAL", "Positive"), "sentiment", (NEGATIVE, NEUTRAL, POSITIVE)),
        (("NEG", "NEU", "POS"), "sentiment", (NEGATIVE, NEUTRAL, POSITIVE)),
        (("POSITIVE", "NEGATIVE"), "sentiment", (POSITIVE, NEGATIVE)),
        (STARS, "sentiment", BOTH_ENDS),
        (DEGREES, "sentiment", BOTH_ENDS),
        (("non-offensive", "offensive"), "abuse", (NONE, OFFENSIVE)),
        (("NOT-HATE", "HATE"), "abuse", (NONE, HATEFUL)),
        (("nothate", "hate"), "abuse", (NONE, HATEFUL)),
        (("neutral", "toxic"), "abuse", (NONE, OFFENSIVE)),
        (("hate speech", "offensive language", "neither"), "abuse", (HATEFUL, OFFENSIVE, NONE)),
        (TOXIC, "abuse", (*[OFFENSIVE] * 3, THREAT, OFFENSIVE, HATEFUL)),
        (("complaint", "question", "praise", "spam"), "kind", tuple(Kind)),
    ],
)
def test_plain_labels_are_understood_by_themselves(own: tuple[str, ...], head: str, words: tuple[str, ...]) -> None:
    found = read(own)

    assert found.head == head
    assert tuple(found.words[label] for label in own) == words


def test_every_unknown_label_is_told_at_once_with_a_line_to_paste() -> None:
    (problem,) = told(NUMBERED)

    assert "LABEL_0, LABEL_1, LABEL_2 of nord/moods" in problem
    assert problem.startswith("model.labels: ")
    line = 'labels = { LABEL_0 = "negative", LABEL_1 = "neutral", LABEL_2 = "positive" }'
    assert problem.endswith(line)
    assert read(NUMBERED, labels=tomllib.loads(line)["labels"]).words["LABEL_2"] is POSITIVE


def test_what_cannot_even_be_supposed_stands_as_a_question_which_is_no_answer() -> None:
    own = ("admiration", "anger", "negative", 'a "quoted" one', "nacré")

    (problem,) = told(own)
    pasted = tomllib.loads(problem.partition(": ")[2].partition("labels = ")[2].join(["labels = ", ""]))["labels"]

    assert pasted == dict.fromkeys(own, "?") | {"negative": "negative"}
    assert len(told(own, labels=pasted)) == 4


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6, unique=True))
def test_whatever_labels_are_called_the_line_can_be_pasted(own: list[str]) -> None:
    line = paste(Chosen(name="nord/moods"), own, "sentiment")

    assert list(tomllib.loads(line)["labels"]) == own


def test_a_head_that_was_named_goes_before_what_labels_tell() -> None:
    assert "model.heads.abuse.labels" in told(("negative", "positive"), head="abuse")[0]
    assert (
        read(("negative", "positive"), head="abuse", labels={"negative": "offensive", "positive": "none"}).head
        == "abuse"
    )


def test_two_numbered_labels_under_abuse_are_supposed_to_be_none_and_offensive() -> None:
    (problem,) = told(("LABEL_0", "LABEL_1"), head="abuse")

    assert problem.endswith('labels = { LABEL_0 = "none", LABEL_1 = "offensive" }')


def test_a_mapping_may_be_partial_and_goes_before_what_a_label_says() -> None:
    found = read(("neg", "odd", "pos"), labels={"ODD": "Neutral", "pos": "negative"})

    assert tuple(found.words.values()) == (NEGATIVE, NEUTRAL, NEGATIVE)


def test_every_mistake_in_a_mapping_is_told() -> None:
    problems = told(NUMBERED, labels={"LABEL_0": "bad", "LABEL_1": "neutral", "LABEL_9": "positive"})

    assert problems == (
        "model.labels: nord/moods has no label LABEL_9; it has LABEL_0, LABEL_1, LABEL_2.",
        "model.labels.LABEL_0: bad is none of negative, neutral, positive.",
    )


@pytest.mark.parametrize(
    ("own", "exclusive", "labels"),
    [
        (("a", "b"), True, {"a": "negative", "b": "negative"}),
        (("a",), False, {"a": "neutral"}),
    ],
)
def test_labels_that_all_mean_the_same_are_told(
    own: tuple[str, ...], labels: dict[str, str], *, exclusive: bool
) -> None:
    assert "tells nothing apart" in told(own, labels=labels, exclusive=exclusive)[0]


def test_chances_of_labels_that_mean_the_same_are_added() -> None:
    stars = read(STARS)

    found = stars.chances(
        [("5 stars", 0.4), ("1 star", 0.25), ("2 stars", 0.125), ("4 stars", 0.125), ("3 stars", 0.1)]
    )

    assert found == pytest.approx({NEGATIVE: 0.375, NEUTRAL: 0.1, POSITIVE: 0.525})


def test_of_labels_that_do_not_exclude_each_other_the_likeliest_counts() -> None:
    toxic = read(("toxic", "insult", "threat"), exclusive=False)

    found = toxic.chances([("toxic", 0.9), ("insult", 0.6), ("threat", 0.1)])

    assert found == pytest.approx({NONE: 0.1, OFFENSIVE: 0.81, THREAT: 0.09})


def test_what_nothing_speaks_for_rests() -> None:
    toxic = read(("toxic", "threat"), exclusive=False)

    assert toxic.chances([("toxic", 0.0), ("threat", 0.0)]) == {NONE: 1.0, OFFENSIVE: 0.0, THREAT: 0.0}


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda chances: sum(chances) > 0),
    st.booleans(),
)
def test_chances_always_sum_to_one(raw: list[float], exclusive: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    own = ("none", "offensive", "hate", "threat")
    shares = [chance / sum(raw) for chance in raw] if exclusive else raw

    found = read(own, exclusive=exclusive).chances(list(zip(own, shares, strict=True)))

    assert sum(found.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 + 1e-12 for chance in found.values())
