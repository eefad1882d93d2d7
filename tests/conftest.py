"""What several test files share. JBERT_DATA names the folder with real text; without it those tests skip."""

import os
import random
from pathlib import Path

import pytest
import torch

from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.encoder import BertConfig
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import train_vocabulary
from jbert_lessons.words import surfaces

DOCUMENTS = [
    ["東京は日本の首都です。", "人口がとても多いです。", "電車で仕事に行く人がたくさんいます。"],
    ["京都は古い町です。", "お寺や神社がたくさんあります。", "秋には紅葉がきれいです。"],
    ["北海道の冬は寒いです。", "雪がたくさん降ります。", "子どもたちは雪で遊びます。"],
    ["猫が庭にいます。", "黒い猫です。", "魚を食べるのが好きです。"],
    ["犬は人の友だちです。", "毎日散歩に行きます。", "夜は家の中で寝ます。"],
    ["太郎は学生です。", "毎朝七時に起きます。", "学校まで歩いて行きます。"],
    ["花子は医者です。", "町の病院で働いています。", "休みの日は山に登ります。"],
    ["富士山は高い山です。", "夏にはたくさんの人が登ります。", "冬は雪で白くなります。"],
    ["海の水は塩からいです。", "魚や貝がすんでいます。", "夏には海で泳ぎます。"],
    ["春になると桜が咲きます。", "人々は公園で花を見ます。", "弁当を食べて楽しみます。"],
]


@pytest.fixture(scope="session")
def device() -> torch.device:
    """Where models are tested: JBERT_DEVICE, the CPU if it names none."""
    set_threads()
    return get_device()


@pytest.fixture(scope="session")
def documents() -> list[list[str]]:
    """Ten small documents of three sentences."""
    return DOCUMENTS


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """A tokenizer trained on the small documents."""
    words = [word for document in DOCUMENTS for sentence in document for word in surfaces(sentence)]
    return Tokenizer(train_vocabulary(words, 400, min_frequency=1))


@pytest.fixture
def small_config(tokenizer) -> BertConfig:
    """A model that trains in a moment, with dropout, so that its random state matters."""
    return BertConfig(
        vocab_size=len(tokenizer.vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with real text."""
    folder = os.environ.get("JBERT_DATA")
    if not folder:
        pytest.skip("needs real text: set JBERT_DATA to the folder that holds aozora/ and ner-wikipedia/")
    return Path(folder)


# What fuzzed text is made of: everyday text, and every trap that is known.
FRAGMENTS = [
    *(
        "東京",
        "に",
        "は",
        "データベース",
        "すもも",
        "外国人参政権",
        "々",
        "〻",
        "ゝ",
        "ヶ",
        "食べた",
        "。",
        "、",
        "！",
    ),
    *("㍻", "½", "…", "㈱", "℃", "ｶﾞ", "ﾊﾟ", "か\u3099", "\u3099", "ﾞ", "Ａ１", "abc", "Hello", "e\u0301", "①"),
    *(
        "〜",
        "～",
        "－",
        "―",
        "髙",
        "﨑",
        "𠮷",
        "葛\U000e0100",
        "👨\u200d👩",
        "\u200b",
        "\ufeff",
        "한",
        "\u1112\u1161",
    ),
    *(
        " ",
        "\t",
        "\n",
        "\u3000",
        "\u00a0",
        "\u0085",
        "\u2028",
        "\x01",
        "[",
        "]",
        "##",
        "SEP",
        "１" * 120,
        "🍣",
    ),
]


@pytest.fixture(scope="session")
def fuzzed_texts() -> list[str]:
    """20,000 strings of fragments and of random characters, the same ones every time."""
    generator = random.Random(7)
    texts = []
    for number in range(20_000):
        pieces = [generator.choice(FRAGMENTS) for _ in range(generator.randint(0, 12))]
        if number % 4 == 0:
            code_points = [generator.randint(1, 0x2FFFF) for _ in range(4)]
            pieces += [chr(c) for c in code_points if not 0xD800 <= c < 0xE000]
        texts.append("".join(pieces))
    return texts
