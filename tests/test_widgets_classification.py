import html
import re

import pytest
import torch

from jbert_lessons.widgets.classification import MOST_WORDS, ReviewBox, contributions, draw_seeds

NAMES = ["positive", "味"]


def judge(texts):
    """Each 良 and each 味 adds a tenth to its label."""
    return torch.tensor([[0.1 * text.count("良"), 0.1 * text.count("味")] for text in texts])


def cells(table: str) -> list[str]:
    return [html.unescape(cell) for cell in re.findall("<td.*?>(.*?)</td>", table)]


def test_a_word_adds_what_is_lost_without_it():
    words, whole, added = contributions(judge, "味は良いし、 店も良い。")
    assert "".join(words) == "味は良いし、店も良い。"
    torch.testing.assert_close(whole, torch.tensor([0.2, 0.1]))
    for word, change in zip(words, added, strict=True):
        torch.testing.assert_close(change, torch.tensor([0.1 * ("良" in word), 0.1 * ("味" in word)]))


def test_words_are_left_out_of_the_original_characters():
    seen = []

    def keep(texts):
        seen.extend(texts)
        return judge(texts)

    words, _, _ = contributions(keep, "㍻の味")
    assert "".join(words) == "㍻の味"
    assert seen == ["㍻の味", "の味", "㍻味", "㍻の"]


@pytest.mark.parametrize("text", ["", " ", "味" + "、" * MOST_WORDS])
def test_too_few_and_too_many_words(text):
    with pytest.raises(ValueError, match=f"1 to {MOST_WORDS} words, not"):
        contributions(judge, text)
    box = ReviewBox(judge, NAMES, text)
    assert "1 to 60 words" in box.shown.value and "<table" not in box.shown.value


def test_the_box_shows_probabilities_and_the_words_of_the_chosen_label():
    box = ReviewBox(judge, NAMES, "味は良い")
    assert cells(box.shown.value) == [
        *("positive", "0.10", "味", "0.10"),
        *("味", "+0.00", "は", "+0.00", "良い", "+0.10"),
    ]
    box.label.value = "味"
    assert cells(box.shown.value)[4:] == ["味", "+0.10", "は", "+0.00", "良い", "+0.00"]
    box.line.value = "良い"
    assert cells(box.shown.value) == ["positive", "0.10", "味", "0.00", "良い", "+0.00"]


def test_the_static_picture_says_the_same():
    box = ReviewBox(judge, NAMES, "味は良い")
    assert "adds to positive (0.10)" in box.static().alt and "良い 0.1" in box.static().alt
    box.label.value = "味"
    assert "adds to 味 (0.10)" in box.static().alt and box.static().png().startswith(b"\x89PNG")


def test_what_is_typed_never_becomes_markup():
    box = ReviewBox(judge, ["<b>", "<i>"], "<script>")
    assert "<script" not in box.shown.value and "<b>" not in box.shown.value


def test_curves_of_seeds_are_described_with_their_spread():
    scores = {"pretrained": {100: [0.5, 0.7], 1000: [0.9]}, "random": {100: [0.4]}}
    picture = draw_seeds(scores, "accuracy")
    assert (
        "pretrained: 100: 0.60 (0.50 to 0.70); 1,000: 0.90 (0.90 to 0.90). random: 100: 0.40" in picture.alt
    )
    assert picture.png().startswith(b"\x89PNG")
    heights = [list(line.get_ydata()) for line in picture.figure.axes[0].lines]
    assert [0.6, 0.9] in heights and [0.5, 0.7] in heights and [0.4] in heights


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({}, "not 0"),
        ({str(i): {1: [0.5]} for i in range(7)}, "not 7"),
        ({"a": {}}, "a has no scores"),
        ({"a": {100: []}}, "a has no scores"),
    ],
)
def test_curves_that_cannot_be_drawn(scores, message):
    with pytest.raises(ValueError, match=message):
        draw_seeds(scores, "accuracy")
