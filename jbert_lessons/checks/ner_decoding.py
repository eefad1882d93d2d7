"""Lesson 10's exercise 3: the best legal labels, by trying all of them, and every known way to miss them.

Scores are lists of one list for each token, with one number for each label.
"""

import itertools
from collections.abc import Callable
from random import Random

from jbert_lessons.checks.ner_cases import kind_of

Scores = list[list[float]]
Decoder = Callable[[Scores, list[str]], list[str]]
Allowed = Callable[[str, str], bool]


def legal(before: str, label: str) -> bool:
    """Tell whether a label may follow another one; `before` is empty at the start."""
    return not label.startswith("I-") or kind_of(before) == kind_of(label)


def illegal_move(labels: list[str]) -> str:
    """Return the first illegal move in words, nothing if there is none."""
    for place, (before, label) in enumerate(itertools.pairwise(["", *labels])):
        if not legal(before, label):
            return f"at token {place} {label} follows {before}" if before else f"{label} stands at the start"
    return ""


def total(labels: list[str], scores: Scores, names: list[str]) -> float:
    """Return the sum of the scores of these labels."""
    return sum(row[names.index(label)] for label, row in zip(labels, scores, strict=True))


def best_total(scores: Scores, names: list[str]) -> float:
    """Return the best total of legal labels: from the last token to the first, without the labels."""
    rest = dict.fromkeys(names, 0.0)  # what can still be gained after this label
    for row in reversed(scores[1:]):
        here = {name: score + rest[name] for name, score in zip(names, row, strict=True)}
        rest = {name: max(here[after] for after in names if legal(name, after)) for name in names}
    return max(s + rest[name] for name, s in zip(names, scores[0], strict=True) if legal("", name))


def drawn_scores(random: Random, length: int, kinds: tuple[str, ...]) -> tuple[Scores, list[str]]:
    """Return scores for `length` tokens and the names of their labels, in any order."""
    names = ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]
    random.shuffle(names)
    return [[random.gauss(0, 1) for _ in names] for _ in range(length)], names


def by_trying(allowed: Allowed, pick=max, first_token: int = 0) -> Decoder:
    """Return a function that tries all labels that are allowed. Only for short texts."""

    def decode(scores: Scores, names: list[str]) -> list[str]:
        paths: list[list[str]] = [[]]
        for _ in scores:
            paths = [
                [*path, name] for path in paths for name in names if allowed(path[-1] if path else "", name)
            ]
        counted = [[0.0] * len(names) if n < first_token else row for n, row in enumerate(scores)]
        return pick(paths, key=lambda path: total(path, counted, names)) if paths else []

    return decode


def each_best(scores: Scores, names: list[str]) -> list[str]:
    """Return the best label of each token, legal or not."""
    return [names[row.index(max(row))] for row in scores]


def _repaired(repair: Callable[[str], str], by_repaired: bool) -> Decoder:
    def decode(scores: Scores, names: list[str]) -> list[str]:
        labels: list[str] = []
        best = each_best(scores, names)
        for place, label in enumerate(best):
            before = (labels if by_repaired else best)[place - 1] if place else ""
            labels.append(label if legal(before, label) else repair(label))
        return labels

    return decode


def _step_by_step(scores: Scores, names: list[str]) -> list[str]:
    labels: list[str] = []
    for row in scores:
        before = labels[-1] if labels else ""
        labels.append(
            max((score, name) for score, name in zip(row, names, strict=True) if legal(before, name))[1]
        )
    return labels


def _tables(scores: Scores, names: list[str]) -> tuple[Scores, list[list[int]]]:
    """Return the best totals up to each token and, for each label, the number of the label before it."""
    low = -1e30
    totals = [[s if legal("", n) else low for s, n in zip(scores[0], names, strict=True)]]
    back = [[0] * len(names)]
    for row in scores[1:]:
        from_best = [
            max(range(len(names)), key=lambda i, n=name: totals[-1][i] if legal(names[i], n) else 2 * low)
            for name in names
        ]
        totals.append([totals[-1][i] + s for i, s in zip(from_best, row, strict=True)])
        back.append(from_best)
    return totals, back


