"""Encyclopaedia texts: sheets of bare facts, entries about one subject, biographies.

A sheet states each fact where nothing around it gives the answer away: what it holds must be known.
An entry keeps to one subject and comes back to what it said: what it holds can be copied.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Fact, Sentence, join
from jbert_lessons.corpora.minipedia.facts import RELATIONS, facts_about, row
from jbert_lessons.corpora.minipedia.slots import context, listed
from jbert_lessons.corpora.minipedia.statements import (
    direct_templates_for,
    relation_noun,
    state,
    state_in_list,
    state_together,
    statement,
    templates_for,
)
from jbert_lessons.corpora.minipedia.subsets import answers, facts_in
from jbert_lessons.corpora.minipedia.templates import FULL, REFERENCE, STOP, ZERO, Slot, Voice, rules

SOURCES = {
    "地理": ("地図帳", "旅の本", "社会の教科書", "地理の事典"),
    "歴史": ("年表", "人物事典", "歴史の本", "伝記"),
    "文化": ("百科事典", "美術や文学の本", "文学史の本", "図書館の本"),
    "生き物": ("図鑑", "生き物の本", "理科の教科書", "動物の事典"),
    "料理": ("料理の本", "料理の事典", "家庭科の教科書", "料理の雑誌"),
    "くらし": ("百科事典", "国語の教科書", "新聞", "図書館の本"),
    "スポーツ": ("スポーツの本", "体育の教科書", "スポーツの雑誌", "百科事典"),
    "科学": ("科学の本", "理科の教科書", "科学の雑誌", "百科事典"),
}
TELLERS = ("先生", "父", "母", "祖父", "祖母", "兄", "姉", "友達", "近所の人", "図書館の人")
FIRST = ("まず、", "はじめに、", "")
NEXT = ("次に、", "続いて、", "それから、", "また、", "さらに、", "", "")
LAST = ("最後に、", "そして、", "また、", "")
LATER = ("その後、", "続いて、", "さらに、", "", "")
THEN = ("そして、", "その後、", "", "")
ASIDE = ("なお、", "ちなみに、", "また、", "一方、", *[""] * 4)
ALSO = ("また、", "さらに、", "そして、", "", "", "", "", "")
# Years are many and hard: a sheet about them comes less often than their number would have it.
# What is true of many subjects alike: said less often.
SHARED = ("class_of_animal", "category_of_dish", "kind_of_work", "kind_of_material", "season_of_dish")
WEIGHTS = {"birth_year_of_person": 0.4, "death_year_of_person": 0.4, "year_of_work": 0.4}


@cache
def _sheets(subset: str) -> tuple[Sequence[str], Sequence[float], Mapping[str, tuple[Fact, ...]]]:
    """Return the relations that make sheets, their weights and their facts."""
    found: dict[str, list[Fact]] = {}
    for fact in facts_in(subset):
        found.setdefault(fact.relation, []).append(fact)
    relations = tuple(relation for relation in found if len(answers(relation, subset)) >= 3)
    weights = tuple(len(found[relation]) * WEIGHTS.get(relation, 1.0) for relation in relations)
    return relations, weights, {relation: tuple(found[relation]) for relation in relations}


def _apart(candidates: Sequence[Fact], most: int) -> list[Fact]:
    """Keep facts of which none gives away the answer of another."""
    kept: list[Fact] = []
    said = ""
    for fact in candidates:
        if fact.answer in said or any(other.answer in fact.subject + fact.value for other in kept):
            continue
        if any(other.subject == fact.subject for other in kept):
            continue
        kept.append(fact)
        said += f"{fact.subject} {fact.value} "
        if len(kept) == most:
            break
    return kept


def pick_facts(voice: Voice, subset: str, most: int) -> tuple[str, list[Fact]]:
    """Draw a relation and facts of it of which none gives away another's answer."""
    relations, weights, by_relation = _sheets(subset)
    relation = voice.draw.weighted(relations, weights)
    found = by_relation[relation]
    chosen = _apart(voice.draw.sample(found, min(len(found), 2 * most)), most)
    if len(chosen) < 3:  # too many of the sample had the same answer
        chosen = _apart(voice.draw.shuffled(found), 3)
    return relation, chosen


