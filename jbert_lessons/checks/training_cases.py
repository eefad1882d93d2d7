"""Lesson 08's numbers with every mistake that a check knows: what each of them would give."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.checks.stacks import ways

IGNORED = -100
UNSEEN = "a token that the training text never had"
# Training tokens, held-out tokens, size of the vocabulary. In the first case every token has been seen.
UNIGRAMS = [("aaaabbc", "abbc", 5), ("aabbb", "abxx", 6), ([7, 7, 7, 2], [2, 7, 5], 9), ("abc", "dd", 4)]


def rates(places: Sequence[int], steps: int, share: float) -> Iterator[tuple[str, list[float]]]:
    """Yield the rates at these steps, as shares of the peak, rightly, then with one mistake, then two."""
    warmups = [
        ("", share * steps),
        (
            "the warm-up is rounded to whole steps; its end may lie between two steps",
            math.floor(share * steps),
        ),
        (
            "the warm-up is rounded to whole steps; its end may lie between two steps",
            math.ceil(share * steps),
        ),
        ("warmup_share is a share of the steps, not a number of steps", share),
        ("warmup_share is taken for the decay's share; it is that of the warm-up", (1 - share) * steps),
    ]
    rises = {
        "": lambda step, warmup: step / warmup,
        "the warm-up divides by all steps, so it ends far below the peak; divide by its own length": (
            lambda step, warmup: step / steps
        ),
        "the warm-up never reaches the peak: it divides by one step more than it lasts": (
            lambda step, warmup: step / (warmup + 1)
        ),
        "there is no warm-up: the run begins at the peak": lambda step, warmup: 1.0,
        "the rate stays at 0 in the warm-up: // cuts off what lies below 1": lambda step, warmup: 0.0,
        "the warm-up falls; it should rise": lambda step, warmup: 1 - step / warmup,
        "the warm-up is one step ahead: the rate of step 0 is 0": lambda step, w: min(1.0, (step + 1) / w),
    }
    falls = {
        "": lambda step, warmup: (steps - step) / (steps - warmup),
        "the rate jumps at the end of the warm-up: the decay counts from step 0": (
            lambda step, warmup: (steps - step) / steps
        ),
        "there is no decay after the warm-up": lambda step, warmup: 1.0,
        "the decay divides by all steps, not by those after the warm-up: it is not at 0 at the end": (
            lambda step, warmup: 1 - (step - warmup) / steps
        ),
        "the decay counts the steps from 0; after the warm-up step - warm-up of them are over": (
            lambda step, warmup: 1 - step / (steps - warmup)
        ),
        "the rate falls to 0 right after the warm-up: // cuts off what lies below 1": (
            lambda step, warmup: float((steps - step) // (steps - warmup))
        ),
        "the decay follows a cosine; a straight line is meant": (
            lambda step, warmup: (1 + math.cos(math.pi * min(1.0, (step - warmup) / (steps - warmup)))) / 2
        ),
        "the decay ends a step too early: the rate is 0 at step steps, not before": (
            lambda step, warmup: (steps - 1 - step) / (steps - 1 - warmup)
        ),
    }
    ends = [
        ("", lambda rate: max(0.0, rate)),
        ("the rate is negative after the end of the run; it stays at 0", lambda rate: rate),
        ("the rate rises again after the end of the run; it stays at 0", abs),
    ]

    def curve(warmup, rise, fall, end) -> list[float]:
        rates = (rise(step, warmup) if step < warmup else fall(step, warmup) for step in places)
        return [end(rate) for rate in rates]

    every = ways(warmups, rises, falls, ends)
    yield next((message, curve(*way)) for message, *way in every)
    message = "the decay acts in the warm-up already, so the rate never reaches the peak"
    yield message, [min(1.0, step / (share * steps)) * max(0.0, 1 - step / steps) for step in places]
    message += ": the lower of two lines is not the same as one line after the other"
    yield message, [max(0.0, min(step / (share * steps), 1 - step / steps)) for step in places]
    yield from ((message, curve(*way)) for message, *way in every)


def masked_part(rows: int, length: int, masked: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return ids (rows, length) and labels of the same shape, of which `masked` are not -100."""
    inputs, ids = torch.randint(0, 11, (2, rows, length), generator=generator)
    chosen = torch.randperm(rows * length, generator=generator)[:masked]
    labels = torch.full((rows * length,), IGNORED)
    labels[chosen] = ids.flatten()[chosen]
    return inputs, labels.reshape(rows, length)


