"""Facts of Japanese grammar that corpora.minipedia.grammar must reproduce, the hard ones first."""

import inspect
import itertools
import re
import subprocess
import sys

import pytest

from jbert_lessons.corpora.minipedia import grammar


def words(table: str) -> list[str]:
    return table.split()


def rows_of(length: int, table: str) -> list[list[str]]:
    return [words(table)[start : start + length] for start in range(0, len(words(table)), length)]


COMMON_VERBS = words("""
行く 持って行く ついていく 来る 持って来る やってくる する 勉強する 練習をする スケッチする ある
いる 問う 帰る 入る はいる 切る 走る 知る 要る 減る 滑る すべる 喋る しゃべる 参る まいる 握る
散る 照る 茂る 焦る 限る 遮る 裏切る 湿る 蹴る ボールをける 練る 陥る 罵る 混じる かじる ねじる
着る 見る 似る 煮る 寝る 出る 得る 経る 居る 出来る できる 起きる 生きる 過ぎる 落ちる 感じる
信じる 命じる 用いる 率いる くださる なさる いらっしゃる おっしゃる ござる 食べる 比べる 調べる
教える 変える 考える 見せる 混ぜる 買う 言う 会う 歌う 書く 歩く 働く 泳ぐ 急ぐ 話す 出す 治す
待つ 立つ 死ぬ 飛ぶ 遊ぶ 飲む 読む 作る 取る 乗る 分かる 終わる 始まる 守る なる 愛する 熱する
こする サボる キレる
""")

VERB_CLASSES = {
    "godan": """
    帰る 入る はいる 切る 走る はしる 知る 要る 減る へる 滑る すべる 喋る しゃべる 参る まいる
    握る にぎる 散る 花がちる 照る 茂る しげる 焦る 限る かぎる 遮る さえぎる 裏切る 横切る
    区切る 千切る 湿る 蹴る ける ボールをける ゴールにける 足でける 嘲る 練る 粘土をねる ひねる
    くねる 曲がりくねる 陥る 罵る ののしる 混じる まじる 交じる かじる いじる ねじる 踏みにじる
    しくじる 甦る よみがえる 翻る 覆る 家へかえる 気に入る 気にいる やりきる 食べきる 思いきる
    信じきる ちぎる みなぎる 孵る 煎る 行く 問う 買う 死ぬ 作る つくる 送る おくる めくる
    ページをくる こする 目をこする 体をさする 揺する 擦る 引きずる 譲る サボる メモる 訳す
    """,
    "ichidan": """
    着る 見る 診る 似る 真似る 煮る 寝る 出る 得る 心得る 経る 居る いる 射る 出来る できる
    起きる おきる 生きる いきる 飽きる 尽きる 過ぎる すぎる 落ちる 満ちる 感じる 信じる 命じる
    めいじる 閉じる はじる 用いる もちいる 率いる 老いる 悔いる 食べる 比べる くらべる 並べる
    調べる 変える 色をかえる 教える 溶ける とける 受ける つける 心がける 育てる 寝かせる 混ぜる
    なでる 奏でる 重ねる こねる 訪ねる 浴びる 借りる 降りる 試みる 書いている 食べられる キレる
    モテる
    """,
    "suru": """
    する 発見する 勉強する 練習をする にこにこする かさかさする びっくりする 愛する 属する
    達する 熱する 加熱する 大切にする 厚くする
    """,
    "kuru": "来る 持って来る くる やってくる 飛んでくる 春がくる 日本へくる 家にくる",
    "aru": "ある 有る 在る 書いてある 学生である くださる 下さる なさる いらっしゃる おっしゃる",
}

