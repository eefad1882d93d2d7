"""Japanese inflection and counters, by rule, for the texts of Minipedia.

Verbs come in the dictionary form, alone or at the end of a phrase (病気を治す). Kana いる means
居る (要る needs its kanji). A form that Japanese does not have raises ValueError.
"""

import re

VERB_CLASSES = ("godan", "ichidan", "suru", "kuru", "aru")
# fmt: off
# A godan verb changes its last kana along the rows of the kana table: before ない, ます, ば and う.
ROW_A, ROW_I, ROW_U = "わかがさたなばまら", "いきぎしちにびみり", "うくぐすつぬぶむる"
ROW_E, ROW_O = "えけげせてねべめれ", "おこごそとのぼもろ"
TE_ENDINGS = ("って", "いて", "いで", "して", "って", "んで", "んで", "んで", "って")
KANJI, GU_VERBS = "[一-鿿々]", "[泳急脱注稼防騒継繋嗅漕担研仰剥]"
# With a kanji right before る nearly every verb is godan (帰る, 切る, 走る), but not with these.
ICHIDAN = f"[{ROW_I}{ROW_E}じひぜでへケゲテデネメレ見観診看視着似煮寝出経得居射鋳来]"
# Verbs in kana that look like another class: はいる like 用いる, しゃべる like 食べる.
GODAN_IN_KANA = ("(はい|まい|おちい|気にい|し|(?<![す過])ぎ|[りしじみちえけせてねべめれ]き"
                 "|[思言使]いき|[ま混交雑かなねよもほに]じ|(?<!め)いじ|(^|[がに])ち|(^|[をでにく])け"
                 "|あざけ|しげ|[ひつう]ね|(^|[りが])くね|をね|しゃべ|へ|へかえ|よみがえ|ひるがえ|くつがえ"
                 "|ふりかえ|ひっくりかえ|しくじ|すべ|(^|[をで])[こさゆか]す|くこす|揺す)る$")
# Not in the dictionary form (見ます, 感ずる), or kana for two verbs (帰る, 変える; 切る, 着る).
UNCLEAR = ("(^|[がにはもく])(かえ|き|あせ)る$|をきる$|ゆく$|([一-鿿]|ん)ずる$"
           f"|です$|(?<!は)げます$|[{ROW_I}えけせぜてでねべめれ見出着寝煮来]ます$")
