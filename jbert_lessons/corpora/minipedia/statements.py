"""Facts in words: several ways to state each, to ask for it, and to state some of them together."""

import re
from collections.abc import Sequence
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Fact, Sentence, join
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.slots import answer, context
from jbert_lessons.corpora.minipedia.templates import (
    FULL,
    REFERENCE,
    ZERO,
    Mention,
    Template,
    Voice,
    inflected,
    rules,
)

CAN_DROP = ("は", "の", "では", "が", "を", "は、")  # a subject with these may stay unsaid


SOURCE = re.compile("図鑑|事典|年表|伝記|の本|本など|地図|カレンダー|調べると|作り方を見ると|聞いて|という話")
NO_DRAW = Voice(Draw(0))  # the templates of a statement leave nothing to other rules


def statement(fact: Fact, template: Template, form: str = "plain", mention: str = FULL) -> Sentence:
    """State a fact by a template, without a full stop: 岩手県の県庁所在地は盛岡市である.

    `form` inflects the end (plain, polite, conj …), `mention` shortens or drops the subject.
    """
    parts: list[str | Sentence] = []
    slots = {**context(fact.kind, fact.subject), "a": answer(fact)}
    NO_DRAW.fill(template, slots, mention, parts)
    parts[-1] = inflected(parts[-1], form)
    stated = join(parts)
    return stated if fact in stated.facts else stated._replace(facts=(*stated.facts, fact))


@cache
def templates_for(relation: str, new_templates: bool = False, mention: str = FULL) -> tuple[Template, ...]:
    """Return the templates that can state a relation with such a mention of its subject."""
    uses = rules()[relation]
    found = uses["new"] if new_templates and "new" in uses else uses["say"]
    if mention == FULL:
        return found
    begins = [t for t in found if type(t.parts[0]) is Mention]
    if mention == ZERO:
        begins = [t for t in begins if t.parts[0].particle in CAN_DROP]
    return tuple(begins)


@cache
def direct_templates_for(
    relation: str, new_templates: bool = False, mention: str = FULL
) -> tuple[Template, ...]:
    """Return the templates that name no source, if there are any: a text names one once, not twice."""
    found = templates_for(relation, new_templates, mention)
    direct = (t for t in found if not any(type(part) is str and SOURCE.search(part) for part in t.parts))
    return tuple(direct) or found


def state(
    voice: Voice, fact: Fact, form: str = "", mention: str = FULL, *, alone: bool = True, thread: bool = False
) -> Sentence:
    """State a fact by a drawn template, in the voice's style unless a form is given.

    If no template can shorten the subject as asked, the subject is named in full; so it is if the
    statement stands alone and would hardly say anything without it. In a `thread` the subject
    begins the sentence even when it is named in full.
    """
    form = form or voice.form
    shape = REFERENCE if thread and mention == FULL else mention
    options = templates_for(fact.relation, voice.new_templates, shape)
    if not options:
        mention, options = FULL, templates_for(fact.relation, voice.new_templates)
    template = voice.draw.choice(options)
    bare = alone and mention != FULL and _is_bare(fact, template)
    if mention == ZERO and bare:
        mention = REFERENCE
    if mention == REFERENCE and _repeats(fact, template):
        mention = FULL if bare or template.parts[0].particle not in CAN_DROP else ZERO
    return statement(fact, template, form, mention)


def state_from_subject(voice: Voice, fact: Fact) -> Sentence:
    """State a fact politely with its subject first, as one answers a question."""
    options = direct_templates_for(fact.relation, voice.new_templates, REFERENCE)
    return statement(fact, voice.draw.choice(options or templates_for(fact.relation)), "polite")


@cache
def _is_bare(fact: Fact, template: Template) -> bool:
    """Tell whether hardly anything would be left without the subject: 小説である."""
    return len(statement(fact, template, "plain", ZERO).text) < 14


@cache
def _repeats(fact: Fact, template: Template) -> bool:
    """Tell whether a word for the subject would stand twice: この山は山である."""
    noun = str(context(fact.kind, fact.subject)["s_reference"]).removeprefix("この")
    return statement(fact, template, "plain", REFERENCE).text.count(noun) > 1


def questions_for(relation: str) -> tuple[Template, ...]:
    """Return the templates that ask for the answer of a relation."""
    return rules()[relation]["ask"]


@cache
def question(fact: Fact, number: int) -> Sentence:
    """Ask for the answer of a fact, without a full stop: 岩手県の県庁所在地はどこですか."""
    parts: list[str | Sentence] = []
    NO_DRAW.fill(questions_for(fact.relation)[number], context(fact.kind, fact.subject), FULL, parts)
    return join(parts)._replace(facts=())


def ask(voice: Voice, fact: Fact) -> Sentence:
    """Ask for the answer of a fact in drawn words."""
    return question(fact, voice.draw.integer(0, len(questions_for(fact.relation)) - 1))


@cache
def relation_noun(fact: Fact) -> str:
    """Return what a fact's answer is of its subject (首都), or nothing if a list cannot name it."""
    nouns = rules()[fact.relation].get("noun", ())
    if not nouns:
        return ""
    parts: list[str | Sentence] = []
    NO_DRAW.fill(nouns[0], context(fact.kind, fact.subject), FULL, parts)
    return join(parts).text


def state_together(voice: Voice, facts: Sequence[Fact]) -> Sentence:
    """State facts of one relation in one sentence: 岩手県の県庁所在地は盛岡市で、青森県の県庁所在地は…."""
    template = voice.draw.choice(direct_templates_for(facts[0].relation, voice.new_templates))
    last = voice.form
    parts: list[str | Sentence] = []
    for number, fact in enumerate(facts, start=1):
        parts += ["、" if parts else "", statement(fact, template, last if number == len(facts) else "conj")]
    return join(parts)


def state_in_list(voice: Voice, facts: Sequence[Fact]) -> Sentence | None:
    """State facts as a list: 首都は、フランスがパリ、ドイツがベルリンである. None if no noun fits all."""
    noun = relation_noun(facts[0])
    if not noun or any(relation_noun(fact) != noun for fact in facts):
        return None
    parts: list[str | Sentence] = [f"{noun}は"]
    for fact in facts:
        parts += ["、", context(fact.kind, fact.subject)["s"], "が", answer(fact)]
    return join([*parts, inflected("である", voice.form)])
