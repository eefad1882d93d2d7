"""The words and templates that reviews.py puts together."""

from functools import cache
from typing import NamedTuple

from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import facts

# fmt: off
# Aspect, subject, praise, blame.
POINTS = {
    "飲食店": """
        味 料理 おいしい まずい  味 {dish} おいしい まずい  味 {dish} おいしい まずい  味 {dish}の味 よい 悪い
        味 料理の味つけ よい 悪い  味 料理の香り よい 悪い  味 料理の味つけ ちょうどよい 濃すぎる
        値段 値段 安い 高い  値段 値段 手ごろだ 割高だ  値段 料理の値段 安い 高い  値段 料金 安い 高い
        接客 店員 親切だ 不親切だ  接客 店員の態度 よい 悪い  接客 店員の説明 丁寧だ 雑だ
        接客 店員の対応 早い 遅い  接客 店員 やさしい 冷たい  接客 店員の言葉づかい 丁寧だ 乱暴だ
        雰囲気 雰囲気 よい 悪い  雰囲気 店内 静かだ うるさい  雰囲気 店内 清潔だ 汚い
        雰囲気 店内 明るい 暗い  雰囲気 席 広い 狭い  雰囲気 居心地 よい 悪い
        味 料理 すばらしい ひどい  味 料理 見事だ 平凡だ  味 料理の味 上品だ くどい  味 料理の味 繊細だ 単調だ
        味 料理の味 豊かだ 物足りない  味 {dish} 見事だ 平凡だ  味 飲み物 味わい深い 水っぽい
        味 料理の盛りつけ 美しい 雑だ  値段 値段 良心的だ 法外だ
        値段 料理の値段 妥当だ 不当だ  接客 店員 気さくだ 無愛想だ  接客 店員 礼儀正しい 失礼だ
        接客 店員の態度 誠実だ 横柄だ  接客 店員の対応 的確だ いいかげんだ  接客 店員の対応 すばらしい ひどい
        接客 店員 温かい 冷淡だ  接客 店員 頼もしい 頼りない  接客 店員の笑顔 すてきだ わざとらしい
        接客 店員の話し方 穏やかだ 荒っぽい  接客 店員の手際 見事だ お粗末だ  雰囲気 雰囲気 和やかだ 重苦しい
        雰囲気 雰囲気 上品だ 下品だ  雰囲気 店内 快適だ 窮屈だ  雰囲気 店内 おしゃれだ 殺風景だ
        雰囲気 店内 華やかだ 陰気だ  雰囲気 店内 きれいだ 不潔だ
        雰囲気 店の内装 美しい みすぼらしい  雰囲気 店内の音楽 心地よい やかましい""",
    "ホテル": """
        味 朝食 おいしい まずい  味 夕食 おいしい まずい  味 食事の味 よい 悪い  味 夕食の味つけ よい 悪い
        値段 料金 安い 高い  値段 料金 手ごろだ 割高だ  値段 宿泊料 安い 高い  値段 値段 安い 高い
        接客 受付の人 親切だ 不親切だ  接客 受付の人の態度 よい 悪い  接客 従業員の案内 丁寧だ 雑だ
        接客 受付の対応 早い 遅い  接客 従業員 やさしい 冷たい  接客 従業員の言葉づかい 丁寧だ 乱暴だ
        雰囲気 部屋 静かだ うるさい  雰囲気 部屋 清潔だ 汚い  雰囲気 部屋 広い 狭い
        雰囲気 ロビー 明るい 暗い  雰囲気 部屋の居心地 よい 悪い  雰囲気 部屋の雰囲気 よい 悪い
        味 朝食 豪華だ 貧弱だ  味 夕食 すばらしい ひどい  味 夕食 見事だ 平凡だ  味 食事の味 豊かだ 物足りない
        味 食事の味 上品だ くどい  味 夕食の魚 新鮮だ 生ぐさい  味 朝食の盛りつけ 美しい 雑だ
        値段 料金 良心的だ 法外だ  値段 宿泊料 妥当だ 不当だ  接客 受付の人 気さくだ 無愛想だ
        接客 従業員 礼儀正しい 失礼だ  接客 従業員の態度 誠実だ 横柄だ  接客 従業員の対応 的確だ いいかげんだ
        接客 受付の人 温かい 冷淡だ  接客 従業員 頼もしい 頼りない  接客 従業員の笑顔 すてきだ わざとらしい
        接客 従業員の話し方 穏やかだ 荒っぽい  接客 受付の対応 すばらしい ひどい  雰囲気 部屋 快適だ 窮屈だ
        雰囲気 部屋 すてきだ 殺風景だ  雰囲気 部屋 きれいだ 不潔だ
        雰囲気 部屋からの眺め すばらしい つまらない  雰囲気 ロビー 華やかだ 陰気だ
        雰囲気 ロビー 豪華だ みすぼらしい  雰囲気 ロビーの雰囲気 和やかだ 重苦しい
        雰囲気 お風呂 心地よい 不快だ  雰囲気 布団 柔らかい 固い""",
    "製品": """
        値段 値段 安い 高い  値段 値段 手ごろだ 割高だ  値段 値段 良心的だ 法外だ  値段 値段 妥当だ 不当だ
        接客 店員の説明 丁寧だ 雑だ  接客 店員 親切だ 不親切だ  接客 店員の説明 的確だ いいかげんだ
        接客 店員 気さくだ 無愛想だ  接客 店員 頼もしい 頼りない""",
}
# What products.csv calls an aspect; after = the subject, where it is another word; {p} is the product itself.
PRODUCT_POINTS = {
    "よい 悪い": """着け心地 打ち心地 座り心地 寝心地 肌ざわり 背負い心地 手ざわり はき心地 かぶり心地 切れ味
                書き心地 紙の質 見え方 音質 画質 音色 香り 泡立ち 洗い上がり 炊き上がり 焼き上がり デザイン
                電池のもち 色 汚れ落ち 乗り心地 カメラ=写真の写り ブレーキ=ブレーキの効き""",
    "静かだ うるさい": "音", "軽い 重い": "重さ={p}", "簡単だ 難しい": "操作 組み立て",
    "楽だ 面倒だ": "手入れ", "広い 狭い": "広さ=中", "強い 弱い": "吸引力 効き目", "大きい 小さい": "容量",
    "安い 高い": "電気代 インク代",
    "速い 遅い": "速さ=動き 沸く速さ=お湯の沸き方", "高い 低い": "保温性 吸水性",
    "十分だ 不十分だ": "風量 暖かさ 明るさ", "見やすい 見にくい": "画面 見やすさ={p}",
    "使いやすい 使いにくい": "ポケット 注ぎ口 引き出し", "打ちやすい 打ちにくい": "キーボード",
    "洗いやすい 洗いにくい": "洗いやすさ={p}", "持ちやすい 持ちにくい": "持ちやすさ={p}",
    "握りやすい 握りにくい": "取っ手", "消しやすい 消しにくい": "消しやすさ=字",
    "弾きやすい 弾きにくい": "弾きやすさ={p}",
    "分かりやすい 分かりにくい": "説明", "丈夫だ 壊れやすい": "丈夫さ={p}", "丈夫だ 破れやすい": "表紙",
    "ちょうどよい 中途半端だ": "高さ 大きさ 長さ",
    "すばらしい ひどい": "音質 画質 音色 見え方 乗り心地 焼き上がり 炊き上がり 洗い上がり 切れ味",
    "見事だ お粗末だ": "デザイン 焼き上がり 切れ味 カメラ=写真の写り", "おしゃれだ やぼったい": "デザイン",
    "心地よい 不快だ": "着け心地 座り心地 寝心地 肌ざわり 背負い心地 手ざわり はき心地 かぶり心地 香り",
    "快適だ 窮屈だ": "着け心地 はき心地 かぶり心地", "なめらかだ ぎこちない": "書き心地 打ち心地",
    "鮮明だ 不鮮明だ": "画質 画面", "美しい 耳ざわりだ": "音色 音", "鮮やかだ 地味だ": "色",
    "便利だ 不便だ": "ポケット 引き出し 取っ手", "頑丈だ もろい": "丈夫さ={p}",
    "手軽だ やっかいだ": "手入れ 組み立て", "単純だ ややこしい": "操作", "丁寧だ 不親切だ": "説明",
    "長い 短い": "電池のもち", "抜群だ 貧弱だ": "吸引力 保温性 吸水性",
}
# Neither とても nor ない goes well with these.
ABSOLUTE = "ちょうどよい 濃すぎる 中途半端だ 十分だ 不十分だ"
# [ ] holds what the polite style inflects, | parts two sentences. Slots take these forms:
# clause 料理はおいしかった, past 料理がおいしかった, said the same between 「 and 」, plain おいしい,
# was おいしかった, attribute おいしい or 静かな, place この店, fixed the two phrases after the template.
TEMPLATES = """
    contrast clause {a}が、{b}。
    contrast clause {a}けれど、{b}。
    contrast clause たしかに{a}が、{b}。
    contrast clause {a}。|しかし、{b}。
    contrast clause {a}。|でも、{b}。
    contrast past {b}ことに比べれば、{a}ことは小さな[ことだ]。
    contrast past {a}のは[本当だ]が、それよりも、{b}ことのほうが心に[残った]。
    change was {before}は{part_ga}{a}が、{now}は{b}。
    change was {before}は{part_ga}{a}。|ところが、{now}は{b}。
    change was {now}は{part_ga}{b}が、{before}は{a}。
    comparison place {a}より、{b}のほうが{part_ga}{was}。
    comparison place {b}は、{a}よりずっと{part_ga}{was}。
    comparison place {a}は、{b}ほど{part_ga}{was_not}。
    expectation plain {s}は{a}と[聞いていた]が、{tried}、{b}と[思った]。
    expectation plain うわさでは{s}が{a}[ということだった]が、{tried}、{b}と[感じた]。
    expectation attribute {part_ga}{a}{noun}だと[思っていた]が、本当は、{part_no}[{b}{noun}だった]。
    negation plain {s}が{a}とは[思わなかった]。|むしろ、{b}と[思った]。
    negation plain {s}は{a}とは[言えない]。|{b}と言うほうが[正しい]。
    negation plain {s}は{b}と[感じた]。|{a}とは少しも[感じなかった]。
    negation plain {s}を{b}と思うことはあっても、{a}と思うことは[なかった]。
    opinion said {one}は「{a}」と[言った]が、{other}は「{b}」と[言った]。|私も{other}と同じ[意見だ]。
    opinion said {one}は「{b}」と[言った]が、{other}は「{a}」と[言った]。|私は{one}に[賛成だ]。
    verdict fixed {b}と[思う]。|{a}とは[思わない]。 {glad} {sorry}
    verdict fixed {a}どころか、{b}と[思った]。 {again} {never}
    verdict fixed 「{a}」ではなく、「{b}」と[思った]。 {plan} {refuse}
    verdict fixed 人に聞かれたら、「{a}」ではなく「{b}」と[答える]。 {advise} {warn}
    verdict fixed {a}がないわけでは[ない]が、{b}のほうが[多かった]。 よいところ 悪いところ
    verdict fixed {a}がなかったとは[言えない]が、{b}のほうが[多かった]。 うれしいこと いやなこと
    verdict fixed {a}より、{b}のほうが[大きかった]。 うれしい気持ち 残念な気持ち
    verdict fixed {b}が多く、{a}は[少なかった]。 満足した点 不満な点
    verdict fixed 全体としては、{a}ではなく[{b}だった]。 期待以上 期待外れ
    verdict fixed 全体としては、{a}ではなく[{b}だった]。 大満足 大失敗
    verdict fixed ひとことで言えば、{a}ではなく[{b}だ]。 最高 最低
    verdict fixed {b}と[思う]。|{a}とは[思わない]。 すばらしい ひどい
    verdict fixed 5段階で言えば、{a}ではなく[{b}だ]。 5 1
    verdict fixed 5段階で言えば、{a}ではなく[{b}だ]。 4 2
"""
# Only for `new_templates`: no review of the split train is built like these.
NEW_TEMPLATES = """
    contrast clause {a}。|けれども、{b}。
    contrast past {b}ことのほうが、{a}ことよりも強く心に[残った]。
    change was {before}は{part_ga}{a}。|それに比べて、{now}は{b}。
    comparison place {a}に比べて、{b}は{part_ga}{was}。
    expectation plain {s}が{a}と[思いこんでいた]が、{tried}、{b}と[分かった]。
    negation plain {s}が{a}ということは[なかった]。|どちらかと言えば、{b}と[感じた]。
    opinion said 「{a}」という{one}より、「{b}」という{other}のほうに[賛成だ]。
    verdict fixed 今の気持ちは、{a}より{b}に[近い]。 満足 不満
    verdict fixed {b}とは言えても、{a}とは[言えない]。 当たりだ 外れだ
"""
# Judgements that say what they mean: {b} alone.
STRAIGHT_TEMPLATES = """
    straight clause {b}。
    straight clause {b}。
    straight past {b}と[思った]。
    straight past {b}ことをよく[覚えている]。
    straight plain {s}は{b}と[感じた]。
    straight plain {s}が{b}と[思った]。
    verdict fixed {b}と[思う]。 {glad} {sorry}
    verdict fixed {b}と[思った]。 {again} {never}
    verdict fixed 人に聞かれたら、「{b}」と[答える]。 {advise} {warn}
    verdict fixed 全体としては、[{b}だった]。 期待以上 期待外れ
    verdict fixed 全体としては、[{b}だった]。 大満足 大失敗
    verdict fixed ひとことで言えば、[{b}だ]。 最高 最低
"""
NEW_STRAIGHT_TEMPLATES = """
    straight past {b}ことが心に[残った]。
    verdict fixed 今の気持ちは、[{b}だ]。 満足 不満
"""
# How often each structure is drawn.
WEIGHTS = {"contrast": 4, "change": 1, "comparison": 2, "expectation": 2, "negation": 3, "opinion": 1}
PHRASES = {
    "飲食店": """
        noun=店 here=この店 before=前に来たとき now=今回 there=前に行った店/駅前の店/となりの店
        tried=行ってみて again=また行きたい never=もう行きたくない plan=また行こう refuse=二度と行かない
        glad=行ってよかった sorry=行かなければよかった advise=ぜひ行くといい warn=行かないほうがいい""",
    "ホテル": """
        noun=宿 here=この宿 before=前に泊まったとき now=今回 there=前に泊まった宿/駅前の宿/となりの宿
        tried=泊まってみて again=また泊まりたい never=もう泊まりたくない plan=また泊まろう
        refuse=二度と泊まらない glad=泊まってよかった sorry=泊まらなければよかった
        advise=ぜひ泊まるといい warn=泊まらないほうがいい""",
    "製品": """
        noun={product} here=この{product} before=前に使っていたもの now=今度のもの
        there=前に使っていた{product}/前に買った{product}/ほかの{product}
        tried=使ってみて again=ずっと使いたい never=もう使いたくない plan=次もこれを買おう
        refuse=二度と買わない glad=買ってよかった sorry=買わなければよかった
        advise=ぜひ買うといい warn=買わないほうがいい""",
}
FAMILY = "父と母 母と兄 姉と弟 妹と父 祖母と母"
# What comes before the judgements says nothing of the mood.
OPENINGS = {
    "飲食店": "{time}、{companion}{name}へ[行った]。/{time}、{companion}{name}で食事を[した]。"
              "/{name}は大通りに[ある]。|{time}、{companion}[行った]。",
    "ホテル": "{time}、{companion}{name}に[泊まった]。/{time}、{companion}旅行に出かけ、{name}に[泊まった]。"
              "/{name}は町の外れに[ある]。|{time}、{companion}[泊まった]。",
    "製品": "{time}、{name}{source}{product}を[買った]。/{time}から、{name}{bought}{product}を[使っている]。"
            "/前から{product}がほしかったので、{time}、{name}{source}新しいものを[買った]。",
}
DETAILS = {
    "飲食店": "店は駅から歩いて5分のところに[ある]。/店の前に小さな庭が[あった]。/"
              "入り口に今日の料理が書いて[あった]。/席は半分ほど[埋まっていた]。/窓の近くの席に[座った]。/{dish}を[注文した]。",
    "ホテル": "駅からバスで10分ほど[かかった]。/庭に大きな木が[あった]。/夕方に着いて、"
              "すぐにお風呂に[入った]。/部屋は[3階だった]。/窓から町が[見えた]。/部屋に荷物を置いて、少し[休んだ]。",
    "製品": "{use}のに[使っている]。/友だちも同じものを[持っている]。/雑誌で[見かけたものだ]。"
            "/店の入り口の近くに[並んでいた]。/買う前に、友だちの話を[聞いた]。",
}
TIMES = {
    "飲食店": "先週の日曜日に 土曜日の昼に きのうの夕方 先月の終わりに 春休みに 誕生日の夜に 5月の連休に",
    "ホテル": "夏休みに 先月の終わりに 去年の秋に 3月の連休に 先週の土曜日に 冬休みに 8月の初めに 去年の春に",
    "製品": "先週 先月 去年の冬 去年の秋 今年の春 先週の日曜日 去年の12月 2年前",
}
COMPANIONS = "家族と 家族と 友だちと 一人で 姉と 祖父母と クラスの友だちと"
MAKERS = "電機 製作所"
SHOPS = {
    "電器店": """
        掃除機 冷蔵庫 洗濯機 電子レンジ 炊飯器 トースター エアコン 扇風機 ストーブ 加湿器 空気清浄機
        ドライヤー 電気ケトル アイロン テレビ カメラ パソコン スマートフォン タブレット イヤホン スピーカー
        プリンター キーボード 懐中電灯 電気スタンド""",
    "時計店": "腕時計 目覚まし時計", "書店": "辞書", "文具店": "鉛筆 ボールペン ノート 消しゴム はさみ",
}
SHOP_OF = {product: shop for shop, products in SHOPS.items() for product in products.split()}
# fmt: on