# function, dictionary form, the form that Japanese has
TABLES = {
    "te_form": """
    行く/行って 持って行く/持って行って 歩いていく/歩いていって 歩く/歩いて 問う/問うて
    請う/請うて 買う/買って 帰る/帰って 変える/変えて 入る/入って 切る/切って 着る/着て
    走る/走って 知る/知って 似る/似て 要る/要って 居る/居て 減る/減って 経る/経て 滑る/滑って
    比べる/比べて しゃべる/しゃべって 食べる/食べて 参る/参って 握る/握って 過ぎる/過ぎて
    散る/散って 照る/照って 茂る/茂って 焦る/焦って 限る/限って 遮る/遮って 裏切る/裏切って
    湿る/湿って 蹴る/蹴って ボールをける/ボールをけって つける/つけて 練る/練って 寝る/寝て
    来る/来て やってくる/やってきて 作る/作って する/して 目をこする/目をこすって
    にこにこする/にこにこして 死ぬ/死んで 飛ぶ/飛んで 飲む/飲んで 泳ぐ/泳いで 話す/話して
    待つ/待って 書く/書いて ある/あって くださる/くださって いらっしゃる/いらっしゃって
    言う/言って 出来る/出来て
    """,
    "negative_te": """
    書く/書かないで 買う/買わないで 来る/来ないで やってくる/やってこないで する/しないで
    見る/見ないで 帰る/帰らないで 待つ/待たないで
    """,
    "stem": """
    くださる/ください なさる/なさい いらっしゃる/いらっしゃい おっしゃる/おっしゃい ござる/ござい
    ある/あり する/し 来る/来 くる/き 帰る/帰り 着る/着 書く/書き 買う/買い 待つ/待ち 話す/話し
    死ぬ/死に
    """,
    "conditional": """
    する/すれば 来る/来れば くる/くれば ある/あれば 買う/買えば 帰る/帰れば 変える/変えれば
    待つ/待てば 書く/書けば 愛する/愛すれば 見る/見れば なさる/なされば
    """,
    "tara": """
    行く/行ったら 問う/問うたら 飲む/飲んだら 泳ぐ/泳いだら する/したら 来る/来たら 帰る/帰ったら
    """,
    "potential": """
    する/できる 発見する/発見できる 計算の練習をする/計算の練習ができる 来る/来られる
    くる/こられる 行く/行ける 見る/見られる 着る/着られる 切る/切れる 帰る/帰れる 走る/走れる
    入る/入れる 買う/買える 待つ/待てる 話す/話せる 死ぬ/死ねる 飛ぶ/飛べる 読む/読める
    泳ぐ/泳げる 食べる/食べられる 愛する/愛せる 訳す/訳せる ける/けれる しゃべる/しゃべれる
    """,
    "passive": """
    する/される 発見する/発見される 来る/来られる くる/こられる 買う/買われる 言う/言われる
    書く/書かれる 見る/見られる 蹴る/蹴られる 裏切る/裏切られる 遮る/遮られる 愛する/愛される
    熱する/熱せられる 加熱する/加熱される 待つ/待たれる 生む/生まれる
    """,
    "volitional": """
    話す/話そう する/しよう 来る/来よう くる/こよう 見る/見よう 帰る/帰ろう 変える/変えよう
    買う/買おう 待つ/待とう 行く/行こう ある/あろう 愛する/愛そう
    """,
    "desiderative": """
    行く/行きたい する/したい 来る/来たい くる/きたい なさる/なさりたい 買う/買いたい
    帰る/帰りたい 着る/着たい
    """,
    "progressive": """
    行く/行っている 知る/知っている 着る/着ている 切る/切っている 死ぬ/死んでいる する/している
    来る/来ている はいる/はいっている 気にいる/気にいっている 用いる/用いている
    おっしゃる/おっしゃっている
    """,
    "adverb_i": """
    いい/よく 良い/良く よい/よく かっこいい/かっこよく かわいい/かわいく 高い/高く 大きい/大きく
    ない/なく
    """,
    "te_i": """
    いい/よくて 高い/高くて 仲がいい/仲がよくて ない/なくて
    """,
    "te_na": """
    静か/静かで きれい/きれいで 学生/学生で
    """,
    "attributive": """
    静か/静かな きれい/きれいな 同じ/同じ
    """,
    "verb_of_past": """
    歩いていた/歩いている 仕事を率いた/仕事を率いる 本を書いた/本を書く 人がいた/人がいる
    絵をえがいた/絵をえがく 歯をみがいた/歯をみがく 法則を発見した/法則を発見する
    考えを話した/考えを話す 世界一を目指した/世界一を目指す 作品を残した/作品を残す
    本を題材にした/本を題材にする 命を落とした/命を落とす 病で妻を亡くした/病で妻を亡くす
    実験を行った/実験を行う 学校へ行った/学校へ行く 学校に通った/学校に通う 道を通った/道を通る
    家を建てた/家を建てる 塔が建った/塔が建つ 本を買った/本を買う 草を刈った/草を刈る
    試合に勝った/試合に勝つ 歌人に育った/歌人に育つ 命を救った/命を救う 山に登った/山に登る
    海へ向かった/海へ向かう 人を助けた/人を助ける 命が助かった/命が助かる 町で死んだ/町で死ぬ
    空を飛んだ/空を飛ぶ 医学を学んだ/医学を学ぶ 俳句を詠んだ/俳句を詠む 海を泳いだ/海を泳ぐ
    力を注いだ/力を注ぐ 神に問うた/神に問う 帰ってきた/帰ってくる 道具ができた/道具ができる
    国に来た/国に来る 画家になった/画家になる 雲が山を覆った/雲が山を覆う 賞をもらった/賞をもらう
    忘れてしまった/忘れてしまう
    """,
}
FORMS = [(name, *pair.split("/")) for name, table in TABLES.items() for pair in words(table)]

