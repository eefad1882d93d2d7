"""Answers to the exercises of lesson 03, vocabulary and tokenizer."""

import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat

from jbert_lessons.words import surfaces

SHEET = Path(__file__).parents[2] / "solutions" / "03_tokenizer.ipynb"
SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
UNKNOWN = ["[UNK]"]

# Exercise 1


def counted(words, pairs_of=pairwise, weigh=True):
    counts = Counter()
    for pieces, count in words:
        for pair in pairs_of(pieces):
            counts[pair] += count if weigh else 1
    return counts


def best(words, **how):
    counts = counted(words, **how)
    return sorted(counts, key=lambda pair: (-counts[pair], *pair))[0]


def picking(pick):
    """Return best_pair that lets `pick` choose from the pairs with their counts."""
    return lambda words: pick(counted(words))


def joining(repeat):
    """Return best_pair that makes one long word of all, each as often as it occurs if `repeat` is true."""
    return lambda words: best([([p for pieces, n in words for p in pieces * (n if repeat else 1)], 1)])


def merge_one_behind(pieces, pair):
    result, waiting = [], None
    for piece in pieces:
        if (waiting, piece) == pair:
            result.append(waiting + piece[2:])
            waiting = None
        else:
            result += [] if waiting is None else [waiting]
            waiting = piece
    return result if waiting is None else [*result, waiting]


def merger(join=lambda left, right: left + right[2:], *, once=False, step=2, last=True):
    """Return merge as a learner writes it, with one thing different."""

    def merge(pieces, pair):
        result, i, going_on = [], 0, True
        while i < len(pieces) - (not last):
            if going_on and tuple(pieces[i : i + 2]) == pair:
                result.append(join(*pair))
                i += step
                going_on = not once
            else:
                result.append(pieces[i])
                i += 1
        return result

    return merge


def with_pop(pieces, pair):
    i = 0
    while i < len(pieces) - 1:
        if (pieces[i], pieces[i + 1]) == pair:
            pieces[i] += pieces.pop(i + 1)[2:]
        i += 1
    return pieces


BEST = {
    "count ignored": (lambda words: best(words, weigh=False), "use its count"),
    "across words": (joining(repeat=False), "stand in different words"),
    "across words, repeated": (joining(repeat=True), "stand in different words"),
    "once for a word": (lambda words: best(words, pairs_of=lambda p: set(pairwise(p))), "also twice in one"),
    "most_common": (picking(lambda counts: counts.most_common(1)[0][0]), "you took the one seen first"),
    "last seen": (picking(lambda counts: max([*counts][::-1], key=counts.get)), "you took the one seen last"),
    "largest": (picking(lambda counts: max(counts, key=lambda p: (counts[p], p))), "you took the largest"),
    "the count": (picking(lambda counts: max(counts.values())), "should be a tuple, yours is a number"),
    "pair and count": (picking(lambda counts: counts.most_common(1)[0]), "item 0 should be 'は', yours is ("),
    "the new piece": (lambda words: "".join(best(words)), "should be a tuple, yours is a text"),
    "no return": (lambda words: None, "is a `return` missing?"),
}
MERGE = {
    "## kept": (merger(lambda left, right: left + right), "the right part loses its ##"),
    "## lost": (merger(lambda left, right: (left + right).replace("##", "")), "the left part keeps its ##"),
    "lstrip": (merger(lambda left, right: left + right.lstrip("#")), "take away every #"),
    "only the first": (merger(once=True), "only the first is merged"),
    "from the right": (
        lambda p, x: merger(lambda b, a: a + b[2:])(p[::-1], x[::-1])[::-1],
        "merge the left one",
    ),
    "in joined text": (
        lambda p, x: " ".join(p).replace(" ".join(x), x[0] + x[1][2:]).split(),
        "whole pieces",
    ),
    "right part used again": (merger(step=1), "item 1 should be '##都', yours is '##京'"),
    "last piece lost": (merger(last=False), "merge for ['東', '##京', '##都'] and ('東', '##京')"),
    "changes the list": (with_pop, "changes a list that it is given"),
}
PAIR_AND_MERGE = {f"best: {title}": (answer, merger(), part) for title, (answer, part) in BEST.items()}
PAIR_AND_MERGE |= {f"merge: {title}": (best, answer, part) for title, (answer, part) in MERGE.items()}

# Exercise 2


