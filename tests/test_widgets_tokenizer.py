import html
import re
from xml.etree import ElementTree

import pytest

from jbert_lessons.text import nfkc, normalize
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.widgets.tokenizer import LINE_LENGTH, LONGEST_TEXT, alignment_box, alignment_table


def read(table: str) -> dict[str, list[tuple[int, str]]]:
    """The (width, text) of all cells of each row, over all tables. Fails unless they are well-formed."""
    rows: dict[str, list[tuple[int, str]]] = {}
    for line in ElementTree.fromstring(f"<all>{table}</all>").iter("tr"):
        head, *cells = line
        assert head.tag == "th"
        rows.setdefault(head.text, []).extend((int(cell.get("colspan")), cell.text or "") for cell in cells)
    return rows


def shown(row: list[tuple[int, str]]) -> list[str]:
    return [text for _, text in row if text]


def test_rows_of_a_plain_text(tokenizer):
    rows = read(alignment_table(tokenizer, "東京は寒い。"))
    assert list(rows) == ["characters", "words", "pieces", "ids"]
    assert rows["characters"] == [(1, character) for character in "東京は寒い。"]
    assert rows["words"] == [(2, "東京"), (1, "は"), (2, "寒い"), (1, "。")]
    [ids] = tokenizer.ids(["東京は寒い。"])
    assert shown(rows["ids"]) == [str(i) for i in ids]
    assert shown(rows["pieces"]) == [tokenizer.vocabulary[i] for i in ids]


def test_one_character_becomes_two_and_two_become_one(tokenizer):
    rows = read(alignment_table(tokenizer, "㍻、ｶﾞ 猫"))
    assert rows["characters"] == [(2, "㍻"), (1, "、"), (1, "ｶﾞ"), (1, " "), (1, "猫")]
    assert shown(rows["after NFKC"]) == ["平", "成", "、", "ガ", " ", "猫"]
    assert rows["words"] == [(2, "平成"), (1, "、"), (1, "ガ"), (1, ""), (1, "猫")]


@pytest.mark.parametrize("mode", ["word", "character"])
def test_ids_and_widths_on_fuzzed_text(tokenizer, fuzzed_texts, mode):
    tokenizer = Tokenizer(tokenizer.vocabulary, mode)
    tried = 0
    for text in fuzzed_texts[:3_000]:
        text = re.sub("[\x00-\x1f\ufffe\uffff]|[^\\S \u3000]", "", text)  # XML and the modes differ on these
        if len(text) > LONGEST_TEXT or not nfkc(text).strip():
            continue
        table = alignment_table(tokenizer, text)
        rows = read(table)
        [ids] = tokenizer.ids([text])
        assert shown(rows["ids"]) == [str(i) for i in ids]
        assert {sum(width for width, _ in row) for row in rows.values()} == {len(normalize(text).text)}
        tried += 1
    assert tried > 2_000


def test_a_long_text_takes_several_tables_of_whole_words(tokenizer):
    text = "東京は日本の首都です。" * 20
    table = alignment_table(tokenizer, text)
    assert shown(read(table)["words"]) == ["東京", "は", "日本", "の", "首都", "です", "。"] * 20
    tables = [read(part + "</table>") for part in table.split("</table>")[:-1]]
    assert len(tables) > len(text) / LINE_LENGTH
    assert all(sum(width for width, _ in rows["words"]) <= LINE_LENGTH for rows in tables)


def test_what_is_typed_is_no_markup(tokenizer):
    table = alignment_table(tokenizer, "<b>猫&犬</b>")
    assert "<b>" not in table
    assert "".join(shown(read(table)["characters"])) == "<b>猫&犬</b>"


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "no words"), (" 　\n", "no words"), ("猫" * 401, "401 characters.*at most 400")],
)
def test_a_bad_text_is_told_in_the_box(tokenizer, text, message):
    with pytest.raises(ValueError, match=message):
        alignment_table(tokenizer, text)
    box = alignment_box(tokenizer, "東京")
    assert html.unescape(box.shown.value) == alignment_table(tokenizer, "東京")
    if "\n" not in text:  # a line has no line break
        box.line.value = text
        assert re.search(message, box.shown.value) and "<table" not in box.shown.value