# dictionary form; negative, past, negative past; then the polite ones
PARADIGMS = rows_of(
    8,
    """
行く 行かない 行った 行かなかった
行きます 行きません 行きました 行きませんでした
買う 買わない 買った 買わなかった
買います 買いません 買いました 買いませんでした
帰る 帰らない 帰った 帰らなかった
帰ります 帰りません 帰りました 帰りませんでした
着る 着ない 着た 着なかった
着ます 着ません 着ました 着ませんでした
ある ない あった なかった
あります ありません ありました ありませんでした
いる いない いた いなかった
います いません いました いませんでした
要る 要らない 要った 要らなかった
要ります 要りません 要りました 要りませんでした
する しない した しなかった
します しません しました しませんでした
来る 来ない 来た 来なかった
来ます 来ません 来ました 来ませんでした
くる こない きた こなかった
きます きません きました きませんでした
くださる くださらない くださった くださらなかった
くださいます くださいません くださいました くださいませんでした
なさる なさらない なさった なさらなかった
なさいます なさいません なさいました なさいませんでした
問う 問わない 問うた 問わなかった
問います 問いません 問いました 問いませんでした
死ぬ 死なない 死んだ 死ななかった
死にます 死にません 死にました 死にませんでした
愛する 愛さない 愛した 愛さなかった
愛します 愛しません 愛しました 愛しませんでした
達する 達しない 達した 達しなかった
達します 達しません 達しました 達しませんでした
ボールをける ボールをけらない ボールをけった ボールをけらなかった
ボールをけります ボールをけりません ボールをけりました ボールをけりませんでした
学生である 学生ではない 学生であった 学生ではなかった
学生であります 学生ではありません 学生でありました 学生ではありませんでした
病気を治す 病気を治さない 病気を治した 病気を治さなかった
病気を治します 病気を治しません 病気を治しました 病気を治しませんでした
""",
)

FLAGS = [  # in the order of the columns of PARADIGMS and PREDICATES
    {"polite": polite, "past": past, "negative": negative}
    for polite, past, negative in itertools.product((False, True), repeat=3)
]

