"""Fitting: what is found where the truth is known beforehand, and how little a few posts may move."""

import numpy as np
import pytest

from moderation.calibration import ALL
from moderation.training import fitting
from moderation.training.fitting import Floats, among, corrections, least, pooled, yes_or_no

SEED = 7


def yes(count: int, *, scale: float, shift: float) -> tuple[Floats, Floats]:
    """Draw logits of one question, and answers that come true by other odds than they say."""
    drawn = np.random.default_rng(SEED)
    logits = drawn.normal(0, 2, (count, 1))
    truth = drawn.random((count, 1)) < 1 / (1 + np.exp(-(scale * logits + shift)))
    return logits, truth.astype(float)


def labels(count: int, *, scale: float, shift: Floats) -> tuple[Floats, Floats]:
    """Draw logits of labels that exclude each other, and which of them comes true."""
    drawn = np.random.default_rng(SEED)
    logits = drawn.normal(0, 2, (count, len(shift)))
    powers = np.exp(scale * logits + shift)
    chances = powers / powers.sum(axis=1, keepdims=True)
    which = (drawn.random((count, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    return logits, np.eye(len(shift))[which]


def named(*parts: tuple[str, int]) -> fitting.Names:
    return np.array([name for name, count in parts for _ in range(count)])


def folds(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(count) % fitting.FOLDS


def test_the_odds_of_a_question_are_found_again() -> None:
    logits, truth = yes(20_000, scale=0.6, shift=-1.0)

    found = corrections(logits, truth, named(("latin", 20_000)), np.inf, exclusive=False)

    assert list(found) == [ALL]
    assert found[ALL][0] == pytest.approx([0.6, -1.0], abs=0.06)


def test_the_odds_of_labels_are_found_again() -> None:
    shift = np.array([0.8, 0.2, -1.0])
    logits, truth = labels(20_000, scale=1.5, shift=shift)

    found = pooled(logits, truth, named(("latin", 20_000)), folds(20_000), exclusive=True)

    assert found[ALL]["scale"] == pytest.approx([1.5], abs=0.08)
    assert found[ALL]["shift"] == pytest.approx(shift, abs=0.08)


@pytest.mark.parametrize("exclusive", [True, False])
def test_gradient_and_curvature_are_those_of_the_loss(*, exclusive: bool) -> None:
    logits, truth = labels(50, scale=1.0, shift=np.array([0.5, 0.0, -0.5]))
    at, step = np.array([0.9, 0.3, -0.2, 0.1] if exclusive else [0.9, 0.3]), 1e-6

    def loss(at: Floats) -> tuple[float, Floats, Floats]:
        return among(at, logits, truth) if exclusive else yes_or_no(at, logits[:, 0], truth[:, 0])

    _, gradient, curvature = loss(at)

    for place, along in enumerate(np.eye(len(at)) * step):
        there, back = loss(at + along), loss(at - along)
        assert gradient[place] == pytest.approx((there[0] - back[0]) / (2 * step), abs=1e-4)
        assert curvature[place] == pytest.approx((there[1] - back[1]) / (2 * step), abs=1e-4)


def test_a_script_with_many_posts_is_its_own_and_one_with_few_stays_with_all() -> None:
    many, many_truth = yes(4_000, scale=1.0, shift=2.0)
    others, others_truth = yes(8_000, scale=1.0, shift=0.0)
    few, few_truth = yes(fitting.FEWEST, scale=1.0, shift=2.0)
    logits, truth = np.concatenate([many, others, few]), np.concatenate([many_truth, others_truth, few_truth])
    scripts = named(("cjk", 4_000), ("latin", 8_000), ("arabic", fitting.FEWEST))

    found = {
        name: parameters[0][1] for name, parameters in corrections(logits, truth, scripts, 30, exclusive=False).items()
    }

    assert found["cjk"] == pytest.approx(2.0, abs=0.2)
    assert found["latin"] == pytest.approx(0.0, abs=0.2)
    assert found[ALL] < found["arabic"] < (found[ALL] + 2.0) / 2


def test_a_script_with_too_few_posts_is_not_corrected_at_all() -> None:
    logits, truth = yes(fitting.FEWEST - 1, scale=1.0, shift=2.0)

    found = corrections(logits, truth, named(("cjk", fitting.FEWEST - 1)), 30, exclusive=False)

    assert list(found) == [ALL]


def test_scripts_that_differ_only_by_chance_are_left_alike() -> None:
    logits, truth = yes(2_000, scale=1.0, shift=-0.5)
    scripts = np.array(["latin", "cjk", "arabic", "indic"] * 500)

    found = pooled(logits, truth, scripts, folds(2_000), exclusive=False)

    moved = max(abs(each["shift"][0] - found[ALL]["shift"][0]) for each in found.values())
    assert moved < 0.1


def test_a_scripts_correction_must_hold_for_the_languages_left_out() -> None:
    one, one_truth = yes(600, scale=1.0, shift=1.5)
    two, two_truth = yes(600, scale=1.0, shift=-1.5)
    rest, rest_truth = yes(2_400, scale=1.0, shift=0.0)
    logits, truth = np.concatenate([one, two, rest]), np.concatenate([one_truth, two_truth, rest_truth])
    scripts = named(("cjk", 1_200), ("latin", 2_400))
    by_language = np.array([0] * 600 + [1] * 600 + [2 + at % 6 for at in range(2_400)])

    found = pooled(logits, truth, scripts, by_language, exclusive=False)

    assert abs(found.get("cjk", found[ALL])["shift"][0] - found[ALL]["shift"][0]) < 0.25


def test_a_label_nobody_has_gets_numbers_all_the_same() -> None:
    logits, truth = np.random.default_rng(SEED).normal(-3, 1, (300, 1)), np.zeros((300, 1))

    found = corrections(logits, truth, named(("latin", 300)), np.inf, exclusive=False)

    assert np.isfinite(found[ALL]).all()
    assert (1 / (1 + np.exp(-(logits * found[ALL][0, 0] + found[ALL][0, 1])))).mean() < 0.02


def test_logits_that_say_the_opposite_turn_no_judgement_round() -> None:
    logits, truth = yes(2_000, scale=-1.0, shift=0.0)

    found = corrections(logits, truth, named(("latin", 2_000)), np.inf, exclusive=False)

    assert found[ALL][0, 0] == fitting.LEAST_SCALE


def test_an_infinite_doubt_moves_nothing_and_none_at_all_moves_to_the_least() -> None:
    logits, truth = yes(500, scale=2.0, shift=1.0)

    def loss(at: Floats) -> tuple[float, Floats, Floats]:
        return yes_or_no(at, logits[:, 0], truth[:, 0])

    start = np.array([1.0, 0.0])
    assert least(loss, start, 1e12) == pytest.approx(start, abs=1e-6)
    assert loss(least(loss, start, 0.0))[1] == pytest.approx(np.zeros(2), abs=1e-3)


def test_fitting_again_gives_the_same() -> None:
    logits, truth = yes(500, scale=0.5, shift=0.5)
    scripts = named(("latin", 300), ("cjk", 200))

    first, second = (pooled(logits, truth, scripts, folds(500), exclusive=False) for _ in range(2))

    assert first == second