def accumulated(model: nn.Module, batch: list[tuple[Tensor, Tensor]]) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Yield the gradient and the loss of the parts together, rightly, then by mistake."""
    gradients, losses = [], []
    for inputs, labels in batch:
        every = functional.cross_entropy(model(inputs).mT, labels, ignore_index=IGNORED, reduction="sum")
        loss = every / max(1, (labels != IGNORED).sum().item())
        gradients.append(
            torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])
        )
        losses.append(loss.detach())
    masked = torch.tensor([float((labels != IGNORED).sum()) for _, labels in batch])
    rows = torch.tensor([float(len(labels)) for _, labels in batch])
    positions = torch.tensor([float(labels.numel()) for _, labels in batch])
    count = len(batch)
    each = torch.ones(count)
    weights = [
        ("", masked / masked.sum()),
        ("the parts' losses are added up as they are; each needs its share as a weight", each),
        ("a mean of means: each part weighs the same, however few masked tokens it has", each / count),
        ("a part's mean times its masked tokens is its sum; divide by those of all parts", masked),
        (
            "the parts' losses are means already: dividing by the masked tokens of all is too much",
            each / masked.sum(),
        ),
        (
            "a part's loss is a mean already: do not divide by its masked tokens again",
            1 / masked.clamp(min=1),
        ),
        (
            "the shares sum to 1 already: do not divide by the number of parts as well",
            masked / masked.sum() / count,
        ),
        ("the weights are shares of the rows; the loss is a mean over masked tokens", rows / rows.sum()),
        (
            "the weights are shares of all positions; the loss is a mean over masked ones",
            positions / positions.sum(),
        ),
    ]
    last = "only the last part is left: is zero_grad between the parts, or the one backward after the loop?"
    kept = [("", each), (last, (torch.arange(count) == count - 1).float())]
    kept += [
        ("only the first part is there: does the loop end too early?", (torch.arange(count) == 0).float())
    ]
    for message, weight, some in ways(weights, kept):
        share = (weight * some).double()
        yield message, share @ torch.stack(gradients), share @ torch.stack(losses)


def perplexities(loss: float) -> list[tuple[str, float]]:
    """Return mistakes in the perplexity of a loss in nats, and what they give."""
    return [
        ("the loss is in nats, so e is the base; 2 belongs to a loss in bits", 2**loss),
        ("the sign: this gets smaller when the loss grows", math.exp(-loss)),
        ("this is the loss itself", loss),
        ("e is the base, not 10", 10**loss),
        ("the logarithm goes the other way: perplexity undoes it", math.log(loss) if loss > 0 else math.nan),
    ]


def uniform_losses(size: int) -> list[tuple[str, float]]:
    """Return mistakes in the loss of a uniform model over `size` pieces, and what they give."""
    return [
        ("the logarithm to base 2 gives bits; natural logarithms, math.log, give nats", math.log2(size)),
        ("the natural logarithm is meant, not that to base 10", math.log10(size)),
        ("this is the probability of a piece; the loss is minus its logarithm", 1 / size),
        ("this is the perplexity; the loss is its logarithm", size),
        ("the sign: a loss is minus the logarithm of a probability", -math.log(size)),
        (
            "all pieces have the same loss, so their mean is just that: nothing to divide",
            math.log(size) / size,
        ),
    ]


def unigram_losses(training: Sequence, held_out: Sequence, size: int) -> Iterator[tuple[str, float]]:
    """Yield the loss of the unigram model, rightly, then with one mistake, then with two."""
    counts, own = Counter(training), Counter(held_out)
    total, there = len(training), len(held_out)
    probabilities = {
        "": lambda t: (counts[t] + 1) / (total + size),
        f"no smoothing: {UNSEEN} gets the probability 0 and an infinite loss": lambda t: counts[t] / total,
        "one is added to each count, but not to their sum: the probabilities sum to more than 1": (
            lambda t: (counts[t] + 1) / total
        ),
        "the sum grows by 1 only; one is added for each piece of the vocabulary": (
            lambda t: (counts[t] + 1) / (total + 1)
        ),
        "the sum grows by the pieces that were seen; one is added for each of the vocabulary": (
            lambda t: (counts[t] + 1) / (total + len(counts))
        ),
        "the sum has grown, the count of a seen token has not: add one to each": (
            lambda t: max(counts[t], 1) / (total + size)
        ),
        "the frequencies are those of the held-out tokens; a model knows the training text only": (
            lambda t: own[t] / there
        ),
        "the counts are those of the held-out tokens; a model knows the training text only": (
            lambda t: (own[t] + 1) / (there + size)
        ),
        "this is the uniform model, which does not look at the counts": lambda t: 1 / size,
    }
    seen = [token for token in held_out if token in counts]
    averages = [
        ("", held_out, there),
        ("this is a mean over the training text, its entropy; take the held-out tokens", training, total),
        ("each different token counts once; a token that comes twice counts twice", list(own), len(own)),
        ("this is the sum; divide by the number of held-out tokens", held_out, 1),
        ("the sum is divided by the size of the vocabulary, not by the held-out tokens", held_out, size),
        ("the sum is divided by the number of different tokens", held_out, len(own)),
        ("the sum is divided by the length of the training text", held_out, total),
        (f"{UNSEEN} is left out, as if it were free", seen, max(1, len(seen))),
        (f"{UNSEEN} is left out, as if it were free", seen, there),
    ]
    forms = {
        "": lambda loss: loss,
        "logarithms to base 2; natural ones, math.log, give nats": lambda loss: loss / math.log(2),
        "the sign: a loss is minus the logarithm of a probability": lambda loss: -loss,
        "this is the perplexity; the loss is its logarithm": math.exp,
    }
    several = [(message, (tokens, number)) for message, tokens, number in averages]
    for message, probability, (tokens, number), form in ways(probabilities, several, forms):
        losses = [-math.log(p) if (p := probability(token)) else math.inf for token in tokens]
        yield message, form(sum(losses) / number)
