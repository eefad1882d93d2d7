import html
import re
import warnings
from importlib.resources import files

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager, rcParams
from matplotlib.collections import LineCollection
from nbclient import NotebookClient

from jbert_lessons import plots
from jbert_lessons.pictures import describe_matrix, ink_on, number_format
from jbert_lessons.tokenizer import Tokenizer

TOKENS = ["[CLS]", "猫", "と", "犬", "と", "鳥", "。", "[SEP]"]
WEIGHTS = torch.softmax(3 * torch.randn(8, 8, generator=torch.Generator().manual_seed(0)), dim=-1)
STEPS = list(range(10, 210, 10))
LOSSES = {"学習": [5 / step for step in STEPS], "検証": [7 / step for step in STEPS]}
DRAW = {
    "token_strip": lambda **alt: plots.token_strip(TOKENS, WEIGHTS[0], **alt),
    "token_strip without values": lambda **alt: plots.token_strip(TOKENS * 6, **alt),
    "heat_map": lambda **alt: plots.heat_map(WEIGHTS, TOKENS, TOKENS, "層", "先", "元", **alt),
    "large heat_map": lambda **alt: plots.heat_map(WEIGHTS.repeat(8, 5), TOKENS * 8, TOKENS * 5, **alt),
    "attention_lines": lambda **alt: plots.attention_lines(WEIGHTS, TOKENS, "層", **alt),
    "attention_head": lambda **alt: plots.attention_head(WEIGHTS, TOKENS, "層", **alt),
    "curves": lambda **alt: plots.curves(STEPS, LOSSES, "歩", "損失", **alt),
    "logarithmic curves": lambda **alt: plots.curves(STEPS, LOSSES, "歩", "損失", True, True, **alt),
    "bars": lambda **alt: plots.bars(["前", "後"], [0.2, 0.7], [(0.1, 0.3), (0.6, 0.9)], "正解率", **alt),
}


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_every_plot_is_drawn_without_warnings_and_described(draw):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of missing glyphs and of labels without room
        picture = draw()
        assert picture.png().startswith(b"\x89PNG")
    assert len(picture.alt) > 20
    assert draw(alt="a < b").alt == "a < b"
    assert draw(alt="a < b").description().endswith("</summary>a &lt; b</details>")


@pytest.mark.parametrize("name", DRAW)
def test_no_labels_lie_upon_each_other(name):
    """Slanting labels are left out: the box around one is larger than the text."""
    figure = DRAW[name]().figure
    figure.canvas.draw()
    for axes in figure.axes:
        ticks = [axis.get_ticklabels(which="both") for axis in (axes.xaxis, axes.yaxis)]
        for texts in (*ticks, axes.texts):
            boxes = [t.get_window_extent() for t in texts if t.get_text() and t.get_rotation() % 90 == 0]
            for i, box in enumerate(boxes):
                assert not any(box.shrunk(0.98, 0.98).overlaps(other) for other in boxes[:i])


def test_names_of_lines_that_end_together_stand_apart():
    figure = plots.curves([1, 2], {name: [1, 2] for name in "いろはにほへ"}, "x", "y").figure
    figure.canvas.draw()
    [axes] = figure.axes
    bottoms = sorted(text.get_window_extent().y0 for text in axes.texts)
    height = max(text.get_window_extent().height for text in axes.texts)
    assert len(bottoms) == 6
    assert np.diff(bottoms).min() > height
    assert bottoms[0] > 0 and bottoms[-1] + height < figure.bbox.height


def test_lines_differ_without_their_colour():
    [axes] = plots.curves([1, 2], {name: [1, 2] for name in "いろはにほへ"}, "x", "y").figure.axes
    lines = axes.get_lines()[:6]
    assert len({line.get_marker() for line in lines}) == 6
    assert len({str(line._dash_pattern) for line in lines}) >= 5


def test_shades_grow_lighter_in_grey_and_ink_is_readable_on_them():
    greys = [np.dot(plots.SHADES(i / 255)[:3], [0.2126, 0.7152, 0.0722]) for i in range(256)]
    assert np.diff(greys).min() > -1e-3 and greys[-1] - greys[0] > 0.6
    for i in range(256):
        color = plots.SHADES(i / 255)
        [light] = [np.dot(np.power(color[:3], 2.2), [0.2126, 0.7152, 0.0722])]
        contrast = 1.05 / (light + 0.05) if ink_on(color) == "white" else (light + 0.05) / 0.05
        assert contrast > 3.9, i  # 4.5 is asked of small text; the best that grey allows is 4.6


