"""Predictions and decisions for the checks of lesson 11, with what is right and what mistakes give.

All of it is counted by hand; nothing rests on the package.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

Mistakes = list[tuple[str, Callable]]


def tidy(text: str) -> str:
    """Return an answer as JSQuAD compares it: lower case, no 。 at the end, white space as one space."""
    while text.endswith("。"):
        text = text[:-1]
    return " ".join(text.lower().split())


def shared_characters(one: str, other: str) -> int:
    """Return how many characters two texts share, each as often as both have it."""
    return sum(min(one.count(c), other.count(c)) for c in set(one))


def f1(predicted: str, gold: str) -> float:
    """Return the F1 of characters of two texts as they stand."""
    shared = shared_characters(predicted, gold)
    return shared / ((len(predicted) + len(gold)) / 2) if predicted or gold else 1.0


def exact(predicted: str, gold: str) -> float:
    """Return 1 if the texts are equal."""
    return float(predicted == gold)


def best(score: Callable[[str, str], float], join: Callable = max, ours=tidy, golds=tidy) -> Callable:
    """Return the score of a prediction against several answers."""
    return lambda predicted, answers: join([score(ours(predicted), golds(answer)) for answer in answers])


def _as_it_stands(text: str) -> str:
    return text


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores)


def _ratio(shared: float, one: float, other: float) -> float:
    return 2 * shared / (one + other) if one + other else 1.0


def _of_words(predicted: str, gold: str) -> float:
    one, other = predicted.split(), gold.split()
    return _ratio(sum(min(one.count(w), other.count(w)) for w in set(one)), len(one), len(other))


def _one_by_one(predicted: str, gold: str) -> float:
    equal = sum(a == b for a, b in zip(predicted, gold, strict=False))
    return _ratio(equal, len(predicted), len(gold))


def joining(score: Callable[[str, str], float]) -> Mistakes:
    """Return what may go wrong with several answers, or with `tidy`, for this score of two texts."""
    untidy = "compare after tidy: JR and jr, 東京。 and 東京 are the same answer"
    return [
        (
            "that is the mean over the answers; one good answer is enough, so take the best",
            best(score, _mean),
        ),
        ("only the first answer counts; take the best of all", best(score, lambda scores: scores[0])),
        ("only the last answer counts; take the best of all", best(score, lambda scores: scores[-1])),
        ("the worst of the answers counts; take the best", best(score, min)),
        ("the scores of the answers are added up; take the best of them", best(score, sum)),
        (untidy, best(score, ours=_as_it_stands, golds=_as_it_stands)),
        (untidy + ": the answers need it, too", best(score, golds=_as_it_stands)),
        (untidy + ": the prediction needs it, too", best(score, ours=_as_it_stands)),
        ("that is a percentage; a share lies between 0 and 1", lambda p, a: 100 * best(score)(p, a)),
    ]


PART = "a part of an answer is not the answer: the texts must be equal"
EXACT: Mistakes = [
    *joining(exact),
    (PART, best(lambda p, g: float(p in g))),
    (PART, best(lambda p, g: float(g in p))),
    (PART, best(lambda p, g: float(p in g or g in p))),
    ("the same characters in another order are another answer", best(lambda p, g: float(f1(p, g) == 1))),
]
OFTEN = "a character counts as often as both texts have it (a multiset), "
SETS = OFTEN + "not once (a set)"
F1: Mistakes = [
    *joining(f1),
    (SETS, best(lambda p, g: _ratio(len(set(p) & set(g)), len(set(p)), len(set(g))))),
    (SETS, best(lambda p, g: _ratio(len(set(p) & set(g)), len(p), len(g)))),
    (OFTEN + "not for each time that it occurs in one", best(lambda p, g: _ratio(_in(p, g), len(p), len(g)))),
    (OFTEN + "not for each time that it occurs in one", best(lambda p, g: _ratio(_in(g, p), len(p), len(g)))),
    ("these are words between spaces; Japanese has none, so characters count", best(_of_words)),
    ("characters are compared place by place; where they stand does not matter", best(_one_by_one)),
    (
        "that is the precision, the share of the prediction; F1 needs the recall, too",
        best(lambda p, g: shared_characters(p, g) / max(1, len(p))),
    ),
    (
        "that is the recall, the share of the answer; F1 needs the precision, too",
        best(lambda p, g: shared_characters(p, g) / max(1, len(g))),
    ),
    (
        "that is the plain mean of precision and recall; F1 is 2 · precision · recall / (precision + recall)",
        best(lambda p, g: shared_characters(p, g) * (1 / max(1, len(p)) + 1 / max(1, len(g))) / 2),
    ),
    ("where is the factor 2 of F1?", lambda p, a: best(f1)(p, a) / 2),
    (
        "the shared characters are divided by those of either text; F1 divides twice them by both lengths",
        best(lambda p, g: shared_characters(p, g) / max(1, len(p) + len(g) - shared_characters(p, g))),
    ),
    ("that is the exact match; F1 also rewards an answer that is right in part", best(exact)),
    (
        "spaces between words are characters, too, once tidy has put them in order",
        lambda p, a: _no_space(p, a),
    ),
]
# Pairs in which both texts have something, and share something; then those that have not.
SCORED = [
    ("東京都", ["東京都"]),
    ("東京", ["東京都"]),
    ("首都は東京都", ["東京都"]),
    ("すもも", ["もも"]),
    ("もも", ["すもももも"]),
    ("もももも", ["すもも", "もも"]),
    ("平成10年", ["1998年", "平成10年", "平成"]),
    ("1998年", ["平成10年の3月", "1998年の3月", "98年"]),
    ("東京都。", ["京都", "東京"]),
    ("札幌。", ["札幌"]),
    ("jr東日本", ["東日本", "JR東日本。"]),
    ("New  York市", ["new york", "New York市の中心"]),
    ("都京東", ["東京都"]),
]
BARE = [("", [""]), ("", ["東京"]), ("東京", [""]), ("大阪", ["東京"]), ("大阪", ["東京", "名古屋", "大阪"])]


def _in(one: str, other: str) -> int:
    return sum(c in other for c in one)


def _no_space(predicted: str, answers: list[str]) -> float:
    return best(f1)(predicted.replace(" ", ""), [answer.replace(" ", "") for answer in answers])


class Questions(NamedTuple):
    """Questions with their leads, whether their best span is right, and whether they have an answer.

    `trap` says what a threshold has to get right here.
    """

    trap: str
    leads: list[float]
    right: list[bool]
    answerable: list[bool]


def decisions() -> Iterator[Questions]:
    """Yield questions for which a threshold is to be found."""
    for trap, leads, kinds in KINDS:
        yield Questions(trap, leads, [kind == "r" for kind in kinds], [kind != "n" for kind in kinds])
    draw = random.Random(4)
    for _ in range(30):
        kinds = draw.choices("rwn", weights=(4, 2, 3), k=draw.randint(2, 9))
        means = {"r": 3, "w": 1, "n": -1}
        leads = [round(draw.gauss(means[kind], 3), draw.choice([0, 1])) for kind in kinds]
        trap = "another threshold is better" if len(set(leads)) == len(leads) else EQUAL
        yield Questions(trap, leads, [kind == "r" for kind in kinds], [kind != "n" for kind in kinds])


EQUAL = "questions with the same lead are all answered or all not"
# What the case is there for; the leads; for each question r, a right best span, w, a wrong one, n, no answer.
KINDS = [
    ("another threshold is better", [5.0, 2.5, 3.5, -1.0, 0.5], "rwrnn"),
    ("here every question should be answered: go below all leads", [0.5, -3.0, -7.5], "rrr"),
    ("here no question should be answered: go as high as the largest lead", [9.0, 4.0, 12.5], "nnn"),
    ("the leads lie far out, where a fixed grid does not reach", [250.0, 140.5, 180.0, 190.0], "rnnr"),
    ("the leads lie close together, and a fixed step jumps over them", [0.012, 0.011, 0.014, 0.013], "nnrr"),
    (EQUAL, [2.0, 2.0, 2.0], "rrn"),
    (EQUAL, [2.0, 2.0, 2.0, -1.0], "rnnn"),
]


def decides_rightly(lead: float, threshold: float, right: bool, answerable: bool) -> bool:
    """Tell whether a decision is right: an answer where the lead exceeds the threshold, else none."""
    return right if lead > threshold else not answerable


# What a learner may have counted instead, with the same arguments.
MISCOUNTED = [
    ("only questions that have an answer count in your sum", lambda x, t, r, a: r and x > t),
    ("only questions without an answer count in your sum", lambda x, t, r, a: not a and not x > t),
    (
        "a wrong answer to a question that has one counts as right in your sum",
        lambda x, t, r, a: a if x > t else not a,
    ),
    (
        "in your sum silence is right where the best span is wrong, although the question has an answer",
        lambda x, t, r, a: r if x > t else not r,
    ),
    (
        "a question whose lead equals the threshold is not answered: > counts, not ≥",
        lambda x, t, r, a: r if x >= t else not a,
    ),
    (
        "a question is answered where its lead is above the threshold, not below",
        lambda x, t, r, a: r if x < t else not a,
    ),
    ("the fewest right decisions win", lambda x, t, r, a: -(r if x > t else not a)),
]


def rightly(rule: Callable, threshold: float, questions: Questions) -> int:
    """Return how many questions a threshold decides rightly by a rule."""
    columns = zip(questions.leads, questions.right, questions.answerable, strict=True)
    return sum(rule(lead, threshold, right, answerable) for lead, right, answerable in columns)


def most(rule: Callable, questions: Questions, outside: bool = True) -> int:
    """Return how many questions the best threshold decides rightly, of the leads and, with `outside`, all."""
    ends = [min(questions.leads) - 1, max(questions.leads) + 1] if outside else []
    return max(rightly(rule, threshold, questions) for threshold in [*ends, *questions.leads])