def _framed(voice: Voice, fact: Fact, topic: str) -> Sentence:
    template = voice.draw.choice(direct_templates_for(fact.relation, voice.new_templates))
    slots = {
        "x": statement(fact, template),
        "x_da": statement(fact, template, "da"),
        "source": voice.draw.choice(SOURCES[topic]),
        "teller": voice.draw.choice(TELLERS),
    }
    return voice.say("frame_polite" if voice.form == "polite" else "frame", slots)


def _intro(voice: Voice, chosen: Sequence[Fact]) -> list[Sentence]:
    noun = relation_noun(chosen[0])
    if not noun or any(relation_noun(fact) != noun for fact in chosen) or not voice.draw.chance(0.25):
        return []
    subjects = listed([context(fact.kind, fact.subject)["s"] for fact in chosen[:3]])
    slots = {"subjects": join([subjects, "など" if len(chosen) > 3 else ""]), "relation": noun}
    return [join([voice.say("sheet_intro_polite" if voice.form == "polite" else "sheet_intro", slots), STOP])]


def fact_sheet(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a sheet: facts of one relation about several subjects."""
    draw = voice.draw
    relation, left = pick_facts(voice, subset, draw.integer(4, 10))
    topic = RELATIONS[relation].topic
    sentences = _intro(voice, left)
    in_order = draw.chance(0.4)
    begin = ""
    at_first = True
    while left:
        to_spare = len(left) - max(0, 3 - len(sentences))  # facts that three sentences can do without
        stated = None
        if to_spare >= 2 and draw.chance(0.12):
            stated, used = state_in_list(voice, left[:3]), 3
        if stated is None and to_spare >= 1 and draw.chance(0.55):
            stated, used = state_together(voice, left[:2]), 2
        if framed := stated is None and draw.chance(0.35):
            stated, used = _framed(voice, left[0], topic), 1
        if stated is None:
            stated, used = state(voice, left[0]), 1
        left = left[used:]
        before, begin = begin, ""
        if in_order:
            begin = draw.choice(FIRST if at_first else NEXT if left else LAST)
        elif not at_first and not framed and not before:
            begin = draw.choice(ASIDE)
        begin = "" if begin == before else begin
        at_first = False
        sentences.append(join([begin, stated, STOP]))
    return topic, sentences


def _ordered(voice: Voice, facts: Sequence[Fact]) -> list[Fact]:
    """Draw what an entry tells: the facts in their order, of a list only one."""
    told: list[Fact] = []
    for fact in facts:
        chance = 0.25 if fact.relation in SHARED else 0.65
        if all(other.relation != fact.relation for other in told) and voice.draw.chance(chance):
            told.append(fact)
    return told


def _tell(voice: Voice, told: Sequence[Fact]) -> list[Sentence]:
    """State facts about one subject, one or two a sentence, its name shortened or unsaid."""
    sentences: list[Sentence] = []
    left = list(told)
    linked = True
    mention = FULL
    while left:
        begin = "" if linked else voice.draw.choice(ALSO)
        linked = bool(begin)
        # Twice nothing would leave the reader to guess, and twice the full name would be stiff.
        choices = {FULL: (REFERENCE, ZERO), ZERO: (REFERENCE, FULL)}
        mention = voice.draw.choice(choices.get(mention, (REFERENCE, ZERO, ZERO, FULL)))
        fact = left.pop(0)
        if left and voice.draw.chance(0.5) and _can_follow(voice, fact, left[0]):
            mention = REFERENCE if mention == FULL else mention
            first = state(voice, fact, "conj", mention, alone=False)
            second = state(voice, left.pop(0), mention=ZERO, alone=False)
            sentences.append(join([begin, first, "、", second, STOP]))
        else:
            sentences.append(join([begin, state(voice, fact, mention=mention, thread=True), STOP]))
    return sentences


def _can_follow(voice: Voice, first: Fact, second: Fact) -> bool:
    """Tell whether two facts fit one sentence that names the subject at most once."""
    both = (first.relation, second.relation)
    return second.relation not in SHARED and all(
        templates_for(relation, voice.new_templates, ZERO) for relation in both
    )


ENTRY_TABLES = tuple(
    table for table in dict.fromkeys(relation.table for relation in RELATIONS.values()) if table != "people"
)
CORE_TABLES = ("prefectures", "countries", "works")


@cache
def _subjects(table: str, subset: str) -> tuple[str, ...]:
    """Return the subjects of which everything is known that an opening or a closing may name."""
    known = dict.fromkeys(fact.subject for fact in facts_in(subset) if fact.kind == table)
    used = [f"open_{table}", f"close_{table}"]
    templates = [template for rule in used for found in rules()[rule].values() for template in found]
    slots = {part.name for template in templates for part in template.parts if type(part) is Slot}
    return tuple(subject for subject in known if slots <= context(table, subject).keys())


def entry(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of an entry about one subject other than a person."""
    tables = CORE_TABLES if subset == "core" else ENTRY_TABLES
    table = voice.draw.weighted(tables, [len(_subjects(name, subset)) for name in tables])
    subject = voice.draw.choice(_subjects(table, subset))
    slots = context(table, subject)
    opening = "buildings" if slots.get("kind") == "建築" else table
    known = facts_about(table, subject)
    for _ in range(6):  # until the opening leaves something to tell
        sentences = [voice.sentence(f"open_{opening}", slots)]
        rest = [fact for fact in known if fact not in sentences[0].facts]
        if rest:
            break
    told = _ordered(voice, rest) or list(rest or known)[:2]
    sentences += _tell(voice, told[:7])
    if voice.draw.chance(0.5) or len(sentences) < 3:
        sentences.append(voice.sentence(f"close_{table}", slots))
    return RELATIONS[known[0].relation].topic, sentences


ISSUED = {
    "発表された": "発表した",
    "完成した": "完成させた",
    "作られた": "作曲した",
    "公開された": "公開した",
}


def _works(voice: Voice, person: str) -> list[Sentence]:
    """Tell of a person's works in the order of their years."""
    entry = row("people", person)
    titles = [title for title in entry["works"].split(";") if title]
    works = sorted((row("works", title) for title in titles), key=lambda work: int(work["year"]))
    sentences: list[Sentence] = []
    own = context("people", person)
    if len(works) > 1 and voice.draw.chance(0.25):
        slots = dict(own)
        slots["works_and"] = listed([context("works", work["name"])["s"] for work in works], "や")
        return [voice.sentence("works_of_person", slots, REFERENCE)]
    for work in works:
        slots = dict(context("works", work["name"]))
        slots |= {"work": slots["s"], "issued": ISSUED[str(slots["released"])]}
        slots |= {"s": own["s"], "s_reference": own["s_reference"]}
        rule = "work_by_person" if voice.draw.chance(0.6) else "wrote_by_person"
        if work["kind"] == "建築":
            rule = "building_by_person"
        said = voice.sentence(rule, slots, voice.draw.choice((REFERENCE, ZERO)))
        sentences.append(_after(voice, LATER, said) if sentences else said)
    return sentences


def _after(voice: Voice, words: Sequence[str], said: Sentence) -> Sentence:
    """Put a word of time before what happens then, but not before what only tells its date."""
    return (
        said
        if re.search("のは|年は|がある|があり|一つが", said.text)
        else join([voice.draw.choice(words), said])
    )


@cache
def _people(subset: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.subject for fact in facts_in(subset) if fact.kind == "people"))


def biography(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a biography, in the order of a life."""
    person = voice.draw.choice(_people(subset))
    slots = context("people", person)
    sentences = [voice.sentence("open_person", slots)]
    by_relation = {fact.relation: fact for fact in facts_about("people", person)}
    said = sentences[0].facts
    if by_relation["birth_year_of_person"] not in said:
        sentences.append(voice.sentence("birth_of_person", slots, voice.draw.choice((REFERENCE, ZERO))))
    middle = [by_relation["profession_of_person"], by_relation["deed_of_person"]]
    sentences += _tell(voice, [fact for fact in middle if fact not in said])
    sentences += _works(voice, person)
    if death := by_relation.get("death_year_of_person"):
        sentences.append(_after(voice, THEN, _tell(voice, [death])[0]))
    if len(sentences) < 3 or voice.draw.chance(0.4):
        sentences.append(voice.sentence("close_person" if death else "close_living_person", slots))
    return "歴史", sentences[:10]
