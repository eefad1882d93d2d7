"""Checks of lesson 10, names in text. A mistake is named when it explains all that an answer gave."""

import itertools
from collections.abc import Iterable
from copy import deepcopy
from random import Random
from typing import Any

import torch

from jbert_lessons.checks import ner_cases, ner_decoding, ner_scores
from jbert_lessons.checks.compare import ask, check_number, parts
from jbert_lessons.checks.compare_values import compare_values, same_value
from jbert_lessons.checks.exercise import Wrong, exercise, time_limit

LESSON = "10_ner"
LONG, SLOW = 40, 2.0  # tokens, seconds: a search that keeps only the best needs a fraction of it
HARD = [  # factors and offsets of the scores
    (300.0, 0.0, "with scores in the hundreds: are forbidden moves worse than any score? "),
    (1.0, -60.0, "where all scores are near -60: does a total begin with 0? "),
    (0.0, 1.0, "where all scores are equal: "),
]
NEAR = 0.01  # how far a prediction may be off: two decimals


@exercise(
    LESSON,
    1,
    hints=(
        "take one token and one span, and draw both on a line. When do they have a character in common? And "
        "what do you need to know about the tokens before it to choose between B- and I-?",
        "go through the tokens by their place in offsets. The mask decides first. Then look for the first "
        "span that begins before the piece ends, and ends after the piece begins. Remember which spans have "
        "had their B- already: that, and not a comparison of places, decides between B- and I-.",
    ),
)
def labels_from_offsets(answer):
    """The answer: (offsets, special, spans) → a BIO label for each token, IGNORED at special tokens."""
    random = Random(1)
    drawn = [ner_cases.drawn_pieces(random) for _ in range(60)]
    every = [*ner_cases.PIECES, *drawn]
    cases = [(*ner_cases.tokens(pieces, padding), spans) for pieces, spans, padding in every]
    shown = [
        f"for [CLS]/{pieces.replace('^', '㈱')}/[SEP]{'/[PAD]' * padding} and the spans {spans}"
        for pieces, spans, padding in every
    ]
    _judge(answer, cases, ner_cases.labellings(), [f"{case}, your labels" for case in shown])


@exercise(
    LESSON,
    2,
    hints=(
        "go through B-人名 I-人名 B-人名 O by hand. Which two things do you have to remember while a name is "
        "open, and what makes you write it down?",
        "a name is written down when the next label does not continue it: when that label is no I-, or one "
        "of another kind. Only then see whether the new label begins a name itself: everything but O "
        "does, if nothing is open. And when the loop is over, nobody has written down what is still open.",
    ),
)
def spans_from_labels(answer):
    """The answer: BIO labels → [(first, last + 1, kind), …], an I- without its B- begins a span."""
    random = Random(2)
    cases = [(list(labels),) for n in range(1, 5) for labels in itertools.product(ner_cases.LABELS, repeat=n)]
    cases += [(random.choices([*ner_cases.LABELS, "B-組織名", "I-組織名"], k=12),) for _ in range(20)]
    _judge(answer, cases, ner_cases.readings(), [f"for {' '.join(case)}, your spans" for (case,) in cases])
    try:
        found = ask(answer, [])
    except Exception as error:
        raise Wrong(f"for no labels at all, your code stopped with {type(error).__name__}: {error}") from None
    compare_values(found, [], "for no labels at all, your spans")


@exercise(
    LESSON,
    3,
    hints=(
        "take two ways that end in the same label of the same token. When may you forget the worse one? How "
        "many ways do you have to keep for each token, then?",
        "for each token keep two lists over the labels: the best total of a legal way that ends there, and "
        "the number of the label it came from. At the first token, I- gets minus infinity. Afterwards each "
        "label looks only at those labels that may stand before it. In the end choose the best last label "
        "and follow the numbers back to the first token.",
    ),
)
def legal_labels(answer):
    """The answer: (scores (length, labels), names) → the names of the legal labels with the best total."""
    random = Random(3)
    two = ner_cases.KINDS
    cases = [ner_decoding.drawn_scores(random, 1 + number % 4, two) for number in range(50)]
    results = [_labels_of(answer, *case) for case in cases]
    right = ner_decoding.by_trying(ner_decoding.legal)
    for message, decode in [("", right), *ner_decoding.MISTAKES]:
        if all(found == decode(*case) for found, case in zip(results, cases, strict=True)):
            if message:
                raise Wrong(message)
            break
    for found, case in zip(results, cases, strict=True):
        _check_best(found, *case)
    for factor, offset, what in HARD:
        scores, names = ner_decoding.drawn_scores(random, 6, two)
        scores = [[factor * score + offset for score in row] for row in scores]
        _check_best(_labels_of(answer, scores, names), scores, names, what)
    case = ner_decoding.drawn_scores(random, LONG, (*two, "組織名", "日付"))
    try:
        with time_limit(SLOW):
            found = _labels_of(answer, *case)
    except TimeoutError:
        raise Wrong(
            f"your function is right for short texts, but with {LONG} tokens it was still running after "
            f"{SLOW:g} seconds. Does it try every way, or compute the same totals again and again?"
        ) from None
    _check_best(found, *case)


