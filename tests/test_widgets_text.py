import re
import unicodedata

import pytest

from jbert_lessons.text import nfkc, normalize
from jbert_lessons.widgets.text import MOST_SHOWN, character_box, character_name, character_table


def rows(table: str) -> list[list[str]]:
    """The cells of each row below the head, as they stand in the HTML."""
    return [re.findall("<td.*?>(.*?)</td>", row) for row in re.findall("<tr>(<td.*?)</tr>", table)]


def test_a_row_for_each_character():
    assert rows(character_table("𠮷か")) == [
        ["𠮷", "U+20BB7", "CJK UNIFIED IDEOGRAPH-20BB7", "f0 a0 ae b7", "unchanged"],
        ["か", "U+304B", "HIRAGANA LETTER KA", "e3 81 8b", "unchanged"],
    ]


def test_the_line_above_tells_the_lengths():
    line = character_table("𠮷㍻").split("</p>")[0]
    assert "2 code points, 7 bytes in UTF-8, 3 units in UTF-16; after NFKC 3 code points" in line


def test_characters_that_nfkc_merges_share_a_cell():
    first, second, third = rows(character_table("ｶﾞ㍻"))
    assert first[4] == "ガ U+30AC" and len(second) == 4
    assert third[4] == "平成 U+5E73 U+6210"
    assert 'rowspan="2">ガ' in character_table("ｶﾞ㍻")


def test_text_is_no_markup():
    table = character_table("<b>&")
    assert [row[0] for row in rows(table)] == ["&lt;", "b", "&gt;", "&amp;"]
    assert "<b>" not in table


@pytest.mark.parametrize(
    ("character", "name", "shown"),
    [
        ("\0", "NULL", ""),
        ("\n", "LINE FEED", ""),
        ("\x7f", "CONTROL CHARACTER", ""),
        ("\x85", "CONTROL CHARACTER", ""),
        ("\ue000", "PRIVATE USE", "\ue000"),
        ("\u0378", "NOT ASSIGNED", "\u0378"),
        ("\u3099", "COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK", "◌\u3099"),
        ("\u200b", "ZERO WIDTH SPACE", "\u200b"),
    ],
)
def test_what_cannot_be_seen_is_named(character, name, shown):
    [row] = rows(character_table(character))
    assert (row[0], row[2]) == (shown, name)


def test_every_character_has_a_name_and_a_row():
    for code in range(0x30000):
        if not 0xD800 <= code < 0xE000:
            assert character_name(chr(code))
    text = "".join(c for c in map(chr, range(0x3400)) if unicodedata.category(c) != "Cn")
    for start in range(0, len(text), MOST_SHOWN // 2):
        part = text[start : start + MOST_SHOWN // 2]
        assert len(rows(character_table(part))) == len(part)


@pytest.mark.parametrize("text", ["ｶﾞ" * 30, "あ" * MOST_SHOWN + "い", "あ" * (MOST_SHOWN - 1) + "ｶﾞい"])
def test_a_long_text_is_cut_between_groups_and_says_so(text):
    table = character_table(text)
    shown = len(rows(table))
    assert MOST_SHOWN - 1 <= shown <= MOST_SHOWN
    assert f"The table shows the first {shown}." in table
    assert normalize(text).ends.count(shown) > 0  # a group ends there
    assert f"after NFKC {len(nfkc(text))} code points" in table


def test_a_text_that_fits_is_not_said_to_be_cut():
    assert "The table shows" not in character_table("あ" * MOST_SHOWN)


def test_a_letter_under_a_heap_of_marks_makes_no_endless_table():
    table = character_table("あ" * 3 + "か" + "\u0301" * 500)
    assert len(rows(table)) == 3
    assert "504 code points" in table and "The table shows the first 3." in table


@pytest.mark.parametrize(("text", "message"), [("", "no character"), ("あ\ud842い", "U\\+D842 at 1")])
def test_what_is_no_text(text, message):
    with pytest.raises(ValueError, match=message):
        character_table(text)


def test_the_box_follows_the_line():
    box = character_box("か")
    assert "HIRAGANA LETTER KA" in box.shown.value
    box.line.value = "き"
    assert box.shown.value == character_table("き")
    box.line.value = ""
    assert "no character" in box.shown.value
