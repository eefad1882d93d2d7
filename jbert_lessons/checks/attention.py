"""Checks of lesson 05, attention. The references are float64, written apart from the package."""

import math
from itertools import permutations, product

import torch
from torch import Tensor, nn

from jbert_lessons.checks.compare import ask, check_number, check_sum, compare, parts, recognise, softmax
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "05_attention"
OUTPUT, WEIGHTS = "the output", "the weights"

# Axes before the last two, n queries, m keys, size d. In the first two even mixed-up axes fit each other.
SHAPES = [(4, 4, 4, 4), (3, 3, 3, 3, 3), (2, 3, 5, 8), (1, 1, 7, 4), (5, 1, 16), (2, 3, 4, 2, 9)]


@exercise(
    LESSON,
    1,
    hints=(
        "write down the shapes: query (n, d), key (m, d), scores (n, m). Which axis of scores counts keys?",
        "three steps. For the product the last two axes of the keys change places. The scores, not the "
        "weights, are divided by the square root of the size of one vector. The softmax makes the weights of "
        "one query sum to 1. Axes counted from the back (-1, -2) are right for any number of axes.",
    ),
)
def scaled_dot_product(answer):
    """The answer is a function (query, key, value) → (output, weights): softmax(Q Kᵀ / √d) V."""
    generator = torch.Generator().manual_seed(1)
    for *leading, n, m, d in SHAPES:
        query, key, value = _draw(generator, leading, n, m, d)
        expected = _weights(query, key)
        case = f" for query {tuple(query.shape)} and key {tuple(key.shape)}"
        output, weights = parts(ask(answer, query, key, value), OUTPUT, WEIGHTS)
        swapped = "the two results are in the other order: the output comes first, then the weights"
        mistakes = [(swapped, _mix(expected, value)), *_mistakes(query, key)]
        _check_weights(weights, expected, case, mistakes=mistakes)
        mistakes = [("the output mixes the keys; it should mix the values", _mix(expected, key))]
        if n == m:
            mistakes += [("the output adds up over the queries, not the keys", _mix(expected.mT, value))]
        compare(output, _mix(expected, value), OUTPUT + case, mistakes)
    query, key, value = torch.randint(-40, 41, (3, 2, 4, 4), generator=generator).float()
    _, weights = parts(ask(answer, query, key, value), OUTPUT, WEIGHTS)
    if isinstance(weights, Tensor) and weights.isnan().any():
        raise Wrong("scores in the hundreds give NaN: e¹⁰⁰ overflows float32; torch.softmax avoids this")
    compare(weights, _weights(query, key), "the weights for scores in the hundreds")


@exercise(
    LESSON,
    2,
    hints=(
        "what should the score of a padding position be, so that the softmax itself gives it the weight 0? "
        "And to which axis of the scores (batch, n, m) does the second axis of the mask (batch, m) belong?",
        "before the softmax, the scores at padding are replaced by a negative number so large that no real "
        "score comes near it; the smallest finite number of float32 will do, minus infinity will not. The "
        "mask needs a new axis in the middle, so that all queries of a sentence share that sentence's mask.",
    ),
)
def padding_mask(answer):
    """The answer: (query, key, value, mask) → (output, weights), mask (batch, m) true at tokens."""
    generator = torch.Generator().manual_seed(2)
    for rows in ["1100 1011 1000 0111", "111100 110000", "11100", "1 1 1", "1111 1111"]:
        mask = torch.tensor([[sign == "1" for sign in row] for row in rows.split()])
        query, key, value = _draw(generator, mask.shape[:1], 4 if len(mask) == 4 else 3, mask.shape[1], 4)
        expected = _weights(query, key, mask)
        case = f" for query {tuple(query.shape)} and mask {tuple(mask.shape)}"
        output, weights = parts(ask(answer, query, key, value, mask), OUTPUT, WEIGHTS)
        _check_weights(weights, expected, case, mask, _mistakes(query, key, mask))
        compare(output, _mix(expected, value), OUTPUT + case)
    mask = torch.tensor([[True, True, True, False, False], [True, False, True, False, True]])
    key = torch.where(mask, -23.0, -17.0)[..., None] + torch.randint(-1, 2, (2, 5, 4), generator=generator)
    query = torch.full((2, 3, 4), 5.0)
    _, weights = parts(ask(answer, query, key, torch.ones(2, 5, 4), mask), OUTPUT, WEIGHTS)
    case = " where the scores at padding are near -170 and those at tokens near -230"
    _check_weights(weights, _weights(query, key, mask), case, mask)
    mask = torch.tensor([[True, True, False], [False, False, False]])
    query, key, value = _draw(generator, mask.shape[:1], 3, 3, 4)
    output, weights = parts(ask(answer, query, key, value, mask), OUTPUT, WEIGHTS)
    if any(isinstance(found, Tensor) and not found.isfinite().all() for found in (output, weights)):
        reason = "somewhere 0 is divided by 0. Replace its scores by a finite number before the softmax"
        raise Wrong(f"a sentence that is nothing but padding gives NaN: {reason}")


