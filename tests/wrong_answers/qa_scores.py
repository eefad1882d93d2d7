"""Answers to exercises 3 and 4 of lesson 11, question answering: scores and the threshold."""

import math
import statistics
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise

# Exercise 3


def tidy(text):
    return " ".join(text.lower().rstrip("。").split())


def scoring(score, join=max, ours=tidy, golds=tidy):
    return lambda predicted, answers: join(score(ours(predicted), golds(answer)) for answer in answers)


def equal(predicted, gold):
    return predicted == gold


def f1_of(predicted, gold, kind=Counter, lengths=len, empty=None):
    predicted, gold = kind(predicted), kind(gold)
    if not predicted or not gold:
        return float(predicted == gold) if empty is None else empty
    both = predicted & gold
    shared, one, other = (sum(x.values()) if kind is Counter else len(x) for x in (both, predicted, gold))
    if not shared:
        return 0.0
    precision, recall = shared / one, shared / other
    return 2 * precision * recall / (precision + recall)


def careless(predicted, gold):
    shared = sum((Counter(predicted) & Counter(gold)).values())
    precision, recall = shared / len(predicted), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def careful_if_empty(predicted, gold):
    return careless(predicted, gold) if predicted and gold else float(predicted == gold)


def share(of):
    def part(predicted, gold):
        shared = sum((Counter(predicted) & Counter(gold)).values())
        return shared / max(1, of(len(predicted), len(gold), shared))

    return part


def by_counts(predicted, gold):
    """Right: in one fraction."""
    shared = sum(min(predicted.count(c), gold.count(c)) for c in {*predicted, *gold})
    return 2 * shared / (len(predicted) + len(gold)) if predicted or gold else 1


def by_membership(predicted, gold):
    shared = sum(character in gold for character in predicted)
    return 2 * shared / (len(predicted) + len(gold)) if predicted or gold else 1.0


def by_blocks(predicted, gold):
    blocks = SequenceMatcher(None, predicted, gold, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) / (len(predicted) + len(gold) or 1)


def mean(scores):
    scores = list(scores)
    return sum(scores) / len(scores)


EXACT, F1 = scoring(equal), scoring(f1_of)
words_f1 = scoring(lambda predicted, gold: f1_of(predicted.split(), gold.split()))
ANSWER_SCORES = {
    "exact: mean": (scoring(equal, mean), F1, "that is the mean over the answers"),
    "exact: first answer": (scoring(equal, next), F1, "only the first answer counts"),
    "exact: not tidy": (scoring(equal, max, str, str), F1, "compare after tidy"),
    "exact: `in` the answers": (lambda p, answers: tidy(p) in answers, F1, "the answers need it, too"),
    "exact: a part": (scoring(lambda p, g: g in p), F1, "a part of an answer is not the answer"),
    "exact: order": (scoring(lambda p, g: sorted(p) == sorted(g)), F1, "in another order"),
    "exact: no return": (lambda p, answers: None, F1, "is a `return` missing?"),
    "set": (EXACT, scoring(lambda p, g: f1_of(p, g, set)), "not once (a set)"),
    "set over lengths": (
        EXACT,
        scoring(lambda p, g: 2 * len(set(p) & set(g)) / max(1, len(p) + len(g))),
        "not once (a set)",
    ),
    "membership": (EXACT, scoring(by_membership), "not for each time that it occurs in one"),
    "mean": (EXACT, scoring(f1_of, mean), "that is the mean over the answers"),
    "first answer": (EXACT, scoring(f1_of, next), "only the first answer counts"),
    "words": (EXACT, words_f1, "these are words between spaces"),
    "precision": (EXACT, scoring(share(lambda p, g, n: p)), "that is the precision"),
    "recall": (EXACT, scoring(share(lambda p, g, n: g)), "that is the recall"),
    "shared or": (EXACT, scoring(share(lambda p, g, n: p + g - n)), "F1 divides twice them by both"),
    "no factor 2": (EXACT, scoring(share(lambda p, g, n: p + g)), "where is the factor 2"),
    "plain mean": (
        EXACT,
        scoring(lambda p, g: (share(lambda p, g, n: p)(p, g) + share(lambda p, g, n: g)(p, g)) / 2),
        "the plain mean of precision and recall",
    ),
    "not tidy": (EXACT, scoring(f1_of, max, str, str), "compare after tidy"),
    "no spaces": (
        EXACT,
        scoring(f1_of, max, *[lambda text: tidy(text).replace(" ", "")] * 2),
        "spaces between words are characters",
    ),
    "places": (
        EXACT,
        scoring(lambda p, g: 2 * sum(map(str.__eq__, p, g)) / max(1, len(p) + len(g))),
        "place by place",
    ),
    "blocks": (EXACT, scoring(by_blocks), "character_f1('都京東', ['東京都']) should be 1"),
    "percent": (EXACT, lambda *texts: 100 * F1(*texts), "that is a percentage"),
    "exact match": (EXACT, EXACT, "that is the exact match"),
    "both empty 0": (EXACT, scoring(lambda p, g: f1_of(p, g, empty=0)), "('', ['']) should be 1"),
    "one empty 1": (
        EXACT,
        scoring(lambda p, g: f1_of(p, g, empty=1)),
        "should be 0, yours is 1: an empty text",
    ),
    "divides by 0": (EXACT, scoring(careless), "character_f1('', ['']) divides by 0"),
    "divides by no share": (EXACT, scoring(careful_if_empty), "('大阪', ['東京']) divides by 0"),
    "turned round": (F1, EXACT, "exact_match('東京', ['東京都']) should be 0, yours is 0.8"),
}

