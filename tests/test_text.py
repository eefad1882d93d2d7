import re
import unicodedata
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jbert_lessons.text import (
    _SIMPLE,
    NormalizedText,
    documents_from_lines,
    nfkc,
    normalize,
    split_sentences,
)

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT)
@settings(max_examples=500, deadline=None)
def test_normalize_is_nfkc_and_spans_cover_the_text(text):
    result = normalize(text)
    assert result.text == unicodedata.normalize("NFKC", text.replace("\0", " "))
    assert_spans_tile(text, result)


def assert_spans_tile(text: str, result: NormalizedText) -> None:
    """The groups of original characters follow one another without a gap, and each gives its part."""
    assert len(result.text) == len(result.starts) == len(result.ends)
    made = zip(result.text, result.starts, result.ends, strict=True)
    cursor = 0
    for (start, end), group in groupby(made, key=lambda item: item[1:]):
        assert start == cursor < end
        assert nfkc(text[start:end]) == "".join(character for character, _, _ in group)
        cursor = end
    assert cursor == len(text)


def test_normalize_agrees_on_fuzzed_text(fuzzed_texts):
    for text in fuzzed_texts:
        result = normalize(text)
        assert result.text == nfkc(text)
        assert_spans_tile(text, result)


@pytest.mark.parametrize(
    ("text", "normalised", "spans"),
    [
        ("㍻", "平成", [(0, 1), (0, 1)]),
        ("a㍻b", "a平成b", [(0, 1), (1, 2), (1, 2), (2, 3)]),
        ("か\u3099", "が", [(0, 2)]),
        ("ｶﾞｽ", "ガス", [(0, 2), (2, 3)]),
        ("…", "...", [(0, 1)] * 3),
        ("ＡＢ", "AB", [(0, 1), (1, 2)]),
        ("一\0二", "一 二", [(0, 1), (1, 2), (2, 3)]),
        ("\u1112\u1161\u11ab", "한", [(0, 3)]),
        ("b\u0308\u0323", "ḅ\u0308", [(0, 3)] * 2),  # no mark composes alone, and they change places
        ("木か\u3099木…木", "木が木...木", [(0, 1), (1, 3), (3, 4), *[(4, 5)] * 3, (5, 6)]),
        ("", "", []),
    ],
)
def test_normalize_maps_back(text, normalised, spans):
    result = normalize(text)
    assert result.text == normalised
    assert list(zip(result.starts, result.ends, strict=True)) == spans


def test_every_character_alone_and_after_kana():
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in ("Cn", "Cs"):  # not assigned, half of a pair
            continue
        for text in (character, f"か{character}き"):
            assert normalize(text).text == nfkc(text), hex(code)


def test_simple_characters_are_simple():
    simple = re.compile(f"[{_SIMPLE}]")
    for code in range(0x110000):
        character = chr(code)
        if not simple.match(character):
            continue
        assert len(nfkc(character)) == 1
        for before in ("か", "ハ", "e", "\u1112", "=", "〜"):
            assert nfkc(before + character) == nfkc(before) + nfkc(character), hex(code)


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("雨だ。風だ。", ["雨だ。", "風だ。"]),
        ("「そうだ。行こう。」と言った。それきりだ。", ["「そうだ。行こう。」と言った。", "それきりだ。"]),
        ("本当か！？うん。", ["本当か！？", "うん。"]),
        ("彼は（笑。）黙った。", ["彼は（笑。）黙った。"]),
        ("「閉じない。次だ。", ["「閉じない。", "次だ。"]),
        ("『「あ。」い。』う。え", ["『「あ。」い。』う。", "え"]),
        ("「（あ。」い。", ["「（あ。」い。"]),
        ("あ。」い。", ["あ。", "」い。"]),
        ("（「あ。）い。」う。", ["（「あ。）い。", "」う。"]),
        ("モーニング娘。が歌う。", ["モーニング娘。", "が歌う。"]),  # the known failure
        ("  ", []),
        ("。", ["。"]),
    ],
)
def test_split_sentences(paragraph, sentences):
    assert split_sentences(paragraph) == sentences


@given(st.text(alphabet="あい。！「」『』（） 　", max_size=30))
@settings(max_examples=300, deadline=None)
def test_split_sentences_loses_nothing_but_space(paragraph):
    sentences = split_sentences(paragraph)
    assert "".join("".join(sentences).split()) == "".join(paragraph.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def test_documents_from_lines():
    lines = ["", "一。二。", "三。", "", "  ", "四。"]
    assert list(documents_from_lines(lines)) == [["一。", "二。", "三。"], ["四。"]]


def test_documents_from_lines_is_lazy():
    def lines():
        yield "一。"
        yield ""
        raise AssertionError("read too far")

    assert next(documents_from_lines(lines())) == ["一。"]
