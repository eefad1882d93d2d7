"""A text with stretches of it marked: entities, an answer.

Design choices
- The name of a mark stands beside it in small type, and lines differ as well as colours.
- The same in plain text, with brackets, for a terminal and for a test.
"""

import html
from collections.abc import Iterable, Sequence

# Light colours on which black is read easily, and the line below: no two kinds look alike in grey.
STYLES = (
    *(("#cfe5f5", "solid"), ("#ffd9b8", "dotted"), ("#c5e8d8", "dashed"), ("#fbf3a6", "double")),
    *(("#ecd4e4", "solid"), ("#cfe5f5", "dotted"), ("#ffd9b8", "dashed"), ("#c5e8d8", "double")),
)


class Highlighted:
    """A text with marks: HTML in a notebook, brackets anywhere else."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int, str]], kinds: Sequence[str]):
        self.text = text
        self.spans = spans
        self.kinds = kinds

    def parts(self) -> list[tuple[str, str | None]]:
        """Return the text in parts: each with the label of its mark, None between marks."""
        parts: list[tuple[str, str | None]] = []
        position = 0
        for start, end, label in self.spans:
            parts += [(self.text[position:start], None), (self.text[start:end], label)]
            position = end
        return [*parts, (self.text[position:], None)]

    def _repr_html_(self) -> str:
        shown = "".join(self._html(part, label) for part, label in self.parts())
        return f'<p lang="ja" style="white-space:pre-wrap;line-height:2">{shown}</p>'

    def _html(self, part: str, label: str | None) -> str:
        escaped = html.escape(part)
        if label is None:
            return escaped
        color, line = STYLES[self.kinds.index(label) % len(STYLES)]
        style = f"background:{color};color:black;border-bottom:3px {line} black"
        style += ";padding:0 0.2em;margin:0 0.1em"  # so that a gap tells two marks that touch apart
        small = f'<span style="font-size:70%;margin-left:0.4em">{html.escape(label)}</span>'
        return f'<mark style="{style}">{escaped}{small if label else ""}</mark>'

    def __repr__(self) -> str:
        marked = (
            part if label is None else f"[{part} {label}".rstrip() + "]" for part, label in self.parts()
        )
        return "".join(marked)


def highlight(text: str, spans: Iterable[tuple[int, int, str]], kinds: Iterable[str] = ()) -> Highlighted:
    """Mark spans (start, end, label) of `text`; a label may be empty.

    Labels take their styles in the order of `kinds`, others after them as they come. Raises ValueError
    for a span that is empty, outside the text or overlaps another.
    """
    ordered = sorted(spans)
    position = 0
    for start, end, label in ordered:
        if not 0 <= start < end <= len(text):
            raise ValueError(f"the span {start}:{end} ({label}) is not in the text of {len(text)} characters")
        if start < position:
            raise ValueError(f"the span {start}:{end} ({label}) overlaps the one before")
        position = end
    return Highlighted(text, ordered, list(dict.fromkeys([*kinds, *(label for _, _, label in ordered)])))
