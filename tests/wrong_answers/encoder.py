"""Answers to exercises 1, 2 and 5 of lesson 06, encoder; those to 3 and 4 are in parameters.py."""

import math
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional

SHEET = Path(__file__).parents[2] / "solutions" / "06_encoder.ipynb"

# Exercise 1


def bell(x):
    return torch.erfc(-x / math.sqrt(2)) / 2


def gelu(x):
    return x * bell(x)


def feeding(
    act=gelu, last=lambda x: x, first=lambda x: x, bias=1, narrow_bias=1, turn=torch.t, turn_last=torch.t
):
    """Return feed-forward with other activations, biases or transpositions; right without arguments."""

    def forward(x, widen, b, narrow, c):
        wide = act(first(x) @ turn(widen) + bias * b)
        return last(wide @ turn_last(narrow) + narrow_bias * c)

    return forward


def as_it_is(x):
    return x


def tanh_form(x):
    return functional.gelu(x, approximate="tanh")


def scaled(factor):
    return lambda x: x / 2 * (1 + torch.erf(x * factor))


def with_residual(x, *weights):
    return x + feeding()(x, *weights)


def writes_into_x(x):
    x *= bell(x)
    return x


def one_by_one(x):
    return torch.tensor([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x.tolist()])


FEED_FORWARD = {
    "relu": (torch.relu, feeding(), "gelu: the activation is ReLU"),
    "tanh": (tanh_form, feeding(), "gelu: the activation is the form with tanh"),
    "sigmoid": (lambda x: x * torch.sigmoid(1.702 * x), feeding(), "x · sigmoid(1.702 x)"),
    "silu": (functional.silu, feeding(), "SiLU"),
    "bell alone": (bell, feeding(), "Φ(x) alone"),
    "no root": (scaled(1), feeding(), "is not divided by √2"),
    "half": (scaled(0.5), feeding(), "divided by 2; √2"),
    "times the root": (scaled(math.sqrt(2)), feeding(), "multiplied by √2"),
    "without a half": (lambda x: 2 * gelu(x), feeding(), "factor 1/2 is missing"),
    "without 1": (lambda x: x / 2 * torch.erf(x / math.sqrt(2)), feeding(), "the 1 is missing"),
    "one axis only": (one_by_one, feeding(), "your code stopped with TypeError"),
    "in place": (writes_into_x, feeding(), "changes its argument x"),
    "not transposed": (gelu, feeding(turn=as_it_is, turn_last=as_it_is), "both weights are not transposed"),
    "widen not transposed": (gelu, feeding(turn=as_it_is), "widen is not transposed"),
    "narrow not transposed": (gelu, feeding(turn_last=as_it_is), "narrow is not transposed"),
    "activation at the end": (gelu, feeding(as_it_is, last=gelu), "comes after narrow"),
    "activation twice": (gelu, feeding(last=gelu), "comes twice"),
    "activation first": (gelu, feeding(as_it_is, first=gelu), "comes before widen"),
    "no activation": (gelu, feeding(as_it_is), "feed_forward: there is no activation"),
    "relu inside": (gelu, feeding(torch.relu), "feed_forward: the activation is ReLU"),
    "tanh inside": (gelu, feeding(tanh_form), "feed_forward: the activation is the form with tanh"),
    "no widen_bias": (gelu, feeding(bias=0), "widen_bias is not used"),
    "no narrow_bias": (gelu, feeding(narrow_bias=0), "narrow_bias is not used"),
    "no biases": (gelu, feeding(bias=0, narrow_bias=0), "the biases are not used"),
    "two mistakes": (gelu, feeding(torch.relu, bias=0), "(2) widen_bias is not used"),
    "residual": (gelu, with_residual, "the residual belongs to the layer"),
    "no return": (gelu, lambda x, a, b, c, d: None, "is a `return` missing?"),
}

# Exercise 2


