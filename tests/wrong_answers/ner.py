"""Answers to exercises 1 and 2 of lesson 10, names in text: from spans to labels, and back."""

IGNORED = -100


def forgets_to_return(*inputs):
    len(inputs)


# Exercise 1


def through_characters(offsets, special, spans):
    """Right: writes the number of its name at each character of the text."""
    owner = {place: number for number, (start, end, _) in enumerate(spans) for place in range(start, end)}
    labels, last = [], -1
    for (start, end), mask in zip(offsets, special, strict=True):
        numbers = [owner[place] for place in range(start, end) if place in owner]
        if mask or not numbers:
            labels.append(IGNORED if mask else "O")
            continue
        labels.append(("I-" if numbers[0] == last else "B-") + spans[numbers[0]][2])
        last = numbers[0]
    return tuple(labels)


def by_spans(inside, prefix=lambda place, first, start, label: "B-" if first else "I-", overwrite=False):
    """Return an answer that goes through the names and marks the pieces for which `inside` is true."""

    def label(offsets, special, spans):
        labels = [IGNORED if mask else "O" for mask in special]
        for start, end, kind in spans:
            first = True
            for place, (begin, stop) in enumerate(offsets):
                if special[place] or not inside(begin, stop, start, end):
                    continue
                if overwrite or labels[place] == "O":
                    labels[place] = prefix(labels[place - 1], first, start == begin, kind) + kind
                    first = False
        return labels

    return label


def overlaps(begin, stop, start, end):
    return begin < end and stop > start


def after(change):
    """Return an answer that changes right labels afterwards."""
    return lambda offsets, special, spans: change(list(through_characters(offsets, special, spans)), special)


def moved(labels, special, filler="O"):
    inner = [label for label in labels if label != IGNORED]
    return inner + [filler] * (len(labels) - len(inner))


def pads_with_o(labels, special):
    end = special.index(1, 1)
    return labels[: end + 1] + ["O"] * (len(labels) - end - 1)


def pops_the_spans(offsets, special, spans):
    labels = through_characters(offsets, special, spans)
    while spans:
        spans.pop()
    return labels


BY_PLACE = by_spans(overlaps, lambda before, first, at_start, kind: "B-" if at_start else "I-")
LABELS_FROM_OFFSETS = {
    "without [CLS], the rest O": (after(moved), "too early: you count pieces from 0, but token 0 is [CLS]"),
    "without [CLS], the rest ignored": (after(lambda *x: moved(*x, IGNORED)), "stand one place too early"),
    "without [CLS], then masked": (
        after(
            lambda labels, special: [
                IGNORED if m else x for x, m in zip(moved(labels, special), special, strict=True)
            ]
        ),
        "stand one place too early",
    ),
    "O on special tokens": (
        after(lambda labels, special: ["O" if x == IGNORED else x for x in labels]),
        "special tokens get O",
    ),
    "O on padding": (after(pads_with_o), "padding gets O"),
    "special tokens left out": (after(lambda x, _: [y for y in x if y != IGNORED]), "are left out"),
    "O ignored": (
        after(lambda x, _: [IGNORED if y == "O" else y for y in x]),
        "outside of names are ignored",
    ),
    "B- everywhere": (by_spans(overlaps, lambda *_: "B-"), "every piece of a name gets B-"),
    "I- everywhere": (by_spans(overlaps, lambda *_: "I-"), "no piece gets B-"),
    "kinds alone": (by_spans(overlaps, lambda *_: ""), "yours is the kind alone"),
    "B- by place": (BY_PLACE, "B- depends on whether a piece begins where the name does"),
    "B- after O": (
        by_spans(overlaps, lambda before, *_: "B-" if before in ("O", IGNORED) else "I-"),
        "two names that touch become one",
    ),
    "B- after O or another kind": (
        by_spans(overlaps, lambda before, first, at, kind: "I-" if str(before)[2:] == kind else "B-"),
        "if it is of the same kind",
    ),
    "end inclusive": (by_spans(lambda b, e, start, end: b <= end and e > start), "is not in the name"),
    "end inclusive, overwritten": (
        by_spans(lambda b, e, start, end: b <= end and e > start, overwrite=True),
        "two mistakes: (1) the end of a span is the place after",
    ),
    "start too early": (by_spans(lambda b, e, s, end: b < end and e >= s), "that ends where the name begins"),
    "whole pieces only": (
        by_spans(lambda b, e, s, end: s <= b and e <= end),
        "that sticks out of a name is lost",
    ),
    "pieces that begin in it": (
        by_spans(lambda b, e, s, end: s <= b < end),
        "a piece in which a name begins",
    ),
    "pieces that end in it": (by_spans(lambda b, e, s, end: s < e <= end), "a piece in which a name ends"),
    "last character lost": (by_spans(lambda b, e, s, end: b < end - 1 and e > s), "the last character"),
    "the second wins": (by_spans(overlaps, overwrite=True), "belongs to the first, yours to the second"),
    "numbers": (after(lambda labels, _: [0 for _ in labels]), "item 0 should be -100, yours is 0"),
    "uses up the spans": (pops_the_spans, "changes what it was given"),
    "no return": (forgets_to_return, "is a `return` missing?"),
    "two arguments": (lambda offsets, spans: [], "cannot be called with 3 arguments"),
}

