"""Drift: what has moved is found and named, and what chance, custom or small counts bring is not."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Abuse, Kind, Scores, Sentiment
from moderation.drift import (
    FEWEST,
    LEAST,
    LEAST_UNLIKE,
    WEEKS,
    Mixes,
    by_chance,
    comparable,
    divergence,
    drifted,
    mixes,
    together,
    unlike,
)

MEASURED = frozenset({"de", "en"})
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500)).map(Counter)


def scored(negative: float, *, person: float = 0.1, harmless: float = 0.95) -> Scores:
    rest = (1 - negative) / 2
    return Scores(
        sentiment={Sentiment.NEGATIVE: negative, Sentiment.NEUTRAL: rest, Sentiment.POSITIVE: rest},
        abuse={Abuse.NONE: harmless, Abuse.OFFENSIVE: 1 - harmless, Abuse.HATEFUL: 0.0, Abuse.THREAT: 0.0},
        kind=dict.fromkeys(Kind, 0.25),
        person=person,
        distress=0.0,
        model="canned-1",
    )


def week(seed: int, *, n: int = 400, unhappy: float = 0.3, polish: float = 0.0) -> Mixes:
    """Draw a week of posts, of which about a share is unhappy and another is in Polish."""
    drawn = np.random.default_rng(seed)
    moods = np.where(drawn.random(n) < unhappy, drawn.beta(8, 2, n), drawn.beta(2, 8, n))
    langs = np.where(drawn.random(n) < polish, "pl", "de")
    return mixes([(str(lang), scored(float(mood))) for lang, mood in zip(langs, moods, strict=True)])


def earlier(count: int = 6, *, n: int = 400, unhappy: Sequence[float] = (0.3,)) -> list[Mixes]:
    return [week(seed, n=n, unhappy=unhappy[seed % len(unhappy)]) for seed in range(count)]


def test_weeks_that_are_alike_have_not_drifted() -> None:
    assert [drifted(week(100 + seed), earlier()) for seed in range(8)] == [[]] * 8


def test_a_mood_that_has_turned_is_found_with_what_it_was_and_is() -> None:
    (moved,) = drifted(week(50, unhappy=0.7), earlier())

    assert (moved.what, moved.against) == ("sentiment", "earlier weeks")
    assert moved.size > moved.limit >= LEAST
    assert moved.told == "unhappy posts: 31% before, 72% in the last seven days"


def test_a_language_that_was_never_heard_is_found() -> None:
    (moved,) = drifted(week(50, polish=0.4), earlier())

    assert moved.what == "language"
    assert moved.told.startswith("posts in de: 100% before, 6")
    assert "; posts in pl: 0% before, 3" in moved.told


@pytest.mark.parametrize(("of", "what"), [("person", "person"), ("harmless", "abuse")])
def test_each_score_is_looked_at(of: str, what: str) -> None:
    calm, other = scored(0.3), scored(0.3, **{of: 0.4 if of == "harmless" else 0.9})
    before = [mixes([("de", calm)] * 100)] * 5

    found = drifted(mixes([("de", other)] * 100), before)

    assert [moved.what for moved in found] == [what]


def test_small_counts_cry_no_wolf() -> None:
    told = [drifted(week(100 + seed, n=FEWEST, unhappy=0.4), earlier(n=FEWEST)) for seed in range(20)]

    assert sum(map(bool, told)) <= 1


def test_fewer_posts_than_enough_say_nothing_at_all() -> None:
    assert drifted(week(50, n=FEWEST - 1, unhappy=1.0), earlier()) == []


def test_fewer_weeks_than_enough_say_nothing_and_thin_weeks_are_none() -> None:
    assert drifted(week(50, unhappy=0.9), earlier(WEEKS - 1)) == []
    thin = [*earlier(WEEKS - 1), week(9, n=FEWEST - 1)]
    assert not comparable(thin)
    assert drifted(week(50, unhappy=0.9), thin) == []
    assert comparable(earlier(WEEKS))


def test_a_brand_whose_weeks_differ_anyway_is_told_of_what_is_unusual_for_it() -> None:
    stormy = earlier(8, unhappy=(0.2, 0.6))

    usual, unusual = drifted(week(50, unhappy=0.6), stormy), drifted(week(50, unhappy=0.98), stormy)

    assert usual == []
    assert [moved.what for moved in unusual] == ["sentiment"]
    assert drifted(week(50, unhappy=0.6), earlier(8, unhappy=(0.2,))) != []


def test_a_difference_that_is_certain_but_small_does_not_matter() -> None:
    many = [week(seed, n=5_000) for seed in range(4)]

    assert drifted(week(50, n=5_000, unhappy=0.36), many) == []


def test_first_weeks_are_held_against_the_calibration_posts_and_much_is_forgiven() -> None:
    reference = week(1, n=1_000, unhappy=0.5)

    assert unlike(week(50, unhappy=0.3), reference, MEASURED) == []
    (moved,) = unlike(week(50, unhappy=0.98), reference, MEASURED)
    assert (moved.what, moved.against) == ("sentiment", "calibration")
    assert moved.limit >= LEAST_UNLIKE
    assert "51% among the posts the model was calibrated on, 9" in moved.told


def test_without_calibration_posts_only_languages_are_looked_at() -> None:
    assert unlike(week(50, unhappy=0.98), mixes([]), MEASURED) == []


def test_many_posts_in_a_language_nobody_measured_are_told() -> None:
    (moved,) = unlike(week(50, polish=0.3), mixes([]), MEASURED)

    assert moved.what == "language"
    assert moved.told.endswith("of the posts are in languages the model was not measured in (pl)")
    assert unlike(week(50, polish=0.05), mixes([]), MEASURED) == []
    assert unlike(week(50, polish=0.3), mixes([]), frozenset()) == []


def test_posts_whose_language_nobody_can_tell_are_not_strange() -> None:
    assert unlike(mixes([("und", scored(0.3))] * 100), mixes([]), MEASURED) == []


@given(COUNTS, COUNTS)
def test_a_divergence_lies_between_nothing_and_one_and_knows_no_order(one: Counter[str], other: Counter[str]) -> None:
    found = divergence(one, other)

    assert -1e-9 <= found <= 1 + 1e-9
    assert found == pytest.approx(divergence(other, one), abs=1e-9)


@given(COUNTS, st.integers(1, 5))
def test_the_same_mix_in_another_number_does_not_diverge(one: Counter[str], times: int) -> None:
    assert divergence(one, Counter({name: times * count for name, count in one.items()})) == pytest.approx(0, abs=1e-9)


def test_nothing_in_common_is_a_whole_bit() -> None:
    assert divergence(Counter("aaa"), Counter("bb")) == pytest.approx(1)


def test_chance_explains_less_the_more_there_is() -> None:
    few, many = (by_chance(Counter(a=n, b=n), Counter(a=n, b=n)) for n in (20, 2_000))

    assert few > 10 * many
    assert by_chance(Counter(a=20), Counter(a=30)) == pytest.approx(0, abs=1e-12)
    assert few == by_chance(Counter(a=20, b=20), Counter(a=20, b=20))


def test_days_add_up_to_weeks() -> None:
    days = [mixes([("de", scored(0.95))]), mixes([("en", scored(1.0)), ("de", scored(0.0))])]

    found = together(days)

    assert found["language"] == Counter(de=2, en=1)
    assert found["sentiment"] == Counter({"9": 2, "0": 1})
