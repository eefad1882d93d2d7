"""Plots that several lessons share: safe for the colour-blind, readable in grey, with Japanese labels.

Design choices
- Every plot returns a `Picture`, which describes itself; `alt` replaces the description.
- Nothing is told by colour alone: numbers, line styles and markers say the same.
"""

from collections.abc import Mapping, Sequence

import matplotlib_fontja
import numpy as np
from matplotlib import colormaps, rcParams
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from jbert_lessons.pictures import (
    Picture,
    PlainLogFormatter,
    describe_heading,
    describe_labels,
    describe_matrix,
    draw_box,
    extremes,
    ink_on,
    label_ticks,
    name_lines,
    number_format,
    numbers_of,
    set_titles,
    text_width,
)

# Okabe and Ito, "Color Universal Design", 2008: told apart by everybody, and different in grey.
ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION = "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00"
# Colour, dashes and marker of each line of a chart, without yellow, which is too faint on white.
STYLES = (
    *((BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, "-.", "^")),
    *((ORANGE, ":", "D"), (SKY, (0, (7, 2)), "v"), ("black", (0, (1, 1)), "X")),
)
SHADES = colormaps["cividis"]  # from dark to light, in grey too
MOST_NUMBERS = 12  # rows and columns up to which a heat map has its numbers in it
MOST_LARGE = 24  # tokens up to which they are written large, one below the other

matplotlib_fontja.japanize()
rcParams["font.family"] = [*rcParams["font.family"], "DejaVu Sans"]  # has letters that the first one lacks


def token_row(axes: Axes, labels: Sequence[str], y: float, color: str, width: float = 0.9) -> None:
    """Draw one labelled box for each of `labels`, side by side at height `y`."""
    for x, label in enumerate(labels):
        draw_box(axes, label, x, y, width, color)


def token_strip(tokens: Sequence[str], values: Sequence[float] | None = None, alt: str = "") -> Picture:
    """Draw tokens side by side; `values` from 0 (dark) to 1 (light) shade them and stand below.

    Raises ValueError for no tokens, another number of values, and a value outside 0 to 1.
    """
    numbers = numbers_of([0.0] * len(tokens) if values is None else values, len(tokens))
    if numbers.min() < 0 or numbers.max() > 1:
        raise ValueError(f"values must lie between 0 and 1, not {numbers.min():g} to {numbers.max():g}")
    boxes, x, y = [], 0.0, 0.0  # in half the width of a full-width character
    for width in (max(text_width(token), 4) + 2 for token in tokens):
        if x and x + width > 120:
            x, y = 0.0, y - (1.0 if values is None else 1.4)
        boxes.append((x + width / 2, y, width - 0.5))
        x += width
    right = max(x + width / 2 for x, _, width in boxes)
    bottom = y - (0.4 if values is None else 0.8)
    figure = Figure(figsize=(right / 12 + 0.2, (0.4 - bottom) / 2 + 0.1), layout="constrained")
    axes = figure.subplots()
    for token, number, (x, y, width) in zip(tokens, numbers, boxes, strict=True):
        draw_box(axes, token, x, y, width, SKY if values is None else SHADES(number))
        if values is not None:
            axes.text(x, y - 0.5, f"{number:.2f}", ha="center", va="center", fontsize=9)
    axes.set(xlim=(-0.5, right + 0.5), ylim=(bottom, 0.4))
    axes.axis("off")
    if values is None:
        return Picture(figure, alt or f"Tokens side by side: {', '.join(tokens)}.")
    said = ", ".join(f"{token} {number:.2f}" for token, number in zip(tokens, numbers, strict=True))
    return Picture(figure, alt or f"Tokens side by side, the lighter the larger their value: {said}.")


def heat_map(
    values: Sequence,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    alt: str = "",
) -> Picture:
    """Draw (rows, columns) numbers as shades, light for large, with the numbers up to 12 by 12.

    Raises ValueError if `values` has another shape or holds a number that is not finite.
    """
    numbers = numbers_of(values, len(rows), len(columns))
    width, height = min(10, max(4, 0.6 * len(columns) + 2)), min(9, max(2.5, 0.4 * len(rows) + 1.5))
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    draw_matrix(axes, numbers, rows, columns, width - 2, height - 1)
    set_titles(axes, title, x_label, y_label)
    said = f"{describe_heading('Heat map', title)}. Rows{f', {y_label}' if y_label else ''}: "
    said += (
        f"{describe_labels(rows)}. Columns{f', {x_label}' if x_label else ''}: {describe_labels(columns)}. "
    )
    return Picture(figure, alt or said + describe_matrix(numbers, rows, columns))


