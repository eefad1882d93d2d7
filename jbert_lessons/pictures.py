"""What plots are made of: a picture with its description, words for numbers, strokes on axes.

Design choices
- A notebook has no alternative text for pictures, so the description follows the picture, folded.
- Descriptions compare numbers as rounded as they give them: what is said is true of what is read.
"""

import html
import io
import math
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from IPython.display import display
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogFormatter

MOST_DESCRIBED = 16  # rows up to which a description goes through them one by one


class Picture:
    """A figure and its description `alt`. A notebook shows both, the description folded below the figure."""

    def __init__(self, figure: Figure, alt: str):
        self.figure = figure
        self.alt = alt
        pyplot.close(figure)  # or a notebook would show a figure of pyplot a second time

    def png(self) -> bytes:
        """Return the figure as the content of a PNG file."""
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=100, facecolor="white")
        return file.getvalue()

    def description(self) -> str:
        """Return the description as HTML, folded."""
        return f"<details><summary>Description of the picture</summary>{html.escape(self.alt)}</details>"

    def _ipython_display_(self) -> None:
        data = {"image/png": b64encode(self.png()).decode(), "text/plain": "a picture, described below"}
        # Some converters take the alternative text from the metadata: nbconvert's classic pages do.
        display(data, metadata={"image/png": {"alt": self.alt}}, raw=True)
        display({"text/html": self.description(), "text/plain": self.alt}, raw=True)


def numbers_of(values: Sequence | torch.Tensor, *shape: int) -> np.ndarray:
    """Return `values` as an array. Raises ValueError unless they are finite numbers of that shape."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().double()
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"expected numbers of shape {shape}, not {type(values).__name__}") from None
    if numbers.shape != shape:
        raise ValueError(f"the numbers have shape {numbers.shape}, their labels need {shape}")
    if not numbers.size:
        raise ValueError("there is nothing to draw")
    if not np.isfinite(numbers).all():
        raise ValueError("a number is infinite or not a number: it cannot be drawn")
    return numbers


def number_format(numbers: np.ndarray) -> Callable[[float], str]:
    """Return how to write any of `numbers`: all with as many digits as suit the largest."""
    largest = np.abs(numbers).max()
    if largest < 1e6 and (numbers == np.round(numbers)).all():
        return lambda number: f"{number:.0f}"
    if 0.1 <= largest < 1000:
        return lambda number: f"{round(number, 2) + 0.0:.2f}"  # + 0.0 turns -0.0 into 0.0
    return lambda number: f"{number:.3g}"


def extremes(numbers: np.ndarray, show: Callable[[float], str]) -> tuple[int, int]:
    """Return where the smallest and the largest number are; of those written alike, the first."""
    written = [float(show(number)) for number in numbers]
    return written.index(min(written)), written.index(max(written))


def describe_heading(kind: str, title: str) -> str:
    """Return the first words of a description: what kind of picture, and its title if it has one."""
    return f"{kind} “{title}”" if title else kind


def describe_labels(labels: Sequence[str]) -> str:
    """Return the labels in a row; of many, the first and the last."""
    if len(labels) <= MOST_DESCRIBED:
        return ", ".join(labels)
    return f"{len(labels)} from {labels[0]} to {labels[-1]}"


def describe_matrix(numbers: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Return what stands out in a labelled matrix: its extremes and, if it is small, each row's largest."""
    show = number_format(numbers)
    rows, columns = _distinct(rows), _distinct(columns)
    written = [show(number) for number in numbers.flat]
    if len(set(written)) == 1:
        return f"All numbers are {written[0]}."
    said = ""
    for name, place in zip(("Smallest", "Largest"), extremes(numbers.ravel(), show), strict=True):
        row, column = divmod(place, len(columns))
        also = ", among others" if written.count(written[place]) > 1 else ""
        said += f"{name}: {written[place]} in row {rows[row]}, column {columns[column]}{also}. "
    if len(rows) <= MOST_DESCRIBED:
        best = [extremes(row, show)[1] for row in numbers]
        largest = (f"{rows[i]}: {columns[j]} {show(numbers[i, j])}" for i, j in enumerate(best))
        said += f"The largest of each row: {'; '.join(largest)}."
    return said.strip()


def _distinct(labels: Sequence[str]) -> list[str]:
    """Add its position, counted from 0, to a label that occurs more than once."""
    counts = Counter(labels)
    return [f"{label} (position {i})" if counts[label] > 1 else label for i, label in enumerate(labels)]


class PlainLogFormatter(LogFormatter):
    """Labels the ticks of a logarithmic axis that LogFormatter chooses, but with 0.2, not 2e-01."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def text_width(text: str) -> int:
    """Return the width of a text in half-width characters; a Japanese character is two of them wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def ink_on(color: str | tuple) -> str:
    """Return the colour, white or black, that is read more easily on `color`."""
    red, green, blue = to_rgb(color)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"


def draw_box(axes: Axes, text: str, x: float, y: float, width: float, color: str | tuple) -> None:
    """Draw a box around the point (x, y), with a text in it."""
    axes.add_patch(Rectangle((x - width / 2, y - 0.3), width, 0.6, facecolor=color, edgecolor="black"))
    style = {"fontsize": 11, "color": ink_on(color), "parse_math": False}
    axes.text(x, y, text, ha="center", va="center", **style)


def set_titles(axes: Axes, title: str, x_label: str = "", y_label: str = "") -> None:
    """Set the title and the names of the axes; a dollar sign is only a dollar sign."""
    axes.set_title(title, parse_math=False)
    axes.set_xlabel(x_label, parse_math=False)
    axes.set_ylabel(y_label, parse_math=False)


def label_ticks(axis: Axis, labels: Sequence[str], inches: float, upright: bool = False) -> None:
    """Name the places 0, 1, … of an axis that is so long; turned, small or not each, as there is room."""
    points = 72 * inches / len(labels)  # for each label; a half-width character is 5.5 of them wide
    turned = not upright and max(map(text_width, labels)) * 5.5 + 4 > points
    step = math.ceil(11 / points)  # the height of a small line
    roomy = points > 14
    style = {"fontsize": 11 if roomy else 8, "parse_math": False}
    if turned and roomy:
        style |= {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    elif turned:
        style["rotation"] = 90
    axis.set_ticks(range(0, len(labels), step), labels[::step], **style)


def name_lines(axes: Axes, styles: Sequence[tuple], x: float, ends: Mapping[str, float]) -> None:
    """Write the name of each line right of the axes, with a sample of its style, none upon another.

    `ends` has the height at which each line ends, at `x`.
    """
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())  # settles them: they were not computed yet
    place = axes.transScale + axes.transLimits  # from data to parts of the axes
    points = {name: place.transform((x, y)) for name, y in ends.items()}
    heights: dict[str, float] = {}
    lowest = -1.0
    for name in sorted(points, key=lambda name: points[name][1]):
        heights[name] = lowest = max(points[name][1], lowest + 0.07)
    highest = 1.07
    for name in reversed(heights):
        heights[name] = highest = min(heights[name], highest - 0.07)
    common = {"transform": axes.transAxes, "clip_on": False}
    for (color, dashes, marker), (name, (end, y)) in zip(styles, points.items(), strict=False):
        height = heights[name]
        axes.add_artist(Line2D([end, 1.03], [y, height], color="grey", lw=0.7, **common))
        sample = Line2D([1.03, 1.07, 1.11], [height] * 3, color=color, ls=dashes, lw=1.8, **common)
        sample.set(marker=marker, markevery=[1])
        axes.add_artist(sample)
        axes.text(1.12, height, name, va="center", parse_math=False, transform=axes.transAxes)