# Class, what stands before, ending; then as 書かない/書き/書け/書こう/書いて/書ける/書かれる.
# The first line that fits decides: 愛する has 愛さない, but 恋愛する is regular.
VERBS = (
    ("godan", "行|い|逝", "く", "かない/き/け/こう/って/ける/かれる"),
    ("godan", "問|請|乞", "う", "わない/い/え/おう/うて/える/われる"),
    ("suru", f"(?<!{KANJI})[愛訳略属適解介課]", "する", "さない/し/すれ/そう/して/せる/される"),
    ("suru", f"(?<!{KANJI})[達発接察熱罰]", "する", "しない/し/すれ/しよう/して/せられる/せられる"),
    ("suru", "", "をする", "をしない/をし/をすれ/をしよう/をして/ができる/をされる"),
    ("suru", "", "する", "しない/し/すれ/しよう/して/できる/される"),
    ("kuru", "(?<!出)", "来る", "来ない/来/来れ/来よう/来て/来られる/来られる"),
    ("kuru", "^|[てでがにはもへとら]", "くる", "こない/き/くれ/こよう/きて/こられる/こられる"),
    ("aru", "で", "ある", "はない/あり/あれ/あろう/あって"),
    ("aru", "", "[あ有在]る", "ない/あり/あれ/あろう/あって"),
    ("aru", "くださ|下さ|なさ|いらっしゃ|おっしゃ|仰|ござ", "る", "らない/い/れ/ろう/って"),
    ("ichidan", ICHIDAN, "る", "ない//れ/よう/て/られる/られる"),
)
ABILITY = "(でき|出来|わか|分か|要|見え|聞こえ)る$"
FORMS = ("class", "negative", "stem", "ba", "volitional", "te", "potential", "passive")
# The past hides the dictionary form (買った, 勝った, 刈った): the first line that fits decides.
VERB_OF_PAST = (
    ("^|[てにがへら]|[んい]で", "きた", "くる"),
    ("目指|見[出通直渡]|手[放渡]|落と|おと|とも|[尽亡無失]く|[をが]なく", "した", "す"),
    ("^|[をにくんともねー]|[ァ-ヶ]|[いきぎしちびみり]|[音気味声い]が", "した", "する"),
    (f"{KANJI}{{2}}|(?<!{KANJI})[愛訳略属適解介課達発接察熱恋旅得損]", "した", "する"),
    ("^|[てで、にも率用老強報悔酬]|[^えみ]が|ひき|もち", "いた", "いる"),
    ("死", "んだ", "ぬ"),
    ("[学遊選飛跳呼並運喜結叫転及忍尊滅貴]|浮か|まな|あそ|えら|はこ|ろこ|むす", "んだ", "ぶ"),
    ("[買言会合洗使思歌習笑払拾迷救戦扱従養担誓願負追吸縫狂疑奪失補祝違舞伝]", "った", "う"),
    ("[争飼誘襲漂伴整装敬嫌培潤揃叶雇競商狙覆慕酔]|味わ|[向む]か|ら|を行|[にへ]通", "った", "う"),
    ("とい|しま|そろ|かな|うた|たたか|すく|おも|したが|ともな|[おうや行こぐ]な", "った", "う"),
    ("行|[てでにへ]い", "った", "く"),
    ("[立建勝持待打討撃育保放絶裁経発]|そだ|(^|[をがに])も", "った", "つ"),
    ("", "した", "す"), ("", "いた", "く"), ("", "いだ", "ぐ"), ("", "んだ", "む"),
    ("", "った", "る"), ("", "うた", "う"), ("", "た", "る"),
)
# Verbs that end like 高かった or 盛んだ; adjectives that end like 飲まない.
VERB_IN_KATTA = "([向助分授預受掛架儲]|散ら|見つ|ざ|にむ|(^|[がもにりはくっ])[わか])かった$"
VERB_IN_DA = f"({KANJI}(?<!盛)|を.|浮か|[しらく]|[^い]こ)んだ$|({GU_VERBS}|を..)いだ$"
NAI_ADJECTIVE = "(つまら|すく|くだら|きた|[頼よ限]り|[情さど]け|もったい|違い|ちがい|でも)ない$"
AFFIRMATIVES = (("では", "だ"), ("く", "い"), (f"(^|(?<!{GU_VERBS})が|[はも]|しか)", r"\1ある"))
NA_ADJECTIVE_IN_I = "(きれい|嫌い|きらい|ていねい|幸い|さいわい)$"
# Counters as they stand, after っ, and after さん, せん or まん; one form if they never change.
COUNTERS = {
    "本": "ほん ぽん ぼん", "匹": "ひき ぴき びき", "杯": "はい ぱい ばい", "分": "ふん ぷん ぷん",
    "階": "かい かい がい", "軒": "けん けん げん", "足": "そく そく ぞく", "回": "かい",
    "個": "こ", "冊": "さつ", "歳": "さい", "頭": "とう", "羽": "わ", "枚": "まい", "台": "だい",
    "円": "えん", "人": "にん", "年": "ねん", "月": "がつ", "日": "にち", "時": "じ", "つ": "つ",
}
# Before which counters the end of a number changes, and how.
NUMBER_CHANGES = (("本匹杯分階軒回個足冊歳頭", "(い|は|じゅ)[ちう]$", r"\1っ"),
                  ("本匹杯分階軒回個", "(ろ|ゃ)く$", r"\1っ"), ("人年円時", "よん$", "よ"),
                  ("月", "よん$", "し"), ("時月日", "なな$", "しち"), ("時月日", "きゅう$", "く"))
