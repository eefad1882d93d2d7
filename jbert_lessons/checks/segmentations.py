"""Segmentations, for the checks of lesson 02: spans, boundaries and collisions, right and as mistakes go."""

from collections.abc import Callable, Iterable
from itertools import accumulate, combinations
from typing import Any, NamedTuple

Spans = list[tuple[int, int]]
Named = tuple[str, int, int]  # text, start, end: a word, or the name of something

SPACED = ["東京/に/住む", "すもも/も/もも/も/もも/の/うち", "東京 /と  /京都", " New /York /に\t/行く\n"]


def spans_of(text: str, words: list[str]) -> Spans:
    """Return where the words stand: the words take up, in turn, the characters that are no white space."""
    seen = [place for place, character in enumerate(text) if not character.isspace()]
    ends = accumulate(map(len, words))
    return [(seen[end - len(word)], seen[end - 1] + 1) for end, word in zip(ends, words, strict=True)]


def _walking(find: Callable[[str, str, int], int], go_on: int | None = None) -> Callable[..., Spans]:
    """Return spans that begin at find(text, word, cursor); the cursor moves to the end, or start + go_on."""

    def spans(text: str, words: list[str]) -> Spans:
        found, cursor = [], 0
        for word in words:
            start = find(text, word, cursor)
            found.append((start, start + len(word)))
            cursor = start + (len(word) if go_on is None else go_on)
        return found

    return spans


def _one_space(text: str, word: str, cursor: int) -> int:
    return cursor + text[cursor : cursor + 1].isspace()


def _no_tabs(text: str, word: str, cursor: int) -> int:
    return len(text) - len(text[cursor:].lstrip(" "))


SPAN_MISTAKES = [
    (
        "a word that comes twice gets the same span twice: each search begins at the front",
        _walking(lambda text, word, cursor: text.index(word)),
    ),
    ("the search begins where the last word began, so it may find that one again", _walking(str.index, 0)),
    (
        "the search begins inside the last word: in ももも, the words もも and も overlap",
        _walking(str.index, 1),
    ),
    ("you add up lengths: after white space all spans come too early", _walking(lambda t, w, cursor: cursor)),
    ("several characters of white space may follow each other; you pass over one", _walking(_one_space)),
    ("white space is more than the space: it may be a tab or a newline", _walking(_no_tabs)),
    ("the end is the place after the last character", lambda *case: [(s, e - 1) for s, e in spans_of(*case)]),
    ("those are start and length", lambda *case: [(s, e - s) for s, e in spans_of(*case)]),
]


NAMES = [
    ("訪日/外国/人", [(1, 2), (2, 4), (2, 5)]),
    ("鳥取/県勢/が/勝つ", [(0, 3)]),
    ("日独伊/と/日/の/同盟", [(0, 1), (1, 2), (2, 3), (4, 5)]),
    ("New /York /に/行く", [(0, 8), (4, 8)]),
]


def named(words: str, spans: Iterable[Iterable[int]]) -> tuple[list[Named], list[Named]]:
    """Return the entities at the spans and the words with their places; words are divided by /."""
    text, surfaces = words.replace("/", ""), [word.strip() for word in words.split("/")]
    entities = [(text[start:end], start, end) for start, end in map(sorted, spans)]
    return entities, [(word, *place) for word, place in zip(surfaces, spans_of(text, surfaces), strict=True)]


class Fit(NamedTuple):
    """How an entity lies in the words."""

    begins: bool  # where a word begins
    ends: bool
    followed: bool  # by a word, at once
    one_word: bool
    inside: bool  # one word, at most that
    text_of_word: bool  # somewhere
    text_of_words: bool


def _entities(are_off: Callable[[Fit], bool]) -> Callable[[list[Named], list[Named]], list[Named]]:
    def entities_off(entities: list[Named], words: list[Named]) -> list[Named]:
        surfaces, starts, ends = zip(*words, strict=True)
        runs = ["".join(surfaces[i:j]) for i, j in combinations(range(len(words) + 1), 2)]
        fits = (
            Fit(
                begins=start in starts,
                ends=end in ends,
                followed=end in starts,
                one_word=(name, start, end) in words,
                inside=any(one <= start and end <= other for _, one, other in words),
                text_of_word=name in surfaces,
                text_of_words="".join(name.split()) in runs,
            )
            for name, start, end in entities
        )
        return [entity for entity, fit in zip(entities, fits, strict=True) if are_off(fit)]

    return entities_off


