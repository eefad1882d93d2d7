"""Reviews whose mood lies in how words are put together, not in which words they are.

Every such review has a mirror: the same words in another order, and the opposite sentiment. A sentence that
judges has two slots, {a} for what is given up and {b} for what decides, and the mirror exchanges them:

    値段は高かったが、料理はおいしかった。   positive
    料理はおいしかったが、値段は高かった。   negative

Review and mirror are equally likely, so a bag of words carries nothing: whatever a classifier makes
of it, it is right half of the time. `sentiment` yields the two side by side, so this holds in every sample;
among them it puts straight reviews, in which the words alone tell.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from jbert_lessons.corpora.minipedia import review_words
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.grammar import inflect_predicate
from jbert_lessons.corpora.minipedia.review_words import Point, Template
from jbert_lessons.corpora.minipedia.splits import check_split, check_task, split_of

SENTIMENTS = ("positive", "negative")
ASPECTS = ("味", "値段", "接客", "雰囲気")
KINDS = ("飲食店", "ホテル", "製品")


@dataclass(frozen=True)
class Review:
    """A review, its sentiment, the polarity of each aspect in it, and how its judgements are built.

    `name` is what the review is about, as it stands in the text, and `label` its kind of entity.
    """

    kind: str
    name: str
    label: str
    sentences: tuple[str, ...]
    sentiment: str
    aspects: Mapping[str, str]
    structures: tuple[str, ...]

    @property
    def text(self) -> str:
        """All sentences, without anything between them."""
        return "".join(self.sentences)


def review_pair(
    draw: Draw,
    split: str = "train",
    *,
    kind: str | None = None,
    new_templates: bool = False,
    straight: bool = False,
) -> tuple[Review, Review]:
    """Return a positive review and its negative mirror, both of `split`.

    The judgements of `new_templates` are built in ways that no review of the split train has. In a
    `straight` pair each judgement says what it means, so that the two differ in their words.
    """
    if kind not in (None, *KINDS):
        raise ValueError(f"kind {kind!r}: allowed are {' '.join(KINDS)}")
    check_split(split, new_templates)
    while True:
        pair = _compose(draw, kind or draw.weighted(KINDS, (4, 3, 3)), new_templates, straight)
        if split_of(pair[0].text) == split:
            return pair


def review(draw: Draw, split: str = "train", **options) -> Review:
    """Return a review, positive or negative with equal chance; the arguments are review_pair's."""
    return draw.choice(review_pair(draw, split, **options))


def sentiment(
    n: int,
    seed: int = 0,
    split: str = "train",
    *,
    new_templates: bool = False,
    mirrored_share: float = 0.5,
) -> Iterator[tuple[str, str]]:
    """Yield `n` texts with one of SENTIMENTS, in pairs of a positive and a negative one.

    A share `mirrored_share` of the pairs mirror each other, so that their words tell nothing; the
    others are straight. Raises ValueError for bad arguments.
    """
    check_task(n, seed, split, new_templates)
    if type(mirrored_share) not in (int, float) or not 0 <= mirrored_share <= 1:
        raise ValueError(f"mirrored_share {mirrored_share!r}: allowed are numbers from 0 to 1")

    def examples() -> Iterator[tuple[str, str]]:
        for number in range(0, n, 2):
            draw = Draw("sentiment", seed, split, int(new_templates), number)
            straight = not draw.chance(mirrored_share)
            pair = review_pair(draw, split, new_templates=new_templates, straight=straight)
            for one in draw.shuffled(pair)[: n - number]:
                yield one.text, one.sentiment

    return examples()


