"""Lesson 10's exercises 4 and 5: scores of entities and of tokens, right and with every known mistake.

Rows are lists of labels, one list for each sentence.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from random import Random
from statistics import mean
from typing import Any, NamedTuple

from jbert_lessons.checks.ner_cases import IGNORED, KINDS, LABELS, kind_of, spans_of

Rows = list[list[Any]]
Triple = tuple[float, float, float]
Evaluation = Callable[[Rows, Rows], Triple]


class Counts(NamedTuple):
    """What the sheet counts in Minipedia's sentences; the predictions follow from these numbers."""

    tokens: int
    outside: int
    names: int
    single: int


def drawn_rows(random: Random, sentences: int) -> tuple[Rows, Rows]:
    """Return predicted and true labels of short sentences; some predicted names begin with an I-."""
    true, predicted = [], []
    for _ in range(sentences):
        row: list[str] = []
        while len(row) < random.randint(2, 7):
            kind = random.choice(KINDS)
            size = random.randint(1, 3)
            row += ["O"] * random.randint(0, 2) + [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
        row += ["O"] * random.randint(0, 2)
        if true and random.random() < 0.3:  # the same words again, with other predictions
            row = list(random.choice(true))
        true.append(row)
        predicted.append([label if random.random() < 0.8 else random.choice(LABELS) for label in row])
    return predicted, true


def with_specials(random: Random, predicted: Rows, true: Rows) -> tuple[Rows, Rows]:
    """Return the rows with special tokens and padding, where the true label is IGNORED and a guess stands."""
    ours, theirs = [], []
    for mine, row in zip(predicted, true, strict=True):
        after = random.randint(1, 3)
        ours.append([random.choice(LABELS), *mine, *random.choices(LABELS, k=after)])
        theirs.append([IGNORED, *row, *[IGNORED] * after])
    return ours, theirs


def entities(rows: Rows, read: Callable[[list], Iterable] = spans_of) -> list[tuple]:
    """Return (number of the sentence, first, end, kind) of each entity."""
    return [(number, *span) for number, row in enumerate(rows) for span in read(row)]


def shares(hits: float, found: float, wanted: float) -> Triple:
    """Return precision, recall and F1; 0 where nothing would be divided by nothing."""
    both = found + wanted
    return hits / found if found else 0.0, hits / wanted if wanted else 0.0, 2 * hits / both if both else 0.0


def right(predicted: Rows, true: Rows) -> Triple:
    """Return precision, recall and F1 over the entities of all sentences."""
    return _matched(lambda entity: entity)(predicted, true)


def _matched(view: Callable[[tuple], Any], read: Callable[[list], Iterable] = spans_of) -> Evaluation:
    """Return an evaluation that compares what `view` shows of an entity, each true one at most once."""

    def evaluate(predicted: Rows, true: Rows) -> Triple:
        ours, theirs = (Counter(map(view, entities(rows, read))) for rows in (predicted, true))
        return shares((ours & theirs).total(), ours.total(), theirs.total())

    return evaluate


def _found_anywhere(predicted: Rows, true: Rows) -> Triple:
    return _shares_of_each(*([entity[1:] for entity in entities(rows)] for rows in (predicted, true)))


def _shares_of_each(ours: Collection, theirs: Collection) -> Triple:
    """Return the scores of one who asks of each found entity whether it is among the true ones."""
    hits = sum(entity in theirs for entity in ours)
    precision, recall = hits / len(ours) if ours else 0.0, hits / len(theirs) if theirs else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _as_sets(kept: bool) -> Evaluation:
    """Return an evaluation with sets over the whole corpus; `kept`: only the hits are counted in sets."""

    def evaluate(predicted: Rows, true: Rows) -> Triple:
        lists = [[entity[1:] for entity in entities(rows)] for rows in (predicted, true)]
        ours, theirs = map(set, lists)
        found, wanted = map(len, lists if kept else (ours, theirs))
        return shares(len(ours & theirs), found, wanted)

    return evaluate


def _in_one_row(predicted: Rows, true: Rows) -> Triple:
    return right(*([[label for row in rows for label in row]] for rows in (predicted, true)))


def _numbered_by_index(make: Callable[[list], Any]) -> Evaluation:
    def evaluate(predicted: Rows, true: Rows) -> Triple:
        ours, theirs = (
            make([(rows.index(row), *span) for row in rows for span in spans_of(row)])
            for rows in (predicted, true)
        )
        return _shares_of_each(ours, theirs)

    return evaluate


def _mean_of_sentences(empty: float) -> Evaluation:
    """Return the mean over the sentences; one without any entity, true or found, counts `empty`."""

    def evaluate(predicted: Rows, true: Rows) -> Triple:
        each = [
            right([mine], [row]) if spans_of(mine) or spans_of(row) else (empty,) * 3
            for mine, row in zip(predicted, true, strict=True)
        ]
        return tuple(map(mean, zip(*each, strict=True)))

    return evaluate


def _with_mean(predicted: Rows, true: Rows) -> Triple:
    precision, recall, _ = right(predicted, true)
    return precision, recall, (precision + recall) / 2


def _over_tokens(predicted: Rows, true: Rows) -> Triple:
    pairs = list(_pairs(predicted, true))
    hits = sum(mine == label != "O" for mine, label in pairs)
    return shares(hits, sum(mine != "O" for mine, _ in pairs), sum(label != "O" for _, label in pairs))


def _runs_of_o(row: list[str]) -> list[tuple]:
    """Return the spans of the row and those of O as well."""
    outside = [place for place, label in enumerate(row) if label == "O"]
    begins = [place for place in outside if place - 1 not in outside]
    ends = [place + 1 for place in outside if place + 1 not in outside]
    return spans_of(row) + [(first, end, "O") for first, end in zip(begins, ends, strict=True)]


def _strict(row: list[str]) -> list[tuple]:
    return [span for span in spans_of(row) if row[span[0]][0] == "B"]


def _label_shares(predicted: Rows, true: Rows) -> Triple:
    return (token_accuracy(predicted, true),) * 3


ANYWHERE = "an entity also counts as found if one with its place and kind stands in another sentence"
SENTENCES = (
    "this is the mean of the sentences' scores, where a sentence with one name counts as much as one with "
    "five: count over all sentences"
)
INDEX = (
    "equal sentences get the same number: index finds the first one that is equal. Number them as they come"
)
MISTAKES: list[tuple[str, Evaluation]] = [
    (ANYWHERE, _found_anywhere),
    (ANYWHERE + ", and equal ones count once in the whole corpus", _as_sets(False)),
    (ANYWHERE + ", and equal ones are hits only once", _as_sets(True)),
    *((INDEX, _numbered_by_index(make)) for make in (list, set)),
    ("all sentences are read as one: a name can run on into the next sentence", _in_one_row),
    *((SENTENCES, _mean_of_sentences(empty)) for empty in (0.0, 1.0)),
    ("the kind is not compared: 人名 for 地名 is no hit", _matched(lambda entity: entity[:3])),
    ("the place is not compared: kinds are counted", _matched(lambda entity: (entity[0], entity[3]))),
    ("only where an entity begins is compared: its end counts", _matched(lambda e: (*e[:2], e[3]))),
    ("runs of O count as entities. Nobody looks for them", _matched(lambda entity: entity, _runs_of_o)),
    ("an I- without its B- begins an entity, too", _matched(lambda e: e, _strict)),
    ("tokens are counted; an entity is a hit as a whole or not at all", _over_tokens),
    ("this is the share of labels that are right; entities are wanted", _label_shares),
    ("F1 is the harmonic mean: it lies nearer to the smaller of the two", _with_mean),
]


# Exercise 5


def _pairs(predicted: Rows, true: Rows) -> list[tuple]:
    return [pair for mine, row in zip(predicted, true, strict=True) for pair in zip(mine, row, strict=True)]


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def token_accuracy(predicted: Rows, true: Rows) -> float:
    """Return the share of tokens with the right label, without those whose true label is IGNORED."""
    return _share([mine == label for mine, label in _pairs(predicted, true) if label != IGNORED])


ACCURACY_MISTAKES: list[tuple[str, Callable[[Rows, Rows], float]]] = [
    (
        "tokens whose true label is IGNORED are in your count, where none can be right: leave them out",
        lambda predicted, true: _share([mine == label for mine, label in _pairs(predicted, true)]),
    ),
    (
        "tokens whose true label is IGNORED count as right: leave them out",
        lambda predicted, true: _share([label in (mine, IGNORED) for mine, label in _pairs(predicted, true)]),
    ),
    (
        "tokens outside of names do not count in yours: token accuracy counts them, too",
        lambda predicted, true: _share(
            [mine == label for mine, label in _pairs(predicted, true) if label not in (IGNORED, "O")]
        ),
    ),
    (
        "this is the mean of the sentences' accuracies: count over all sentences, each token counts once",
        lambda predicted, true: mean(
            token_accuracy([mine], [row]) for mine, row in zip(predicted, true, strict=True)
        ),
    ),
    (
        "B- and I- count as equal: only equal labels are right",
        lambda predicted, true: _share(
            [kind_of(mine) == kind_of(label) for mine, label in _pairs(predicted, true) if label != IGNORED]
        ),
    ),
]


def without_ignored(predicted: Rows, true: Rows) -> tuple[Rows, Rows]:
    """Return the rows without the tokens whose true label is IGNORED."""
    kept = [[i for i, label in enumerate(row) if label != IGNORED] for row in true]
    ours, theirs = (
        [[row[i] for i in places] for row, places in zip(rows, kept, strict=True)]
        for rows in (predicted, true)
    )
    return ours, theirs


def entity_f1(predicted: Rows, true: Rows) -> float:
    """Return the F1 of entities, without the tokens whose true label is IGNORED."""
    return right(*without_ignored(predicted, true))[2]


def f1_mistakes() -> Iterable[tuple[str, Callable[[Rows, Rows], float]]]:
    """Yield functions (predicted, true) → F1."""
    everywhere = (
        "names that were predicted at special tokens and padding count: leave out all tokens whose true "
        "label is IGNORED, on both sides"
    )
    yield everywhere, lambda predicted, true: right(predicted, _as_o(true))[2]
    yield "this is the precision", lambda *rows: right(*without_ignored(*rows))[0]
    yield "this is the recall", lambda *rows: right(*without_ignored(*rows))[1]
    for message, evaluate in MISTAKES:
        yield message, lambda *rows, evaluate=evaluate: evaluate(*without_ignored(*rows))[2]


def _as_o(rows: Rows) -> Rows:
    return [["O" if label == IGNORED else label for label in row] for row in rows]
