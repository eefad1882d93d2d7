"""Answers to exercises 4 and 5 of lesson 09, classification: ranks and seeds."""

import math
from statistics import fmean, median, pstdev, stdev

import numpy
import torch

# Exercise 4


def by_counting(values):
    """Right, counted from 0."""
    return [sum(b < a for b in values) + (values.count(a) - 1) / 2 for a in values]


def by_numpy(x, y):
    return numpy.corrcoef(by_counting(x), by_counting(y))[0, 1]


def in_order(values):
    return [sorted(range(len(values)), key=values.__getitem__).index(i) + 1 for i in range(len(values))]


def lowest(values):
    return [sorted(values).index(value) + 1 for value in values]


def highest(values):
    return [sum(b <= a for b in values) for a in values]


def dense(values):
    return [sorted(set(values)).index(value) for value in values]


def downwards(values):
    return by_counting([-value for value in values])


def order(values):
    return torch.tensor(values).argsort(stable=True) + 1


def pearson(x, y):
    return torch.corrcoef(torch.tensor([x, y], dtype=torch.float64))[0, 1]


def through(rank):
    return lambda x, y: pearson(list(map(float, rank(x))), list(map(float, rank(y))))


def shortcut(x, y):
    x, y = by_counting(x), by_counting(y)
    n = len(x)
    return 1 - 6 * sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / (n * (n * n - 1))


def mixed(x, y):
    x, y = by_counting(x), by_counting(y)
    return numpy.cov(x, y, bias=True)[0, 1] / (stdev(x) * stdev(y))


def other_mix(x, y):
    x, y = by_counting(x), by_counting(y)
    return numpy.cov(x, y)[0, 1] / (pstdev(x) * pstdev(y))


def no_means(x, y):
    return torch.cosine_similarity(torch.tensor(by_counting(x)), torch.tensor(by_counting(y)), dim=0)


def constant(x, y):
    x, y = by_counting(x), by_counting(y)
    return numpy.cov(x, y)[0, 1]


def ranked(fragment, answer):
    return answer, by_numpy, fragment


def related(fragment, answer):
    return by_counting, answer, fragment


RANK_CORRELATION = {
    "ranks in order": ranked("by their place in the list", in_order),
    "lowest ranks": ranked("the lowest of their ranks", lowest),
    "highest ranks": ranked("the highest of their ranks", highest),
    "dense ranks": ranked("without gaps", dense),
    "argsort": ranked("this is the order, what stands where", order),
    "downwards": ranked("the largest value gets the smallest rank", downwards),
    "the values": ranked("these are the values themselves", list),
    "one rank": ranked("the shape is (), expected is (6,)", lambda values: 3),
    "no return of ranks": ranked("is a `return` missing?", lambda values: None),
    "from 2": ranked("found 5", lambda values: [rank + 2 for rank in by_counting(values)]),
    "Pearson": related("Pearson's correlation, not Spearman's", pearson),
    "shortcut": related("holds only where no two values are equal", shortcut),
    "ranks in order, then Pearson": related("by their place in the list", through(in_order)),
    "lowest ranks, then Pearson": related("the lowest of their ranks", through(lowest)),
    "dense ranks, then Pearson": related("without gaps", through(dense)),
    "argsort, then Pearson": related("this is the order, what stands where", through(order)),
    "one ranked": related("both need ranks", lambda x, y: pearson(by_counting(x), y)),
    "n and n - 1": related("divide both alike", mixed),
    "n - 1 and n": related("divide both alike", other_mix),
    "covariance": related("divide by both standard deviations", constant),
    "no means": related("the cosine of the ranks", no_means),
    "no sign": related("the sign is lost", lambda x, y: abs(by_numpy(x, y))),
    "square": related("the square of the correlation", lambda x, y: by_numpy(x, y) ** 2),
    "table": related("the shape is (2, 2)", lambda x, y: numpy.corrcoef(by_counting(x), by_counting(y))),
    "no return": related("is a `return` missing?", lambda x, y: None),
    "one argument": related("cannot be called with 2 arguments", lambda x: 1.0),
}

# Exercise 5