def _labels_of(answer, scores: ner_decoding.Scores, names: list[str]) -> list[str]:
    """Return the labels that an answer finds. Raises Wrong if it is no list of names."""
    found = _ask(answer, torch.tensor(scores), names)
    if isinstance(found, list | tuple) and all(isinstance(label, str) for label in found):
        return list(found)
    if found is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    raise Wrong(f"return a list with the name of a label for each token; yours is {found!r}")


def _check_best(found: list[str], scores: ner_decoding.Scores, names: list[str], what: str = "") -> None:
    """Raise Wrong unless the labels are legal and no legal ones have a better total."""
    shown = " ".join(found) if len(found) <= 8 else " ".join(found[:8]) + " …"
    if len(found) != len(scores):
        raise Wrong(f"{what}{len(found)} labels for {len(scores)} tokens: {shown}")
    if strange := [label for label in found if label not in names]:
        raise Wrong(f"{what}{strange[0]}, in your labels {shown}, is none of the names")
    order = f"The names are {' '.join(names)}, in this order"
    if move := ner_decoding.illegal_move(found):
        raise Wrong(f"{what}your labels {shown} are not legal: {move}. {order}")
    total, best = ner_decoding.total(found, scores, names), ner_decoding.best_total(scores, names)
    if total < best - 1e-3:
        raise Wrong(
            f"{what}your labels {shown} are legal and have the total {total:.2f}; other legal ones have "
            f"{best:.2f}. {order}"
        )


@exercise(
    LESSON,
    4,
    hints=(
        "the experiment gives every sentence the predictions of its neighbour. Which of them are still hits, "
        "and what do those have in common with a true name?",
        "follow one tuple from the place where it is made to the line that counts the hits. What does it say "
        "about where the name stands, and what does it not say?",
    ),
)
def repair_entity_scores(answer):
    """The answer: (predicted, true), rows of BIO labels → (precision, recall, F1) over the entities."""
    cases = [ner_scores.drawn_rows(Random(seed), 1 + 2 * (seed % 6)) for seed in range(24)]
    names = ("precision", "recall", "F1")
    results = [parts(_ask(answer, *case), *names) for case in cases]
    swapped = "precision and recall have changed places: found names divide the precision, true ones recall"
    ways = [("", ner_scores.right), (swapped, lambda *rows: _swap(ner_scores.right(*rows)))]
    for message, evaluate in [*ways, *ner_scores.MISTAKES]:
        if same_value(results, [evaluate(*case) for case in cases]):
            if message:
                raise Wrong(message)
            break
    for found, case in zip(results, cases, strict=True):
        for name, number, right in zip(names, found, ner_scores.right(*case), strict=True):
            _check_share(number, right, f"{name} of {_show(*case)}")
    name, none = ["B-人名", "I-人名"], ["O", "O"]
    for case in [([none], [name]), ([name], [none]), ([none], [none])]:
        what = f"for {_show(*case)}"
        try:
            found = parts(_ask(answer, *case), *names)
        except ZeroDivisionError:
            raise Wrong(f"{what}: nothing can be divided by 0; the score is 0 then") from None
        for name_of, number in zip(names, found, strict=True):
            _check_share(number, 0.0, f"{what}, {name_of}")


def _swap(scores: ner_scores.Triple) -> ner_scores.Triple:
    return scores[1], scores[0], scores[2]


