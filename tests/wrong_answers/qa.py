"""Answers to exercises 1, 2 and 5 of lesson 11, question answering: spans and windows."""

import math
import unicodedata
from pathlib import Path

import nbformat
import torch

from jbert_lessons.text import normalize

SHEET = Path(__file__).parents[2] / "solutions" / "11_qa.ipynb"

# Exercise 1


def by_matrix(valid, score=lambda starts, ends: starts[:, None] + ends):
    """Return best_span over the pairs that `valid` allows, given rows i, columns j, inside and longest."""

    def best_span(starts, ends, inside, longest):
        places = torch.arange(len(inside))
        allowed = valid(places[:, None], places, inside, longest)
        return divmod(score(starts, ends).masked_fill(~allowed, -math.inf).argmax().item(), len(inside))

    return best_span


def allowed(i, j, inside, longest):
    return inside[:, None] & inside & (i <= j) & (j - i < longest)


right_span = by_matrix(allowed)


def changed(change):
    return lambda *inputs: change(*right_span(*inputs), inputs[2])


def two_maxima(starts, ends, inside, longest):
    return starts.argmax(), ends.argmax()


def two_maxima_inside(starts, ends, inside, longest):
    masked = (side.masked_fill(~inside, -math.inf) for side in (starts, ends))
    return tuple(side.argmax().item() for side in masked)


def start_first(starts, ends, inside, longest):
    start = starts.masked_fill(~inside, -math.inf).argmax().item()
    ends = ends.masked_fill(~inside, -math.inf)
    return start, start + ends[start : start + longest].argmax().item()


def from_zero(starts, ends, inside, longest):
    best, span = 0, (0, 0)
    for i in range(len(starts)):
        for j in range(i, min(i + longest, len(starts))):
            if inside[i] and inside[j] and starts[i] + ends[j] > best:
                best, span = starts[i] + ends[j], (i, j)
    return span


def in_place(starts, ends, inside, longest):
    starts[~inside] = -math.inf
    return right_span(starts, ends, inside, longest)


def probabilities(join):
    return lambda starts, ends: join(starts.softmax(0)[:, None], ends.softmax(0))


BEST_SPAN = {
    "two maxima": (two_maxima, "are looked for apart"),
    "two maxima in the context": (two_maxima_inside, "are looked for apart"),
    "the start first": (start_first, "the largest start is fixed first"),
    "end before start": (
        by_matrix(lambda i, j, inside, n: inside[:, None] & inside & (j - i < n)),
        "the end can stand before the start",
    ),
    "anywhere": (by_matrix(lambda i, j, inside, n: (i <= j) & (j - i < n)), "special tokens or the question"),
    "anywhere but [CLS]": (
        by_matrix(lambda i, j, inside, n: (i > 0) & (i <= j) & (j - i < n)),
        "special tokens or the question",
    ),
    "only the start inside": (
        by_matrix(lambda i, j, inside, n: inside[:, None] & (i <= j) & (j - i < n)),
        "the start is in the context, but the end need not be",
    ),
    "only the end inside": (
        by_matrix(lambda i, j, inside, n: inside & (i <= j) & (j - i < n)),
        "the end is in the context, but the start need not be",
    ),
    "one too long": (by_matrix(lambda i, j, inside, n: allowed(i, j, inside, n + 1)), "one token too many"),
    "one too short": (by_matrix(lambda i, j, inside, n: allowed(i, j, inside, n - 1)), "one token too few"),
    "any length": (by_matrix(lambda i, j, inside, n: allowed(i, j, inside, 99)), "`longest` does not count"),
    "product of logits": (by_matrix(allowed, lambda s, e: s[:, None] * e), "the logits are multiplied"),
    "sum of probabilities": (by_matrix(allowed, probabilities(torch.add)), "probabilities are added"),
    "the smallest": (by_matrix(allowed, lambda s, e: -s[:, None] - e), "the smallest sum wins"),
    "from 0": (from_zero, "does your search start from 0?"),
    "end after the last": (changed(lambda i, j, _: (i, j + 1)), "the place after the last token"),
    "turned round": (changed(lambda i, j, _: (j, i)), "the start comes first"),
    "in the context": (
        changed(lambda i, j, inside: (i - inside.tolist().index(True), j - inside.tolist().index(True))),
        "count from [CLS]",
    ),
    "start and length": (changed(lambda i, j, _: (i, j - i + 1)), "your second number is a length"),
    "the start only": (changed(lambda i, j, _: i), "yours is "),
    "changes the logits": (in_place, "changes its argument starts"),
    "no return": (lambda *inputs: None, "is a `return` missing?"),
}

