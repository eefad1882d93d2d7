"""The facts of Minipedia: read, checked and turned into subject, relation and answer.

`facts()` gives the tables and `all_facts()` every statement that they hold.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jbert_lessons.corpora.minipedia.annotation import Fact

Row = Mapping[str, str]
Tables = Mapping[str, tuple[Row, ...]]
FOLDER = Path(__file__).parent / "facts"

# A field with * is a list, with # a whole number; ? may be empty; =a|b names all that is allowed;
# >file says where the name must stand. A field that ends in "reading" is kana.
REGIONS = "北海道地方|東北地方|関東地方|中部地方|近畿地方|中国地方|四国地方|九州地方"
CONTINENTS = "アジア|ヨーロッパ|アフリカ|北アメリカ|南アメリカ|オセアニア"
TASTES = "甘い|辛い|しょっぱい|酸っぱい|甘辛い|香ばしい|あっさりした|こってりした|さっぱりした|まろやか"
SCHEMA = {
    "prefectures": f"name reading gloss short short_reading capital capital_reading region={REGIONS} "
    "specialities* specialities_reading* mountain mountain_reading water water_reading "
    "neighbours*?>prefectures",
    "countries": "name reading gloss capital? capital_reading? "
    f"continent={CONTINENTS} language? language_reading? currency currency_reading "
    "known_for known_for_reading",
    "people": "name reading gloss gender=男|女 birth_year# death_year#? birthplace>prefectures,countries "
    "profession profession_reading works*?>works deed deed_reading",
    "works": "name reading gloss kind author>people year#",
    "animals": "name reading gloss kind=哺乳類|鳥類|爬虫類|両生類|魚類|昆虫|その他 food* food_reading* "
    "habitat habitat_reading call? feature feature_reading counter=頭|匹|羽|杯",
    "dishes": f"name reading gloss ingredients* ingredients_reading* taste={TASTES} "
    "season=春|夏|秋|冬|一年中 origin>prefectures,countries,日本 category verb",
    "months": "name reading gloss number# days# season=春|夏|秋|冬 old_name old_reading event "
    "event_reading weather",
    "seasons": "name reading gloss months*>months weather flowers* flowers_reading* foods* "
    "foods_reading* pastime pastime_reading",
    "holidays": "name reading gloss date month>months meaning",
    "professions": "name reading gloss place place_reading does does_reading tool tool_reading",
    "subjects": "name reading gloss studies studies_reading activity activity_reading",
    "sports": "name reading gloss players# place place_reading tool tool_reading action",
    "planets": "name reading gloss order# kind=岩石惑星|巨大ガス惑星|巨大氷惑星 feature feature_reading "
    "rings=ある|ない",
    "materials": "name reading gloss kind property property_reading uses* uses_reading*",
    "products": "name reading gloss aspects* aspects_reading* verb",
    "family_names": "name reading ambiguous?=地名",
    "given_names": "name reading gender=男|女",
    "mentioned_names": "name label?=人名|地名|組織名|施設名",
    "fictional_parts": "kind=飲食店|ホテル|会社|学校|商店|団体 part=前|後 name reading",
}
KANA = re.compile("[ぁ-ゖー]+")
NUMBER = re.compile("0|[1-9][0-9]*")
FIELD = re.compile(r"(?P<name>\w+)(?P<flags>[*#?]*)(=(?P<allowed>.+)|>(?P<files>.+))?")


def read_facts(folder: Path = FOLDER) -> Tables:
    """Read and check every fact file. Raises ValueError naming file, line and field of the first fault."""
    tables, places = {}, {}
    for table, schema in SCHEMA.items():
        path = folder / f"{table}.csv"
        fields = [FIELD.fullmatch(field) for field in schema.split()]
        names = [field["name"] for field in fields]
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if header != names:
                raise ValueError(f"{path.name} line 1, header {header}: allowed is {','.join(names)}")
            rows = []
            for cells in reader:
                if len(cells) != len(names):
                    last = names[min(len(cells), len(names)) - 1]
                    raise ValueError(
                        f"{path.name} line {reader.line_num}, field {last}: "
                        f"the line has {len(cells)} cells, allowed is {len(names)}"
                    )
                rows.append(dict(zip(names, cells, strict=True)))
                places[table, len(rows) - 1] = reader.line_num
        tables[table] = tuple(rows)
    for table, schema in SCHEMA.items():
        fields = [FIELD.fullmatch(field) for field in schema.split()]
        seen = set()
        for number, row in enumerate(tables[table]):
            where = f"{table}.csv line {places[table, number]}, field"
            for field in fields:
                if fault := _fault(field, row, tables):
                    raise ValueError(f"{where} {field['name']}: {fault}")
            key = row["name"], row.get("kind", ""), row.get("part", ""), row.get("gender", "")
            if key in seen:
                raise ValueError(f"{where} name: {row['name']!r} stands twice, allowed is once")
            seen.add(key)
    return tables


def _fault(field: re.Match, row: Row, tables: Tables) -> str:
    name, flags, cell = field["name"], field["flags"], row[field["name"]]
    if not cell:
        return "" if "?" in flags else "empty, allowed is a value"
    values = cell.split(";") if "*" in flags else [cell]
    readings = name.endswith("reading")
    partner = name.removesuffix("_reading")
    if readings and "*" in flags and len(values) != len(row[partner].split(";")):
        return f"{len(values)} readings, allowed is one for each of {row[partner]!r}"
    for value in values:
        if not value or value != value.strip():
            return f"{cell!r} has an empty or padded entry, allowed are entries between ;"
        if readings and not KANA.fullmatch(value):
            return f"{value!r} is no reading, allowed are hiragana and ー"
        if "#" in flags and not NUMBER.fullmatch(value):
            return f"{value!r} is no whole number, allowed are digits"
        if field["allowed"] and value not in field["allowed"].split("|"):
            return f"{value!r}, allowed are {field['allowed'].replace('|', ' ')}"
        if field["files"]:
            files = field["files"].split(",")
            if not any(value == f or any(value == row["name"] for row in tables.get(f, ())) for f in files):
                return f"{value!r} is unknown, allowed are the names in {' '.join(files)}"
    return ""


@cache
def facts() -> Tables:
    """Return all tables by name, each a tuple of rows; a row maps a field's name to its text."""
    return read_facts()