@exercise(
    LESSON,
    3,
    hints=(
        "take one sentence of two positions, four numbers each, and two heads. Write down by hand which "
        "numbers head 0 gets. What does your function give?",
        "two steps each way. Splitting: first cut each position's own numbers into heads, which makes two "
        "axes of the last one; then positions and heads change places. Merging undoes the later step first.",
    ),
)
def split_and_merge_heads(split, merge):
    """The answers: (batch, length, hidden), heads → (batch, heads, length, hidden / heads), and back."""
    memory = "right shape, wrong contents. reshape reads the numbers as they lie in memory, so "
    for batch, length, heads, size in [(2, 3, 4, 5), (1, 2, 3, 4), (3, 4, 4, 4), (2, 1, 6, 2), (2, 5, 1, 3)]:
        x = torch.arange(batch * length * heads * size).float().reshape(batch, length, -1)
        y = torch.stack([x[..., head * size : (head + 1) * size] for head in range(heads)], dim=1)
        turns = "the numbers are dealt out in turn; the first ones should all belong to head 0"
        what = f"split_heads for x {tuple(x.shape)} and {heads} heads: "
        mistakes = [
            (memory + "head 0 gets whole positions, not a part of each", x.reshape(y.shape)),
            (memory + "one vector gets numbers of several positions", x.mT.reshape(y.shape)),
            (turns, x.reshape(batch, length, size, heads).permute(0, 3, 1, 2)),
            ("positions stand before heads: these two axes should change places", y.transpose(1, 2)),
            ("the last two axes are swapped: positions come before a head's numbers", y.mT),
        ]
        compare(ask(split, x, heads), y, what.rstrip(": "), [(what + why, it) for why, it in mistakes])
        what = f"merge_heads for x {tuple(y.shape)}: "
        mistakes = [
            (memory + "a position gets numbers of other positions", y.reshape(x.shape)),
            (turns, y.permute(0, 2, 3, 1).reshape(x.shape)),
            ("four axes are left: the heads and their numbers should become one axis", y.transpose(1, 2)),
        ]
        for layout in (y, y.transpose(1, 2).contiguous().transpose(1, 2)):
            compare(ask(merge, layout), x, what.rstrip(": "), [(what + why, it) for why, it in mistakes])