def _way_back(last: Callable[[Scores, Scores], int], shift: int = 0, direction: int = -1) -> Decoder:
    """Return a Viterbi search that begins its way back at `last` and reads the pointers `shift` too early."""

    def decode(scores: Scores, names: list[str]) -> list[str]:
        totals, back = _tables(scores, names)
        way = [last(totals, scores)]
        for place in range(len(scores) - 1, 0, -1):
            way.append(back[place - shift][way[-1]])
        return [names[number] for number in way[::direction]]

    return decode


def _argmax(row: list[float]) -> int:
    return row.index(max(row))


def _end(totals: Scores, scores: Scores) -> int:
    return _argmax(totals[-1])


def _running(scores: Scores, names: list[str]) -> list[str]:
    return [names[_argmax(row)] for row in _tables(scores, names)[0]]


def _pointers_only(scores: Scores, names: list[str]) -> list[str]:
    return _way_back(_end)(scores, names)[:-1]


REPAIR = (
    "you take the best label of each token and repair what is illegal afterwards. Another label before it "
    "may cost less than the repair"
)
STEP = (
    "you go from left to right and take the best label that may follow the one before. A worse one now may "
    "open the way to a far better one"
)
LAST = "the way back does not begin at the last label with the best total"
ONLY_O = "an I- goes on only with its own kind: in yours I-人名 may follow B-地名"
MISTAKES: list[tuple[str, Decoder]] = [
    ("you take the best label of each token: that is greedy, and not always legal", each_best),
    *((REPAIR, _repaired(lambda label: "B-" + kind_of(label), flag)) for flag in (True, False)),
    *((REPAIR, _repaired(lambda label: "O", flag)) for flag in (True, False)),
    (STEP, _step_by_step),
    (
        "I- may stand at the start in yours: nothing is there that it could go on with",
        by_trying(lambda before, label: not before or legal(before, label)),
    ),
    (ONLY_O, by_trying(lambda before, label: not label.startswith("I-") or before not in ("", "O"))),
    (
        ONLY_O + ". And I- may stand at the start",
        by_trying(lambda before, label: not label.startswith("I-") or before != "O"),
    ),
    (
        "I- may follow O in yours: only B- or I- of its kind may stand before it",
        by_trying(lambda before, label: legal(before, label) or before == "O"),
    ),
    (
        "I- may follow B- in yours, but not I-: a name may be longer than two tokens",
        by_trying(lambda before, label: not label.startswith("I-") or before == "B-" + kind_of(label)),
    ),
    (
        "B- may only follow O in yours: names may touch",
        by_trying(
            lambda before, label: legal(before, label) and not (label[0] == "B" and before not in ("", "O"))
        ),
    ),
    (
        "every move is taken the wrong way round: which of the two labels comes first?",
        by_trying(lambda before, label: legal("", label) if not before else legal(label, before)),
    ),
    ("your labels have the lowest total: is there a min, or a minus sign, too many?", by_trying(legal, min)),
    ("the scores of the first token do not count in your totals", by_trying(legal, max, 1)),
    (LAST + ": yours begins with label 0", _way_back(lambda totals, scores: 0)),
    (
        LAST + ": yours is the best by the scores of the last token alone",
        _way_back(lambda totals, scores: _argmax(scores[-1])),
    ),
    (
        "the back-pointers are read one token too early: those of token t name the label of token t - 1",
        _way_back(_end, 1),
    ),
    ("the right labels come out backwards", _way_back(_end, direction=1)),
    (
        "you take the label with the best total at each token. It may belong to a path that is given up "
        "later: only the last label is chosen so, back-pointers tell the others",
        _running,
    ),
    (
        "the last label is missing. The way back begins with it, and each back-pointer adds the one before",
        _pointers_only,
    ),
]
