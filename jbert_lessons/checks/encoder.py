"""Checks of lesson 06: feed-forward, layers, the stack, counting. The references are written apart."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from jbert_lessons.checks import parameters, stacks
from jbert_lessons.checks.compare import ask, check_number, compare, parts
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "06_encoder"


@exercise(
    LESSON,
    1,
    hints=(
        "print gelu of -1, 0 and 1. They are -0.16, 0 and 0.84. Which shape has each of the five inputs?",
        "Φ(x) is half of 1 plus erf, and what goes into erf is divided by √2. In feed_forward: a product, a "
        "bias, GELU, a product, a bias. A weight (out, in) has to be turned before x (..., in) meets it.",
    ),
)
def feed_forward(gelu, forward):
    """The answers: gelu, and (x, widen, widen_bias, narrow, narrow_bias) → x of the same shape."""
    x = torch.linspace(-6, 6, 97, dtype=torch.float64)
    for inputs in (x, x[:96].reshape(2, 4, 12).float(), torch.tensor([-300.0, -30.0, 0.0, 300.0])):
        expected = torch.tensor([v * math.erfc(-v / math.sqrt(2)) / 2 for v in inputs.flatten().tolist()])
        mistakes = [("gelu: " + why, wrong(inputs)) for why, wrong in stacks.GELUS.items() if why]
        smallest, largest = (f"{end.item():g}" for end in (inputs.min(), inputs.max()))
        what = f"gelu of {inputs.numel()} numbers from {smallest} to {largest}"
        compare(ask(gelu, inputs), expected.reshape(inputs.shape), what, mistakes)
    generator = torch.Generator().manual_seed(1)
    for *shape, hidden, inner in [(2, 3, 4, 4), (2, 3, 4, 16), (5, 6, 3), (3, 7), (1, 2, 3, 8, 2)]:
        sizes = [(*shape, hidden), (inner, hidden), (inner,), (hidden, inner), (hidden,)]
        inputs = [torch.randn(size, generator=generator) for size in sizes]
        found = ask(forward, *inputs)
        every = stacks.feed_forwards(*inputs)
        _, expected = next(every)
        what = f"feed_forward of x {sizes[0]} with widen {sizes[1]}"
        compare(found, expected, what, (("feed_forward: " + why, wrong) for why, wrong in every))


@exercise(
    LESSON,
    2,
    hints=(
        "read forward line by line. On which way does what attention found reach the output?",
        "a layer has two halves of the same build: a part, the residual, a LayerNorm. A residual adds what "
        "went into its own half. What goes into the second half?",
    ),
)
def buggy_layer(answer):
    """The answer is a class, built as answer(attention, hidden, intermediate) and called with x and mask."""
    generator = torch.Generator().manual_seed(2)
    for batch, length, hidden, inner in [(2, 4, 6, 10), (1, 5, 8, 8), (3, 2, 4, 16)]:
        modules = {
            "attention": stacks.Mixing(hidden),
            "attention_norm": nn.LayerNorm(hidden, eps=1e-12),
            "widen": nn.Linear(hidden, inner),
            "narrow": nn.Linear(inner, hidden),
            "feed_forward_norm": nn.LayerNorm(hidden, eps=1e-12),
        }
        reference = stacks.randomise(nn.ModuleDict(modules), generator)
        module = _build(answer, stacks.Mixing(hidden), hidden, inner, reference.state_dict())
        x = torch.randn(batch, length, hidden, generator=generator)
        mask = torch.arange(length) < torch.tensor([length - 1, length, 1])[:batch, None]
        found = ask(module.forward, x, mask)
        with torch.no_grad():
            every = stacks.layers(reference, x.double(), mask)
            _, expected = next(every)
            compare(found, expected, f"the output for x {tuple(x.shape)}", every)


@exercise(
    LESSON,
    3,
    hints=(
        "write down every tensor of one layer with its shape: there are 16. How many belong to attention?",
        "a linear layer has a matrix and a bias as long as its output; LayerNorm has two vectors. Attention "
        "has four linear layers, feed-forward two, and a layer two LayerNorms. Around the layers: three "
        "tables, one more LayerNorm, and the pooler, which is one linear layer.",
    ),
)
def count_parameters(millions, share, answer):
    """The answers: two predictions, and a function of six sizes → number of parameters with pooler."""
    mistakes = [
        ("these are the layers alone; the tables come on top", (80, 90)),
        ("this is about the table of tokens alone", (20, 26)),
        ("this is about one layer", (6.5, 8)),
        ("BERT large has so many", (300, 350)),
        ("count in millions: 1.5 for 1,500,000", (1e6, 1e12)),
    ]
    _check_near(millions, 109.48, 11, "your prediction of the millions", mistakes)
    mistakes = [("a share lies between 0 and 1; 0.5 is a half, 50 would be a percentage", (1.01, 100))]
    _check_near(share, 0.214, 0.06, "your prediction of the share", mistakes)
    names = "vocab_size", "hidden_size", "layers", "intermediate_size", "positions", "types"
    cases = [(1_000, 192, 3, 500, 100, 3), (50, 7, 1, 5, 9, 1), (50, 6, 0, 5, 9, 2)]
    published = [(2, 128), (4, 256), (4, 512), (8, 512), (12, 768), (24, 1_024)]  # tiny to large
    cases += [(30_522, hidden, layers, 4 * hidden, 512, 2) for layers, hidden in published]
    for sizes in [*cases, (32_768, 768, 12, 3_072, 512, 2)]:
        case = ", ".join(f"{name} {size:,}" for name, size in zip(names, sizes, strict=True))
        found = ask(answer, *sizes)
        every = parameters.counts(*sizes)
        _, expected = next(every)
        check_number(found, expected, f"for {case}", every)


@exercise(
    LESSON,
    4,
    hints=(
        "print rename of all names of one layer, one per line, and beside it the names of transformers.",
        "a name is a row of parts between dots, so name.split('.') keeps attention and attention_norm apart. "
        "Look each part, or each pair of parts, up in a table of yours; the layer's number is one part, "
        "however many digits it has.",
    ),
)
def rename_parameters(answer):
    """The answer is a function: the name of a parameter in Bert → its name in transformers' BertModel."""
    expected = parameters.their_names(layers=12)
    found = {}
    for name in expected:
        found[name] = ask(answer, name)
        if not isinstance(found[name], str):
            shown = (
                "nothing: is a `return` missing?" if found[name] is None else f"no text but {found[name]!r}"
            )
            raise Wrong(f"rename({name!r}) gives {shown}")
    wrong = [name for name in expected if found[name] != expected[name]]
    if wrong:
        raise Wrong(
            f"rename({wrong[0]!r}) gives {found[wrong[0]]!r}: {parameters.why(wrong[0], found, expected)}"
        )


