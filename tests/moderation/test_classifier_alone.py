"""The shipped model: a text's scores hang on the text alone, whoever stands beside it or came before."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from domain.values import Need, PostKind, Scores
from moderation.certain import certain
from moderation.classifier import Classifier
from moderation.normalise import normalise
from moderation.policy import Policy
from moderation.triage import Facts, triage
from tests.moderation.conftest import corpus
from tests.moderation.test_certain import NOTHING

LATE = "third day without my parcel and nobody answers, this is ridiculous"


class Counting(Classifier):
    """The shipped model, which remembers what it was made to judge."""

    def __init__(self, *, threads: int) -> None:
        super().__init__(threads=threads)
        self.judged: list[str] = []

    def judge(self, plain: Sequence[str]) -> list[tuple[bytes, bytes]]:
        self.judged += plain
        return super().judge(plain)


@pytest.fixture(scope="module")
def shared() -> Counting:
    return Counting(threads=1)


@pytest.fixture
def counting(shared: Counting) -> Counting:
    shared.judged.clear()
    return shared


@pytest.fixture(scope="module")
def posts() -> list[str]:
    found = corpus()
    return [row["text"] for row in found[:: len(found) // 60]]


@pytest.fixture(scope="module")
def alone(shared: Counting, posts: list[str]) -> dict[str, tuple[bytes, bytes]]:
    return {text: shared.judge([normalise(text)])[0] for text in posts}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=some.data())
def test_scores_are_bit_for_bit_the_same_in_any_company(
    shared: Counting, posts: list[str], alone: dict[str, tuple[bytes, bytes]], data: some.DataObject
) -> None:
    company = data.draw(some.lists(some.sampled_from(posts), min_size=2, max_size=12, unique=True))

    together = shared.judge([normalise(text) for text in company])

    assert together == [alone[text] for text in company]


def test_scores_are_the_same_with_any_number_of_threads(alone: dict[str, tuple[bytes, bytes]]) -> None:
    many = Classifier(threads=3)

    together = many.judge([normalise(text) for text in alone])

    assert together == list(alone.values())


def test_a_text_judged_before_costs_no_pass_and_gets_the_same(counting: Counting) -> None:
    (first,) = counting.classify([f"{LATE} today"])
    counting.judged.clear()

    (again,) = counting.classify([f"  {LATE}   today "])

    assert again == first
    assert counting.judged == []


def test_a_storm_of_copies_is_one_pass(counting: Counting) -> None:
    storm = [f"RT @user_{number}: what a mess at the station https://t.co/{number}" for number in range(200)]

    scores = [score for at in range(0, 200, 20) for score in counting.classify(storm[at : at + 20])]

    assert len(counting.judged) == 1
    assert all(score == scores[0] for score in scores)


def test_scores_that_a_caller_changes_are_not_remembered_so(counting: Counting) -> None:
    (first,) = counting.classify(["a text of my own"])
    right = dict(first.why)

    first.why.clear()  # type: ignore[attr-defined]

    assert counting.classify(["a text of my own"])[0].why == right


@pytest.mark.parametrize("text", NOTHING)
def test_a_certain_case_costs_no_pass(counting: Counting, text: str, policy: Policy) -> None:
    (scores,) = counting.classify([text])

    assert counting.judged == []
    assert decided(scores, policy) is Need.NOISE


@pytest.mark.parametrize("text", ["😀", "0/10", ":(", "???", "ok"])
def test_what_says_something_costs_a_pass(counting: Counting, text: str) -> None:
    counting.classify([text, "@brand"])

    assert counting.judged == [text]


@pytest.mark.parametrize(
    "text", ["@brand", "@brand @ana @ben", "https://t.co/Xy1", "@brand https://t.co/Xy1", "#", "...", "@brand ..."]
)
def test_the_model_by_itself_would_have_said_noise_as_well(shared: Counting, text: str, policy: Policy) -> None:
    plain = normalise(text)

    (answer,) = shared.judge([plain])

    assert certain(plain)
    assert decided(shared.read(answer), policy) is Need.NOISE


def decided(scores: Scores, policy: Policy) -> Need:
    return triage(Facts(scores=scores, kind=PostKind.MENTION), policy).need