def test_every_token_of_the_shipped_vocabulary_has_a_glyph():
    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in rcParams["font.family"]]
    vocabulary = Tokenizer.from_file(files("jbert_lessons") / "pretrained/minipedia/vocab.txt").vocabulary
    missing = {c for c in "".join(vocabulary) if not any(font.get_char_index(ord(c)) for font in fonts)}
    assert missing == set()


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_description_names_the_true_extremes(rows):
    numbers = np.array(rows)
    said = describe_matrix(numbers, "abc", "ABC")
    show = number_format(numbers)
    if len({show(number) for number in numbers.flat}) == 1:
        assert said == f"All numbers are {show(numbers[0, 0])}."
        return
    for word, extreme in (("Smallest", numbers.min()), ("Largest", numbers.max())):
        number, row, column = re.search(rf"{word}: (\S+) in row (\w), column (\w)", said).groups()
        assert number == show(extreme) == show(numbers["abc".index(row), "ABC".index(column)])
    best = said.split("The largest of each row: ")[1].removesuffix(".").split("; ")
    for i, row in enumerate("abc"):
        column, number = best[i].removeprefix(f"{row}: ").split()
        assert number == show(numbers[i].max()) == show(numbers[i, "ABC".index(column)])


def test_a_description_tells_equal_labels_apart():
    said = describe_matrix(np.array([[0.1, 0.2], [0.3, 0.4]]), ["と", "と"], ["犬", "猫"])
    assert "Largest: 0.40 in row と (position 1), column 猫." in said


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ([1, 20, 300], ["1", "20", "300"]),
        ([0.5, -0.001], ["0.50", "0.00"]),
        ([0.00012, 0.00034], ["0.00012", "0.00034"]),
        ([12345.6, 1.5], ["1.23e+04", "1.5"]),
    ],
)
def test_numbers_are_written_with_fitting_digits(numbers, written):
    assert [number_format(np.array(numbers))(number) for number in numbers] == written


def test_descriptions_of_curves_and_bars():
    picture = plots.curves([0, 10, 20], {"損失": [5.0, 1.5, 2.0]}, "step", "nats")
    assert "損失: from 5.00 to 2.00, lowest 1.50 at 10, highest 5.00 at 0." in picture.alt
    assert "前 0.20 (0.10 to 0.30); 後 0.70 (0.60 to 0.90)." in DRAW["bars"]().alt


def test_logarithmic_axes_have_plain_numbers():
    figure = DRAW["logarithmic curves"]().figure
    figure.canvas.draw()
    labels = {t.get_text() for t in figure.axes[0].yaxis.get_ticklabels(which="both")}
    assert {"0.1", "0.2", "1"} <= labels


def test_a_line_for_each_weight_that_reaches_the_threshold():
    weights = [[0.9, 0.1], [0.3, 0.7]]
    [axes] = plots.attention_lines(weights, ["a", "b"], threshold=0.3).figure.axes
    [lines] = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert [segment[:, 1].tolist() for segment in lines.get_segments()] == [[0, 0], [1, 0], [1, 1]]
    widths = lines.get_linewidths()
    assert widths[0] > widths[2] > widths[1]


def test_the_overview_is_described():
    picture = plots.draw_overview(["[CLS]", "[MASK]", "[SEP]"], [2, 4, 3], ["パリ", "ローマ"], 4)
    assert "the tokens [CLS] [MASK] [SEP]" in picture.alt
    assert picture.alt.endswith("the likeliest first: パリ, ローマ.")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.token_strip([]), "nothing to draw"),
        (lambda: plots.token_strip(["a"], [1.5]), "between 0 and 1"),
        (lambda: plots.heat_map([[1, 2]], ["a"], ["b"]), r"shape \(1, 2\), their labels need \(1, 1\)"),
        (lambda: plots.heat_map([[float("nan")]], ["a"], ["b"]), "not a number"),
        (lambda: plots.heat_map("text", ["a"], ["b"]), "expected numbers"),
        (lambda: plots.attention_lines(torch.zeros(2, 3), ["a", "b"]), "labels need"),
        (lambda: plots.curves([1, 2], {}, "x", "y"), "1 to 6 lines"),
        (lambda: plots.curves([1, 2], {"a": [1]}, "x", "y"), "labels need"),
        (lambda: plots.curves([0, 1], {"a": [1, 2]}, "x", "y", log_x=True), "above 0"),
        (lambda: plots.curves([1, 2], {"a": [0, 2]}, "x", "y", log_y=True), "above 0"),
        (lambda: plots.bars(["a"], [1], [(2, 3)]), "between the two"),
    ],
)
def test_bad_input(draw, message):
    with pytest.raises(ValueError, match=message) as error:
        draw()
    assert "\n" not in str(error.value)


def test_numbers_may_need_gradients_and_be_bfloat16():
    weights = torch.full((1, 1), 0.5, dtype=torch.bfloat16, requires_grad=True)
    assert "0.50" in plots.heat_map(weights, ["a"], ["b"]).alt


def test_a_notebook_shows_a_picture_once_with_its_description():
    cells = [
        "from jbert_lessons.plots import Picture, bars\npicture = bars(['a'], [1])",
        "picture",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\nPicture(figure, 'a < b')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert notebook.cells[0].outputs == []
    for cell, alt in zip(notebook.cells[1:], ("Bar chart of values: a 1.", "a < b"), strict=True):
        image, text = cell.outputs
        assert set(image.data) == {"image/png", "text/plain"}
        assert image.metadata["image/png"]["alt"] == alt
        assert html.escape(alt) in text.data["text/html"]
