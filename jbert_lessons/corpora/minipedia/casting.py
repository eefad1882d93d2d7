"""Who, where and when: made-up people, shops and towns' places, days and amounts for everyday texts."""

from collections.abc import Callable, Mapping
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Sentence, join, name
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import facts
from jbert_lessons.corpora.minipedia.templates import rules

DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = tuple(f"{day}曜日" for day in "日月火水木金土")
FAMILY = ("父", "母", "兄", "姉", "弟", "妹", "祖父", "祖母", "おじ", "おば")


def date(draw: Draw, months: tuple[int, ...] = tuple(range(1, 13))) -> Sentence:
    """Return a day in one of the months: 5月3日."""
    month = draw.choice(months)
    return name(f"{month}月{draw.integer(1, DAYS_IN_MONTH[month - 1])}日", "日付")


@cache
def _named(table: str, **fields: str) -> tuple[str, ...]:
    rows = facts()[table]
    return tuple(row["name"] for row in rows if all(row[field] == cell for field, cell in fields.items()))


def family_name(draw: Draw) -> str:
    """Return a family name, often one that is also a place."""
    return draw.choice(_named("family_names", ambiguous="地名" if draw.chance(0.3) else ""))


def given_name(draw: Draw) -> Sentence:
    """Return a given name, marked."""
    return name(draw.choice(_named("given_names")), "人名")


def made_up(draw: Draw, kind: str, label: str) -> Sentence:
    """Return a made-up shop, inn, firm, school or group: さくら食堂."""
    front = draw.choice(_named("fictional_parts", kind=kind, part="前"))
    return name(front + draw.choice(_named("fictional_parts", kind=kind, part="後")), label)


def _school(draw: Draw, *ends: str) -> Sentence:
    front = draw.choice(_named("fictional_parts", kind="学校", part="前"))
    return name(front + draw.choice(ends), "組織名")


@cache
def _fronts() -> tuple[str, ...]:
    return tuple(dict.fromkeys(_named("fictional_parts", part="前")))


def facility(draw: Draw, *ends: str) -> Sentence:
    """Return a made-up place to go to: こもれび図書館."""
    return name(draw.choice(_fronts()) + draw.choice(ends), "施設名")


CHEAP = (
    *("マグカップ", "鉛筆", "ボールペン", "ノート", "消しゴム", "はさみ", "歯ブラシ", "シャンプー"),
    *("石けん", "タオル", "洗剤", "手袋", "積み木", "パズル"),
)
DEAR = (
    *("掃除機", "冷蔵庫", "洗濯機", "電子レンジ", "炊飯器", "エアコン", "空気清浄機", "テレビ"),
    *("カメラ", "パソコン", "スマートフォン", "タブレット", "ベッド", "自転車", "望遠鏡", "ギター"),
)


def price(draw: Draw, product: str) -> str:
    """Return what a product may cost, in yen."""
    if product in CHEAP:
        return str(10 * draw.integer(15, 98))
    return str(500 * draw.integer(30, 190) if product in DEAR else 50 * draw.integer(30, 180))


# A first and a later mention: 岩手県盛岡市 becomes 盛岡市, and 佐藤花子 becomes 佐藤.
Mentions = tuple[str | Sentence, str | Sentence]


def town(draw: Draw) -> Mentions:
    """Return a town, often after its prefecture: 岩手県盛岡市 are two places side by side."""
    entry = draw.choice(facts()["prefectures"])
    city = name(entry["capital"], "地名")
    return (join([name(entry["name"], "地名"), city]) if draw.chance(0.5) else city), city


def companion(draw: Draw) -> Mentions:
    """Return somebody to go with: 父, いとこの翔太さん and then 翔太さん."""
    if draw.chance(0.5):
        return (draw.choice(FAMILY),) * 2
    later = join([given_name(draw), "さん"])
    return join([draw.choice(("いとこの", "友達の", "隣の家の", "同じ組の")), later]), later


def person(draw: Draw) -> Mentions:
    """Return a made-up person: the full name, then the family name."""
    family = family_name(draw)
    return name(family + draw.choice(_named("given_names")), "人名"), name(family, "人名")


