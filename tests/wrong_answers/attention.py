"""Answers to the exercises of lesson 05, attention."""

import math
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional

SHEET = Path(__file__).parents[2] / "solutions" / "05_attention.ipynb"
softmax = torch.softmax


def scores_of(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])


def weighing(weights_of):
    """Return attention with the weights that `weights_of` makes of queries, keys and, if given, the mask."""

    def attention(query, key, value, mask=None):
        weights = weights_of(query, key) if mask is None else weights_of(query, key, mask)
        return weights @ value, weights

    return attention


# Exercise 1


def by_hand(query, key, value):
    scores = torch.einsum("...nd,...md->...nm", query / query.size(-1) ** 0.5, key)
    exponentials = (scores - scores.max(-1, keepdim=True).values).exp()
    weights = exponentials / exponentials.sum(-1, keepdim=True)
    return weights.matmul(value), weights


def shares(axes):
    """Return attention whose softmax is written by hand and divides by the sum over `axes`."""
    return weighing(lambda q, k: (x := scores_of(q, k).exp()) / x.sum(axes, keepdim=True))


def mixes_the_keys(query, key, value):
    weights = softmax(scores_of(query, key), dim=-1)
    return weights @ key, weights


def turns_the_weights(query, key, value):
    weights = softmax(scores_of(query, key), dim=-1)
    return weights.mT @ value, weights


def scales_in_place(query, key, value):
    query /= math.sqrt(query.shape[-1])
    weights = softmax(query @ key.transpose(-2, -1), dim=-1)
    return weights @ value, weights


def forgets_to_return(query, key, value):
    by_hand(query, key, value)


def scaled(scale):
    return weighing(lambda query, key: softmax(query @ key.mT * scale(query, key), dim=-1))


def transposed(transpose):
    return weighing(lambda query, key: softmax(query @ transpose(key) / query.shape[-1] ** 0.5, dim=-1))


SCALED_DOT_PRODUCT = {
    "over queries": (weighing(lambda q, k: softmax(scores_of(q, k), -2)), "the wrong axis: each query"),
    "over the batch": (weighing(lambda q, k: softmax(scores_of(q, k), 0)), "the wrong axis: each query"),
    "one sum for all": (shares(None), "by the sum over all queries (rows); each row needs its own sum"),
    "one sum for a sentence": (shares((-2, -1)), "by the sum over all queries"),
    "no softmax": (weighing(scores_of), "is there a softmax?"),
    "not scaled": (scaled(lambda q, k: 1), "not scaled"),
    "divided by d": (scaled(lambda q, k: 1 / q.shape[-1]), "divided by d; √d is meant"),
    "multiplied by √d": (scaled(lambda q, k: q.shape[-1] ** 0.5), "multiplied by √d"),
    "d from n": (scaled(lambda q, k: q.shape[-2] ** -0.5), "√ of the text's length"),
    "d from m": (scaled(lambda q, k: k.shape[-2] ** -0.5), "√ of the text's length"),
    "scaled late": (weighing(lambda q, k: softmax(q @ k.mT, -1) / q.shape[-1] ** 0.5), "after the softmax"),
    "not transposed": (transposed(lambda key: key), "the keys are multiplied as they stand"),
    "transposed by .T": (transposed(lambda key: key.T), "other axes of the keys"),
    "axes from the front": (transposed(lambda key: key.transpose(1, 2)), "other axes of the keys"),
    "by .T, not scaled": (weighing(lambda q, k: softmax(q @ k.T, -1)), "(-1, -2) (2) the scores are not"),
    "over queries, not scaled": (weighing(lambda q, k: softmax(q @ k.mT, -2)), "√d? (2) the softmax runs"),
    "keys times queries": (weighing(lambda q, k: softmax(scores_of(k, q), -1)), "belongs to a key"),
    "mixes the keys": (mixes_the_keys, "mixes the keys"),
    "weights transposed": (turns_the_weights, "adds up over the queries"),
    "the output only": (lambda q, k, v: by_hand(q, k, v)[0], "should return 2 things"),
    "the pair turned round": (lambda q, k, v: by_hand(q, k, v)[::-1], "other order"),
    "softmax that overflows": (shares(-1), "scores in the hundreds give NaN"),
    "changes the query": (scales_in_place, "changes its argument query"),
    "no return": (forgets_to_return, "is a `return` missing?"),
    "two arguments": (lambda query, key: by_hand(query, key, key), "cannot be called with 3 arguments"),
    "torch's own": (functional.scaled_dot_product_attention, "should return 2 things"),
    "called too early": (by_hand(*torch.ones(3, 2, 4)), "without calling it"),
}

