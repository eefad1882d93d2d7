"""Answers to exercises 4 and 5 of lesson 07, objectives: pairs of sentences, and their lengths."""

import random
from itertools import pairwise
from pathlib import Path

import nbformat

from jbert_lessons.objectives import NEXT, RANDOM

SHEET = Path(__file__).parents[2] / "solutions" / "07_objectives.ipynb"

# Exercise 4


def from_all_others(documents, generator):
    """Right: chosen from the sentences of all other documents, the long ones more often."""
    pairs = []
    for document in documents:
        others = [sentence for other in documents if other is not document for sentence in other]
        for first, follower in pairwise(document):
            label = generator.choice([NEXT, RANDOM])
            pairs.append((first, generator.choice(others) if label == RANDOM else follower, label))
    return pairs


def edited(*edits):
    """Return buggy_pairs as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def buggy_pairs")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_pairs has no {old!r}")
        source = source.replace(old, new)
    names = {"NEXT": NEXT, "RANDOM": RANDOM, "random": random}
    exec(source, names)
    return names["buggy_pairs"]


buggy_pairs = edited()
BUG = "if other > number:"
FIXED = (BUG, "if other >= number:")
DRAW = "other = generator.randrange(len(documents) - 1)"
CHOICE = "second, label = generator.choice(documents[other]), RANDOM"
AGAIN = "\n                while other == number:\n                    other = "


def without(documents, generator):
    """Pairs as they are, but for those whose document hit itself."""
    place = {sentence: number for number, document in enumerate(documents) for sentence in document}
    found = buggy_pairs(documents, generator)
    return [pair for pair in found if pair[2] == NEXT or place[pair[0]] != place[pair[1]]]


def tells_the_truth(documents, generator):
    follower = {one: two for d in documents for one, two in pairwise(d)}
    return [(a, b, NEXT if b == follower[a] else RANDOM) for a, b, _ in buggy_pairs(documents, generator)]


def sorts_the_documents(documents, generator):
    documents.sort(key=len)
    return from_all_others(documents, generator)


NEIGHBOUR = (DRAW, "other = (number + 1) % len(documents)")
SKIP = "\n                if other == number:\n                    "
REPAIR_PAIRS = {
    "the function of the sheet": (edited(), "is labelled RANDOM, but"),
    "no gap at all": (edited((BUG, "if False:")), "is labelled RANDOM, but"),
    "gap on the other side": (edited((BUG, "if other <= number:")), "is labelled RANDOM, but"),
    "all numbers and a gap": (edited(FIXED, (" - 1)\n", ")\n")), "IndexError: list index out of range"),
    "begins at 1": (
        edited((DRAW, "other = 1 + generator.randrange(len(documents) - 1)"), (BUG, "if False:")),
        "is labelled RANDOM, but",
    ),
    "only the follower avoided": (
        edited(
            (
                CHOICE,
                "others = [s for s in documents[other] if s not in document[place : place + 2]]\n"
                "                second, label = generator.choice(others or documents[other - 1]), RANDOM",
            )
        ),
        "is labelled RANDOM, but both are from document",
    ),
    "the truth told afterwards": (tells_the_truth, "is labelled RANDOM, but both are from document"),
    "such pairs dropped": (without, "each sentence that another one follows should be first once"),
    "such pairs become NEXT": (
        edited((CHOICE, CHOICE + SKIP + "second, label = document[place + 1], NEXT")),
        "of the pairs are labelled RANDOM, half of them should be",
    ),
    "always the next document": (edited(NEIGHBOUR, (BUG, "if False:")), "never come from document"),
    "never the last document": (
        edited((DRAW, DRAW + AGAIN + "generator.randrange(len(documents) - 1)"), (BUG, "if False:")),
        "the random second parts for document A never come from document E",
    ),
    "the first sentence only": (
        edited(FIXED, (CHOICE, "second, label = documents[other][0], RANDOM")),
        "is never a random second part",
    ),
    "labels swapped": (
        edited(FIXED, ("NEXT", "0.5"), ("RANDOM", "NEXT"), ("0.5\n", "RANDOM\n")),
        "is labelled",
    ),
    "never random": (edited(FIXED, ("< 0.5", "< 2")), "all seeds give the same pairs"),
    "mostly next": (edited(FIXED, ("< 0.5", "< 0.9")), "of the pairs are labelled RANDOM"),
    "module random": (edited(FIXED, ("generator.random()", "random.random()")), "draw with generator"),
    "a seed inside": (
        lambda documents, generator: from_all_others(documents, random.Random(0)),
        "all seeds give the same pairs",
    ),
    "changes the documents": (sorts_the_documents, "changes the documents"),
    "pairs without labels": (lambda *x: [pair[:2] for pair in from_all_others(*x)], "a list of triples"),
    "labels in words": (lambda *x: [(a, b, "next") for a, b, _ in from_all_others(*x)], "a label is 'next'"),
    "a generator": (lambda *x: iter(from_all_others(*x)), "a list of triples"),
    "one pair only": (lambda *x: from_all_others(*x)[:1], "each sentence that another one follows"),
    "no return": (lambda documents, generator: None, "is a `return` missing?"),
}

# Exercise 5


def by_cuts(lengths, labels):
    """Right: sorted by length, cut between different lengths, both rules."""
    order = sorted(zip(lengths, labels, strict=True))
    best = 0
    for cut in range(len(order) + 1):
        if 0 < cut < len(order) and order[cut - 1][0] == order[cut][0]:
            continue
        right = sum(label == 0 for _, label in order[:cut]) + sum(label for _, label in order[cut:])
        best = max(best, right, len(order) - right)
    return best / len(order)


def trying(thresholds=lambda lengths: [0, *lengths], both=True, longer=1, kinds=(0, 1), mean=True):
    """Return best_threshold_accuracy with other thresholds, directions or labels that count."""

    def best(lengths, labels):
        pairs = [(length, label) for length, label in zip(lengths, labels, strict=True) if label in kinds]
        pairs = pairs or list(zip(lengths, labels, strict=True))
        found = [0]
        for t in thresholds(lengths):
            right = sum((length > t) == (label == longer) for length, label in pairs)
            found += [right, len(pairs) - right] if both else [right]
        return max(found) / (len(pairs) if mean else 1)

    return best


def of_each_label(lengths, labels):
    kinds = sorted(set(labels))
    found = []
    for t in [0, *lengths]:
        shares = [
            sum((length > t) == label for length, label in zip(lengths, labels, strict=True) if label == kind)
            / labels.count(kind)
            for kind in kinds
        ]
        found += [sum(shares) / len(kinds), 1 - sum(shares) / len(kinds)]
    return max(found)


def sorts_lengths(lengths, labels):
    lengths.sort()
    return by_cuts(lengths, labels)


def sorts_apart(lengths, labels):
    return by_cuts(sorted(lengths), labels)


def threshold(lengths, labels):
    return max(range(60), key=lambda t: sum((n > t) == k for n, k in zip(lengths, labels, strict=True)))


def without_length(lengths, labels):
    return max(sum(labels), len(labels) - sum(labels)) / len(labels)


LENGTH_LEAK = {
    "half predicted": (0.5, by_cuts, "half is right only if both labels are equally frequent"),
    "the other label predicted": (0.4, by_cuts, "a rule that always says NEXT gets"),
    "guessing predicted": (0.52, by_cuts, "this is guessing"),
    "percent predicted": (60, by_cuts, "give a share"),
    "1 predicted": (1, by_cuts, "no rule is always right if lengths tell nothing"),
    "a prediction in words": ("60 %", by_cuts, "a number is expected, not the str"),
    "only longer": (0.6, trying(both=False), "'label 1 if at most t' may be the better rule"),
    "only shorter": (0.6, trying(both=False, longer=0), "'label 1 if longer than t' may be the better"),
    "without the ends": (0.6, trying(lambda x: sorted(set(x))[:-1]), "the same label counts, too"),
    "without both ends": (0.6, trying(lambda x: sorted(set(x))[1:-1]), "the same label counts, too"),
    "pairs labelled 1 only": (0.6, trying(kinds=(1,)), "the accuracy on the pairs of one label"),
    "pairs labelled 0 only": (0.6, trying(kinds=(0,)), "the accuracy on the pairs of one label"),
    "mean of both labels": (0.6, of_each_label, "the mean of two accuracies"),
    "mean length": (0.6, trying(lambda x: [sum(x) / len(x)]), "the mean of the lengths"),
    "median length": (0.6, trying(lambda x: [sorted(x)[len(x) // 2]]), "the median of the lengths"),
    "without the lengths": (0.6, without_length, "how often one label comes"),
    "thresholds up to 10": (0.6, trying(lambda x: range(10)), "is not right"),
    "numbers of pairs": (0.6, trying(mean=False), "right pairs divided by all pairs"),
    "percent": (0.6, lambda *x: 100 * by_cuts(*x), "right pairs divided by all pairs"),
    "the threshold": (0.6, threshold, "right pairs divided by all pairs"),
    "with the threshold": (0.6, lambda *x: (by_cuts(*x), 3), "a number is expected, not a tuple of 2"),
    "lengths sorted in place": (0.6, sorts_lengths, "changes the lists"),
    "lengths sorted apart": (0.6, sorts_apart, "is not right"),
    "no return": (0.6, lambda lengths, labels: None, "a number is expected"),
}

SOLUTIONS = {
    "repair_pairs": (from_all_others,),
    "length_leak": (0.6, by_cuts),
}
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [REPAIR_PAIRS, LENGTH_LEAK], strict=True)
}
