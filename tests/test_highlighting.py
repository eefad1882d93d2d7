import html
import re

import pytest

from jbert_lessons.highlighting import STYLES, highlight

TEXT = "山口さんは山口県の人だ。"
SPANS = [(5, 8, "地名"), (0, 2, "人名")]


def words_of(page):
    return html.unescape(re.sub("<[^>]+>", "", page))


def test_names_are_marked_in_the_order_of_the_text():
    marked = highlight(TEXT, SPANS)
    assert repr(marked) == "[山口 人名]さんは[山口県 地名]の人だ。"
    page = marked._repr_html_()
    assert words_of(page) == "山口人名さんは山口県地名の人だ。"
    assert page.count("<mark") == page.count("</mark>") == 2


def test_marks_may_touch_and_reach_both_ends():
    assert repr(highlight("日独", [(0, 1, "地名"), (1, 2, "地名")])) == "[日 地名][独 地名]"
    assert repr(highlight("日独", [])) == "日独"
    assert repr(highlight("日独", [(0, 2, "")])) == "[日独]"
    assert "font-size" not in highlight("日独", [(0, 2, "")])._repr_html_()


def styles_of(marked):
    return re.findall('<mark style="([^"]+)"', marked._repr_html_())


def test_a_kind_has_one_style_and_keeps_it_where_the_order_is_given():
    first, second = styles_of(highlight(TEXT, SPANS))
    assert first != second
    kinds = ["組織名", "地名", "人名"]
    alone = styles_of(highlight(TEXT, SPANS[:1], kinds))
    assert (
        styles_of(highlight(TEXT, SPANS, kinds))[1] == alone[0] == styles_of(highlight(TEXT, SPANS, kinds))[1]
    )
    assert (
        styles_of(highlight("山口山口", [(0, 2, "人名"), (2, 4, "人名")]))[0]
        == styles_of(highlight("山口山口", [(2, 4, "人名")])).pop()
    )


def test_no_two_styles_are_alike_and_more_kinds_than_styles_are_no_error():
    assert len(set(STYLES)) == len(STYLES)
    text = "あ" * 20
    assert len(styles_of(highlight(text, [(i, i + 1, f"kind {i}") for i in range(20)]))) == 20


def test_a_text_is_text_and_not_html():
    page = highlight("<b>&本</b>", [(3, 5, '<i>"&')])._repr_html_()
    assert "<b>" not in page and "<i>" not in page
    assert words_of(page) == '<b>&本<i>"&</b>'


@pytest.mark.parametrize("span", [(-1, 2, "人名"), (3, 3, "人名"), (4, 3, "人名"), (10, 13, "人名")])
def test_a_span_that_is_not_in_the_text(span):
    with pytest.raises(
        ValueError, match=rf"{span[0]}:{span[1]} \(人名\) is not in the text of 12 characters"
    ):
        highlight(TEXT, [span])


def test_spans_that_overlap():
    with pytest.raises(ValueError, match=r"the span 1:3 \(地名\) overlaps"):
        highlight(TEXT, [(1, 3, "地名"), (0, 2, "人名")])