def edited(*edits):
    """Return BuggyLayer as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("class BuggyLayer")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"BuggyLayer has no {old!r}")
        source = source.replace(old, new)
    names = {"torch": torch, "nn": nn, "functional": functional}
    exec(source, names)
    return names["BuggyLayer"]


LAST = "self.feed_forward_norm(x + self.narrow(wide))"
MIDDLE = "self.attention_norm(x + attended)"
FIXED = (LAST, "self.feed_forward_norm(middle + self.narrow(wide))")
CALL = "attended, _ = self.attention(x, mask)"
PRE_FIRST = [(CALL, "attended, _ = self.attention(self.attention_norm(x), mask)"), (MIDDLE, "x + attended")]
PRE_SECOND = [("self.widen(middle)", "self.widen(self.feed_forward_norm(middle))")]
PRE_SECOND += [(LAST, "middle + self.narrow(wide)")]


def second(expression):
    return edited((LAST, expression))


class InTwoHalves(nn.Module):
    """Right, with functional forms."""

    def __init__(self, attention, hidden, intermediate):
        super().__init__()
        self.attention = attention
        self.widen, self.narrow = nn.Linear(hidden, intermediate), nn.Linear(intermediate, hidden)
        self.attention_norm, self.feed_forward_norm = (nn.LayerNorm(hidden, eps=1e-12) for _ in range(2))

    def forward(self, x, mask=None):
        x = self.attention_norm(self.attention(x, mask)[0].add(x))
        return self.feed_forward_norm(self.narrow(gelu(self.widen(x))).add(x))


BUGGY_LAYER = {
    "the class of the sheet": (edited(), "still that of BuggyLayer"),
    "pre-LayerNorm": (edited(*PRE_FIRST, *PRE_SECOND), "both halves normalise first"),
    "first half pre": (edited(FIXED, *PRE_FIRST), "the first half normalises before it"),
    "second half pre": (edited(*PRE_SECOND), "the second half normalises before it"),
    "residual removed": (
        second("self.feed_forward_norm(self.narrow(wide))"),
        "the second half has no residual",
    ),
    "no residuals": (
        edited((LAST, LAST.replace("x + ", "")), (MIDDLE, MIDDLE.replace("x + ", ""))),
        "neither half",
    ),
    "first residual removed": (
        edited(FIXED, (MIDDLE, MIDDLE.replace("x + ", ""))),
        "the first half has no res",
    ),
    "norm before adding": (
        second("middle + self.feed_forward_norm(self.narrow(wide))"),
        "comes before adding",
    ),
    "first norm early": (
        edited(FIXED, (MIDDLE, "x + self.attention_norm(attended)")),
        "in the first half the n",
    ),
    "one norm": (
        second("self.attention_norm(middle + self.narrow(wide))"),
        "both halves share attention_norm",
    ),
    "the other norm": (
        edited(FIXED, ("self.attention_norm(", "self.feed_forward_norm(")),
        "share feed_forward_n",
    ),
    "no second norm": (second("middle + self.narrow(wide)"), "the second half has no LayerNorm"),
    "both added": (second("self.feed_forward_norm(x + middle + self.narrow(wide))"), "only one is meant"),
    "attended added": (
        second("self.feed_forward_norm(attended + self.narrow(wide))"),
        "what attention found",
    ),
    "feed-forward of x": (edited(FIXED, ("self.widen(middle)", "self.widen(x)")), "the feed-forward reads x"),
    "no mask": (edited(FIXED, ("self.attention(x, mask)", "self.attention(x)")), "the mask does not reach"),
    "relu": (edited(FIXED, ("gelu", "relu")), "the activation is ReLU"),
    "bug and relu": (
        edited(("gelu", "relu")),
        "(1) the output is still that of BuggyLayer (2) the activation",
    ),
    "parts renamed": (edited(FIXED, ("self.widen", "self.wide")), "keep the parts of BuggyLayer"),
    "an object": (edited(FIXED)(nn.Identity(), 4, 8), "hand over the class itself"),
    "no forward": (edited(FIXED, ("def forward", "def run")), "has no forward"),
    "other arguments": (
        edited(FIXED, ("hidden, intermediate):", "hidden):")),
        "cannot be called with 3 arguments",
    ),
    "weights, too": (edited(FIXED, ("return ", "return _, ")), "a tensor is expected"),
}

# Exercise 5


def halves(form, x, part, norm):
    """One half of a layer."""
    return x + part(norm(x)) if form == "pre" else norm(x + part(x))


def through(layers, final_norm, x, form, half=halves, second="feed_forward_norm"):
    for layer in layers:
        x = half(form, x, lambda y, layer=layer: layer.attention(y)[0], layer.attention_norm)
        x = half(form, x, layer.feed_forward, getattr(layer, second))
    return final_norm(x) if form == "pre" else x


def size(weight):
    return weight.grad.norm().item()


def measuring(run=through, measure=size, zero=True, turn=1, **how):
    """Return gradient_norms that runs, measures or clears in another way; right without arguments."""

    def gradient_norms(layers, final_norm, x, loss, form):
        if zero:
            layers.zero_grad()
        loss(run(layers, final_norm, x, form, **how)).backward()
        return tuple(measure(layer.feed_forward.widen.weight) for layer in (layers[0], layers[-1]))[::turn]

    return gradient_norms


def without_backward(layers, final_norm, x, loss, form):
    """Right, with autograd.grad and sums of squares."""
    weights = [layers[place].feed_forward.widen.weight for place in (0, -1)]
    gradients = torch.autograd.grad(loss(through(layers, final_norm, x, form)), weights)
    return [torch.sqrt((gradient**2).sum()) for gradient in gradients]


def always_final_norm(layers, final_norm, x, form):
    x = through(layers, final_norm, x, form)
    return x if form == "pre" else final_norm(x)


def swapped(layers, final_norm, x, form):
    return through(layers, as_it_is if form == "post" else final_norm, x, "pre")


def early(form, x, part, norm):
    return x + part(norm(x)) if form == "pre" else x + norm(part(x))


def normalised(form, x, part, norm):
    return norm(x) + part(norm(x)) if form == "pre" else norm(x + part(x))


def no_residual(form, x, part, norm):
    return part(norm(x)) if form == "pre" else norm(part(x))


def whole_layers(layers, final_norm, x, form):
    for layer in layers:
        x = layer(x)[0]
    return x


def post(fragment, function=None, **how):
    return "post", function or measuring(**how), fragment


GRADIENT_NORMS = {
    "pre": ("pre", measuring(), "your prediction is not"),
    "a number": (12, measuring(), 'should be "post" or "pre", in quotes'),
    "added up": post("gradients of an earlier backward are still in it", zero=False),
    "weights": post("norms of the weights", measure=lambda weight: weight.norm().item()),
    "squares": post("a root is missing", measure=lambda weight: weight.grad.square().sum()),
    "largest": post("the largest number", measure=lambda weight: weight.grad.abs().max()),
    "sum": post("the sum of the absolute numbers", measure=lambda weight: weight.grad.abs().sum()),
    "mean": post("the mean of the absolute numbers", measure=lambda weight: weight.grad.abs().mean()),
    "last first": post("the first layer comes first", turn=-1),
    "no final norm": post(
        "final_norm is missing", run=lambda layers, n, x, form: through(layers, as_it_is, x, form)
    ),
    "final norm in both": post("final_norm belongs to the pre form only", run=always_final_norm),
    "always pre": post("the post form is asked for and this is the pre form", run=swapped),
    "always post": post(
        "the pre form is asked for and this is the post form",
        run=lambda layers, final_norm, x, form: through(layers, None, x, "post"),
    ),
    "norm before adding": post("the norm comes before adding", half=early),
    "normalised residual": post("the residual is the normalised x", half=normalised),
    "no residual": post("there is no residual", half=no_residual),
    "no norm": post("there is no LayerNorm in the layers", half=lambda form, x, part, norm: x + part(x)),
    "one norm": post("share attention_norm", second="attention_norm"),
    "squares of added": post("two mistakes", zero=False, measure=lambda weight: weight.grad.square().sum()),
    "gradients themselves": post("a number is expected for the first layer", measure=lambda w: w.grad),
    "one number": post("should return 2 things", lambda a, b, c, d, e: 1.0),
    "detached": post("your code stopped with RuntimeError", run=lambda *inputs: through(*inputs).detach()),
    "layers called": post("the pre form of 3 layers: the pre form is asked for and", run=whole_layers),
    "no form": post("cannot be called with 5 arguments", lambda layers, final_norm, x, loss: (1, 1)),
}

SOLUTIONS = {
    "feed_forward": (gelu, lambda x, a, b, c, d: functional.linear(gelu(functional.linear(x, a, b)), c, d)),
    "buggy_layer": (InTwoHalves,),
    "gradient_norms": ("post", without_backward),
}
ALL = [FEED_FORWARD, BUGGY_LAYER, GRADIENT_NORMS]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
