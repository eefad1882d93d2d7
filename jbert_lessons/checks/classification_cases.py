"""Lesson 09's class scores and labels with every mistake that a check knows: what each would give."""

import math
from collections.abc import Iterator, Sequence
from statistics import median

import torch
from torch import Tensor

from jbert_lessons.checks.stacks import ways

# Predicted classes, true classes, number of classes. In all but the first some class is left out.
COUNTED = [
    ([0, 1, 1, 2, 0, 0, 2], [0, 1, 0, 2, 2, 0, 1], 3),
    ([0, 0, 0, 0, 1, 0], [0, 2, 0, 1, 1, 0], 3),
    ([3, 3, 0, 2, 0], [0, 3, 0, 0, 3], 4),
    ([1, 1, 1], [0, 0, 1], 5),
]
MATRICES = [
    [[6, 1, 3], [2, 5, 1], [0, 4, 12]],
    [[8, 2], [3, 1]],
    [[7, 0, 1], [3, 0, 2], [1, 0, 6]],
    [[4, 1, 0, 3], [0, 0, 0, 0], [0, 2, 5, 1], [1, 0, 0, 3]],
    [[0, 2, 0], [1, 0, 0], [0, 0, 0]],
]


def confusion(predicted: Sequence[int], true: Sequence[int], n: int) -> Iterator[tuple[str, Tensor]]:
    """Yield the counts (true, predicted), rightly, then by mistake."""
    pairs = list(zip(true, predicted, strict=True))
    right = torch.tensor([[float(pairs.count((row, col))) for col in range(n)] for row in range(n)])
    yield "", right
    yield "rows and columns have changed places: a row is a true class, a column a predicted one", right.mT
    used = sorted({*predicted, *true})
    text = "a class that never occurs has a row and a column of zeros, too: the matrix is (n, n)"
    yield text, right[used][:, used]
    yield text, right[: max(used) + 1, : max(used) + 1]
    yield text, right[: max(true) + 1, : max(predicted) + 1]
    yield "a cell counts the texts of its pair; 1 only says that there is one", right.clamp(max=1)
    yield (
        "only the hits on the diagonal are counted; what the others were taken for is missing",
        (right.diag().diag()),
    )
    text = "these are shares; the number of texts is asked for"
    yield text, right / right.sum()
    yield text, right / right.sum(1, keepdim=True).clamp(min=1)
    yield text, right / right.sum(0, keepdim=True).clamp(min=1)


def by_class(matrix: list[list[int]]) -> Iterator[tuple[str, Tensor]]:
    """Yield precision, recall and F1 of each class (classes, 3), rightly, then with mistakes."""
    m = torch.tensor(matrix, dtype=torch.float64)
    hits, said, there, every = m.diag(), m.sum(0), m.sum(1), m.sum()
    precision, recall = _shares(hits, said), _shares(hits, there)
    rest = (every - said - there + 2 * hits) / every
    pairs = [
        ("", (precision, recall)),
        (
            "precision and recall have changed places: precision divides by how often the class was "
            "predicted (its column), recall by how often it is true (its row)",
            (recall, precision),
        ),
        ("both are the recall: precision divides by the sum of the column", (recall, recall)),
        ("both are the precision: recall divides by the sum of the row", (precision, precision)),
        (
            "the hits are divided by all texts; divide by the column's sum and by the row's",
            (hits / every, hits / every),
        ),
        (
            "the precision is an accuracy: texts that are rightly not given the class count as hits",
            (rest, recall),
        ),
        (
            "the hits are counted among the misses, so the sums are without the diagonal",
            (_shares(hits, said - hits), _shares(hits, there - hits)),
        ),
    ]
    means = {
        "": lambda p, r: _shares(2 * p * r, p + r),
        "F1 is not the mean of the two; it is their harmonic mean, 2 · p · r / (p + r)": (
            lambda p, r: (p + r) / 2
        ),
        "the 2 of F1 is missing: where p and r are 1, F1 is 1": lambda p, r: _shares(p * r, p + r),
        "F1 is not the product of the two": lambda p, r: p * r,
        "F1 is not the root of the product; it is the harmonic mean": lambda p, r: (p * r).sqrt(),
    }
    orders = {
        "": (0, 1, 2),
        "the order of the three is precision, recall, F1": (2, 0, 1),
        "the order of the three is precision, then recall, then F1": (1, 2, 0),
    }
    for message, (p, r), mean, order in ways(pairs, means, orders):
        yield message, torch.stack([p, r, mean(p, r)], dim=1)[:, order]
    right = torch.stack([precision, recall, _shares(2 * precision * recall, precision + recall)])
    yield "one row for each score is yours; asked for is one row for each class", right