def by_recursion(word, vocabulary, start=0, back=False):
    for end in range(len(word), start, -1):
        piece = "##" * bool(start) + word[start:end]
        if piece in vocabulary and piece not in SPECIAL_TOKENS:
            rest = by_recursion(word, vocabulary, end, back)
            if rest != UNKNOWN:
                return [piece, *rest]
            if not back:
                break
    return UNKNOWN if start < len(word) else []


def splitter(*, shortest=False, looked_up="##", shown="##", special=False, bad="word"):
    """Return split_word as a learner writes it, with one thing different."""

    def split_word(word, vocabulary):
        known = {piece for piece in vocabulary if special or piece not in SPECIAL_TOKENS}
        pieces, start = [], 0
        while start < len(word):
            ends = range(start + 1, len(word) + 1)
            for end in ends if shortest else reversed(ends):
                if looked_up * bool(start) + word[start:end] in known:
                    pieces.append(shown * bool(start) + word[start:end])
                    start = end
                    break
            else:
                if bad in ("word", "rest"):
                    return pieces * (bad == "rest") + UNKNOWN
                pieces += UNKNOWN * (bad == "around")
                start += bad != "without end"
        return pieces

    return split_word


SPLIT_WORD = {
    "shortest match": (splitter(shortest=True), "not the shortest"),
    "## forgotten": (splitter(looked_up="", shown=""), "inside a word only pieces with ## fit"),
    "## not looked up": (splitter(looked_up=""), "inside a word only pieces with ## fit"),
    "## not shown": (splitter(shown=""), "pieces inside a word keep their ##"),
    "special tokens fit": (splitter(special=True), "must not become a special token"),
    "pieces before kept": (splitter(bad="rest"), "you keep the pieces before that part"),
    "pieces around kept": (splitter(bad="around"), "you keep the pieces around that part"),
    "bad part left out": (splitter(bad="left out"), "you leave that part out"),
    "without end": (splitter(bad="without end"), "is there a loop that never ends?"),
    "steps back": (lambda w, v: by_recursion(w, v, back=True), "even if a shorter one would lead further"),
    "whole words only": (lambda w, v: [w] if w in v else UNKNOWN, "may be made of several"),
    "characters": (lambda w, v: [w[:1], *("##" + c for c in w[1:])], "not the shortest"),
    "a text": (lambda w, v: " ".join(by_recursion(w, v)), "should be a list, yours is a text"),
    "sorts the vocabulary": (lambda w, v: v.sort() or by_recursion(w, v), "changes a list that it is given"),
    "one argument": (lambda word: [word], "cannot be called with 2 arguments"),
}

# Exercise 3