class Point(NamedTuple):
    """Something to praise or to blame; `aspect` is one of ASPECTS or empty."""

    aspect: str
    subject: str
    good: str
    bad: str


class Template(NamedTuple):
    """A way to judge: its structure, the form of what fills its slots, its text, fixed fillings."""

    structure: str
    form: str
    text: str
    fixed: tuple[str, ...]


def draw_words(draw: Draw, kind: str) -> dict[str, str]:
    """Draw the name of what is reviewed and the other words that a review of this kind needs."""
    words = {"time": draw.choice(TIMES[kind].split())}
    words["companion"] = draw.choice(COMPANIONS.split())
    words["one"], words["other"] = draw.choice(FAMILY.split()).split("と")
    if kind == "製品":
        product = draw.choice(facts()["products"])
        shop = SHOP_OF.get(product["name"], "商店")
        made = shop == "電器店" and draw.chance(0.5)
        back = draw.choice(MAKERS.split()) if made else shop
        words |= {"product": product["name"], "use": product["verb"], "source": "の" if made else "で"}
        words["bought"] = "の" if made else "で買った"
        words["name"] = draw.choice(_name_parts("会社" if made else "商店", "前")) + back
    else:
        back = draw.choice(_name_parts(kind, "後"))
        words["name"] = draw.choice(_name_parts(kind, "前")) + back
        words["dish"] = draw.choice(_dishes("菓子" if back in ("カフェ", "茶屋") else "主菜 主食 麺類"))
    for name, phrase in _phrases(kind):
        words[name] = phrase.format(**words)
    words["there"] = draw.choice(words["there"].split("/"))
    return words