MENTIONED: Mapping[str, Callable[[Draw], Mentions]] = {
    **{"companion": companion, "town": town, "town2": town},
    **{"person": person, "person2": person, "person3": person},
}
# Slots that a template may ask for; each is drawn when a scene needs it, once per document.
MAKERS: Mapping[str, Callable[[Draw], str | Sentence]] = {
    "weekday": lambda draw: draw.choice(WEEKDAYS),
    "schoolday": lambda draw: draw.choice(WEEKDAYS[1:6]),
    "month_s": lambda draw: name(f"{draw.integer(1, 12)}月", "日付"),
    "year_s": lambda draw: name(f"{draw.integer(2027, 2039)}年", "日付"),
    "companion2": lambda draw: draw.choice(FAMILY),
    "friend": given_name,
    "friend2": given_name,
    "keeper": lambda draw: name(family_name(draw), "人名"),
    "teacher": lambda draw: name(family_name(draw), "人名"),
    "zoo": lambda draw: facility(draw, "動物園", "動物公園"),
    "place": lambda draw: facility(draw, "動物園", "動物公園"),
    "library": lambda draw: facility(draw, "図書館"),
    "museum": lambda draw: facility(draw, "美術館", "博物館"),
    "arena": lambda draw: facility(draw, "体育館", "競技場", "総合体育館"),
    "observatory": lambda draw: facility(draw, "天文台", "科学館"),
    "facility": lambda draw: facility(draw, "図書館", "美術館", "駅", "公園", "病院", "体育館", "公民館"),
    "facility2": lambda draw: facility(draw, "公園", "郵便局", "橋", "銀行", "駅", "神社", "病院"),
    "shop": lambda draw: facility(draw, "商店", "マーケット", "ストア", "百貨店"),
    "diner": lambda draw: made_up(draw, "飲食店", "施設名"),
    "inn": lambda draw: made_up(draw, "ホテル", "施設名"),
    "company": lambda draw: made_up(draw, "会社", "組織名"),
    "company2": lambda draw: made_up(draw, "会社", "組織名"),
    "school": lambda draw: _school(draw, "小学校", "小学校", "中学校"),
    "school2": lambda draw: _school(draw, "小学校", "中学校"),
    "college": lambda draw: _school(draw, "大学", "高校"),
    "group": lambda draw: made_up(draw, "団体", "組織名"),
    "count": lambda draw: str(draw.integer(2, 9)),
    "few": lambda draw: str(draw.integer(2, 4)),
    "ordinal": lambda draw: str(draw.integer(1, 6)),
    "grade": lambda draw: str(draw.integer(1, 3)),
    "hours": lambda draw: str(draw.integer(6, 9)),
    "minutes": lambda draw: str(5 * draw.integer(1, 12)),
    "days_long": lambda draw: str(draw.integer(2, 30)),
    "page": lambda draw: str(draw.integer(10, 120)),
    "people": lambda draw: str(10 * draw.integer(2, 90)),
    "people2": lambda draw: str(10 * draw.integer(2, 60)),
    "price": lambda draw: str(50 * draw.integer(12, 60)),
    "clock": lambda draw: str(draw.integer(1, 3)),
    "clock2": lambda draw: str(draw.integer(4, 6)),
    "closing": lambda draw: str(draw.integer(4, 8)),
    "opening": lambda draw: str(draw.integer(8, 10)),
    "night": lambda draw: str(draw.integer(7, 10)),
}
# Such places are often named after their town, which is a name inside a name: 盛岡市立図書館.
CIVIC = {"library": "立図書館", "museum": "立美術館", "arena": "民体育館"}
DIFFERENT = {
    **{"friend2": "friend", "town2": "town", "school2": "school", "company2": "company"},
    **{"companion2": "companion", "facility2": "facility"},
}


class Cast(dict[str, str | Sentence]):
    """The slots of one document: what is not yet there is drawn when a template asks for it."""

    def __init__(self, draw: Draw, slots: Mapping[str, str | Sentence]):
        super().__init__(slots)
        self.draw = draw
        self.later: dict[str, str | Sentence] = {}

    def settle(self) -> None:
        """From now on name people and towns as a text does that has already named them."""
        if self.later:
            self.update(self.later)
            self.later.clear()

    def __missing__(self, slot: str) -> str | Sentence:
        if slot in MENTIONED:
            value, later = MENTIONED[slot](self.draw)
            while later in self.values():
                value, later = MENTIONED[slot](self.draw)
            self.later[slot] = later
        elif slot in CIVIC and self.draw.chance(0.4):
            known = self.later.get("town") or self.get("town") or town(self.draw)[1]
            value = name(known.text + CIVIC[slot], "施設名")
        elif slot == "date":
            value = date(self.draw)
        elif slot in ("date_month", "next_month"):
            month = int(self["date"].text.partition("月")[0])
            if slot == "next_month":
                month = (month + self.draw.integer(0, 2)) % 12 + 1
            value = name(f"{month}月", "日付")
        elif slot in MAKERS:
            value = MAKERS[slot](self.draw)
            while value == self.get(DIFFERENT.get(slot, "")):
                value = MAKERS[slot](self.draw)
        else:  # a bank of words, from which a document draws once
            value = self.draw.choice(rules()[slot]["say"]).parts[0]
        self[slot] = value
        return value
