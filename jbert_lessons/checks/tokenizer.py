"""Checks of lesson 03: vocabulary and tokenizer. The references are written apart from the package.

A mistake is a message and a function that makes it; that which explains most of the answers is named.
"""

import copy
import random
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import product

from jbert_lessons.checks.compare import ask
from jbert_lessons.checks.compare_values import compare_values, same_value
from jbert_lessons.checks.exercise import Wrong, exercise
from jbert_lessons.tokenizer import Tokenizer

LESSON = "03_tokenizer"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CHANGED = "your function changes a list that it is given and that the caller may still need: build a new list"


def _examine(answer, cases: Iterable[tuple], right: Callable, mistakes: Sequence, what: Callable) -> None:
    """Raise Wrong for the first case where the answer is not what `right` gives; `what` names a case."""
    results, error = [], None
    for case in cases:
        given = [copy.deepcopy(value) if isinstance(value, list) else value for value in case]
        try:
            results.append((case, ask(answer, *given)))
            if given != [*case]:
                raise Wrong(CHANGED)
        except Exception as raised:  # told only if nothing before it is wrong
            error = raised
            break
    fits = [-sum(same_value(found, make(*case)) for case, found in results) for _, make in mistakes]
    ranked = [mistakes[i] for i in sorted(range(len(mistakes)), key=fits.__getitem__)]
    for case, found in results:
        name = what(*case)
        compare_values(found, right(*case), name, [(f"{name}: {why}", make(*case)) for why, make in ranked])
    if error:
        raise error


def _best(words: list, order: Callable = min, weigh=True, once=False) -> tuple[str, str]:
    counts: dict[tuple, int] = {}
    for pieces, count in words:
        pairs = [(pieces[i], pieces[i + 1]) for i in range(len(pieces) - 1)]
        for pair in dict.fromkeys(pairs) if once else pairs:
            counts[pair] = counts.get(pair, 0) + (count if weigh else 1)
    return order([pair for pair in counts if counts[pair] == max(counts.values())])


def _merge(pieces: Sequence[str], pair: tuple, merged: str | None = None, times: int = -1) -> list[str]:
    """Replace the pair in a text in which each piece stands between two marks."""
    old, text = ("".join(f"\x02{piece}\x03" for piece in some) for some in (pair, pieces))
    merged = merged or pair[0] + pair[1].removeprefix("##")
    return text.replace(old, f"\x02{merged}\x03", times)[1:-1].split("\x03\x02")


ACROSS = "the two parts stand in different words; a pair never reaches beyond the end of a word"
TIE = "several pairs are as frequent. The smallest is asked for; you took the "
BEST_MISTAKES = [
    ("a word that occurs n times brings its pairs n times: use its count", lambda w: _best(w, weigh=False)),
    ("a pair counts each time it occurs, also twice in one word", lambda w: _best(w, once=True)),
    (ACROSS, lambda w: _best([([p for pieces, _ in w for p in pieces], 1)])),
    (ACROSS, lambda w: _best([([p for pieces, n in w for p in pieces * n], 1)])),
    (TIE + "one seen first", lambda w: _best(w, lambda pairs: pairs[0])),
    (TIE + "one seen last", lambda w: _best(w, lambda pairs: pairs[-1])),
    (TIE + "largest", lambda w: _best(w, max)),
]
LEFT = "the left part keeps its ##: the new piece still continues a word"
STRIPPED = "strip, lstrip and replace take away every #, also one that is a character of the word"
WHOLE = "compare whole pieces: in one text a part is also found at the end of a longer piece"
MERGE_MISTAKES = [
    ("the right part loses its ##: it stands inside a piece now", lambda p, x: _merge(p, x, "".join(x))),
    (LEFT, lambda p, x: _merge(p, x, "".join(x).replace("##", ""))),
    (STRIPPED, lambda p, x: _merge(p, x, x[0] + x[1].lstrip("#"))),
    ("only the first is merged; a pair may occur again", lambda p, x: _merge(p, x, times=1)),
    ("of two that overlap, merge the left one", lambda p, x: _merge(p[::-1], x[::-1], *_merge(x, x))[::-1]),
    (WHOLE, lambda p, x: " ".join(p).replace(" ".join(x), *_merge(x, x)).split()),
]


