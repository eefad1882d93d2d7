"""Pairs of sentences: does the first entail or exclude the second, and how alike are they?

Pairs come in threes. About a scene, the three share the second sentence, so this alone tells nothing: the
first gives its crucial detail, or another in its place, or leaves it open. The crucial detail may be who,
what, where, how many, which colour, whether at all, or who does it to whom. About a fact, the three share
the first sentence, which is true; the second says the same, or gives a wrong answer, or tells something else.
"""

from collections.abc import Iterator
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Fact
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import all_facts, row
from jbert_lessons.corpora.minipedia.grammar import passive
from jbert_lessons.corpora.minipedia.reviews import styled
from jbert_lessons.corpora.minipedia.scene_pairs import LABELS, Three, about_scene, alike_scenes
from jbert_lessons.corpora.minipedia.scenes import progressive_of
from jbert_lessons.corpora.minipedia.splits import check_task, split_of

# What each difference takes away from 5.0; below nothing it does not go.
COSTS = {
    **{"less": 0.5, "color": 1.0, "number": 1.0, "place": 1.5, "who": 1.5, "object": 1.5},
    **{"denied": 2.5, "reversed": 2.5, "verb": 3.0, "all": 5.0},
    **{"answer": 2.0, "subject": 3.0, "relation": 3.5},
}
# The differences of a pair, as often as they stand here; - is none.
DIFFERENCES = """
    - / - / - / less / less / color / number / place / less place / who / object / denied / color number /
    number place / place who / place object / who object / number who object / color who object / verb /
    verb / verb place / verb who / all / all / all / reversed / answer / subject / relation
"""
# fmt: off
# Each verb with another that neither follows from it nor excludes it.
DEEDS = (("呼ぶ", "追いかける"), ("追いかける", "呼ぶ"), ("ほめる", "励ます"), ("励ます", "ほめる"),
         ("見つめる", "呼ぶ"), ("助ける", "ほめる"))
DOERS = ("男の子", "女の子", "男の人", "女の人", "おじいさん", "おばあさん")
DEED_PLACES = ("", "公園", "庭", "校庭", "駅の前", "広場")
# Relations with one answer, by kind of subject, and ways to state them.
STATEMENTS = {
    "capital_of_country": "{s}の首都は{a}[だ]。 {a}は{s}の首都[だ]。 {s}という国の首都は{a}という都市[だ]。",
    "currency_of_country": "{s}の通貨は{a}[だ]。 {s}では{a}というお金が[使われている]。 {s}のお金は{a}[だ]。",
    "continent_of_country": "{s}は{a}に[ある]。 {s}は{a}の国[だ]。 {s}という国は、{a}に[ある]。",
    "capital_of_prefecture": "{s}の県庁所在地は{a}[だ]。 {a}は{s}の県庁所在地[だ]。 {s}の県庁は{a}に[ある]。",
    "region_of_prefecture": "{s}は{a}に[ある]。 {s}は{a}の県[だ]。 {s}があるのは{a}[だ]。",
    "author_of_work": "『{s}』の作者は{a}[だ]。 {a}は『{s}』の作者[だ]。 『{s}』は{a}の作品[だ]。",
    "year_of_work": "『{s}』は{a}の作品[だ]。 『{s}』が生まれたのは{a}[だ]。",
    "birth_year_of_person": "{s}は{a}に[生まれた]。 {s}が生まれたのは{a}[だ]。 {s}の生まれた年は{a}[だ]。",
    "death_year_of_person": "{s}は{a}に[亡くなった]。 {s}が亡くなったのは{a}[だ]。",
    "old_name_of_month": "{s}の古い呼び名は{a}[だ]。 {s}は昔、{a}と[呼ばれていた]。",
    "season_of_month": "{s}は{a}の月[だ]。 {s}の季節は{a}[だ]。",
    "order_of_planet": "{s}は太陽から{a}番目の惑星[だ]。 太陽から{a}番目の惑星は{s}[だ]。",
    "kind_of_planet": "{s}は{a}[だ]。 {s}は{a}の一つ[だ]。 {s}という惑星は{a}[だ]。",
}
# fmt: on


def sentence_pairs(n: int, seed: int = 0, split: str = "train") -> Iterator[tuple[str, str, str]]:
    """Yield `n` pairs of sentences with one of LABELS: what the first says of the second."""
    check_task(n, seed, split)

    def examples() -> Iterator[tuple[str, str, str]]:
        for number in range(0, n, 3):
            draw = Draw("sentence_pairs", seed, split, number)
            yield from draw.shuffled(_three(draw, split))[: n - number]

    return examples()


def similarity(n: int, seed: int = 0, split: str = "train") -> Iterator[tuple[str, str, float]]:
    """Yield `n` pairs of sentences and how alike they are, from 0.0 to 5.0: 5.0 less COSTS."""
    check_task(n, seed, split)

    def examples() -> Iterator[tuple[str, str, float]]:
        for number in range(n):
            draw = Draw("similarity", seed, split, number)
            yield _alike(draw, split)

    return examples()


