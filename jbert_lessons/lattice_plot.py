"""The lattice of a segmenter: every word that the dictionary finds in a text, and the best path marked.

Design choices
- A word stands below the characters that it covers. A line joins two words that may follow one another,
  so a path from left to right is a segmentation.
- The best path has dark boxes, thick lines and the lowest row: it is not told by colour alone.
"""

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from jbert_lessons.pictures import Picture, describe_heading
from jbert_lessons.plots import BLUE, VERMILION

MOST_CHARACTERS = 16  # a longer text cannot be read any more
GAP = 0.18  # left and right of a box, in characters


def draw_lattice(
    text: str, words: Sequence[tuple[int, str, float]], best: Sequence[str], title: str = "", alt: str = ""
) -> Picture:
    """Draw the `words` of `text`, each (start, word, cost), and mark the path `best`, a list of words.

    Raises ValueError for a text without characters or with too many, a word that does not stand where it
    says, a word given twice, and a path that is not made of the words or not the text.
    """
    _check(text, words, best)
    spans = [(start, start + len(word)) for start, word, _ in words]
    on_path = _spans_in_a_row(best)
    rows = _rows(spans, on_path)
    figure = Figure(figsize=(0.9 * len(text) + 1, 0.75 * max(rows) + 2), layout="constrained")
    axes = figure.subplots()
    for i, character in enumerate(text):
        axes.text(i + 0.5, -0.85, character, ha="center", va="center", fontsize=16, parse_math=False)
    for i in range(len(text) + 1):
        axes.axvline(i, color="lightgrey", lw=0.8, ls=":", zorder=0)
    _draw_links(axes, spans, rows, on_path)
    for (start, end), row, (_, word, cost) in zip(spans, rows, words, strict=True):
        chosen = (start, end) in on_path
        left, width = start + GAP, end - start - 2 * GAP
        face, ink = (BLUE, "white") if chosen else ("white", "black")
        axes.add_patch(
            Rectangle((left, row - 0.34), width, 0.68, facecolor=face, edgecolor="black", zorder=2)
        )
        style = {"ha": "center", "va": "center", "color": ink, "parse_math": False, "zorder": 3}
        axes.text(left + width / 2, row - 0.12, word, fontsize=12, **style)
        axes.text(left + width / 2, row + 0.18, f"{cost:g}", fontsize=9, **style)
    axes.set(xlim=(-0.3, len(text) + 0.3), ylim=(max(rows) + 0.5, -1.3))
    axes.axis("off")
    axes.set_title(title, parse_math=False)
    return Picture(figure, alt or _describe(text, words, spans, best, title))


def _check(text: str, words: Sequence[tuple[int, str, float]], best: Sequence[str]) -> None:
    if not 1 <= len(text) <= MOST_CHARACTERS:
        raise ValueError(f"a lattice of 1 to {MOST_CHARACTERS} characters can be read, not of {len(text)}")
    places = Counter((start, word) for start, word, _ in words)
    for (start, word), count in places.items():
        if not word or start < 0 or not text.startswith(word, start):
            raise ValueError(f"{word!r} does not stand at {start} of {text!r}")
        if count > 1:
            raise ValueError(f"{word!r} is given {count} times at {start}: once is enough")
    if "".join(best) != text:
        raise ValueError(f"the words of the path, {' '.join(best)!r}, do not make up the text {text!r}")
    for (start, _), word in zip(sorted(_spans_in_a_row(best)), best, strict=True):
        if (start, word) not in places:
            raise ValueError(f"{word!r} at {start} is on the path, but not among the words")


def _spans_in_a_row(words: Sequence[str]) -> set[tuple[int, int]]:
    spans, end = set(), 0
    for word in words:
        spans.add((end, end + len(word)))
        end += len(word)
    return spans


def _rows(spans: Sequence[tuple[int, int]], on_path: set[tuple[int, int]]) -> list[int]:
    """Return a row for each word: 0 for the path, else the first in which it covers no other word."""
    taken: list[list[tuple[int, int]]] = [list(on_path)]
    rows = []
    for span in spans:
        row = 0
        while span not in on_path and (row == 0 or _crowded(span, taken[row])):
            row += 1
            if row == len(taken):
                taken.append([])
        taken[row].append(span)
        rows.append(row)
    last = max(rows)
    return [last - row for row in rows]  # the path at the bottom


def _crowded(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _draw_links(
    axes: Axes, spans: Sequence[tuple[int, int]], rows: Sequence[int], on_path: set[tuple[int, int]]
) -> None:
    for (start, middle), row in zip(spans, rows, strict=True):
        for (follows, end), other in zip(spans, rows, strict=True):
            if follows == middle:
                chosen = {(start, middle), (middle, end)} <= on_path
                style = {"color": VERMILION, "lw": 4} if chosen else {"color": "grey", "lw": 0.9}
                axes.plot((middle - GAP, middle + GAP), (row, other), zorder=1 + chosen, **style)


def _describe(
    text: str,
    words: Sequence[tuple[int, str, float]],
    spans: Sequence[tuple[int, int]],
    best: Sequence[str],
    title: str,
) -> str:
    ways = Counter({0: 1})
    for start, end in sorted(spans):
        ways[end] += ways[start]
    said = f"{describe_heading('Lattice', title)} of {text}: {len(words)} words with their costs, in "
    said += f"{ways[len(text)]} paths from left to right. "
    for start, character in enumerate(text):
        here = [f"{word} {cost:g}" for at, word, cost in words if at == start]
        said += f"From {character}, position {start}: {', '.join(here)}. " if here else ""
    return f"{said}The best path, marked with dark boxes and thick lines: {', '.join(best)}."
