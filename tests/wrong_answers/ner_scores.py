"""Answers to exercises 4 and 5 of lesson 10, names in text: scores of names and of tokens."""

from pathlib import Path
from statistics import mean

import nbformat

SHEET = Path(__file__).parents[2] / "solutions" / "10_ner.ipynb"
IGNORED = -100


def spans(labels):
    """Return (first, end, kind) of each name."""
    found = []
    for place, label in enumerate(labels):
        if label == "O":
            continue
        if label[0] == "I" and found and found[-1][1:] == (place, label[2:]):
            found[-1] = (found[-1][0], place + 1, label[2:])
        else:
            found.append((place, place + 1, label[2:]))
    return found


def divided(hits, found, wanted):
    precision, recall = hits / max(1, found), hits / max(1, wanted)
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# Exercise 4


def edited(*edits):
    """Return buggy_scores as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def buggy_scores")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_scores has no {old!r}")
        source = source.replace(old, new)
    names = {}
    exec(source, names)
    return names["buggy_scores"]


ROWS, ENTITY, FOUND = "for labels in rows:", "(first, place, open_kind))", "return found"
FIXED = (ROWS, "for number, labels in enumerate(rows):"), (ENTITY, "(number, first, place, open_kind))")
NUMBERED = (ENTITY, "(rows.index(labels), first, place, open_kind))")
HITS, OURS, THEIRS = "sum(entity in theirs for entity in ours)", "/ len(ours)", "/ len(theirs)"


def sentence_by_sentence(predicted, true):
    """Right: counts hits in each sentence and adds them up."""
    hits = found = wanted = 0
    for mine, row in zip(predicted, true, strict=True):
        ours, theirs = spans(mine), spans(row)
        hits += len([span for span in ours if span in theirs])
        found += len(ours)
        wanted += len(theirs)
    return divided(hits, found, wanted)


def averaged(empty):
    """Return an answer that takes the mean of the sentences; a sentence without names counts `empty`."""

    def scores(predicted, true):
        each = [
            sentence_by_sentence([mine], [row]) if spans(mine) or spans(row) else (empty,) * 3
            for mine, row in zip(predicted, true, strict=True)
        ]
        return [mean(column) for column in zip(*each, strict=True)]

    return scores


def joined(predicted, true):
    return sentence_by_sentence(*([[label for row in rows for label in row]] for rows in (predicted, true)))


def viewed(view):
    """Return an answer that compares in each sentence what `view` makes of the names."""

    def scores(predicted, true):
        hits = 0
        for mine, row in zip(predicted, true, strict=True):
            left = [view(span) for span in spans(row)]
            for seen in map(view, spans(mine)):
                if seen in left:
                    left.remove(seen)
                    hits += 1
        return divided(hits, sum(map(len, map(spans, predicted))), sum(map(len, map(spans, true))))

    return scores


def over_tokens(predicted, true):
    pairs = [
        (a, b) for mine, row in zip(predicted, true, strict=True) for a, b in zip(mine, row, strict=True)
    ]
    hits = sum(a == b != "O" for a, b in pairs)
    return divided(hits, sum(a != "O" for a, _ in pairs), sum(b != "O" for _, b in pairs))


def label_accuracy(predicted, true):
    pairs = [
        (a, b) for mine, row in zip(predicted, true, strict=True) for a, b in zip(mine, row, strict=True)
    ]
    return (sum(a == b for a, b in pairs) / len(pairs),) * 3


def changed(change):
    return lambda predicted, true: change(*sentence_by_sentence(predicted, true))


def takes_the_last(predicted, true):
    """Uses up the rows of its caller."""
    rows = []
    while predicted:
        rows.insert(0, predicted.pop())
    return sentence_by_sentence(rows, true)


REPAIR_ENTITY_SCORES = {
    "the function of the sheet": (edited(), "if one with its place and kind stands in another sentence"),
    "sets": (edited((FOUND, "return set(found)")), "and equal ones count once in the whole corpus"),
    "hits in sets": (edited((HITS, "len(set(ours) & set(theirs))")), "and equal ones are hits only once"),
    "rows.index": (edited(NUMBERED), "equal sentences get the same number"),
    "rows.index in sets": (edited(NUMBERED, (FOUND, "return set(found)")), "equal sentences get the same"),
    "one long row": (joined, "all sentences are read as one"),
    "mean of the sentences": (averaged(0.0), "the mean of the sentences' scores"),
    "mean, 1 for sentences without names": (averaged(1.0), "the mean of the sentences' scores"),
    "kind not compared": (viewed(lambda span: span[:2]), "the kind is not compared"),
    "place not compared": (viewed(lambda span: span[2]), "the place is not compared"),
    "end not compared": (viewed(lambda span: span[::2]), "only where an entity begins"),
    "strict": (edited(*FIXED, ("if kind and not", 'if prefix == "B" and not')), "an I- without its B-"),
    "tokens": (over_tokens, "an entity is a hit as a whole or not at all"),
    "accuracy": (label_accuracy, "this is the share of labels that are right"),
    "plain mean": (changed(lambda p, r, f1: (p, r, (p + r) / 2)), "F1 is the harmonic mean"),
    "precision and recall swapped": (
        edited(*FIXED, (OURS, "/ X"), (THEIRS, OURS), ("/ X", THEIRS)),
        "have changed",
    ),
    "no name, division by 0": (
        edited(*FIXED, (" if ours else 0.0", "")),
        "nothing can be divided by 0; the score is 0 then",
    ),
    "no true name, 1": (
        edited(*FIXED, ("if theirs else 0.0", "if theirs else 1.0")),
        "recall should be 0.0, yours is 1.0",
    ),
    "last name of a sentence lost": (edited(*FIXED, ('[*labels, "O"]', "labels")), "precision of "),
    "F1 only": (changed(lambda p, r, f1: f1), "should return 3 things"),
    "uses up the rows": (takes_the_last, "changes what it was given"),
    "no return": (lambda predicted, true: None, "is a `return` missing?"),
}

# Exercise 5

COUNTS = (1_000, 800, 120, 45)
ALWAYS_O, FIRST_PIECE = (0.8, 0), (0.92, 0.375)


def pairs_of(predicted, true):
    return [p for mine, row in zip(predicted, true, strict=True) for p in zip(mine, row, strict=True)]


def accuracy(predicted, true, counts=lambda mine, label: label != IGNORED, hit=lambda a, b: a == b):
    counted = [hit(mine, label) for mine, label in pairs_of(predicted, true) if counts(mine, label)]
    return sum(counted) / max(1, len(counted))


def accuracy_of(**change):
    return lambda predicted, true: accuracy(predicted, true, **change)


def mean_accuracy(predicted, true):
    return mean(accuracy([mine], [row]) for mine, row in zip(predicted, true, strict=True))


def inner(predicted, true):
    """Return both without the places that are ignored."""
    kept = [[i for i, label in enumerate(row) if label != IGNORED] for row in true]
    return [
        [[row[i] for i in places] for row, places in zip(rows, kept, strict=True)]
        for rows in (predicted, true)
    ]


def f1_by(evaluate, which=2):
    return lambda predicted, true: evaluate(*inner(predicted, true))[which]


def with_o(predicted, true):
    """Right: O on both sides where the true label is IGNORED."""
    ours = [
        ["O" if label == IGNORED else one for one, label in zip(mine, row, strict=True)]
        for mine, row in zip(predicted, true, strict=True)
    ]
    return sentence_by_sentence(ours, [["O" if x == IGNORED else x for x in row] for row in true])[2]


def o_in_the_truth_only(predicted, true):
    return sentence_by_sentence(predicted, [["O" if x == IGNORED else x for x in row] for row in true])[2]


def unguarded(predicted, true):
    counted = [mine == label for mine, label in pairs_of(predicted, true) if label != IGNORED]
    return sum(counted) / len(counted)


f1 = f1_by(sentence_by_sentence)
FUNCTIONS = (accuracy, f1)
ACCURACY_AND_F1 = {
    "always O is never right": ((0, 0), FIRST_PIECE, *FUNCTIONS, "O is a label as well"),
    "always O, share of names": ((0.2, 0), FIRST_PIECE, *FUNCTIONS, "where the tagger is wrong"),
    "always O, F1 like accuracy": ((0.8, 0.8), FIRST_PIECE, *FUNCTIONS, "Which names does it find?"),
    "in per cent": ((80, 0), FIRST_PIECE, *FUNCTIONS, "80 is no share"),
    "far off": ((0.5, 0), FIRST_PIECE, *FUNCTIONS, "which of the four counts do you need?"),
    "one number": (0.8, FIRST_PIECE, *FUNCTIONS, "should be a pair of numbers"),
    "first piece like always O": (
        ALWAYS_O,
        (0.8, 0.375),
        *FUNCTIONS,
        "one piece of each name is right as well",
    ),
    "first piece, names only": (ALWAYS_O, (0.6, 0.375), *FUNCTIONS, "its O is right outside of names"),
    "first piece, all names": (ALWAYS_O, (0.92, 1), *FUNCTIONS, "from its first to its last piece"),
    "first piece, no names": (ALWAYS_O, (0.92, 0), *FUNCTIONS, "some names have only one piece"),
    "first piece, F1 like accuracy": (ALWAYS_O, (0.92, 0.92), *FUNCTIONS, "Which names does it find whole?"),
    "first piece, the others": (ALWAYS_O, (0.92, 0.625), *FUNCTIONS, "that it does not find whole"),
    "first piece, a word": (ALWAYS_O, (0.92, "low"), *FUNCTIONS, "a number is expected"),
    **{
        f"accuracy: {title}": (ALWAYS_O, FIRST_PIECE, answer, f1, fragment)
        for title, answer, fragment in [
            ("all tokens", accuracy_of(counts=lambda *_: True), "where none can be right"),
            (
                "ignored are right",
                accuracy_of(counts=lambda *_: True, hit=lambda a, b: b in (a, IGNORED)),
                "IGNORED count as right",
            ),
            (
                "names only",
                accuracy_of(counts=lambda a, b: b not in (IGNORED, "O")),
                "outside of names do not",
            ),
            ("mean of the sentences", mean_accuracy, "each token counts once"),
            ("B- like I-", accuracy_of(hit=lambda a, b: a[1:] == b[1:]), "B- and I- count as equal"),
            ("division by 0", unguarded, "the accuracy where all is ignored: nothing can be divided by 0"),
            ("no return", lambda predicted, true: None, "is a `return` missing?"),
        ]
    },
    **{
        f"F1: {title}": (ALWAYS_O, FIRST_PIECE, accuracy, answer, fragment)
        for title, answer, fragment in [
            ("special tokens count", o_in_the_truth_only, "at special tokens and padding count"),
            ("special tokens read", lambda *rows: sentence_by_sentence(*rows)[2], "your code stopped with"),
            ("precision", f1_by(sentence_by_sentence, 0), "this is the precision"),
            ("recall", f1_by(sentence_by_sentence, 1), "this is the recall"),
            ("of tokens", f1_by(over_tokens), "an entity is a hit as a whole"),
            ("of any sentence", f1_by(edited()), "stands in another sentence"),
            ("mean of the sentences", f1_by(averaged(0.0)), "the mean of the sentences' scores"),
            ("kind not compared", f1_by(viewed(lambda span: span[:2])), "the kind is not compared"),
            ("plain mean", f1_by(changed(lambda p, r, f1: (p, r, (p + r) / 2))), "harmonic mean"),
            ("accuracy", accuracy, "this is the share of labels that are right"),
        ]
    },
}

SOLUTIONS = {
    "repair_entity_scores": (sentence_by_sentence,),
    "accuracy_and_f1": (COUNTS, ALWAYS_O, FIRST_PIECE, accuracy, with_o),
}
WRONG = {
    "repair_entity_scores": {
        title: ((answer,), fragment) for title, (answer, fragment) in REPAIR_ENTITY_SCORES.items()
    },
    "accuracy_and_f1": {
        title: ((COUNTS, *answers), fragment) for title, (*answers, fragment) in ACCURACY_AND_F1.items()
    },
}