# dictionary form; negative, past, negative past; then the polite ones
PREDICATES = rows_of(
    8,
    """
首が長い 首が長くない 首が長かった 首が長くなかった
首が長いです 首が長くないです 首が長かったです 首が長くなかったです
仲がいい 仲がよくない 仲がよかった 仲がよくなかった
仲がいいです 仲がよくないです 仲がよかったです 仲がよくなかったです
声がかわいい 声がかわいくない 声がかわいかった 声がかわいくなかった
声がかわいいです 声がかわいくないです 声がかわいかったです 声がかわいくなかったです
数が少ない 数が少なくない 数が少なかった 数が少なくなかった
数が少ないです 数が少なくないです 数が少なかったです 数が少なくなかったです
夜は静かだ 夜は静かではない 夜は静かだった 夜は静かではなかった
夜は静かです 夜は静かではありません 夜は静かでした 夜は静かではありませんでした
漁業が盛んだ 漁業が盛んではない 漁業が盛んだった 漁業が盛んではなかった
漁業が盛んです 漁業が盛んではありません 漁業が盛んでした 漁業が盛んではありませんでした
羽がきれいだ 羽がきれいではない 羽がきれいだった 羽がきれいではなかった
羽がきれいです 羽がきれいではありません 羽がきれいでした 羽がきれいではありませんでした
環がない 環がある 環がなかった 環があった
環がありません 環があります 環がありませんでした 環がありました
空を飛べない 空を飛べる 空を飛べなかった 空を飛べた
空を飛べません 空を飛べます 空を飛べませんでした 空を飛べました
水を飲まない 水を飲む 水を飲まなかった 水を飲んだ
水を飲みません 水を飲みます 水を飲みませんでした 水を飲みました
冬眠しない 冬眠する 冬眠しなかった 冬眠した
冬眠しません 冬眠します 冬眠しませんでした 冬眠しました
人がいない 人がいる 人がいなかった 人がいた
人がいません 人がいます 人がいませんでした 人がいました
鳥ではない 鳥だ 鳥ではなかった 鳥だった
鳥ではありません 鳥です 鳥ではありませんでした 鳥でした
夜に活動する 夜に活動しない 夜に活動した 夜に活動しなかった
夜に活動します 夜に活動しません 夜に活動しました 夜に活動しませんでした
渡ってくる 渡ってこない 渡ってきた 渡ってこなかった
渡ってきます 渡ってきません 渡ってきました 渡ってきませんでした
""",
)

# a past stays past: itself, negative, polite, negative and polite
PAST_PREDICATES = rows_of(
    4,
    """
法則を発見した 法則を発見しなかった 法則を発見しました 法則を発見しませんでした
実験を行った 実験を行わなかった 実験を行いました 実験を行いませんでした
南極へ行った 南極へ行かなかった 南極へ行きました 南極へ行きませんでした
曲を作った 曲を作らなかった 曲を作りました 曲を作りませんでした
試合に勝った 試合に勝たなかった 試合に勝ちました 試合に勝ちませんでした
人を救った 人を救わなかった 人を救いました 人を救いませんでした
俳句を詠んだ 俳句を詠まなかった 俳句を詠みました 俳句を詠みませんでした
医学を学んだ 医学を学ばなかった 医学を学びました 医学を学びませんでした
国を率いた 国を率いなかった 国を率いました 国を率いませんでした
本を書いた 本を書かなかった 本を書きました 本を書きませんでした
力を注いだ 力を注がなかった 力を注ぎました 力を注ぎませんでした
子を手伝った 子を手伝わなかった 子を手伝いました 子を手伝いませんでした
部屋が散らかった 部屋が散らからなかった 部屋が散らかりました 部屋が散らかりませんでした
空を仰いだ 空を仰がなかった 空を仰ぎました 空を仰ぎませんでした
話を残した 話を残さなかった 話を残しました 話を残しませんでした
体が弱かった 体が弱くなかった 体が弱かったです 体が弱くなかったです
命が助かった 命が助からなかった 命が助かりました 命が助かりませんでした
声がよかった 声がよくなかった 声がよかったです 声がよくなかったです
仕事熱心だった 仕事熱心ではなかった 仕事熱心でした 仕事熱心ではありませんでした
""",
)

