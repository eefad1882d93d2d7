"""Fine-tuning: one loop for every task.

Design choices
- The training text is small, so it is read many times; the order follows from the seed.
- A task brings its model, with a loss in its output, and its score; the loop knows neither.
- The score on validation text chooses the epoch that is kept, and stops a run that no longer gains.
"""

import copy
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from jbert_lessons.objectives import IGNORED, BertForPreTraining
from jbert_lessons.optimization import learning_rate_factor, make_optimizer, precision, use_bfloat16
from jbert_lessons.tokenizer import Encoding, Tokenizer

POOL = 20  # batches that are sorted by length together


class Example(NamedTuple):
    """A text as the model reads it and what it should say: a class, a number, or a list of either."""

    encoding: Encoding
    label: int | float | list[int] | list[float]


@dataclass(frozen=True)
class FinetuningOptions:
    """How a run trains. `patience` is the number of epochs without a gain after which it stops.

    Raises ValueError for values that no run can have.
    """

    epochs: int = 10
    batch_size: int = 16
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.01
    max_gradient_norm: float = 1.0
    patience: int = 5
    bfloat16: bool | None = None
    seed: int = 0

    def __post_init__(self):
        for name in ("epochs", "batch_size", "learning_rate", "patience"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than 0, not {getattr(self, name)}")
        if not 0 < self.warmup < 1:
            raise ValueError(f"warmup must lie between 0 and 1, not {self.warmup}")


def start_from(model: nn.Module, pretrained: BertForPreTraining) -> None:
    """Copy a pretrained encoder into `model.bert`; the head stays as it is."""
    model.bert.load_state_dict(pretrained.bert.state_dict())


def collate(examples: Sequence[Example], tokenizer: Tokenizer, device: torch.device) -> dict[str, Tensor]:
    """Return the arguments of a model's forward: inputs (batch, length), and labels padded with IGNORED."""
    padded = tokenizer.pad([example.encoding for example in examples])
    labels = [torch.tensor(example.label) for example in examples]
    stacked = torch.stack(labels) if labels[0].ndim == 0 else pad_sequence(labels, True, IGNORED)
    names = ("input_ids", "token_type_ids", "attention_mask")
    return {**{name: padded[name].to(device) for name in names}, "labels": stacked.to(device)}


def batches_by_length(
    examples: Sequence[Example], batch_size: int, generator: random.Random
) -> list[list[Example]]:
    """Return batches of examples of similar length, in random order."""
    shuffled = generator.sample(list(examples), len(examples))
    batches = []
    for start in range(0, len(shuffled), POOL * batch_size):
        pool = sorted(shuffled[start : start + POOL * batch_size], key=lambda e: len(e.encoding.ids))
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    generator.shuffle(batches)
    return batches


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, batch: dict[str, Tensor], options: FinetuningOptions
) -> float:
    """Change the weights a little so that the loss of a collated batch falls, and return that loss."""
    device = batch["input_ids"].device
    with precision(device, use_bfloat16(device, options.bfloat16)):
        loss = model(**batch).loss
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), options.max_gradient_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def finetune(
    model: nn.Module,
    tokenizer: Tokenizer,
    training: Sequence[Example],
    score: Callable[[nn.Module], float],
    options: FinetuningOptions,
    report: Callable[[dict], None] = lambda entry: None,
) -> float:
    """Train `model`, leave it with the weights of the epoch with the best `score`, and return that score.

    `score` looks at validation text, greater is better, nan is worst; `report` gets epoch, loss (nats,
    the mean of the epoch's batches) and score. Weights that do not require a gradient stay as they are.
    Raises ValueError without examples and FloatingPointError if the loss is no longer a finite number.
    """
    if not training:
        raise ValueError("there are no examples to train on")
    device = next(model.parameters()).device
    optimizer = make_optimizer(model, options.learning_rate, options.weight_decay)
    torch.manual_seed(options.seed)  # for dropout
    generator = random.Random(options.seed)
    best, best_weights, waited = math.nan, {}, 0
    for epoch in range(1, options.epochs + 1):
        model.train()
        batches, losses = batches_by_length(training, options.batch_size, generator), []
        for batch in batches:
            progress = (epoch - 1 + len(losses) / len(batches)) / options.epochs
            for group in optimizer.param_groups:
                group["lr"] = options.learning_rate * learning_rate_factor(progress, options.warmup)
            losses.append(train_step(model, optimizer, collate(batch, tokenizer, device), options))
            if not math.isfinite(losses[-1]):
                raise FloatingPointError(f"the loss is not finite in epoch {epoch}: lower the learning rate")
        model.eval()
        found, waited = score(model), waited + 1
        report({"epoch": epoch, "loss": sum(losses) / len(losses), "score": found})
        if math.isnan(best) or found > best:
            best, best_weights, waited = found, copy.deepcopy(model.state_dict()), 0
        if waited >= options.patience:
            break
    model.load_state_dict(best_weights)
    return best


@torch.no_grad()
def predict(
    model: nn.Module, tokenizer: Tokenizer, encodings: Sequence[Encoding], batch_size: int = 64
) -> list[Tensor]:
    """Return the logits of each text in float32, without padding, in the order of `encodings`."""
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids))
    found: dict[int, Tensor] = {}
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        batch = collate([Example(encodings[i], 0) for i in chosen], tokenizer, device)
        del batch["labels"]
        logits = model(**batch).logits.float().cpu()
        for i, row in zip(chosen, logits, strict=True):
            found[i] = row[: len(encodings[i].ids)] if row.ndim > 1 else row
    model.train(was_training)
    return [found[i] for i in range(len(encodings))]