@exercise(
    LESSON,
    4,
    hints=(
        "the weights mix the values of all positions; what follows should treat each position by itself. "
        "Write down the shape of every result in forward, with the names of the axes.",
        "in one line of forward the number of elements fits and the order of the axes does not. You met the "
        "same thing in exercise 3.",
    ),
)
def find_the_bug(answer):
    """The answer is a class that is built as answer(hidden, heads) and called with x and mask."""
    generator = torch.Generator().manual_seed(4)
    for batch, length, hidden, heads in [(2, 4, 24, 4), (2, 3, 12, 2), (1, 5, 6, 1), (3, 1, 8, 2)]:
        layers = {name: nn.Linear(hidden, hidden) for name in ("query", "key", "value", "output")}
        reference = nn.ModuleDict(layers).double()
        for parameter in reference.parameters():
            nn.init.normal_(parameter, std=0.5, generator=generator)
        x = torch.randn(batch, length, hidden, generator=generator)
        mask = torch.arange(length) < torch.tensor([max(1, length - 1), length, 1])[:batch, None]
        forward = _build(answer, hidden, heads, reference.state_dict())
        output, weights = parts(ask(forward, x, mask), OUTPUT, WEIGHTS)
        projected = (reference[name](x.double()) for name in ("query", "key", "value"))
        query, key, value = (torch.stack(whole.split(hidden // heads, -1), 1) for whole in projected)
        mask = mask[:, None]  # for all heads
        expected = _weights(query, key, mask)
        try:
            _check_weights(weights, expected, "", mask, _mistakes(query, key, mask))
        except Wrong as wrong:
            raise Wrong(f"BuggyAttention gets the weights right, your class does not: {wrong}") from None
        context = _mix(expected, value)
        merged = torch.cat(context.unbind(1), -1)
        mistakes = [
            ("the output is still that of BuggyAttention. Its weights are right", context.reshape(x.shape)),
            ("the numbers of the heads are dealt out in turn", context.permute(0, 2, 3, 1).reshape(x.shape)),
            ("the wrong two axes change places before the heads are joined", context.mT.reshape(x.shape)),
        ]
        mistakes = [(message, reference["output"](wrong)) for message, wrong in mistakes]
        mistakes += [("the heads are joined well, but the output projection is gone", merged)]
        compare(output, reference["output"](merged), OUTPUT, mistakes)


@exercise(
    LESSON,
    5,
    hints=(
        "the product of a matrix (a, b) with a matrix (b, c) takes a · b · c multiplications. Which of the "
        "three is the length, in each product?",
        "list the matrix products of one layer with their shapes: four projections, and two products in "
        "which positions meet each other. The heads only share out the hidden size among themselves.",
    ),
)
def cost_of_length(prediction_scores, prediction_projections, measured):
    """The answers: two factors, and a function (length, hidden) → (projections, scores and mix)."""
    mistakes = [
        ("twice as many queries, and each of them meets twice as many keys", 2),
        ("of the sizes n, d and m in (n, d) times (d, m), d stays as it is", 8),
        ("there is one score for each pair of positions, so longer texts have more", 1),
    ]
    check_number(prediction_scores, 4, "your prediction for the scores", mistakes)
    mistakes = [
        ("each position is projected by itself, it does not meet the others", 4),
        ("the matrices stay the same, but more positions pass through them", 1),
        ("of the sizes in (n, hidden) times (hidden, hidden) only n grows", 8),
    ]
    check_number(prediction_projections, 2, "your prediction for the projections", mistakes)
    for n, h in [(6, 20), (1, 8), (128, 768), (512, 64)]:
        case = f" for length {n} and hidden size {h}"
        projections, mix = parts(ask(measured, n, h), "the projections", "scores and mix")
        one = sum(h for _position in range(n) for _number in range(h))  # h products for each result
        pairs = sum(h for _query in range(n) for _key in range(n))
        mistakes = [
            ("there are more than query, key and value: what comes after the heads?", 3 * one),
            ("you counted one of them; how many are there?", one),
            ("you counted additions, too; only multiplications are asked for", 8 * one),
            ("a longer text passes more positions through them", 4 * h * h),
            ("each of the hidden results is a sum of hidden products", 4 * n * h),
            ("that is the count of scores and mix: are the two in the other order?", 2 * pairs),
        ]
        check_number(projections, 4 * one, "the projections" + case, mistakes)
        mistakes = [
            ("there are two products: after QKᵀ, the weights meet the values", pairs),
            ("each query meets each key, so the length counts twice", 2 * n * h),
            ("one score is a sum of products, one for each number of a vector", 2 * n * n),
        ]
        heads = "times too many. The heads share the hidden size: together they cost what one full head costs"
        mistakes += [(f"{k} {heads}", 2 * pairs * k) for k in range(2, h + 1)]
        check_number(mix, 2 * pairs, "scores and mix" + case, mistakes)


def _build(answer, hidden: int, heads: int, state: dict[str, Tensor]):
    """Return the forward function of the learner's class with the given weights."""
    if not isinstance(answer, type) or not issubclass(answer, nn.Module):
        raise Wrong("hand over the class itself, an nn.Module, not an object made from it")
    if answer.forward is nn.Module.forward:
        raise Wrong("your class has no forward: is it indented as deep as __init__?")
    module = ask(answer, hidden, heads)
    shapes = {name: tuple(x.shape) for name, x in module.state_dict().items()}
    if shapes != {name: tuple(x.shape) for name, x in state.items()}:
        raise Wrong(f"keep the layers of BuggyAttention and their sizes; yours are {', '.join(shapes)}")
    module.load_state_dict(state)
    return module.eval().forward


def _draw(generator: torch.Generator, leading: list | torch.Size, n: int, m: int, d: int) -> list[Tensor]:
    return [torch.randn(*leading, length, d, generator=generator) for length in (n, m, m)]


def _weights(query: Tensor, key: Tensor, mask: Tensor | None = None) -> Tensor:
    scores = torch.einsum("...nd,...md->...nm", query.double(), key.double()) / math.sqrt(query.shape[-1])
    return softmax(scores if mask is None else torch.where(mask[..., None, :], scores, -math.inf))


def _mix(weights: Tensor, value: Tensor) -> Tensor:
    return torch.einsum("...nm,...md->...nd", weights, value.double())


def _check_weights(weights, expected: Tensor, case: str, mask=None, mistakes=()) -> None:
    """Raise Wrong unless the weights are those expected, with the reason if it is a known one."""
    recognise(weights, expected, mistakes)
    if isinstance(weights, Tensor) and weights.shape == expected.shape and not weights.isnan().any():
        check_sum(weights, "queries", case)
        seen = 0.0 if mask is None else torch.where(mask[..., None, :], 0.0, weights).max().item()
        if seen > 1e-6:
            reason = "a score must be replaced by a very negative number before the softmax"
            raise Wrong(f"padding still gets a weight of {seen:.2g}{case}: {reason}")
    compare(weights, expected, WEIGHTS + case)


def _mistakes(query: Tensor, key: Tensor, mask: Tensor | None = None):
    """Yield wrong products, scales, masks and axes with the weights they give: each alone, then in pairs."""
    root, n, m = math.sqrt(query.shape[-1]), query.shape[-2], key.shape[-2]
    products = [("", query.double() @ key.double().mT)]
    if n == m:
        products += [("each row of your weights belongs to a key, not to a query", products[0][1].mT)]
    for order in permutations(range(key.ndim)) if len(set(key.shape)) == 1 else ():
        message = "other axes of the keys than the last two change places: count from the back (-1, -2)"
        if order == tuple(range(key.ndim)):
            message = "the keys are multiplied as they stand: swap their last two axes first"
        products += [(message, query.double() @ key.double().permute(order))]
    scales = [
        ("not scaled: where is the division by √d?", 1),
        ("divided by d; √d is meant", root**2),
        ("multiplied by √d; they should become smaller", 1 / root),
        *(("divided by √ of the text's length; d is the size of one vector", math.sqrt(x)) for x in (n, m)),
    ]
    if query.ndim == 4:
        scales += [("divided by √ of the hidden size; d is one head's size", root * query.shape[1] ** 0.5)]
    scales = [("", root, 1), *((f"the scores are {message}", before, 1) for message, before in scales)]
    scales += [("the division by √d comes after the softmax", 1, root)]
    message = "the softmax runs over the wrong axis: each query needs weights that sum to 1 over the keys"
    axes = [("", -1), *((message, axis) for axis in range(-query.ndim, -1))]
    for count, *ways in product((1, 2), products, scales, _masks(mask, n, m), axes):
        messages = [message for message, *_ in ways if message]
        if len(messages) == count:
            (_, scores), (_, before, after), (_, seen, number, kept), (_, axis) = ways
            weights = softmax(torch.where(seen, scores / before, number), axis) * kept / after
            yield messages[0] if count == 1 else "two mistakes: (1) {} (2) {}".format(*messages), weights


def _masks(mask: Tensor | None, n: int, m: int) -> list[tuple]:
    """Return ways to mask: a message, the scores that stay, what replaces the others, what times weights."""
    if mask is None:
        return [("", torch.tensor(True), 0, 1)]
    keys, queries = mask[..., None, :], mask[..., None]
    masks = [
        ("", keys, -1e30, 1),
        ("the mask does not change the weights: does its result go into the softmax?", keys | True, 0, 1),
        ("the mask acts after the softmax: the rows no longer sum to 1", keys | True, 0, keys),
        ("a score of 0 does not hide: e⁰ is 1, so padding still gets a share", keys, 0, 1),
        ("the mask is inverted: tokens are hidden and padding is seen", ~keys, -1e30, 1),
    ]
    for number in (0, -1e30, -math.inf) if n == m else ():
        message = "the mask hides queries (rows of the scores); it should hide keys (columns)"
        masks += [(message, queries, number, 1), (message + " only", keys & queries, number, 1)]
    if mask.ndim == 2 and len(mask) == n:
        masks += [("query i gets the mask of sentence i: add an axis between batch and keys", mask, -1e30, 1)]
    return masks
