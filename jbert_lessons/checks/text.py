"""Checks of lesson 01, text. The texts, with what is right for them, are in `text_cases`."""

import random
import re
import unicodedata
from itertools import permutations

from jbert_lessons.checks import text_cases as cases
from jbert_lessons.checks.compare import ask, check_number, parts
from jbert_lessons.checks.compare_values import compare_values, same_value
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "01_text"
SHARE = 0.9


@exercise(
    LESSON,
    1,
    hints=(
        "take one code point at a time. How large is its number, and how many bytes does UTF-8 give to "
        "numbers of that size? How many units does UTF-16?",
        "UTF-8: one byte up to U+007F, two up to U+07FF, three up to U+FFFF, four above. UTF-16: one unit of "
        "two bytes up to U+FFFF, two units above. text.encode writes either; for UTF-16 the name of the "
        "encoding should say the order of the bytes, or two more bytes come first to tell it.",
    ),
)
def predict_lengths(predictions, lengths):
    """The answers: a list of four triples, and a function text → (code points, bytes, UTF-16 units)."""
    triples = isinstance(predictions, list | tuple) and [
        isinstance(triple, list | tuple) and len(triple) == 3 for triple in predictions
    ]
    if triples != [True] * len(cases.PREDICTED):
        raise Wrong("your predictions should be a list of four triples of numbers, one triple for each text")
    for text, triple in zip(cases.PREDICTED, predictions, strict=True):
        _check_lengths(triple, text, "your prediction for ")
    for text in cases.MEASURED:
        _check_lengths(parts(ask(lengths, text), *cases.KINDS), text, "lengths of ")


def _check_lengths(found, text: str, what: str) -> None:
    expected = cases.lengths_of(text)
    codes = " ".join(f"U+{ord(character):04X}" for character in text)
    what += f"{text} ({codes})" if text else "the empty text"
    turned = any(same_value(found, other) for other in permutations(expected))
    if turned and not same_value(found, expected):
        raise Wrong(f"{what}: the right numbers in another order; wanted are {', '.join(cases.KINDS)}")
    mistakes = cases.length_mistakes(text)
    for kind, number, right, known in zip(cases.KINDS, found, expected, mistakes, strict=True):
        check_number(number, right, f"{what}: {kind}", known)


@exercise(
    LESSON,
    2,
    hints=(
        "which ranges of code points hold kanji, which hold kana? Print unicodedata.name(character) and "
        "hex(ord(character)) for each character of the text that the check names.",
        "write a small function first that gives the script of one character: the exceptions (ー and those "
        "in the table of the task) before the ranges. Then leave out white space, count, and divide by how "
        "many characters are left, if there are any.",
    ),
)
def script_shares(answer):
    """The answer is a function: text → dict with the shares of kanji, hiragana, katakana and other."""
    for text, labels in cases.LABELLED:
        what = f"the shares of {text!r}"
        mistakes = [(f"{what}: {why}", shares) for why, shares in cases.share_mistakes(text, labels)]
        compare_values(ask(answer, text), cases.shares_of(labels), what, mistakes)
    for text, name in [("", "an empty text"), (" \n\u3000", "a text of nothing but white space")]:
        try:
            found = ask(answer, text)
        except ZeroDivisionError:
            raise Wrong(f"{name} has no characters, and nothing can be divided by 0: what then?") from None
        compare_values(found, cases.shares_of(""), f"the shares of {name}")


@exercise(
    LESSON,
    3,
    hints=(
        "follow the function by hand through ㍻元年. What is `start` when 元 comes, and what should it be? "
        "In which of the two texts does a span point?",
        "two texts grow while the function runs: the original that is behind you, by the length of the "
        "group, and the normalised one, by the length of the piece. A span begins where the first ends.",
    ),
)
def repair_offset_map(answer):
    """The answer is a function: text → (text in NFKC, list of the span of each of its characters)."""
    draw = random.Random(1)
    more = [" ".join(draw.choices([*cases.CHANGED, "年", "の"], k=size)) for size in (3, 5, 8, 13)]
    for groups in map(str.split, [*cases.GROUPED, *more, ""]):
        text, normal, facts = "".join(groups), "", []
        for i, group in enumerate(groups):
            piece = cases.CHANGED.get(group, group)
            start = sum(map(len, groups[:i]))
            facts += [(start, len(normal), i, text.index(group), len(group), len(piece))] * len(piece)
            normal += piece
        found, spans = parts(ask(answer, text), "the normalised text", "the spans")
        whole = f"the normalised text of {text}"
        apart = "".join(unicodedata.normalize("NFKC", character) for character in text)
        mistakes = [(f"{whole}: it is still the text itself", text)]
        mistakes += [(f"{whole}: normalise each group as a whole, a mark with what it belongs to", apart)]
        compare_values(found, normal, whole, mistakes)
        right = [(s, s + size) for s, _, _, _, size, _ in facts]
        if not isinstance(spans, list | tuple):
            compare_values(spans, right, f"the spans of {text}")
        if len(spans) != len(right):
            reason = f"{len(spans)} spans for the {len(normal)} characters of {normal}"
            raise Wrong(f"the spans of {text}: {reason}; each of them needs one, both of 平成 as well")
        for place, (start, end) in enumerate(right):
            if not same_value(spans[place], (start, end)):
                where = f"the spans of {text}: place {place} of {normal}, {normal[place]}, comes from "
                where += f"{text[start:end]} at {(start, end)}; your span is {_pointed(text, spans[place])}"
                slips = ((why, [slip(*fact) for fact in facts]) for why, slip in cases.SLIPS)
                raise Wrong(where + next((f". {why}" for why, slip in slips if same_value(spans, slip)), ""))