OFF = _entities(lambda fit: not (fit.begins and fit.ends))
TEXTS = "you compare texts. 日 may be a word in one place and stand inside 訪日 in another: compare places"
INSIDE = "a name inside one word, as 日 in 訪日, is off, too: a word has one label"
FOLLOWED = "where a name ends a word must end; none need begin there: white space or nothing may follow"
SINGLE = "a name may be several words, as 外国/人 (gaikokujin, foreigner); you want a single one"
OFF_MISTAKES = [
    (
        "you look at where a name begins only; it must end with a word, too",
        _entities(lambda fit: not fit.begins),
    ),
    (
        "you look at where a name ends only; it must begin with a word, too",
        _entities(lambda fit: not fit.ends),
    ),
    ("you want both ends to be off; one is enough", _entities(lambda fit: not (fit.begins or fit.ends))),
    (INSIDE, _entities(lambda fit: not ((fit.begins and fit.ends) or fit.inside))),
    (
        "those are the names that fit; the others are asked for",
        _entities(lambda fit: fit.begins and fit.ends),
    ),
    (SINGLE, _entities(lambda fit: not fit.one_word)),
    (TEXTS, _entities(lambda fit: not fit.text_of_word)),
    (TEXTS, _entities(lambda fit: not fit.text_of_words)),
    (FOLLOWED, _entities(lambda fit: not (fit.begins and fit.followed))),
]


COLLIDING = [
    ("犬/が/猫/を/追う", "犬/を/猫/が/追う"),
    ("犬/が/猫/を/追う", "猫/が/犬/を/追う"),
    ("犬/が/猫/を/追っ/た", "犬/が/猫/を/追う"),
    ("東/京都/が", "東京/都/を"),
    ("たたみ/が", "み/が"),
    ("犬/が/犬/を", "犬/を"),
]


def same_after(clean: Callable[[list[str], set[str]], Any]) -> Callable[[list, set[str]], list[int]]:
    """Return a function that gives the numbers of the pairs that are the same after `clean`."""
    return lambda pairs, stop: [i for i, (a, b) in enumerate(pairs) if clean(a, stop) == clean(b, stop)]


def kept(words: list[str], stop: set[str]) -> list[str]:
    """Return the words that are not in `stop`."""
    return [word for word in words if word not in stop]


def _skipping(words: list[str], stop: set[str]) -> list[str]:
    """Return what is left when words are removed from the list that the loop goes through."""
    words = words[:]
    for word in words:
        if word in stop:
            words.remove(word)
    return words


def _replaced(words: list[str], stop: set[str]) -> str:
    text = "".join(words)
    for word in sorted(stop):
        text = text.replace(word, "")
    return text


CUT = "you cut stop words out of the text, and た out of たたみ (tatami, a mat) with them: compare words"
JOINED = "東/京都 and 東京/都 make the same text, but they are other words: compare the lists"
SAME_MISTAKES = [
    (
        "a set forgets the order and how often a word comes: compare lists",
        same_after(lambda *case: set(kept(*case))),
    ),
    ("the order counts: 犬/猫 and 猫/犬 are not the same", same_after(lambda *case: sorted(kept(*case)))),
    (JOINED, same_after(lambda *case: "".join(kept(*case)))),
    (CUT, same_after(_replaced)),
    (
        "a loop skips words when you remove from the list it goes through: build a new one",
        same_after(_skipping),
    ),
    ("you keep the stop words", same_after(lambda words, stop: [word for word in words if word in stop])),
    (
        "you remove stop words from the first sentence of each pair only",
        lambda pairs, stop: [i for i, (a, b) in enumerate(pairs) if kept(a, stop) == b],
    ),
]
