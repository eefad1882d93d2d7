"""Scores: how good predictions are, each as a number between 0 and 1 or a correlation. Lesson 09 builds it.

Design choices
- Everything that counts classes can be read off one matrix.
- A share of nothing is 0; a correlation with a constant is no number, nan.
"""

import math
from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Scores(NamedTuple):
    """Shares between 0 and 1; each is 0 where it would divide by nothing."""

    precision: float
    recall: float
    f1: float


def scores_of_counts(hits: int, predicted: int, true: int) -> Scores:
    """Return the scores of `hits` right ones among `predicted`, where there are `true` to find."""
    precision = hits / predicted if predicted else 0.0
    recall = hits / true if true else 0.0
    return Scores(precision, recall, 2 * hits / (predicted + true) if predicted + true else 0.0)


def paired(first: Sequence | Tensor, second: Sequence | Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return both as tensors (n) on the CPU. Raises ValueError for unequal lengths."""
    both = [torch.as_tensor(values, dtype=dtype).cpu() for values in (first, second)]
    if both[0].shape != both[1].shape or both[0].ndim != 1:
        raise ValueError(f"one value for each is wanted, not {len(first)} and {len(second)}")
    return both[0], both[1]


def accuracy(predicted: Sequence[int] | Tensor, true: Sequence[int] | Tensor) -> float:
    """Return the share of predictions that are right. Raises ValueError for unequal lengths."""
    predicted, true = paired(predicted, true, torch.long)
    return (predicted == true).sum().item() / max(1, len(true))


def confusion_matrix(predicted: Sequence[int] | Tensor, true: Sequence[int] | Tensor, n: int) -> Tensor:
    """Count the texts of each true class, row, that got each class, column: (n, n).

    Raises ValueError for unequal lengths and for a class outside 0 to n - 1.
    """
    predicted, true = paired(predicted, true, torch.long)
    classes = torch.cat([predicted, true])
    if len(classes) and not 0 <= classes.min() <= classes.max() < n:
        raise ValueError(f"classes must lie between 0 and {n - 1}, not {classes.min()} to {classes.max()}")
    return torch.bincount(true * n + predicted, minlength=n * n).view(n, n)


def scores_of_classes(matrix: Tensor) -> list[Scores]:
    """Return the scores of each class of a confusion matrix (true, predicted)."""
    hits, predicted, true = (counts.tolist() for counts in (matrix.diag(), matrix.sum(0), matrix.sum(1)))
    return [scores_of_counts(*counts) for counts in zip(hits, predicted, true, strict=True)]


def macro_f1(matrix: Tensor) -> float:
    """Return the mean F1 of all classes of a confusion matrix, each counted alike, however rare."""
    return sum(scores.f1 for scores in scores_of_classes(matrix)) / len(matrix)


def multi_label_scores(
    predicted: Sequence[Collection[Hashable]], true: Sequence[Collection[Hashable]]
) -> Scores:
    """Compare the set of labels of each text with the true one; hits are counted over all texts (micro).

    Raises ValueError for unequal lengths.
    """
    found = [(set(ours), set(theirs)) for ours, theirs in zip(predicted, true, strict=True)]
    hits = sum(len(ours & theirs) for ours, theirs in found)
    return scores_of_counts(
        hits, sum(len(ours) for ours, _ in found), sum(len(theirs) for _, theirs in found)
    )


def pearson(x: Sequence[float] | Tensor, y: Sequence[float] | Tensor) -> float:
    """Return how well a straight line describes y by x, from -1 to 1; nan if either is constant.

    Raises ValueError for unequal lengths.
    """
    x, y = paired(x, y, torch.float64)
    if min(len(x.unique()), len(y.unique())) < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).item()


def ranks(values: Sequence[float] | Tensor) -> Tensor:
    """Return the place of each value, 1 for the smallest; equal values share the mean of their places."""
    _, group, sizes = torch.as_tensor(values, dtype=torch.float64).unique(
        return_inverse=True, return_counts=True
    )
    last_place = sizes.cumsum(0)
    return (last_place - (sizes - 1) / 2)[group]


def spearman(x: Sequence[float] | Tensor, y: Sequence[float] | Tensor) -> float:
    """Return Pearson's correlation of the ranks: how well y rises with x, in whatever curve."""
    return pearson(ranks(x), ranks(y))


class Bin(NamedTuple):
    """Predictions of similar confidence: their mean confidence, the share that is right, their number."""

    confidence: float
    accuracy: float
    count: int


def reliability(
    confidences: Sequence[float] | Tensor, correct: Sequence[float] | Tensor, bins: int = 10
) -> list[Bin]:
    """Sort predictions by confidence (0 to 1) into `bins` of equal width, and leave out empty ones.

    `correct` has 1 for a right prediction, 0 for a wrong one. Raises ValueError for unequal lengths.
    """
    confidences, correct = paired(confidences, correct, torch.float64)
    number = (confidences * bins).long().clamp(max=bins - 1)  # 1.0 belongs to the last bin
    return [
        Bin(confidences[number == i].mean().item(), correct[number == i].mean().item(), int(n))
        for i, n in enumerate(torch.bincount(number, minlength=bins))
        if n
    ]


def calibration_error(
    confidences: Sequence[float] | Tensor, correct: Sequence[float] | Tensor, bins: int = 10
) -> float:
    """Return how far confidence and accuracy lie apart in a bin, the mean over all predictions.

    Raises ValueError for unequal lengths. Source: Guo et al., "On Calibration of Modern Neural Networks",
    ICML 2017, section 2.
    """
    found = reliability(confidences, correct, bins)
    gaps = sum(abs(one.confidence - one.accuracy) * one.count for one in found)
    return gaps / max(1, len(correct))