@exercise(
    LESSON,
    1,
    hints=(
        "count by hand for two words, one of them with a count of 5. What is the 5 for? For merge, write "
        "down four times the same character: once two are merged, which piece do you look at next?",
        "best_pair: one counter for all words; each pair of neighbours adds the count of its word; then the "
        "smallest of the most frequent. merge: an index that goes on by 2 after a merge and else by 1.",
    ),
)
def pair_and_merge(best_pair, merge):
    """The answers: a list of (pieces, count) → the pair to merge; (pieces, pair) → the new pieces."""
    texts = (
        "はい5 かい1 かいに1,で5 は5 で4 は5 でも3,はははは3 はな5,はな4 かわ4 やま4 さけ4,かわ2 かき2 かな2"
    )
    draw = random.Random(1)
    for _ in range(40):
        words = ["東京", *("".join(draw.choices("東京都府", k=draw.randint(1, 5))) for _ in range(5))]
        texts += "," + " ".join(f"{word}{draw.randint(1, 4)}" for word in words)
    words = [[(word[:-1], int(word[-1])) for word in text.split()] for text in texts.split(",")]
    cases = [([([w[0], *("##" + c for c in w[1:])], n) for w, n in text],) for text in words]
    _examine(best_pair, cases, _best, BEST_MISTAKES, "best_pair for words and counts {}".format)
    words = "東 ##京 ##都,は ##は ##は ##は,は ##は ##は ##は ##は,C ###,東京 ##都,か ##い ##に,京"
    pairs = "東 ##京,##は ##は,は ##は,C ###,##京 ##都,京 ##都,##い ##に"
    cases = [(one.split(), tuple(two.split())) for one, two in product(words.split(","), pairs.split(","))]
    _examine(merge, cases, _merge, MERGE_MISTAKES, "merge for {} and {}".format)