NUMBERS = words("""
0/ぜろ 1/いち 4/よん 7/なな 9/きゅう 10/じゅう 14/じゅうよん 20/にじゅう 99/きゅうじゅうきゅう
100/ひゃく 101/ひゃくいち 300/さんびゃく 400/よんひゃく 600/ろっぴゃく 800/はっぴゃく
999/きゅうひゃくきゅうじゅうきゅう 1000/せん 1001/せんいち 1868/せんはっぴゃくろくじゅうはち
3000/さんぜん 3333/さんぜんさんびゃくさんじゅうさん 8000/はっせん 10000/いちまん
10001/いちまんいち 100000/じゅうまん 1000000/ひゃくまん 3776/さんぜんななひゃくななじゅうろく
10000000/いっせんまん 11000000/せんひゃくまん 83000600/はっせんさんびゃくまんろっぴゃく
20250008/にせんにじゅうごまんはち
""")

# counter → the readings of 1 to 10
ONE_TO_TEN = rows_of(
    11,
    """
本 いっぽん にほん さんぼん よんほん ごほん ろっぽん ななほん はっぽん きゅうほん じゅっぽん
匹 いっぴき にひき さんびき よんひき ごひき ろっぴき ななひき はっぴき きゅうひき じゅっぴき
杯 いっぱい にはい さんばい よんはい ごはい ろっぱい ななはい はっぱい きゅうはい じゅっぱい
羽 いちわ にわ さんわ よんわ ごわ ろくわ ななわ はちわ きゅうわ じゅうわ
頭 いっとう にとう さんとう よんとう ごとう ろくとう ななとう はっとう きゅうとう じゅっとう
人 ひとり ふたり さんにん よにん ごにん ろくにん しちにん はちにん きゅうにん じゅうにん
つ ひとつ ふたつ みっつ よっつ いつつ むっつ ななつ やっつ ここのつ とお
個 いっこ にこ さんこ よんこ ごこ ろっこ ななこ はっこ きゅうこ じゅっこ
冊 いっさつ にさつ さんさつ よんさつ ごさつ ろくさつ ななさつ はっさつ きゅうさつ じゅっさつ
枚 いちまい にまい さんまい よんまい ごまい ろくまい ななまい はちまい きゅうまい じゅうまい
台 いちだい にだい さんだい よんだい ごだい ろくだい ななだい はちだい きゅうだい じゅうだい
階 いっかい にかい さんがい よんかい ごかい ろっかい ななかい はっかい きゅうかい じゅっかい
回 いっかい にかい さんかい よんかい ごかい ろっかい ななかい はっかい きゅうかい じゅっかい
歳 いっさい にさい さんさい よんさい ごさい ろくさい ななさい はっさい きゅうさい じゅっさい
年 いちねん にねん さんねん よねん ごねん ろくねん ななねん はちねん きゅうねん じゅうねん
月 いちがつ にがつ さんがつ しがつ ごがつ ろくがつ しちがつ はちがつ くがつ じゅうがつ
日 ついたち ふつか みっか よっか いつか むいか なのか ようか ここのか とおか
時 いちじ にじ さんじ よじ ごじ ろくじ しちじ はちじ くじ じゅうじ
分 いっぷん にふん さんぷん よんぷん ごふん ろっぷん ななふん はっぷん きゅうふん じゅっぷん
円 いちえん にえん さんえん よえん ごえん ろくえん ななえん はちえん きゅうえん じゅうえん
軒 いっけん にけん さんげん よんけん ごけん ろっけん ななけん はっけん きゅうけん じゅっけん
足 いっそく にそく さんぞく よんそく ごそく ろくそく ななそく はっそく きゅうそく じゅっそく
""",
)

