"""The shipped model: what it promises of order, repetition, length and its own files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Need, PostKind, Scores, Sentiment
from moderation.classifier import LONGEST, SHIPPED, Classifier, probabilities, shorten
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from moderation.triage import Subject

LATE = "third day without my parcel and nobody answers, this is ridiculous"
THANKS = "thank you so much, the delivery was fast and the driver lovely ❤️"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(threads=1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def feeling(scores: Scores) -> Sentiment:
    return max(scores.sentiment, key=lambda label: scores.sentiment[label])


def test_scores_come_back_in_the_order_of_the_texts(classifier: Classifier) -> None:
    texts = [THANKS, LATE, "", "ok", LATE * 20]

    scores = classifier.classify(texts)

    assert len(scores) == len(texts)
    assert feeling(scores[0]) is Sentiment.POSITIVE
    assert feeling(scores[1]) is Sentiment.NEGATIVE
    assert scores[2].sentiment[Sentiment.NEUTRAL] == 1


@pytest.mark.parametrize("late", [f"@nordparcel {LATE}", LATE])
def test_a_complaint_wants_a_person_more_than_thanks_do(classifier: Classifier, late: str) -> None:
    complaint, thanks = classifier.classify([late, THANKS])

    assert complaint.person > thanks.person
    assert max(complaint.kind, key=lambda label: complaint.kind[label]) is Kind.COMPLAINT
    assert thanks.kind[Kind.PRAISE] > complaint.kind[Kind.PRAISE]


@pytest.mark.parametrize(
    "text",
    [
        "El pedido llegó roto y nadie me contesta, quiero mi dinero de vuelta",
        "พัสดุหายไปสามวันแล้ว ติดต่อใครก็ไม่ได้เลย แย่มาก",
        "Mein Paket ist seit zwei Wochen weg und der Support meldet sich nicht",
        "Gói hàng của tôi bị hỏng mà không ai trả lời, quá tệ",
    ],
)
def test_a_complaint_is_unhappy_in_any_language(classifier: Classifier, text: str) -> None:
    (scores,) = classifier.classify([text])

    assert feeling(scores) is Sentiment.NEGATIVE


def test_every_mapping_is_whole_and_every_number_a_probability(classifier: Classifier) -> None:
    (scores,) = classifier.classify([LATE])

    assert set(scores.sentiment) == set(Sentiment)
    assert set(scores.abuse) == set(Abuse)
    assert set(scores.kind) == set(Kind)
    for mapping in (scores.sentiment, scores.abuse, scores.kind):
        assert sum(mapping.values()) == pytest.approx(1)
    assert all(0 <= number <= 1 for number in (scores.person, scores.distress, *scores.why.values()))
    assert scores.model == classifier.version


@pytest.mark.parametrize("text", ["", "   ", "\n\t\x00\u200b"])
def test_nothing_said_is_no_evidence(classifier: Classifier, text: str) -> None:
    (scores,) = classifier.classify([text])

    assert scores.sentiment[Sentiment.NEUTRAL] == 1
    assert scores.abuse[Abuse.NONE] == 1
    assert scores.kind[Kind.NOISE] == 1
    assert scores.person == scores.distress == 0
    assert not any(scores.why.values())


def test_no_texts_give_no_scores(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


def test_equal_texts_are_judged_once(classifier: Classifier) -> None:
    first, second = classifier.classify([LATE, f"  {LATE}\n"])

    assert first is second


def test_judging_again_gives_the_same(classifier: Classifier) -> None:
    texts = [THANKS, LATE, "สวัสดี", "hm"]

    assert classifier.classify(texts) == classifier.classify(texts)


def test_who_is_named_and_where_a_link_leads_change_nothing(classifier: Classifier) -> None:
    one, other = classifier.classify([f"@ana {LATE} https://a.example/1", f"@ben_2 {LATE} https://b.example/2"])

    assert one is other


def test_texts_of_any_length_are_judged(classifier: Classifier) -> None:
    long = LATE * 5_000

    scores = classifier.classify([long, "😀" * 3_000, "ก" * 10_000, "x", "\ud83d lone"])

    assert feeling(scores[0]) is Sentiment.NEGATIVE


def test_the_end_of_a_long_text_counts(classifier: Classifier) -> None:
    calm = "we walked along the river and then had lunch near the old mill " * 12
    cry = "I want to die, I cannot go on any more, please somebody help me"

    plain, alarming = classifier.classify([calm, calm + cry])

    assert alarming.distress > plain.distress


def test_a_text_too_long_for_any_post_loses_its_middle() -> None:
    text = "a" * LONGEST + "b" * LONGEST

    short = shorten(text)

    assert len(short) == LONGEST + 1
    assert short[0] == "a"
    assert short[-1] == "b"


def test_probabilities_hold_for_large_logits() -> None:
    logits = np.array([[900.0, -900.0]])

    assert probabilities(logits, exclusive=True).tolist() == [[1.0, 0.0]]
    assert probabilities(logits, exclusive=False).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_an_altered_file_is_told_to_the_operator(copied: Path, name: str) -> None:
    with (copied / name).open("ab") as file:
        file.write(b" ")

    with pytest.raises(ConfigError, match="not the file that was measured") as caught:
        Classifier(copied)

    assert len(caught.value.problems) == 1


def test_every_missing_file_is_told_at_once(copied: Path) -> None:
    (copied / "model.onnx").unlink()
    (copied / "tokenizer.json").unlink()

    with pytest.raises(ConfigError) as caught:
        Classifier(copied)

    assert len(caught.value.problems) == 2
    assert all("is missing" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "{",
    ],
)
def test_an_unreadable_description_is_told(copied: Path, content: str | None) -> None:
    (copied / "model.json").unlink()
    if content is not None:
        (copied / "model.json").write_text(content)

    with pytest.raises(ConfigError, match="cannot be read"):
        Classifier(copied)


def test_the_description_names_every_shipped_file() -> None:
    about = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))

    named = set(about["files"]) | {"model.json", "MODEL_CARD.md"}
    assert {path.name for path in SHIPPED.iterdir() if path.is_file()} - named == set()


@pytest.mark.parametrize("kind", [PostKind.DIRECT, PostKind.MENTION])
@pytest.mark.parametrize("text", ["third day without my parcel", "my parcel is three days late"])
def test_a_complaint_that_names_nobody_is_one(classifier: Classifier, text: str, kind: PostKind) -> None:
    (verdict,) = Judge(classifier, PersonalData(), load()).judge([Subject(text=text, kind=kind)])

    assert verdict.triage.need is Need.COMPLAINT
