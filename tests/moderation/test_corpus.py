"""The product's own corpus: every row can be read, none stands twice or nearly so, and what is held out is apart."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.training.data import CORPUS, Row, read_corpus

NEAR = 0.5  # share of their five-letter runs two posts of one language may have in common
LEAST, LANGUAGES = 8_000, 25
ASKED = {"en", "lo", "km", "th", "ta", "my"}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_corpus()


@pytest.fixture(scope="module")
def by_language(rows: list[Row]) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row.example.lang].append(row)
    return found


def runs(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[at : at + 5] for at in range(max(1, len(plain) - 4)))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common > NEAR * (len(one) + len(other) - common)


def nearly_same(texts: list[str]) -> list[tuple[str, str]]:
    """Give the pairs of near-doubles.

    Two that share more than half of their runs share one of the rarer half of either's, so only those are looked up.
    """
    known = [runs(text) for text in texts]
    seen_in = Counter(run for each in known for run in each)
    holders: dict[str, list[int]] = defaultdict(list)
    found: list[tuple[str, str]] = []
    for at, each in enumerate(known):
        rarest = sorted(each, key=lambda run: (seen_in[run], run))[: len(each) - int(NEAR * len(each))]
        lookup = sorted({holder for run in rarest for holder in holders[run]})
        found += [(texts[other], texts[at]) for other in lookup if alike(each, known[other])]
        for run in rarest:
            holders[run].append(at)
    return found


def test_there_are_enough_posts_in_enough_languages(by_language: dict[str, list[Row]]) -> None:
    assert sum(map(len, by_language.values())) >= LEAST
    assert len(by_language) >= LANGUAGES
    assert set(by_language) >= ASKED


def test_every_row_has_one_part_and_a_topic(rows: list[Row]) -> None:
    assert {row.split for row in rows} == {"train", "held"}
    assert all(row.topic and row.writer and row.example.text for row in rows)


def test_no_writer_of_a_language_is_on_both_sides(by_language: dict[str, list[Row]]) -> None:
    for lang, rows in by_language.items():
        sides = defaultdict(set)
        for row in rows:
            sides[row.writer].add(row.split)

        assert [writer for writer, split in sides.items() if len(split) > 1] == [], lang


def test_no_post_stands_twice_in_a_language(by_language: dict[str, list[Row]]) -> None:
    for lang, rows in by_language.items():
        assert len({row.example.text for row in rows}) == len(rows), lang


@pytest.mark.parametrize("lang", sorted(path.stem for path in CORPUS.glob("*.tsv")))
def test_no_two_posts_are_nearly_the_same(by_language: dict[str, list[Row]], lang: str) -> None:
    assert nearly_same([row.example.text for row in by_language[lang]]) == []


@given(texts=st.lists(st.text("abc", min_size=1, max_size=14), max_size=30))
def test_looking_up_finds_what_comparing_all_does(texts: list[str]) -> None:
    pairs = [(one, other) for one, other in combinations(texts, 2) if alike(runs(one), runs(other))]

    assert sorted(nearly_same(texts)) == sorted(pairs)