# Exercise 2


def walking(step=lambda size, shared: size - shared, goes_on=None, check=True):
    """Return cut_windows with another step, and another rule for the windows after the first."""

    def cut_windows(count, size, shared):
        if check and not 0 <= shared < size:
            raise ValueError
        windows, first = [], 0
        while not windows or (goes_on(first, count, size) if goes_on else windows[-1][1] < count):
            windows.append((first, min(first + size, count)))
            first += step(size, shared)
        return windows

    return cut_windows


def each(change):
    return lambda count, *rest: [change(a, b, count, *rest) for a, b in walking()(count, *rest)]


def by_range(count, size, shared):
    if size <= shared or shared < 0:
        raise ValueError("the windows do not move on")
    return [[i, min(i + size, count)] for i in range(0, max(1, count - shared), size - shared)]


def asserting(count, size, shared):
    assert 0 <= shared < size
    return by_range(count, size, shared)


def never_moves(count, size, shared):
    first = 0
    while first < count:
        last = min(first + size, count)
    return [(first, last)]


def by_size_only(count, size, shared):
    if size == shared:
        raise ValueError
    return list(range(0, 1)) if shared > size else by_range(count, size, max(0, shared))


CUT_WINDOWS = {
    "shared as step": (walking(lambda size, shared: shared or size), "not how far the next one starts"),
    "shared as step, all": (
        walking(lambda size, shared: shared or size, lambda first, count, size: first < count),
        "not how far the next one starts; the last window adds nothing",
    ),
    "nothing shared": (walking(lambda size, shared: size), "the windows share nothing"),
    "one less shared": (walking(lambda size, shared: size - shared + 1), "one token too few"),
    "one more shared": (walking(lambda size, shared: max(1, size - shared - 1)), "one token too many"),
    "an extra window": (walking(goes_on=lambda first, count, size: first < count), "adds nothing"),
    "whole windows only": (
        walking(goes_on=lambda first, count, size: first + size <= count),
        "the last stretch is lost",
    ),
    "last included": (each(lambda a, b, *_: (a, b - 1)), "the place after the last token"),
    "past the end": (each(lambda a, b, count, size, shared: (a, a + size)), "goes past the end"),
    "lengths": (each(lambda a, b, *_: (a, b - a)), "not a length"),
    "moved back": (
        each(lambda a, b, count, size, shared: (max(0, min(a, count - size)), b)),
        "moved back to be full",
    ),
    "firsts only": (each(lambda a, *_: a), "item 0 should be (0, 6), yours is 0"),
    "the first window only": (lambda *sizes: walking()(*sizes)[:1], "only the first window is there"),
    "a hole": (lambda *sizes: walking()(*sizes)[::2], "token 6 is in no window"),
    "too long": (each(lambda a, b, count, size, _: (a, min(b + 1, count))), "has 7 tokens, more than 6"),
    "from behind": (lambda *sizes: walking()(*sizes)[::-1], "or lies before it"),
    "never ends": (never_moves, "does each window start further right?"),
    "endless for large shares": (walking(check=False), "6 shared: your loop never ends. Raise a ValueError"),
    "empty for large shares": (by_size_only, "7 shared: raise a ValueError, because"),
    "an assertion": (asserting, "would start where this one does. Yours is AssertionError"),
    "negative share": (
        lambda count, size, shared: walking(check=shared >= 0)(count, size, shared),
        "-1 shared: raise a ValueError, because the tokens between",
    ),
    "no return": (lambda *sizes: None, "is a `return` missing?"),
}