def _pointed(text: str, span) -> str:
    numbers = isinstance(span, list | tuple) and [isinstance(number, int) for number in span] == [True, True]
    return f"{span}, where {text[slice(*span)] or 'nothing'} stands" if numbers else repr(span)


@exercise(
    LESSON,
    4,
    hints=(
        "walk through the text one character at a time. What do you have to remember to know whether a 。 "
        "ends a sentence? And how do you know that a bracket will be closed?",
        "first find the pairs: keep the places of open brackets in a list, and when a closing one comes, "
        "look for its partner from the end of that list. Only pairs hide the marks inside. Then cut after "
        "each run of marks that no pair hides, keep the rest, strip, and drop what is empty.",
    ),
)
def split_sentences(answer):
    """The answer is a function: paragraph → list of its sentences."""
    draw = random.Random(4)
    rule = "inside brackets no sentence ends"
    more = (
        ["".join(draw.choices(cases.BITS, k=3)) + draw.choice("。！？") for _ in "123"] for _ in range(20)
    )
    for marked, rule in [*cases.PARAGRAPHS, *(("|".join(sentences), rule) for sentences in more)]:
        text = marked.replace("|", "")
        right = [sentence.strip() for sentence in marked.split("|") if sentence.strip()]
        what = f"the sentences of {text!r}"
        try:
            found = ask(answer, text)
        except IndexError as error:
            raise Wrong(f"{what}: your code stopped with IndexError: {error}. The rule: {rule}") from None
        if not isinstance(found, list | tuple) or not all(isinstance(sentence, str) for sentence in found):
            compare_values(found, right, what)
        if not all(sentence.strip() for sentence in found):
            raise Wrong(f"{what}: one of yours is empty")
        unmarked = [re.sub("[。！？]+$", "", sentence) for sentence in right]
        if text and list(found) == unmarked != right:
            raise Wrong(f"{what}: the marks are gone; a sentence keeps the 。！？ that ends it")
        try:
            compare_values(found, right, what)
        except Wrong as wrong:
            raise Wrong(f"{wrong}. The rule: {rule}") from None


@exercise(
    LESSON,
    5,
    hints=(
        "how often does each character occur? Write the counts of a short text in a row, the largest first. "
        "Which of them does k take, and by what is their sum divided?",
        "collections.Counter counts the characters of a text, and its method most_common sorts them and "
        "takes as many as there are. For the measurement let k grow by one until the share is reached.",
    ),
)
def coverage(prediction, answer, needed):
    """The answers: a guess, a function (text, k) → share, the number of characters that cover 90 %."""
    sample = cases.sample()
    kinds = len(set(sample))
    if type(prediction) is not int or not 1 <= prediction <= kinds:
        reason = f"{prediction!r} is none: the text has {kinds} different characters"
        raise Wrong(f"your prediction should be a number of characters, a whole one; {reason}")
    for text, k in [*cases.COVERED, (sample, 100)]:
        name = "the sample" if text == sample else text or "the empty text"
        what = f"the coverage of {name} by {k}"
        try:
            found = ask(answer, text, k)
        except ZeroDivisionError:
            raise Wrong(f"{what}: nothing can be divided by 0; what should come out?") from None
        right = sum(cases.counts_of(text)[:k]) / max(1, len(text))
        mistakes = ((f"{what}: {why}", it) for why, it in cases.coverage_mistakes(text, k))
        compare_values(found, right, what, mistakes)
    if type(needed) is not int or not 1 <= needed <= kinds:
        raise Wrong(f"what you measured should be a whole number from 1 to {kinds}, not {needed!r}")
    counts = cases.counts_of(sample)
    share, less = (sum(counts[:k]) / len(sample) for k in (needed, needed - 1))
    if share < SHARE:
        raise Wrong(f"what you measured: {needed} characters cover {share:.3%}, which is less than 90 %")
    if less >= SHARE:
        raise Wrong(f"what you measured: {needed} characters cover {share:.3%}, and fewer are enough")