def repaired(steps=None, lower=False):
    """Return the sheet's class, normalising in `steps`: forms of Unicode, marks that a filter keeps."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("class LossyTokenizer")]
    names = {"unicodedata": unicodedata, "SPECIAL_TOKENS": SPECIAL_TOKENS}
    exec(source, names)

    def normalize(self, text):
        for step in steps.split():
            kept = "".join(c for c in text if c in step or not unicodedata.combining(c))
            text = unicodedata.normalize(step, text) if step.startswith("NF") else kept
        return text.lower() if lower else text

    class_of_the_sheet = names["LossyTokenizer"]
    if steps is not None:
        class_of_the_sheet.normalize = normalize
    return class_of_the_sheet


KEEP_THE_MARKS = {
    "as in the sheet": (repaired(), "marks are still lost"),
    "NFKD": (repaired("NFKD -"), "marks are still lost"),
    "composed too late": (repaired("NFD - NFC"), "marks are still lost"),
    "no normalisation": (repaired(""), "is there no normalisation?"),
    "NFC": (repaired("NFC"), "what is half-width or circled is not folded"),
    "NFC and the filter": (repaired("NFC -"), "the tokens of ｶﾞｯｺｳ (5 characters): what is half-width"),
    "NFD without the filter": (repaired("NFD"), "letter and mark stay two characters"),
    "only U+3099 kept": (repaired("NFD \u3099 NFKC"), "が keeps its mark; パ has another"),
    "only U+3099 kept, NFC": (repaired("NFD \u3099 NFC"), "が keeps its mark; パ has another"),
    "marks of kana kept": (repaired("NFKD \u3099\u309a NFKC"), "letters other than kana lose their accents"),
    "marks of kana kept, NFC": (repaired("NFD \u3099\u309a NFC"), "what is half-width or circled is not"),
    "NFKC and the filter": (repaired("NFKC -"), "no form together with its letter is still thrown away"),
    "lower case": (repaired("NFKC", lower=True), "the tokens of Tōkyō (5 characters): item 0 should be 'T'"),
    "an object": (repaired("NFKC")("abc"), "not an object made from it"),
    "a function": (list, "hand over a class like LossyTokenizer"),
}

# Exercise 4


def by_slices(first, second, max_length):
    while len(first) + len(second) > max_length - 3:
        first, second = (first[:-1], second) if len(first) > len(second) else (first, second[:-1])
    return first, second


def popping(*, special=3, tie=False, end=-1, shorter=False, copied=True):
    """Return truncate as a learner writes it, with one thing different."""

    def truncate(first, second, max_length):
        if copied:
            first, second = list(first), list(second)
        while len(first) + len(second) + special > max_length and (first or second):
            longer = len(first) >= len(second) if tie else len(first) > len(second)
            ((first if longer != shorter else second) or first or second).pop(end)
        return first, second

    return truncate


TRUNCATE_PAIR = {
    "only second": (lambda f, s, n: (f[: n - 3], s[: max(0, n - 3 - len(f))]), "second gives all the tokens"),
    "only first": (lambda f, s, n: (f[: max(0, n - 3 - len(s))], s), "first gives all the tokens"),
    "from the front": (popping(end=0), "cut at the end, not at the front"),
    "halves": (lambda f, s, n: (f[: (n - 3) // 2], s[: (n - 3) // 2]), "each gets half of the room"),
    "halves, rounded up": (lambda f, s, n: (f[: (n - 2) // 2], s[: (n - 3) // 2]), "gets half of the room"),
    "special tokens forgotten": (popping(special=0), "you count 0"),
    "two special tokens": (popping(special=2), "you count 2"),
    "the shorter one": (popping(shorter=True), "the shorter list is cut first"),
    "tie to first": (popping(tie=True), "second should lose a token"),
    "changes its arguments": (popping(copied=False), "changes a list that it is given"),
    "the lengths": (lambda f, s, n: tuple(map(len, by_slices(f, s, n))), "item 0 should be [100"),
    "one list": (lambda f, s, n: [i for part in by_slices(f, s, n) for i in part], "item 0 should be [100"),
    "no return": (lambda f, s, n: None, "is a `return` missing?"),
}

# Exercise 5


def per(divisor, added=-2):
    """Return fertility with the ids of all texts, `added` for each, over the sum of `divisor` of each."""
    return lambda tokenizer, texts: (
        sum(len(tokenizer.encode(text).ids) + added for text in texts) / sum(map(divisor, texts))
    )


def word_count(text):
    return len(surfaces(text))


def by_words(tokenizer, texts):
    words = [word for text in texts for word in surfaces(text)]
    return sum(len(tokenizer.encode(word).ids) - 2 for word in words) / len(words)


def mean_of(ratio):
    return lambda tokenizer, texts: sum(ratio(tokenizer, [text]) for text in texts) / len(texts)


def known_only(tokenizer, texts):
    ids = [i for text in texts for i in tokenizer.encode(text).ids[1:-1]]
    return sum(i != 1 for i in ids) / sum(map(word_count, texts))


FERTILITY = {
    "[CLS] and [SEP]": (per(word_count, added=0), "[CLS] and [SEP] are no pieces of a word"),
    "mean of ratios": (mean_of(by_words), "add up the pieces of all texts"),
    "mean of ratios, [CLS]": (mean_of(per(word_count, added=0)), "a word. And add up the pieces"),
    "per character": (per(len), "divide by the number of words, not of characters"),
    "words at spaces": (per(lambda text: len(text.split())), "Japanese has no spaces"),
    "upside down": (lambda t, texts: 1 / by_words(t, texts), "not words per piece"),
    "[UNK] left out": (known_only, "[UNK] is a piece, too"),
    "whole numbers": (lambda t, texts: by_words(t, texts) // 1, "divide with /, not with //"),
    "no return": (lambda t, texts: None, "is a `return` missing?"),
}

SOLUTIONS = {
    "pair_and_merge": (best, merge_one_behind),
    "split_word": (by_recursion,),
    "keep_the_marks": (repaired("NFKC"),),
    "truncate_pair": (by_slices,),
    "fertility": (by_words,),
}
ALL = [PAIR_AND_MERGE, SPLIT_WORD, KEEP_THE_MARKS, TRUNCATE_PAIR, FERTILITY]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
