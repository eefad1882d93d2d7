"""Lesson 09's correlations and seeds with every mistake that a check knows: what each would give."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from statistics import fmean, median, pstdev, stdev

from jbert_lessons.checks.stacks import ways

Numbers = list[float]

RANKS: dict[str, Callable[[Numbers], Numbers]] = {
    "": lambda x: [sum(b < a for b in x) + (sum(b == a for b in x) + 1) / 2 for a in x],
    "equal values get different ranks, by their place in the list; they share the mean of these ranks": (
        lambda x: [1.0 + sorted(range(len(x)), key=x.__getitem__).index(i) for i in range(len(x))]
    ),
    "equal values all get the lowest of their ranks; they share the mean of them": (
        lambda x: [1.0 + sum(b < a for b in x) for a in x]
    ),
    "equal values all get the highest of their ranks; they share the mean of them": (
        lambda x: [float(sum(b <= a for b in x)) for a in x]
    ),
    "the ranks are without gaps: after two equal values that share a rank, one rank is left out": (
        lambda x: [1.0 + sorted(set(x)).index(a) for a in x]
    ),
    "this is the order, what stands where after sorting. A rank says of each value where it lands": (
        lambda x: [1.0 + i for i in sorted(range(len(x)), key=x.__getitem__)]
    ),
    "these are the values themselves: Pearson's correlation, not Spearman's": lambda x: [float(a) for a in x],
}
DOWNWARDS = "the largest value gets the smallest rank; count from the smallest value on"


def ranks(values: Numbers) -> Iterator[tuple[str, Numbers]]:
    """Yield the ranks, rightly, from 1 and from 0, then by mistake."""
    for start in (0, 1):
        yield "", [rank - start for rank in RANKS[""](values)]
    for (message, rank), start in product(RANKS.items(), (0, 1)):
        yield message, [number - start for number in rank(values)]
        yield DOWNWARDS, [number - start for number in rank([-value for value in values])]


def _pearson(x: Numbers, y: Numbers) -> float:
    mean_x, mean_y = fmean(x), fmean(y)
    return _cosine([a - mean_x for a in x], [b - mean_y for b in y])


def _covariance(x: Numbers, y: Numbers) -> float:
    return fmean((a - fmean(x)) * (b - fmean(y)) for a, b in zip(x, y, strict=True))


def _shortcut(x: Numbers, y: Numbers) -> float:
    n = len(x)
    return 1 - 6 * sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / (n * (n * n - 1))


def _cosine(x: Numbers, y: Numbers) -> float:
    return _products(x, y) / math.sqrt(_products(x, x) * _products(y, y))


def _products(x: Numbers, y: Numbers) -> float:
    return math.fsum(a * b for a, b in zip(x, y, strict=True))


def correlations(x: Numbers, y: Numbers) -> Iterator[tuple[str, float]]:
    """Yield Spearman's correlation, rightly, then with one mistake, then two."""
    n = len(x)
    mixed = "one of the two sums is divided by n and the other by n − 1: divide both alike, or neither"
    forms = [
        ("", _pearson),
        (
            "1 − 6 Σd² / (n (n² − 1)) holds only where no two values are equal; with ties take Pearson's "
            "correlation of the ranks",
            _shortcut,
        ),
        (mixed, lambda a, b: _pearson(a, b) * (n - 1) / n),
        (mixed, lambda a, b: _pearson(a, b) * n / (n - 1)),
        ("the sign is lost; a correlation lies between −1 and 1", lambda a, b: abs(_pearson(a, b))),
        ("this is the square of the correlation", lambda a, b: _pearson(a, b) ** 2),
        ("this is the covariance; divide by both standard deviations", _covariance),
        (
            "this is the covariance; divide by both standard deviations",
            lambda a, b: _covariance(a, b) * n / (n - 1),
        ),
        ("the means are not taken off, so this is the cosine of the ranks", _cosine),
    ]
    kinds = [
        *RANKS.items(),
        ("one of the two is ranked, the other is not: both need ranks", None),
    ]
    for message, rank, form in ways(kinds, forms):
        if rank is None:
            yield message, form(RANKS[""](x), y)
            yield message, form(x, RANKS[""](y))
        else:
            yield message, form(rank(x), rank(y))
    one_less = [[number - 1 for number in RANKS[""](values)] for values in (x, y)]
    yield "the means are not taken off, so this is the cosine of the ranks", _cosine(*one_less)