# Exercise 2


def hiding(hide):
    """Return masked attention in which `hide` changes the scores, given the mask as (batch, 1, m)."""
    return weighing(lambda q, k, mask: softmax(hide(scores_of(q, k), mask[:, None]), dim=-1))


def shared_out_again(smallest):
    """Return masked attention that sets weights to 0 after the softmax and divides by what is left."""

    def weights_of(query, key, mask):
        weights = softmax(scores_of(query, key), dim=-1) * mask.unsqueeze(1)
        return weights / weights.sum(-1, keepdim=True).clamp(min=smallest)

    return weighing(weights_of)


def hides_the_values(query, key, value, mask):
    weights = softmax(scores_of(query, key), dim=-1)
    return weights @ (value * mask.unsqueeze(-1)), weights


def forgets_the_result(scores, mask):
    scores.masked_fill(~mask, -1e9)
    return scores


def filled(number, seen=lambda mask: mask):
    return hiding(lambda scores, mask: scores.masked_fill(~seen(mask), number))


def late(seen):
    return weighing(lambda q, k, mask: softmax(scores_of(q, k), dim=-1) * seen(mask[:, None]))


def both(mask):
    return mask & mask.mT


PADDING_MASK = {
    "after the softmax": (late(lambda mask: mask), "acts after"),
    "queries hidden": (filled(-1e9, lambda mask: mask.mT), "hides queries"),
    "queries hidden by -inf": (filled(-math.inf, lambda mask: mask.mT), "hides queries"),
    "queries and keys hidden": (filled(-1e9, both), "it should hide keys (columns) only"),
    "queries and keys hidden by -inf": (filled(-math.inf, both), "it should hide keys (columns) only"),
    "queries and keys hidden by 0": (filled(0, both), "it should hide keys (columns) only"),
    "queries and keys hidden late": (late(both), "sums to 0, not to 1"),
    "no new axis": (filled(-1e9, lambda mask: mask[:, 0]), "query i gets the mask"),
    "inverted": (filled(-1e9, lambda mask: ~mask), "tokens are hidden and padding"),
    "scores times the mask": (hiding(lambda scores, mask: scores * mask), "a score of 0 does not hide"),
    "minus infinity": (filled(-math.inf), "padding gives NaN: somewhere 0 is divided by 0"),
    "minus 1": (filled(-1), "for query (4, 4, 4) and mask (4, 4): a score must be replaced by"),
    "minus 10": (filled(-10), "padding still gets a weight"),
    "minus 10 added": (hiding(lambda s, mask: s - 10 * (~mask).float()), "padding still gets a weight"),
    "minus 100": (filled(-100), "near -230: a score must be replaced by a very negative number"),
    "divided by a sum of 0": (shared_out_again(0), "padding gives NaN: somewhere 0 is divided by 0"),
    "divided by at least 1e-9": (shared_out_again(1e-9), "not to 1 where the scores at padding"),
    "only the values hidden": (hides_the_values, "the mask does not change the weights"),
    "result of masked_fill unused": (hiding(forgets_the_result), "the mask does not change the weights"),
    "not scaled": (hiding(lambda scores, mask: (2 * scores).masked_fill(~mask, -1e9)), "not scaled"),
}

