"""Everyday texts: diaries, dialogues and news, each a scene whose steps follow one another in time.

People, shops, schools and firms in them are made up from common parts; what they say of the world is true.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Entity, Fact, Sentence, join, name
from jbert_lessons.corpora.minipedia.casting import FAMILY, Cast, date, facility, family_name, price
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.encyclopaedia import pick_facts
from jbert_lessons.corpora.minipedia.facts import RELATIONS, Row, facts, facts_about, row
from jbert_lessons.corpora.minipedia.slots import answer, context, marked
from jbert_lessons.corpora.minipedia.statements import ask, state_from_subject
from jbert_lessons.corpora.minipedia.templates import Voice, rules

Slots = dict[str, str | Sentence]
# Lands with a one-character name that two of a kind are joined from: 日独.
LANDS = {"ドイツ": "独", "アメリカ": "米", "イギリス": "英", "フランス": "仏", "中国": "中", "韓国": "韓",
         "イタリア": "伊", "インド": "印"}  # fmt: skip
UNUSUAL_SPORTS = ("馬術", "重量挙げ", "ボクシング", "飛び込み", "やり投げ", "レスリング", "カーリング")
NOT_IN_A_ZOO = ("海", "人里", "町", "牧場", "農場", "土の中")
AT_HAND = ("草むら", "林", "雑木林", "野原", "水辺", "池", "水田", "畑", "石の下", "小川")
WITHOUT_TELESCOPE = ("水星", "金星", "火星", "木星", "土星")


@cache
def _prefixed(prefix: str, table: str, subject: str) -> Mapping[str, str | Sentence]:
    return {f"{prefix}_{slot}": value for slot, value in context(table, subject).items()}


@cache
def _by_column(table: str, subject: str) -> Mapping[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts_about(table, subject):
        found.setdefault(RELATIONS[fact.relation].column, []).append(fact)
    return {column: tuple(stated) for column, stated in found.items() if len(stated) > 1}


SINGULAR = {"specialities": "speciality", "ingredients": "ingredient", "flowers": "flower", "foods": "food"}


def about(draw: Draw, prefix: str, table: str, subject: str) -> Slots:
    """Return the slots of a subject under a prefix; of each list, one entry is drawn."""
    slots = dict(_prefixed(prefix, table, subject))
    for column, stated in _by_column(table, subject).items():
        slots[f"{prefix}_{SINGULAR.get(column, column)}"] = answer(draw.choice(stated))
    return slots


@cache
def _subjects(table: str, test: Callable[[Row], bool]) -> tuple[str, ...]:
    return tuple(row["name"] for row in facts()[table] if test(row))


def _any(row: Row) -> bool:
    return True


def _zoo_animal(row: Row) -> bool:
    return row["kind"] in ("哺乳類", "鳥類", "爬虫類") and row["habitat"] not in NOT_IN_A_ZOO


def _small_animal(row: Row) -> bool:
    return row["kind"] in ("昆虫", "両生類", "その他") and row["habitat"] in AT_HAND


def _readable(row: Row) -> bool:
    return row["kind"] in ("小説", "童話", "物語", "絵本")


def _sport(row: Row) -> bool:
    return row["name"] not in UNUSUAL_SPORTS


def _in_an_arena(row: Row) -> bool:
    return _sport(row) and row["place"].endswith(("場", "館", "プール", "リンク", "コート"))


def _planet(row: Row) -> bool:
    return row["name"] in WITHOUT_TELESCOPE


def _land(row: Row) -> bool:
    return row["name"] in LANDS


# What a scene is about: its topic, then prefix, table and which rows may stand there.
Part = tuple[str, str, Callable[[Row], bool]]
ZOO: tuple[Part, ...] = tuple((prefix, "animals", _zoo_animal) for prefix in ("animal", "animal2", "animal3"))
DISHES: tuple[Part, ...] = (("dish", "dishes", _any), ("dish2", "dishes", _any))
SPORTS: tuple[Part, ...] = (("sport", "sports", _sport), ("sport2", "sports", _sport))
WORKS: tuple[Part, ...] = (("work", "works", _readable), ("work2", "works", _readable))
PREFECTURE: tuple[Part, ...] = (("pref", "prefectures", _any),)
PRODUCTS: tuple[Part, ...] = (("product", "products", _any), ("product2", "products", _any))
JOBS: tuple[Part, ...] = (("job", "professions", _any), ("job2", "professions", _any))
INSECTS: tuple[Part, ...] = (("animal", "animals", _small_animal), ("animal2", "animals", _small_animal))
PLANETS: tuple[Part, ...] = (("planet", "planets", _planet), ("planet2", "planets", _planet))
SCENES: Mapping[str, tuple[str, tuple[Part, ...]]] = {
    "diary_zoo": ("生き物", ZOO),
    "diary_cook": ("料理", DISHES),
    "diary_trip": ("地理", PREFECTURE),
    "diary_lesson": ("くらし", (("subject", "subjects", _any),)),
    "diary_sport": ("スポーツ", SPORTS),
    "diary_book": ("文化", WORKS),
    "diary_shop": ("くらし", PRODUCTS),
    "diary_season": ("くらし", (("season", "seasons", _any),)),
    "diary_job": ("くらし", JOBS),
    "diary_insect": ("生き物", INSECTS),
    "diary_month": ("くらし", (("month", "months", _any),)),
    "diary_star": ("科学", PLANETS),
    "talk_animal": ("生き物", ZOO),
    "talk_book": ("文化", WORKS),
    "talk_dish": ("料理", DISHES),
    "talk_way": ("くらし", ()),
    "talk_trip": ("地理", PREFECTURE),
    "talk_job": ("くらし", JOBS),
    "talk_phone": ("スポーツ", SPORTS),
    "news_school": ("くらし", ()),
    "news_shop": ("くらし", PRODUCTS),
    "news_firm": ("くらし", PRODUCTS),
    "news_zoo": ("生き物", ZOO),
    "news_match": ("スポーツ", (("sport", "sports", _in_an_arena),)),
    "news_crop": ("地理", PREFECTURE),
    "news_abroad": ("文化", (("country", "countries", _land),)),
    "news_art": ("歴史", (("artist", "people", _any),)),
    "news_lost": ("くらし", ()),
}


@cache
def _steps(scene: str) -> tuple[tuple[str, bool], ...]:
    found = [rule for rule in rules() if re.fullmatch(rf"{scene}_\d+o?", rule)]
    return tuple((rule, rule.endswith("o")) for rule in found)


def scene(voice: Voice, title: str) -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a scene."""
    draw = voice.draw
    topic, parts = SCENES[title]
    slots: Slots = {}
    taken: list[str] = []
    for prefix, table, test in parts:
        subject = draw.choice(_subjects(table, test))
        while subject in taken:
            subject = draw.choice(_subjects(table, test))
        taken.append(subject)
        slots |= about(draw, prefix, table, subject)
    if title == "news_abroad":
        short = "日" + LANDS[taken[0]]
        slots["two_lands"] = Sentence(short, (Entity(0, 1, "地名"), Entity(1, 2, "地名")))
    if "product_aspects" in slots:
        slots["product_aspect"] = draw.choice(str(slots["product_aspects"]).split(";"))
        slots["price"] = price(draw, taken[0])
    cast = Cast(draw, slots)
    if title == "diary_season":
        months = row("seasons", taken[0])["months"].split(";")
        cast["date"] = date(draw, tuple(int(month.removesuffix("月")) for month in months))
    elif title == "news_match":
        place = cast["sport_place"].text
        cast["arena"] = cast["arena"] if place == "体育館" else facility(draw, place)
    elif title == "news_school":
        cast["date"] = date(draw, (2, 3, 5, 6, 7, 9, 10, 11, 12))
    elif title == "diary_insect":
        cast["date"] = date(draw, (5, 6, 7, 8, 9))
    sentences = []
    for rule, optional in _steps(title):
        if not optional or draw.chance(0.6):
            sentences.append(voice.sentence(rule, cast))
            cast.settle()
    return topic, sentences