# Scores of two settings, paired by seed, in hundredths.
PAIRED = [
    ([56, 57, 66, 71, 61], [60, 56, 66, 61, 61]),
    ([59, 72, 58, 70, 56], [61, 70, 58, 70, 67]),
    ([70, 72, 74, 71, 73], [61, 60, 66, 65, 59]),
    ([40, 41, 43, 80, 42], [44, 43, 45, 46, 44]),
    ([55, 60, 58, 57, 59, 52, 64, 61], [55, 57, 59, 55, 59, 53, 60, 58]),
    ([30, 80, 55, 64], [45, 62, 60, 68]),
]


def seed_means(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    """Yield the mean difference, rightly, then by mistake."""
    d = [a - b for a, b in zip(first, second, strict=True)]
    yield "", fmean(d)
    yield "the sign: the second setting is taken off the first", -fmean(d)
    yield "the signs of the differences are lost: no absolute values", fmean(map(abs, d))
    yield "this is the sum; divide by the number of seeds", sum(d)
    yield "this is the median; the mean is asked for", median(d)
    yield "this is the difference of the best scores; take the mean over all seeds", max(first) - max(second)
    yield "the difference of the first seed only", d[0]
    yield (
        "the sum is divided by the number of seeds minus 1; that belongs to the deviation",
        (sum(d) / (len(d) - 1)),
    )


def seed_deviations(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    """Yield the standard deviation of the differences, rightly, then by mistake."""
    d = [a - b for a, b in zip(first, second, strict=True)]
    n = len(d)
    apart = (
        "the settings are taken apart: first take the difference of each seed, then the deviation of these"
    )
    yield "", stdev(d)
    text = "the squares are divided by n; the seeds are a sample: divide by n − 1"
    yield text, pstdev(d)
    yield "this is the variance: a root is missing", stdev(d) ** 2
    yield "this is the variance, and the squares are divided by n: n − 1, and a root", pstdev(d) ** 2
    yield "this is the error of the mean; the deviation of single seeds is asked for", stdev(d) / n**0.5
    for spread in (stdev, pstdev):
        one, other = spread(first), spread(second)
        yield apart, (one**2 + other**2) ** 0.5
        yield apart, one - other
        yield apart, other - one
        yield apart, abs(one - other)
        yield apart, (one + other) / 2
        yield apart, ((one**2 + other**2) / 2) ** 0.5
        yield apart, spread([*first, *second])
        yield "the signs of the differences are lost: no absolute values", spread(list(map(abs, d)))
    yield (
        "this is the mean distance from the mean; take squares, and a root",
        fmean(abs(x - fmean(d)) for x in d),
    )
    yield (
        "the mean is not taken off the differences before they are squared",
        ((math.fsum(x * x for x in d) / (n - 1)) ** 0.5),
    )
    yield "this is the range, the largest minus the smallest", max(d) - min(d)


def seed_shares(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    """Yield the share of seeds that give the other order, rightly, then by mistake."""
    d = [a - b for a, b in zip(first, second, strict=True)]
    n, sign = len(d), math.copysign(1, fmean(d))
    other = sum(x * sign < 0 for x in d)
    yield "", other / n
    yield (
        "a seed on which both are equal gives no order, so it does not count as the other order",
        (sum(x * sign <= 0 for x in d) / n),
    )
    yield (
        "seeds on which both are equal are left out of the number of seeds; divide by all of them",
        (other / max(1, sum(x != 0 for x in d))),
    )
    text = "the order of the means is not looked at: here the second setting has the larger mean"
    yield text, sum(x < 0 for x in d) / n
    yield (
        "this is the share of the same order as the means; the other order is asked for",
        (sum(x * sign > 0 for x in d) / n),
    )
    text = "the order of the means is not looked at: here the first setting has the larger mean"
    yield text, sum(x > 0 for x in d) / n
    yield "this is a number of seeds; divide it by all seeds", other
    yield "a share lies between 0 and 1; this is a percentage", 100 * other / n
    text = "every score is held against every one of the other setting; compare those of the same seed"
    yield text, sum((a - b) * sign < 0 for a in first for b in second) / n**2
    text = "the differences are held against their mean; the question is which setting is ahead, so against 0"
    yield text, sum((x - fmean(d)) * sign < 0 for x in d) / n
    yield "the sum is divided by n − 1; divide by all seeds", other / (n - 1)
