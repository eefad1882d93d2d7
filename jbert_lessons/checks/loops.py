"""Lesson 08's small models that watch how they are trained, a reference loop, and runs to resume."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.checks.compare import same

Batch = tuple[Tensor, Tensor]
WARMUP = 10  # steps


class Watched(nn.Module):
    """A model of 11 pieces that notes how many rows it is given and how many outputs wait for backward."""

    def __init__(self, generator: torch.Generator):
        super().__init__()
        self.inner = nn.Sequential(nn.Embedding(11, 6), nn.Linear(6, 11)).double()
        _randomise(self.inner, generator)
        self.rows = [0]
        self.waiting = self.most_waiting = 0

    def forward(self, inputs: Tensor) -> Tensor:
        output = self.inner(inputs)
        if output.requires_grad:
            self.rows.append(len(inputs))
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
            output.register_hook(self._back)
        return output

    def _back(self, gradient: Tensor) -> None:
        self.waiting -= 1


class Recorded(nn.Module):
    """A classifier with dropout that notes how it is called and, through RecordedSGD, how it is trained."""

    def __init__(self, generator: torch.Generator, held_out: Tensor):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 3))
        _randomise(self.inner, generator)
        self.held_out = held_out
        self.trained: list[bool] = []  # in training mode?
        self.measured: list[tuple[bool, bool]] = []  # in training mode? with gradients?
        self.steps: list[tuple[float, Tensor | None]] = []  # learning rate, gradient

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.shape == self.held_out.shape:
            self.measured.append((self.training, torch.is_grad_enabled()))
        else:
            self.trained.append(self.training)
        return self.inner(inputs)


class RecordedSGD(torch.optim.SGD):
    """Plain gradient descent on a Recorded model, in which it notes every step."""

    def __init__(self, model: Recorded):
        super().__init__(model.parameters(), lr=0.1)
        self.model = model

    def step(self, closure=None):
        gradients = [parameter.grad for parameter in self.model.parameters()]
        row = None if None in gradients else torch.cat([gradient.flatten() for gradient in gradients])
        self.model.steps.append((self.param_groups[0]["lr"], row))
        return super().step(closure)


def labelled(rows: int, generator: torch.Generator) -> Batch:
    """Return inputs (rows, 4), large enough for large gradients, and labels (rows) from 0 to 2."""
    inputs = 3 * torch.randn(rows, 4, generator=generator)
    return inputs, torch.randint(0, 3, (rows,), generator=generator)


def train(
    model: nn.Module, batches: list[Batch], held_out: Batch, every: int, peak: float
) -> tuple[list[float], list[Tensor]]:
    """Train rightly, without an optimizer; returns held-out losses and each step's gradient, unclipped."""
    losses, steps = [], []
    parameters = list(model.parameters())
    for step, (inputs, labels) in enumerate(batches, start=1):
        loss = functional.cross_entropy(model.train()(inputs), labels)
        gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])
        steps.append(gradient)
        gradient = _clipped(gradient)
        with torch.no_grad():
            for parameter, part in zip(
                parameters, gradient.split([p.numel() for p in parameters]), strict=True
            ):
                parameter -= peak * min(1.0, step / WARMUP) * part.reshape(parameter.shape)
            if step % every == 0:
                losses.append(functional.cross_entropy(model.eval()(held_out[0]), held_out[1]).item())
    return losses, steps


def faults(model: Recorded, gradients: list[Tensor], every: int) -> Iterator[str]:
    """Yield what was wrong with the training of a recorded model; `gradients` are those of a right one."""
    count = len(gradients)
    if len(model.trained) != count or len(model.steps) != count:
        yield f"{len(model.trained)} batches go forward and the optimizer makes {len(model.steps)} steps"
    off = [step for step, training in enumerate(model.trained, start=1) if not training]
    if off and off == list(range(every + 1, count + 1)) and len(off) > 1:
        yield (
            f"still as in buggy_train: steps 1 to {every} train with dropout, and from step {off[0]} on, "
            "after the first measurement, it is off"
        )
    elif off:
        yield f"step {off[0]} goes forward in evaluation mode, without dropout: set the mode before it"
    if len(model.measured) != count // every:
        yield f"the held-out text should be measured {count // every} times, yours is {len(model.measured)}"
    for training, with_gradients in model.measured:
        if training:
            yield "the held-out text is measured in training mode: dropout makes its loss larger, by chance"
        if with_gradients:
            yield "the held-out text is measured outside of torch.no_grad(), as if it were to be trained on"
    left = torch.zeros(())
    for step, ((rate, found), right) in enumerate(zip(model.steps, gradients, strict=True), start=1):
        if found is None or not found.any():
            yield f"in step {step} the optimizer gets no gradient: nothing may clear it after backward"
        elif same(found, _clipped(left + right)) and not same(found, _clipped(right)):
            yield f"in step {step} the gradients of the step before are still there: they add up"
        elif found.norm() > 1.001:
            yield f"in step {step} the optimizer gets a gradient of norm {found.norm():.2f}: clip before it"
        elif not same(found, _clipped(right)):
            yield f"in step {step} the optimizer gets another gradient than that of the batch, clipped to 1"
        left = found
        if abs(rate - 0.5 * min(1.0, step / WARMUP)) > 1e-9:
            yield f"in step {step} the learning rate is {rate:g}; keep the warm-up over {WARMUP} steps"


def _clipped(gradient: Tensor) -> Tensor:
    return gradient / max(1.0, gradient.norm().item())


class Run:
    """A training run as the sheet's: model, AdamW, a generator for the batches, the number of steps."""

    def __init__(self, seed: int):
        self.generator = torch.Generator().manual_seed(seed)
        self.model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2))
        _randomise(self.model, self.generator)
        self.optimizer = torch.optim.AdamW(self.model.parameters())
        self.step = 0

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.step += 1
            for group in self.optimizer.param_groups:
                group["lr"] = 0.1 / self.step
            inputs = torch.randn(6, 5, generator=self.generator)
            functional.mse_loss(self.model(inputs), inputs[:, :2].cos()).backward()
            self.optimizer.step()
            self.optimizer.zero_grad()


def run_at(seed: int, steps: int) -> Run:
    """Return an unbroken run after that many steps."""
    run = Run(seed)
    run.train(steps)
    return run


def differences(run: Run, right: Run, seed: int) -> Iterator[str]:
    """Yield in what a run differs from another one, which began with `seed`."""
    found, expected = run.model.state_dict(), right.model.state_dict()
    if found.keys() != expected.keys() or not all(torch.equal(found[name], expected[name]) for name in found):
        yield "the weights of the model are others"
    found, expected = run.optimizer.state_dict()["state"], right.optimizer.state_dict()["state"]
    if expected and not found:
        yield "AdamW begins anew: what it has collected about each weight is gone"
    elif found.keys() != expected.keys() or not all(
        torch.equal(found[number][name], value)
        for number, values in expected.items()
        for name, value in values.items()
    ):
        yield "what AdamW has collected about each weight is not the same"
    found = run.generator.get_state()
    if not torch.equal(found, right.generator.get_state()):
        starts = Run(seed).generator, torch.Generator().manual_seed(seed)
        again = any(torch.equal(found, start.get_state()) for start in starts)
        where = "at the start of the run" if again else "elsewhere"
        yield f"the generator stands {where}, so the next batches are others"
    if run.step != right.step:
        yield f"run.step is {run.step}, not {right.step}"


def _randomise(module: nn.Module, generator: torch.Generator) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype) / 2)
