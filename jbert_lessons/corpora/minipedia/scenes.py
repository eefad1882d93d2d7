"""Everyday scenes, as a caption tells them: who does what and where, or what stands where.

A scene is a record of details; `render` puts it into words in several ways that say the same.
"""

from functools import cache
from typing import NamedTuple

from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.grammar import count, inflect_predicate, passive, progressive, te_form

KINDS = ("person", "animal", "thing")


class Scene(NamedTuple):
    """The details of a scene; an empty one is left open. Verbs stand in the dictionary form."""

    kind: str
    who: str  # of a thing: what stands there
    number: str = ""  # 3人, 何人か
    color: str = ""
    wear: str = ""  # 帽子をかぶった
    place: str = ""
    posture: str = ""
    object: str = ""
    verb: str = ""
    negative: bool = False


class Activity(NamedTuple):
    """What people do, to one of `items`, all of them `general`; without an object `items` is ("",)."""

    verb: str
    general: str
    items: tuple[str, ...]
    places: tuple[str, ...]
    postures: tuple[str, ...]


# fmt: off
# Verb, what the objects are together, objects, places, postures; - is none.
ACTIVITY_TABLE = """
    読む 本 絵本/図鑑/小説/辞書 図書館/教室/公園/庭/居間 座る/立つ
    食べる 果物 りんご/みかん/バナナ/ぶどう 台所/公園/庭/食堂 座る/立つ
    食べる お菓子 クッキー/ケーキ/ドーナツ/せんべい 公園/庭/居間/食堂 座る/立つ
    食べる パン 食パン/あんパン/メロンパン 公園/庭/食堂/台所 座る/立つ
    飲む 飲み物 牛乳/お茶/ジュース/水 公園/食堂/台所/教室 座る/立つ
    弾く 楽器 ギター/ピアノ/バイオリン 音楽室/教室/体育館/公園 座る/立つ
    なでる 動物 犬/猫/うさぎ/馬 公園/牧場/野原 座る/立つ
    洗う 動物 犬/馬/牛 牧場/庭/川辺 -
    洗う 野菜 大根/にんじん/きゅうり/トマト 台所/庭/畑/調理室 座る/立つ
    洗う 食器 皿/コップ/茶わん 台所/調理室/キャンプ場 -
    切る 野菜 大根/にんじん/キャベツ/トマト 台所/調理室/キャンプ場 座る/立つ
    切る 果物 りんご/メロン/すいか 台所/調理室/庭 座る/立つ
    作る 料理 カレーライス/オムライス/みそ汁/サラダ 台所/調理室/キャンプ場 -
    売る 果物 りんご/みかん/バナナ/ぶどう 市場/公園/駅の前 座る/立つ
    買う 文房具 ノート/鉛筆/消しゴム スーパー/文具店 -
    運ぶ 家具 机/いす/本棚 教室/廊下/体育館/校庭 -
    干す 洗濯物 シャツ/タオル/ズボン 庭/ベランダ/屋上 -
    植える 花 バラ/チューリップ/ひまわり 庭/公園/校庭 -
    観察する 虫 セミ/カブトムシ/トンボ/バッタ 公園/森/庭/校庭 座る/立つ
    観察する 鳥 スズメ/カラス/ツバメ/ハト 公園/森/庭/校庭 座る/立つ
    練習する スポーツ サッカー/野球/テニス/ラグビー 校庭/公園/河原 -
    かく 動物の絵 犬の絵/猫の絵/馬の絵/鳥の絵 教室/公園/図工室/庭 座る/立つ
    かく 花の絵 バラの絵/ひまわりの絵/桜の絵 教室/公園/図工室/庭 座る/立つ
    書く 文章 手紙/日記/作文 教室/図書館/居間/公園 座る/立つ
    歌う 歌 校歌/童謡/民謡 音楽室/体育館/教室/校庭 座る/立つ
    待つ 乗り物 バス/タクシー 駅の前/ホテルの前 座る/立つ
    泳ぐ - - プール/海/川/湖 -
    踊る - - 体育館/公園/校庭/海岸 -
    走る - - 校庭/公園/河原/海岸 -
"""
PEOPLE = {"子ども": ("男の子", "女の子"), "大人": ("男の人", "女の人"),
          "お年寄り": ("おじいさん", "おばあさん")}