NATIVE_COUNTS = {"つ": "ひとつ ふたつ みっつ よっつ いつつ むっつ ななつ やっつ ここのつ とお",
                 "日": "ついたち ふつか みっか よっか いつか むいか なのか ようか ここのか とおか",
                 "人": "ひとり ふたり"}
SPECIAL_COUNTS = {"14日": "じゅうよっか", "20日": "はつか", "24日": "にじゅうよっか",
                  "20歳": "はたち", "7人": "しちにん", "0時": "れいじ", "0分": "れいふん"}
RANGES = {"つ": (1, 10), "月": (1, 12), "日": (1, 31), "時": (0, 24), "階": (1, 99)}
NUMERALS = ("/せん/にせん/さんぜん/よんせん/ごせん/ろくせん/ななせん/はっせん/きゅうせん",
            "/ひゃく/にひゃく/さんびゃく/よんひゃく/ごひゃく/ろっぴゃく/ななひゃく/はっぴゃく/きゅうひゃく",
            "/じゅう/にじゅう/さんじゅう/よんじゅう/ごじゅう/ろくじゅう/ななじゅう/はちじゅう/きゅうじゅう",
            "/いち/に/さん/よん/ご/ろく/なな/はち/きゅう")
# fmt: on


def _form(verb: str, name: str, lacking: str = "$^") -> str:
    if len(verb) < 2 or verb[-1] not in ROW_U or re.search(UNCLEAR, verb):
        raise ValueError(f"{verb!r}: allowed are verbs in {ROW_U}, in kanji if kana is unclear")
    rows = [row for row in VERBS if re.search(f"({row[1]}){row[2]}$", verb)]
    if rows and not re.search(GODAN_IN_KANA, verb):
        kind, before, ending, forms = rows[0]
        forms = [re.sub(f"({before}){ending}$", rf"\1{form}", verb) for form in forms.split("/")]
    else:
        kind, places = "godan", (ROW_A, ROW_I, ROW_E, ROW_O, TE_ENDINGS)
        a, i, e, o, te = (row[ROW_U.index(verb[-1])] for row in places)
        forms = [verb[:-1] + end for end in (a + "ない", i, e, o + "う", te, e + "る", a + "れる")]
    form = dict(zip(FORMS, [kind, *forms], strict=False)).get(name)
    if form is None or re.search(lacking, verb):
        raise ValueError(f"{verb!r} has no such form; allowed are verbs that name an action")
    return form


def verb_class(dictionary_form: str) -> str:
    """One of VERB_CLASSES: 帰る → godan, 着る → ichidan, くださる → aru, 勉強する → suru."""
    return _form(dictionary_form, "class")


def inflect_verb(
    dictionary_form: str, *, polite: bool = False, past: bool = False, negative: bool = False
) -> str:
    """書く → 書く, with polite and past 書きました, with negative 書かない."""
    if polite and negative:
        polite_stem = re.sub("で(?=あり$)", "では", stem(dictionary_form))
        return polite_stem + ("ませんでした" if past else "ません")
    if polite:
        return stem(dictionary_form) + ("ました" if past else "ます")
    if negative:
        return inflect_i(_form(dictionary_form, "negative"), past=past)
    te = te_form(dictionary_form)
    return te[:-1] + {"て": "た", "で": "だ"}[te[-1]] if past else dictionary_form


def te_form(dictionary_form: str) -> str:
    """書く → 書いて, 行く → 行って, 飲む → 飲んで, 問う → 問うて."""
    return _form(dictionary_form, "te")


def negative_te(dictionary_form: str) -> str:
    """書く → 書かないで, 来る → 来ないで."""
    return _form(dictionary_form, "negative", "[あ有在]る$") + "で"


def stem(dictionary_form: str) -> str:
    """The form before ます: 書く → 書き, くださる → ください."""
    return _form(dictionary_form, "stem")