def _one_of_scenes(voice: Voice, begin: str) -> tuple[str, list[Sentence]]:
    return scene(voice, voice.draw.choice([title for title in SCENES if title.startswith(begin)]))


def diary(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a page of a diary."""
    return _one_of_scenes(voice, "diary")


def news(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a piece of local news."""
    return _one_of_scenes(voice, "news")


def dialogue(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a talk: questions, their answers, what came of it."""
    return quiz(voice, subset) if voice.draw.chance(0.5) else _one_of_scenes(voice, "talk")


# What a quiz about the facts of a table is about, and relations whose answer cannot stand alone.
MATTERS = {
    **{"prefectures": "日本の地理", "countries": "世界の国", "people": "歴史の人物", "works": "文学や芸術"},
    **{"animals": "生き物", "dishes": "料理", "months": "一年の月", "seasons": "季節", "holidays": "祝日"},
    **{"professions": "仕事", "subjects": "学校の教科", "sports": "スポーツ", "planets": "惑星"},
    **{"materials": "物の材料"},
}
SHORT = ("地名", "人名", "日付")


def quiz(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a round of questions and answers about facts."""
    draw = voice.draw
    relation, chosen = pick_facts(voice, subset, draw.integer(2, 3))
    slots = Cast(draw, {"matter": marked(MATTERS[RELATIONS[relation].table])})
    if at_school := draw.chance(0.6):
        slots["asker"] = join([name(family_name(draw), "人名"), "先生"])
    else:
        slots["asker"] = draw.choice(FAMILY)
    sentences = [voice.sentence("quiz_school" if at_school else "quiz_home", slots)]
    for number, fact in enumerate(chosen):
        slots["q"] = ask(voice, fact)
        slots["x"] = _inside_quotation(state_from_subject(voice, fact))
        slots["answer"] = answer(fact)
        sentences.append(voice.sentence("quiz_next" if number else "quiz_ask", slots))
        short = RELATIONS[relation].label in SHORT and draw.chance(0.4)
        said = "quiz_other" if number % 2 else "quiz_short" if short else "quiz_answer"
        sentences.append(voice.sentence(said, slots))
    if len(sentences) < 6 or draw.chance(0.6):
        sentences.append(voice.sentence("quiz_right", slots))
    return RELATIONS[relation].topic, sentences


def _inside_quotation(said: Sentence) -> Sentence:
    return said._replace(text=said.text.replace("「", "『").replace("」", "』"))
