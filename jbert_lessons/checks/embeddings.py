"""Checks of lesson 04: tokens, positions and segments as vectors. The references are written apart."""

import math
from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch import Tensor, nn

from jbert_lessons.checks.compare import ask, check_number, compare
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "04_embeddings"


@exercise(
    LESSON,
    1,
    hints=(
        "how many means are there for x of shape (batch, length, hidden)? What is the variance of [1, 3]?",
        "each vector has its own mean and variance, over the last axis; keep that axis with size 1. The "
        "variance is a mean over n numbers. Under the root it stands with eps. weight comes before bias.",
    ),
)
def layer_norm(answer):
    """The answer is a function (x, weight, bias, eps) → x, each vector normalised, scaled and shifted."""
    generator = torch.Generator().manual_seed(1)
    cases = [((3, 3, 3), 0.02, 2e-4), ((2, 4), 1e-3, 1e-6), ((5,), 3, 1e-12), ((2, 1, 3, 2), 1, 0.5)]
    for shape, spread, eps in cases:
        x = (torch.randn(shape, generator=generator) + 2) * spread
        weight, bias = torch.randn(2, shape[-1], generator=generator)
        _, expected = next(ways := _norms(x.double(), weight, bias, eps))
        what = f"x of shape {shape} with a spread of about {spread:g}, eps {eps:g}"
        compare(ask(answer, x, weight, bias, eps), expected, what, ways)
    x = 10_000 + torch.randint(-3, 4, (6, 2), generator=generator).float()
    what = "x with numbers near 10,000 (their squares lose digits: subtract the mean first, then square)"
    compare(ask(answer, x, weight, bias, 1e-5), next(_norms(x.double(), weight, bias, 1e-5))[1], what)


@exercise(
    LESSON,
    2,
    hints=(
        "write positions 0 and 1 down by hand, four numbers each. What are the sine and cosine of 0?",
        "there are half as many angles as numbers. An angle is the position divided by a power of 10000; "
        "the exponents begin at 0 and grow by 2 / hidden_size. Sines and cosines take turns in the columns.",
    ),
)
def sinusoids(answer):
    """The answer is a function (length, hidden_size) → codes (length, hidden_size), hidden_size even."""
    for length, size in [(3, 4), (2, 6), (1, 8), (5, 2), (60, 16)]:
        _, expected = next(ways := _codes(length, size))
        compare(ask(answer, length, size), expected, f"sinusoids({length}, {size})", ways)


@exercise(
    LESSON,
    3,
    hints=(
        "permute first and embed then, or embed first and permute then: when do both give the same?",
        "call embed with the ids and with the permuted ids. One of the two results must still be permuted, "
        "along the axis of the positions. Then no number of one may differ from the other's by over 1e-5.",
    ),
)
def order_invisible(answer):
    """The answer: (embed, input_ids, permutation) → whether permuted ids give merely permuted vectors."""
    ids = torch.tensor([[7, 3, 12, 3, 5, 9]])
    orders = ["012345", "210345", "032145", "123450", "201345", "305142", "024135"]
    orders = [torch.tensor([int(place) for place in order]) for order in orders]
    cases = [(name, embed, order) for name, embed in _embeddings() for order in orders]
    found, vectors = [], []
    for _, embed, order in cases:
        verdict = ask(answer, embed, ids, order)
        if not isinstance(verdict, bool):
            raise Wrong(f"True or False is expected, not {type(verdict)}: is bool(...) or `return` missing?")
        found.append(verdict)
        vectors.append((embed(ids[:, order]), embed(ids), order))
    expected = [_close(a, b[:, order]) for a, b, order in vectors]
    for message, says in COMPARISONS if found != expected else ():
        if found == [says(*three) for three in vectors]:
            raise Wrong(message)
    for (name, _, order), yours, right in zip(cases, found, expected, strict=True):
        if yours != right:
            why = "the vectors change places and nothing else" if right else "the vectors themselves change"
            raise Wrong(f"for {name} and the permutation {order.tolist()} you say {yours}, but {why}")