# Exercise 3

SPLIT = {
    "right": lambda x, heads: x.unflatten(2, (heads, -1)).permute(0, 2, 1, 3),
    "reshape": lambda x, heads: x.reshape(len(x), heads, x.shape[1], -1),
    "in turn": lambda x, heads: x.reshape(len(x), x.shape[1], -1, heads).permute(0, 3, 1, 2),
    "late": lambda x, heads: x.transpose(1, 2).reshape(len(x), heads, x.shape[1], -1),
    "not transposed": lambda x, heads: x.unflatten(2, (heads, -1)),
    "too often": lambda x, heads: x.unflatten(2, (heads, -1)).permute(0, 2, 3, 1),
    "first only": lambda x, heads: x[:1].unflatten(2, (heads, -1)).permute(0, 2, 1, 3),
    "batch 1": lambda x, heads: x.view(1, x.shape[1], heads, -1).transpose(1, 2),
}
MERGE = {
    "right": lambda x: x.permute(0, 2, 1, 3).flatten(2),
    "reshape": lambda x: x.reshape(len(x), x.shape[2], -1),
    "in turn": lambda x: x.permute(0, 2, 3, 1).flatten(2),
    "not transposed": lambda x: x.flatten(2),
    "four axes": lambda x: x.transpose(1, 2),
    "view": lambda x: x.transpose(1, 2).view(len(x), x.shape[2], -1),
}
SPLIT_AND_MERGE = {
    f"split {split}, merge {merge}": (SPLIT[split], MERGE[merge], fragment)
    for split, merge, fragment in [
        ("reshape", "reshape", "head 0 gets whole positions"),
        ("in turn", "in turn", "split_heads for x (2, 3, 20) and 4 heads: the numbers are dealt out"),
        ("late", "right", "numbers of several positions"),
        ("not transposed", "not transposed", "positions stand before heads"),
        ("too often", "right", "the last two axes are swapped"),
        ("first only", "right", "for a batch of 1 only"),
        ("batch 1", "right", "for a batch of 1 only"),
        ("right", "reshape", "a position gets numbers of other positions"),
        ("right", "in turn", "merge_heads for x (2, 4, 3, 5): the numbers are dealt out"),
        ("right", "four axes", "four axes are left"),
        ("right", "view", "your code stopped with RuntimeError: view size is not compatible"),
    ]
}

# Exercise 4


def edited(*edits):
    """Return BuggyAttention as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("class BuggyAttention")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"BuggyAttention has no {old!r}")
        source = source.replace(old, new)
    names = {"math": math, "torch": torch, "nn": nn}
    exec(source, names)
    return names["BuggyAttention"]


BUG = "(weights @ value).reshape(x.shape)"
FIXED = (BUG, "(weights @ value).transpose(1, 2).flatten(2)")
MASKED = "scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)"


class ThroughTorch(nn.Module):
    """Right, through torch's own kernel."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(hidden, hidden))

    def forward(self, x, mask):
        layers = (self.query, self.key, self.value)
        query, key, value = (torch.stack(layer(x).chunk(self.heads, -1), 1) for layer in layers)
        mask = mask[:, None, None]
        context = functional.scaled_dot_product_attention(query, key, value, mask)
        weights = (query @ key.mT / query.shape[-1] ** 0.5).where(mask, -1e30).softmax(-1)
        return self.output(torch.cat(context.unbind(1), -1)), weights


