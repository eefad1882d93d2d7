"""Checks of lesson 09: class scores, several labels, a fair test, ranks, seeds. References stand apart."""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from jbert_lessons.checks import choosing, classification_cases, seed_cases
from jbert_lessons.checks.compare import ask, compare, parts
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "09_classification"
ASPECTS = ["味", "値段", "接客", "雰囲気"]


@exercise(
    LESSON,
    1,
    hints=(
        "work one class out by hand: which cells of the matrix are its hits, which column was predicted as "
        "it, which row is truly it?",
        "a class has a row (its true texts) and a column (the texts predicted as it), and its hits lie where "
        "they cross. Precision divides the hits by the sum of the column, recall by the sum of the row. "
        "Macro F1 takes the F1 of each of the n classes and then the plain mean. Look before you divide: a "
        "sum may be 0, and then the score is 0.",
    ),
)
def class_scores(confusion_matrix, scores_of_classes, macro_f1):
    """The answers: (predicted, true, n) → counts (true, predicted); matrix → scores; matrix → macro F1."""
    matrices = list(classification_cases.MATRICES)
    for predicted, true, n in classification_cases.COUNTED:
        what = f"confusion_matrix({predicted}, {true}, {n})"
        (_, expected), *mistakes = classification_cases.confusion(predicted, true, n)
        _compare(ask(confusion_matrix, list(predicted), list(true), n), expected, what, mistakes)
        matrices.append(expected.long().tolist())
    for matrix in matrices:
        what = f"scores_of_classes({matrix})"
        (_, expected), *mistakes = classification_cases.by_class(matrix)
        _compare(_divided(scores_of_classes, matrix, what), expected, what, mistakes)
    for matrix in matrices:
        what = f"macro_f1({matrix})"
        (_, expected), *mistakes = classification_cases.macro(matrix)
        mistakes = [(message, torch.tensor(wrong)) for message, wrong in mistakes]
        _compare(_divided(macro_f1, matrix, what), torch.tensor(expected), what, mistakes)


@exercise(
    LESSON,
    2,
    hints=(
        "how many questions does the model answer about one text, and does one answer change another?",
        "each logit becomes a probability by the sigmoid alone, whatever the others are; a text gets every "
        "aspect whose probability is above the threshold. The loss asks two things: how likely was yes "
        "where the label is 1, how likely was no where it is 0? Then the mean over all of them. Work with "
        "logits, not with logarithms of probabilities that may be 0; labels become float first.",
    ),
)
def aspects_apart(decide, aspect_loss):
    """The answers: (logits, names, threshold) → a set of names for each text; (logits, labels) → the loss."""
    generator = torch.Generator().manual_seed(2)
    first = torch.tensor(
        [[2.0, -1.0, 0.7, -3.0], [-2.0, -2.1, -1.5, -2.5], [1.2, 2.0, 0.6, -0.3], [-0.5, 0.2, -0.6, 0.45]]
    )
    cases = [(first, 0.5), (first, 0.3), (first, 0.7), (first[:1], 0.8)]
    cases += [(3 * torch.randn(6, 3, generator=generator), threshold) for threshold in (0.5, 0.9, 0.2)]
    for logits, threshold in cases:
        names = ASPECTS[: logits.shape[1]]
        what = f"decide for logits {tuple(logits.shape)}, threshold {threshold:g}"
        found = _sets(ask(decide, logits, list(names), threshold), names, len(logits), what)
        (_, expected), *mistakes = classification_cases.decisions(logits, threshold)
        for message, wrong in mistakes if found != expected else ():
            if found == wrong:
                raise Wrong(f"{what}: {message}")
        for row, (one, other) in enumerate(zip(found, expected, strict=True)):
            if one != other:
                yours, right = (", ".join(_chosen(names, marks)) or "none" for marks in (one, other))
                values = [round(value, 2) for value in logits[row].tolist()]
                raise Wrong(f"{what}: text {row} has the logits {values}: {right}, yours: {yours}")
    for rows, labels in [(3, 4), (5, 2), (1, 3)]:
        x = torch.randn(rows, labels, generator=generator)
        _check_loss(aspect_loss, x, torch.randint(0, 2, (rows, labels), generator=generator))
    _check_loss(aspect_loss, 2 * torch.randn(2, 3, generator=generator), torch.tensor([[0, 0, 0], [1, 1, 0]]))
    _check_loss(aspect_loss, torch.tensor([[200.0, -150.0]]), torch.tensor([[0, 0]]))


