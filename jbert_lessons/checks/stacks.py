"""Lesson 06's layers with every mistake that a check knows: what each of them would give, in float64."""

import itertools
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

Way = tuple[str, Tensor]
ROOT2 = 2**0.5


def ways(*choices: dict | list[tuple]) -> Iterator[tuple]:
    """Yield a message and a value of each choice: the right ones (no message), then one mistake, then two."""
    pairs = [choice.items() if isinstance(choice, dict) else choice for choice in choices]
    for count in range(3):
        for way in itertools.product(*pairs):
            messages = [message for message, _ in way if message]
            if len(messages) == count:
                text = "two mistakes: (1) {} (2) {}".format(*messages) if count == 2 else "".join(messages)
                yield text, *(value for _, value in way)


def bell(x: Tensor) -> Tensor:
    """Return Φ(x), the share of a normal distribution that lies below x, in float64."""
    return torch.special.ndtr(x.double())


def gelu(x: Tensor) -> Tensor:
    """Return x · Φ(x) in float64."""
    return x.double() * bell(x)


def _tanh_form(x: Tensor) -> Tensor:
    return x / 2 * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)))


def _identity(x: Tensor) -> Tensor:
    return x


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "": gelu,
    "the activation is ReLU; GELU bends smoothly and lets small negative numbers through": torch.relu,
    "the activation is the form with tanh, which is off by up to 0.0005; BERT uses erf": _tanh_form,
    "the activation is x · sigmoid(1.702 x), an approximation that is off by up to 0.02": (
        lambda x: x * torch.sigmoid(1.702 * x)
    ),
    "the activation is x · sigmoid(x), which is called SiLU": lambda x: x * torch.sigmoid(x),
    "there is no activation": _identity,
}
GELUS: dict[str, Callable[[Tensor], Tensor]] = ACTIVATIONS | {
    "this is Φ(x) alone: multiply it by x": bell,
    "the argument of erf is not divided by √2": lambda x: gelu(x * ROOT2) / ROOT2,
    "the argument of erf is divided by 2; √2 is meant": lambda x: gelu(x / ROOT2) * ROOT2,
    "the argument of erf is multiplied by √2; divide it": lambda x: gelu(x * 2) / 2,
    "this is twice GELU: the factor 1/2 is missing": lambda x: 2 * gelu(x),
    "the 1 is missing: Φ(x) is half of 1 plus erf": lambda x: x * (bell(x) - 0.5),
}


def feed_forwards(
    x: Tensor, widen: Tensor, widen_bias: Tensor, narrow: Tensor, narrow_bias: Tensor
) -> Iterator[Way]:
    """Yield feed-forward of x (..., hidden), right and wrong; weights (out, in)."""
    x, widen, widen_bias, narrow, narrow_bias = (
        t.double() for t in (x, widen, widen_bias, narrow, narrow_bias)
    )
    axes = {"": (True, True)}
    if widen.shape[0] == widen.shape[1]:
        lost = "{} not transposed: a weight (out, in) takes its input along the second axis"
        axes |= {
            lost.format("both weights are"): (False, False),
            lost.format("widen is"): (False, True),
            lost.format("narrow is"): (True, False),
        }
    places = {
        "": (False, True, False),
        "the activation comes after narrow; it belongs between the two products": (False, False, True),
        "the activation comes twice, also after narrow": (False, True, True),
        "the activation comes before widen; it belongs between the two products": (True, False, False),
    }
    biases = {
        "": (1, 1),
        "widen_bias is not used": (0, 1),
        "narrow_bias is not used": (1, 0),
        "the biases are not used": (0, 0),
    }
    ends = {"": 0, "x is added at the end: the residual belongs to the layer, not here": 1}
    for message, act, (one, two), active, (b, c), rest in ways(ACTIVATIONS, axes, places, biases, ends):
        before, between, after = (act if on else _identity for on in active)
        wide = between(before(x) @ (widen.mT if one else widen) + b * widen_bias)
        yield message, after(wide @ (narrow.mT if two else narrow) + c * narrow_bias) + rest * x


class Mixing(nn.Module):
    """Attention in which all tokens weigh the same: x, mask → output (batch, length, hidden) and weights."""

    def __init__(self, hidden: int):
        super().__init__()
        self.value = nn.Linear(hidden, hidden)

    def forward(self, x: Tensor, mask: Tensor | None = None, need_weights: bool = False):
        """Take the mean of the values of all tokens that the mask lets through, with the sine on top."""
        seen = x.new_ones(x.shape[:2]) if mask is None else mask.to(x.dtype)
        weights = (seen / seen.sum(1, keepdim=True))[:, None].expand(-1, x.shape[1], -1)
        return weights @ self.value(x).sin(), weights if need_weights else None


