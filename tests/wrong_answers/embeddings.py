"""Answers to the exercises of lesson 04, embeddings."""

import math
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional

SHEET = Path(__file__).parents[2] / "solutions" / "04_embeddings.ipynb"

# Exercise 1


def variance(x):
    return x.var(-1, correction=0, keepdim=True)


def squares(x):
    return x.square().mean(-1, keepdim=True)


def dividing(by, mean=lambda x: x.mean(-1, keepdim=True)):
    """Return layer_norm that divides by `by` of x and eps, with another mean if one is given."""
    return lambda x, weight, bias, eps: (x - mean(x)) / by(x, eps) * weight + bias


def deviation(x, eps):
    return (variance(x) + eps).sqrt()


def ending(last):
    """Return layer_norm that ends with `last`, a function of the normalised x, weight and bias."""
    return lambda x, weight, bias, eps: last((x - x.mean(-1, True)) / deviation(x, eps), weight, bias)


def over(axes, minus=0, keep=True):
    """Return layer_norm whose mean and variance are taken over `axes`; the variance divides by n - minus."""
    return dividing(
        lambda x, eps: (x.var(axes, correction=minus, keepdim=keep) + eps).sqrt(),
        lambda x: x.mean(axes, keepdim=keep),
    )


def in_place(x, weight, bias, eps):
    x -= x.mean(-1, keepdim=True)
    return x / torch.sqrt(squares(x) + eps) * weight + bias


LAYER_NORM = {
    "torch's default variance": (over(-1, minus=1), "the variance divides by n - 1"),
    "torch's std": (dividing(lambda x, eps: x.std(-1, keepdim=True) + eps), "two mistakes: (1) the var"),
    "eps outside the root": (dividing(lambda x, eps: variance(x).sqrt() + eps), "eps stands outside"),
    "eps forgotten": (dividing(lambda x, eps: variance(x).sqrt()), "eps is not used"),
    "by the variance": (dividing(lambda x, eps: variance(x) + eps), "you divide by the variance"),
    "whole tensor": (over(None), "run over the whole tensor"),
    "whole sentence": (over((-2, -1)), "run over the whole sentence"),
    "over the tokens": (over(-2), "run over the tokens"),
    "over the batch": (over(0), "run over the batch"),
    "no keepdim": (over(-1, keep=False), "lose an axis"),
    "whole tensor, n - 1": (over(None, minus=1), "(1) mean and variance run over the whole tensor"),
    "no weight": (ending(lambda z, weight, bias: z + bias), "weight is not used"),
    "no bias": (ending(lambda z, weight, bias: z * weight), "bias is not used"),
    "neither": (ending(lambda z, weight, bias: z), "weight and bias are not used"),
    "swapped": (ending(lambda z, weight, bias: z * bias + weight), "have changed places"),
    "mean stays": (dividing(deviation, lambda x: 0), "the mean is not subtracted"),
    "mean of squares": (dividing(lambda x, eps: (squares(x) + eps).sqrt()), "the mean of the squares"),
    "squares first": (dividing(lambda x, e: (squares(x) - x.mean(-1, True) ** 2 + e).sqrt()), "lose digits"),
    "bias too early": (ending(lambda z, weight, bias: weight * (z + bias)), "expected"),
    "in place": (in_place, "changes its argument x"),
    "no return": (lambda x, weight, bias, eps: None, "is a `return` missing?"),
    "no eps": (lambda x, weight, bias: x, "cannot be called with 4 arguments"),
}

# Exercise 2


