"""Scores equal to scikit-learn's and scipy's, properties, and bad input."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics
from sklearn.preprocessing import MultiLabelBinarizer

from jbert_lessons.scores import (
    accuracy,
    calibration_error,
    confusion_matrix,
    macro_f1,
    multi_label_scores,
    pearson,
    ranks,
    reliability,
    scores_of_classes,
    spearman,
)

LABELS = ["味", "値段", "接客"]


def pairs(values, min_size=1):
    return st.lists(st.tuples(values, values), min_size=min_size, max_size=30).map(
        lambda p: zip(*p, strict=True)
    )


@given(pairs(st.integers(0, 3)))
def test_classes_are_scored_as_scikit_learn_scores_them(both):
    predicted, true = both
    matrix = confusion_matrix(predicted, true, 4)
    names = range(4)
    assert matrix.tolist() == metrics.confusion_matrix(true, predicted, labels=names).tolist()
    assert accuracy(predicted, true) == pytest.approx(metrics.accuracy_score(true, predicted))
    options = {"labels": names, "zero_division": 0}
    expected = metrics.precision_recall_fscore_support(true, predicted, **options)[:3]
    assert [tuple(scores) for scores in scores_of_classes(matrix)] == [
        pytest.approx(row) for row in zip(*expected, strict=True)
    ]
    expected_f1 = metrics.f1_score(true, predicted, average="macro", **options)
    assert macro_f1(matrix) == pytest.approx(expected_f1)


@given(pairs(st.sets(st.sampled_from(LABELS))))
def test_sets_of_labels_are_scored_as_scikit_learn_scores_them(both):
    predicted, true = both
    table = MultiLabelBinarizer(classes=LABELS).fit([LABELS])
    expected = metrics.precision_recall_fscore_support(
        table.transform(true), table.transform(predicted), average="micro", zero_division=0
    )
    assert tuple(multi_label_scores(predicted, true)) == pytest.approx(expected[:3])


@given(pairs(st.integers(-5, 5), min_size=2))
def test_correlations_are_scipy_s(both):
    x, y = map(list, both)
    assert ranks(x).tolist() == stats.rankdata(x).tolist()
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(pearson(x, y)) and math.isnan(spearman(x, y))
    else:
        assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)


def test_what_rises_in_a_curve_has_a_perfect_rank_correlation():
    x = torch.arange(10.0)
    assert spearman(x, x**5) == pytest.approx(1)
    assert pearson(x, x**5) < 0.9
    assert math.isnan(pearson([0.1, 0.1, 0.1], [1, 2, 3])), "0.1 - mean(0.1, 0.1, 0.1) is not quite 0"


def test_calibration_of_a_small_case_by_hand():
    confidences, correct = [0.95, 1.0, 0.55, 0.6], [1, 0, 1, 1]
    assert [tuple(one) for one in reliability(confidences, correct)] == [
        pytest.approx((0.55, 1, 1)),
        pytest.approx((0.6, 1, 1)),
        pytest.approx((0.975, 0.5, 2)),
    ]
    assert calibration_error(confidences, correct) == pytest.approx((0.45 + 0.4 + 2 * 0.475) / 4)
    assert calibration_error(confidences, correct, bins=1) == pytest.approx(abs(3.1 / 4 - 3 / 4))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40), st.integers(1, 15))
def test_bins_lose_nothing_and_the_error_is_a_share(predictions, bins):
    confidences, correct = map(list, zip(*predictions, strict=True))
    found = reliability(confidences, correct, bins)
    assert sum(one.count for one in found) == len(predictions)
    assert sum(one.accuracy * one.count for one in found) == pytest.approx(sum(correct))
    overall = abs(sum(confidences) - sum(correct)) / len(predictions)
    assert overall - 1e-9 <= calibration_error(confidences, correct, bins) <= 1


def test_nothing_scores_nothing():
    assert accuracy([], []) == 0 and multi_label_scores([], []) == (0, 0, 0)
    assert confusion_matrix([], [], 2).tolist() == [[0, 0], [0, 0]]
    assert multi_label_scores([set()], [{"味"}]) == (0, 0, 0)
    assert calibration_error([], []) == 0 and math.isnan(pearson([], []))


def test_tensors_of_any_device_are_taken(device):
    predicted, true = torch.tensor([0, 1, 1], device=device), torch.tensor([0, 1, 0], device=device)
    assert accuracy(predicted, true) == pytest.approx(2 / 3)
    assert confusion_matrix(predicted, true, 2).tolist() == [[1, 1], [0, 1]]
    assert pearson(predicted.float(), [0.0, 2.0, 2.0]) == pytest.approx(1)


@pytest.mark.parametrize("score", [accuracy, pearson, spearman, calibration_error, multi_label_scores])
def test_unequal_lengths(score):
    first, second = ([{"味"}], [{"味"}, set()]) if score is multi_label_scores else ([1], [1, 0])
    with pytest.raises(ValueError, match=r"one value for each is wanted, not 1 and 2|zip\(\)"):
        score(first, second)


@pytest.mark.parametrize("classes", [[0, 2], [-1, 0]])
def test_a_class_that_does_not_exist(classes):
    with pytest.raises(ValueError, match="classes must lie between 0 and 1, not"):
        confusion_matrix(classes, [0, 1], 2)
