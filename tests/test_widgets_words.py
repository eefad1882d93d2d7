import html
import re
from html.parser import HTMLParser

import pytest

from jbert_lessons.widgets.words import PARTS, hiragana, word_box, word_ribbon
from jbert_lessons.words import segment


class Reader(HTMLParser):
    """Reads a ribbon: its words, their readings, the legend, and whether all tags are closed."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.readings: list[str] = []
        self.legend: list[str] = []
        self.words = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "li":
            self.legend.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "li" in self.open:
            self.legend[-1] += data
        elif "rt" in self.open:
            self.readings.append(data)
        elif "rp" not in self.open:
            self.words += data


def test_words_have_readings_in_hiragana_and_their_part_of_speech_beside_them():
    page = Reader(word_ribbon("新しいビルで本を読んだ。"))
    assert page.readings == ["あたらしい", "ほん", "よん"]  # none for what is its own reading
    assert re.sub(r"\s", "", page.words) == "新しい形容詞ビル名詞で助詞本名詞を助詞読ん動詞だ助動詞。補助記号"


def test_the_legend_names_each_part_of_speech_once_in_english():
    page = Reader(word_ribbon("本と本。"))
    assert page.legend == ["名詞 noun", "助詞 particle", "補助記号 punctuation or sign"]


def test_colour_is_not_all_that_tells_parts_of_speech_apart():
    assert len({(part.color, part.line) for part in PARTS.values()}) == len(PARTS)
    assert len({part.english for part in PARTS.values()}) == len(PARTS)


def test_unknown_words_are_marked():
    assert "グギョボ<sup>?</sup>" in word_ribbon("グギョボ")
    assert Reader(word_ribbon("グギョボ")).legend[-1] == "? not in the dictionary"
    assert "<sup>" not in word_ribbon("本は?")


def test_a_text_is_text_and_not_html(fuzzed_texts):
    page = word_ribbon("<b>本</b>&<script>")
    assert "<b>" not in page and "<script>" not in page and "&amp;" in page
    for text in [f"<{text}&" for text in fuzzed_texts[:200]]:
        shown = Reader(word_ribbon(text)).words
        assert all(word.surface in shown for word in segment(text))


@pytest.mark.parametrize("text", ["", " 　\n", "\0"])
def test_a_text_without_words(text):
    with pytest.raises(ValueError, match="no words"):
        word_ribbon(text)


def test_the_box_shows_the_ribbon_of_what_is_typed():
    box = word_box("本を読む。")
    assert box.shown.value == word_ribbon("本を読む。")
    box.line.value = "外国人参政権"
    assert box.shown.value == word_ribbon("外国人参政権")
    box.line.value = ""
    assert "no words" in html.unescape(box.shown.value)


def test_hiragana():
    assert hiragana("ァヴヶンキャー・ｱabc本") == "ぁゔゖんきゃー・ｱabc本"
