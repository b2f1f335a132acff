"""What every classifier promises, whatever it is made of; `test_hub_contract.py` holds each beside it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from domain.ports import Classifies
from domain.values import Abuse, Kind, Sentiment

LATE = "third day without my parcel and nobody answers"
THANKS = "thank you so much"
TEXTS = [THANKS, LATE, "ok", "สวัสดี", LATE * 9, "hm", "😀😀"]


class Contract:
    """The tests of one classifier; who inherits them gives the fixture `judging`."""

    def test_scores_come_back_in_the_order_of_the_texts(self, judging: Classifies) -> None:
        there = judging.classify(TEXTS)
        back = judging.classify(TEXTS[::-1])

        assert len(there) == len(TEXTS)
        assert back[::-1] == there
        assert there[0] != there[1]

    def test_judging_again_gives_the_same(self, judging: Classifies) -> None:
        assert judging.classify(TEXTS) == judging.classify(TEXTS)

    def test_equal_texts_are_judged_once(self, judging: Classifies) -> None:
        first, other, second = judging.classify([LATE, THANKS, f"  {LATE}\n"])

        assert first == second
        assert first is second
        assert first != other

    def test_who_is_named_and_where_a_link_leads_change_nothing(self, judging: Classifies) -> None:
        texts = [f"@ana {LATE} https://a.example/1", f"@ben_2 {LATE} https://b.example/2"]

        one, other = judging.classify(texts)

        assert one == other

    def test_no_texts_give_no_scores(self, judging: Classifies) -> None:
        assert judging.classify([]) == []

    @pytest.mark.parametrize("text", ["", "   ", "\n\t\x00\u200b"])
    def test_nothing_said_is_no_evidence(self, judging: Classifies, text: str) -> None:
        scores, said = judging.classify([text, LATE])

        assert scores.sentiment[Sentiment.NEUTRAL] == 1
        assert scores.abuse[Abuse.NONE] == 1
        assert scores.kind[Kind.NOISE] == 1
        assert scores.person == scores.distress == 0
        assert said != scores

    @pytest.mark.parametrize(
        "text",
        [
            "word " * 5_000,
            LATE * 5_000,
            "😀" * 3_000,
            "👩‍👩‍👧‍👦" * 900,
            "ก" * 10_000,
            "x",
            "x" * 100_000,
            "\ud83d lone",
            "half \udc00",
            "\x00\x01 \u202e right to left",
            "a\u0301" * 3_000,
        ],
        ids=[
            "words",
            "sentences",
            "emoji",
            "families",
            "unbroken",
            "one",
            "one word",
            "high",
            "low",
            "marks",
            "accents",
        ],
    )
    def test_any_text_is_judged_and_leaves_the_others_alone(self, judging: Classifies, text: str) -> None:
        (alone,) = judging.classify([LATE])

        scores, beside = judging.classify([text, LATE])

        assert whole(scores.sentiment, Sentiment)
        # batches may move the last bits, and 8-bit ones a little more; nobody changes their mind
        assert max(beside.sentiment, key=lambda label: beside.sentiment[label]) is max(
            alone.sentiment, key=lambda label: alone.sentiment[label]
        )

    @pytest.mark.parametrize("text", TEXTS)
    def test_every_label_is_there_and_every_number_a_probability(self, judging: Classifies, text: str) -> None:
        (scores,) = judging.classify([text])

        assert whole(scores.sentiment, Sentiment)
        assert whole(scores.abuse, Abuse)
        assert whole(scores.kind, Kind)
        assert all(0 <= number <= 1 for number in (scores.person, scores.distress, *scores.why.values()))

    def test_what_was_judged_tells_by_which_model(self, judging: Classifies) -> None:
        (scores,) = judging.classify([LATE])

        assert scores.model == judging.version

    def test_more_texts_than_a_batch_are_all_judged(self, judging: Classifies) -> None:
        texts = [f"{LATE} {'ok ' * (number % 7)}{number}" for number in range(70)]

        scores = judging.classify(texts)

        assert len(scores) == len(texts)
        assert scores[::-1] == judging.classify(texts[::-1])


def whole(mapping: Mapping[Any, float], labels: type[StrEnum]) -> bool:
    """Say whether a mapping has every label and sums to 1, by numbers from 0 to 1."""
    assert set(mapping) == set(labels)
    assert all(isinstance(chance, float) and 0 <= chance <= 1 for chance in mapping.values())
    return sum(mapping.values()) == pytest.approx(1)
