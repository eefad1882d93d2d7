"""Plots that several lessons share: safe for the colour-blind, readable in grey, with Japanese labels."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import matplotlib_fontja
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito, "Color Universal Design", 2008: told apart by everybody, and different in grey.
ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION = "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00"

matplotlib_fontja.japanize()


def token_row(axes: Axes, labels: Sequence[str], y: float, color: str, width: float = 0.9) -> None:
    """Draw one labelled box for each of `labels`, side by side at height `y`."""
    for x, label in enumerate(labels):
        axes.add_patch(
            plt.Rectangle((x - width / 2, y - 0.3), width, 0.6, facecolor=color, edgecolor="black")
        )
        axes.text(x, y, label, ha="center", va="center", fontsize=11)


def draw_overview(tokens: Sequence[str], ids: Sequence[int], fills: Sequence[str], layers: int) -> Figure:
    """Draw BERT in one picture: tokens, their ids, their vectors, the layers, the guess at [MASK].

    `fills` are the guesses for the first [MASK] among `tokens`, the likeliest first.
    """
    figure, axes = plt.subplots(figsize=(10, 5.5), layout="constrained")
    middle = (len(tokens) - 1) / 2
    rows = ["tokens", "ids", "vectors", f"{layers} layers", "guess"]
    for y, name in enumerate(rows):
        axes.text(-1.0, 1.2 * y, name, ha="right", va="center", fontsize=11)
    token_row(axes, tokens, 0.0, SKY)
    token_row(axes, [str(i) for i in ids], 1.2, "white")
    token_row(axes, ["●●●●"] * len(tokens), 2.4, YELLOW)
    axes.add_patch(
        plt.Rectangle((-0.45, 3.3), len(tokens) - 0.1, 0.6, facecolor="lightgrey", edgecolor="black")
    )
    axes.text(middle, 3.6, "every position looks at every other", ha="center", va="center", fontsize=11)
    for x in range(len(tokens)):
        for low, high in ((0.3, 0.9), (1.5, 2.1), (2.7, 3.3)):
            axes.annotate("", (x, high), (x, low), arrowprops={"arrowstyle": "->"})
    at = list(tokens).index("[MASK]")
    axes.annotate("", (at, 4.5), (at, 3.9), arrowprops={"arrowstyle": "->"})
    axes.text(at, 4.8, " / ".join(fills), ha="center", va="center", fontsize=13, color=VERMILION)
    axes.set(xlim=(-2.0, len(tokens)), ylim=(-0.5, 5.2))
    axes.axis("off")
    return figure