def in_torch(first, second):
    """Right, with torch."""
    d = torch.tensor(first, dtype=torch.float64) - torch.tensor(second, dtype=torch.float64)
    return d.mean(), d.std(), (d.sign() == -d.mean().sign()).double().mean()


def seeds(fragment, mean=fmean, deviation=stdev, share=None):
    """Return an answer made of functions of the differences; the share gets both lists as well."""

    def answer(first, second):
        d = [one - other for one, other in zip(first, second, strict=True)]
        opposite = in_torch(first, second)[2] if share is None else share(d, first, second)
        return mean(d), deviation(d), opposite

    return answer, fragment


def turned(function):
    """Return right numbers changed by `function`."""
    return lambda first, second: function(*in_torch(first, second), first, second)


def strangers(d, first, second):
    reversed_order = [(a - b) * fmean(d) < 0 for a in first for b in second]
    return sum(reversed_order) / len(reversed_order)


FIVE_SEEDS = {
    "second minus first": (turned(lambda m, s, r, *both: (-m, s, r)), "the second setting is taken off"),
    "absolute differences": seeds("the signs of the differences are lost", mean=lambda d: fmean(map(abs, d))),
    "sum": seeds("this is the sum", mean=sum),
    "median": seeds("this is the median", mean=median),
    "best scores": (
        turned(lambda m, s, r, a, b: (max(a) - max(b), s, r)),
        "the difference of the best scores",
    ),
    "first seed": seeds("the first seed only", mean=lambda d: d[0]),
    "divided by n": seeds("divide by n − 1", deviation=pstdev),
    "variance": seeds("a root is missing", deviation=lambda d: stdev(d) ** 2),
    "variance with n": seeds("n − 1, and a root", deviation=lambda d: pstdev(d) ** 2),
    "standard error": seeds("the error of the mean", deviation=lambda d: stdev(d) / len(d) ** 0.5),
    "two deviations": (
        turned(lambda m, s, r, a, b: (m, math.hypot(stdev(a), stdev(b)), r)),
        "the settings are taken apart",
    ),
    "difference of deviations": (
        turned(lambda m, s, r, a, b: (m, stdev(a) - stdev(b), r)),
        "the settings are taken apart",
    ),
    "mean distance": seeds("the mean distance", deviation=lambda d: fmean(abs(x - fmean(d)) for x in d)),
    "range": seeds("this is the range", deviation=lambda d: max(d) - min(d)),
    "mean not taken off": seeds(
        "the mean is not taken off", deviation=lambda d: (sum(x * x for x in d) / (len(d) - 1)) ** 0.5
    ),
    "the same order": seeds(
        "the share of the same order", share=lambda d, *both: fmean(x * fmean(d) > 0 for x in d)
    ),
    "equal counts": seeds("so it does not count", share=lambda d, *both: fmean(x * fmean(d) <= 0 for x in d)),
    "equal left out": seeds(
        "divide by all of them",
        share=lambda d, *both: fmean(x * fmean(d) < 0 for x in d if x),
    ),
    "first always ahead": seeds(
        "the order of the means is not looked at", share=lambda d, *both: fmean(x < 0 for x in d)
    ),
    "a number": seeds("divide it by all seeds", share=lambda d, *both: sum(x * fmean(d) < 0 for x in d)),
    "percent": (turned(lambda m, s, r, *both: (m, s, 100 * r)), "this is a percentage"),
    "every pair": seeds("compare those of the same seed", share=strangers),
    "below the mean": seeds(
        "held against their mean", share=lambda d, *both: fmean((x - fmean(d)) * fmean(d) < 0 for x in d)
    ),
    "other order of the three": (turned(lambda m, s, r, *both: (s, m, r)), "the mean difference"),
    "two of three": (turned(lambda m, s, r, *both: (m, s)), "should return 3 things"),
    "a list of differences": seeds("the shape is (5,), expected is ()", mean=list),
    "no return": (lambda first, second: None, "is a `return` missing?"),
}

SOLUTIONS = {
    "rank_correlation": (by_counting, by_numpy),
    "five_seeds": (in_torch,),
}
ALL = [RANK_CORRELATION, FIVE_SEEDS]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
