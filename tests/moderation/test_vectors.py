"""Vectors: what they say of a text, and that asking for them changes nothing else."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from domain.values import Scores
from moderation import judge, vectors
from moderation.classifier import Classifier
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from storage.database import reading, writing
from storage.posts import mark_gone
from storage.vectors import Vector, unpack
from tests.moderation.conftest import Canned, corpus, measured, scores
from tests.moderation.test_judge import hear

BAGS = "you lost my bags again, three days without my suitcase"
BAGGAGE = "still no word about my missing suitcase, the bags are lost"
HOLD = "two hours on hold and then your phone line hung up on me"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(threads=1)


def about(classifier: Classifier, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Give what each text is about, as directions around their common middle."""
    found = unpack([scored.vector for scored in classifier.classify(texts)])
    middle = found - found.mean(axis=0)
    return np.asarray(middle / np.linalg.norm(middle, axis=1, keepdims=True))


def test_texts_about_one_thing_are_nearer_than_texts_about_another(classifier: Classifier) -> None:
    bags, baggage, hold = about(classifier, [BAGS, BAGGAGE, HOLD])

    assert bags @ baggage > bags @ hold
    assert bags @ baggage > baggage @ hold


def test_a_vector_takes_no_more_room_than_it_may(classifier: Classifier) -> None:
    found = classifier.classify([BAGS, HOLD * 40, "พัสดุหายไปสามวันแล้ว"])

    assert [len(scored.vector) for scored in found] == [128, 128, 128]


@pytest.mark.parametrize("text", ["", "   ", "12 345", "?!", "😡😡", "@brand", "https://a.example/1"])
def test_a_text_without_a_telling_word_has_no_vector(classifier: Classifier, text: str) -> None:
    (scored,) = classifier.classify([text])

    assert scored.vector == b""


def test_who_is_named_and_how_often_a_mark_is_made_say_nothing_of_the_matter(classifier: Classifier) -> None:
    plain, marked = classifier.classify([BAGS, f"{BAGS} !!! 😡😡😡"])

    near = unpack([plain.vector, marked.vector])
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.95


def test_marks_move_a_matter_less_than_other_words_for_it_do(classifier: Classifier) -> None:
    found = classifier.classify([BAGS, f"{BAGS} !!! 😡😡😡", BAGGAGE])

    near = unpack([scored.vector for scored in found])
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2]


def test_rare_pieces_weigh_more_and_marks_nothing() -> None:
    pieces = [
        ("<s>", 0.0),
        ("▁the", -3.0),
        ("▁suitcase", -12.0),
        ("▁user", -9.0),
        ("!", -4.0),
        ("7", -6.0),
        ("ๆ", -8.0),
    ]

    weights = vectors.rarity(pieces)

    special, common, rare, placeholder, mark, digit, _ = weights
    assert (special, placeholder, mark, digit) == (0, 0, 0, 0)
    assert 0 < common < 0.05
    assert 0.95 < rare <= 1


def test_packing_keeps_directions() -> None:
    numbers = np.random.default_rng(7).normal(size=(50, 384)).astype(np.float32) + 0.3

    back = unpack(vectors.pack(numbers))

    kept = numbers[:, : vectors.KEPT]
    cosines = (back * kept).sum(axis=1) / np.linalg.norm(back, axis=1) / np.linalg.norm(kept, axis=1)
    assert back.shape == (50, vectors.KEPT)
    assert cosines.min() > 0.97


def test_packing_does_not_care_how_long_a_vector_is() -> None:
    numbers = np.random.default_rng(7).normal(size=(5, 384)).astype(np.float32)

    assert vectors.pack(numbers) == vectors.pack(numbers * 1000)


def test_vectors_of_two_models_cannot_be_read_together() -> None:
    with pytest.raises(ValueError, match="different models"):
        unpack([b"1234", b"12345678"])


def test_nothing_packed_is_nothing_read() -> None:
    assert unpack([]).shape[0] == 0


def with_vectors(**packed: bytes) -> Canned:
    """Make a model that gives these vectors to texts of these names."""
    opinions: dict[str, Scores] = {}
    for text, vector in packed.items():
        plain = scores()
        opinions[text] = Scores(
            sentiment=plain.sentiment, abuse=plain.abuse, kind=plain.kind, person=0, distress=0, vector=vector
        )
    return Canned(opinions)


def test_a_judged_posts_vector_is_kept_with_its_model(engine: Engine, now: datetime) -> None:
    first, _ = hear(engine, now, "bags", "nothing")
    model = with_vectors(bags=b"\x12\x34", nothing=b"")

    judge.run_once(engine, Judge(model, PersonalData(), load()), now=now)

    with reading(engine) as db:
        kept = list(db.exec(select(Vector).order_by(col(Vector.post_id))))
    assert [(row.post_id, row.model, row.packed) for row in kept] == [(first, "canned-1", b"\x12\x34")]


def test_a_post_deleted_while_it_was_judged_leaves_no_vector(engine: Engine, now: datetime) -> None:
    hear(engine, now, "bags", "hold")
    model = with_vectors(bags=b"\x12\x34", hold=b"\x56\x78")

    def delete_one() -> None:
        with writing(engine) as db:
            mark_gone(db, "x", ["000000"], now=now)

    model.before = delete_one
    judge.run_once(engine, Judge(model, PersonalData(), load()), now=now)

    with reading(engine) as db:
        assert [row.packed for row in db.exec(select(Vector))] == [b"\x56\x78"]


def test_posts_of_one_reason_lie_together_on_real_complaints(classifier: Classifier) -> None:
    """The nearest neighbour shares the reason far more often than chance, on airline posts whose reasons are known."""
    rows = [row for row in measured("airline.jsonl") if row["negative_reason"] in {"Lost Luggage", "Cancelled Flight", "Late Flight"}]  # fmt: skip  # noqa: E501
    reasons = np.array([row["negative_reason"] for row in rows])

    near = about(classifier, [row["text"] for row in rows])
    likeness = near @ near.T
    np.fill_diagonal(likeness, -1)

    shared = float((reasons[likeness.argmax(axis=1)] == reasons).mean())
    chance = sum(float((reasons == reason).mean()) ** 2 for reason in set(reasons))
    assert shared > 0.6 > chance + 0.15


def test_vectors_of_every_language_of_the_corpus_are_told_apart(classifier: Classifier) -> None:
    rows = corpus()[::40]

    found = unpack([scored.vector for scored in classifier.classify([row["text"] for row in rows]) if scored.vector])

    assert len(found) > 0.95 * len(rows)
    assert all(not np.array_equal(one, other) for one, other in pairwise(found))
