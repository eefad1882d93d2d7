"""Windows over a context for the checks of lesson 11: what is right, what slips give, what is at fault."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

Span = tuple[int, int]

# Count of tokens, size of a window, and how many two neighbours share. From the first on, slips differ.
SIZES = [(11, 6, 2), (10, 6, 2), (23, 8, 3), (6, 6, 2), (4, 6, 5), (7, 6, 5), (300, 110, 40), (1, 1, 0)]
SIZES += product((12, 13, 14, 15), (4, 7), (3, 0, 1))
IMPOSSIBLE = [
    (20, 6, 6, "the next window would start where this one does"),
    (20, 6, 7, "the next window would start before this one"),
    (3, 6, 6, "the next window would start where this one does; that holds for every number of tokens"),
    (20, 6, -1, "the tokens between two windows would be lost"),
]


def right_windows(count: int, size: int, shared: int) -> list[Span]:
    """Return the windows (first, last + 1) of a context."""
    windows = [(0, min(size, count))]
    while windows[-1][1] < count:
        first = windows[-1][1] - shared
        windows.append((first, min(first + size, count)))
    return windows


def mistakes(count: int, size: int, shared: int) -> Iterator[tuple[str, list[Span]]]:
    """Yield what may be wrong with windows, and the windows it gives: one mistake, then two."""
    step = size - shared
    steps = [
        ("", step),
        ("`shared` is what two neighbours have in common, not how far the next one starts", shared),
        ("the windows share nothing; the next one starts size - shared tokens further", size),
        ("the windows share one token too many", step - 1),
        ("the windows share one token too few", step + 1),
    ]
    stops = [
        ("", lambda first, step: first == 0 or first - step + size < count),
        ("only the first window is there", lambda first, step: first == 0),
        ("the last window adds nothing: it lies inside the one before", lambda first, step: True),
        (
            "the last stretch is lost: it needs a window, even if that is shorter",
            lambda first, step: first + size <= count,
        ),
    ]
    ends = [
        ("", lambda first: (first, min(first + size, count))),
        (
            "the second number is the place after the last token",
            lambda first: (first, min(first + size, count) - 1),
        ),
        ("the last window goes past the end of the context", lambda first: (first, first + size)),
        ("the second number is an end, not a length", lambda first: (first, min(size, count - first))),
        (
            "the last window is moved back to be full; it starts like all others and may be shorter",
            lambda first: (max(0, min(first, count - size)), min(first + size, count)),
        ),
    ]
    ways = list(product(steps, stops, ends))
    for number in (1, 2):
        for way in ways:
            messages = [message for message, _ in way if message]
            (_, pace), (_, goes_on), (_, window) = way
            if len(messages) == number and pace > 0:
                firsts = [first for first in range(0, count, pace) if goes_on(first, pace)]
                yield "; ".join(messages), [window(first) for first in firsts]


def faults(found: Any, count: int, size: int) -> Iterator[str]:
    """Yield what windows lack that every answer must have."""
    if not isinstance(found, list | tuple) or not all(map(_is_window, found)):
        return
    windows = [tuple(window) for window in found]
    lost = sorted(set(range(count)).difference(*(range(first, end) for first, end in windows)))
    if lost:
        yield f"token {lost[0]} is in no window"
    for first, end in windows:
        if not 0 <= first < end <= count:
            yield f"{(first, end)} is no stretch of tokens 0 to {count - 1}"
        if end - first > size:
            yield f"{(first, end)} has {end - first} tokens, more than {size}"
    for (first, end), (next_first, next_end) in pairwise(windows):
        if next_end <= end or next_first <= first:
            yield f"{(next_first, next_end)} adds nothing to {(first, end)}, or lies before it"


def _is_window(thing: Any) -> bool:
    numbers = isinstance(thing, list | tuple) and [isinstance(number, int) for number in thing]
    return numbers == [True, True]