def aspects(
    n: int, seed: int = 0, split: str = "train", *, new_templates: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Yield `n` texts with those of ASPECTS that they judge, in that order; there may be none."""
    check_task(n, seed, split, new_templates)

    def examples() -> Iterator[tuple[str, list[str]]]:
        for number in range(n):
            draw = Draw("aspects", seed, split, int(new_templates), number)
            one = review(draw, split, new_templates=new_templates)
            yield one.text, [aspect for aspect in ASPECTS if aspect in one.aspects]

    return examples()


def _compose(draw: Draw, kind: str, new_templates: bool, straight: bool = False) -> tuple[Review, Review]:
    words = review_words.draw_words(draw, kind)
    polite = draw.chance(0.5)
    if straight:
        templates = review_words.UNSEEN_STRAIGHT if new_templates else review_words.STRAIGHT
        judgements = _straight_plan(draw, kind, words, templates)
    else:
        templates = review_words.UNSEEN if new_templates else review_words.USUAL
        judgements = _plan(draw, kind, words, templates)
    if any(template.structure == "opinion" for template, _ in judgements) and kind != "製品":
        words["companion"] = "家族と"
    opening = draw.choice(review_words.OPENINGS[kind].split("/"))
    details = [detail for detail in review_words.DETAILS[kind].split("/") if draw.chance(0.25)]
    if any("{dish}" in point.subject for _, points in judgements for point in points):
        details = ["{dish}を[注文した]。"]
    common = "|".join([opening, *details[:2]])
    common = styled(common, polite).format(**words).split("|")
    texts: tuple[list[str], list[str]] = (list(common), list(common))
    for number, (template, points) in enumerate(judgements):
        pair = _sentence_pair(draw, template, points, words, polite)
        also = template.structure not in ("verdict", "opinion") and not template.text.startswith("たしかに")
        start = ("", "また、", "それから、")[number] if also and draw.chance(0.4) else ""
        for sentences, text in zip(texts, pair, strict=True):
            sentences.extend((start + text).split("|"))
    structures = tuple(template.structure for template, _ in judgements)
    label = "組織名" if words.get("source") == "の" else "施設名"
    return tuple(
        Review(kind, words["name"], label, tuple(sentences), mood, _polarities(judgements, mood), structures)
        for sentences, mood in zip(texts, SENTIMENTS, strict=True)
    )


def _plan(
    draw: Draw, kind: str, words: Mapping[str, str], templates: Mapping[str, list[Template]]
) -> list[tuple[Template, list[Point]]]:
    """Draw the judgements: up to three of different structure about different points, then a verdict."""
    points: dict[str, Point] = {}
    for point in draw.shuffled(review_words.points_of(kind, words.get("product", ""))):
        points.setdefault(point.aspect or point.subject, point)
    left = list(draw.shuffled(list(points.values())))
    plan: list[tuple[Template, list[Point]]] = []
    names, weights = list(review_words.WEIGHTS), list(review_words.WEIGHTS.values())
    wanted = draw.integer(1, 3)
    while len(plan) < wanted and left:
        place = names.index(draw.weighted(names, weights))
        structure = names[place]
        template = draw.choice(templates[structure])
        taken = left[: 2 if structure == "contrast" else 1]
        if len(taken) == 1 and structure == "contrast":
            break
        weights[place] = 0
        if structure in ("change", "expectation"):  # who has been there before has not only heard of it
            weights[names.index("change")] = weights[names.index("expectation")] = 0
        if not _fits(template, taken[0], kind):
            continue
        plan.append((template, taken))
        left = left[len(taken) :]
    if len(plan) < 2 or (len(plan) < 3 and draw.chance(0.9)):  # no more than ten sentences
        plan.append((draw.choice(templates["verdict"]), []))
    return plan


def _straight_plan(
    draw: Draw, kind: str, words: Mapping[str, str], templates: Mapping[str, list[Template]]
) -> list[tuple[Template, list[Point]]]:
    """Draw judgements about up to three different points, and often a verdict."""
    points: dict[str, Point] = {}
    for point in draw.shuffled(review_words.points_of(kind, words.get("product", ""))):
        points.setdefault(point.aspect or point.subject, point)
    left = draw.shuffled(list(points.values()))
    plan = [(draw.choice(templates["straight"]), [point]) for point in left[: draw.integer(1, 3)]]
    if len(plan) < 2 or draw.chance(0.6):
        plan.append((draw.choice(templates["verdict"]), []))
    return plan


def _fits(template: Template, point: Point, kind: str) -> bool:
    if kind == "製品" and point.aspect == "接客":  # a thing that was bought does not serve
        return template.structure in ("contrast", "negation", "opinion")
    return not (template.structure == "comparison" and point.bad in review_words.ABSOLUTE)


def _polarities(judgements: list[tuple[Template, list[Point]]], mood: str) -> dict[str, str]:
    found = {}
    for _, points in judgements:
        moods = SENTIMENTS if len(points) == 2 else (mood,)
        found.update((point.aspect, its_mood) for point, its_mood in zip(points, moods, strict=False))
    return {aspect: found[aspect] for aspect in ASPECTS if aspect in found}


def _sentence_pair(
    draw: Draw, template: Template, points: list[Point], words: Mapping[str, str], polite: bool
) -> tuple[str, str]:
    """Return a judgement as a positive and as a negative review have it."""
    words = dict(words)
    if points:
        subject = points[0].subject.format(**words)
        part = "" if subject == words["here"] else subject
        words |= {"s": subject, "part_ga": part and part + "が", "part_no": part and part + "の"}
        if points[0].aspect == "味":
            words["tried"] = "食べてみて"
        elif points[0].aspect == "値段" and "product" in words:
            words["tried"] = "店で見て"
    if template.form == "fixed":
        decides, given_up = (phrase.format(**words) for phrase in template.fixed)
    elif template.form == "place":
        decides, given_up, predicate = words["here"], words["there"], points[0].good
        if draw.chance(0.5):
            decides, given_up, predicate = given_up, decides, points[0].bad
        words["was"] = _inflected(predicate, polite, True)
        words["was_not"] = _inflected(predicate, polite, True, True)
    else:
        decides, given_up = _fillings(draw, template.form, points, words, polite)
    text = styled(template.text, polite)
    return text.format(**words, a=given_up, b=decides), text.format(**words, a=decides, b=given_up)


def _fillings(
    draw: Draw, form: str, points: list[Point], words: Mapping[str, str], polite: bool
) -> tuple[str, str]:
    """Return what fills the slot {b} and what fills {a} in a positive review."""
    praised, blamed = points[0], points[-1]
    if form == "plain":
        return praised.good, blamed.bad
    if form == "attribute":
        return re.sub("だ$", "な", praised.good), re.sub("だ$", "な", blamed.bad)
    if form == "was":
        return _inflected(praised.good, polite, True), _inflected(blamed.bad, polite, True)
    # One of the two may be said with a negation: おいしくなかった for まずかった.
    negated = draw.integer(0, 3)
    sides = []
    for number, (point, good) in enumerate(((praised, True), (blamed, False))):
        negative = negated == number and point.bad not in review_words.ABSOLUTE
        predicate = point.good if good != negative else point.bad
        past = _inflected(predicate, polite and form == "clause", True, negative)
        than_thought = form == "said" and negated == 2
        particle = "は" if form in ("clause", "said") and not than_thought else "が"
        sides.append(("思ったより" * than_thought + point.subject + particle + past).format(**words))
    return sides[0], sides[1]


@cache
def _inflected(predicate: str, polite: bool, past: bool, negative: bool = False) -> str:
    return inflect_predicate(predicate, polite=polite, past=past, negative=negative)


@cache
def styled(text: str, polite: bool) -> str:
    """Inflect what stands in [ ]: …と[思った]。 → …と思いました。"""
    text = text.replace("[だ]", "です" if polite else "だ")
    return re.sub(r"\[(.*?)\]", lambda match: inflect_predicate(match[1], polite=polite), text)
