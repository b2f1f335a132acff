"""Stability: when this week's pain is last week's, and when it is another."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.report.stability import SAME, Look, likeness, look, match, still_named


def direction(*at: int) -> npt.NDArray[np.float32]:
    found = np.zeros(16, dtype=np.float32)
    found[list(at)] = 1
    return found / np.linalg.norm(found)


def seen(*words: str, matter: str = "", model: str = "m", at: tuple[int, ...] = ()) -> Look:
    return look(words, matter=matter, model=model, middle=direction(*at) if at else np.zeros(16, dtype=np.float32))


BAGS = seen("bag", "luggage", "lost", matter="lost_damaged", at=(0, 1))
HOLD = seen("hold", "call", "phone", matter="waiting", at=(5, 6))


def test_a_pain_is_itself() -> None:
    assert likeness(BAGS, BAGS) == pytest.approx(1)


def test_two_pains_that_share_nothing_are_not_alike() -> None:
    assert likeness(BAGS, HOLD) == 0


def test_the_most_telling_words_count_for_most() -> None:
    first = seen("bag", "suitcase", "carousel")
    last = seen("claim", "desk", "bag")

    assert likeness(BAGS, first) > likeness(BAGS, last)


def test_words_alone_are_enough_where_there_are_no_vectors_or_another_models() -> None:
    bare = seen("bag", "luggage", "lost", model="")
    foreign = seen("bag", "luggage", "lost", model="other", at=(9, 10))

    assert likeness(BAGS, bare) >= SAME
    assert likeness(BAGS, foreign) >= SAME


def test_the_same_meaning_in_other_words_is_more_alike_than_another_meaning() -> None:
    same = seen("suitcase", "carousel", matter="lost_damaged", at=(0, 1))
    other = seen("suitcase", "carousel", matter="waiting", at=(5, 6))

    assert likeness(BAGS, same) >= SAME > likeness(BAGS, other)


def test_each_is_matched_once_and_the_most_alike_first() -> None:
    nearly = seen("bag", "claim", at=(0, 2))

    assert match([nearly, BAGS, HOLD], [HOLD, BAGS]) == [None, 1, 0]


def test_what_was_never_seen_is_new() -> None:
    assert match([BAGS], []) == [None]
    assert match([], [BAGS]) == []


@given(st.permutations([BAGS, HOLD, seen("refund"), seen("app", "crash", at=(9,))]))
def test_in_whatever_order_they_come_each_finds_itself(order: list[Look]) -> None:
    known = [BAGS, HOLD, seen("refund"), seen("app", "crash", at=(9,))]

    assert [known[place] for place in match(order, known) if place is not None] == order


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
)
def test_likeness_is_even_and_bounded(one: list[str], other: list[str]) -> None:
    here, there = seen(*one), seen(*other)

    assert likeness(here, there) == pytest.approx(likeness(there, here))
    assert 0 <= likeness(here, there) <= 1


@pytest.mark.parametrize(
    ("terms", "telling", "stays"),
    [
        (["bag", "luggage", "baggage"], ["luggage", "bag", "claim"], True),
        (["hold", "reschedule"], ["hold", "call"], False),
        (["delayed"], ["delayed", "missed"], True),
        (["delayed"], ["missed"], False),
        ([], ["missed"], False),
    ],
)
def test_a_name_stays_while_most_of_it_fits(terms: list[str], telling: list[str], *, stays: bool) -> None:
    assert still_named(terms, telling) is stays