# Exercise 4


def best_of(rule, candidates, wanted=max):
    """Return best_threshold over candidates made of the leads, by a rule of its own."""

    def best_threshold(leads, right, answerable):
        columns = list(zip(leads, right, answerable, strict=True))
        return wanted(candidates(leads), key=lambda t: sum(rule(x, t, r, a) for x, r, a in columns))

    return best_threshold


def decided(x, t, r, a):
    return r if x > t else not a


def all_leads(leads):
    return [min(leads) - 1, *sorted(leads)]


def between(leads):
    ordered = sorted(leads)
    return [(one + other) / 2 for one, other in pairwise(ordered)] or ordered


def sweep(leads, right, answerable):
    """Right with different leads: goes down through the sorted questions, and cuts between equal ones."""
    order = sorted(range(len(leads)), key=lambda i: -leads[i])
    best, threshold, now = (now := sum(not a for a in answerable)), max(leads), now
    for rank, i in enumerate(order):
        now += right[i] - (not answerable[i])
        if now > best:
            best = now
            threshold = leads[order[rank + 1]] if rank + 1 < len(order) else leads[i] - 1
    return threshold


def number_of_right(leads, right, answerable):
    threshold = best_of(decided, all_leads)(leads, right, answerable)
    return sum(decided(*one) for one in zip(leads, [threshold] * len(leads), right, answerable, strict=True))


def by_infinity(leads, right, answerable):
    """Right: from minus infinity on, with the sums of the sorted questions counted anew each time."""
    best, threshold = -1, None
    for t in [-math.inf, *leads]:
        silent = [a for x, a in zip(leads, answerable, strict=True) if x <= t]
        spoken = [r for x, r in zip(leads, right, strict=True) if x > t]
        if spoken.count(True) + silent.count(False) > best:
            best, threshold = spoken.count(True) + silent.count(False), t
    return threshold


GRID = [step / 2 for step in range(-40, 41)]
NO_ANSWER_THRESHOLD = {
    "answerable only": (
        best_of(lambda x, t, r, a: r and x > t, all_leads),
        "only questions that have an answer",
    ),
    "unanswerable only": (
        best_of(lambda x, t, r, a: not a and x <= t, all_leads),
        "only questions without an answer count",
    ),
    "any span is right": (
        best_of(lambda x, t, r, a: a == (x > t), all_leads),
        "a wrong answer to a question that has one counts as right",
    ),
    "silence for wrong spans": (
        best_of(lambda x, t, r, a: r == (x > t), all_leads),
        "in your sum silence is right",
    ),
    "at least": (
        best_of(lambda x, t, r, a: r if x >= t else not a, sorted),
        "> counts, not ≥",
    ),
    "below": (best_of(lambda x, t, r, a: r if x < t else not a, sorted), "above the threshold, not below"),
    "the fewest": (
        best_of(decided, lambda leads: [*all_leads(leads)], min),
        "the fewest right decisions win",
    ),
    "never all": (best_of(decided, sorted), "here every question should be answered: go below all leads"),
    "never none": (
        best_of(decided, lambda leads: [min(leads) - 1, *between(leads)]),
        "here no question should be answered: go as high as the largest lead",
    ),
    "between only": (best_of(decided, between), "here every question should be answered"),
    "a grid": (
        best_of(decided, lambda leads: GRID),
        "the leads lie far out, where a fixed grid does not reach",
    ),
    "a wide grid": (
        best_of(decided, lambda leads: [step / 2 for step in range(-40, 600)]),
        "the leads lie close together, and a fixed step jumps over",
    ),
    "between equal leads": (sweep, "questions with the same lead are all answered or all not"),
    "always 0": (lambda leads, right, answerable: 0, "Right decisions with your threshold 0: "),
    "the mean": (
        lambda leads, right, answerable: statistics.mean(leads),
        "go below all leads. Right decisions with your threshold",
    ),
    "the number of right ones": (number_of_right, "that is how many decisions are right"),
    "a pair": (lambda *columns: (0.5, 3), "should be a number, not (0.5, 3)"),
    "NaN": (lambda *columns: math.nan, "should be a number, not nan"),
    "no return": (lambda *columns: None, "is a `return` missing?"),
}


SOLUTIONS = {
    "answer_scores": (
        lambda predicted, answers: any(tidy(predicted) == tidy(answer) for answer in answers),
        scoring(by_counts),
    ),
    "no_answer_threshold": (by_infinity,),
}
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [ANSWER_SCORES, NO_ANSWER_THRESHOLD], strict=True)
}
