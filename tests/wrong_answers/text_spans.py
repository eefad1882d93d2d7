"""Answers to exercises 3 and 4 of lesson 01, text: spans and sentences."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import nbformat

from jbert_lessons.text import split_sentences as split_by_the_package

SHEET = Path(__file__).parents[2] / "solutions" / "01_text.ipynb"


def forgets_to_return(text):
    split_by_the_package(text)


# Exercise 3


def edited(*edits):
    """Return buggy_normalize as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def groups")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_normalize has no {old!r}")
        source = source.replace(old, new)
    names = {"unicodedata": unicodedata}
    exec(source, names)
    return names["buggy_normalize"]


BUG, SPAN, GROUPS = "start = len(normalised)", "[(start, start + len(group))]", "in groups(text):"
NUMBERED = (GROUPS, "in enumerate(groups(text)):"), ("for group in", "for start, group in"), (BUG, "pass")
FIXED = (
    (BUG, "start = spans_end"),
    ("spans = []", "spans = []; spans_end = 0"),
    ("+= piece", "+= piece; spans_end += len(group)"),
)


def searches(text):
    """Right: looks for each group behind the one before."""
    found, spans, end = edited()(text)[0], [], 0
    for group in re.findall(".[\u3099\u309aﾞﾟ]*", text):
        start = text.index(group, end)
        end = start + len(group)
        spans += [[start, end]] * len(unicodedata.normalize("NFKC", group))
    return [found, spans]


REPAIR_OFFSET_MAP = {
    "the function of the sheet": (edited(), "The start still counts characters of the normalised text"),
    "both in the normalised text": (edited((SPAN, "[(start, start + len(piece))]")), "Start and end count"),
    "groups numbered": (edited(*NUMBERED), "The start grows by one for each group, but ｶﾞ takes two"),
    "groups numbered, one wide": (edited(*NUMBERED, (SPAN, "[(start, start + 1)]")), "grows by one for each"),
    "one wide": (edited(*FIXED, (SPAN, "[(start, start + 1)]")), "A span holds the whole group"),
    "as wide as the piece": (
        edited(*FIXED, (SPAN, "[(start, start + len(piece))]")),
        "The end counts characters",
    ),
    "the end included": (
        edited(*FIXED, (SPAN, "[(start, start + len(group) - 1)]")),
        "the place after the last",
    ),
    "too early": (
        edited(*FIXED, ("start = spans_end", "start = spans_end + len(group)")),
        "before the span",
    ),
    "the first that is equal": (
        edited((BUG, "start = text.index(group)")),
        "finds an earlier one that is equal",
    ),
    "the first in the groups": (
        edited((BUG, "start = groups(text).index(group)")),
        "is (1, 2), where ﾞ stands",
    ),
    "one span for each group": (edited(*FIXED, (" * len(piece)", "")), "3 spans for the 4 characters"),
    "characters apart": (edited(*FIXED, (GROUPS, "in text:")), "normalise each group as a whole"),
    "not normalised": (
        edited(*FIXED, ('unicodedata.normalize("NFKC", group)', "group")),
        "still the text itself",
    ),
    "starts only": (lambda text: (edited()(text)[0], [s for s, _ in searches(text)[1]]), "your span is 0"),
    "the spans only": (lambda text: searches(text)[1], "should return 2 things"),
    "a generator": (
        lambda text: (edited()(text)[0], iter(searches(text)[1])),
        "should be a list, yours is a list_iterator",
    ),
    "no return": (forgets_to_return, "is a `return` missing?"),
}

# Exercise 4

ENDS = "。！？"


def by_depth(paragraph, pairs=("「」", "『』", "（）"), ends=ENDS):
    """A well-known first try: one depth for all brackets, which never goes below zero."""
    sentences, depth, start = [], 0, 0
    for place, character in enumerate(paragraph):
        depth += any(character == pair[0] for pair in pairs)
        depth -= any(character == pair[1] for pair in pairs) and depth > 0
        if not depth and character in ends and paragraph[place + 1 : place + 2] not in list(ends):
            sentences.append(paragraph[start : place + 1])
            start = place + 1
    return [sentence.strip() for sentence in [*sentences, paragraph[start:]] if sentence.strip()]


def by_flag(paragraph):
    sentences, inside = [""], False
    for place, character in enumerate(paragraph):
        inside = character in "「『（" or (inside and character not in "」』）")
        sentences[-1] += character
        if not inside and character in ENDS and paragraph[place + 1 : place + 2] not in list(ENDS):
            sentences.append("")
    return [sentence.strip() for sentence in sentences if sentence.strip()]


def by_expression(expression, paragraph):
    return [sentence.strip() for sentence in re.findall(expression, paragraph) if sentence.strip()]