DAYS_FROM_11 = words("""
じゅういちにち じゅうににち じゅうさんにち じゅうよっか じゅうごにち じゅうろくにち じゅうしちにち
じゅうはちにち じゅうくにち はつか にじゅういちにち にじゅうににち にじゅうさんにち にじゅうよっか
にじゅうごにち にじゅうろくにち にじゅうしちにち にじゅうはちにち にじゅうくにち さんじゅうにち
さんじゅういちにち
""")

MORE_COUNTS = words("""
11本じゅういっぽん 13本じゅうさんぼん 14本じゅうよんほん 16本じゅうろっぽん 18本じゅうはっぽん
20本にじゅっぽん 100本ひゃっぽん 300本さんびゃっぽん 600本ろっぴゃっぽん 1000本せんぼん
3000本さんぜんぼん 10000本いちまんぼん 868本はっぴゃくろくじゅうはっぽん 11匹じゅういっぴき
23匹にじゅうさんびき 30匹さんじゅっぴき 100匹ひゃっぴき 1000匹せんびき 101匹ひゃくいっぴき
100杯ひゃっぱい 1000杯せんばい 21羽にじゅういちわ 100羽ひゃくわ 18頭じゅうはっとう
16頭じゅうろくとう 100頭ひゃくとう 11人じゅういちにん 12人じゅうににん 14人じゅうよにん
17人じゅうななにん 24人にじゅうよにん 40人よんじゅうにん 100人ひゃくにん 0人ぜろにん
16個じゅうろっこ 100個ひゃっこ 16冊じゅうろくさつ 100冊ひゃくさつ 100枚ひゃくまい
13階じゅうさんがい 20階にじゅっかい 13回じゅうさんかい 100回ひゃっかい 20歳はたち
21歳にじゅういっさい 18歳じゅうはっさい 100歳ひゃくさい 0歳ぜろさい 30歳さんじゅっさい
14年じゅうよねん 1904年せんきゅうひゃくよねん 1867年せんはっぴゃくろくじゅうななねん
1949年せんきゅうひゃくよんじゅうきゅうねん 2000年にせんねん 11月じゅういちがつ 12月じゅうにがつ
0時れいじ 12時じゅうにじ 14時じゅうよじ 17時じゅうしちじ 19時じゅうくじ 24時にじゅうよじ
0分れいふん 15分じゅうごふん 14分じゅうよんぷん 24分にじゅうよんぷん 30分さんじゅっぷん
40分よんじゅっぷん 45分よんじゅうごふん 14円じゅうよえん 104円ひゃくよえん 40円よんじゅうえん
800円はっぴゃくえん 10000円いちまんえん 100軒ひゃっけん 13軒じゅうさんげん 100足ひゃくそく
0個ぜろこ
""")

IMPOSSIBLE = {
    "te_form": """
    る 学校 高い 食べます 見ます 学生です 書いた 静かだ かえる 家にかえる きる 木をきる
    あせる 感ずる 消えてゆく
    """,
    "potential": "ある できる 勉強できる 分かる 要る くださる 目が見える",
    "passive": "ある いらっしゃる できる",
    "progressive": "ある いる 本がある 人がいる 歩いている 要る",
    "negative_te": "ある 学生である",
    "adverb_i": "い 静か きれい 嫌い",
    "verb_of_past": "書く 帰た 書きました 本でした",
    "inflect_predicate": "静か 書きます 書きません 書きました 高いです",
}


def test_tables_are_large_and_without_repetition() -> None:
    assert len(set(COMMON_VERBS)) == len(COMMON_VERBS) >= 80
    assert len(set(FORMS)) == len(FORMS) >= 150


@pytest.mark.parametrize(("function", "word", "expected"), FORMS)
def test_form(function: str, word: str, expected: str) -> None:
    assert getattr(grammar, function)(word) == expected


@pytest.mark.parametrize("kind", grammar.VERB_CLASSES)
def test_verb_class(kind: str) -> None:
    verbs = VERB_CLASSES[kind].split()
    assert {verb: grammar.verb_class(verb) for verb in verbs} == dict.fromkeys(verbs, kind)