def coding(rate=None, start=0, place=None):
    """Return sinusoids with another rate (of pair i and size d), start, or way to put the two together."""
    rate = rate or (lambda i, d: 10_000 ** (-2 * i / d))

    def sinusoids(length, hidden_size):
        pairs = torch.arange(hidden_size // 2)
        angles = torch.outer(torch.arange(start, start + length).float(), rate(pairs, hidden_size))
        sines, cosines = angles.sin(), angles.cos()
        return place(sines, cosines) if place else torch.stack((sines, cosines), -1).flatten(1)

    return sinusoids


def by_logarithm(length, hidden_size, pair=lambda dimension: dimension - dimension % 2):
    """Right, number by number, unless `pair` gives the two of a pair other exponents."""
    codes = torch.zeros(length, hidden_size, dtype=torch.float64)
    for position in range(length):
        for dimension in range(hidden_size):
            angle = position * math.exp(-math.log(10_000) * pair(dimension) / hidden_size)
            codes[position, dimension] = math.cos(angle) if dimension % 2 else math.sin(angle)
    return codes


SINUSOIDS = {
    "in halves": (coding(place=lambda s, c: torch.cat((s, c), 1)), "one function fills the first half"),
    "i instead of 2i": (coding(lambda i, d: 10_000 ** (-i / d)), "grows half as fast"),
    "4i instead of 2i": (coding(lambda i, d: 10_000 ** (-4 * i / d)), "grows twice as fast"),
    "from 1": (coding(start=1), "count from 1"),
    "multiplied": (coding(lambda i, d: 10_000 ** (2 * i / d)), "you multiply the position"),
    "swapped": (coding(place=lambda s, c: torch.stack((c, s), -1).flatten(1)), "have changed places"),
    "sines only": (coding(place=lambda s, c: torch.stack((s, s), -1).flatten(1)), "sines only"),
    "own angles": (lambda n, d: by_logarithm(n, d, lambda dimension: dimension), "share one angle"),
    "base 1000": (coding(lambda i, d: 1_000 ** (-2 * i / d)), "not of 1000"),
    "base e": (coding(lambda i, d: torch.exp(-2 * i / d)), "not of 2.71828"),
    "swapped, in halves": (
        coding(place=lambda s, c: torch.cat((c, s), 1)),
        "(1) sine and cosine have changed",
    ),
    "i, from 1": (coding(lambda i, d: 10_000 ** (-i / d), start=1), "(2) the positions count from 1"),
    "base without a power": (coding(lambda i, d: 1 / (10_000 * (1 + 2 * i / d))), "found"),
    "transposed": (lambda n, d: by_logarithm(n, d).T, "the right sizes in another order"),
    "half the size": (coding(place=lambda s, c: s), "the shape is (3, 2)"),
    "one position": (lambda n, d: by_logarithm(n, d)[-1], "1 instead of 2 axes"),
}

# Exercise 3


def same(one, other, most=1e-5):
    return bool((one - other).abs().max() < most)


def place_by_place(embed, input_ids, permutation):
    """Right, one position at a time."""
    vectors, permuted = embed(input_ids), embed(input_ids[:, permutation])
    return all(same(permuted[0, new], vectors[0, old]) for new, old in enumerate(permutation.tolist()))


def seen(says):
    """Return a function that compares the vectors of permuted ids with those of the ids, given `says`."""
    return lambda embed, ids, order: says(embed(ids[:, order]), embed(ids), order)


def written_back(a, b, order):
    vectors = torch.empty_like(b)
    vectors[:, order] = b
    return same(a, vectors)


ORDER_INVISIBLE = {
    "the inverse": (seen(lambda a, b, order: same(a, b[:, order.argsort()])), "mixed up with its inverse"),
    "written to the places": (seen(written_back), "mixed up with its inverse"),
    "permuted once more": (seen(lambda a, b, order: same(a[:, order], b)), "mixed up with its inverse"),
    "as they come": (seen(lambda a, b, order: same(a, b)), "compared as they come"),
    "ids not permuted": (lambda f, ids, order: same(f(ids), f(ids)[:, order]), "never sees permuted ids"),
    "sums": (seen(lambda a, b, order: same(a.sum(1), b.sum(1))), "sums hide what changes"),
    "sorted": (seen(lambda a, b, order: same(a.sort(1).values, b.sort(1).values)), "you compare sets"),
    "wrong axis": (seen(lambda a, b, order: same(a, b[..., order])), "inside each vector"),
    "batch axis": (lambda f, ids, order: same(f(ids[order]), f(ids)[order]), "IndexError"),
    "within 0.001": (seen(lambda a, b, order: same(a, b[:, order], 1e-3)), "1e-4 go unnoticed"),
    "squares": (seen(lambda a, b, order: bool((a - b[:, order]).square().mean() < 1e-5)), "go unnoticed"),
    "to the last digit": (seen(lambda a, b, order: torch.equal(a, b[:, order])), "rounding counts"),
    "first vector": (seen(lambda a, b, order: same(a[0, 0], b[0, order[0]])), "only the first position"),
    "always True": (seen(lambda a, b, order: a.shape == b.shape), "always say True"),
    "always False": (lambda f, ids, order: bool(ids is ids[:, order]), "always say False"),
    "turned round": (seen(lambda a, b, order: not same(a, b[:, order])), "changed places"),
    "own flip": (lambda f, ids, order: same(f(ids.flip(1)), f(ids).flip(1)), "you say False"),
    "many verdicts": (seen(lambda a, b, order: a == b[:, order]), "Tensor'>: is bool(...)"),
    "no return": (seen(lambda a, b, order: None), "NoneType"),
    "no batch": (lambda f, ids, order: same(f(ids[0][order]), f(ids[0])[order]), "IndexError"),
    "two arguments": (lambda embed, ids: True, "cannot be called with 3 arguments"),
}

# Exercise 4

SHARES = (0.98450, 0.22630)


def counting(places=None, segments=None, norm=None, tokens=None):
    """Return a count in which one of the four parts, each a function of the four sizes, is another."""

    def count(vocab, hidden, positions, types):
        sizes = (vocab, hidden, positions, types)
        parts = [(tokens, vocab * hidden), (places, positions * hidden), (segments, types * hidden)]
        return sum(part(*sizes) if part else right for part, right in [*parts, (norm, 2 * hidden)])

    return count


def none(*sizes):
    return 0


right = counting()
COUNTS = {
    "no segments": (counting(segments=none), "the table of segments is missing"),
    "no LayerNorm": (counting(norm=none), "LayerNorm is missing"),
    "weight or bias only": (counting(norm=lambda v, h, p, t: h), "LayerNorm has a weight and a bias"),
    "no positions": (counting(none), "the table of positions is missing"),
    "neither": (counting(segments=none, norm=none), "(2) LayerNorm is missing"),
    "positions times tokens": (counting(lambda v, h, p, t: v * p), "do not multiply them"),
    "a vector for each pair": (counting(lambda v, h, p, t: v * p * h), "positions of its own"),
    "rows of positions": (counting(lambda v, h, p, t: p), "each row of the table of positions"),
    "padding left out": (counting(tokens=lambda v, h, p, t: v * h - h), "and [PAD] has a row"),
    "LayerNorm as a matrix": (counting(norm=lambda v, h, p, t: 2 * h * h), "holds no matrix"),
    "three LayerNorms": (counting(norm=lambda v, h, p, t: 6 * h), "not one for each table"),
    "two numbers in LayerNorm": (counting(norm=lambda v, h, p, t: 2), "are vectors"),
    "always two segments": (counting(segments=lambda v, h, p, t: 2 * h), "not always 2"),
    "a product of everything": (lambda v, h, p, t: v * h * p * t, "is not right"),
    "no return": (lambda v, h, p, t: None, "a number is expected"),
}
EMBEDDING_PARAMETERS = {title: (2, count, *SHARES, fragment) for title, (count, fragment) in COUNTS.items()}
EMBEDDING_PARAMETERS |= {
    "grows fourfold": (4, right, *SHARES, "no table has hidden_size rows"),
    "does not grow": (1, right, *SHARES, "every vector gets longer"),
    "in words": ("twice", right, *SHARES, "a number is expected, not the str 'twice'"),
    "percentages": (2, right, 98.45, 22.63, "the share of the embeddings: a share lies between 0 and 1"),
    "turned round": (2, right, 1 / SHARES[0], SHARES[1], "a share lies between 0 and 1"),
    "two digits": (2, right, SHARES[0], 0.23, "give three digits at least"),
    "all embeddings": (2, right, SHARES[0], 25_562_112 / 111_207_168, "these are all embeddings"),
    "a text": (2, right, SHARES[0], "22.63 %", "a number is expected"),
}

# Exercise 5


def edited(*edits):
    """Return BuggyEmbeddings as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("class BuggyEmbeddings")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"BuggyEmbeddings has no {old!r}")
        source = source.replace(old, new)
    names = {"torch": torch, "nn": nn}
    exec(source, names)
    return names["BuggyEmbeddings"]


BUG = "torch.arange(len(input_ids), device=input_ids.device)[:, None].expand_as(input_ids)"
ALONG = "torch.arange(input_ids.shape[1])"
FIXED = (BUG, f"{ALONG}.expand_as(input_ids)")


class FromTheTable(nn.Module):
    """Right, with the first rows of the table of positions."""

    def __init__(self, vocab_size, hidden_size, max_positions, type_vocab_size=2):
        super().__init__()
        self.token = nn.Embedding(vocab_size, hidden_size)
        self.position = nn.Embedding(max_positions, hidden_size)
        self.segment = nn.Embedding(type_vocab_size, hidden_size)
        self.norm = nn.LayerNorm(hidden_size, eps=1e-12)

    def forward(self, input_ids, token_type_ids=None):
        segments = self.segment.weight[0] if token_type_ids is None else self.segment(token_type_ids)
        x = self.token(input_ids) + segments + self.position.weight[: input_ids.shape[1]]
        return functional.dropout(self.norm(x), 0.1, self.training)


CONTINUED = "torch.arange(input_ids.numel()).reshape(input_ids.shape) % self.position.num_embeddings"
PADDED = f"{ALONG} * (input_ids != 0)"
NO_PLACES = (" + self.position(positions)", "")
RETURN = "self.dropout(self.norm(x))"
EARLY = "self.dropout(self.norm(x) + self.position(positions))"
ALWAYS = "nn.functional.dropout(self.norm(x), 0.1)"
OPTIONAL = "if token_type_ids is None"
BUGGY_EMBEDDINGS = {
    "the class of the sheet": (edited(), "still those of BuggyEmbeddings"),
    "the other axis only": (edited(("[:, None]", "")), "RuntimeError: The expanded size"),
    "the length only": (edited(("len(input_ids)", "input_ids.shape[1]")), "RuntimeError: The expanded size"),
    "all at 0": (edited((BUG, "torch.zeros_like(input_ids)")), "every token gets position 0"),
    "from 1": (edited((BUG, f"({ALONG} + 1).expand_as(input_ids) % 30")), "count from 1"),
    "counted on": (edited((BUG, CONTINUED)), "goes on counting"),
    "padding at 0": (edited((BUG, PADDED)), "padding gets position 0"),
    "positions dropped": (edited(NO_PLACES), "the positions are not added"),
    "segments dropped": (edited(FIXED, (" + self.segment(token_type_ids)", "")), "segments are not added"),
    "segments ignored": (edited(FIXED, (OPTIONAL, "if True")), "token_type_ids are ignored"),
    "norm removed": (edited(FIXED, (RETURN, "self.dropout(x)")), "LayerNorm is gone"),
    "norm too early": (edited(FIXED, NO_PLACES, (RETURN, EARLY)), "LayerNorm comes before the positions"),
    "norm removed, not repaired": (edited((RETURN, "self.dropout(x)")), "(1) the vectors are still those"),
    "dropout removed": (edited(FIXED, (RETURN, "self.norm(x)")), "in training nothing is dropped"),
    "dropout always": (edited(FIXED, (RETURN, ALWAYS)), "in evaluation nothing is dropped"),
    "segments demanded": (edited(FIXED, ("token_type_ids=None", "token_type_ids")), "with 1 argument"),
    "first row only": (edited(FIXED, ("self.token(input_ids)", "self.token(input_ids[:1])")), "found"),
    "layers renamed": (edited(FIXED, ("self.token", "self.word")), "keep the layers of BuggyEmbeddings"),
    "an object": (edited(FIXED)(30, 6, 9), "hand over the class itself"),
    "no forward": (edited(FIXED, ("def forward", "def run")), "has no forward"),
}

SOLUTIONS = {
    "layer_norm": (lambda x, w, b, eps: functional.layer_norm(x, w.shape, w, b, eps),),
    "sinusoids": (by_logarithm,),
    "order_invisible": (place_by_place,),
    "embedding_parameters": (2.0, lambda v, h, p, t: h * (v + p + t + 2), *SHARES),
    "buggy_embeddings": (FromTheTable,),
}
ALL = [LAYER_NORM, SINUSOIDS, ORDER_INVISIBLE, EMBEDDING_PARAMETERS, BUGGY_EMBEDDINGS]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