# Whom one finds outside each group; an old person is also an adult.
OUTSIDE = {"子ども": ("男の人", "女の人", "おじいさん", "おばあさん"), "大人": ("男の子", "女の子"),
           "お年寄り": ("男の子", "女の子")}
WEARS = ("帽子をかぶった", "シャツを着た", "コートを着た", "靴をはいた", "ズボンをはいた",
         "めがねをかけた")
COLORS = ("赤い", "青い", "白い", "黒い", "黄色い", "緑の", "茶色の")
INDOORS = ("図書館", "教室", "居間", "台所", "食堂", "音楽室", "体育館", "調理室", "スーパー", "文具店",
           "廊下", "図工室")
OUTDOORS = ("公園", "庭", "牧場", "畑", "キャンプ場", "校庭", "屋上", "森", "海岸", "河原",
            "駅の前", "ホテルの前")
ANIMALS = {"犬": "匹", "猫": "匹", "うさぎ": "匹", "馬": "頭", "牛": "頭"}
ANIMAL_VERBS = (("水", "飲む"), ("えさ", "食べる"), ("", "眠る"), ("", "歩く"), ("", "走る"))
ANIMAL_PLACES = ("庭", "牧場", "野原", "川辺", "広場")
ANIMAL_COLORS = ("白い", "黒い", "茶色の")
THINGS = {
    "果物": "りんご:個 みかん:個 レモン:個 桃:個", "文房具": "ノート:冊 鉛筆:本 消しゴム:個 ものさし:本",
    "食器": "皿:枚 コップ:個 スプーン:本 茶わん:個", "着る物": "シャツ:枚 セーター:枚 コート:枚",
    "おもちゃ": "ボール:個 人形:個 積み木:個",
}
THING_PLACES = ("机の上", "いすの上", "箱の中", "棚の上", "かごの中", "テーブルの下")
# fmt: on


def _activity(line: str) -> Activity:
    verb, general, *cells = line.split()
    items, places, postures = (tuple(cell.removeprefix("-").split("/")) for cell in cells)
    return Activity(verb, general.removeprefix("-"), items, places, postures)


ACTIVITIES = tuple(_activity(line) for line in ACTIVITY_TABLE.strip().splitlines())
GROUP_OF = {who: group for group, people in PEOPLE.items() for who in people}
COUNTERS = dict(entry.split(":") for row in THINGS.values() for entry in row.split()) | ANIMALS
GROUP_OF |= {entry.split(":")[0]: group for group, row in THINGS.items() for entry in row.split()}
GROUP_OF |= dict.fromkeys(ANIMALS, "動物")


@cache
def activity_of(verb: str, item: str) -> Activity:
    """Return the activity that a verb and its object belong to."""
    return next(one for one in ACTIVITIES if one.verb == verb and item in one.items)


def places_of(scene: Scene) -> tuple[str, ...]:
    """Return the places where a scene can be."""
    if scene.kind == "person":
        return activity_of(scene.verb, scene.object).places
    return ANIMAL_PLACES if scene.kind == "animal" else THING_PLACES


def rivals(scene: Scene) -> tuple[str, ...]:
    """Return who or what could be there instead: 女の子 for 男の子."""
    return tuple(who for who in GROUP_OF if GROUP_OF[who] == GROUP_OF[scene.who] and who != scene.who)


def numbers(scene: Scene) -> tuple[str, ...]:
    """Return the numbers that fit what a scene shows: 二人, 3人 and so on."""
    return _numbers("人" if scene.kind == "person" else COUNTERS[scene.who])