def _check_loss(aspect_loss, logits: Tensor, labels: Tensor) -> None:
    """Raise Wrong unless the loss is right and its gradient reaches the logits."""
    what = f"aspect_loss for logits {tuple(logits.shape)}"
    (_, expected), *mistakes = classification_cases.label_losses(logits, labels)
    logits = logits.requires_grad_()
    try:
        found = ask(aspect_loss, logits, labels)
    except RuntimeError as error:
        if "Long" not in str(error):
            raise
        raise Wrong(
            f"{what}: torch stops here, because the labels are whole numbers and binary cross-entropy "
            "reckons with shares: make them float"
        ) from None
    large = logits.abs().max() > 100
    if large and isinstance(found, Tensor) and not torch.allclose(found.double(), expected):
        raise Wrong(
            f"{what}: for the logits 200 and −150, both with the label 0, the losses are 200 and 0, their "
            f"mean 100; yours is {found.mean().item():g}. In float32 1 − p is exactly 0 there, and its "
            "logarithm is lost. torch has a loss for logits"
        )
    compare(found, expected, what, [(f"{what}: {message}", wrong) for message, wrong in mistakes])
    if not found.requires_grad:
        raise Wrong(f"{what}: the number is right, but no gradient reaches the logits: keep it a tensor")


@exercise(
    LESSON,
    3,
    hints=(
        "which number decides what is kept, and from which data does it come? Has the model then still "
        "something to show on data that nobody has looked at?",
        "validation data are there for decisions, such as which epoch is kept. Test data are there for one "
        "number, at the very end, that decides nothing. Everything else in the function can stay.",
    ),
)
def fair_test(answer):
    """The answer: (model, optimizer, training, validation, test, epochs) → test accuracy, history."""
    with torch.random.fork_rng(devices=[]):
        for case, model, seed, right in choosing.cases(3):
            start, epochs = copy.deepcopy(model), len(right)
            optimizer = torch.optim.SGD(model.parameters(), lr=choosing.RATE)
            torch.manual_seed(seed)
            found = ask(answer, model, optimizer, *case, epochs)
            result, history = parts(found, "the accuracy on the test data", "the history")
            torch.manual_seed(seed)
            fault = choosing.fault_of_count(model, case, epochs)
            fault = fault or choosing.fault_of_choice(model.weights(), right)
            if fault == "":
                fault = next(choosing.faults_of_training(model, start, case, epochs))
            if fault:
                raise Wrong(f"{epochs} epochs: {fault}")
            kept = next(e for e in right if torch.allclose(e.weights, model.weights(), atol=1e-4))
            best = max(epoch.test for epoch in right)
            mistakes = [
                ("this is its accuracy on the validation data, which has chosen it", kept.validation),
                (
                    "this is the best test accuracy of all epochs; one epoch was chosen, and its own counts",
                    best,
                ),
                ("this is the test accuracy of the last epoch, not of the kept one", right[-1].test),
                ("this is its accuracy on the training data", kept.training),
            ]
            what = "the right epoch is kept, the number returned with it is wrong"
            mistakes = [(f"{what}: {message}", torch.tensor(wrong)) for message, wrong in mistakes]
            _compare(result, torch.tensor(kept.test), what, mistakes)
            mistakes = [
                ("the history has the test accuracies; it should have those on the validation data",
                 torch.tensor([epoch.test for epoch in right])),
                ("the history has the best accuracy so far; it should have that of each epoch",
                 torch.tensor([epoch.validation for epoch in right]).cummax(0).values),
            ]  # fmt: skip
            _compare(history, torch.tensor([epoch.validation for epoch in right]), "the history", mistakes)


@exercise(
    LESSON,
    4,
    hints=(
        "sort 5, 2, 5, 1 by hand. Which two ranks do the fives occupy, and how do they share them fairly?",
        "the rank of a value is the number of smaller ones, plus the middle of the places that it and its "
        "equals fill. Then forget the values: Spearman's correlation is Pearson's, the covariance divided "
        "by both standard deviations, of the ranks of x and the ranks of y.",
    ),
)
def rank_correlation(ranks, spearman):
    """The answers: values → their ranks, equal values share; (x, y) → Spearman's correlation."""
    x = [[3.0, 3.0, 3.0, 0.5, 4.0, 0.5], [5.0, 2.0, 5.0, 1.0], [-1.0, 10.0, 2.5, 0.0, 7.0], [2.0, 2.0, 9.0]]
    x += [[0.0, 1.0, 1.0, 5.0, 5.0, 5.0, 4.0]]
    y = [[2.9, 3.5, 3.1, 0.0, 3.1, 8.0], [0.3, 0.9, 0.2, 0.3], [4.0, 1.0, -20.0, 3.0, 2.0], [1.0, 4.0, 3.5]]
    y += [[0.1, 1.5, 0.9, 4.0, 4.0, 90.0, 6.0]]
    for values in [*x, *y]:
        what = f"ranks({values})"
        every = [(message, torch.tensor(found).double()) for message, found in seed_cases.ranks(values)]
        found = _numbers(ask(ranks, list(values)), what)
        if not any(not message and _near(found, right) for message, right in every):
            _compare(found, every[0][1], what, [pair for pair in every if pair[0]])
    for one, other in zip(x, y, strict=True):
        what = f"spearman({one}, {other})"
        every = (
            (message, torch.tensor(number).double())
            for message, number in seed_cases.correlations(one, other)
        )
        _, expected = next(every)
        _compare(ask(spearman, list(one), list(other)), expected, what, every)


