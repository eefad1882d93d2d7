"""The texts on which the checks of lesson 01 try an answer, what is right for them, and known slips.

All of it is labelled by hand or counted from code points; nothing rests on the package.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache

from jbert_lessons.corpora.minipedia.generator import generate

Mistakes = list[tuple[str, object]]

KINDS = ("code points", "UTF-8 bytes", "UTF-16 units")
PREDICTED = ("か\u3099", "𠮷野家", "ｷﾞﾀｰ", "👩\u200d🍳")
# In 日本語 no two mistakes give the same number; each other text shows one of them.
MEASURED = ("日本語", *PREDICTED, "ｶﾞｷﾞ", "㍻", "葛\U000e0100", "é", "BERT", "")


def lengths_of(text: str) -> tuple[int, int, int]:
    """Return the numbers of code points, UTF-8 bytes and UTF-16 units."""
    codes = [ord(character) for character in text]
    size = sum(1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF) for code in codes)
    return len(codes), size, len(codes) + sum(code > 0xFFFF for code in codes)


def length_mistakes(text: str) -> tuple[Mistakes, Mistakes, Mistakes]:
    """Return for each of KINDS what else may have been counted, and the number it gives."""
    points, size, units = lengths_of(text)
    normal = lengths_of(unicodedata.normalize("NFKC", text))
    in_bytes = "that is the number of UTF-8 bytes"
    after = "that is the number after normalisation; count the text as it stands"
    return (
        [
            (in_bytes, size),
            ("that is the number of UTF-16 units: above U+FFFF one code point is two units", units),
            (after, normal[0]),
            ("you may see one character, but every code point counts, joiners and marks as well", 1),
        ],
        [
            ("that is the number of code points: in UTF-8 only those up to U+007F take one byte", points),
            ("that is three bytes for each code point: those above U+FFFF take four", 3 * points),
            ("that is the number of bytes in UTF-16, not in UTF-8", 2 * units),
            (after, normal[1]),
            ("that is the number of bytes in UTF-16 with the byte order mark", 2 * units + 2),
            ("four bytes for each code point is UTF-32", 4 * points),
        ],
        [
            ("that is the number of code points: each of them above U+FFFF takes two units", points),
            ("one too many. The byte order mark that encode('utf-16') writes is no part of text", units + 1),
            (in_bytes, size),
            ("that counts bytes; a unit of UTF-16 has two", 2 * units),
            ("that counts bytes, and the byte order mark with them; a unit has two bytes", 2 * units + 2),
            (after, normal[2]),
            ("only code points above U+FFFF take two units", 2 * points),
        ],
    )


SCRIPTS = {"k": "kanji", "h": "hiragana", "t": "katakana", "o": "other"}

# Texts with the script of each character, _ for white space. Each is there for one trap.
LABELLED = [
    ("漢字とかな", "kkhhh"),
    ("テレビを見る。", "ttthkho"),
    ("タワー", "ttt"),
    ("らーめん", "hthh"),
    ("人々の声", "kkhk"),
    ("〆切", "kk"),
    ("二〇二六年", "kkkkk"),
    ("𠮷野家", "kkk"),
    ("宮﨑さん", "kkhh"),
    ("ﾋﾞﾃﾞｵ", "ttttt"),
    ("ｺｰﾋｰ｡", "tttto"),
    ("ヴァイオリン", "tttttt"),
    ("学問のすゝめ", "kkhhhh"),
    ("あぁ、よかった。", "hhohhhho"),
    ("レオナルド・ダ・ヴィンチ", "tttttototttt"),
    ("雨、風。", "koko"),
    ("ＮＨＫと３人", "ooohok"),
    ("東京\u3000大阪\n", "kk_kk_"),
    ("お茶\t百円\nコーヒー\t二百円", "hk_kk_tttt_kkk"),
]
HALF_WIDTH = "".join(map(chr, range(0xFF66, 0xFFA0)))
# What is said, of which characters, and as what they were counted.
MISREAD = [
    ("ー counts as other; here it is katakana, wherever it stands", "ーｰ", "o"),
    ("ー counts as hiragana; here it is katakana, wherever it stands", "ーｰ", "h"),
    ("half-width katakana (U+FF66 to U+FF9F) count as other", HALF_WIDTH, "o"),
    ("ﾞ and ﾟ count as other: these half-width marks are katakana here, too", "ﾞﾟ", "o"),
    ("｡ counts as katakana: half-width katakana begin at U+FF66, after their punctuation", "｡", "t"),
    ("𠮷 counts as other: not all kanji stand between U+4E00 and U+9FFF, see CJK extension B", "𠮷", "o"),
    ("﨑 counts as other: some kanji stand from U+F900 to U+FAFF", "﨑", "o"),
    ("々 counts as other; it repeats a kanji and is counted as one here", "々", "o"),
    ("〆 counts as other; here it is a kanji", "〆", "o"),
    ("〇 counts as other; here it is a kanji", "〇", "o"),
    ("、 and 。 count as kanji: IDEOGRAPHIC stands in their Unicode names, too", "、。", "k"),
    ("・ counts as katakana; it stands between words and is other", "・", "t"),
    ("ヴ counts as other: katakana do not end with ン", "ヴ", "o"),
    ("ァ and ヴ count as other: katakana begin before ア and do not end with ン", "ァヴ", "o"),
    ("ァ counts as other: katakana begin before ア", "ァ", "o"),
    ("ぁ counts as other: hiragana begin before あ", "ぁ", "o"),
    ("ゝ counts as other: it repeats a hiragana, and hiragana do not end with ん", "ゝ", "o"),
    ("white space counts as other; it should not count at all", " \t\n\u3000", "o"),
]


def shares_of(labels: str) -> dict[str, float]:
    """Return the share of each script; without any character, all are 0."""
    labels = labels.replace("_", "")
    return {name: labels.count(letter) / max(1, len(labels)) for letter, name in SCRIPTS.items()}


def share_mistakes(text: str, labels: str) -> Mistakes:
    """Return what may be wrong with shares, and the shares it gives."""
    right = shares_of(labels)
    size = len(labels.replace("_", ""))
    factors = [
        ("these are counts; divide by the number of characters", size),
        ("these are percentages; shares of a whole sum to 1", 100),
        ("you divide by all characters; white space should not count", size / len(text)),
    ]
    if right["other"] not in (0, 1):
        message = "you divide by the kanji and kana alone; other characters count as well"
        factors += [(message, 1 / (1 - right["other"]))]
    found = [(why, {name: share * by for name, share in right.items()}) for why, by in factors]
    for why, characters, letter in MISREAD:
        misread = (letter if c in characters else label for c, label in zip(text, labels, strict=True))
        found += [(why, shares_of("".join(misread)))]
    for digits in range(1, 6):
        rounded = {name: round(share, digits) for name, share in right.items()}
        found += [("these are rounded; return the shares as they are", rounded)]
    missing = "a script that does not occur should be there, with the share 0"
    return [*found, (missing, {name: share for name, share in right.items() if share})]


# What NFKC makes of the groups below, which spaces part; all others stay as they are.
CHANGED = {"㍻": "平成", "㈱": "(株)", "½": "1⁄2", "…": "...", "Ａ": "A", "５": "5", "ｽ": "ス", "ｶﾞ": "ガ"}
CHANGED |= {"か\u3099": "が", "は\u309a": "ぱ", "ﾊﾟ": "パ"}
GROUPED = [
    "年 の 料 金",
    "㍻ 元 年",
    "ｶﾞ ｽ 料 金",
    "㈱ か\u3099 年",
    "½ 年 と ５ 年",
    "か\u3099 … か",
    "年 月 年 年",
]
# Spans that a slip gives, from where the group starts in the text, where its piece starts in the normalised
# text, its number, where it stands in the text for the first time, and the lengths of group and piece.
SLIPS = [
    ("The start grows by one for each group, but ｶﾞ takes two", lambda s, n, i, f, g, p: (i, i + g)),
    ("The start grows by one for each group, but ｶﾞ takes two", lambda s, n, i, f, g, p: (i, i + 1)),
    ("The start still counts characters of the normalised text", lambda s, n, i, f, g, p: (n, n + g)),
    ("Start and end count characters of the normalised text", lambda s, n, i, f, g, p: (n, n + p)),
    ("A span holds the whole group, and ｶﾞ takes two places", lambda s, n, i, f, g, p: (s, s + 1)),
    ("The end counts characters of the normalised text", lambda s, n, i, f, g, p: (s, s + p)),
    ("The end is the place after the last character", lambda s, n, i, f, g, p: (s, s + g - 1)),
    ("The start grows before the span is made", lambda s, n, i, f, g, p: (s + g, s + 2 * g)),
    ("A search from the beginning finds an earlier one that is equal", lambda s, n, i, f, g, p: (f, f + g)),
]

# Paragraphs with | where they are to be cut, each with the rule that it tests.
PARAGRAPHS = [
    ("雨がやんだ。|外に出た。", "a sentence ends after 。"),
    ("もう七時だ！|まだ寝ているの？|起きなさい。", "！ and ？ end a sentence as 。 does"),
    ("本当ですか！？|すごい。", "a run of marks such as ！？ is one end and stays together"),
    ("駅まで歩いた。|空が青い", "what stands after the last mark is a sentence, too"),
    ("「そうだ。行こう。」と友達が言った。|みんな笑った。", "inside brackets no sentence ends"),
    ("駅前の店（日曜は休み。）は安い。|また行く。", "inside （） no sentence ends either"),
    ("『雪の朝。』という本を読んだ。|面白かった。", "inside 『』 no sentence ends either"),
    (
        "「父が『帰るよ。』と言った。うれしい。」と姉が笑った。|雨だ。",
        "brackets may stand in brackets: after 』 the 「 is still open",
    ),
    ("「もう遅い。|帰ろう。|外は暗い。", "a bracket that nobody closes counts as if it were not there"),
    (
        "「遅い。|店（日曜は休み。）に行く。|雪だ。",
        "a bracket that nobody closes does not count, but those after it do",
    ),
    (
        "「『雪の朝。』を読んだ。|面白い。",
        "a bracket that nobody closes does not count, but those inside it do",
    ),
    (
        "「はい。」と言った。|「もう遅い。|帰ろう。",
        "a bracket that nobody closes does not count, even after a pair of its kind",
    ),
    (
        "１）水筒を持つ。|２）帽子をかぶる。|",
        "a closing bracket that nobody opened counts as if it were not there",
    ),
    (
        "「１）水筒。２）帽子。」と書いてある。|見てください。",
        "a closing bracket closes none of another kind",
    ),
    (" 雨だ。|\n\u3000風だ。| \n", "white space at either end of a sentence goes"),
    ("", "an empty text has no sentences"),
    (" \n", "white space alone is no sentence"),
]
BITS = ["彼は", "雨だ", "「はい。」と", "『雪の朝。』を", "（十時？十一時？）", "「『うん。』か！」と"]

SUMOMO = "すもももももももものうち"
COVERED = [(SUMOMO, 1), (SUMOMO, 2), (SUMOMO, 5), (SUMOMO, 9), (SUMOMO, 0), ("", 3)]


def counts_of(text: str) -> list[int]:
    """Return how often each character occurs, the largest number first."""
    return sorted((text.count(character) for character in set(text)), reverse=True)


def coverage_mistakes(text: str, k: int) -> Iterator[tuple[str, float]]:
    """Yield what may be wrong with the share that the k most frequent characters make up, and its value."""
    counts = counts_of(text) or [0]
    size = max(1, len(text))
    covered = sum(counts[:k])
    last = counts[min(k, len(counts)) - 1]
    orders = [sorted(set(text), key=text.count), list(dict.fromkeys(text)), sorted(set(text))]
    order = "these are not the most frequent ones: sort by the counts, the largest first"
    yield from [
        ("that is a number of characters; divide by the length of the text", covered),
        ("that is a percentage; a share lies between 0 and 1", 100 * covered / size),
        ("you divide by the number of different characters", covered / len(counts)),
        ("that is a share of the different characters; how often does each occur?", k / len(counts)),
        *((order, sum(map(text.count, some[:k])) / size) for some in orders),
        ("nothing is covered: is k one too small, or does // stand where / should?", 0),
        ("one character too many", sum(counts[: k + 1]) / size),
        ("one character too few", sum(counts[: max(0, k - 1)]) / size),
        ("that is the share of one of them; take all k together", last / size),
        ("equally frequent ones all come in; take k and no more", sum(n for n in counts if n >= last) / size),
    ]


@cache
def sample() -> str:
    """Return the text of the sheet."""
    return "".join(sentence.text for document in generate(100, seed=1) for sentence in document.sentences)