@exercise(
    LESSON,
    5,
    hints=(
        "take one layer by hand: what does each form normalise, and what does it add? Where is final_norm?",
        "four steps: set old gradients to zero, send x through all layers, call backward on the loss, read "
        ".grad of the two weights. In the pre form a norm stands before each half and x itself is added; "
        "final_norm comes once, after the last layer. In the post form a norm stands after each addition.",
    ),
)
def gradient_norms(prediction, answer):
    """The answers: "post" or "pre", and (layers, final_norm, x, loss, form) → two gradient norms."""
    if prediction not in ("post", "pre"):
        raise Wrong(f'your prediction should be "post" or "pre", in quotes; it is {prediction!r}')
    generator = torch.Generator().manual_seed(5)
    for count, hidden in [(3, 4), (1, 6), (4, 6)]:
        layers = stacks.randomise(nn.ModuleList(stacks.Parts(hidden) for _ in range(count)), generator)
        for parameter in layers.parameters():
            parameter.grad = torch.ones_like(parameter)  # left over, as from an earlier backward
        final = stacks.randomise(nn.LayerNorm(hidden), generator)
        x, weight = torch.randn(2, 2, 5, hidden, generator=generator, dtype=torch.float64)

        def loss(output: Tensor, weight=weight) -> Tensor:
            return (output * weight).sum().square() + output.square().mean()

        for form in ("post", "pre", "post"):
            held = [layer.feed_forward.widen.weight.grad for layer in (layers[0], layers[-1])]
            held = [0 if gradient is None else gradient.clone() for gradient in held]
            found = parts(ask(answer, layers, final, x, loss, form), "the first norm", "the last norm")
            every = stacks.gradient_sizes(layers, final, x, loss, form == "pre", held)
            _check_sizes(found, every, f"the {form} form of {count} layer{'s' * (count > 1)}")
    if prediction == "pre":
        raise Wrong("your function is right, your prediction is not: compare the ratios that it measured")


def _check_near(found, right: float, off: float, what: str, mistakes: list[tuple[str, tuple]]) -> None:
    """Raise Wrong unless `found` is within `off` of what is right; mistakes are messages and their ranges."""
    number = found if isinstance(found, int | float) and not isinstance(found, bool) else math.nan
    if abs(number - right) <= off:
        return
    for message, (low, high) in mistakes:
        if low <= number <= high:
            raise Wrong(f"{what}: {message}")
    check_number(found, right, what, [])


def _check_sizes(found: tuple, every: Iterator[tuple[str, tuple]], case: str) -> None:
    """Raise Wrong unless the two norms found are the first of `every`; the others tell why."""

    def close(pair: tuple) -> bool:
        return all(math.isclose(one, other, rel_tol=1e-4) for one, other in zip(numbers, pair, strict=True))

    numbers = []
    for which, size in zip(("first", "last"), found, strict=True):
        try:
            numbers.append(float(size))
        except (TypeError, ValueError, RuntimeError):
            kind = f"a tensor of shape {tuple(size.shape)}" if isinstance(size, Tensor) else repr(size)
            raise Wrong(f"{case}: a number is expected for the {which} layer, not {kind}") from None
    _, right = next(every)
    if not close(right):
        for message, wrong in every:
            if close(wrong):
                raise Wrong(f"{case}: {message}")
        which = "last" if math.isclose(numbers[0], right[0], rel_tol=1e-4) else "first"
        raise Wrong(f"{case}: the gradient norm of the {which} layer is not right")


def _build(answer, attention: nn.Module, hidden: int, inner: int, state: dict[str, Tensor]) -> nn.Module:
    """Return a module of the learner's class with the given weights, in evaluation mode."""
    if not isinstance(answer, type) or not issubclass(answer, nn.Module):
        raise Wrong("hand over the class itself, an nn.Module, not an object made from it")
    if answer.forward is nn.Module.forward:
        raise Wrong("your class has no forward: is it indented as deep as __init__?")
    module = ask(answer, attention, hidden, inner)
    shapes = {name: tuple(x.shape) for name, x in module.state_dict().items()}
    if shapes != {name: tuple(x.shape) for name, x in state.items()}:
        raise Wrong(f"keep the parts of BuggyLayer and their sizes; yours are {', '.join(shapes)}")
    module.load_state_dict(state)
    return module.eval()
