"""Lesson 10's exercises: labels, spans and scores, right and with every mistake that a check knows."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from jbert_lessons.checks.stacks import ways

IGNORED = -100
KINDS = ("人名", "地名")
LABELS = ["O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI")]

Span = tuple[int, int, str]
Known = Iterator[tuple[str, Callable[..., Any]]]  # first what is right, without a message, then mistakes


def kind_of(label: str) -> str:
    """Return the kind of a label, nothing for O."""
    return label[2:]


# Exercise 1: offsets, special-token mask, spans → labels. Pieces are written with / between them; ^ is one
# more piece of the same characters, because ㈱ is (株) after normalisation.
PIECES = [
    ("太郎/さん/が/来/た", [(0, 2, "人名")], 0),
    ("山田/花子/は/大阪/大学/で/学ん/だ", [(0, 4, "人名"), (5, 9, "組織名")], 0),
    ("駅/で/山口/さん/と/会っ/た", [(2, 4, "人名")], 3),
    ("沖縄/県/那覇/市民/が/集まっ/た", [(0, 3, "地名"), (3, 6, "地名")], 0),
    ("昨日/訪日/し/た", [(3, 4, "地名")], 2),
    ("日独伊/三/国", [(0, 1, "地名"), (1, 2, "地名"), (2, 3, "地名")], 0),
    ("東京/都庁/舎/前", [(0, 3, "地名"), (3, 5, "施設名")], 1),
    ("㈱/^/^/若竹/の/翔", [(0, 3, "組織名"), (4, 5, "人名")], 0),
    ("雨/が/降る", [], 2),
    ("横浜/市", [(0, 3, "地名")], 0),
]


def tokens(pieces: str, padding: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the offsets and the special-token mask of pieces between [CLS] and [SEP], with padding."""
    offsets = [(0, 0)]
    end = 0
    for piece in pieces.split("/"):
        start, end = offsets[-1] if piece == "^" else (end, end + len(piece))
        offsets.append((start, end))
    inner = len(offsets) - 1
    return offsets + [(0, 0)] * (1 + padding), [1] + [0] * inner + [1] * (1 + padding)


def drawn_pieces(random: Random) -> tuple[str, list[Span], int]:
    """Return pieces and names that are cut without regard for each other."""
    text = "".join(random.choices("山川田中森木林島石原", k=random.randint(3, 9)))
    pieces = "".join(character + "/" * (random.random() < 0.6) for character in text).strip("/")
    spans, start = [], 0
    while (start := start + random.choice([0, 0, 1, 2])) < len(text):
        end = min(len(text), start + random.randint(1, 3))
        spans.append((start, end, random.choice(KINDS)))
        start = end
    return pieces, spans, random.choice([0, 0, 3])


def _overlap(first: int, last: int, start: int, end: int) -> bool:
    return first < end and last > start


END = (
    "the end of a span is the place after its last character: the piece that begins there is not in the name"
)
START = "a piece that ends where the name begins is not in it"
TOUCHES = {
    "": _overlap,
    END: lambda first, last, start, end: first <= end and last > start,
    START: lambda first, last, start, end: first < end and last >= start,
    "a piece that sticks out of a name is lost: it overlaps the name, which is enough": (
        lambda first, last, start, end: start <= first and last <= end
    ),
    "a piece in which a name begins is lost if characters stand before the name": (
        lambda first, last, start, end: start <= first < end
    ),
    "a piece in which a name ends is lost if characters stand behind the name": (
        lambda first, last, start, end: start < last <= end
    ),
    "the last character of a name is lost: the end of a span is already the place after it": (
        lambda first, last, start, end: first < end - 1 and last > start
    ),
}
OWNERS = {"": 0, "a piece that overlaps two names belongs to the first, yours to the second": -1}


def _first_of(owner: int, before: list, first: int, start: int, kinds: list[str]) -> str:
    return "I-" if owner in before else "B-"


MERGED = "two names that touch become one: the second begins with a B- of its own"
PREFIXES = {
    "": _first_of,
    "every piece of a name gets B-: only its first one begins the name": lambda *_: "B-",
    "no piece gets B-: the first one of a name begins it": lambda *_: "I-",
    "B- depends on whether a piece begins where the name does. It may begin before it, and of a character "
    "such as ㈱ several pieces begin there": lambda owner, before, first, start, kinds: (
        "B-" if first == start else "I-"
    ),
    MERGED: lambda owner, before, first, start, kinds: "B-" if before[-1] is None else "I-",
    MERGED + ", also if it is of the same kind": lambda owner, before, first, start, kinds: (
        "I-" if before[-1] is not None and kinds[before[-1]] == kinds[owner] else "B-"
    ),
    "the pieces of a name after the first are ignored: each of them has a label, I-": (
        lambda owner, before, *_: IGNORED if owner in before else "B-"
    ),
    "a label is B- or I- and the kind; yours is the kind alone": lambda *_: "",
}


def _masked(labels: list, special: list[int]) -> list:
    return [IGNORED if mask else label for label, mask in zip(labels, special, strict=True)]


def _shifted(filler: Any, mask: bool = False) -> Callable[[list, list[int]], list]:
    """Return the slip of one who counts pieces without [CLS] and writes the labels from place 0 on."""

    def shift(labels: list, special: list[int]) -> list:
        inner = [label for label, hidden in zip(labels, special, strict=True) if not hidden]
        moved = inner + [filler] * (len(labels) - len(inner))
        return _masked(moved, special) if mask else moved

    return shift


