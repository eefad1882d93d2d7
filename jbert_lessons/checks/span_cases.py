"""Windows of logits and marked texts for the checks of lesson 11, with what is right and what slips give.

The references try all pairs or walk through labelled groups; nothing rests on the package.
"""

import math
import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

Span = tuple[int, int]
Mistakes = list[tuple[str, Callable]]


class Window(NamedTuple):
    """The logits of a window, which of its tokens are in the context, and how long an answer may be."""

    starts: list[float]
    ends: list[float]
    inside: list[bool]
    longest: int


def logit_windows() -> list[Window]:
    """Return windows in which the best span is unique; in a third all sums are negative."""
    draw = random.Random(1)
    found = []
    while len(found) < 60:
        asked, told, padding = draw.randint(1, 3), draw.randint(1, 6), draw.randint(0, 2)
        inside = [False] * (asked + 2) + [True] * told + [False] * (1 + padding)
        mean = -12 if len(found) % 3 == 2 else 0
        tempting = draw.choice([0, 4])
        starts, ends = (
            [round(draw.gauss(mean, 3) + tempting * (not one), 2) for one in inside] for _ in "se"
        )
        window = Window(starts, ends, inside, (3, 2, 30, 4, 1)[len(found) % 5])
        sums = sorted(_sum(window, i, j) for i, j in _valid(window))
        if len(sums) < 2 or sums[-1] - sums[-2] > 0.005:
            found.append(window)
    return found


def _sum(window: Window, i: int, j: int) -> float:
    return window.starts[i] + window.ends[j]


def _pairs(window: Window) -> list[Span]:
    return list(product(range(len(window.inside)), repeat=2))


def _valid(window: Window, start=True, end=True, order=True, extra: float = 0) -> list[Span]:
    """Return the spans that are allowed, with some of the rules switched off or `longest` changed."""
    return [
        (i, j)
        for i, j in _pairs(window)
        if (window.inside[i] or not start) and (window.inside[j] or not end)
        if (i <= j or not order) and j - i < window.longest + extra
    ]


def _pick(window: Window, spans: list[Span], score: Callable = _sum) -> Span | None:
    return max(spans, key=lambda span: score(window, *span), default=None)


def best_span(window: Window) -> Span:
    """Return the allowed span with the largest sum."""
    return _pick(window, _valid(window))


def _shares(logits: list[float]) -> list[float]:
    powers = [math.exp(logit - max(logits)) for logit in logits]
    return [power / sum(powers) for power in powers]


def _one_after_the_other(window: Window, start_first: bool) -> Span:
    places = [i for i, told in enumerate(window.inside) if told]
    side, fixed = (window.starts, 0) if start_first else (window.ends, 1)
    chosen = max(places, key=side.__getitem__)
    return _pick(window, [span for span in _valid(window) if span[fixed] == chosen])


def _apart(window: Window, inside: bool) -> Span:
    places = [i for i, told in enumerate(window.inside) if told or not inside]
    return max(places, key=window.starts.__getitem__), max(places, key=window.ends.__getitem__)


APART = (
    "the largest start and the largest end are looked for apart; look for the best pair among those allowed"
)
OUTSIDE = "special tokens or the question can be in your answer: both ends must be tokens of the context"
SPANS: Mistakes = [
    (APART, lambda w: _apart(w, False)),
    (APART, lambda w: _apart(w, True)),
    (
        "the largest start is fixed first, then an end for it; only the sum of both decides",
        lambda w: _one_after_the_other(w, True),
    ),
    (
        "the largest end is fixed first, then a start for it; only the sum of both decides",
        lambda w: _one_after_the_other(w, False),
    ),
    (
        "the end can stand before the start; of such a pair nothing can be cut out",
        lambda w: _pick(w, _valid(w, order=False)),
    ),
    (OUTSIDE, lambda w: _pick(w, _valid(w, start=False, end=False))),
    (OUTSIDE, lambda w: _pick(w, [(i, j) for i, j in _valid(w, start=False, end=False) if i])),
    (
        "the start is in the context, but the end need not be: [SEP] and padding come after it",
        lambda w: _pick(w, _valid(w, end=False)),
    ),
    (
        "the end is in the context, but the start need not be: the question comes before it",
        lambda w: _pick(w, _valid(w, start=False)),
    ),
    (
        "one token too many is allowed: a span from start to end has end - start + 1 tokens",
        lambda w: _pick(w, _valid(w, extra=1)),
    ),
    (
        "one token too few is allowed: a span from start to end has end - start + 1 tokens",
        lambda w: _pick(w, _valid(w, extra=-1)),
    ),
    ("`longest` does not count: too long spans are allowed", lambda w: _pick(w, _valid(w, extra=math.inf))),
    (
        "the logits are multiplied; add them: two negative ones would become a large product",
        lambda w: _pick(w, _valid(w), lambda w, i, j: w.starts[i] * w.ends[j]),
    ),
    (
        "probabilities are added; add the logits, or multiply the probabilities",
        lambda w: _pick(w, _valid(w), lambda w, i, j: _shares(w.starts)[i] + _shares(w.ends)[j]),
    ),
    ("the smallest sum wins; the largest should", lambda w: _pick(w, _valid(w), lambda *a: -_sum(*a))),
    (
        "your end is the place after the last token; here the last token itself is meant",
        lambda w: (best_span(w)[0], best_span(w)[1] + 1),
    ),
    ("the two places are in the other order: the start comes first", lambda w: best_span(w)[::-1]),
    (
        "your second number is a length; the place of the last token is meant",
        lambda w: (best_span(w)[0], best_span(w)[1] - best_span(w)[0] + 1),
    ),
    (
        "you count places from the beginning of the context; count from [CLS], which is token 0",
        lambda w: tuple(place - w.inside.index(True) for place in best_span(w)),
    ),
    (
        "where all sums are negative you do not find the best: does your search start from 0?",
        lambda w: best_span(w) if _sum(w, *best_span(w)) > 0 else None,
    ),
]