def _three(draw: Draw, split: str) -> list[tuple[str, str, str]]:
    source = draw.weighted((about_scene, _about_deed, _about_fact), (6, 1, 2))
    while True:
        firsts, seconds, key = source(draw)
        if split_of(key) == split and all(a != b for a, b in zip(firsts, seconds, strict=True)):
            return list(zip(firsts, seconds, LABELS, strict=True))


def _about_deed(draw: Draw) -> Three:
    doer, other = draw.sample(DOERS, 2)
    verb, open_verb = draw.choice(DEEDS)
    place, polite = draw.choice(DEED_PLACES), draw.chance(0.5)
    second = _deed(draw, doer, other, verb, place if draw.chance(0.5) else "", polite)
    deeds = ((doer, other, verb), (other, doer, verb), (doer, other, open_verb))
    return [_deed(draw, *deed, place, polite) for deed in deeds], [second] * 3, second


def _deed(draw: Draw, doer: str, other: str, verb: str, place: str, polite: bool) -> str:
    place = place and place + "で"
    if draw.chance(0.5):
        subject, rest = doer, f"{other}を{progressive_of(verb, False, polite)}"
    else:
        subject, rest = other, f"{doer}に{progressive_of(passive(verb), False, polite)}"
    return draw.choice((f"{place}{subject}が{rest}。", f"{subject}が{place}{rest}。"))


@cache
def _stated_facts() -> tuple[tuple[Fact, ...], ...]:
    """Return the facts that STATEMENTS can state, two or more about each subject."""
    by_subject: dict[tuple[str, str], list[Fact]] = {}
    for fact in all_facts():
        if fact.relation in STATEMENTS and not _is_special(fact):
            by_subject.setdefault((fact.kind, fact.subject), []).append(fact)
    return tuple(tuple(facts) for facts in by_subject.values() if len(facts) > 1)


def _is_special(fact: Fact) -> bool:
    """Tell of what the statements would be odd: 東京都の県庁, the author of a building or a film."""
    if fact.kind == "prefectures":
        return not fact.subject.endswith("県")
    return fact.kind == "works" and row("works", fact.subject)["kind"] in ("建築", "映画", "彫刻")


@cache
def _answers(relation: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.value for facts in _stated_facts() for f in facts if f.relation == relation))


def _state(draw: Draw, fact: Fact, polite: bool, true: bool = True) -> str:
    answer = fact.value
    if not true:
        answer = draw.choice([one for one in _answers(fact.relation) if one != answer])
    text = draw.choice(STATEMENTS[fact.relation].split())
    return styled(text, polite).format(s=fact.subject, a=answer)


def _about_fact(draw: Draw) -> Three:
    fact, other = draw.sample(draw.choice(_stated_facts()), 2)
    polite = draw.chance(0.5)
    first = _state(draw, fact, polite)
    # A wrong year of death could come before the birth.
    other_is_true = fact.kind == "people" or draw.chance(0.5)
    seconds = [_state(draw, fact, polite), _state(draw, fact, polite, False)]
    return [first] * 3, [*seconds, _state(draw, other, polite, other_is_true)], fact.subject


def _alike(draw: Draw, split: str) -> tuple[str, str, float]:
    differences = draw.choice(DIFFERENCES.split("/")).replace("-", "").split()
    if differences in (["answer"], ["subject"], ["relation"]):
        source = _alike_facts
    elif differences == ["reversed"]:
        source = _alike_deeds
    else:
        sources = (alike_scenes, _alike_deeds, _alike_facts)
        source = draw.weighted(sources, (4, 1, 1)) if not differences else alike_scenes
    while True:
        first, second = source(draw, differences)
        if first != second and split_of(first) == split:
            return first, second, max(0.0, 5.0 - sum(COSTS[difference] for difference in differences))


def _alike_deeds(draw: Draw, differences: list[str]) -> tuple[str, str]:
    doer, other = draw.sample(DOERS, 2)
    verb, place, polite = draw.choice(DEEDS)[0], draw.choice(DEED_PLACES), draw.chance(0.5)
    first = _deed(draw, doer, other, verb, place, polite)
    if differences:
        doer, other = other, doer
    return first, _deed(draw, doer, other, verb, place, polite)


def _alike_facts(draw: Draw, differences: list[str]) -> tuple[str, str]:
    facts, polite = draw.choice(_stated_facts()), draw.chance(0.5)
    fact, other = draw.sample(facts, 2)
    first = _state(draw, fact, polite)
    if differences == ["subject"]:
        candidates = [f for group in _stated_facts() for f in group if f.relation == fact.relation]
        other = draw.choice([f for f in candidates if f.subject != fact.subject and f.value != fact.value])
    elif differences != ["relation"]:
        other = fact
    return first, _state(draw, other, polite, differences != ["answer"])
