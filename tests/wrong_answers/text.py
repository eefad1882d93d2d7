"""Answers to exercises 1, 2 and 5 of lesson 01, text; for 3 and 4 see text_spans."""

import re
import unicodedata
from collections import Counter
from itertools import accumulate

from jbert_lessons.corpora.minipedia.generator import generate

# Exercise 1

PREDICTIONS = [[2, 6, 2], [3, 10, 4], [4, 12, 4], [3, 11, 5]]


def by_code_point(text):
    codes = list(map(ord, text))
    wide = sum(code >= 2**16 for code in codes)
    size = sum(next(n for n, end in enumerate((2**7, 2**11, 2**16, 2**21), 1) if c < end) for c in codes)
    return [len(codes), size, len(codes) + wide]


def measuring(points=len, size=lambda t: len(t.encode()), units=lambda t: len(t.encode("utf-16-be")) / 2):
    return lambda text: (points(text), size(text), units(text))


def predicting(number, kind, value):
    """Return the right predictions with one number changed."""
    changed = [list(triple) for triple in PREDICTIONS]
    changed[number][kind] = value
    return changed


def returns_text(text):
    return f"{len(text)} {len(text.encode())} {len(text.encode('utf-16-le')) // 2}"


def forgets_to_return(text):
    measuring()(text)


def normalised(text):
    return unicodedata.normalize("NFC", text)