# Groups of characters that NFKC changes, with what they become; all other characters stay.
CHANGED = {"㈱": "(株)", "㍻": "平成", "㌔": "キロ", "℃": "°C", "５": "5", "９": "9", "\u3000": " "}
CHANGED |= {"ｸ": "ク", "ﾗ": "ラ", "ﾌﾞ": "ブ", "ﾊﾟ": "パ", "ﾝ": "ン", "ｶﾞ": "ガ", "ｽ": "ス", "か\u3099": "が"}
MARKED = [
    ("花子は京都に住んでいる。", "花子 は 京都 に 住ん で いる 。"),
    ("㈱花子ﾊﾟﾝは㍻元年に札幌で開業した。", "( 株 ) 花子 パン は 平成 元年 に 札幌 で 開業 し た 。"),
    ("ｶﾞｽ料金は㈱花子ｶﾞｽに払う。", "ガス 料金 は ( 株 ) 花子 ガス に 払う 。"),
    ("駅前のｸﾗﾌﾞで歌った。", "駅前 の クラブ で 歌っ た 。"),
    ("東京\u3000雨。気温は９℃。", "東京 雨 。 気温 は 9 ° C 。"),
    ("か\u3099っこうは駅の前にある。", "がっこう は 駅 の 前 に ある 。"),
    ("[SEP]という印は㍻元年の本にある。", "[ SEP ] と いう 印 は 平 成 元年 の 本 に ある 。"),
    ("駅まで約５㌔", "駅 まで 約 5 キロ"),
    ("社名は花子㈱", "社名 は 花子 ( 株 )"),
]


class Place(NamedTuple):
    """Tokens `first` to `last` of a text.

    `spans` has, for each normalised character, its span of the text; `offsets` has the spans of the tokens
    in the normalised text.
    """

    text: str
    tokens: list[str]
    first: int
    last: int
    spans: list[Span]
    offsets: list[Span]

    @property
    def right(self) -> Span:
        """The span of the original text."""
        return self.spans[self.offsets[self.first][0]][0], self.spans[self.offsets[self.last][1] - 1][1]


def marked_places() -> Iterator[Place]:
    """Yield every stretch of tokens of every text."""
    for text, line in MARKED:
        tokens, spans, offsets, normal, at = line.split(), [], [], "", 0
        while at < len(text):
            group = next((group for group in CHANGED if text.startswith(group, at)), text[at])
            normal += CHANGED.get(group, group)
            spans += [(at, at + len(group))] * len(CHANGED.get(group, group))
            at += len(group)
        end = 0
        for token in tokens:
            start = normal.index(token, end)
            end = start + len(token)
            offsets.append((start, end))
        for first, last in product(range(len(tokens)), repeat=2):
            if first <= last:
                yield Place(text, tokens, first, last, spans, offsets)


def _character(place: Place, index: int, side: int) -> int | None:
    """Return where normalised character `index` starts (side 0) or ends (side 1) in the original text."""
    return place.spans[index][side] if 0 <= index < len(place.spans) else None


def _slip(end: Callable[[int, int, Place], int | None]) -> Callable[[Place], Span | None]:
    """Return a function of places whose start is right and whose end is `end(a, b, place)`.

    The answer is `a:b` in the normalised text. None where that cannot be computed.
    """

    def slip(place: Place) -> Span | None:
        found = end(place.offsets[place.first][0], place.offsets[place.last][1], place)
        return None if found is None else (place.right[0], found)

    return slip


SLIPS: Mistakes = [
    ("the end still counts characters of the normalised text", _slip(lambda a, b, p: b)),
    (
        "start and end count characters of the normalised text",
        lambda p: (p.offsets[p.first][0], p.offsets[p.last][1]),
    ),
    (
        "the end is read from the character after the answer; read it from the answer's last one",
        _slip(lambda a, b, p: _character(p, b, 1)),
    ),
    (
        "the end is where the next character starts: white space may lie between, and at the end of the text "
        "there is no next one",
        _slip(lambda a, b, p: _character(p, b, 0)),
    ),
    (
        "the end is where the last character starts; it should be where it ends",
        _slip(lambda a, b, p: _character(p, b - 1, 0)),
    ),
    (
        "the last character is taken to be one wide; ｶﾞ takes two places",
        _slip(lambda a, b, p: _character(p, b - 1, 0) + 1),
    ),
    (
        "the end belongs to the first character of the last token; take its last character",
        _slip(lambda a, b, p: _character(p, p.offsets[p.last][0], 1)),
    ),
    (
        "the end belongs to the first token; take the last one",
        _slip(lambda a, b, p: _character(p, p.offsets[p.first][1] - 1, 1)),
    ),
    (
        "the last token is left out; it belongs to the answer",
        _slip(lambda a, b, p: _character(p, p.offsets[p.last - 1][1] - 1, 1) if p.last > p.first else None),
    ),
    (
        "the original is taken to be as long as the normalised answer; ㍻ is shorter than 平成",
        _slip(lambda a, b, p: p.right[0] + b - a),
    ),
]