@exercise(
    LESSON,
    5,
    hints=(
        "for the predictions: of how many tokens is the label right? And how many of the names that the "
        "tagger found are true names from the first character to the last?",
        "both scores begin alike: for each sentence keep the places whose true label is not IGNORED, in both "
        "rows. The accuracy counts the places with equal labels. For the F1 read spans off both rows, put "
        "the number of the sentence with each, and count those that are in both: 2 · hits / (found + true).",
    ),
)
def accuracy_and_f1(counts, always_o, first_piece, token_accuracy, entity_f1):
    """The answers: what the sheet counted, two predicted pairs (accuracy, F1), and two functions."""
    tokens, outside, names, single = counts
    every = "your prediction for the tagger that always says O"
    accuracy, f1 = _pair(always_o, every)
    mistakes = [("O is a label as well, and mostly it is right", 0.0)]
    mistakes += [("this is the share of tokens in names, where the tagger is wrong", 1 - outside / tokens)]
    _check_near(accuracy, outside / tokens, f"{every}, token accuracy", mistakes)
    mistakes = [("this is its token accuracy. Which names does it find?", outside / tokens)]
    _check_near(f1, 0.0, f"{every}, entity F1", mistakes)
    every = "your prediction for the tagger of first pieces"
    accuracy, f1 = _pair(first_piece, every)
    mistakes = [
        ("its O is right outside of names, too", names / (tokens - outside)),
        (
            "this is the accuracy of always saying O; here one piece of each name is right as well",
            outside / tokens,
        ),
        ("this is the share of names of one piece; tokens are counted here", single / names),
    ]
    _check_near(accuracy, (outside + names) / tokens, f"{every}, token accuracy", mistakes)
    mistakes = [
        ("it finds the beginning of every name, but a hit is a name from its first to its last piece", 1.0),
        ("some names have only one piece, and those it finds whole", 0.0),
        ("this is its token accuracy. Which names does it find whole?", (outside + names) / tokens),
        ("this is the share of names that it does not find whole", 1 - single / names),
    ]
    _check_near(f1, single / names, f"{every}, entity F1", mistakes)
    cases = []
    for seed in range(24):
        random = Random(seed)
        cases.append(ner_scores.with_specials(random, *ner_scores.drawn_rows(random, 1 + 2 * (seed % 5))))
    ways = [("", ner_scores.token_accuracy), *ner_scores.ACCURACY_MISTAKES]
    what = "your token accuracy"
    _judge(token_accuracy, cases, ways, [f"{what} of {_show(*case)}" for case in cases], f"{what}: ")
    ways = [("", ner_scores.entity_f1), *ner_scores.f1_mistakes()]
    what = "your entity F1"
    _judge(entity_f1, cases, ways, [f"{what} of {_show(*case)}" for case in cases], f"{what}: ")
    for function, rows, what in [
        (token_accuracy, ([["O", "O"]], [[ner_cases.IGNORED] * 2]), "the accuracy where all is ignored"),
        (entity_f1, ([["O", "O"]], [["O", "O"]]), "the F1 where no name is found and none is true"),
    ]:
        try:
            compare_values(_ask(function, *rows), 0.0, what)
        except ZeroDivisionError:
            raise Wrong(f"{what}: nothing can be divided by 0; the score is 0 then") from None


def _pair(found: Any, what: str) -> tuple:
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong(f"{what} should be a pair of numbers, token accuracy and entity F1; it is {found!r}")
    return tuple(found)


def _check_near(found: Any, right: float, what: str, mistakes: Iterable[tuple[str, float]]) -> None:
    """Raise Wrong unless a predicted share is near what follows from the counts."""
    check_number(found, found, what)
    if abs(found - right) <= NEAR:
        return
    if not 0 <= found <= 1:
        raise Wrong(f"{what}: {found} is no share, which lies between 0 and 1")
    for message, wrong in mistakes:
        if abs(found - wrong) <= NEAR:
            raise Wrong(f"{what}: {message}")
    raise Wrong(f"{what}: {found} is not right; which of the four counts do you need?")


def _check_share(found: Any, right: float, what: str) -> None:
    check_number(found, found, what)
    compare_values(found, right, what)


def _show(predicted: ner_scores.Rows, true: ner_scores.Rows) -> str:
    if len(true) > 2:
        return f"{len(true)} sentences"
    ours, theirs = (" / ".join(" ".join(map(str, row)) for row in rows) for rows in (predicted, true))
    return f"{ours} where {theirs} is true"


def _judge(answer, cases: list[tuple], ways: ner_cases.Known, what: list[str], name: str = "") -> None:
    """Raise Wrong unless the answer gives in all cases what the first of `ways` gives."""
    ways = iter(ways)
    _, right = next(ways)
    results = [_ask(answer, *case) for case in cases]
    expected = [right(*case) for case in cases]
    if same_value(results, expected):
        return
    for message, wrong in ways:
        if all(same_value(found, wrong(*case)) for found, case in zip(results, cases, strict=True)):
            raise Wrong(name + message)
    for found, good, case in zip(results, expected, what, strict=True):
        compare_values(found, good, case)


def _ask(answer, *inputs) -> Any:
    given = deepcopy(inputs)
    found = ask(answer, *given)
    for old, new in zip(inputs, given, strict=True):
        if isinstance(old, list) and old != new:
            raise Wrong(
                "your function changes what it was given (as append, pop and an assignment to a place do), "
                "but the caller may need that again: build something new"
            )
    return found