PREDICT_LENGTHS = {
    title: (predictions, by_code_point, fragment)
    for title, (predictions, fragment) in {
        "bytes predicted for code points": (predicting(1, 0, 10), "the number of UTF-8 bytes"),
        "units predicted for code points": (predicting(1, 0, 4), "one code point is two units"),
        "one character predicted": (predicting(0, 0, 1), "after normalisation"),
        "one emoji predicted": (predicting(3, 0, 1), "joiners and marks as well"),
        "three bytes each predicted": (predicting(1, 1, 9), "those above U+FFFF take four"),
        "two bytes each predicted": (predicting(2, 1, 8), "bytes in UTF-16, not in UTF-8"),
        "one byte each predicted": (predicting(2, 1, 4), "only those up to U+007F take one byte"),
        "no surrogates predicted": (predicting(1, 2, 3), "above U+FFFF takes two units"),
        "the byte order mark predicted": (predicting(1, 2, 5), "one too many. The byte order mark"),
        "two units each predicted": (predicting(2, 2, 8), "a unit of UTF-16 has two"),
        "another number predicted": (predicting(3, 1, 7), "UTF-8 bytes: 7 is not right"),
        "a prediction in words": (predicting(3, 1, "ten"), "a number is expected, not the str 'ten'"),
        "a prediction is missing": (predicting(3, 1, None), "a number is expected"),
        "predictions turned round": ([t[::-1] for t in PREDICTIONS], "order; wanted are code points, "),
        "three predictions": (PREDICTIONS[:3], "should be a list of four triples"),
        "twelve predictions": (list(range(12)), "should be a list of four triples"),
        "one number predicted": (12, "should be a list of four triples"),
    }.items()
} | {
    title: (PREDICTIONS, lengths, fragment)
    for title, (lengths, fragment) in {
        "bytes for code points": (measuring(points=lambda t: len(t.encode())), "number of UTF-8 bytes"),
        "normalised first": (lambda t: by_code_point(normalised(t)), "count the text as it stands"),
        "three bytes each": (measuring(size=lambda t: 3 * len(t)), "three bytes for each code point"),
        "bytes of Shift_JIS": (measuring(size=lambda t: len(t.encode("cp932"))), "in UTF-16, not in UTF-8"),
        "with the byte order mark": (measuring(units=lambda t: len(t.encode("utf-16")) // 2), "mark that"),
        "bytes of UTF-16": (measuring(units=lambda t: len(t.encode("utf-16-le"))), "of UTF-16 has two"),
        "bytes with the mark": (measuring(units=lambda t: len(t.encode("utf-16"))), "mark with them"),
        "no surrogates": (measuring(units=len), "each of them above U+FFFF takes two units"),
        "turned round": (lambda t: by_code_point(t)[::-1], "the right numbers in another order"),
        "two numbers": (lambda t: by_code_point(t)[:2], "should return 3 things"),
        "a text": (returns_text, "should return 3 things"),
        "no return": (forgets_to_return, "is a `return` missing?"),
        "called too early": (by_code_point("a"), "without calling it"),
    }.items()
}

# Exercise 2

NAMES = ("kanji", "hiragana", "katakana", "other")
CLASSES = [
    ("kanji", "々〆〇㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff"),
    ("hiragana", "ぁ-ゖゝゞ"),
    ("katakana", "ァ-ヺーヽヾｦ-ﾟ"),
]


def matching(classes=CLASSES, seen=lambda text: "".join(text.split()), smallest=1):
    """Return the shares by regular expressions; what `seen` leaves of the text counts."""

    def shares(text):
        counts = {name: len(re.findall(f"[{characters}]", text)) for name, characters in classes}
        size = len(seen(text))
        counts["other"] = len("".join(text.split())) - sum(counts.values())
        return {name: count / max(smallest, size) for name, count in counts.items()}

    return shares


def by_name(*words):
    """Return shares by the first of the words, pairs with a script, that the Unicode name contains."""

    def shares(text):
        found = Counter()
        for character in text:
            if not character.isspace():
                name = unicodedata.name(character)
                found[next((script for word, script in words if word in name), "other")] += 1
        return {script: found[script] / max(1, found.total()) for script in NAMES}

    return shares


def without(characters, instead="other"):
    """Return the right shares, but that these characters count as another script."""
    stands_for = {"other": "!", "hiragana": "あ"}[instead]
    return lambda text: matching()(re.sub(f"[{characters}]", stands_for, text))


def times(factor):
    return lambda text: {name: share * factor(text) for name, share in matching()(text).items()}


def counts_white_space(text):
    shares = matching(seen=str)(text)
    return shares | {"other": 1 - sum(shares[name] for name in NAMES[:3]) if text else 0}


def loops_over_some(text):
    shares = matching()(text)
    return {name: share for name, share in shares.items() if share}


SCRIPT_SHARES = {
    "ー is other": (without("ー"), "'タワー': ー counts as other"),
    "ー is hiragana": (without("ーｰ", "hiragana"), "ー counts as hiragana"),
    "one block of kanji": (matching([("kanji", "一-鿿々〆〇"), *CLASSES[1:]]), "see CJK extension B"),
    "two blocks of kanji": (
        matching([("kanji", "㐀-䶿一-鿿々〆〇\U00020000-\U0003ffff"), *CLASSES[1:]]),
        "U+F900",
    ),
    "々 is other": (without("々"), "々 counts as other"),
    "〆 is other": (without("〆"), "〆 counts as other"),
    "〇 is other": (without("〇"), "〇 counts as other"),
    "half-width is other": (without("ｦ-ﾟ"), "half-width katakana (U+FF66 to U+FF9F) count as other"),
    "half-width marks are other": (without("ﾞﾟ"), "ﾞ and ﾟ count as other"),
    "half-width punctuation is katakana": (
        matching([*CLASSES[:2], ("katakana", "ァ-ヺーヽヾ｡-ﾟ")]),
        "begin at U+FF66",
    ),
    "the block of katakana": (matching([*CLASSES[:2], ("katakana", "゠-ヿｦ-ﾟ")]), "・ counts as katakana"),
    "ア to ン": (matching([*CLASSES[:2], ("katakana", "ア-ンーｦ-ﾟ")]), "ァ and ヴ count as other"),
    "ァ to ン": (matching([*CLASSES[:2], ("katakana", "ァ-ンーｦ-ﾟ")]), "do not end with ン"),
    "あ to ん": (matching([CLASSES[0], ("hiragana", "あ-んゝゞ"), CLASSES[2]]), "hiragana begin before あ"),
    "ぁ to ん": (matching([CLASSES[0], ("hiragana", "ぁ-ん"), CLASSES[2]]), "it repeats a hiragana"),
    "IDEOGRAPH in the name": (
        by_name(("IDEOGRAPH", "kanji"), ("KATAKANA", "katakana"), ("HIRAGANA", "hiragana")),
        "IDEOGRAPHIC stands in their Unicode names",
    ),
    "HIRAGANA in the name": (
        by_name(("CJK", "kanji"), ("HIRAGANA", "hiragana"), ("KATAKANA", "katakana")),
        "ー counts as hiragana",
    ),
    "divided by white space, too": (matching(seen=str), "you divide by all characters; white space"),
    "white space is other": (counts_white_space, "white space counts as other"),
    "counts": (times(lambda text: len("".join(text.split()))), "these are counts; divide"),
    "percentages": (times(lambda text: 100), "these are percentages"),
    "rounded": (lambda t: {k: round(n, 2) for k, n in matching()(t).items()}, "these are rounded"),
    "other left out of the whole": (
        times(lambda text: 1 / ((1 - matching()(text)["other"]) or 1)),
        "you divide by the kanji and kana alone",
    ),
    "only scripts that occur": (loops_over_some, "a script that does not occur should be there"),
    "division by zero": (matching(smallest=0), "an empty text has no characters"),
    "no white space": (
        lambda text: matching(smallest=0)(text) if text else dict.fromkeys(NAMES, 0),
        "nothing but white",
    ),
    "a tuple": (lambda text: tuple(matching()(text).values()), "should be a dict, yours is a tuple"),
    "another name": (lambda t: {k.title(): n for k, n in matching()(t).items()}, "'kanji' is missing"),
    "no return": (forgets_to_return, "is a `return` missing?"),
}

# Exercise 5


def counts_of(text):
    return sorted(Counter(text).values(), reverse=True)


def top(text, k):
    return sum(counts_of(text)[:k])


def sharing(covered, size=len):
    """Return coverage that divides what `covered` says by the length, nothing of an empty text."""
    return lambda text, k: covered(text, k) / size(text) if text else 0


def by_running_sum(text, k):
    sums = [0, *accumulate(counts_of(text))]
    return sums[min(k, len(sums) - 1)] / max(1, len(text))


def with_ties(text, k):
    counts = counts_of(text)
    return sum(n for n in counts if k and n >= counts[min(k, len(counts)) - 1])


TEXT = "".join(sentence.text for document in generate(100, seed=1) for sentence in document.sentences)
KINDS = len(set(TEXT))
NEEDED = next(k for k in range(KINDS) if by_running_sum(TEXT, k) >= 0.9)

COVERAGE = {
    "a share predicted": (0.9, by_running_sum, NEEDED, f"0.9 is none: the text has {KINDS} different"),
    "too many predicted": (KINDS + 1, by_running_sum, NEEDED, f"is none: the text has {KINDS} different"),
    "none predicted": (0, by_running_sum, NEEDED, "0 is none"),
    "predicted in words": ("many", by_running_sum, NEEDED, "'many' is none"),
    "one short": (300, by_running_sum, NEEDED - 1, f"{NEEDED - 1} characters cover 89.9"),
    "one too many": (300, by_running_sum, NEEDED + 1, "and fewer are enough"),
    "90 % of the characters": (300, by_running_sum, KINDS * 9 // 10, "and fewer are enough"),
    "how many they make up": (300, by_running_sum, len(TEXT) * 9 // 10, f"a whole number from 1 to {KINDS}"),
    "a share measured": (300, by_running_sum, 0.9002, f"a whole number from 1 to {KINDS}, not 0.9002"),
} | {
    title: (300, answer, NEEDED, fragment)
    for title, (answer, fragment) in {
        "a count": (lambda t, k: sum(counts_of(t)[:k]), "that is a number of characters"),
        "a percentage": (lambda t, k: 100 * by_running_sum(t, k), "that is a percentage"),
        "divided by the kinds": (
            sharing(top, lambda t: len(set(t))),
            "you divide by the number of different",
        ),
        "share of the kinds": (sharing(lambda t, k: k, lambda t: len(set(t))), "how often does each"),
        "whole division": (lambda t, k: top(t, k) // max(1, len(t)), "does // stand where"),
        "the rarest": (sharing(lambda t, k: sum(counts_of(t)[::-1][:k])), "sort by the counts, the larg"),
        "the first": (sharing(lambda t, k: sum(map(t.count, list(dict.fromkeys(t))[:k]))), "sort by the"),
        "by code point": (sharing(lambda t, k: sum(map(t.count, sorted(set(t))[:k]))), "sort by the counts"),
        "one more": (sharing(lambda t, k: top(t, k + 1)), "one character too many"),
        "one less": (sharing(lambda t, k: top(t, max(0, k - 1))), "is k one too small"),
        "the k-th alone": (sharing(lambda t, k: counts_of(t)[k - 1]), "take all k together"),
        "all that are equal": (sharing(with_ties), "take k and no more"),
        "more than there are": (sharing(lambda t, k: sum(counts_of(t)[i] for i in range(k))), "IndexError"),
        "division by zero": (lambda t, k: top(t, k) / len(t), "nothing can be divided by 0"),
        "no return": (lambda t, k: None, "is a `return` missing?"),
        "one argument": (lambda t: 1.0, "cannot be called with 2 arguments"),
    }.items()
}

SOLUTIONS = {
    "predict_lengths": (PREDICTIONS, by_code_point),
    "script_shares": (matching(),),
    "coverage": (1, by_running_sum, NEEDED),
}
ALL = [PREDICT_LENGTHS, SCRIPT_SHARES, COVERAGE]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
