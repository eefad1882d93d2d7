"""What lesson 09 shows: scores of many seeds, and a text with what each of its words adds to a judgement."""

import html
from collections.abc import Callable, Mapping, Sequence
from statistics import mean

import ipywidgets
import torch
from IPython.display import display
from matplotlib.figure import Figure
from torch import Tensor

from jbert_lessons.pictures import Picture, set_titles
from jbert_lessons.plots import STYLES, bars
from jbert_lessons.widgets.controls import text_line
from jbert_lessons.words import segment

MOST_WORDS = 60  # of a text; the judge reads it once for each
_LEFT = "text-align: left; padding: 0 0.8em"  # JupyterLab sets cells to the right

Judge = Callable[[Sequence[str]], Tensor]  # texts → probabilities (texts, labels)


def draw_seeds(scores: Mapping[str, Mapping[int, Sequence[float]]], y_label: str, alt: str = "") -> Picture:
    """Draw learning curves: for each name and number of examples, the score of each seed and their mean.

    Raises ValueError for no name, for more than can be told apart, and for a name without scores.
    """
    if not 1 <= len(scores) <= len(STYLES):
        raise ValueError(f"1 to {len(STYLES)} curves can be told apart, not {len(scores)}")
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    said, sizes = [], sorted({n for curve in scores.values() for n in curve})
    for number, ((name, curve), (color, dashes, marker)) in enumerate(
        zip(scores.items(), STYLES, strict=False)
    ):
        if not curve or not all(curve.values()):
            raise ValueError(f"{name} has no scores")
        shift = 1.04 ** (number - (len(scores) - 1) / 2)  # side by side, so that none hides another
        places = [n * shift for n in sorted(curve)]
        means = [mean(curve[n]) for n in sorted(curve)]
        axes.plot(places, means, color=color, ls=dashes, marker=marker, lw=1.8, label=name)
        for place, n in zip(places, sorted(curve), strict=True):
            axes.plot([place] * len(curve[n]), curve[n], color=color, marker=marker, ls="", ms=4, alpha=0.5)
        each = (f"{n:,}: {mean(s):.2f} ({min(s):.2f} to {max(s):.2f})" for n, s in sorted(curve.items()))
        said.append(f"{name}: {'; '.join(each)}.")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes])
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    set_titles(axes, "", "examples", y_label)
    figure.legend(loc="outside right upper", frameon=False)
    opening = f"Learning curves. Horizontal axis: examples, logarithmic. Vertical axis: {y_label}. Mean over "
    return Picture(figure, alt or f"{opening}seeds, with the lowest and the highest. {' '.join(said)}")


def contributions(judge: Judge, text: str) -> tuple[list[str], Tensor, Tensor]:
    """Return the words of `text`, its probabilities (labels), and by how much each word raises them.

    The third is (words, labels): the probabilities less those of the text without the word. Raises
    ValueError for a text without words and for one of more than 60.
    """
    words = segment(text)
    if not 1 <= len(words) <= MOST_WORDS:
        raise ValueError(f"a text must have 1 to {MOST_WORDS} words, not {len(words)}")
    whole, *rest = judge([text, *(text[: word.start] + text[word.end :] for word in words)])
    return [text[word.start : word.end] for word in words], whole, whole - torch.stack(rest)


class ReviewBox:
    """A text to edit, a label to choose, the probabilities of all labels, and what each word adds to one.

    `judge` gives texts probabilities, one for each of `names`. What is wrong with the text is shown in place
    of the tables.
    """

    def __init__(self, judge: Judge, names: Sequence[str], text: str):
        self.judge = judge
        self.names = list(names)
        self.line = text_line(text)
        self.label = ipywidgets.Dropdown(options=self.names, description="words for")
        self.shown = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.line, self.label, self.shown])
        for control in (self.line, self.label):
            control.observe(self.show, "value")
        self.show()

    def show(self, _change: object = None) -> None:
        """Show the tables for what is chosen, or what is wrong with the text."""
        try:
            words, whole, added = contributions(self.judge, self.line.value)
        except ValueError as error:
            self.shown.value = f"<p>{html.escape(str(error))}</p>"
            return
        chosen = self.names.index(self.label.value)
        probabilities = _table(("label", "probability"), self.names, [f"{p:.2f}" for p in whole])
        rows = [f"{change:+.2f}" for change in added[:, chosen]]
        self.shown.value = (
            probabilities + "<br>" + _table(("word", f"adds to {self.label.value}"), words, rows)
        )

    def static(self) -> Picture:
        """Return the words and what they add to the chosen label as a picture."""
        words, whole, added = contributions(self.judge, self.line.value)
        chosen = self.names.index(self.label.value)
        return bars(words, added[:, chosen], y_label=f"adds to {self.label.value} ({whole[chosen]:.2f})")

    def _ipython_display_(self) -> None:
        display(self.widget)


def _table(head: Sequence[str], *columns: Sequence[str]) -> str:
    rows = zip(*columns, strict=True)
    cells = "".join(f'<th style="{_LEFT}">{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_LEFT}">{html.escape(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table lang="ja"><tr>{cells}</tr>{body}</table>'