SHIFTED = (
    "all labels stand one place too early: you count pieces from 0, but token 0 is [CLS]. Count in offsets"
)
SHIFTED_O = SHIFTED + ". The rest is filled with O, which nobody should learn either"
SPECIAL_O = "special tokens get O and would be learnt as such: their label is IGNORED"
SPECIALS = [
    ("", _masked),
    (SPECIAL_O, lambda labels, special: labels),
    (
        "padding gets O and would be learnt as such: the mask is 1 there, too",
        lambda labels, special: _masked(
            labels, [mask and i in (0, special.index(1, 1)) for i, mask in enumerate(special)]
        ),
    ),
    (SHIFTED_O, _shifted("O")),
    (SHIFTED, _shifted(IGNORED)),
    (SHIFTED, _shifted("O", mask=True)),
    (
        "pieces outside of names are ignored: they get O, or the model never learns where no name is",
        lambda labels, special: [IGNORED if label == "O" else label for label in _masked(labels, special)],
    ),
    (
        "the special tokens are left out: every token has its place in the list",
        lambda labels, special: [label for label, mask in zip(labels, special, strict=True) if not mask],
    ),
]


def labellings() -> Known:
    """Yield functions (offsets, special, spans) → labels."""
    for message, *way in ways(TOUCHES, OWNERS, PREFIXES, SPECIALS):
        yield message, _labelling(*way)


def _labelling(touches, which: int, prefix, finish) -> Callable[..., list]:
    def label(offsets: list, special: list[int], spans: list[Span]) -> list:
        labels: list = []
        before: list = [None]  # the number of the name at each token
        kinds = [kind for *_, kind in spans]
        for (first, last), mask in zip(offsets, special, strict=True):
            touched = [n for n, (start, end, _) in enumerate(spans) if touches(first, last, start, end)]
            owner = None if mask or not touched else touched[which]
            if owner is None:
                labels.append("O")
            else:
                begun = prefix(owner, before, first, spans[owner][0], kinds)
                labels.append(begun if begun == IGNORED else begun + kinds[owner])
            before.append(owner)
        return finish(labels, special)

    return label


# Exercise 2: labels → spans


def spans_of(labels: Sequence[str]) -> list[Span]:
    """Return the spans in the lenient reading: an I- that continues nothing of its kind begins a span."""
    kinds = ["", *map(kind_of, labels), ""]
    begins = [
        label[0] == "B" or (label != "O" and kinds[place] != kind_of(label))
        for place, label in enumerate(labels)
    ]
    edges = [place for place, label in enumerate(labels) if label == "O" or begins[place]] + [len(labels)]
    return [
        (first, min(edge for edge in edges if edge > first), kinds[first + 1])
        for first, begun in enumerate(begins)
        if begun
    ]


CONTINUES = {
    "": lambda prefix, kind, open_kind: prefix == "I" and kind == open_kind,
    "names that touch are merged: a B- ends the name before it and begins the next": (
        lambda prefix, kind, open_kind: kind == open_kind
    ),
    "names that touch are merged, even of two kinds: only O ends a name in yours": (
        lambda prefix, kind, open_kind: kind != ""
    ),
    "an I- of another kind continues a name: it ends that name and begins one of its own": (
        lambda prefix, kind, open_kind: prefix == "I"
    ),
    "every label is a span of its own: an I- of the same kind continues the name": lambda *_: False,
}
BEGINS = {
    "": lambda prefix, was_open: True,
    "an I- without its B- is lost: it begins a name, in the lenient reading": lambda prefix, _: prefix == "B",
    "an I- of another kind ends a name, but it should also begin one": (
        lambda prefix, was_open: prefix == "B" or not was_open
    ),
}
LAST = {"": True, "a name at the end of the sentence is lost: after the loop one may still be open": False}
FORMS = {
    "": lambda first, end, kind: (first, end, kind),
    "the end is off by one: it is the place after the last token of the name": (
        lambda first, end, kind: (first, end - 1, kind)
    ),
    "each span is begin and length; begin and end are wanted": (
        lambda first, end, kind: (first, end - first, kind)
    ),
    "the kind comes last: (first, end, kind)": lambda first, end, kind: (kind, first, end),
    "the kind comes last: (first, end, kind). And the end is off by one: it is the place after the last "
    "token": lambda first, end, kind: (kind, first, end - 1),
    "the kind of a span is 人名 or 地名, without B-": lambda first, end, kind: (first, end, f"B-{kind}"),
}


def readings() -> Known:
    """Yield functions labels → spans."""
    yield "", spans_of
    for message, *way in ways(CONTINUES, BEGINS, LAST, FORMS):
        yield message, _reading(*way)


def _reading(continues, begins, keep_last: bool, form) -> Callable[[Sequence[str]], list]:
    def read(labels: Sequence[str]) -> list:
        spans, first, open_kind = [], 0, ""
        for place, label in enumerate(labels):
            prefix, kind = label[0], kind_of(label)
            if open_kind and continues(prefix, kind, open_kind):
                continue
            if open_kind:
                spans.append(form(first, place, open_kind))
            first, open_kind = place, kind if begins(prefix, open_kind != "") else ""
        if open_kind and keep_last:
            spans.append(form(first, len(labels), open_kind))
        return spans

    return read