@exercise(
    LESSON,
    4,
    hints=(
        "which five tensors do these embeddings hold? Write down their names and shapes.",
        "each of the three tables has one row for each thing that it tells apart, and hidden_size columns. "
        "LayerNorm has two vectors. A share is a part divided by its whole: 0.5 for a half, not 50.",
    ),
)
def embedding_parameters(prediction, count, share_of_embeddings, share_of_model):
    """The answers: a factor, a function of four sizes → number of parameters, and two shares from 0 to 1."""
    square = "no table has hidden_size rows and hidden_size columns: only the columns become more"
    check_number(prediction, 2, "your prediction", [(square, 4), ("every vector gets longer", 1)])
    for sizes in [(101, 7, 13, 5), (50, 6, 9, 1), (32_768, 768, 512, 2)]:
        _, expected = next(ways := _counts(*sizes))
        case = "for vocab_size {}, hidden_size {}, max_positions {} and type_vocab_size {}".format(*sizes)
        check_number(ask(count, *sizes), expected, case, ways)
    _check_share(share_of_embeddings, sizes[0] * sizes[1] / expected, "the share of the embeddings")
    mistake = "these are all embeddings; asked for is the table of tokens alone", expected / 111_207_168
    _check_share(share_of_model, sizes[0] * sizes[1] / 111_207_168, "the share of the model", mistake)


@exercise(
    LESSON,
    5,
    hints=(
        "which row of each table does a token get? Print the three row numbers for two short sentences.",
        "tokens and segments come from the caller; positions are made in forward. Which axis of input_ids "
        "(batch, length) do they count, and along which axis are they then repeated?",
    ),
)
def buggy_embeddings(answer):
    """The answer is a class, built as answer(vocab_size, hidden_size, max_positions) and called with ids."""
    generator = torch.Generator().manual_seed(5)
    for batch, length, most in [(2, 5, 12), (1, 5, 8), (4, 2, 8), (2, 6, 6)]:
        tables = {"token": 30, "position": most, "segment": 2}
        state = {f"{name}.weight": torch.randn(n, 6, generator=generator) for name, n in tables.items()}
        state["norm.weight"], state["norm.bias"] = torch.randn(2, 6, generator=generator)
        ids = torch.randint(1, 30, (batch, length), generator=generator)
        ids[1:, -1] = 0  # padding
        types = torch.randint(0, 2, (batch, length), generator=generator)
        module = _build(answer, most, state)
        for inputs, case in [((ids,), "without token_type_ids"), ((ids, types), "with token_type_ids")]:
            _, expected = next(ways := _sums(*state.values(), ids, types * (len(inputs) - 1)))
            found = ask(module.forward, *inputs)
            if isinstance(found, Tensor) and not torch.equal(found, module(*inputs)):
                raise Wrong("the same ids give other vectors each time: in evaluation nothing is dropped")
            compare(found, expected, f"ids of shape {(batch, length)} {case}", ways)
    module.train()
    if all(ask(module.forward, ids).count_nonzero() == found.numel() for _ in range(9)):
        raise Wrong("in training nothing is dropped any more: BuggyEmbeddings drops some numbers")


def _ways(*choices: dict) -> Iterator[tuple]:
    """Yield a message and a value of each choice: the right ones (no message), then one mistake, then two."""
    for count in range(3):
        for way in product(*(choice.items() for choice in choices)):
            messages = [message for message, _ in way if message]
            if len(messages) == count:
                text = "two mistakes: (1) {} (2) {}".format(*messages) if count == 2 else "".join(messages)
                yield text, *(value for _, value in way)