@cache
def row(table: str, name: str) -> Row:
    """Return the row of `name`: row("prefectures", "岩手県")["capital"] is 盛岡市."""
    for candidate in facts()[table]:
        if candidate["name"] == name:
            return candidate
    raise ValueError(f"{name!r} is not in {table}.csv")


class Relation(NamedTuple):
    """Where the answers of a relation stand, what they are and what their documents are about."""

    table: str
    column: str
    label: str  # of the answer as an entity, or nothing
    topic: str
    suffix: str = ""  # a pattern: what completes the answer
    only: str = ""  # a pattern that the whole cell must match


RELATIONS = {
    "capital_of_prefecture": Relation("prefectures", "capital", "地名", "地理", "[市区]"),
    "region_of_prefecture": Relation("prefectures", "region", "地名", "地理", "地方", "(?!北海道).*"),
    "speciality_of_prefecture": Relation("prefectures", "specialities", "", "地理"),
    "mountain_in_prefecture": Relation("prefectures", "mountain", "地名", "地理"),
    "river_in_prefecture": Relation("prefectures", "water", "地名", "地理", "", ".*川"),
    "lake_in_prefecture": Relation("prefectures", "water", "地名", "地理", "", ".*[^川]"),
    "neighbour_of_prefecture": Relation("prefectures", "neighbours", "地名", "地理"),
    "capital_of_country": Relation("countries", "capital", "地名", "地理"),
    "continent_of_country": Relation("countries", "continent", "地名", "地理"),
    "language_of_country": Relation("countries", "language", "", "地理"),
    "currency_of_country": Relation("countries", "currency", "", "地理"),
    "country_known_for": Relation("countries", "known_for", "", "地理"),
    "birth_year_of_person": Relation("people", "birth_year", "日付", "歴史"),
    "death_year_of_person": Relation("people", "death_year", "日付", "歴史"),
    "birthplace_of_person": Relation("people", "birthplace", "地名", "歴史"),
    "profession_of_person": Relation("people", "profession", "", "歴史"),
    "deed_of_person": Relation("people", "deed", "", "歴史"),
    "author_of_work": Relation("works", "author", "人名", "文化"),
    "kind_of_work": Relation("works", "kind", "", "文化", "", "(?!建築).*"),
    "year_of_work": Relation("works", "year", "日付", "文化"),
    "class_of_animal": Relation("animals", "kind", "", "生き物", "", "(?!その他).*"),
    "food_of_animal": Relation("animals", "food", "", "生き物"),
    "habitat_of_animal": Relation("animals", "habitat", "", "生き物"),
    "call_of_animal": Relation("animals", "call", "", "生き物"),
    "feature_of_animal": Relation("animals", "feature", "", "生き物"),
    "counter_of_animal": Relation("animals", "counter", "", "生き物"),
    "ingredient_of_dish": Relation("dishes", "ingredients", "", "料理"),
    "taste_of_dish": Relation("dishes", "taste", "", "料理"),
    "season_of_dish": Relation("dishes", "season", "", "料理", "", "."),
    "origin_of_dish": Relation("dishes", "origin", "地名", "料理"),
    "category_of_dish": Relation("dishes", "category", "", "料理"),
    "old_name_of_month": Relation("months", "old_name", "", "くらし"),
    "event_in_month": Relation("months", "event", "", "くらし"),
    "season_of_month": Relation("months", "season", "", "くらし"),
    "days_in_month": Relation("months", "days", "", "くらし", "", "3."),
    "flower_of_season": Relation("seasons", "flowers", "", "くらし"),
    "food_of_season": Relation("seasons", "foods", "", "くらし"),
    "pastime_of_season": Relation("seasons", "pastime", "", "くらし"),
    "date_of_holiday": Relation("holidays", "date", "日付", "くらし"),
    "meaning_of_holiday": Relation("holidays", "meaning", "", "くらし"),
    "workplace_of_profession": Relation("professions", "place", "", "くらし"),
    "work_of_profession": Relation("professions", "does", "", "くらし"),
    "tool_of_profession": Relation("professions", "tool", "", "くらし"),
    "matter_of_subject": Relation("subjects", "studies", "", "くらし"),
    "activity_in_subject": Relation("subjects", "activity", "", "くらし"),
    "place_of_sport": Relation("sports", "place", "", "スポーツ"),
    "tool_of_sport": Relation("sports", "tool", "", "スポーツ"),
    "action_in_sport": Relation("sports", "action", "", "スポーツ"),
    "players_in_sport": Relation("sports", "players", "", "スポーツ", "", "[2-9]|1."),
    "order_of_planet": Relation("planets", "order", "", "科学"),
    "kind_of_planet": Relation("planets", "kind", "", "科学"),
    "feature_of_planet": Relation("planets", "feature", "", "科学"),
    "kind_of_material": Relation("materials", "kind", "", "科学", "", "(?!その他).*"),
    "property_of_material": Relation("materials", "property", "", "科学"),
    "use_of_material": Relation("materials", "uses", "", "科学"),
}
LISTS = ("specialities", "neighbours", "food", "ingredients", "flowers", "foods", "uses")
KEEP_WHOLE = (
    *("レオナルド・ダ・ビンチ", "ル・コルビュジエ", "ガブリエル・ガルシア・マルケス"),
    *("エリック・カール", "マーティン・ルーサー・キング", "マザー・テレサ", "ヘレン・ケラー"),
)