def conditional(dictionary_form: str) -> str:
    """書く → 書けば, する → すれば."""
    return _form(dictionary_form, "ba") + "ば"


def tara(dictionary_form: str) -> str:
    """書く → 書いたら, 飲む → 飲んだら."""
    return inflect_verb(dictionary_form, past=True) + "ら"


def potential(dictionary_form: str) -> str:
    """書く → 書ける, 来る → 来られる, 練習をする → 練習ができる."""
    return _form(dictionary_form, "potential", ABILITY)


def passive(dictionary_form: str) -> str:
    """書く → 書かれる, 発見する → 発見される."""
    return _form(dictionary_form, "passive", ABILITY)


def volitional(dictionary_form: str) -> str:
    """話す → 話そう, 食べる → 食べよう."""
    return _form(dictionary_form, "volitional")


def desiderative(dictionary_form: str) -> str:
    """行く → 行きたい, なさる → なさりたい (its stem なさい stands only before ます)."""
    honorific = verb_class(dictionary_form) == "aru"
    return (dictionary_form[:-1] + "り" if honorific else stem(dictionary_form)) + "たい"


def progressive(dictionary_form: str) -> str:
    """書く → 書いている, 知る → 知っている."""
    state = "((^|[てでがも、]|(?<!気)に)い|[居要あ有在])る$"
    return _form(dictionary_form, "te", state) + "いる"


def adverb_i(adjective: str) -> str:
    """高い → 高く, いい → よく, かわいい → かわいく."""
    if len(adjective) < 2 or adjective[-1] != "い" or re.search(NA_ADJECTIVE_IN_I, adjective):
        raise ValueError(f"{adjective!r} is no i-adjective; allowed are words in い, as 高い")
    return re.sub("(?<!わ)いい$", "よい", adjective)[:-1] + "く"


def te_i(adjective: str) -> str:
    """高い → 高くて, いい → よくて."""
    return adverb_i(adjective) + "て"


def inflect_i(adjective: str, *, polite: bool = False, past: bool = False, negative: bool = False) -> str:
    """高い → 高い, with past 高かった, with polite, past and negative 高くなかったです."""
    present = adverb_i(adjective) + "ない" if negative else adjective
    past_form = adverb_i(present)[:-1] + "かった"
    return (past_form if past else present) + ("です" if polite else "")


def te_na(adjective_or_noun: str) -> str:
    """静か → 静かで."""
    if not adjective_or_noun:
        raise ValueError("'' is no word; allowed are na-adjectives and nouns, as 静か")
    return adjective_or_noun + "で"


def inflect_na(
    adjective_or_noun: str, *, polite: bool = False, past: bool = False, negative: bool = False
) -> str:
    """静か → 静かだ, with polite and past 静かでした, with negative 静かではない."""
    head = te_na(adjective_or_noun)
    if negative:
        return head + "は" + inflect_verb("ある", polite=polite, past=past, negative=True)
    return head[:-1] + (("でした" if past else "です") if polite else "だった" if past else "だ")


def attributive(adjective: str) -> str:
    """静か → 静かな, 同じ → 同じ."""
    return adjective if adjective == "同じ" else te_na(adjective)[:-1] + "な"


def verb_of_past(phrase: str) -> str:
    """本を書いた → 本を書く, 店を開いた → 店を開く, 道を歩いていた → 道を歩いている."""
    for before, past, ending in VERB_OF_PAST:
        verb, changed = re.subn(f"({before}){past}$", rf"\1{ending}", phrase)
        if changed and inflect_verb(verb, past=True) == phrase:
            return verb
    raise ValueError(f"{phrase!r} is no plain past of a verb; allowed endings: た だ, as 書いた")