def layers(half: nn.ModuleDict, x: Tensor, mask: Tensor) -> Iterator[Way]:
    """Yield a layer's output, right and wrong. `half` holds the five parts of BuggyLayer, in float64."""
    n1, n2 = half["attention_norm"], half["feed_forward_norm"]
    adds = {
        "pre": "the {} half normalises before it, as pre-LayerNorm does; BERT normalises after adding",
        "cut": "the {} half has no residual: what goes into it is not added",
        "early": "in the {} half the norm comes before adding; it belongs after",
        "bare": "the {} half has no LayerNorm",
    }
    firsts = {"": ""} | {text.format("first"): way for way, text in adds.items()}
    seconds = {"": "", "the output is still that of BuggyLayer": "x"}
    seconds |= {text.format("second"): way for way, text in adds.items()}
    seconds |= {
        "the second residual adds x and the first half's output; only one is meant": "both",
        "the second residual adds what attention found, before it was added and normalised": "attended",
        "the feed-forward reads x; it should read the output of the first half": "reads",
    }
    norms = {
        "": (n1, n2),
        "both halves share attention_norm; each has its own": (n1, n1),
        "both halves share feed_forward_norm; each has its own": (n2, n2),
        "the two LayerNorms have changed places": (n2, n1),
    }
    masks = {"": mask, "the mask does not reach the attention": None}
    every = list(ways(firsts, seconds, norms, masks, ACTIVATIONS))
    both = "both halves normalise first: that is pre-LayerNorm. BERT adds, then normalises"
    every.insert(1, (both, "pre", "pre", (n1, n2), mask, gelu))
    every.insert(2, ("neither half has a residual", "cut", "cut", (n1, n2), mask, gelu))
    for message, first, second, (one, two), seen, act in every:

        def attend(y: Tensor, seen=seen) -> Tensor:
            return half["attention"](y, seen)[0]

        def feed(y: Tensor, act=act) -> Tensor:
            return half["narrow"](act(half["widen"](y)))

        middle = _join(first, x, attend, one)
        if second == "reads":
            yield message, two(middle + feed(x))
            continue
        extra = {"x": x - middle, "both": x, "attended": attend(x) - middle}.get(second, 0)
        yield message, _join(second, middle, lambda y, feed=feed, extra=extra: feed(y) + extra, two)


def _join(way: str, x: Tensor, half: Callable, norm: Callable) -> Tensor:
    """Return x and what half of a layer makes of it, put together in one way."""
    match way:
        case "pre":
            return x + half(norm(x))
        case "cut":
            return norm(half(x))
        case "early":
            return x + norm(half(x))
        case "bare":
            return x + half(x)
        case "pre cut":
            return half(norm(x))
        case "pre late":
            return norm(x) + half(norm(x))
    return norm(x + half(x))


class FeedForward(nn.Module):
    """widen, GELU, narrow: (..., hidden) → (..., hidden)."""

    def __init__(self, hidden: int):
        super().__init__()
        self.widen = nn.Linear(hidden, hidden + 2)
        self.narrow = nn.Linear(hidden + 2, hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(gelu(self.widen(x)))


class Parts(nn.Module):
    """A layer of four parts, named as in BertLayer."""

    def __init__(self, hidden: int):
        super().__init__()
        self.attention = Mixing(hidden)
        self.attention_norm = nn.LayerNorm(hidden)
        self.feed_forward = FeedForward(hidden)
        self.feed_forward_norm = nn.LayerNorm(hidden)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        x = self.attention_norm(x + self.attention(x)[0])
        return self.feed_forward_norm(x + self.feed_forward(x)), None


def randomise(module: nn.Module, generator: torch.Generator) -> nn.Module:
    """Draw all parameters, those of LayerNorm too, from N(0, 0.6²); return the module in float64."""
    for parameter in module.double().parameters():
        nn.init.normal_(parameter, std=0.6, generator=generator)
    return module


def gradient_sizes(
    stack: nn.ModuleList, final: nn.Module, x: Tensor, loss: Callable, pre: bool, held: list
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield the gradient norms of the first and the last `widen.weight`, right and wrong.

    `held` are the gradients that the two weights held before; a mistaken answer adds to them.
    """
    order = "the {} form is asked for and this is the {} form".format(
        *("pre", "post") if pre else ("post", "pre")
    )
    bare = "there is no LayerNorm in the layers"
    if pre:
        joins = [("", ("pre", True)), (order, ("", True)), (order, ("", False)), (bare, ("bare", True))]
        joins += [("the residual is the normalised x; it is x itself", ("pre late", True))]
        joins += [("there is no residual", ("pre cut", True))]
        ends = {"": False, "final_norm is missing: the pre form ends with it": True}
    else:
        joins = [("", ("", False)), (order, ("pre", True)), (order, ("pre", False)), (bare, ("bare", False))]
        joins += [("the norm comes before adding; it belongs after", ("early", False))]
        joins += [("there is no residual", ("cut", False))]
        ends = {"": False, "final_norm belongs to the pre form only": True}
    norms = {"": False, "both halves of a layer share attention_norm; each has its own": True}
    old = {"": 0, "gradients of an earlier backward are still in it: set them to zero first": 1}
    measures: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "": lambda weight, gradient: gradient.norm(),
        "these are norms of the weights; asked for are those of their gradients": lambda w, g: w.norm(),
        "these are squares of the norms: a root is missing": lambda w, g: g.square().sum(),
        "this is the largest number of the gradient, not its norm": lambda w, g: g.abs().max(),
        "this is the sum of the absolute numbers; the norm is the root of the sum of squares": (
            lambda w, g: g.abs().sum()
        ),
        "this is the mean of the absolute numbers, not the norm": lambda w, g: g.abs().mean(),
    }
    turns = {"": 1, "the two are in the other order: the first layer comes first": -1}
    for message, (join, final_too), shared, other_end, added, measure, turn in ways(
        joins, norms, ends, old, measures, turns
    ):
        y = x
        for layer in stack:
            y = _join(join, y, lambda z, layer=layer: layer.attention(z)[0], layer.attention_norm)
            norm = layer.attention_norm if shared else layer.feed_forward_norm
            y = _join(join, y, layer.feed_forward, norm)
        weights = [layer.feed_forward.widen.weight for layer in (stack[0], stack[-1])]
        gradients = torch.autograd.grad(loss(final(y) if final_too != other_end else y), weights)
        sizes = [
            measure(weight, gradient + added * before).item()
            for weight, gradient, before in zip(weights, gradients, held, strict=True)
        ]
        yield message, tuple(sizes[::turn])
