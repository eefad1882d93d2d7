"""Answers to exercises 1 and 3 of lesson 08, pretraining; the others are in training_loops.py."""

import math
from collections import Counter

import torch

# Exercise 1


def right_rate(step, steps, peak, warmup_share):
    progress = step / steps
    return peak * max(0, min(progress / warmup_share, (1 - progress) / (1 - warmup_share)))


def two_lines(up, down, length=lambda steps, share: share * steps, least=0.0):
    """Return a schedule of two lines, each a function of step, steps and length of the warm-up."""

    def schedule(step, steps, peak, warmup_share):
        warmup = length(steps, warmup_share)
        line = up if step < warmup else down
        return peak * max(least, line(step, steps, warmup))

    return schedule


def rise(step, steps, warmup):
    return step / warmup


def fall(step, steps, warmup):
    return (steps - step) / (steps - warmup)


def from_the_start(step, steps, warmup):
    return 1 - step / steps


def cosine(step, steps, warmup):
    return (1 + math.cos(math.pi * min(1, (step - warmup) / (steps - warmup)))) / 2


LEARNING_RATE = {
    "divided by all steps": (two_lines(lambda s, n, w: s / n, fall), "the warm-up divides by all steps"),
    "one step too long": (two_lines(lambda s, n, w: s / (w + 1), fall), "never reaches the peak: it divides"),
    "no warm-up": (two_lines(lambda s, n, w: 1, fall), "there is no warm-up"),
    "// in the warm-up": (two_lines(lambda s, n, w: s // w, fall), "the rate stays at 0 in the warm-up: //"),
    "// in the decay": (two_lines(rise, lambda s, n, w: (n - s) // (n - w)), "right after the warm-up: //"),
    "int of the warm-up": (two_lines(rise, fall, lambda n, share: int(n * share)), "is rounded to whole"),
    "warm-up rounded up": (two_lines(rise, fall, lambda n, share: -int(-n * share // 1)), "is rounded to"),
    "falling warm-up": (two_lines(lambda s, n, w: 1 - s / w, fall), "the warm-up falls"),
    "counted from 1": (two_lines(lambda s, n, w: (s + 1) / w, fall), "is one step ahead"),
    "counted from 1, cut": (two_lines(lambda s, n, w: min(1, (s + 1) / w), fall), "the rate of step 0 is 0"),
    "decay from step 0": (two_lines(rise, from_the_start), "the rate jumps at the end of the warm-up"),
    "no decay": (two_lines(rise, lambda s, n, w: 1), "there is no decay"),
    "decay over all steps": (two_lines(rise, lambda s, n, w: 1 - (s - w) / n), "the decay divides by all"),
    "step not moved": (two_lines(rise, lambda s, n, w: 1 - s / (n - w)), "the decay counts the steps from 0"),
    "cosine": (two_lines(rise, cosine), "the decay follows a cosine"),
    "a step early": (two_lines(rise, lambda s, n, w: (n - 1 - s) / (n - 1 - w)), "ends a step too early"),
    "negative": (two_lines(rise, fall, least=-math.inf), "the rate is negative after the end"),
    "share as steps": (two_lines(rise, fall, lambda n, share: share), "not a number of steps"),
    "share of the decay": (two_lines(rise, fall, lambda n, share: (1 - share) * n), "taken for the decay's"),
    "multiplied": (
        lambda s, n, peak, share: peak * min(1, s / (share * n)) * max(0, 1 - s / n),
        "the decay acts in the warm-up already",
    ),
    "the lower": (
        lambda s, n, peak, share: peak * max(0, min(s / (share * n), 1 - s / n)),
        "the lower of two lines",
    ),
    "two mistakes": (
        two_lines(lambda s, n, w: s / n, fall, least=-math.inf),
        "two mistakes: (1) the warm-up divides by all steps",
    ),
    "no peak": (lambda s, n, peak, share: right_rate(s, n, 1, share), "multiply by peak"),
    "half": (lambda *inputs: right_rate(*inputs) / 2, "the rate at step 1 should be 0.5, yours is 0.25"),
    "a text": (lambda *inputs: str(right_rate(*inputs)), "a number is expected, not the str"),
    "no return": (lambda s, n, peak, share: None, "is a `return` missing?"),
    "three arguments": (lambda s, n, peak: peak, "cannot be called with 4 arguments"),
}

# Exercise 3


def right_unigram(counts, tokens, size):
    probabilities = torch.tensor([counts[token] + 1.0 for token in tokens], dtype=torch.float64)
    return -torch.log(probabilities / (counts.total() + size)).mean()


def unigram(probability, tokens=lambda counts, held_out: held_out, divide=None, log=math.log):
    def loss(counts, held_out, size):
        chosen = list(tokens(counts, held_out))
        total = sum(-log(probability(counts, counts.total(), size, token)) for token in chosen)
        return total / (len(chosen) if divide is None else divide(counts, held_out, size))

    return loss


def smooth(counts, total, size, token):
    return (counts[token] + 1) / (total + size)


def of_held_out(counts, held_out, size):
    own = Counter(held_out)
    return -sum(n / len(held_out) * math.log(n / len(held_out)) for n in own.values())


def counting_on(counts, held_out, size):
    counts.update(range(size))
    return right_unigram(counts, held_out, 0)


def guessing(fragment, number=8_000, perplexity=math.exp, uniform=math.log, unigram=right_unigram):
    return number, perplexity, uniform, unigram, fragment


def one(fragment, *inputs, **how):
    return guessing(fragment, unigram=unigram(*inputs, **how))


def plain(counts, total, size, token):
    return counts[token] / total


def in_torch(counts, held_out, size):
    shares = torch.tensor([counts[token] / counts.total() for token in held_out], dtype=torch.float64)
    return -shares.log().mean()


BASELINES = {
    "the loss": guessing("your prediction: this is the loss in nats", math.log(8_000)),
    "about the loss": guessing("your prediction: this is the loss in nats", 9),
    "bits": guessing("your prediction: this is the loss in bits", 12.97),
    "a probability": guessing("your prediction: this is the probability", 1 / 8_000),
    "half": guessing("after half of the pieces", 4_000),
    "no idea": guessing("your prediction: 100 is not right", 100),
    "in words": guessing("a number is expected", "many"),
    "2 to the loss": guessing("2 belongs to a loss in bits", perplexity=lambda loss: 2**loss),
    "1 over": guessing("this gets smaller", perplexity=lambda loss: math.exp(-loss)),
    "log": guessing("perplexity undoes it", perplexity=lambda loss: math.log(loss) if loss else 0),
    "the same": guessing("perplexity(3.0): this is the loss itself", perplexity=lambda loss: loss),
    "10 to the loss": guessing("not 10", perplexity=lambda loss: 10**loss),
    "uniform in bits": guessing("uniform_loss(4): the logarithm to base 2", uniform=math.log2),
    "uniform, base 10": guessing("not that to base 10", uniform=math.log10),
    "uniform probability": guessing("is the probability of a piece", uniform=lambda size: 1 / size),
    "uniform perplexity": guessing("uniform_loss(4): this is the perplexity", uniform=lambda size: size),
    "uniform, sign": guessing("the sign", uniform=lambda size: math.log(1 / size)),
    "uniform, divided": guessing("nothing to divide", uniform=lambda size: math.log(size) / size),
    "not smoothed": one("no smoothing", plain),
    "not smoothed, in torch": guessing("no smoothing", unigram=in_torch),
    "smoothed where needed": one(
        "the probability 0",
        lambda c, n, v, t: c[t] / n if c[t] else 0.0,
        log=lambda p: math.log(p) if p else -math.inf,
    ),
    "sum not grown": one("but not to their sum", lambda c, n, v, t: (c[t] + 1) / n),
    "sum grown by 1": one("grows by 1 only", lambda c, n, v, t: (c[t] + 1) / (n + 1)),
    "sum grown by types": one("pieces that were seen", lambda c, n, v, t: (c[t] + 1) / (n + len(c))),
    "1 for unseen only": one("the count of a seen token has not", lambda c, n, v, t: (c[t] or 1) / (n + v)),
    "entropy of training": one("its entropy", smooth, lambda counts, held_out: counts.elements()),
    "entropy of training, not smoothed": one(
        "two mistakes: (1) no smoothing", plain, lambda counts, held_out: counts.elements()
    ),
    "entropy of held-out": guessing("the frequencies are those of the held-out", unigram=of_held_out),
    "each token once": one(
        "each different token counts once", smooth, lambda counts, held_out: set(held_out)
    ),
    "not divided": one("this is the sum", smooth, divide=lambda *inputs: 1),
    "divided by the vocabulary": one("size of the vocabulary", smooth, divide=lambda c, held_out, v: v),
    "divided by the training": one("length of the training", smooth, divide=lambda c, held_out, v: c.total()),
    "unseen left out": one("is left out", smooth, lambda c, held_out: [t for t in held_out if t in c]),
    "unigram in bits": one(
        "for counts of 'aaaabbc', held-out 'abbc', vocabulary of 5: logarithms to", smooth, log=math.log2
    ),
    "unigram perplexity": guessing(
        "this is the perplexity; the loss", unigram=lambda *inputs: math.exp(right_unigram(*inputs))
    ),
    "uniform again": one("this is the uniform model", lambda c, n, v, t: 1 / v),
    "counts changed": guessing("changes training_counts", unigram=counting_on),
    "no return": guessing("is a `return` missing?", unigram=lambda *inputs: None),
}

SOLUTIONS = {
    "learning_rate": (right_rate,),
    "baselines": (8e3, lambda loss: math.e**loss, lambda size: -math.log(1 / size), right_unigram),
}
ALL = [LEARNING_RATE, BASELINES]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