@pytest.mark.parametrize("row", PARADIGMS)
def test_inflect_verb(row: list[str]) -> None:
    assert [grammar.inflect_verb(row[0], **flags) for flags in FLAGS] == row
    assert [grammar.inflect_predicate(row[0], **flags) for flags in FLAGS] == row


@pytest.mark.parametrize("row", PREDICATES)
def test_inflect_predicate(row: list[str]) -> None:
    assert [grammar.inflect_predicate(row[0], **flags) for flags in FLAGS] == row


@pytest.mark.parametrize("row", PAST_PREDICATES)
def test_a_past_predicate_stays_past(row: list[str]) -> None:
    for past in (False, True):
        forms = [
            grammar.inflect_predicate(row[0], polite=polite, past=past, negative=negative)
            for polite, negative in itertools.product((False, True), repeat=2)
        ]
        assert forms == row


@pytest.mark.parametrize("verb", COMMON_VERBS)
def test_forms_of_common_verbs_have_their_endings(verb: str) -> None:
    assert grammar.verb_class(verb) in grammar.VERB_CLASSES
    assert re.search("[てで]$", grammar.te_form(verb))
    assert re.search("[ただ]ら$", grammar.tara(verb))
    assert re.search("[えけげせてねべめれ]ば$", grammar.conditional(verb))
    assert re.search("[おこごそとのぼもろよ]う$", grammar.volitional(verb))
    assert grammar.desiderative(verb).endswith("たい")
    for past, negative in itertools.product((False, True), repeat=2):
        polite = grammar.inflect_verb(verb, polite=True, past=past, negative=negative)
        plain = grammar.inflect_verb(verb, past=past, negative=negative)
        assert polite.endswith((("ます", "ません"), ("ました", "ませんでした"))[past][negative])
        endings = ((tuple("うくぐすつぬぶむる"), "ない"), (("た", "だ"), "なかった"))
        assert plain.endswith(endings[past][negative])


@pytest.mark.parametrize("verb", COMMON_VERBS)
def test_inflected_verbs_can_be_inflected_again(verb: str) -> None:
    """書ける, 書かれる and 書いている are ichidan verbs, 書きたい is an i-adjective."""
    for make in (grammar.potential, grammar.passive, grammar.progressive):
        try:
            made = make(verb)
        except ValueError:
            continue
        assert grammar.verb_class(made) == "ichidan"
        assert grammar.inflect_verb(made, polite=True) == made[:-1] + "ます"
    desiderative = grammar.desiderative(verb)
    assert grammar.inflect_predicate(desiderative, past=True) == desiderative[:-1] + "かった"


@pytest.mark.parametrize("verb", COMMON_VERBS)
def test_plain_negative_and_polite_negative_agree(verb: str) -> None:
    negative = grammar.inflect_verb(verb, negative=True)
    polite = grammar.inflect_verb(verb, polite=True, negative=True)
    assert grammar.inflect_predicate(negative, polite=True) == polite


@pytest.mark.parametrize("verb", COMMON_VERBS)
def test_the_past_leads_back_to_the_dictionary_form(verb: str) -> None:
    assert grammar.verb_of_past(grammar.inflect_verb(verb, past=True)) == verb


@pytest.mark.parametrize(
    ("inflected", "phrase", "reading", "expected"),
    [
        ("医学を学びました", "医学を学んだ", "いがくをまなんだ", "いがくをまなびました"),
        ("的を打った", "的を打つ", "まとをうつ", "まとをうった"),
        ("首が長くない", "首が長い", "くびがながい", "くびがながくない"),
        ("練習ができる", "練習をする", "れんしゅうをする", "れんしゅうができる"),
        ("静かです", "静かだ", "しずかだ", "しずかです"),
        ("木を切って", "木を切る", "きをきる", "きをきって"),
        ("木を切る", "木を切る", "きをきる", "きをきる"),
    ],
)
def test_reading_of(inflected: str, phrase: str, reading: str, expected: str) -> None:
    assert grammar.reading_of(inflected, phrase, reading) == expected


