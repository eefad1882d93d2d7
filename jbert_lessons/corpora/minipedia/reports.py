"""Weather reports and recipes: everyday texts whose order is that of the day and of the kitchen."""

from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Sentence
from jbert_lessons.corpora.minipedia.casting import WEEKDAYS, Cast, date
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.everyday import about
from jbert_lessons.corpora.minipedia.facts import facts, row
from jbert_lessons.corpora.minipedia.templates import Voice, inflect

SKIES = {
    "sun": ("晴れる", "よく晴れる", "青空が広がる", "晴れ間が広がる", "日が差す"),
    "cloud": ("雲が広がる", "雲が多くなる", "雲におおわれる", "くもり空になる"),
    "rain": ("雨が降る", "弱い雨が降る", "所々で雨が降る", "時々強い雨が降る"),
    "snow": ("雪が降る", "雪がちらつく", "雪が積もる", "時々雪が降る"),
}
AT_NIGHT = ("晴れる", "星が見える", "雲が少なくなる", "よく晴れる")
AFTER = {"sun": ("sun", "sun", "cloud"), "cloud": ("sun", "cloud", "rain"), "rain": ("rain", "cloud", "sun")}
HIGHS = (9, 10, 14, 19, 24, 26, 30, 32, 28, 22, 17, 12)
COLDER = {"北海道地方": -7, "東北地方": -4}
ENDINGS = ("でしょう", "見込みです", "予想です")
WINDS = ("風が強くなる", "風が弱まる", "北の風が吹く", "南の風が吹く", "霧が出る", "気温が下がる")
ADVICE = {
    "rain": ("傘を忘れずにお持ちください", "足元に気をつけてください", "長い傘が役に立ちそうです"),
    "snow": ("道がすべりやすいので、気をつけて歩いてください", "車の運転には十分に気をつけてください"),
    "hot": ("こまめに水分をとってください", "帽子をかぶって出かけましょう", "熱中症に気をつけてください"),
    "cold": ("温かい服装でお出かけください", "手袋やマフラーがあるとよさそうです"),
    "sun": ("洗濯物がよく乾きそうです", "外で遊ぶのによい日になりそうです", "散歩を楽しめそうです"),
    "cloud": ("上着が一枚あると安心です", "念のために折りたたみの傘があるとよさそうです"),
}