def macro(matrix: list[list[int]]) -> Iterator[tuple[str, float]]:
    """Yield macro F1, rightly, then by mistake."""
    m = torch.tensor(matrix, dtype=torch.float64)
    hits, said, there = m.diag(), m.sum(0), m.sum(1)
    p, r = _shares(hits, said), _shares(hits, there)
    f1 = _shares(2 * hits, said + there)
    yield "", f1.mean().item()
    yield (
        "this is the accuracy, which is micro F1: it weighs texts. Macro F1 weighs every class the same",
        ((hits.sum() / m.sum()).item()),
    )
    yield (
        "the classes weigh as many texts as they have; in macro F1 each weighs the same",
        ((f1 * there).sum() / there.sum()).item(),
    )
    left_out = "{} is left out of the mean. It counts, with an F1 of 0: divide by n"
    yield left_out.format("a class that is neither predicted nor true"), _mean(f1[said + there > 0])
    yield left_out.format("a class that is never predicted"), _mean(f1[said > 0])
    yield left_out.format("a class that never occurs"), _mean(f1[there > 0])
    yield left_out.format("a class without a hit"), _mean(f1[f1 > 0])
    means = p.mean(), r.mean()
    yield (
        "first each class its F1, then the mean. This is the F1 of the mean precision and recall",
        (_shares(2 * means[0] * means[1], means[0] + means[1]).item()),
    )
    yield "this is the mean of the precisions; the F1s are meant", means[0].item()
    yield "this is the mean of the recalls; the F1s are meant", means[1].item()
    yield "this is the sum of the F1s; divide by the number of classes", f1.sum().item()
    yield "this is the median of the F1s; the mean is meant", median(f1.tolist())


def decisions(logits: Tensor, threshold: float) -> Iterator[tuple[str, list[list[bool]]]]:
    """Yield which labels a text gets (batch, labels), rightly, then by mistake."""
    x = logits.double()
    alone = 1 / (1 + torch.exp(-x))
    best = torch.nn.functional.one_hot(x.argmax(1), x.shape[1]).bool()
    yield "", (alone > threshold).tolist()
    text = "each text gets exactly one aspect, the likeliest. It may have several, or none"
    yield text, best.tolist()
    text = "a text for which no aspect is likely enough gets none, not the likeliest"
    yield text, ((alone > threshold) | (best & ~(alone > threshold).any(1, keepdim=True))).tolist()
    text = "softmax makes the aspects of a text compete; each is a decision of its own: the sigmoid"
    yield text, (torch.softmax(x, 1) > threshold).tolist()
    text = "this is a softmax over the texts of the batch; each logit has a sigmoid of its own"
    yield text, (torch.softmax(x, 0) > threshold).tolist()
    text = "the threshold is for probabilities, and it is compared with logits: is there a sigmoid?"
    yield text, (x > threshold).tolist()
    yield text, (x > 1 - threshold).tolist()
    yield "the threshold is always 0.5, or a logit of 0; use the argument", (alone > 0.5).tolist()
    yield (
        "an aspect holds where its probability is above the threshold, not below",
        ((alone < threshold).tolist()),
    )
    text = "the sigmoid comes twice: a probability went into it"
    yield text, (torch.sigmoid(alone) > threshold).tolist()


def label_losses(logits: Tensor, labels: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield the binary cross-entropy of logits (batch, labels), rightly, then by mistake."""
    x, y = logits.double(), labels.double()

    def each(x: Tensor) -> Tensor:
        return x.clamp(min=0) - x * y + torch.log1p(torch.exp(-x.abs()))

    right = each(x)
    positive = (right * y).sum() / y.sum().clamp(min=1)
    yield "", right.mean()
    yield (
        "this is a sum over the labels, and a mean over the texts; take the mean over both",
        (right.sum(1).mean()),
    )
    yield (
        "this is a mean over the labels, and a sum over the texts; take the mean over both",
        (right.mean(1).sum()),
    )
    yield "this is the sum over texts and labels; take the mean", right.sum()
    yield "this is one loss for each text; take the mean over all", right.mean(1)
    yield "this is one loss for each label; take the mean over all", right.mean(0)
    yield "this is a loss for each text and label; take the mean over all", right
    only = "only the aspects that hold count; that one does not hold is an answer, too: {}"
    yield only.format("add log(1 − p) there"), (right * y).mean()
    yield only.format("add log(1 − p) there"), positive
    log = torch.log_softmax(x, 1)
    competing = "this is the cross-entropy after a softmax, in which labels compete; take the sigmoid of each"
    yield competing, -(log * y).sum(1).mean()
    yield competing, -(log * y).mean()
    share = torch.softmax(x, 1)
    opposite = (1 - share).clamp(min=1e-300).log()
    yield competing, -(log * y + opposite * (1 - y)).mean()
    text = "the sigmoid comes twice: a loss `with_logits` has it inside"
    yield text, each(torch.sigmoid(x)).mean()
    yield "the sign: a loss is minus the logarithm", -right.mean()
    yield "this is a squared error; cross-entropy is meant", ((torch.sigmoid(x) - y) ** 2).mean()
    yield (
        "labels and logits have changed places",
        ((y.clamp(min=0) - x * y + torch.log1p(torch.exp(-y.abs()))).mean()),
    )


def _shares(part: Tensor, whole: Tensor) -> Tensor:
    return torch.where(whole > 0, part / whole, 0.0)


def _mean(x: Tensor) -> float:
    return x.mean().item() if len(x) else math.nan