@cache
def _name_parts(kind: str, part: str) -> tuple[str, ...]:
    rows = facts()["fictional_parts"]
    return tuple(row["name"] for row in rows if (row["kind"], row["part"]) == (kind, part))


@cache
def _dishes(categories: str) -> tuple[str, ...]:
    """Return the Japanese dishes of some categories."""
    foreign = {row["name"] for row in facts()["countries"]}
    rows = [row for row in facts()["dishes"] if row["origin"] not in foreign]
    return tuple(row["name"] for row in rows if row["category"] in categories.split())


@cache
def _phrases(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(entry.split("=")) for entry in PHRASES[kind].split())


@cache
def points_of(kind: str, product: str = "") -> tuple[Point, ...]:
    words = POINTS[kind].split()
    points = [Point(*words[start : start + 4]) for start in range(0, len(words), 4)]
    if product:
        names = next(row["aspects"] for row in facts()["products"] if row["name"] == product).split(";")
        for predicates, subjects in PRODUCT_POINTS.items():
            for entry in subjects.split():
                name, _, subject = entry.partition("=")
                if name in names:
                    subject = (subject or name).format(p=f"この{product}")
                    points.append(Point("", subject, *predicates.split()))
    return tuple(points)


def _templates(table: str) -> dict[str, list[Template]]:
    by_structure: dict[str, list[Template]] = {}
    for line in table.strip().splitlines():
        structure, form, text, *fixed = line.split()
        by_structure.setdefault(structure, []).append(Template(structure, form, text, tuple(fixed)))
    return by_structure


USUAL, UNSEEN = _templates(TEMPLATES), _templates(NEW_TEMPLATES)
STRAIGHT, UNSEEN_STRAIGHT = _templates(STRAIGHT_TEMPLATES), _templates(NEW_STRAIGHT_TEMPLATES)
