"""Lesson 09's small classifier that notes what it reads, and right trainings with which it is compared."""

import copy
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.checks.compare import same

Data = tuple[Tensor, Tensor]
KINDS = ("training", "validation", "test")
RATE = 0.3


class Case(NamedTuple):
    """Batches to train on, and validation and test data: inputs (rows, 5) and labels (rows)."""

    training: list[Data]
    validation: Data
    test: Data


class Noting(nn.Module):
    """A classifier with dropout, which notes the kind of data it reads: the first number of an input."""

    def __init__(self, generator: torch.Generator):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Dropout(0.3), nn.Linear(12, 2))
        with torch.no_grad():
            for parameter in self.inner.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / 2)
        self.seen: list[tuple[set[str], bool, bool]] = []  # kinds, in training mode? with gradients?

    def forward(self, inputs: Tensor) -> Tensor:
        kinds = {KINDS[int(number)] for number in inputs[:, 0].unique()}
        self.seen.append((kinds, self.training, torch.is_grad_enabled()))
        return self.inner(inputs[:, 1:])

    def weights(self) -> Tensor:
        """Return all weights in one row."""
        return torch.cat([parameter.detach().flatten() for parameter in self.parameters()])


class Epoch(NamedTuple):
    """The weights at the end of an epoch and what they reach: accuracies, and the validation loss."""

    weights: Tensor
    training: float
    validation: float
    test: float
    loss: float


def draw_case(seed: int) -> tuple[Case, Noting]:
    """Return data whose labels are half chance, and a model that has not been trained."""
    generator = torch.Generator().manual_seed(seed)

    def data(kind: int, rows: int) -> Data:
        inputs = torch.randn(rows, 5, generator=generator)
        noise = 1.5 * torch.randn(rows, generator=generator)
        inputs[:, 0] = kind
        return inputs, (inputs[:, 1] - inputs[:, 2] + noise > 0).long()

    case = Case([data(0, 6) for _ in range(3)], data(1, 23), data(2, 31))
    return case, Noting(generator)


def accuracy(model: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """Return the share of rows whose likeliest class is the right one."""
    with torch.no_grad():
        return (model(inputs).argmax(1) == labels).double().mean().item()


def epochs_of(model: Noting, case: Case, epochs: int, keep_gradients: bool = False) -> list[Epoch]:
    """Train a copy of the model without an optimizer; return each epoch."""
    model = copy.deepcopy(model)
    parameters = list(model.parameters())
    together = [torch.cat(parts) for parts in zip(*case.training, strict=True)]
    found, held = [], [torch.zeros_like(parameter) for parameter in parameters]
    for _ in range(epochs):
        model.train()
        for inputs, labels in case.training:
            gradients = torch.autograd.grad(functional.cross_entropy(model(inputs), labels), parameters)
            held = [new + keep_gradients * old for new, old in zip(gradients, held, strict=True)]
            with torch.no_grad():
                for parameter, gradient in zip(parameters, held, strict=True):
                    parameter -= RATE * gradient
        model.eval()
        scores = (accuracy(model, *data) for data in (together, case.validation, case.test))
        with torch.no_grad():
            loss = functional.cross_entropy(model(case.validation[0]), case.validation[1]).item()
        found.append(Epoch(model.weights(), *scores, loss))
    return found


def cases(count: int) -> Iterator[tuple[Case, Noting, int, list[Epoch]]]:
    """Yield data, a model, a seed for its dropout and a right training, in which a wrong choice shows."""
    for seed in (1867, 674, 3, *range(30)):
        case, model = draw_case(seed)
        torch.manual_seed(seed)
        right = epochs_of(model, case, 8)
        best, test = (_best(right, score) for score in ("validation", "test"))
        if not best & test and all(right[number].test != right[-1].test for number in best):
            yield case, model, seed, right
            count -= 1
        if not count:
            return


def _best(epochs: list[Epoch], score: str) -> set[int]:
    scores = [getattr(epoch, score) for epoch in epochs]
    return {number for number, one in enumerate(scores) if one == max(scores)}


def fault_of_choice(weights: Tensor, right: list[Epoch]) -> str | None:
    """Return why these are not the weights of the best epoch; None if they are, "" if of no epoch at all."""
    kept = [number for number, epoch in enumerate(right) if same(weights, epoch.weights)]
    if not kept:
        return ""
    one = right[kept[0]]
    if one.validation == max(epoch.validation for epoch in right):
        return None
    if one.test == max(epoch.test for epoch in right):
        return (
            "still as in buggy_finetune: the kept weights are those of the epoch with the best accuracy on "
            "the test data"
        )
    if kept[0] == len(right) - 1:
        return (
            "the model has the weights of the last epoch, not of the best one: state_dict() shows weights "
            "that train on. Are they copied when they are found, and loaded in the end?"
        )
    reasons = {
        "the best accuracy on the training data": one.training == max(epoch.training for epoch in right),
        "the lowest accuracy on the validation data": one.validation == min(e.validation for e in right),
        "the smallest loss on the validation data; asked for is the best accuracy": one.loss
        == min(epoch.loss for epoch in right),
    }
    which = next((reason for reason, holds in reasons.items() if holds), None)
    if which:
        return f"the kept weights are those of the epoch with {which}"
    return f"the kept weights are those of epoch {kept[0] + 1}, which is not the best on the validation data"


def fault_of_count(model: Noting, case: Case, epochs: int) -> str | None:
    """Return what is wrong with the number of training batches that went forward, None if it is right."""
    steps = sum(learns and "training" in kinds for kinds, _, learns in model.seen)
    if steps == epochs * len(case.training):
        return None
    text = "{} training batches go forward in {} epochs of {} batches: every epoch reads every batch once"
    return text.format(steps, epochs, len(case.training))


def faults_of_training(model: Noting, start: Noting, case: Case, epochs: int) -> Iterator[str]:
    """Yield what was wrong with a training whose weights are those of no epoch of a right one."""
    for kinds, training, _ in model.seen:
        others = sorted(kinds - {"training"})
        if training and others:
            yield f"the {others[0]} data go through the model in training mode: only measure on them"
    steps = [training for kinds, training, learns in model.seen if learns and "training" in kinds]
    if False in steps:
        number = steps.index(False) + 1
        yield (
            f"batch {number} of {len(steps)} goes forward in evaluation mode, without dropout: "
            "set the mode before each epoch"
        )
    for epoch in epochs_of(start, case, epochs, keep_gradients=True):
        if same(model.weights(), epoch.weights):
            yield "the gradients of the batches before are still there when the optimizer makes a step"
    if same(model.weights(), start.weights()):
        yield "the model has not learned anything: its weights are those it began with"
    yield (
        "the model has weights that no epoch of buggy_finetune leaves: keep its training as it was and "
        "change only how the epoch is chosen"
    )
