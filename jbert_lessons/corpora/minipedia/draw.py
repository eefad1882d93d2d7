"""Draws that are the same on every platform and Python version: all of them from `random()` alone.

`random.Random(n).random()` is promised to stay as it is; `choice`, `sample` and `shuffle` are not.
"""

import random
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws, named by whole numbers and strings: the same keys give the same draws."""

    __slots__ = ("_keys", "random")

    def __init__(self, *keys: int | str):
        if not keys or any(type(key) not in (int, str) for key in keys):
            raise ValueError(f"keys {keys!r}: allowed are whole numbers and strings, at least one")
        self._keys = keys
        # repr keeps ("1", 2) and (1, "2") apart; hash() of a string differs from run to run.
        self.random = random.Random(int.from_bytes(sha256(repr(keys).encode()).digest()[:8], "big")).random

    def fork(self, *keys: int | str) -> "Draw":
        """Return a stream of its own that later draws from this one do not touch."""
        return Draw(*self._keys, *keys)

    def chance(self, p: float) -> bool:
        """Return True with probability `p`."""
        return self.random() < p

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        if low > high:
            raise ValueError(f"no whole number from {low} to {high}: allowed are low <= high")
        return low + int(self.random() * (high - low + 1))

    def choice(self, items: Sequence[T]) -> T:
        """Return one of `items`."""
        if not items:
            raise ValueError("nothing to choose from: allowed are sequences with at least one item")
        return items[int(self.random() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of `items`, each in proportion to its weight."""
        totals = list(accumulate(weights))
        if len(items) != len(totals) or not totals or totals[-1] <= 0:
            raise ValueError(f"{len(totals)} weights for {len(items)} items: allowed is one each, sum > 0")
        goal = self.random() * totals[-1]
        return items[next(i for i, total in enumerate(totals) if goal < total)]

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """Return `k` different places of `items`, in drawn order."""
        size = len(items)
        if not 0 <= k <= size:
            raise ValueError(f"a sample of {k} from {size} items: allowed are 0 to {size}")
        if 4 * k < size:  # few of many: drawing again is cheaper than a copy
            taken: dict[int, None] = {}
            while len(taken) < k:
                taken[int(self.random() * size)] = None
            return [items[place] for place in taken]
        pool = list(items)
        for place in range(k):
            other = place + int(self.random() * (size - place))
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:k]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return all `items` in drawn order."""
        return self.sample(items, len(items))