@pytest.mark.parametrize(("phrase", "reading"), [("来る", "くる"), ("書く", "よむ"), ("有る", "ある")])
def test_reading_of_needs_the_same_ending(phrase: str, reading: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        grammar.reading_of(grammar.inflect_verb(phrase, negative=True), phrase, reading)


@pytest.mark.parametrize("pair", NUMBERS)
def test_number_reading(pair: str) -> None:
    number, reading = pair.split("/")
    assert grammar.number_reading(int(number)) == reading


def test_number_readings_differ() -> None:
    numbers = [*range(10_000), *range(10_000, 100_000_000, 999_983)]
    assert len({grammar.number_reading(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize("row", ONE_TO_TEN)
def test_count_from_1_to_10(row: list[str]) -> None:
    counter, *readings = row
    assert [grammar.count(number, counter)[1] for number in range(1, 11)] == readings


def test_every_counter_is_tested() -> None:
    assert [row[0] for row in ONE_TO_TEN] == list("本匹杯羽頭人つ個冊枚台階回歳年月日時分円軒足")
    assert {row[0] for row in ONE_TO_TEN} == set(grammar.COUNTERS)


@pytest.mark.parametrize("row", MORE_COUNTS)
def test_count(row: str) -> None:
    number, counter, reading = re.fullmatch(r"(\d+)(.)(.+)", row).groups()
    assert grammar.count(int(number), counter) == (number + counter, reading)


def test_days_of_the_month() -> None:
    assert [grammar.count(day, "日")[1] for day in range(11, 32)] == DAYS_FROM_11


def test_small_counts_of_people_and_things_are_written_in_kanji() -> None:
    people = [grammar.count(number, "人")[0] for number in (1, 2, 3, 11, 12)]
    assert people == words("一人 二人 3人 11人 12人")
    things = [grammar.count(number, "つ")[0] for number in range(1, 11)]
    assert things == words("一つ 二つ 三つ 四つ 五つ 六つ 七つ 八つ 九つ 十")


@pytest.mark.parametrize("counter", sorted(set(grammar.COUNTERS) - set("つ月日時人")))
def test_tens_do_not_change_the_ones(counter: str) -> None:
    """二十三本 ends as 三本 does: the sound change depends on the last digit alone."""
    for digit, ten in itertools.product(range(1, 10), range(10, 31, 10)):
        tens = grammar.number_reading(ten)
        assert grammar.count(ten + digit, counter)[1] == tens + grammar.count(digit, counter)[1]


@pytest.mark.parametrize("function", [*IMPOSSIBLE, "te_na", "attributive", "inflect_na"])
def test_impossible_input_names_what_is_allowed(function: str) -> None:
    for word in ["", *words(IMPOSSIBLE.get(function, ""))]:
        with pytest.raises(ValueError, match="allowed") as error:
            getattr(grammar, function)(word)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("number", [-1, 100_000_000, 1.0, "1", True])
def test_impossible_numbers_name_what_is_allowed(number: object) -> None:
    with pytest.raises(ValueError, match="allowed"):
        grammar.number_reading(number)


@pytest.mark.parametrize(
    ("number", "counter"),
    [(3, "丁"), (3, ""), (3, "本匹"), (0, "つ"), (11, "つ"), (13, "月"), (32, "日"), (25, "時")],
)
def test_impossible_counts_name_what_is_allowed(number: int, counter: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        grammar.count(number, counter)


def test_examples_in_docstrings_are_true() -> None:
    checked = 0
    for name, function in inspect.getmembers(grammar, inspect.isfunction):
        examples = re.findall(r"([^\s(,:]+) → ([^\s,.;:]+)", inspect.getdoc(function) or "")
        for word, expected in examples:
            if name not in ("reading_of", "number_reading"):
                assert function(word) == expected
                checked += 1
    assert checked >= 30


def test_import_needs_no_torch() -> None:
    code = "import sys, jbert_lessons.corpora.minipedia.grammar; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
