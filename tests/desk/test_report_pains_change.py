"""Change of pain points: what more than chance is, and what is said of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.report import pains_change
from desk.report.pains_names import background
from desk.report.pains_reading import Material
from desk.report.pains_topics import Topic
from desk.report.pains_words import Doc, doc, words_of
from desk.report.values import Trend
from tests.desk.test_report_pains_quotes import heard


@pytest.mark.parametrize(
    ("now", "earlier", "trend"),
    [
        (30, (), Trend.UNKNOWN),
        (3, (2, 1), Trend.UNKNOWN),
        (20, (0, 0), Trend.NEW),
        (0, (12, 9), Trend.GONE),
        (12, (10, 11, 9, 12), Trend.STEADY),
        (60, (10, 11, 9, 12), Trend.GROWING),
        (5, (60, 55, 58, 62), Trend.SHRINKING),
        (7, (5,), Trend.STEADY),
        (40, (5,), Trend.GROWING),
    ],
)
def test_a_trend_is_more_than_chance_or_none(now: int, earlier: tuple[int, ...], trend: Trend) -> None:
    assert pains_change.trend(now, earlier) is trend


@given(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4))
def test_small_numbers_never_grow_or_shrink(now: int, earlier: list[int]) -> None:
    found = pains_change.trend(now, earlier)

    assert found in {Trend.UNKNOWN, Trend.STEADY, Trend.NEW, Trend.GONE}


def material(now: list[str], before: list[str], *, authors: int = 1_000) -> tuple[Material, Topic]:
    docs: list[Doc] = []
    groups = []
    for back, texts in ((0, now), (1, before)):
        for text in texts:
            number = len(docs)
            docs.append(doc(words_of(text, lang="en"), lang="en", author=number % authors))
            groups.append([(back, heard(text, number, author_id=number % authors))])
    one = Material((), docs, groups, np.zeros((len(docs), 0), dtype=np.float32), "", background(docs, []), [])
    return one, Topic(tuple(range(len(docs))), (), "", np.zeros(0, dtype=np.float32))


def test_words_that_came_up_and_went_away_are_told() -> None:
    one, topic = material(["lost luggage strike"] * 20, ["lost luggage snow"] * 20)

    up, down = pains_change.words(one, topic)

    assert "strike" in " ".join(up)
    assert "snow" in " ".join(down)
    assert not {"lost", "luggage", "lost luggage"} & {*up, *down}


def test_a_word_of_few_people_is_nobodys_business() -> None:
    one, topic = material(["lost luggage strike"] * 20, ["lost luggage snow"] * 20, authors=2)

    assert pains_change.words(one, topic) == ((), ())


@pytest.mark.parametrize(("now", "before"), [(20, 0), (0, 20), (4, 20), (20, 4)])
def test_with_too_few_posts_on_one_side_no_word_is_told(now: int, before: int) -> None:
    one, topic = material(["lost strike"] * now, ["lost snow"] * before)

    assert pains_change.words(one, topic) == ((), ())


def test_what_may_be_chance_is_not_told() -> None:
    one, topic = material(["lost luggage strike"] * 2 + ["lost luggage"] * 8, ["lost luggage"] * 10)

    assert pains_change.words(one, topic) == ((), ())