@cache
def _numbers(counter: str) -> tuple[str, ...]:
    return tuple(count(number, counter)[0] for number in range(2, 6))


def some(scene: Scene) -> str:
    """Return the number that leaves it open how many there are: 何人か."""
    return f"何{'人' if scene.kind == 'person' else COUNTERS[scene.who]}か"


def draw_scene(draw: Draw, kind: str) -> Scene:
    """Draw a scene with every detail that its kind can have."""
    if kind == "person":
        activity = draw.choice(ACTIVITIES)
        scene = Scene(
            kind,
            draw.choice(draw.choice(tuple(PEOPLE.values()))),
            color=draw.choice(COLORS),
            wear=draw.choice(WEARS if activity.verb != "泳ぐ" else WEARS[:1]),  # no coats in water
            place=draw.choice(activity.places),
            posture=draw.choice(activity.postures),
            object=draw.choice(activity.items),
            verb=activity.verb,
        )
    elif kind == "animal":
        item, verb = draw.choice(ANIMAL_VERBS)
        color, place = draw.choice(ANIMAL_COLORS), draw.choice(ANIMAL_PLACES)
        scene = Scene(kind, draw.choice(tuple(ANIMALS)), "", color, "", place, "", item, verb)
    else:
        group = draw.choice(tuple(THINGS))
        who = draw.choice(THINGS[group].split()).partition(":")[0]
        color = "" if group == "果物" else draw.choice(COLORS)  # nobody counts blue peaches
        scene = Scene(kind, who, color=color, place=draw.choice(THING_PLACES))
    return scene._replace(number=draw.choice(numbers(scene)))


def render(draw: Draw, scene: Scene, polite: bool, exhaustive: bool = False) -> str:
    """Return a sentence that tells the scene; the ways to tell it differ in order and voice.

    If things are told exhaustively, nothing else is there: 机の上にあるのは赤いノートだ。
    """
    if scene.kind == "thing" and exhaustive:
        number = scene.number and scene.number + "の"
        return f"{scene.place}にあるのは{number}{scene.color}{scene.who}{'です' if polite else 'だ'}。"
    if scene.kind == "thing":
        what, place = scene.color + scene.who, scene.place and scene.place + "に"
        ways = [f"{place}{what}が{scene.number}", f"{what}が{place}{scene.number}"]
        if scene.number:
            ways.append(f"{place}{scene.number}の{what}が")
        return draw.choice(ways) + ("あります。" if polite else "ある。")
    number = scene.number and scene.number + "の"
    look = scene.color + scene.wear
    who = number + look + scene.who if scene.kind == "animal" else look + number + scene.who
    place = scene.place and scene.place + ("を" if scene.verb in ("歩く", "走る") else "で")
    thing = scene.object and scene.object + "を"
    if scene.negative:
        if scene.posture:
            doing = progressive_of(scene.posture, False, polite) + "が、"
            if scene.object:
                thing = scene.object + "は"
            return f"{who}は{place}{doing}{thing}{progressive_of(scene.verb, True, polite)}。"
        return f"{who}は{place}{thing}{progressive_of(scene.verb, True, polite)}。"
    how = scene.posture and te_form(scene.posture)
    doing = thing + progressive_of(scene.verb, False, polite)
    ways = [f"{who}が{place}{how}{doing}。", f"{place}{who}が{how}{doing}。"]
    if scene.place and not look:
        plain = thing + progressive_of(scene.verb, False, False)
        ways.append(f"{scene.place}に、{how}{plain}{who}が{'います' if polite else 'いる'}。")
    if scene.object in ANIMALS and not how:
        suffered = progressive_of(passive(scene.verb), False, polite)
        ways += [f"{place}{scene.object}が{who}に{suffered}。"] * 2
    return draw.choice(ways)


@cache
def progressive_of(verb: str, negative: bool, polite: bool) -> str:
    """Return 読んでいる, 読んでいない, 読んでいます or 読んでいません."""
    return inflect_predicate(progressive(verb), polite=polite, negative=negative)