@cache
def short_name(person: str) -> str:
    """Return the last part of a foreign name if only one person has it: レフ・トルストイ → トルストイ."""
    last = person.rpartition("・")[2]
    shared = sum(other["name"].rpartition("・")[2] == last for other in facts()["people"])
    return person if shared > 1 or person in KEEP_WHOLE else last


def _facts_of(relation: str, subject: Row) -> list[Fact]:
    table, column, _, _, suffix, only = RELATIONS[relation]
    cell = subject[column]
    if not cell or (only and not re.fullmatch(only, cell)):
        return []
    if column in ("birth_year", "death_year", "year"):
        return [Fact(subject["name"], relation, cell, table, "年")]
    if column == "author":
        return [Fact(subject["name"], relation, short_name(cell), table)]
    found = []
    for value in cell.split(";") if column in LISTS else [cell]:
        end = re.search(f"{suffix}$", value)[0] if suffix else ""
        found.append(Fact(subject["name"], relation, value.removesuffix(end), table, end))
    return found


@cache
def facts_about(table: str, name: str) -> tuple[Fact, ...]:
    """Return all facts whose subject is `name`, in the order of RELATIONS."""
    subject = row(table, name)
    relations = [name for name, relation in RELATIONS.items() if relation.table == table]
    return tuple(fact for relation in relations for fact in _facts_of(relation, subject))


@cache
def all_facts() -> tuple[Fact, ...]:
    """Return every fact, relation by relation."""
    tables = facts()
    return tuple(
        fact
        for name, relation in RELATIONS.items()
        for subject in tables[relation.table]
        for fact in _facts_of(name, subject)
    )
