"""One step of pretraining, and how well a model does on held-out batches. Lesson 08 builds it."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import torch
from tqdm import tqdm

from jbert_lessons.batches import Batch, Documents
from jbert_lessons.objectives import IGNORED, BertForPreTraining, mlm_loss, nsp_loss
from jbert_lessons.optimization import precision
from jbert_lessons.processes import add_up, add_up_gradients, count, rank


def forward(model: BertForPreTraining, batch: Batch):
    """Run the model on a batch; returns its output and the labels at the selected positions."""
    device = model.nsp_head.weight.device
    # A batch without padding needs no mask, and attention is faster without one.
    mask = None if bool(batch["attention_mask"].all()) else batch["attention_mask"].to(device)
    selected = (batch["labels"] != IGNORED).to(device)
    output = model(batch["input_ids"].to(device), batch["token_type_ids"].to(device), mask, selected)
    return output, batch["labels"].to(device)[selected]


def train_step(model: BertForPreTraining, batch: Batch, bfloat16: bool, accumulation: int = 1) -> dict:
    """Add the gradients of a batch's loss to the parameters; returns mlm_loss and nsp_loss in nats.

    With `accumulation` the rows are computed in that many parts, each weighted by its share of the
    batch's masked tokens and pairs: the gradient is that of the whole batch. Several processes get the same
    batch and deal out the parts; gradients and losses are then their sums.
    """
    device = model.nsp_head.weight.device
    masked = max(1, int((batch["labels"] != IGNORED).sum()))
    rows = len(batch["nsp_labels"])
    losses = {"mlm_loss": 0.0, "nsp_loss": 0.0}
    parts = accumulation * count()
    for number in range(rank(), min(parts, rows), count()):
        # Not a stretch of rows: the rows are sorted by length, and one process would get the longest.
        part = {name: value[number::parts] for name, value in batch.items()}
        with precision(device, bfloat16):
            output, labels = forward(model, part)
        mlm = mlm_loss(output.mlm_logits, labels) * (len(labels) / masked)
        nsp_labels = part["nsp_labels"].to(device)
        nsp = nsp_loss(output.nsp_logits, nsp_labels) * (len(nsp_labels) / rows)
        (mlm + nsp).backward()
        losses["mlm_loss"] += mlm.item()
        losses["nsp_loss"] += nsp.item()
    add_up_gradients(model.parameters())
    return dict(zip(losses, add_up(list(losses.values())), strict=True))


@torch.no_grad()
def evaluate(model: BertForPreTraining, batches: Sequence[Batch], bfloat16: bool = False) -> dict:
    """Return mlm_loss (nats), mlm_accuracy, nsp_accuracy and the number of masked tokens of `batches`.

    Several processes get the same batches and deal them out; each returns the result of all.
    """
    was_training = model.training
    model.eval()
    loss = hits = masked = nsp_hits = rows = 0
    for batch in tqdm(batches[rank() :: count()], desc="evaluating", disable=None, delay=2, leave=False):
        with precision(model.nsp_head.weight.device, bfloat16):
            output, labels = forward(model, batch)
        masked += len(labels)
        loss += mlm_loss(output.mlm_logits, labels).item() * len(labels)
        hits += (output.mlm_logits.argmax(-1) == labels).sum().item()
        nsp_hits += (output.nsp_logits.argmax(-1).cpu() == batch["nsp_labels"]).sum().item()
        rows += len(batch["nsp_labels"])
    model.train(was_training)
    loss, hits, masked, nsp_hits, rows = add_up([loss, hits, masked, nsp_hits, rows])
    return {
        "mlm_loss": loss / max(1, masked),
        "mlm_accuracy": hits / max(1, masked),
        "nsp_accuracy": nsp_hits / rows,
        "masked_tokens": int(masked),
    }


def unigram_baselines(training: Documents, batches: Sequence[Batch], vocab_size: int) -> dict:
    """What a model that knows only frequencies would score on the masked tokens of `batches`, in nats.

    unigram_loss: cross-entropy under the training text's frequencies, each count plus one
    unigram_entropy: entropy of the masked tokens themselves, which no fixed distribution can beat
    """
    counts = Counter(chain.from_iterable(chain.from_iterable(training)))
    total = counts.total() + vocab_size
    labels = Counter(torch.cat([b["labels"][b["labels"] != IGNORED] for b in batches]).tolist())
    masked = labels.total()
    return {
        "unigram_loss": -sum(n * math.log((counts[i] + 1) / total) for i, n in labels.items()) / masked,
        "unigram_entropy": sum(n * math.log(masked / n) for n in labels.values()) / masked,
    }