def _affirmative(phrase: str) -> str | None:
    if not phrase.endswith("ない") or re.search(NAI_ADJECTIVE, phrase):
        return None
    for ending, affirmative in AFFIRMATIVES:
        if re.search(f"{ending}ない$", phrase):
            return re.sub(f"{ending}ない$", affirmative, phrase)
    verbs = [phrase[:-2] + "る", phrase[:-3] + "する", phrase[:-3] + "くる"]
    if len(phrase) > 3 and phrase[-3] in ROW_A:
        verbs.append(phrase[:-3] + ROW_U[ROW_A.index(phrase[-3])])
    return next((verb for verb in verbs if inflect_verb(verb, negative=True) == phrase), None)


def inflect_predicate(
    phrase: str, *, polite: bool = False, past: bool = False, negative: bool = False
) -> str:
    """首が長い → 首が長い, with polite 首が長いです; 発見した with polite 発見しました."""
    present = phrase
    if re.search("(?<!そ)だった$", phrase):
        present = phrase.removesuffix("った")
    elif phrase.endswith("かった") and not re.search(VERB_IN_KATTA, phrase):
        present = phrase.removesuffix("かった") + "い"
    elif phrase.endswith("た") or re.search(VERB_IN_DA, phrase):
        present = verb_of_past(phrase)
    forms = {"polite": polite, "past": past or present != phrase, "negative": negative}
    if present.endswith("だ") or re.search(NA_ADJECTIVE_IN_I, present):
        return inflect_na(present.removesuffix("だ"), **forms)
    if affirmative := _affirmative(present):
        return inflect_predicate(affirmative, **forms | {"negative": not negative})
    return (inflect_i if present.endswith("い") else inflect_verb)(present, **forms)


def reading_of(inflected: str, phrase: str, reading: str) -> str:
    """From a phrase and its reading: (書いた, 書く, かく) → かいた. Only 来る needs its own."""
    kept = max(n for n in range(len(phrase) + 1) if inflected.startswith(phrase[:n]))
    if phrase.endswith("来る") or not reading.endswith(phrase[kept:]):
        raise ValueError(f"{reading!r} for {phrase!r}: allowed are readings with the same ending")
    return reading.removesuffix(phrase[kept:]) + inflected[kept:]


def number_reading(n: int) -> str:
    """1868 → せんはっぴゃくろくじゅうはち, 10000 → いちまん, 0 → ぜろ."""
    if type(n) is not int or not 0 <= n <= 99_999_999:
        raise ValueError(f"{n!r} is no such number; allowed are whole numbers 0 to 99999999")
    if n >= 10_000:
        ten_thousands = "いっせん" if n // 10_000 == 1000 else number_reading(n // 10_000)
        return ten_thousands + "まん" + (number_reading(n % 10_000) if n % 10_000 else "")
    named = zip(NUMERALS, f"{n:04}", strict=True)
    return "".join(names.split("/")[int(digit)] for names, digit in named) or "ぜろ"


def count(number: int, counter: str) -> tuple[str, str]:
    """Text and reading: ("3本", "さんぼん"); 日, 月 and 時 name dates and hours (1日 ついたち)."""
    if counter not in COUNTERS:
        raise ValueError(f"{counter!r} is no known counter; allowed are {' '.join(COUNTERS)}")
    reading, text = number_reading(number), f"{number}{counter}"
    low, high = RANGES.get(counter, (0, 99_999_999))
    if not low <= number <= high:
        raise ValueError(f"{text!r} is no such count; allowed before {counter} are {low} to {high}")
    native = NATIVE_COUNTS.get(counter, "").split()
    if 1 <= number <= len(native):
        in_kanji = "一二三四五六七八九十"[number - 1] + ("" if number == 10 else counter)
        return text if counter == "日" else in_kanji, native[number - 1]
    for counters, ending, changed in NUMBER_CHANGES:
        reading = re.sub(ending, changed, reading) if counter in counters else reading
    plain, after_small_tsu, after_n = (COUNTERS[counter].split() * 3)[:3]
    like_san = re.search("[させぜま]ん$", reading) or text.endswith("4分")  # also よんぷん
    form = after_small_tsu if reading.endswith("っ") else after_n if like_san else plain
    return text, SPECIAL_COUNTS.get(text, reading + form)