def _norms(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Iterator[tuple[str, Tensor]]:
    over = {"the tokens": -2, "the batch": 0, "the whole sentence": (-2, -1), "the whole tensor": None}
    wrong = "mean and variance run over {}; each vector, the last axis, has its own"
    axes = {"": (-1, True)}
    if x.ndim > 1:
        axes |= {wrong.format(what): (axis, True) for what, axis in over.items()}
        if x.shape[-2] == x.shape[-1]:
            axes["mean and variance lose an axis and meet the wrong vectors: keepdim"] = (-1, False)
    centres = {"": 1, "the mean is not subtracted from x": 0}
    powers = {
        "": 0,
        "the variance divides by n - 1, as torch.var does unless told otherwise; n is meant": 1,
        "your variance is the mean of the squares; of the squared differences from the mean is meant": None,
    }
    divisors = {
        "": lambda variance: (variance + eps).sqrt(),
        "eps stands outside the root; it is added to the variance": lambda variance: variance.sqrt() + eps,
        "eps is not used; it is added to the variance, under the root": torch.sqrt,
        "you divide by the variance; its square root is meant": lambda variance: variance + eps,
    }
    ends = {
        "": lambda z: z * weight + bias,
        "weight is not used": lambda z: z + bias,
        "bias is not used": lambda z: z * weight,
        "weight and bias are not used": lambda z: z,
        "weight and bias have changed places": lambda z: z * bias + weight,
    }
    for message, (axis, kept), centre, power, divisor, end in _ways(axes, centres, powers, divisors, ends):
        squares = x.square().mean(axis, keepdim=kept)
        variance = squares if power is None else x.var(axis, correction=power, keepdim=kept)
        yield message, end((x - centre * x.mean(axis, keepdim=kept)) / divisor(variance))


def _codes(length: int, size: int) -> Iterator[tuple[str, Tensor]]:
    exponents = torch.arange(size).double() // 2 * 2 / size  # a sine and its cosine share one
    rates = {
        "": 10_000**-exponents,
        "the exponent grows half as fast as it should: it is 2i / hidden_size": 100**-exponents,
        "the exponent grows twice as fast as it should: i counts pairs": 1e8**-exponents,
        "sine and cosine side by side share one angle; yours differ": 10_000 ** (-torch.arange(size) / size),
        "you multiply the position by the power of 10000; divide it": 10_000**exponents,
    }
    rates |= {f"the power is one of 10000, not of {base:.6g}": base**-exponents for base in (math.e, 10, 1e3)}
    functions = {"": (torch.sin, torch.cos), "sine and cosine have changed places": (torch.cos, torch.sin)}
    functions["there are sines only; odd dimensions hold cosines"] = (torch.sin, torch.sin)
    starts = {"": 0, "the positions count from 1; the first one is 0": 1}
    layouts = {"": 2, "one function fills the first half, the other the second; they should take turns": 1}
    for message, rate, (first, second), start, axis in _ways(rates, functions, starts, layouts):
        angles = torch.arange(start, start + length)[:, None] * rate
        yield message, torch.stack([first(angles[:, 0::2]), second(angles[:, 1::2])], axis).flatten(1)


def _embeddings() -> list[tuple[str, Callable[[Tensor], Tensor]]]:
    """Return functions ids (1, 6) → vectors (1, 6, 6), named. All sizes are 6: mixed-up axes fit, too."""
    generator = torch.Generator().manual_seed(3)
    table, positions = torch.randn(20, 6, generator=generator), torch.randn(6, 6, generator=generator)
    end = torch.tensor([0, 0, 0, 0, 0, 1.0])[:, None]
    return [
        ("the token table alone", lambda ids: table[ids]),
        ("tokens plus a table of positions", lambda ids: table[ids] + positions),
        ("tokens plus one vector that all positions share", lambda ids: table[ids] + positions[0]),
        ("tokens plus very small positions (1e-4)", lambda ids: table[ids] + 1e-4 * positions),
        ("tokens plus a vector at the last position only", lambda ids: table[ids] + end),
        ("tokens plus the mean of all tokens", lambda ids: table[ids] + table[ids].mean(1, keepdim=True)),
        ("the mean of all tokens plus positions", lambda ids: table[ids].mean(1, keepdim=True) + positions),
        ("tokens times 1, 2, 3 and so on", lambda ids: table[ids] * torch.arange(1, 7)[:, None]),
        ("a table asked for the token to the left", lambda ids: table[ids.roll(1, 1)]),
    ]


def _close(one: Tensor, other: Tensor, most: float = 1e-5) -> bool:
    return (one - other).abs().max().item() <= most


# What a mistaken function says of the vectors a of permuted ids, the vectors b of the ids, the permutation p.
COMPARISONS: list[tuple[str, Callable[[Tensor, Tensor, Tensor], bool]]] = [
    ("you always say True, even where positions are added", lambda a, b, p: True),
    ("you always say False, even for a permutation that changes nothing", lambda a, b, p: False),
    ("True and False have changed places", lambda a, b, p: not _close(a, b[:, p])),
    ("the permutation is mixed up with its inverse, or used twice", lambda a, b, p: _close(a[:, p], b)),
    ("the vectors are compared as they come: permute one of the two results", lambda a, b, p: _close(a, b)),
    ("embed never sees permuted ids", lambda a, b, p: _close(b, b[:, p])),
    ("numbers change places inside each vector; positions should", lambda a, b, p: _close(a, b[..., p])),
    ("sums hide what changes: compare position by position", lambda a, b, p: _close(a.sum(1), b.sum(1))),
    ("you compare sets, without places", lambda a, b, p: _close(a.sort(1).values, b.sort(1).values)),
    ("only the first position is compared", lambda a, b, p: _close(a[:, 0], b[:, p[0]])),
    ("positions of size 1e-4 go unnoticed: allow 1e-5", lambda a, b, p: _close(a, b[:, p], 1e-2)),
    ("rounding counts as a change: allow 1e-5", lambda a, b, p: torch.equal(a, b[:, p])),
]


def _counts(vocabulary: int, hidden: int, positions: int, types: int) -> Iterator[tuple[str, int]]:
    columns = "each row of the table of {} has hidden_size numbers"
    places = {"": positions * hidden, "the table of positions is missing": 0}
    places["add positions and tokens, do not multiply them"] = vocabulary * positions
    places["no token has positions of its own: add the two tables"] = vocabulary * positions * hidden
    places[columns.format("positions")] = positions
    segments = {"": types * hidden, "the table of segments is missing": 0, columns.format("segments"): types}
    segments["there are type_vocab_size segments, not always 2"] = 2 * hidden
    norm = {"": 2 * hidden, "LayerNorm is missing": 0}
    norm["one vector is missing: LayerNorm has a weight and a bias, and [PAD] has a row"] = hidden
    norm |= {"weight and bias of LayerNorm are vectors": 2, "LayerNorm holds no matrix": 2 * hidden**2}
    norm["there is one LayerNorm, after the sum, not one for each table"] = 6 * hidden
    for message, *numbers in _ways(places, segments, norm):
        yield message, vocabulary * hidden + sum(numbers)


def _check_share(found, share: float, what: str, *mistakes: tuple[str, float]) -> None:
    """Raise Wrong unless `found` is this share, to within one in five hundred."""
    number = found if isinstance(found, int | float) else math.nan
    if number > 1:
        raise Wrong(f"{what}: a share lies between 0 and 1; 0.5 is a half, 50 would be a percentage")
    if not math.isclose(number, share, rel_tol=2e-3):
        check_number(found, share, what, [("give three digits at least", round(share, 2)), *mistakes])


def _sums(token, position, segment, weight, bias, ids, types) -> Iterator[tuple[str, Tensor]]:
    across, down = torch.arange(ids.shape[1]).expand_as(ids), torch.arange(len(ids))[:, None].expand_as(ids)
    places = {
        "": across,
        "every token gets position 0": across * 0,
        "the positions count from 1; the first one is 0": across + 1,
        "each sentence goes on counting where the one before it stopped": across + down * ids.shape[1],
        "padding gets position 0; in BERT it has its place like every token": across * (ids > 0),
    }
    places |= {"the vectors are still those of BuggyEmbeddings": down} if len(ids) > 1 else {}
    places = {message: position[where % len(position)] for message, where in places.items()}
    places["the positions are not added"] = 0
    segments = {"": segment[types], "the segments are not added": 0, "token_type_ids are ignored": segment[0]}
    ends = {"": 2, "LayerNorm is gone": 0, "LayerNorm comes before the positions; it comes last": 1}
    for message, place, kind, end in _ways(places, segments, ends):
        x = token[ids] + kind + (place if end == 2 else 0)
        centred = x - x.mean(-1, keepdim=True)
        x = centred / centred.square().mean(-1, keepdim=True).sqrt() * weight + bias if end else x
        yield message, x if end == 2 else x + place


def _build(answer, positions: int, state: dict[str, Tensor]) -> nn.Module:
    """Return a module of the learner's class with the given weights, in evaluation mode."""
    if not isinstance(answer, type) or not issubclass(answer, nn.Module):
        raise Wrong("hand over the class itself, an nn.Module, not an object made from it")
    if answer.forward is nn.Module.forward:
        raise Wrong("your class has no forward: is it indented as deep as __init__?")
    module = ask(answer, 30, 6, positions)
    shapes = {name: tuple(x.shape) for name, x in module.state_dict().items()}
    if shapes != {name: tuple(x.shape) for name, x in state.items()}:
        raise Wrong(f"keep the layers of BuggyEmbeddings and their sizes; yours are {', '.join(shapes)}")
    module.load_state_dict(state)
    return module.eval()