# Exercise 2


def from_the_back(labels):
    """Right: from the last label to the first."""
    spans, end = [], None
    for place in range(len(labels) - 1, -1, -1):
        label = labels[place]
        if label == "O":
            continue
        end = place + 1 if end is None else end
        if label[0] == "B" or place == 0 or labels[place - 1][2:] != label[2:]:
            spans.insert(0, [place, end, label[2:]])
            end = None
    return spans


def reading(goes_on=lambda p, kind, last: p == "I" and kind == last, begins=lambda p, last: True, keep=True):
    """Return an answer that keeps one open name and says when it goes on and when one begins."""

    def read(labels):
        spans, name = [], None
        for place, label in enumerate(labels):
            prefix, kind = label[0], label[2:]
            last = name[2] if name else ""
            if name and goes_on(prefix, kind, last):
                name[1] = place + 1
                continue
            if name:
                spans.append(tuple(name))
            name = [place, place + 1, kind] if kind and begins(prefix, last) else None
        return [*spans, tuple(name)] if name and keep else spans

    return read


def formed(change):
    return lambda labels: [change(*span) for span in from_the_back(labels)]


def looks_at_the_first(labels):
    return from_the_back(labels) if labels[0] else []


SPANS_FROM_LABELS = {
    "last name lost": (reading(keep=False), "a name at the end of the sentence is lost"),
    "merged": (reading(lambda p, kind, last: kind == last), "names that touch are merged: a B-"),
    "merged, any kind": (reading(lambda p, kind, last: kind != ""), "even of two kinds"),
    "other kind goes on": (reading(lambda p, kind, last: p == "I"), "an I- of another kind continues"),
    "strict": (reading(begins=lambda p, last: p == "B"), "an I- without its B- is lost"),
    "other kind lost": (
        reading(begins=lambda p, last: p == "B" or not last),
        "but it should also begin one",
    ),
    "every label a span": (reading(lambda *_: False), "every label is a span of its own"),
    "strict, last name lost": (
        reading(begins=lambda p, last: p == "B", keep=False),
        "two mistakes: (1) an I-",
    ),
    "end inclusive": (formed(lambda first, end, kind: (first, end - 1, kind)), "the end is off by one"),
    "begin and length": (formed(lambda first, end, kind: (first, end - first, kind)), "begin and length"),
    "kind first": (formed(lambda first, end, kind: (kind, first, end)), "the kind comes last"),
    "as seqeval": (formed(lambda first, end, kind: (kind, first, end - 1)), "And the end is off by one"),
    "with B-": (formed(lambda first, end, kind: (first, end, f"B-{kind}")), ", without B-"),
    "places only": (formed(lambda first, end, kind: (first, end)), "item 0 should be (0, 1, '人名')"),
    "a set": (lambda labels: set(map(tuple, from_the_back(labels))), "should be a list, yours is a set"),
    "fails on nothing": (looks_at_the_first, "for no labels at all, your code stopped with IndexError"),
    "no return": (forgets_to_return, "is a `return` missing?"),
}

SOLUTIONS = {
    "labels_from_offsets": (through_characters,),
    "spans_from_labels": (from_the_back,),
}
ALL = [LABELS_FROM_OFFSETS, SPANS_FROM_LABELS]
WRONG = {
    name: {title: ((answer,), fragment) for title, (answer, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