def _split(word: str, vocabulary: list, pick=-1, bad="word", mark="##", marked=True, special=()) -> list[str]:
    """Search the vocabulary for pieces that fit, instead of the word for parts that are known."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start and marked else ""
        known = [piece for piece in vocabulary if piece in special or piece not in SPECIAL]
        parts = [piece.removeprefix(prefix) for piece in known if piece.startswith("##") == bool(prefix)]
        if parts := sorted((part for part in parts if word.startswith(part, start)), key=len):
            pieces.append(mark * bool(start) + parts[pick])
            start += len(parts[pick])
        elif bad in ("word", "rest"):
            return pieces * (bad == "rest") + ["[UNK]"]
        else:
            pieces += ["[UNK]"] * (bad == "character")
            start += 1
    return pieces


MARK = "inside a word only pieces with ## fit; pieces without it begin a word"
BAD = "one part that no piece covers makes the whole word [UNK], one token: "
SPLIT_MISTAKES = [
    ("take the longest piece that fits, not the shortest", lambda w, v: _split(w, v, pick=0)),
    (MARK, lambda w, v: _split(w, v, marked=False, mark="")),
    (MARK, lambda w, v: _split(w, v, marked=False)),
    ("pieces inside a word keep their ##", lambda w, v: _split(w, v, mark="")),
    ("what somebody typed must not become a special token", lambda w, v: _split(w, v, special=SPECIAL)),
    (BAD + "you keep the pieces before that part", lambda w, v: _split(w, v, bad="rest")),
    (BAD + "you keep the pieces around that part", lambda w, v: _split(w, v, bad="character")),
    (BAD + "you leave that part out", lambda w, v: _split(w, v, bad="left out")),
    ("a longest piece stays, even if a shorter one would lead further", lambda w, v: ["京都", "##府立"]),
    ("a word that is no piece itself may be made of several", lambda w, v: [w] if w in v else ["[UNK]"]),
]


@exercise(
    LESSON,
    2,
    hints=(
        "take a pencil and split 東京都 with the vocabulary above. Which texts do you look up, one after "
        "another? What do you look up when 東京 is done, and what happens if that finds nothing?",
        "two loops: the outer one until the word is used up; the inner one tries ends from the end of the "
        "word backwards, from the second piece on with ##. If it finds nothing, return [UNK] at once.",
    ),
)
def split_word(answer):
    """The answer: (word, vocabulary) → pieces, longest match first; [UNK] for a word with a bad part."""
    vocabulary = [*SPECIAL, *"東京府病", "東京", "京都", "##京", "##都", "##府", "##京都", "##院"]
    letters = [*vocabulary, "[", "]", *("##" + c for c in "[]SEP")]
    words = ["東京都", "東京", "病院", "都", "京都府", "東駅都", "東京駅", "駅", *SPECIAL]
    cases = [(word, vocabulary) for word in words]
    cases += [("京都府立", [*SPECIAL, "京", "京都", "京都府", "##府立"]), ("", letters), ("[SEP]", letters)]
    draw = random.Random(2)
    for _ in range(60):
        parts = {"".join(draw.choices("東京都", k=draw.randint(1, 3))) for _ in range(10)}
        pieces = [draw.choice(["", "##"]) + part for part in sorted(parts)]
        cases.append(("".join(draw.choices("東京都", k=draw.randint(1, 6))), [*SPECIAL, *pieces]))
    _examine(answer, cases, _split, SPLIT_MISTAKES, lambda w, v: f"{w!r} with the pieces {' '.join(v[5:])}")


MARKED = "パパ=パパ かぎ=かぎ か\u3099き\u3099=がぎ ｶﾞｯｺｳ=ガッコウ データベース=データベース Tōkyō=Tōkyō"
MARKED += " ①ＢＥＲＴ=1BERT Cafe\u0301=Café カカ\u309aミ=カカ\u309aミ 猫\u3000は寝ている。=猫は寝ている。"
TABLE = dict(row.split("=") for row in MARKED.split(" "))
CHARACTERS = "".join([*TABLE.values(), *map(chr, range(0x3041, 0x30FF)), "abcdefghijklmnopqrstuvwxyz"])
FOLDS = {  # forms of Unicode to go through, and marks that stay when the others are thrown away
    "marks are still lost: which line throws them away?": ["NFD -", "NFKD -", "NFKC NFD -"],
    "the text stays as it was typed: is there no normalisation?": [""],
    "what is half-width or circled is not folded to its usual form": ["NFC", "NFD \u3099\u309a NFC"],
    "letter and mark stay two characters: put them together": ["NFD", "NFKD"],
    "が keeps its mark; パ has another": ["NFD \u3099 NFC", "NFD \u3099 NFKC", "NFKD \u3099 NFKC"],
    "letters other than kana lose their accents": ["NFKD \u3099\u309a NFKC", "NFD \u3099\u309a NFKC"],
    "a mark that has no form together with its letter is still thrown away": ["NFKC -"],
}


def _fold(text: str, steps: str) -> list[str]:
    for step in steps.split():
        kept = "".join(c for c in text if c in step or not unicodedata.combining(c))
        text = unicodedata.normalize(step, text) if step[0] == "N" else kept
    return [c if c in CHARACTERS else "[UNK]" for c in text if not c.isspace()]


FOLD_MISTAKES = [(why, lambda x, way=way: _fold(x, way)) for why, ways in FOLDS.items() for way in ways]


@exercise(
    LESSON,
    3,
    hints=(
        "print what normalize makes of パパ after its first line, one character at a time. How many "
        "characters are there, and which of them survive the second line?",
        "lesson 01 names four forms of Unicode: two take characters apart, two put them together; one of "
        "each also folds width. Once you have the right one, what is the other line still there for?",
    ),
)
def keep_the_marks(answer):
    """The answer is a class, built as answer(characters), whose tokens(text) are those of NFKC."""
    if not isinstance(answer, type) or not hasattr(answer, "tokens"):
        raise Wrong("hand over a class like LossyTokenizer, with all its methods, not an object made from it")
    tokens = ask(answer, CHARACTERS).tokens
    cases, right = [(text,) for text in TABLE], lambda text: [*TABLE[text]]
    _examine(tokens, cases, right, FOLD_MISTAKES, lambda x: f"the tokens of {x} ({len(x)} characters)")


def _shorten(first: list, second: list, size: int, special=3, tie=0) -> tuple[list, list]:
    room = size - special
    kept = min(len(first), max(room - len(second), room - (room + tie) // 2))
    return first[:kept], second[: room - kept]


ROOM = "the special tokens take three places: [CLS], and a [SEP] after each list; you count "
GIVES = "gives all the tokens; they should come from the list that is longer at the moment"
HALF = "each gets half of the room, and the places that a short one leaves are not used"
SHORTEN_MISTAKES = [
    ("second " + GIVES, lambda f, s, n: (f, s[: max(0, n - 3 - len(f))])),
    ("first " + GIVES, lambda f, s, n: (f[: max(0, n - 3 - len(s))], s)),
    ("the shorter list is cut first", lambda f, s, n: SHORTEN_MISTAKES[len(f) <= len(s)][1](f, s, n)),
    (HALF, lambda f, s, n: (f[: (n - 3) // 2], s[: (n - 3) // 2])),
    (HALF, lambda f, s, n: (f[: (n - 2) // 2], s[: (n - 3) // 2])),
    (
        "cut at the end, not at the front",
        lambda f, s, n: [part[::-1] for part in _shorten(f[::-1], s[::-1], n)],
    ),
    *((ROOM + str(k), lambda *x, k=k: _shorten(*x, special=k)) for k in (0, 1, 2, 4)),
    ("of two equally long lists, second should lose a token", lambda *x: _shorten(*x, tie=1)),
]


@exercise(
    LESSON,
    4,
    hints=(
        "how many places of max_length are left for the two lists? Then take a first of 6 and a second of "
        "4 with room for 7, and write down, step by step, which list loses a token.",
        "take away one token at a time, as long as both together do not fit: compare the two lengths, and "
        "shorten first if it is longer, second otherwise. It is enough to count, and to cut at the end.",
    ),
)
def truncate_pair(answer):
    """The answer: (first, second, max_length) → both, the longer one shortened until all tokens fit."""
    sizes = [(6, 4, 10), (2, 9, 10), (9, 2, 10), (5, 5, 10), *product(range(7), range(7), range(3, 16))]
    cases = [([*range(100, 100 + f)], [*range(200, 200 + s)], size) for f, s, size in sizes]
    _examine(answer, cases, _shorten, SHORTEN_MISTAKES, "first {}, second {}, max_length {}".format)


TEXTS = "猫 は 眠る 。,太郎 は 病院 で 働い て いる 。,東京 都 に 行く 。,花子 の 母 は 医者 だ 。"
WORDS = {text.replace(" ", ""): text.split() for text in TEXTS.split(",")}  # as MeCab cuts them


def _fertility(tokenizer: Tokenizer, texts: list[str], added=0, unknown=True, over=WORDS.get) -> float:
    pieces = [piece for text in texts for word in WORDS[text] for piece in _split(word, tokenizer.vocabulary)]
    count = len(pieces) - pieces.count("[UNK]") * (not unknown) + added * len(texts)
    return count / sum(len(over(text)) for text in texts)


def _mean(tokenizer: Tokenizer, texts: list[str], added=0) -> float:
    return sum(_fertility(tokenizer, [text], added) for text in texts) / len(texts)


ADDED = "[CLS] and [SEP] are no pieces of a word"
MEAN = "add up the pieces of all texts and the words of all texts, then divide: a short text weighs less"
FERTILITY_MISTAKES = [
    (ADDED, lambda t, x: _fertility(t, x, added=2)),
    (MEAN, _mean),
    (ADDED + ". And " + MEAN, lambda t, x: _mean(t, x, added=2)),
    ("divide by the number of words, not of characters", lambda t, x: _fertility(t, x, over=str)),
    ("Japanese has no spaces: let surfaces find the words", lambda t, x: _fertility(t, x, over=str.split)),
    ("pieces per word are asked for, not words per piece", lambda t, x: 1 / _fertility(t, x)),
    ("a fraction is asked for: divide with /, not with //", lambda t, x: _fertility(t, x) // 1),
    ("[UNK] is a piece, too", lambda t, x: _fertility(t, x, unknown=False)),
]


@exercise(
    LESSON,
    5,
    hints=(
        "take one short sentence. How many ids does encode give, and how many of them belong to its words? "
        "Then take two sentences of different length: which of them should weigh more?",
        "two sums over all texts, one of pieces and one of words, and a single division at the end. From the "
        "ids of encode leave out the first and the last; surfaces gives the words.",
    ),
)
def fertility(answer):
    """The answer: (tokenizer, texts) → pieces of all texts divided by words of all texts."""
    characters = sorted({*"".join(WORDS)})
    coarse = [*SPECIAL, *characters, *("##" + c for c in characters)]
    tokenizers = Tokenizer(coarse), Tokenizer([*(t for t in coarse if "病" not in t), "東京", "太郎"])
    texts = list(WORDS)
    cases = [(t, x) for t in tokenizers for x in (texts[:1], texts[1:2], texts, texts[2:], texts[:2] * 3)]
    _examine(answer, cases, _fertility, FERTILITY_MISTAKES, lambda _, x: f"the fertility on {' '.join(x)}")
