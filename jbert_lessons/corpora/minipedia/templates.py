"""Templates: texts with slots, read from CSV files and filled from what a document is about.

`{food}` is filled from the context and `{=feeling}` by another rule; `{s|は}` is a mention: the name
with its particle, a word for it (この県は), or nothing at all. Templates end in a plain predicate.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from jbert_lessons.corpora.minipedia import grammar
from jbert_lessons.corpora.minipedia.annotation import Sentence, join
from jbert_lessons.corpora.minipedia.draw import Draw

FOLDER = Path(__file__).parent / "templates"
USES = ("say", "new", "ask", "noun")  # to train on, held out, a question, the name of a relation
FORMS = ("plain", "da", "polite", "conj", "te")
STOP = "。"
FULL, REFERENCE, ZERO = "full", "reference", "zero"
Context = Mapping[str, str | Sentence]


class Slot(NamedTuple):
    """A place for a value of the context."""

    name: str


class Mention(NamedTuple):
    """A place for a name with its particle, which a later sentence can shorten or drop."""

    name: str
    particle: str


class Rule(NamedTuple):
    """A place for a text that another rule makes."""

    name: str


class Template(NamedTuple):
    """One way to say something: its rule and number name it, its parts make the text."""

    rule: str
    number: int
    use: str
    parts: tuple[str | Slot | Mention | Rule, ...]


PLACE = re.compile(r"\{(?P<rule>=)?(?P<name>\w+)(?:\|(?P<particle>[^{}]+))?\}")


def parse(text: str) -> tuple[str | Slot | Mention | Rule, ...]:
    """Cut a template at its places: {a}は町だ。 → (Slot("a"), "は町だ。")."""
    parts: list[str | Slot | Mention | Rule] = []
    end = 0
    for place in PLACE.finditer(text):
        if place.start() > end:
            parts.append(text[end : place.start()])
        end = place.end()
        if place["rule"]:
            parts.append(Rule(place["name"]))
        elif place["particle"]:
            parts.append(Mention(place["name"], place["particle"]))
        else:
            parts.append(Slot(place["name"]))
    if end < len(text):
        parts.append(text[end:])
    if not parts or any(type(part) is str and re.search("[{}]", part) for part in parts):
        raise ValueError(f"{text!r}: allowed are texts with {{slot}}, {{slot|は}}, {{=rule}}")
    return tuple(parts)


@cache
def rules() -> Mapping[str, Mapping[str, tuple[Template, ...]]]:
    """Return all templates by rule and use. Raises ValueError naming file, line and field of a fault."""
    found: dict[str, dict[str, tuple[Template, ...]]] = {}
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in (reader := csv.DictReader(file)):
                where = f"{path.name} line {reader.line_num}, field"
                rule, use, text = row.get("rule"), row.get("use"), row.get("template")
                if not rule or use not in USES:
                    raise ValueError(f"{where} use: {use!r}, allowed are {' '.join(USES)}")
                uses = found.setdefault(rule, {})
                number = sum(map(len, uses.values()))
                try:
                    template = Template(rule, number, use, parse(text or ""))
                except ValueError as error:
                    raise ValueError(f"{where} template: {error}") from error
                uses[use] = (*uses.get(use, ()), template)
    return found


@lru_cache(maxsize=20_000)
def inflect(phrase: str, form: str) -> str:
    """Put a phrase that ends in a plain predicate into one of FORMS.

    首都である → 首都です (polite), 首都で (conj), 首都だ (da); 本を書いた → 本を書き (conj).
    """
    if form == "plain":
        return phrase
    if phrase.endswith("である"):
        return phrase.removesuffix("である") + {"da": "だ", "polite": "です"}.get(form, "で")
    if form == "da":
        return phrase
    if form == "polite":
        noun = "" if phrase[0] != "だ" else "名"  # a copula alone still needs a word before it
        return grammar.inflect_predicate(noun + phrase, polite=True).removeprefix(noun)
    if phrase.endswith("ない") and form == "conj":
        return phrase.removesuffix("ない") + "ず"
    if phrase.endswith("い"):
        adverb = grammar.adverb_i(phrase)
        return adverb if form == "conj" else adverb + "て"
    verb = grammar.verb_of_past(phrase) if phrase.endswith(("た", "だ")) else phrase
    if form == "te":
        return grammar.te_form(verb)
    if re.search("[てでがもはに]いる$", verb):
        return verb[:-2] + "おり"
    # A stem of one character is too short to end a clause: 試合に出て, not 試合に出.
    return grammar.te_form(verb) if verb.endswith(("出る", "見る")) else grammar.stem(verb)


def inflected(part: str | Sentence, form: str) -> str | Sentence:
    """Inflect a part; its marks stay where they are, since only the end of a text changes."""
    if form == "plain":
        return part
    if type(part) is str:
        return inflect(part, form)
    return part._replace(text=inflect(part.text, form))


class Voice:
    """How a document speaks: its draws, the form of its predicates, which templates it may use."""

    __slots__ = ("draw", "form", "new_templates")

    def __init__(self, draw: Draw, form: str = "plain", new_templates: bool = False):
        self.draw = draw
        self.form = form
        self.new_templates = new_templates

    def pick(self, rule: str) -> Template:
        """Draw a template of a rule: a held-out one if those are asked for and the rule has any."""
        uses = rules()[rule]
        return self.draw.choice(uses["new"] if self.new_templates and "new" in uses else uses["say"])

    def say(self, rule: str, context: Context, mention: str = FULL, form: str = "plain") -> Sentence:
        """Fill a drawn template of a rule and put its end into a form."""
        parts: list[str | Sentence] = []
        self.fill(self.pick(rule), context, mention, parts)
        parts[-1] = inflected(parts[-1], form)
        return join(parts)

    def sentence(self, rule: str, context: Context, mention: str = FULL) -> Sentence:
        """Fill a drawn template of a rule in the voice's form, with a full stop unless it ends in 」."""
        parts: list[str | Sentence] = []
        self.fill(self.pick(rule), context, mention, parts)
        end = parts[-1]
        if type(end) is str and end.endswith("」"):
            return join(parts)
        parts[-1] = inflected(end, self.form)
        parts.append(STOP)
        return join(parts)

    def fill(self, template: Template, context: Context, mention: str, parts: list[str | Sentence]) -> None:
        """Append the filled parts of a template to `parts`."""
        for part in template.parts:
            kind = type(part)
            if kind is str:
                parts.append(part)
            elif kind is Slot:
                parts.append(context[part.name])
            elif kind is Rule:
                self.fill(self.pick(part.name), context, mention, parts)
            elif mention == FULL:
                parts.append(context[part.name])
                parts.append(part.particle)
            elif mention == REFERENCE:
                parts.append(context[f"{part.name}_reference"])
                parts.append(part.particle)
