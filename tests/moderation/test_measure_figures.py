"""The figures of measuring, against values that scikit-learn 1.9 gives for the same lists, or counted by hand."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.measure import figures
from moderation.measure.values import Threshold

LABELS = ("n", "u", "p")
GOLD = list("nnnnnnnuuuuupppp")
NAMED = list("nnnnnupnnuuunppu")
TABLE = figures.confusion(GOLD, NAMED, LABELS)

YES = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0]
SCORE = [0.9, 0.9, 0.8, 0.7, 0.7, 0.6, 0.55, 0.4, 0.3, 0.3, 0.2, 0.1]

judged = st.lists(st.tuples(st.booleans(), st.sampled_from([n / 20 for n in range(21)])), min_size=1, max_size=60)
named = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60)


def test_confusion_has_a_row_for_what_is_true_and_a_column_for_what_was_named() -> None:
    assert TABLE.counts == ((5, 1, 1), (2, 3, 0), (1, 1, 2))
    assert TABLE.n == 16


def test_precision_recall_and_f1_of_each_label_are_scikit_learns() -> None:
    found = figures.per_label(TABLE)

    assert [each.label for each in found] == list(LABELS)
    assert [each.precision for each in found] == pytest.approx([0.625, 0.6, 0.66666667])
    assert [each.recall for each in found] == pytest.approx([0.71428571, 0.6, 0.5])
    assert [each.f1 for each in found] == pytest.approx([0.66666667, 0.6, 0.57142857])
    assert [(each.support, each.named) for each in found] == [(7, 8), (5, 5), (4, 3)]


def test_macro_figures_are_scikit_learns() -> None:
    assert figures.macro(TABLE) == pytest.approx(0.6126984126984127)
    assert figures.macro(TABLE, figures.macro_recall) == pytest.approx(0.6047619047619048)
    assert figures.macro(TABLE, figures.accuracy) == pytest.approx(0.625)


def test_a_label_nobody_has_is_no_part_of_the_macro_figure_though_it_was_named() -> None:
    table = figures.confusion(list("nnuu"), list("npun"), LABELS)

    assert figures.macro(table) == pytest.approx(0.5833333333333333)
    assert figures.per_label(table)[2].recall is None
    assert figures.per_label(table)[2].precision == 0.0


def test_a_label_never_named_has_no_precision_and_an_f1_of_nothing() -> None:
    table = figures.confusion(["n", "u"], ["n", "n"], LABELS)

    unnamed = figures.per_label(table)[1]

    assert (unnamed.precision, unnamed.recall, unnamed.f1) == (None, 0.0, 0.0)


def test_other_labels_than_the_known_ones_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mixed"):
        figures.confusion(["n"], ["mixed"], LABELS)


def test_lists_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        figures.confusion(["n", "n"], ["n"], LABELS)
    with pytest.raises(ValueError, match="one length"):
        figures.curve([True, False], [0.5])


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        figures.average_precision([True], [score])


def test_the_bootstrap_says_the_same_every_time_and_holds_the_figure() -> None:
    found = figures.bootstrap(TABLE)

    assert found == figures.bootstrap(TABLE)
    assert found != figures.bootstrap(TABLE, seed=1)
    assert found.low < figures.macro(TABLE) < found.high


def test_the_bootstrap_of_a_share_is_as_wide_as_the_binomial_says() -> None:
    table = figures.confusion(["n"] * 1000, ["n"] * 800 + ["u"] * 200, LABELS)

    found = figures.bootstrap(table, figures.accuracy)

    assert found.low == pytest.approx(0.8 - 1.96 * (0.8 * 0.2 / 1000) ** 0.5, abs=0.003)
    assert found.high == pytest.approx(0.8 + 1.96 * (0.8 * 0.2 / 1000) ** 0.5, abs=0.003)


def test_more_posts_make_the_bootstrap_narrower() -> None:
    few, many = figures.bootstrap(TABLE), figures.bootstrap(figures.confusion(GOLD * 16, NAMED * 16, LABELS))

    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.2)


def test_nothing_cannot_be_resampled() -> None:
    with pytest.raises(ValueError, match="nothing"):
        figures.bootstrap(figures.confusion([], [], LABELS))


def test_bins_of_the_reliability_table_hold_equally_many() -> None:
    found = figures.reliability([n / 30 for n in range(30)], [n >= 15 for n in range(30)], bins=15)

    assert [part.n for part in found] == [2] * 15
    assert (found[0].low, found[0].high, found[0].right) == (0.0, 1 / 30, 0.0)
    assert found[-1].confidence == pytest.approx(28.5 / 30)
    assert [part.right for part in found] == [0.0] * 7 + [0.5] + [1.0] * 7


def test_equal_confidences_are_never_parted() -> None:
    found = figures.reliability([0.5] * 10 + [0.9], [True] * 5 + [False] * 5 + [True], bins=5)

    assert [(part.n, part.right) for part in found] == [(10, 0.5), (1, 1.0)]


def test_the_calibration_error_is_the_mean_gap_weighed_by_mass() -> None:
    # two bins of four: 0.6 sure and half right, 0.9 sure and all right
    sure, right = [0.6] * 4 + [0.9] * 4, [True, False, True, False, True, True, True, True]

    assert figures.ece(sure, right, bins=2) == pytest.approx((0.1 + 0.1) / 2)
    assert figures.ece([1.0, 1.0, 0.0], [True, True, False]) == 0.0
    assert figures.ece([1.0, 1.0], [False, False]) == 1.0


def test_the_calibration_error_of_many_honest_judgements_is_small() -> None:
    rng = random.Random(1)
    sure = [rng.uniform(0.34, 1) for _ in range(10_000)]

    assert figures.ece(sure, [rng.random() < each for each in sure]) < 0.03
    assert figures.ece(sure, [rng.random() < each - 0.2 for each in sure]) == pytest.approx(0.2, abs=0.03)


def test_brier_is_scikit_learns_for_yes_or_no_and_the_sum_over_labels_else() -> None:
    rows = [[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8], [0.5, 0.25, 0.25]]
    truth = [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0]]

    assert figures.brier(SCORE, YES) == pytest.approx(0.2327083333333333)
    assert figures.brier(rows, truth) == pytest.approx(0.45375)


def test_average_precision_is_scikit_learns_with_its_ties() -> None:
    assert figures.average_precision(YES, SCORE) == pytest.approx(0.5676190476190476)


def test_average_precision_is_nothing_where_there_is_nothing_to_find() -> None:
    assert figures.average_precision([0, 0], [0.2, 0.9]) is None


def test_the_curve_has_a_point_for_each_distinct_score_as_scikit_learn_has() -> None:
    found = figures.curve(YES, SCORE)

    assert found.at.tolist() == [0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.3, 0.2, 0.1]
    assert found.precision.tolist() == pytest.approx([1 / 2, 2 / 3, 3 / 5, 1 / 2, 4 / 7, 1 / 2, 1 / 2, 5 / 11, 5 / 12])
    assert found.recall.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0])
    assert found.named.tolist() == [2, 3, 5, 6, 7, 8, 10, 11, 12]


def test_a_threshold_for_precision_finds_as_much_as_it_may() -> None:
    found = figures.threshold_for_precision(YES, SCORE, 0.57)

    assert found == Threshold(at=0.55, precision=4 / 7, recall=0.8, named=7)
    assert figures.recall_at_precision(YES, SCORE, 0.57) == pytest.approx(0.8)


def test_a_precision_that_is_just_reached_is_enough() -> None:
    assert figures.recall_at_precision(YES, SCORE, 0.6) == pytest.approx(0.6)
    assert figures.recall_at_precision([1, 1], [0.3, 0.2], 1.0) == 1.0


def test_a_threshold_for_recall_is_as_precise_as_it_may_be() -> None:
    found = figures.threshold_for_recall(YES, SCORE, 0.8)

    assert found == Threshold(at=0.55, precision=4 / 7, recall=0.8, named=7)


def test_a_precision_that_no_threshold_reaches_has_none() -> None:
    assert figures.threshold_for_precision(YES, SCORE, 0.9) is None
    assert figures.recall_at_precision(YES, SCORE, 0.9) == 0.0
    assert figures.threshold_for_recall([0, 0], [0.1, 0.2], 0.5) is None


def test_posts_of_one_score_are_named_together_or_not_at_all() -> None:
    # the first of two equal scores is right, which a threshold cannot tell
    assert figures.recall_at_precision([1, 0], [0.7, 0.7], 0.9) == 0.0


def test_only_what_is_wanted_is_looked_for() -> None:
    found = figures.thresholds_at(YES, SCORE, recall=1.0)

    assert list(found) == ["recall"]
    assert found["recall"] == figures.threshold_for_recall(YES, SCORE, 1.0)
    assert list(figures.thresholds_at(YES, SCORE, precision=0.6, recall=0.9)) == ["precision", "recall"]


@given(named)
def test_every_macro_figure_and_its_interval_lies_between_nothing_and_all(pairs: list[tuple[str, str]]) -> None:
    table = figures.confusion([gold for gold, _ in pairs], [said for _, said in pairs], LABELS)

    for figure in (figures.macro_f1, figures.macro_recall, figures.accuracy):
        found = figures.bootstrap(table, figure, rounds=50)
        assert 0 <= figures.macro(table, figure) <= 1 + 1e-12
        assert 0 <= found.low <= found.high <= 1 + 1e-12


@given(named)
def test_every_label_is_counted_once_as_true_and_once_as_named(pairs: list[tuple[str, str]]) -> None:
    table = figures.confusion([gold for gold, _ in pairs], [said for _, said in pairs], LABELS)

    found = figures.per_label(table)

    assert sum(each.support for each in found) == sum(each.named for each in found) == len(pairs) == table.n


@given(judged, st.integers(1, 20), st.randoms())
def test_calibration_is_bounded_and_does_not_ask_for_the_order(
    pairs: list[tuple[bool, float]], bins: int, rng: random.Random
) -> None:
    shuffled = rng.sample(pairs, len(pairs))

    error = figures.ece([s for _, s in pairs], [y for y, _ in pairs], bins=bins)
    parts = figures.reliability([s for _, s in pairs], [y for y, _ in pairs], bins=bins)

    assert 0 <= error <= 1
    assert error == pytest.approx(figures.ece([s for _, s in shuffled], [y for y, _ in shuffled], bins=bins))
    assert len(parts) <= bins
    assert sum(part.n for part in parts) == len(pairs)
    assert all(part.low <= part.confidence + 1e-12 and part.confidence <= part.high + 1e-12 for part in parts)
    assert all(a.high < b.low for a, b in pairwise(parts))


@given(judged, st.floats(0.01, 1))
def test_a_threshold_brings_what_it_promises(pairs: list[tuple[bool, float]], least: float) -> None:
    gold, score = [y for y, _ in pairs], [s for _, s in pairs]

    for name, found in figures.thresholds_at(gold, score, precision=least, recall=least).items():
        if found is None:
            continue
        taken = [yes for yes, each in pairs if each >= found.at]
        assert found.named == len(taken)
        assert found.precision == pytest.approx(sum(taken) / len(taken))
        assert found.recall == pytest.approx(sum(taken) / sum(gold))
        assert getattr(found, name) >= least


@given(judged)
def test_average_precision_lies_between_the_worst_order_and_one(pairs: list[tuple[bool, float]]) -> None:
    gold, score = [y for y, _ in pairs], [s for _, s in pairs]

    found = figures.average_precision(gold, score)

    assert (found is None) == (not any(gold))
    if found is not None:
        assert 0 < found <= 1 + 1e-12
        assert figures.average_precision(gold, [float(y) for y in gold]) == pytest.approx(1)
        assert figures.average_precision(gold, [0.5] * len(gold)) == pytest.approx(sum(gold) / len(gold))