HIDDEN = "the scores are divided by √ of the hidden size"
RIGHTLY = "gets the weights right, your class does not: "
FIND_THE_BUG = {
    "the class of the sheet": (edited(), "still that of BuggyAttention"),
    "scale of the hidden size": (edited(FIXED, ("sqrt(self.size)", "sqrt(x.shape[-1])")), RIGHTLY + HIDDEN),
    "scale removed": (edited((" / math.sqrt(self.size)", "")), RIGHTLY + "the scores are not scaled"),
    "mask on the queries": (edited(("None, None, :]", "None, :, None]")), RIGHTLY + "the mask hides queries"),
    "mask removed": (edited(FIXED, (MASKED, "scores")), RIGHTLY + "the mask does not change"),
    "softmax over the queries": (edited(FIXED, ("dim=-1)\n", "dim=-2)\n")), "over the wrong axis"),
    "split without transposing": (edited((".transpose(1, 2)", "")), RIGHTLY),
    "wrong axes back": (edited((BUG, "(weights @ value).mT.reshape(x.shape)")), "the wrong two axes"),
    "heads in turn": (edited((BUG, "(weights @ value).permute(0, 2, 3, 1).flatten(2)")), "dealt out in turn"),
    "projection lost": (edited(FIXED, ("self.output(context)", "context")), "output projection is gone"),
    "layers renamed": (edited(FIXED, ("self.query", "self.q")), "keep the layers of BuggyAttention"),
    "an object": (edited(FIXED)(12, 3), "hand over the class itself"),
    "no forward": (edited(FIXED, ("def forward", "def run")), "has no forward"),
    "the output only": (edited(FIXED, ("(context), weights", "(context)")), "should return 2 things"),
}

# Exercise 5


def right_count(length, hidden):
    return 4 * length * hidden**2, 2 * length**2 * hidden


COST_OF_LENGTH = {
    "scores grow linearly": (2, 2, right_count, "each of them meets twice as many keys"),
    "scores grow eightfold": (8, 2, right_count, "d stays as it is"),
    "scores do not grow": (1, 2, right_count, "one score for each pair"),
    "scores grow by 3": (3, 2, right_count, "prediction for the scores: 3 is not right"),
    "scores in words": ("four", 2, right_count, "a number is expected, not the str 'four'"),
    "projections grow fourfold": (4, 4, right_count, "each position is projected by itself"),
    "projections do not grow": (4, 1, right_count, "more positions pass through them"),
    "output projection forgotten": (4, 2, lambda n, h: (3 * n * h * h, 2 * n * n * h), "after the heads?"),
    "one projection": (4, 2, lambda n, h: (n * h * h, 2 * n * n * h), "how many are there?"),
    "additions counted": (4, 2, lambda n, h: (8 * n * h * h, 4 * n * n * h), "additions, too"),
    "weights of the projections": (4, 2, lambda n, h: (4 * h * h, 2 * n * n * h), "passes more positions"),
    "hidden once": (4, 2, lambda n, h: (4 * n * h, 2 * n * n * h), "a sum of hidden products"),
    "mix forgotten": (4, 2, lambda n, h: (4 * n * h * h, n * n * h), "there are two products"),
    "scores linear in the length": (4, 2, lambda n, h: (4 * n * h * h, 2 * n * h), "the length counts twice"),
    "one product for each score": (4, 2, lambda n, h: (4 * n * h * h, 2 * n * n), "one for each number"),
    "12 heads counted": (4, 2, lambda n, h: (4 * n * h * h, 24 * n * n * h), "12 times too many"),
    "turned round": (4, 2, lambda n, h: right_count(n, h)[::-1], "are the two in the other order?"),
    "one sum": (4, 2, lambda n, h: sum(right_count(n, h)), "should return 2 things"),
}

SOLUTIONS = {
    "scaled_dot_product": (by_hand,),
    "padding_mask": (hiding(lambda scores, mask: scores + (~mask).float() * -1e9),),
    "split_and_merge_heads": (SPLIT["right"], MERGE["right"]),
    "find_the_bug": (ThroughTorch,),
    "cost_of_length": (4.0, 2, lambda n, h: ((2 * h) ** 2 * n, h * 2 * n**2)),
}
ALL = [SCALED_DOT_PRODUCT, PADDING_MASK, SPLIT_AND_MERGE, FIND_THE_BUG, COST_OF_LENGTH]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
