"""What templates can name about a row of the facts: its fields as marked texts, and words for it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Entity, Fact, Sentence, join, name
from jbert_lessons.corpora.minipedia.facts import RELATIONS, Row, facts, facts_about, row, short_name
from jbert_lessons.corpora.minipedia.templates import inflect

NAME_LABELS = {"prefectures": "地名", "countries": "地名", "people": "人名", "months": "日付"}
COLUMN_LABELS = {(relation.table, relation.column): relation.label for relation in RELATIONS.values()}
# How a work comes into the world: who makes it, the verb for it, and how it appears.
WORK_VERBS = {
    "曲": ("作曲者", "作曲した", "作られた"),
    "オペラ": ("作曲者", "作曲した", "作られた"),
    "映画": ("監督", "撮った", "公開された"),
    "建築": ("設計者", "設計した", "完成した"),
    "絵画": ("作者", "描いた", "完成した"),
    "版画": ("作者", "描いた", "完成した"),
    "画集": ("作者", "描いた", "発表された"),
    "漫画": ("作者", "描いた", "発表された"),
    "彫刻": ("作者", "彫った", "完成した"),
    "歌集": ("作者", "まとめた", "発表された"),
    "俳句集": ("作者", "まとめた", "発表された"),
    "説話集": ("作者", "まとめた", "発表された"),
    "図鑑": ("作者", "まとめた", "発表された"),
}
PUBLISHED_LATER = ("四季",)  # the year is that of the print, not of the composition
WORK_NOUNS = {"絵画": "絵", "科学書": "本", "説話集": "本", "俳句集": "句集"}
BUILDING_NOUNS = {"駅": "駅", "塔": "塔", "公園": "公園", "教会": "教会", "美術館": "美術館", "邸": "家"}
ANIMAL_NOUNS = {"哺乳類": "動物", "鳥類": "鳥", "魚類": "魚", "昆虫": "虫"}
MATERIAL_NOUNS = {"金属": "金属", "石": "石", "布": "布", "紙": "紙", "木材": "木"}
# Lands with other borders or another name in the days of some of the people.
CHANGED_LANDS = ("チェコ", "ポーランド", "北マケドニア", "ウクライナ", "フィンランド", "ギリシャ", "韓国")
UNITED_LATE = ("ドイツ", "イタリア")


@cache
def _known_names() -> tuple[re.Pattern, Mapping[str, str]]:
    labels = {entry["name"]: "地名" for table in ("prefectures", "countries") for entry in facts()[table]}
    labels |= dict.fromkeys(("アジア", "ヨーロッパ", "アフリカ", "オセアニア"), "地名")
    labels |= {entry["name"]: entry["label"] for entry in facts()["mentioned_names"]}
    for person in ("ル・コルビュジエ",):
        labels[person] = "人名"
    longest_first = sorted(labels, key=lambda known: (-len(known), known))
    pattern = f"(?<![ァ-ヶー])({'|'.join(longest_first)})(?![語人ァ-ヶー])|『(?P<title>[^』]+)』"
    return re.compile(pattern), labels


@cache
def marked(phrase: str, *stated: Fact) -> Sentence:
    """Mark the known names inside a phrase: 松山の中学校で… has a place at 0 to 2."""
    pattern, labels = _known_names()
    entities = []
    for found in pattern.finditer(phrase):
        if found["title"]:
            entities.append(Entity(found.start("title"), found.end("title"), "作品名"))
        elif labels[found[0]]:
            entities.append(Entity(found.start(), found.end(), labels[found[0]]))
    return Sentence(phrase, tuple(entities), stated)


@cache
def answer(fact: Fact) -> Sentence:
    """Return the answer of a fact as a text shows it, marked, and stating the fact."""
    relation = RELATIONS[fact.relation]
    value = fact.value
    if fact.relation == "date_of_holiday":
        day = value.removesuffix("ごろ")
        return join([name(day, "日付", fact), value[len(day) :]])
    return name(value, relation.label, fact) if relation.label else marked(value, fact)


@cache
def title(table: str, subject: str) -> Sentence:
    """Return the name of a subject, marked; a work's name in its brackets, a building's without."""
    if table != "works":
        return name(subject, NAME_LABELS.get(table, ""))
    if row("works", subject)["kind"] == "建築":
        return name(subject, "施設名")
    return join(["『", name(subject, "作品名"), "』"])


def listed(parts: Sequence[Sentence], first_mark: str = "、") -> Sentence:
    """Put parts in a row: りんご、なし、もも, or with や as first mark りんごやなし、もも."""
    marks = ["", first_mark, *["、"] * len(parts)]
    return join(piece for pair in zip(marks, parts, strict=False) for piece in pair)


@cache
def context(table: str, subject: str) -> Mapping[str, str | Sentence]:
    """Return the slots about a subject: `s`, `s_reference`, each field that states a fact, and more.

    A list field also gives `field_all`: りんご、にんにく、せんべい汁.
    """
    entry = row(table, subject)
    slots: dict[str, str | Sentence] = {column: cell for column, cell in entry.items() if cell}
    by_column: dict[str, list[Sentence]] = {}
    for fact in facts_about(table, subject):
        by_column.setdefault(RELATIONS[fact.relation].column, []).append(answer(fact))
    for column, answers in by_column.items():
        slots[column] = answers[0]
        slots[f"{column}_all"] = listed(answers)
        slots[f"{column}_and"] = listed(answers, "や")
    slots["s"] = title(table, subject)
    slots["s_reference"] = "これ"
    slots |= _WORDS.get(table, lambda entry: {})(entry)
    return slots


def _prefecture(entry: Row) -> Mapping[str, str | Sentence]:
    kind = "道" if entry["name"] == "北海道" else entry["name"][-1]
    northern = {"region": marked("日本の北")} if kind == "道" else {}
    return northern | {
        "office": f"{kind}庁所在地",
        "hall": f"{kind}庁",
        "s_reference": f"この{kind}" if kind in "府県" else "ここ",
        "water_kind": "川" if entry["water"].endswith("川") else "湖",
        "short": name(entry["short"], "地名"),
    }


def _person(entry: Row) -> Mapping[str, str | Sentence]:
    place = entry["birthplace"]
    japanese = any(place == prefecture["name"] for prefecture in facts()["prefectures"])
    old = place in CHANGED_LANDS or (int(entry["birth_year"]) < 1872 and (japanese or place in UNITED_LATE))
    short = short_name(entry["name"])
    return {
        "now": "今の" if old else "",
        "s_reference": "彼" if entry["gender"] == "男" else "彼女",
        "short": name(short, "人名"),
    }


def _work(entry: Row) -> Mapping[str, str | Sentence]:
    kind = entry["kind"]
    maker, made, released = WORK_VERBS.get(kind, ("作者", "書いた", "発表された"))
    noun = WORK_NOUNS.get(kind, kind)
    if kind == "建築":
        noun = next((word for end, word in BUILDING_NOUNS.items() if entry["name"].endswith(end)), "建物")
        if row("people", entry["author"])["profession"] not in ("建築家", "技術者"):
            maker, made = "作者", "作った"
    if entry["name"] in PUBLISHED_LATER:
        released = "発表された"
    return {
        **{"maker": maker, "made": made, "released": released, "noun": noun},
        "released_polite": inflect(released, "polite"),
        "s_reference": f"この{noun}",
    }


def _animal(entry: Row) -> Mapping[str, str | Sentence]:
    noun = ANIMAL_NOUNS.get(entry["kind"], "生き物")
    return {"s_reference": f"この{noun}", "noun": noun}


def _season(entry: Row) -> Mapping[str, str | Sentence]:
    months = [name(month, "日付") for month in entry["months"].split(";")]
    return {"s_reference": "この季節", "months_all": listed(months)}


def _dish(entry: Row) -> Mapping[str, str | Sentence]:
    noun = entry["category"] if entry["category"] in ("菓子", "飲み物") else "料理"
    eaten = "飲まれる" if noun == "飲み物" else "食べられる"
    slots: dict[str, str | Sentence] = {
        **{"noun": noun, "eaten": eaten, "eaten_polite": inflect(eaten, "polite")},
        "s_reference": f"この{noun}",
        "verb_te": inflect(entry["verb"], "te"),
    }
    for fact in facts_about("dishes", entry["name"]):
        if fact.relation == "taste_of_dish":
            na_adjective = fact.answer == "まろやか"
            slots["taste_of"] = join([answer(fact), "な" if na_adjective else ""])
    return slots


_WORDS = {
    "prefectures": _prefecture,
    "countries": lambda entry: {"s_reference": "この国"},
    "people": _person,
    "works": _work,
    "animals": _animal,
    "dishes": _dish,
    "months": lambda entry: {"s_reference": "この月"},
    "seasons": _season,
    "holidays": lambda entry: {"s_reference": "この日", "month": name(entry["month"], "日付")},
    "professions": lambda entry: {"s_reference": entry["name"]},
    "subjects": lambda entry: {"s_reference": "この教科"},
    "sports": lambda entry: {"s_reference": "このスポーツ"},
    "planets": lambda entry: {"s_reference": "この惑星"},
    "materials": lambda entry: {"s_reference": f"この{MATERIAL_NOUNS.get(entry['kind'], '材料')}"},
}