def removing_pairs(paragraph):
    """Right, another way: replace the innermost pairs by signs of a private area until none is left."""
    kept = []

    def hide(found):
        kept.append(found[0])
        return chr(0xE000 + len(kept) - 1)

    def show(text):
        return re.sub("[\ue000-\uf8ff]", lambda found: show(kept[ord(found[0]) - 0xE000]), text)

    stray = str.maketrans({"「": "\ue700", "『": "\ue701", "（": "\ue702"})
    count = 1
    while count:
        paragraph, count = re.subn("「[^「」]*」|『[^『』]*』|（[^（）]*）", hide, paragraph)
    back = str.maketrans({"\ue700": "「", "\ue701": "『", "\ue702": "（"})
    pieces = re.findall("[^。！？]*[。！？]+|[^。！？]+$", paragraph.translate(stray))
    return [text for text in (show(piece.translate(back)).strip() for piece in pieces) if text]


def by_stack(paragraph, careful=False):
    """Pairs by a list of open brackets of any kind; `careful` looks whether it is empty."""
    waiting, hidden = [], set()
    for place, character in enumerate(paragraph):
        if character in "「『（":
            waiting.append(place)
        elif character in "」』）" and (waiting or not careful):
            hidden.update(range(waiting.pop(), place))
    shown = "".join("x" if place in hidden else character for place, character in enumerate(paragraph))
    cuts = [0, *(found.end() for found in re.finditer("[。！？]+", shown)), len(paragraph)]
    sentences = [paragraph[start:end].strip() for start, end in pairwise(cuts)]
    return [sentence for sentence in sentences if sentence]


def closed_somewhere(paragraph):
    """A bracket counts if its partner occurs anywhere in the paragraph."""
    pairs = [pair for pair in ("「」", "『』", "（）") if all(bracket in paragraph for bracket in pair)]
    return by_depth(paragraph, pairs)


def gives_up(paragraph):
    """Brackets that do not match make it forget all brackets of the paragraph."""
    balanced = all(paragraph.count(a) == paragraph.count(b) for a, b in ("「」", "『』", "（）"))
    return by_depth(paragraph) if balanced else by_depth(paragraph, ())


WHOLE = "[^。！？]*[。！？]+|[^。！？]+$"
SPLIT_SENTENCES = {
    "split at 。": (lambda p: p.split("。"), "one of yours is empty"),
    "split at 。, none empty": (lambda p: [s for s in p.split("。") if s], "the marks are gone"),
    "only 。": (lambda p: by_depth(p, ends="。"), "The rule: ！ and ？ end a sentence as 。 does"),
    "runs cut": (
        lambda p: by_expression("[^。！？]*[。！？]|[^。！？]+$", p),
        "a run of marks such as ！？ is one end",
    ),
    "the rest lost": (lambda p: by_expression("[^。！？]*[。！？]+", p), "what stands after the last mark"),
    "brackets not seen": (lambda p: by_expression(WHOLE, p), "The rule: inside brackets no sentence ends"),
    "only 「」": (lambda p: by_depth(p, ["「」"]), "inside （） no sentence ends either"),
    "only 「」 and （）": (lambda p: by_depth(p, ["「」", "（）"]), "inside 『』 no sentence ends either"),
    "no depth": (by_flag, "brackets may stand in brackets"),
    "one depth": (by_depth, "a bracket that nobody closes counts as if it were not there"),
    "closed somewhere": (closed_somewhere, "even after a pair of its kind"),
    "pops an empty list": (by_stack, "IndexError: pop from empty list. The rule: a closing bracket"),
    "any bracket closes": (
        lambda p: by_stack(p, careful=True),
        "a closing bracket closes none of another kind",
    ),
    "gives up": (gives_up, "does not count, but those after it do"),
    "not stripped": (
        lambda p: [s for s in re.findall(WHOLE, p) if s.strip()] if "\n" in p else split_by_the_package(p),
        "white space at either end",
    ),
    "a list with an empty text": (lambda p: split_by_the_package(p) or [""], "one of yours is empty"),
    "a text": (lambda p: "|".join(split_by_the_package(p)), "should be a list, yours is a text"),
    "a generator": (lambda p: iter(split_by_the_package(p)), "should be a list, yours is a list_iterator"),
    "numbers": (
        lambda p: [len(s) for s in split_by_the_package(p)],
        "item 0 should be '雨がやんだ。', yours is 6",
    ),
    "no return": (forgets_to_return, "is a `return` missing?"),
}

SOLUTIONS = {"repair_offset_map": (searches,), "split_sentences": (removing_pairs,)}
WRONG = {
    name: {title: ((answer,), fragment) for title, (answer, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [REPAIR_OFFSET_MAP, SPLIT_SENTENCES], strict=True)
}
