"""Lesson 06's parameters, their numbers and their names, with the mistakes that the checks know."""

import itertools
import re
from collections.abc import Iterator

from jbert_lessons.checks import stacks


def counts(
    vocabulary: int, hidden: int, layers: int, inner: int, positions: int, types: int
) -> Iterator[tuple[str, int]]:
    """Yield numbers of parameters, right and wrong."""
    square, both = hidden * hidden, hidden * inner
    linear, norm = square + hidden, 2 * hidden
    ambiguous = (
        "4 · hidden_size numbers are missing in each layer: the biases of attention, or both LayerNorms"
    )
    attention = [
        ("", 4 * linear),
        ("attention has four linear layers: the output projection is missing", 3 * linear),
        ("attention has four linear layers, not one", linear),
        (ambiguous, 4 * square),
    ]
    shared = "heads share the hidden size: query, key and value have one matrix each, however many heads"
    for heads in {12, max(2, hidden // 64)}:
        attention += [(shared, (3 * heads + 1) * linear), (shared, 4 * heads * linear)]
    one = "feed-forward has two linear layers, widen and narrow; one is missing"
    lengths = "a bias is as long as the output: widen's has intermediate_size numbers, narrow's hidden_size"
    feed = [
        ("", 2 * both + inner + hidden),
        *((one, both + bias) for bias in (inner, hidden, 0)),
        ("the biases of feed-forward are missing", 2 * both),
        *((lengths, 2 * both + 2 * bias) for bias in (inner, hidden)),
        ("feed-forward is missing", 0),
        ("intermediate_size is an argument; it need not be 4 · hidden_size", 8 * square + 5 * hidden),
    ]
    norms = [
        ("", 2 * norm),
        ("a layer has two LayerNorms, and each has a weight and a bias", norm),
        (ambiguous, 0),
        ("LayerNorm has two vectors of hidden_size numbers", 4),
    ]
    rows = vocabulary + positions + types
    tables = [
        ("", rows * hidden + norm),
        ("the LayerNorm of the embeddings is missing", rows * hidden),
        ("a vector is missing: LayerNorm has a weight and a bias", rows * hidden + hidden),
        ("the table of types (segments) is missing", (rows - types) * hidden + norm),
        ("the table of positions is missing", (rows - positions) * hidden + norm),
        ("the table of tokens is missing", (rows - vocabulary) * hidden + norm),
        ("the tables of positions and types are missing", vocabulary * hidden + norm),
    ]
    head = "that is with the heads of pretraining; the encoder ends with the pooler"
    pooler = [
        ("", linear),
        ("the pooler is missing", 0),
        ("the pooler's bias is missing", square),
        (head, 2 * linear + norm + vocabulary),
        (head, 2 * linear + norm + vocabulary + norm + 2),
        ("there is one pooler, after the last layer, not one in each layer", layers * linear),
    ]
    stack = [("", layers), ("there are several layers: multiply by layers", 1)]
    every = stacks.ways(attention, feed, norms, tables, pooler, stack)
    _, *right = next(every)

    def total(a: int, f: int, n: int, t: int, p: int, times: int) -> int:
        return t + times * (a + f + n) + p

    yield "", total(*right)
    biases = layers * (5 * hidden + inner) + hidden
    missing = layers * 2 * norm + norm
    yield "there are no biases: each linear layer has one", total(*right) - biases
    yield "there is no LayerNorm: two in each layer, one in the embeddings", total(*right) - missing
    yield "there are no biases and no LayerNorm", total(*right) - biases - missing
    for message, *sizes in every:
        yield message, total(*sizes)


# Our modules: the name in transformers, and the shape of the weight (h hidden, i intermediate; v, p, t rows).
OUTSIDE = {
    "embeddings.token": ("embeddings.word_embeddings", "vh"),
    "embeddings.position": ("embeddings.position_embeddings", "ph"),
    "embeddings.segment": ("embeddings.token_type_embeddings", "th"),
    "embeddings.norm": ("embeddings.LayerNorm", "h"),
    "pooler.dense": ("pooler.dense", "hh"),
}
INSIDE = {
    "attention.query": ("attention.self.query", "hh"),
    "attention.key": ("attention.self.key", "hh"),
    "attention.value": ("attention.self.value", "hh"),
    "attention.output": ("attention.output.dense", "hh"),
    "attention_norm": ("attention.output.LayerNorm", "h"),
    "feed_forward.widen": ("intermediate.dense", "ih"),
    "feed_forward.narrow": ("output.dense", "hi"),
    "feed_forward_norm": ("output.LayerNorm", "h"),
}


def their_names(layers: int) -> dict[str, str]:
    """Return the name in transformers of each of our parameters."""
    modules = {ours: theirs for ours, (theirs, _) in OUTSIDE.items()}
    for n in range(layers):
        modules |= {
            f"layers.{n}.{ours}": f"encoder.layer.{n}.{theirs}" for ours, (theirs, _) in INSIDE.items()
        }
    tables = [ours for ours, (_, shape) in OUTSIDE.items() if shape[0] in "vpt"]
    return {
        f"{ours}.{kind}": f"{theirs}.{kind}"
        for ours, theirs in modules.items()
        for kind in ("weight", "bias")
        if not (kind == "bias" and ours in tables)
    }


def _shape(name: str) -> str:
    """Return the shape of one of our parameters, as letters."""
    module, kind = re.sub(r"^layers\.\d+\.", "", name).rsplit(".", 1)
    shape = (OUTSIDE | INSIDE)[module][1]
    return shape[0] if kind == "bias" else shape


def why(name: str, found: dict[str, str], expected: dict[str, str]) -> str:
    """Say what is wrong with the name that an answer gives for `name`."""
    theirs, right = found[name], expected[name]
    if theirs == name:
        return "this is still our name"
    if theirs == "bert." + right:
        return "in BertModel itself no name begins with bert."
    if right in (theirs + ".weight", theirs + ".bias"):
        return "the last part, weight or bias, is lost"
    if re.sub(r"\d+", "", theirs) == re.sub(r"\d+", "", right):
        if all(re.search(r"\d\d", ours) for ours in expected if found[ours] != expected[ours]):
            return "the numbers 0 to 9 come out right; a layer's number can have two digits"
        return "that is another layer; both sides count from 0"
    owners = {value: key for key, value in expected.items()}
    if theirs in owners:
        other = owners[theirs]
        same = _shape(other) == _shape(name)
        fits = "Both have the same shape, so loading it reports nothing" if same else "Its shape does not fit"
        return f"that is the place of {other}. {fits}"
    pieces = theirs.split(".")
    known = {part for value in expected.values() for part in value.split(".")}
    unknown = [part for part in pieces if part not in known]
    if unknown:
        return (
            f"no name of transformers has the part {unknown[0]!r}. Did a part stay as it was, "
            "or did a replacement hit inside a longer word?"
        )
    if any(one == other for one, other in itertools.pairwise(pieces)):
        return "a part stands there twice: did a replacement hit what an earlier one had made?"
    return "all its parts occur in transformers, but not in this order: is one missing, or one too many?"