def attention_lines(
    weights: Sequence, tokens: Sequence[str], title: str = "", threshold: float = 0.05, alt: str = ""
) -> Picture:
    """Draw the sentence twice, with lines from each token, left, to those that it attends to, right.

    `weights` is (length, length), from row to column. The larger a weight, the wider and darker its
    line; a weight below `threshold` has none. Raises ValueError as `heat_map` does.
    """
    numbers = numbers_of(weights, len(tokens), len(tokens))
    figure = Figure(figsize=(5, _height(tokens)), layout="constrained")
    axes = figure.subplots()
    draw_lines(axes, numbers, tokens, threshold)
    set_titles(axes, title)
    said = (
        f"{describe_heading('Attention', title)}. Lines run from each token, left, to those that it attends "
    )
    said += f"to, right, where the weight is at least {threshold:g}: {(numbers >= threshold).sum()} lines. "
    return Picture(figure, alt or said + describe_matrix(numbers, tokens, tokens))


def attention_head(weights: Sequence, tokens: Sequence[str], title: str = "", alt: str = "") -> Picture:
    """Draw the weights (length, length) of a head as a heat map and, beside it, as lines."""
    numbers = numbers_of(weights, len(tokens), len(tokens))
    height = max(4.5, _height(tokens) + 0.5)
    figure = Figure(figsize=(10, height), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    draw_matrix(left, numbers, tokens, tokens, 5, height - 1)
    set_titles(left, "", "to", "from")
    draw_lines(right, numbers, tokens, 0.1)
    figure.suptitle(title, parse_math=False)
    said = (
        f"{describe_heading('Attention', title)}. Left, a heat map: the row is the token that attends, the "
    )
    said += "column the token attended to. Right, the same weights as lines, the wider the larger. "
    return Picture(figure, alt or said + describe_matrix(numbers, tokens, tokens))


def curves(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    alt: str = "",
) -> Picture:
    """Draw one to six lines over `x`, each with its name beside it.

    Raises ValueError for another number of lines, a line of another length than `x`, a number that is
    not finite, and one that is not above 0 on a logarithmic axis.
    """
    if not 1 <= len(series) <= len(STYLES):
        raise ValueError(f"1 to {len(STYLES)} lines can be told apart, not {len(series)}")
    places = numbers_of(x, len(x))
    lines = {name: numbers_of(line, len(x)) for name, line in series.items()}
    if (log_x and places.min() <= 0) or (log_y and min(line.min() for line in lines.values()) <= 0):
        raise ValueError("a logarithmic axis shows only numbers above 0")
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, logarithmic in (("x", log_x), ("y", log_y)):
        if logarithmic:
            axes.set(**{f"{name}scale": "log"})
            axis = getattr(axes, f"{name}axis")
            axis.set(major_formatter=PlainLogFormatter(), minor_formatter=PlainLogFormatter())
    if log_x and len(places) <= MOST_NUMBERS:
        axes.set_xticks(places, [f"{place:g}" for place in places])
        axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    for (color, dashes, marker), line in zip(STYLES, lines.values(), strict=False):
        every = max(1, len(places) // 10)
        axes.plot(places, line, color=color, ls=dashes, marker=marker, markevery=every, lw=1.8)
    if not log_y and min(line.min() for line in lines.values()) >= 0:
        axes.set_ylim(bottom=0)
    set_titles(axes, "", x_label, y_label)
    name_lines(axes, STYLES, places[-1], {name: line[-1] for name, line in lines.items()})
    at, show = number_format(places), number_format(np.stack(list(lines.values())))
    said = f"Line chart. Horizontal axis: {x_label}{', logarithmic' * log_x}, {at(places.min())} to "
    said += f"{at(places.max())}. Vertical axis: {y_label}{', logarithmic' * log_y}."
    for name, line in lines.items():
        low, high = extremes(line, show)
        said += f" {name}: from {show(line[0])} to {show(line[-1])}, lowest {show(line[low])} at "
        said += f"{at(places[low])}, highest {show(line[high])} at {at(places[high])}."
    return Picture(figure, alt or said)


def bars(
    names: Sequence[str],
    values: Sequence[float],
    intervals: Sequence[tuple[float, float]] | None = None,
    y_label: str = "",
    alt: str = "",
) -> Picture:
    """Draw a bar for each value, its number above it; `intervals` are the (lowest, highest) around each.

    Raises ValueError if the numbers do not match the names, or a value lies outside its interval.
    """
    numbers = numbers_of(values, len(names))
    spans = numbers_of(np.stack([numbers] * 2, 1) if intervals is None else intervals, len(names), 2)
    if (spans[:, 0] > numbers).any() or (spans[:, 1] < numbers).any():
        raise ValueError("an interval is (lowest, highest), with the value between the two")
    show = number_format(np.append(spans, numbers))
    width = min(10, max(4, 1.1 * len(names) + 1.5))
    figure = Figure(figsize=(width, 4), layout="constrained")
    axes = figure.subplots()
    errors = None if intervals is None else np.abs(spans.T - numbers)
    drawn = axes.bar(range(len(names)), numbers, 0.6, color=SKY, edgecolor="black", yerr=errors, capsize=6)
    axes.bar_label(drawn, [show(number) for number in numbers], padding=3)
    axes.margins(y=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    label_ticks(axes.xaxis, names, width - 1)
    set_titles(axes, "", "", y_label)
    said = [f"{name} {show(number)}" for name, number in zip(names, numbers, strict=True)]
    if intervals is not None:
        said = [f"{bar} ({show(low)} to {show(high)})" for bar, (low, high) in zip(said, spans, strict=True)]
    about = "" if intervals is None else ", with intervals"
    return Picture(figure, alt or f"Bar chart of {y_label or 'values'}{about}: {'; '.join(said)}.")


def draw_overview(tokens: Sequence[str], ids: Sequence[int], fills: Sequence[str], layers: int) -> Picture:
    """Draw BERT in one picture: tokens, their ids, their vectors, the layers, the guess at [MASK].

    `fills` are the guesses for the first [MASK] among `tokens`, the likeliest first.
    """
    figure = Figure(figsize=(10, 5.5), layout="constrained")
    axes = figure.subplots()
    for y, name in enumerate(["tokens", "ids", "vectors", f"{layers} layers", "guess"]):
        axes.text(-1.0, 1.2 * y, name, ha="right", va="center", fontsize=11)
    token_row(axes, tokens, 0.0, SKY)
    token_row(axes, [str(i) for i in ids], 1.2, "white")
    token_row(axes, ["●●●●"] * len(tokens), 2.4, YELLOW)
    middle = (len(tokens) - 1) / 2
    draw_box(axes, "every position looks at every other", middle, 3.6, len(tokens) - 0.1, "lightgrey")
    for x in range(len(tokens)):
        for low, high in ((0.3, 0.9), (1.5, 2.1), (2.7, 3.3)):
            axes.annotate("", (x, high), (x, low), arrowprops={"arrowstyle": "->"})
    at = list(tokens).index("[MASK]")
    axes.annotate("", (at, 4.5), (at, 3.9), arrowprops={"arrowstyle": "->"})
    axes.text(at, 4.8, " / ".join(fills), ha="center", va="center", fontsize=13, color=VERMILION)
    axes.set(xlim=(-2.0, len(tokens)), ylim=(-0.5, 5.2))
    axes.axis("off")
    said = (
        f"A diagram read from bottom to top. Bottom row: the tokens {' '.join(tokens)}. Arrows lead up to a "
    )
    said += "row of their ids, from there to a row of vectors, and from there into one wide box, the "
    said += f"{layers} layers, in which every position looks at every other. One arrow leaves the box above "
    return Picture(figure, f"{said}[MASK], to the guess, the likeliest first: {', '.join(fills)}.")


def draw_matrix(
    axes: Axes,
    numbers: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    width: float,
    height: float,
) -> None:
    """Draw a labelled matrix as shades with a colour bar, on axes of about `width` x `height` inches."""
    low, high = min(0.0, numbers.min()), max(0.0, numbers.max())
    shown = axes.imshow(numbers, cmap=SHADES, vmin=low, vmax=high if high > low else low + 1, aspect="auto")
    axes.figure.colorbar(shown, ax=axes, pad=0.02, aspect=5 * height)
    label_ticks(axes.xaxis, columns, width)
    label_ticks(axes.yaxis, rows, height, upright=True)
    if max(numbers.shape) <= MOST_NUMBERS:
        show = number_format(numbers)
        for (row, column), number in np.ndenumerate(numbers):
            ink = ink_on(SHADES(shown.norm(number)))
            axes.text(column, row, show(number), ha="center", va="center", fontsize=9, color=ink)


def draw_lines(axes: Axes, weights: np.ndarray, tokens: Sequence[str], threshold: float = 0.05) -> None:
    """Draw weights of attention (length, length) as lines between two columns of `tokens`, on `axes`."""
    ends = [((0, row), (1, column)) for row, column in np.argwhere(weights >= threshold)]
    strengths = weights[weights >= threshold].clip(0, 1)
    size = 11 if len(tokens) <= MOST_LARGE else 9
    colors = [to_rgba(BLUE, 0.25 + 0.75 * strength) for strength in strengths]
    axes.add_collection(LineCollection(ends, linewidths=0.5 + 5 * strengths, colors=colors))
    for x, side, column in ((-0.03, "right", ["from", *tokens]), (1.03, "left", ["to", *tokens])):
        for y, token in enumerate(column, start=-1):
            style = "italic" if y < 0 else "normal"
            axes.text(x, y, token, ha=side, va="center", fontsize=size, style=style, parse_math=False)
    axes.set(xlim=(0, 1), ylim=(len(tokens) - 0.5, -1.5))
    axes.axis("off")


def _height(tokens: Sequence[str]) -> float:
    """Return the inches that tokens take one below the other, with a heading."""
    return (0.34 if len(tokens) <= MOST_LARGE else 0.2) * len(tokens) + 1
