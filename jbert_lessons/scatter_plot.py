"""A map of words: points in groups, told apart by colour and by marker, each label where there is room."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from matplotlib.figure import Figure

from jbert_lessons.pictures import (
    Picture,
    describe_heading,
    number_format,
    numbers_of,
    set_titles,
    text_width,
)
from jbert_lessons.plots import STYLES

# What a description calls the markers of STYLES, in their order.
SHAPES = ("circles", "squares", "triangles", "diamonds", "inverted triangles", "crosses")
SIZE = 9  # of a label, in points; a half-width character is half as wide
REACHES = (5, 16, 28, 40, 52, 64)  # from a point to its label, in points; the next where the nearer are taken
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
DESCRIBED = 20  # points of a group up to which a description names all


def scatter(
    points: Sequence | torch.Tensor,
    labels: Sequence[str],
    groups: Sequence[str],
    title: str = "",
    alt: str = "",
) -> Picture:
    """Draw labelled points (n, 2); `groups` names the group of each, one to six groups in all.

    A thin line leads from each label to its point. A label for which there is no room is left out, and
    the description says so. Raises ValueError if the numbers are not finite or do not match labels and
    groups, and for more groups than can be told apart.
    """
    numbers = numbers_of(points, len(labels), 2)
    if len(groups) != len(labels):
        raise ValueError(f"{len(labels)} points need a group each, not {len(groups)} groups")
    names = list(dict.fromkeys(groups))
    if len(names) > len(STYLES):
        raise ValueError(f"1 to {len(STYLES)} groups can be told apart, not {len(names)}")
    figure = Figure(figsize=(9, 6.5))
    axes = figure.subplots()
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.08, top=0.93)  # known before the labels are placed
    for name, (color, _, marker) in zip(names, STYLES, strict=False):
        x, y = numbers[[group == name for group in groups]].T
        axes.scatter(
            x, y, s=40, color=color, marker=marker, edgecolor="black", linewidth=0.6, label=name, zorder=3
        )
    axes.margins(0.1)
    axes.set(xticks=[], yticks=[], xlim=axes.get_xlim(), ylim=axes.get_ylim())  # the limits stay as they are
    legend = figure.legend(loc="lower center", ncols=len(names), frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)
    set_titles(axes, title)
    to_points = 72 / figure.dpi
    centres = to_points * (axes.transData.transform(numbers) - axes.bbox.p0)
    places = free_places(centres, labels, to_points * axes.bbox.size)
    style = {"fontsize": SIZE, "ha": "center", "va": "center", "parse_math": False, "zorder": 4}
    style["bbox"] = {"color": "white", "pad": 0.5}  # the line behind ends at the label
    for at, label, place in zip(numbers, labels, places, strict=True):
        if place is not None:
            middle = axes.transData.inverted().transform(np.array(place) / to_points + axes.bbox.p0)
            axes.plot(*zip(at, middle, strict=True), color="grey", lw=0.6, zorder=2)
            axes.text(*middle, label, **style)
    left_out = [label for label, place in zip(labels, places, strict=True) if place is None]
    return Picture(figure, alt or describe(numbers, labels, groups, names, left_out, title))


def free_places(
    centres: np.ndarray, labels: Sequence[str], room: Sequence[float]
) -> list[tuple[float, float] | None]:
    """Return where the middle of each label may stand, None if nowhere.

    The points' `centres` lie in a rectangle from (0, 0) to `room`; everything is in points. No label lies
    upon another, upon a point or upon the line of another label, and none leaves the rectangle.
    """
    width, height = room
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in centres]
    places: list[tuple[float, float] | None] = []
    for (x, y), label in zip(centres, labels, strict=True):
        wide, high = (text_width(label) + 1) * SIZE / 4, SIZE * 0.75  # half of each
        places.append(None)
        for reach, (right, up) in product(REACHES, SIDES):
            dx, dy = right * (reach + wide), up * (reach + high)
            box = (x + dx - wide, y + dy - high, x + dx + wide, y + dy + high)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            # The line from outside the point to the edge of the label, in steps.
            steps = np.linspace(7 / np.hypot(dx, dy), reach / (reach + (high if up else wide)), 30)
            line = [(x + t * dx, y + t * dy) * 2 for t in steps if reach > REACHES[0]]
            if inside and not any(_overlap(one, other) for one in [box, *line] for other in taken):
                taken += [box, *line]
                places[-1] = x + dx, y + dy
                break
    return places


def _overlap(one: tuple, other: tuple) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def describe(
    numbers: np.ndarray,
    labels: Sequence[str],
    groups: Sequence[str],
    names: Sequence[str],
    left_out: Sequence[str],
    title: str,
) -> str:
    """Return what the picture shows: its groups, where their middles lie, whose neighbour is whose."""
    show = number_format(numbers)
    said = f"{describe_heading('Scatter plot', title)}: {len(labels)} labelled points."
    for name, shape in zip(names, SHAPES, strict=False):
        members = [i for i, group in enumerate(groups) if group == name]
        x, y = numbers[members].mean(axis=0)
        listed = ", ".join(labels[i] for i in members[:DESCRIBED])
        more = f" and {len(members) - DESCRIBED} more" if len(members) > DESCRIBED else ""
        said += f" {name}, {len(members)} {shape} around ({show(x)}, {show(y)}): {listed}{more}."
    if len(labels) > 1:
        distances = np.linalg.norm(numbers[:, None] - numbers[None], axis=-1)
        np.fill_diagonal(distances, np.inf)
        own = sum(groups[i] == groups[j] for i, j in enumerate(distances.argmin(axis=1)))
        said += f" For {own} of the {len(labels)} points the nearest other point is of the same group."
    if left_out:
        said += f" Without a label, for lack of room: {', '.join(left_out)}."
    return said