# Exercise 5


def edited(*edits):
    """Return buggy_answer_span as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def buggy_answer_span")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_answer_span has no {old!r}")
        source = source.replace(old, new)
    names = {"normalize": normalize}
    exec(source, names)
    return names["buggy_answer_span"]


BUG, START = "[start], end", "normalised.starts[start]"


def ending(end):
    return edited((BUG, f"[start], {end}"))


FIXED = ending("normalised.ends[end - 1]")


def by_groups(context, tokens, first, last):
    """Right, another way: normalises growing beginnings of the context, without the package's map."""
    normal = unicodedata.normalize("NFKC", context)
    position, offsets = 0, []
    for token in tokens:
        start = normal.index(token, position)
        position = start + len(token)
        offsets.append((start, position))
    lengths = [len(unicodedata.normalize("NFKC", context[:end])) for end in range(len(context) + 1)]
    start = max(place for place, length in enumerate(lengths[:-1]) if length <= offsets[first][0])
    end = min(place for place, length in enumerate(lengths) if length >= offsets[last][1])
    while end < len(context) and unicodedata.combining(unicodedata.normalize("NFKD", context[end])[0]):
        end += 1
    return start, end


def searching(context, tokens, first, last):
    answer = "".join(tokens[first : last + 1])
    start = context.index(answer)
    return start, start + len(answer)


def finding(context, tokens, first, last):
    answer = "".join(tokens[first : last + 1])
    start = context.find(answer)
    return start, start + len(answer)


def cut_out(context, tokens, first, last):
    start, end = FIXED(context, tokens, first, last)
    return context[start:end]


REPAIR_ANSWER_SPAN = {
    "the function of the sheet": (edited(), "the end still counts characters of the normalised text"),
    "both in the normalised text": (edited((START, "start")), "start and end count characters"),
    "the end after the answer": (ending("normalised.ends[end]"), "read from the character after the answer"),
    "the next start": (ending("normalised.starts[end]"), "the end is where the next character starts"),
    "the last start": (ending("normalised.starts[end - 1]"), "where the last character starts"),
    "one wide": (ending("normalised.starts[end - 1] + 1"), "taken to be one wide"),
    "first character of the last token": (
        ending("normalised.ends[offsets[last][0]]"),
        "the first character of the last token",
    ),
    "end of the first token": (
        ending("normalised.ends[offsets[first][1] - 1]"),
        "the end belongs to the first token",
    ),
    "last token left out": (
        edited(
            ("offsets[last]", "offsets[max(first, last - 1)]"), (BUG, "[start], normalised.ends[end - 1]")
        ),
        "the last token is left out",
    ),
    "length of the normalised answer": (
        ending("normalised.starts[start] + end - start"),
        "as long as the normalised answer",
    ),
    "searched in the original": (searching, "substring not found: what you look for is not in the text"),
    "found in the original": (finding, "In ㈱花子ﾊﾟﾝは㍻元年に札幌で開業した。 the tokens"),
    "the answer itself": (cut_out, "your span is '"),
    "index too large": (ending("normalised.ends[end + 99]"), "your code stopped with IndexError"),
    "no return": (lambda *inputs: None, "is a `return` missing?"),
}

SOLUTIONS = {
    "best_span": (right_span,),
    "cut_windows": (by_range,),
    "repair_answer_span": (by_groups,),
}
WRONG = {
    name: {title: ((answer,), fragment) for title, (answer, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [BEST_SPAN, CUT_WINDOWS, REPAIR_ANSWER_SPAN], strict=True)
}
