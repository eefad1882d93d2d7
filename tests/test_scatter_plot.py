import re
import warnings
from itertools import combinations

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from jbert_lessons.scatter_plot import scatter

KINDS = ("都道府県", "料理", "動物")
LABELS = [f"{kind}{i}" for kind in KINDS for i in range(9)]
GROUPS = [kind for kind in KINDS for _ in range(9)]


def points(spread: float = 1.0, seed: int = 0) -> torch.Tensor:
    """27 points, nine around each of three middles."""
    middles = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]).repeat_interleave(9, dim=0)
    return middles + spread * torch.randn(27, 2, generator=torch.Generator().manual_seed(seed))


def axes_of(picture):
    picture.figure.canvas.draw()
    [axes] = picture.figure.axes
    return axes


def test_it_is_drawn_without_warnings_and_described():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of missing glyphs
        picture = scatter(points(), LABELS, GROUPS, "語の地図")
        assert picture.png().startswith(b"\x89PNG")
    assert picture.alt.startswith("Scatter plot “語の地図”: 27 labelled points. 都道府県, 9 circles around (")
    assert scatter(points(), LABELS, GROUPS, alt="a < b").alt == "a < b"


@pytest.mark.parametrize("spread", [0.05, 0.3, 1.0, 3.0])
def test_no_label_lies_upon_another_or_outside(spread):
    axes = axes_of(scatter(points(spread), LABELS, GROUPS))
    boxes = [text.get_window_extent() for text in axes.texts]
    assert boxes
    assert not any(a.shrunk(0.98, 0.98).overlaps(b) for a, b in combinations(boxes, 2))
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 for box in boxes)
    assert all(axes.bbox.y0 <= box.y0 and box.y1 <= axes.bbox.y1 for box in boxes)


def test_labels_that_find_no_room_are_named():
    picture = scatter(torch.zeros(27, 2), LABELS, GROUPS)
    shown = {text.get_text() for text in axes_of(picture).texts}
    said = picture.alt.split("Without a label, for lack of room: ")[1].removesuffix(".")
    assert set(said.split(", ")) == set(LABELS) - shown
    assert 1 <= len(shown) < 27
    assert "Without a label" not in scatter(10 * points(3.0), LABELS[:27], GROUPS).alt


def test_groups_differ_in_colour_and_in_marker():
    many = [f"group {i}" for i in range(6)]
    axes = axes_of(scatter(points()[:6], many, many))
    markers = {str(drawn.get_paths()[0].vertices.tolist()) for drawn in axes.collections}
    colors = {to_rgb(drawn.get_facecolor()[0]) for drawn in axes.collections}
    assert len(markers) == len(colors) == 6


def test_the_description_counts_neighbours_and_members():
    found = points(2.0, seed=1).numpy()
    own = 0
    for i, point in enumerate(found):
        others = [(np.hypot(*(point - other)), GROUPS[j]) for j, other in enumerate(found) if j != i]
        own += min(others)[1] == GROUPS[i]
    said = scatter(found, LABELS, GROUPS).alt
    assert f"For {own} of the 27 points the nearest other point is of the same group." in said
    assert 0 < own < 27
    [(x, y)] = re.findall(r"9 squares around \((\S+), (\S+)\): 料理0, 料理1", said)
    np.testing.assert_allclose([float(x), float(y)], found[9:18].mean(axis=0), atol=0.006)


def test_a_dollar_sign_is_only_a_dollar_sign():
    picture = scatter([[0, 0], [1, 1]], ["$x", "y$"], ["$a$", "b"], "$t$")
    assert {text.get_text() for text in axes_of(picture).texts} == {"$x", "y$"}
    assert not any(text.get_parse_math() for text in picture.figure.legends[0].get_texts())


def test_one_point_alone():
    assert "nearest" not in scatter([[0.0, 0.0]], ["犬"], ["動物"]).alt


@pytest.mark.parametrize(
    ("numbers", "labels", "groups", "message"),
    [
        ([[0, 0]], ["a", "b"], ["x", "x"], "the numbers have shape"),
        ([[0, 0, 0]], ["a"], ["x"], "the numbers have shape"),
        ([[0, np.nan]], ["a"], ["x"], "not a number"),
        ([[0, 0], [1, 1]], ["a", "b"], ["x"], "2 points need a group each, not 1"),
        ([[i, i] for i in range(7)], list("abcdefg"), list("abcdefg"), "1 to 6 groups"),
        (np.zeros((0, 2)), [], [], "nothing to draw"),
    ],
)
def test_bad_input(numbers, labels, groups, message):
    with pytest.raises(ValueError, match=message):
        scatter(numbers, labels, groups)
