"""The characters of a text: code points, names, bytes, and what NFKC makes of them."""

import html
import unicodedata
from itertools import groupby

from jbert_lessons.text import normalize
from jbert_lessons.widgets.controls import TextView

MOST_SHOWN = 40  # characters of a text that get a row; more would not fit on a screen
# JupyterLab sets cells to the right, and those of widgets close together.
_LEFT = 'style="text-align: left; padding: 0 0.6em"'
_HEAD = "".join(
    f"<th {_LEFT}>{name}</th>" for name in ("character", "code point", "name", "UTF-8", "after NFKC")
)


def character_table(text: str) -> str:
    """Return the characters of `text` as an HTML table, and its lengths in a line above.

    Characters that NFKC treats together share the cell with what becomes of them. Raises ValueError for
    an empty text and for half of a surrogate pair, which is no character.
    """
    if not text:
        raise ValueError("there is no character in the text: write one")
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cs":
            raise ValueError(
                f"U+{ord(character):04X} at {place} is half of a surrogate pair, not a character"
            )
    normalized = normalize(text)
    rows: list[str] = []
    made = zip(normalized.text, normalized.starts, normalized.ends, strict=True)
    for (start, end), group in groupby(made, key=lambda item: item[1:]):
        if end > MOST_SHOWN:
            break
        rows += _rows(text[start:end], "".join(character for character, _, _ in group))
    units = len(text.encode("utf-16-le")) // 2
    lengths = f"{len(text)} code points, {len(text.encode())} bytes in UTF-8, {units} units in UTF-16; "
    lengths += f"after NFKC {len(normalized.text)} code points"
    if len(rows) < len(text):
        lengths += f". The table shows the first {len(rows)}"
    return f"<p>{lengths}.</p><table><tr>{_HEAD}</tr>{''.join(rows)}</table>"


def character_box(text: str) -> TextView:
    """Return a line of text to edit, and below it the table of its characters."""
    return TextView(character_table, text)


def character_name(character: str) -> str:
    """Return Unicode's name of a character, and for control characters, which have none, one in use."""
    if ord(character) < 0x20:
        return unicodedata.name(chr(0x2400 + ord(character))).removeprefix("SYMBOL FOR ")  # ␀ for NUL
    unnamed = {"Cc": "CONTROL CHARACTER", "Co": "PRIVATE USE", "Cn": "NOT ASSIGNED"}
    return unicodedata.name(character, "") or unnamed.get(unicodedata.category(character), "NOT NAMED HERE")


def _rows(group: str, made: str) -> list[str]:
    """Return a table row for each character of a group, with what NFKC makes of it beside the first."""
    result = "unchanged" if made == group else f"{_visible(made)} {' '.join(f'U+{ord(c):04X}' for c in made)}"
    rows = []
    for character in group:
        name = html.escape(character_name(character))
        cells = [_visible(character), f"U+{ord(character):04X}", name, character.encode().hex(" ")]
        rows.append("".join(f"<td {_LEFT}>{cell}</td>" for cell in cells))
    rows[0] += f'<td {_LEFT} rowspan="{len(group)}">{result}</td>'
    return [f"<tr>{row}</tr>" for row in rows]


def _visible(text: str) -> str:
    """Return a text as HTML, a mark that stands alone upon a circle, without control characters."""
    shown = "".join(character for character in text if unicodedata.category(character) != "Cc")
    return html.escape(f"◌{shown}" if shown and unicodedata.combining(shown[0]) else shown)
