"""Topics and their names: which posts belong together, in one language or several, and what they are called."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.report import pains_heaps
from desk.report.pains_heaps import how_many, k_means, merge
from desk.report.pains_names import MILD, OTHERWISE, Background, Telling, background, label, name, telling
from desk.report.pains_topics import Topic, find, leading
from desk.report.pains_views import latent, unit
from desk.report.pains_words import Doc, doc, words_of
from responder.language import words
from responder.topics import Topic as Matter
from responder.topics import detect
from storage.vectors import unpack
from tests.desk.pains_week import APP, BAGS, HOLD, REFUND, about, glad, packed

CALM = [frozenset(word.key for word in words_of(said.text, lang="en")) for said in glad(40)]


def docs_of(*wanted: tuple[str, int]) -> tuple[list[Doc], npt.NDArray[np.float32], list[str]]:
    """Make posts about things, their vectors, and what each is about."""
    said = [(one, what) for what, count in wanted for one in about(what, count)]
    made = [doc(words_of(one.text, lang="en"), lang="en", author=n) for n, (one, _) in enumerate(said)]
    vectors = unpack([packed(what, n) for n, (_, what) in enumerate(said)])
    return made, vectors, [what for _, what in said]


def found(made: Sequence[Doc], vectors: npt.NDArray[np.float32]) -> list[Topic]:
    return find(made, vectors, background(made, CALM))


def test_posts_about_one_thing_are_one_topic_and_the_largest_comes_first() -> None:
    made, vectors, truth = docs_of((HOLD, 20), (BAGS, 35), (REFUND, 12))

    topics = found(made, vectors)

    assert [Counter(truth[row] for row in topic.rows).most_common(1)[0][0] for topic in topics] == [BAGS, HOLD, REFUND]
    assert all(len({truth[row] for row in topic.rows}) == 1 for topic in topics)


def test_a_post_is_in_one_topic_at_most() -> None:
    made, vectors, _ = docs_of((HOLD, 25), (BAGS, 25), (APP, 25))

    rows = [row for topic in found(made, vectors) for row in topic.rows]

    assert len(rows) == len(set(rows))


def test_finding_twice_gives_the_same() -> None:
    made, vectors, _ = docs_of((HOLD, 25), (BAGS, 25), (APP, 25))

    first, second = found(made, vectors), found(made, vectors)

    assert [topic.rows for topic in first] == [topic.rows for topic in second]
    assert [topic.words for topic in first] == [topic.words for topic in second]


def test_words_alone_find_topics_too() -> None:
    made, vectors, truth = docs_of((HOLD, 25), (BAGS, 25))

    topics = found(made, np.zeros_like(vectors))

    assert {truth[topic.rows[0]] for topic in topics} == {HOLD, BAGS}
    assert all(not topic.middle.any() for topic in topics)


@pytest.mark.parametrize("count", [0, 1, 2, pains_heaps.LEAST - 1])
def test_too_few_posts_are_no_topic(count: int) -> None:
    made, vectors, _ = docs_of((BAGS, count))

    assert found(made, vectors.reshape(count, 256)) == []


def test_a_week_that_knows_but_one_trouble_has_one_topic() -> None:
    made, vectors, _ = docs_of((BAGS, 30))

    (topic,) = found(made, vectors)

    assert len(topic.rows) >= 24
    assert {"lost", "luggag"} <= {word.key for word in topic.words} | set(topic.words[0].key.split())


def test_posts_that_have_nothing_in_common_are_no_topic() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    made = [doc(words_of(f"zq{n}a vx{n}b wy{n}c", lang="en"), lang="en", author=n) for n in range(60)]
    vectors = rng.normal(size=(60, 256)).astype(np.float32)

    assert found(made, vectors) == []


def test_one_matter_in_many_languages_is_one_topic_though_no_word_is_shared() -> None:
    late = {
        "en": ("my parcel never arrived", "where is my parcel, ten days late"),
        "th": ("พัสดุยังไม่ถึงเลย", "พัสดุหายไปไหน ยังไม่ได้รับ"),
        "de": ("mein Paket ist nicht angekommen", "Paket seit zwei Wochen verspätet"),
        "id": ("paket saya belum sampai", "paket belum datang juga"),
        "es": ("mi paquete no llega", "el paquete no ha llegado"),
    }
    cold = {
        "en": ("no internet since monday", "the internet is down again"),
        "th": ("เน็ตล่มอีกแล้ว", "อินเทอร์เน็ตใช้ไม่ได้"),
        "de": ("kein Internet seit Montag", "Internet ist ausgefallen"),
        "id": ("internet mati lagi", "tidak ada sinyal internet"),
        "es": ("sin internet desde el lunes", "no hay internet"),
    }
    made: list[Doc] = []
    truth: list[str] = []
    for what, texts in (("late", late), ("cold", cold)):
        for lang, some in texts.items():
            for text in some:
                matter = detect(text, words(lang))
                keys = words_of(text, lang=lang)
                made.append(
                    doc(keys, lang=lang, author=len(made), matter="" if matter is Matter.OTHER else matter.value)
                )
                truth.append(what)

    topics = found(made, np.zeros((len(made), 256), dtype=np.float32))

    assert topics
    for topic in topics:
        assert len({truth[row] for row in topic.rows}) == 1
        assert len({made[row].lang for row in topic.rows}) >= 3


@given(st.integers(min_value=0, max_value=200_000))
def test_heaps_are_never_more_than_posts_nor_without_bound(posts: int) -> None:
    assert 0 <= how_many(posts) <= min(40, posts)


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=1, max_value=40), st.integers(min_value=1, max_value=8), st.integers(0, 99))
def test_middles_are_directions_whatever_is_sorted(rows: int, width: int, seed: int) -> None:
    views = unit(np.random.Generator(np.random.PCG64(seed)).normal(size=(rows, width)).astype(np.float32))

    middles = merge(views, k_means(views, how_many(rows), seeds=views[:0]))

    assert 1 <= len(middles) <= how_many(rows)
    assert np.allclose(np.linalg.norm(middles, axis=1), 1, atol=1e-4)


def test_latent_directions_keep_what_is_alike_together() -> None:
    table = unit(np.array([[1, 1, 0, 0], [1, 0.9, 0, 0], [0, 0, 1, 1], [0, 0, 0.9, 1]], dtype=np.float32))

    kept = latent(table, 2)

    assert kept[0] @ kept[1] > 0.99
    assert abs(float(kept[0] @ kept[2])) < 0.01


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 3)])
def test_latent_directions_of_nothing_are_none(shape: tuple[int, int]) -> None:
    assert latent(np.zeros(shape, dtype=np.float32), 4).shape == (shape[0], 0)


def test_a_leading_word_hurts_and_is_not_everywhere() -> None:
    made, _, _ = docs_of((BAGS, 20), (HOLD, 20))
    scene = background(made, CALM)

    assert "luggag" in leading(made, range(20), scene)
    assert leading(made, range(10, 30), scene) == frozenset()


def tell(made: Sequence[Doc], rows: Sequence[int]) -> list[Telling]:
    return telling(made, rows, background(made, CALM))


def test_what_sets_a_topic_apart_comes_first_and_nothing_is_said_twice() -> None:
    made, _, _ = docs_of((BAGS, 20), (HOLD, 20))

    found_words = tell(made, range(20))

    parts = [part for word in found_words for part in word.key.split()]
    assert found_words[0].key.split()[-1] in {"luggag", "lost"}
    assert len(parts) == len(set(parts))
    assert [word.weight for word in found_words[:1]] == [max(word.weight for word in found_words)]


def test_a_word_that_few_people_use_names_nothing() -> None:
    made = [doc(words_of(f"lost luggage in Timbuktu {n}", lang="en"), lang="en", author=n % 2) for n in range(20)]

    assert tell(made, range(20)) == []


def test_what_the_contented_say_as_often_tells_little() -> None:
    trade = [doc(words_of("flight lost", lang="en"), lang="en", author=n) for n in range(20)]

    scene = background(trade, [frozenset({"flight"})] * 20)

    assert scene.weight("flight") == pytest.approx(0.5, abs=0.05)
    assert scene.weight("lost") == 1
    assert scene.weight("never heard") == 1


def test_no_word_counts_for_nothing() -> None:
    made = [doc(words_of("lovely flight", lang="en"), lang="en", author=n) for n in range(2)]

    scene = background([*made, *(doc((), lang="en", author=9) for _ in range(60))], [frozenset({"flight"})] * 50)

    assert scene.weight("flight") == MILD


def test_without_others_every_word_counts_fully() -> None:
    made, _, _ = docs_of((BAGS, 6))

    assert background(made, []).hurts == {}


def test_a_share_outside_is_never_zero() -> None:
    scene = Background(Counter({"bag": 5}), 10, {})

    assert 0 < scene.share_outside("bag", 5, 10) <= 1
    assert 0 < scene.share_outside("bag", 5, 5) < 0.1


def telling_word(shown: str, *, lang: str = "en", posts: int = 10, weight: float = 1.0) -> Telling:
    return Telling(shown, shown, lang, posts, weight)


def test_a_name_has_at_most_three_words_of_one_language() -> None:
    some = [telling_word(word) for word in ("bag", "luggage", "lost", "claim")]

    assert name(some, Counter(en=20), posts=20, label="") == ("bag", "luggage", "lost")


def test_what_tells_much_less_is_not_in_a_name() -> None:
    some = [
        telling_word("delayed", weight=4),
        telling_word("gate", weight=0.2, posts=1),
        telling_word("due", weight=0.1),
    ]

    assert name(some, Counter(en=20), posts=20, label="") == ("delayed",)


def test_a_second_word_that_is_often_there_is_in_a_name_all_the_same() -> None:
    some = [telling_word("delayed", weight=4), telling_word("missed", weight=0.2, posts=4)]

    assert name(some, Counter(en=20), posts=20, label="") == ("delayed", "missed")


def test_a_name_speaks_the_second_language_if_that_is_often_there() -> None:
    some = [telling_word("bag"), telling_word("กระเป๋า", lang="th"), telling_word("lost")]

    assert name(some, Counter(en=12, th=8), posts=20, label="") == ("bag", "lost", "กระเป๋า")
    assert name(some, Counter(en=19, th=1), posts=20, label="") == ("bag", "lost")


def test_where_words_stand_in_few_posts_the_known_matter_comes_first() -> None:
    some = [telling_word("parcel", posts=3), telling_word("พัสดุ", lang="th", posts=3)]

    called = name(some, Counter(en=10, th=10, lo=10), posts=30, label=label("late_delivery"))

    assert called == ("late delivery", "parcel", "พัสดุ")


def test_a_label_and_its_own_word_are_not_both_said() -> None:
    assert name([telling_word("refund", posts=2)], Counter(en=9), posts=20, label="refund") == ("refund",)


def test_what_has_no_word_is_called_something_else() -> None:
    assert name([], Counter(en=9), posts=20, label="") == (OTHERWISE,)
    assert name([], Counter(en=9), posts=20, label="outage") == ("outage",)


@pytest.mark.parametrize("matter", [matter for matter in Matter if matter is not Matter.OTHER])
def test_every_known_matter_has_a_label_for_people(matter: Matter) -> None:
    assert label(matter.value)
    assert "_" not in label(matter.value)