def weather(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a weather report, from the morning to the next day."""
    draw = voice.draw
    place = draw.choice(facts()["prefectures"])
    slots = Cast(draw, about(draw, "pref", "prefectures", place["name"]))
    slots["date"] = date(draw)
    month = int(slots["date"].text.partition("月")[0])
    warmth = COLDER.get(place["region"], 6 if place["name"] == "沖縄県" else 0)
    high = HIGHS[month - 1] + warmth + draw.integer(-4, 4)
    slots["high"], slots["low"] = _degrees(high), _degrees(high - draw.integer(6, 11))
    sky = draw.choice(("sun", "sun", "cloud", "rain"))
    seen = []
    for slot in ("sky_morning", "sky_afternoon", "sky_night", "sky_tomorrow"):
        shown = "snow" if sky == "rain" and high <= 4 else sky
        clear_night = slot == "sky_night" and shown == "sun"
        phrase = draw.choice(AT_NIGHT if clear_night else SKIES[shown])
        slots[slot] = inflect(phrase, "conj") if slot == "sky_night" else phrase + draw.choice(ENDINGS)
        seen.append(shown)
        sky = draw.choice(AFTER[sky])
    wet = [shown for shown in seen[:2] if shown in ("rain", "snow")]
    felt = "hot" if high >= 30 else "cold" if high <= 8 else seen[1]
    slots["advice"] = draw.choice(ADVICE[wet[0] if wet else felt])
    slots["wind"] = draw.choice(WINDS) + draw.choice(ENDINGS)
    slots["compare"] = draw.choice(
        (
            f"昨日より{draw.integer(1, 5)}度高くなりそうです",
            f"昨日より{draw.integer(1, 5)}度低くなりそうです",
            "昨日と同じくらいの暖かさになりそうです" if high > 12 else "昨日と同じくらいの寒さになりそうです",
            "風があるので気温より低く感じられそうです",
        )
    )
    slots["clock"] = str(draw.integer(5, 11))
    slots["weekday"] = draw.choice(WEEKDAYS)
    steps = [1, 2, 3, *(n for n in (4, 5, 6, 7) if draw.chance(0.65))]
    # A report speaks politely whatever the voice, and its sentences are written so.
    spoken = Voice(draw, "plain", voice.new_templates)
    sentences = [spoken.sentence(f"weather_{step}", slots) for step in steps]
    return "くらし", sentences


def _degrees(value: int) -> str:
    return str(value) if value >= 0 else f"氷点下{-value}"


PREPARED = {
    "peel": "じゃがいも にんじん 玉ねぎ 大根 ごぼう れんこん 里芋 かぼちゃ さつまいも しょうが にんにく",
    "wash": "キャベツ 白菜 長ねぎ ほうれん草 きゅうり なす ピーマン にら レタス トマト 春菊 せり "
    "ズッキーニ パプリカ しいたけ マッシュルーム もやし 野沢菜",
    "cut": "豚肉 牛肉 鶏肉 羊の肉 鴨肉 豆腐 油揚げ こんにゃく ちくわ チャーシュー ハム 白身魚 ぶり さば さけ "
    "たけのこ まつたけ 鯛 もつ",
    "rice": "米 もち米",
    "egg": "卵",
    "shrimp": "えび",
    "noodle": "中華麺 うどん スパゲッティ",
}
PREPARATION = {word: kind for kind, words in PREPARED.items() for word in words.split()}
FLAVOURS = (
    *("みそ", "しょうゆ", "砂糖", "塩", "酢", "みりん", "ソース", "ケチャップ", "だし", "ごま"),
    *("バター", "こしょう", "唐辛子", "豆板醤", "黒砂糖"),
)
COUNTED = {
    "個": "じゃがいも 玉ねぎ 里芋 トマト ピーマン しいたけ 卵 パプリカ",
    "本": "にんじん ごぼう きゅうり なす 長ねぎ ズッキーニ ちくわ さつまいも",
    "枚": "油揚げ ハム",
    "グラム": "豚肉 牛肉 鶏肉 羊の肉 鴨肉 もやし キャベツ 白菜 大根 れんこん かぼちゃ 豆腐 米 もち米",
}
COUNTER = {word: counter for counter, words in COUNTED.items() for word in words.split()}
COOKS = ("父", "母", "祖父", "祖母", "おじ", "おば", "近所の人", "料理の先生")
READY = ("準備ができたら、", "準備が終わったら、", "その後、", "続いて、", "それから、")
MIDWAY = ("仕上げに、", "途中で、", "それから、", "さらに、", "")
CUTS = ("食べやすい大きさに", "小さめに", "一口の大きさに", "大きめに", "同じ大きさに")
METHODS = {
    "煮る": ("stew", "主菜 副菜 鍋物 汁物"),
    "炒める": ("fry", "主菜 副菜 主食 麺類"),
    "炊く": ("rice", "主食"),
    "揚げる": ("deep", "主菜"),
    "焼く": ("grill", "主菜"),
    "混ぜる": ("mix", "副菜 汁物"),
}
NOT_LIKE_THIS = (
    *("天ぷら", "七草がゆ", "雑煮", "おでん", "ムサカ", "ローストビーフ", "ドネルケバブ", "エマダツィ"),
    *("オムライス", "パエリア", "プロフ", "治部煮", "カツオのたたき", "冷や汁", "せんべい汁"),
)


@cache
def _recipes() -> tuple[str, ...]:
    """Return the dishes that the plain steps below can make: each ingredient is known to them."""
    return tuple(
        dish["name"]
        for dish in facts()["dishes"]
        if dish["verb"] in METHODS
        and dish["category"] in METHODS[dish["verb"]][1].split()
        and dish["name"] not in NOT_LIKE_THIS
        and any(word in PREPARATION for word in dish["ingredients"].split(";"))
    )


def _amount(draw: Draw, ingredient: str) -> str:
    counter = COUNTER.get(ingredient, "")
    if counter == "グラム":
        return f"{ingredient}{50 * draw.integer(2, 8)}グラム"
    return f"{ingredient}{draw.integer(1, 4)}{counter}" if counter else ingredient


def recipe(voice: Voice, subset: str = "all") -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a recipe, from the ingredients to the table."""
    draw = voice.draw
    dish = draw.choice(_recipes())
    ingredients = row("dishes", dish)["ingredients"].split(";")
    method = METHODS[row("dishes", dish)["verb"]][0]
    slots = Cast(draw, about(draw, "dish", "dishes", dish))
    slots["degrees"], slots["quick"] = str(10 * draw.integer(16, 18)), str(draw.integer(2, 6))
    slots["people"] = str(draw.integer(2, 6))
    slots["cook"] = draw.choice(COOKS)
    amounts = {ingredient: _amount(draw, ingredient) for ingredient in ingredients}
    slots["amounts"] = "、".join(amounts.values())
    flavours = [word for word in ingredients if word in FLAVOURS]
    solids = [word for word in ingredients if word not in FLAVOURS]
    prepared = [word for word in solids if word in PREPARATION]
    slots["solids"] = "と".join(solids) if len(solids) == 2 else "、".join(solids)
    slots["one"] = prepared[0]
    slots["flavours"] = "と".join(flavours)
    sentences = [voice.sentence("recipe_open", slots), voice.sentence("recipe_need", slots)]
    words = iter(("はじめに、", "次に、", "さらに、"))
    for ingredient in prepared[: draw.integer(1, 3)]:
        slots |= {"i": amounts[ingredient], "first": next(words), "cut": draw.choice(CUTS)}
        boiled = PREPARATION[ingredient] == "noodle"
        slots["minutes"] = str(draw.integer(1, 3) if boiled else 10 * draw.integer(2, 6))
        sentences.append(voice.sentence(f"prepare_{PREPARATION[ingredient]}", slots))
    slots["next"] = draw.choice(READY)
    quick = method in ("fry", "grill", "deep")
    slots["minutes"] = str(draw.integer(2, 6) if quick else draw.integer(10, 30))
    sentences.append(voice.sentence(f"cook_{method}", slots))
    if method in ("stew", "rice", "deep", "grill"):
        sentences.append(voice.sentence(f"wait_{method}", slots))
    if flavours and method in ("stew", "fry", "mix", "grill"):
        slots["next"] = draw.choice(("それから、", "") if method == "mix" else MIDWAY)
        sentences.append(voice.sentence("season_it", slots))
    sentences.append(voice.sentence("recipe_end_cold" if method == "mix" else "recipe_end", slots))
    return "料理", sentences
