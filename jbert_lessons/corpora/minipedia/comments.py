"""Comments of customers: a few short sentences of one mood, from which a model can learn what praises.

Most reviews of reviews.py put opposites into one sentence, so that a neighbour hardly tells which of the
two is meant. Here nearly everything speaks for one mood: the words around a masked word of praise or blame
tell which of the two it was.
"""

from jbert_lessons.corpora.minipedia import review_words
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.grammar import adverb_i, inflect_predicate, te_na
from jbert_lessons.corpora.minipedia.reviews import KINDS, styled

# {a}, {b} and {c} are subjects; after _ stands how they are judged: past in the style of the comment, plain
# in any style, linked to what follows, or the other way round.
TEMPLATES = {
    1: ("{a}は{a_past}。",),
    2: (
        "{a}が{a_link}、{b}も{b_past}。",
        "{a}は{a_link}、{b}も{b_past}。",
        "{a}も{a_plain}し、{b}も{b_past}。",
    ),
    3: ("{a}が{a_link}、{b}も{b_link}、{c}も{c_past}。", "{a}も{a_link}、{b}も{b_plain}し、{c}も{c_past}。"),
}
AGAINST = ("{a}は{a_opposite}が、{b}は{b_past}。",)


def comment(draw: Draw) -> tuple[str, list[str]]:
    """Return the kind, one of reviews.KINDS, and three to five sentences of praise or of blame."""
    kind = draw.weighted(KINDS, (4, 3, 3))
    words = review_words.draw_words(draw, kind)
    polite, praises = draw.chance(0.5), draw.chance(0.5)
    points = {}
    for point in draw.shuffled(review_words.points_of(kind, words.get("product", ""))):
        once = point.aspect == "値段" or (point.aspect and kind == "製品")  # 料金 and 宿泊料 are the same
        points.setdefault(point.aspect if once else point.subject, point)
    left = draw.shuffled(list(points.values()))
    sentences: list[str] = []
    for _ in range(draw.integer(2, 3)):
        size = min(draw.integer(1, 3), len(left))
        if not size:
            break
        taken, left = left[:size], left[size:]
        slots = {}
        for name, (_, subject, good, bad) in zip("abc", taken, strict=False):
            said, unsaid = (good, bad) if praises else (bad, good)
            slots[name] = subject.format(**words)
            slots[f"{name}_link"] = _linked(said)
            slots[f"{name}_plain"] = inflect_predicate(said, past=True)
            slots[f"{name}_past"] = inflect_predicate(said, past=True, polite=polite)
            slots[f"{name}_opposite"] = inflect_predicate(unsaid, past=True, polite=polite)
        differ = size == 2 and taken[0].aspect != taken[1].aspect
        templates = AGAINST if differ and draw.chance(0.25) else TEMPLATES[size]
        sentences.append(draw.choice(templates).format(**slots))
    first, *others = draw.shuffled(review_words.STRAIGHT["verdict"])
    last = next(template for template in others if template.text[:2] != first.text[:2])  # 全体としては once
    verdicts = []
    for template in (first, last):
        glad, sorry = (phrase.format(**words) for phrase in template.fixed)
        verdicts.append(styled(template.text, polite).format(**words, b=glad if praises else sorry))
    if len(sentences) == 1 or draw.chance(0.3):
        return kind, [verdicts[0], *sentences, verdicts[1]]
    return kind, [verdicts[0], *sentences] if draw.chance(0.5) else [*sentences, verdicts[0]]


def _linked(predicate: str) -> str:
    """おいしい → おいしく, 静かだ → 静かで, 濃すぎる → 濃すぎて."""
    if predicate.endswith("だ"):
        return te_na(predicate.removesuffix("だ"))
    return predicate[:-1] + "て" if predicate.endswith("る") else adverb_i(predicate)
