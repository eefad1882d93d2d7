import warnings

import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from jbert_lessons.lattice_plot import draw_lattice
from jbert_lessons.plots import BLUE

TEXT = "東京都に住む"
WORDS = [
    *((0, "東", 4), (0, "東京", 3), (1, "京", 6), (1, "京都", 3), (2, "都", 5)),
    *((3, "に", 1), (4, "住", 6.5), (4, "住む", 3), (5, "む", 6)),
]
BEST = ["東京", "都", "に", "住む"]


def boxes(picture) -> list[tuple[float, float, float, bool]]:
    """Each box: its left, its right, its top, and whether it is dark; in the order of the words."""
    patches = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [
        (p.get_x(), p.get_x() + p.get_width(), p.get_y(), p.get_facecolor() == to_rgba(BLUE)) for p in patches
    ]


def test_it_is_drawn_without_warnings_and_tells_what_is_in_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of missing glyphs
        picture = draw_lattice(TEXT, WORDS, BEST, title="$格子")
        assert picture.png().startswith(b"\x89PNG")
    for said in (
        "“$格子” of 東京都に住む",
        "9 words",
        "6 paths",
        "住 6.5, 住む 3",
        "lines: 東京, 都, に, 住む.",
    ):
        assert said in picture.alt
    assert draw_lattice(TEXT, WORDS, BEST, alt="a < b").alt == "a < b"


def test_words_in_any_order_have_as_many_paths():
    assert "6 paths" in draw_lattice(TEXT, WORDS[::-1], BEST).alt


def test_a_box_lies_below_its_characters_and_upon_no_other():
    found = boxes(draw_lattice(TEXT, WORDS, BEST))
    for (start, word, _), (left, right, _, _) in zip(WORDS, found, strict=True):
        assert start < left < right < start + len(word)
    for i, (left, right, top, _) in enumerate(found):
        assert not any(left < r and x < right and top == t for x, r, t, _ in found[:i])


def test_the_best_path_is_dark_in_one_row_and_joined_by_thick_lines():
    picture = draw_lattice(TEXT, WORDS, BEST)
    dark = {
        word[:2]: top for word, (_, _, top, is_dark) in zip(WORDS, boxes(picture), strict=True) if is_dark
    }
    assert set(dark) == {(0, "東京"), (2, "都"), (3, "に"), (4, "住む")}
    assert len(set(dark.values())) == 1
    widths = [line.get_linewidth() for line in picture.figure.axes[0].lines]
    assert sum(width == max(widths) for width in widths) == len(BEST) - 1


def test_a_lattice_of_one_word():
    assert "in 1 paths" in draw_lattice("本", [(0, "本", 2)], ["本"]).alt


@pytest.mark.parametrize(
    ("text", "words", "best", "message"),
    [
        ("", [], [], "1 to 16 characters"),
        ("も" * 17, [(0, "も" * 17, 1)], ["も" * 17], "not of 17"),
        (TEXT, [*WORDS, (1, "東", 4)], BEST, "'東' does not stand at 1"),
        (TEXT, [*WORDS, (-1, "む", 4)], BEST, "does not stand at -1"),
        (TEXT, [*WORDS, (0, "", 0)], BEST, "'' does not stand at 0"),
        (TEXT, [*WORDS, (0, "東", 9)], BEST, "'東' is given 2 times"),
        (TEXT, WORDS, BEST[:-1], "do not make up the text"),
        (TEXT, WORDS, ["東京都", *BEST[2:]], "'東京都' at 0 is on the path"),
    ],
)
def test_what_cannot_be_drawn(text, words, best, message):
    with pytest.raises(ValueError, match=message):
        draw_lattice(text, words, best)