@exercise(
    LESSON,
    5,
    hints=(
        "write the differences of the five seeds in a row. Which of the three numbers can you read off it?",
        "all three come from one list: first minus second, seed by seed. Its mean; its standard deviation "
        "as a sample, with n − 1; and how many of its numbers have the sign that the mean does not have, as "
        "a share of all seeds. A difference of 0 has no sign.",
    ),
)
def five_seeds(answer):
    """The answer: scores of two settings, paired by seed → mean difference, deviation, share reversed."""
    for pair in seed_cases.PAIRED:
        first, second = ([number / 100 for number in scores] for scores in pair)
        case = f" for {first} and {second}"
        names = "the mean difference", "the standard deviation", "the share"
        found = parts(ask(answer, list(first), list(second)), *names)
        makers = seed_cases.seed_means, seed_cases.seed_deviations, seed_cases.seed_shares
        for one, name, make in zip(found, names, makers, strict=True):
            (_, expected), *mistakes = make(first, second)
            pairs = [(message, torch.tensor(wrong).double()) for message, wrong in mistakes]
            _compare(one, torch.tensor(expected).double(), name + case, pairs)


def _divided(function, matrix: list[list[int]], what: str) -> Any:
    """Return what a function of a matrix gives. Raises Wrong if it divides by 0."""
    text = "{}: a class that is never predicted, or never true, divides 0 by 0{}: its score is 0 then"
    try:
        found = ask(function, torch.tensor(matrix))
    except ZeroDivisionError:
        raise Wrong(text.format(what, "")) from None
    numbers = _numbers(found, what)
    if numbers.isnan().any():
        raise Wrong(text.format(what, ", which gives NaN (not a number)"))
    return numbers


def _sets(found: Any, names: list[str], count: int, what: str) -> list[list[bool]]:
    """Return an answer of sets of names as marks (texts, names). Raises Wrong if it is something else."""
    if found is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    if not isinstance(found, list | tuple) or len(found) != count:
        raise Wrong(f"{what}: a list with a set for each of the {count} texts should be returned")
    for one in found:
        if not isinstance(one, set | frozenset | list | tuple):
            raise Wrong(f"{what}: a text gets a set of names, which may be empty; yours is {one!r}")
        if other := [name for name in one if not isinstance(name, str) or name not in names]:
            raise Wrong(f"{what}: a set should hold names out of {names}; yours holds {other[0]!r}")
    return [[name in one for name in names] for one in found]


def _chosen(names: list[str], marks: list[bool]) -> list[str]:
    return [name for name, mark in zip(names, marks, strict=True) if mark]


def _near(found: Tensor, expected: Tensor) -> bool:
    return found.shape == expected.shape and torch.allclose(found, expected.double(), rtol=0, atol=1e-4)


def _numbers(found: Any, what: str) -> Tensor:
    """Return a number, or numbers in lists, as a tensor in float64. Raises Wrong if it is not that."""
    if found is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    try:
        return torch.tensor(_plain(found), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"{what}: numbers are expected, in lists of equal length if there are several") from None


def _plain(found: Any) -> Any:
    if isinstance(found, list | tuple):
        return [_plain(one) for one in found]
    return found.tolist() if hasattr(found, "tolist") else found


def _compare(found: Any, expected: Tensor, what: str, mistakes: Iterable[tuple[str, Tensor]]) -> None:
    """Raise Wrong unless these are the numbers expected, with the reason if it is a known one."""
    pairs = (
        (message if message.startswith(what) else f"{what}: {message}", wrong) for message, wrong in mistakes
    )
    compare(_numbers(found, what), expected, what, pairs)
