"""What a loss, a selection of words and a rule on lengths give, rightly first, then by mistake."""

import math
import random
from collections.abc import Callable, Iterator
from itertools import pairwise, product

import torch
from torch import Tensor

from jbert_lessons.checks.compare import softmax
from jbert_lessons.checks.masks import IGNORED


def losses(logits: Tensor, labels: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield the loss, then what mistakes give, each alone, then two at once."""
    axes = {"": -1, "the softmax runs over the positions; it is over the vocabulary, the last axis": 1}
    axes["the softmax runs over the batch; it is over the vocabulary, the last axis"] = 0
    selected = labels != IGNORED
    counted = {"": selected}
    counted["id 0 is left out: a label of 0 is an id like any other, only -100 is left out"] = labels > 0
    wrong = "positions without a label count as well, as if {} were right there: padding moves such a mean"
    counted[wrong.format("id 0")] = selected | True
    if logits.shape[-1] >= -IGNORED:
        counted[wrong.format("the 100th id from the end")] = None
    signs = {"": -1, "the sign: a loss is minus the log of a probability": 1}
    signs["logarithms to base 2; natural ones, torch.log, are meant"] = -1 / math.log(2)
    positions = "the sum is divided by the number of all positions, so padding makes the loss smaller"
    rows = "rows with few selected positions weigh as much as rows with many: divide once, at the end"
    kinds = {
        "": lambda losses, which: losses[which].sum() / which.sum(),
        positions: lambda losses, which: losses[which].sum() / which.numel(),
        "this is the sum; divide by the number of selected positions": lambda x, which: x[which].sum(),
        "the sum is divided by the number of rows": lambda x, which: x[which].sum() / len(x),
        rows: lambda x, which: ((x * which).sum(1) / which.sum(1).clamp(min=1)).mean(),
        "one loss for each position; their mean is meant": lambda x, which: x * which,
    }
    choices = (axes.items(), counted.items(), signs.items(), kinds.items())
    for count, *ways in product(range(3), *choices):
        messages = [message for message, _ in ways if message]
        if len(messages) == count:
            axis, which, sign, kind = (way for _, way in ways)
            ids = labels % logits.shape[-1] if which is None else labels.clamp(min=0)
            losses = sign * softmax(logits, axis).log().gather(-1, ids[..., None]).squeeze(-1)
            text = "two mistakes: (1) {} (2) {}".format(*messages) if count == 2 else "".join(messages)
            yield text, kind(losses, selected | True if which is None else which)


def selections(draws: Tensor, starts: Tensor, rate: float) -> Iterator[tuple[str, Tensor]]:
    """Yield what is selected, then what mistakes select, all as booleans (batch, length)."""

    def each(choose: Callable[[Tensor, int], Tensor], word_starts: Tensor = starts) -> Tensor:
        """Return the draw that `choose` takes from its word's draws, for each piece of the word."""
        rows = []
        for row, row_starts in zip(draws, word_starts, strict=True):
            cuts = sorted({0, *row_starts.nonzero().flatten().tolist(), len(row)})
            rows += [torch.cat([choose(row[a:b], a).expand(b - a) for a, b in pairwise(cuts)])]
        return torch.stack(rows)

    first = each(lambda word, _: word[0])
    right = first < rate
    yield "", right
    yield "each piece has its own draw; all pieces of a word need that of its first piece", draws < rate
    yield "only first pieces are selected; the other pieces of their words belong to them", right & starts
    beyond = "the selection runs on into the next word, by one piece"
    yield beyond, right | torch.cat([right[:, :1] & False, right[:, :-1]], 1)
    least = "a word is selected as soon as any of its pieces is, so long words are selected more often"
    yield least, each(lambda word, _: word.min()) < rate
    most = "a word is selected only if all its pieces are, so long words are selected less often"
    yield most, each(lambda word, _: word.max()) < rate
    yield "the draw of the last piece decides; the first one's is meant", each(lambda w, _: w[-1]) < rate
    yield (
        "the mean of the draws decides, which is seldom near 0 in long words",
        each(lambda w, _: w.mean()) < rate,
    )
    yield "a draw equal to rate does not select: it must be below rate", first <= rate
    for opposite in (~right, first > rate):
        yield "turned round: a draw below rate selects", opposite
    lead = starts.cumsum(1) == 0  # pieces before the first start of their row
    before = torch.cat([first[:1, :1], first[:-1, -1:]])  # the last word of the row above
    wraps = "a row that begins without a start goes on with the word that ends the row above"
    yield wraps, torch.where(lead, before, first) < rate
    yield f"{wraps}, the first row with the last", torch.where(lead, first[:, -1:].roll(1, 0), first) < rate
    yield "pieces before the first start of a row are left out; they go with place 0", right & ~lead
    yield "pieces before the first start have draws of their own", torch.where(lead, draws, first) < rate
    same = starts[:1].expand_as(starts)
    yield "all rows are cut into the words of the first row", each(lambda word, _: word[0], same) < rate


def length_cases() -> Iterator[tuple[list[int], list[int]]]:
    """Yield lengths and labels, three long cases first: they tell mistakes apart."""
    draw = random.Random(5)
    ranges = {1: (20, 60), 0: (1, 25), 2: (50, 90)}  # of label 0 some are short, more are long
    labels = [draw.randrange(2) for _ in range(300)]
    lengths = [draw.randint(*ranges[label or draw.choice([0, 2, 2])]) for label in labels]
    yield lengths, labels
    yield [91 - length for length in lengths], labels
    labels = [int(draw.random() < 0.8) for _ in range(40)]
    yield [2, *(draw.randint(3, 20) for _ in labels), 21], [1, *labels, 0]
    cases = ["3 3 8:100", "9 2 7 4:0101", "5 1 6 2 9:11011", "4 4 4:011", "12 40 31 55 28:10011", "6:1"]
    cases += ["2 5 8:010", "1 2 3 4:1000", "7 8 9 10:1110", "2 9 3 9 4:11001"]
    for lengths, labels in (case.split(":") for case in cases):
        yield [int(length) for length in lengths.split()], [int(label) for label in labels]


def accuracies(lengths: list[int], labels: list[int]) -> Iterator[tuple[str, float]]:
    """Yield the best accuracy, then what mistakes give."""
    n, every = len(lengths), range(max(lengths) + 1)

    def hits(t: float, wanted: tuple[int, ...] = (0, 1)) -> int:
        """Return how many of the pairs with the wanted labels the rule gets right."""
        pairs = zip(lengths, labels, strict=True)
        return sum((length > t) == bool(label) for length, label in pairs if label in wanted)

    def best(rights: list[int], of: int = n) -> float:
        return max([*rights, *(of - right for right in rights)]) / of

    yield "", best([hits(t) for t in every])
    only = "only one direction is tried; 'label 1 if {}' may be the better rule"
    yield only.format("at most t"), max(hits(t) for t in every) / n
    yield only.format("longer than t"), max(n - hits(t) for t in every) / n
    inner = sorted(set(lengths))
    constant = "a rule that gives all pairs the same label counts, too: let t be below all lengths"
    for some in (inner[:-1], inner[1:-1]):
        yield constant, best([hits(t) for t in some]) if some else 0.0
    ones = sum(labels)
    one = (
        "this is the accuracy on the pairs of one label: some rule always gets all of those; count all pairs"
    )
    yield one, 1.0
    if 0 < ones < n:
        shares = [hits(t, (1,)) / ones / 2 + hits(t, (0,)) / (n - ones) / 2 for t in every]
        balanced = "this is the mean of two accuracies, one for each label; count all pairs alike"
        yield balanced, max([*shares, *(1 - share for share in shares)])
    yield "only one threshold is tried, the mean of the lengths; try them all", best([hits(sum(lengths) / n)])
    middle = sorted(lengths)[n // 2]
    yield "only one threshold is tried, the median of the lengths; try them all", best([hits(middle)])
    yield "this is how often one label comes; use the lengths", max(ones, n - ones) / n
