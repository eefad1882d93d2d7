"""A text to edit, and how it becomes ids: characters, words, pieces and ids, one below the other."""

import html
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from jbert_lessons.text import NormalizedText, normalize
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.widgets.controls import TextView
from jbert_lessons.words import segment

LINE_LENGTH = 24  # characters beside each other, unless a single word is longer
LONGEST_TEXT = 400
TABLE = "border-collapse: collapse; line-height: 1.4; margin-bottom: 8px"  # as on a page without a kernel
CELL = "border: 1px solid #999; padding: 2px 4px; text-align: center; white-space: nowrap"


class Span(NamedTuple):
    """What stands in one cell, over the normalised characters `start:end`."""

    start: int
    end: int
    shown: str


def alignment_table(tokenizer: Tokenizer, text: str) -> str:
    """Return HTML tables: characters, after NFKC (where that changed the text), words, pieces, ids.

    A cell is as wide as the characters that it comes from. White space has no word. A long text takes
    several tables, each of whole words. Raises ValueError for a text without words, and for one of more
    than 400 characters.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text):,} characters: the table shows at most {LONGEST_TEXT}")
    normalized = normalize(text)
    words = list(_words(normalized.text))
    if not words:
        raise ValueError("there are no words in the text: write a sentence")
    rows = {"characters": list(_originals(text, normalized))}
    if normalized.text != text:
        rows["after NFKC"] = [Span(i, i + 1, character) for i, character in enumerate(normalized.text)]
    rows["words"] = words
    ids = [Span(start, end, token) for start, end, token in _ids(tokenizer, words)]
    rows["pieces"] = [Span(start, end, tokenizer.vocabulary[int(token)]) for start, end, token in ids]
    rows["ids"] = ids
    tables = (_table(rows, start, end) for start, end in _lines(rows, len(normalized.text)))
    return "".join(tables)


def alignment_box(tokenizer: Tokenizer, text: str) -> TextView:
    """Return a line of text to edit, and below it the table of its characters, words, pieces and ids."""
    return TextView(lambda line: alignment_table(tokenizer, line), text)


def _originals(text: str, normalized: NormalizedText) -> Iterator[Span]:
    """Yield the original characters over the normalised ones that they became."""
    origins = zip(normalized.starts, normalized.ends, strict=True)
    position = 0
    for (start, end), group in groupby(origins):
        length = len(list(group))
        yield Span(position, position + length, text[start:end])
        position += length


def _words(text: str) -> Iterator[Span]:
    """Yield the words of a normalised text."""
    end = 0
    for word in segment(text):
        start = text.index(word.surface, end)
        end = start + len(word.surface)
        yield Span(start, end, word.surface)


def _ids(tokenizer: Tokenizer, words: Iterable[Span]) -> Iterator[Span]:
    """Yield the ids of all words, as text."""
    for word in words:
        ids, lengths = tokenizer.split_word(word.shown)
        start = word.start
        for token_id, length in zip(ids, lengths, strict=True):
            yield Span(start, start + length, str(token_id))
            start += length


def _lines(rows: dict[str, list[Span]], length: int) -> Iterator[tuple[int, int]]:
    """Cut 0 to `length` into lines, at places that lie inside no cell."""
    inside = {place for row in rows.values() for span in row for place in range(span.start + 1, span.end)}
    places = [place for place in range(length + 1) if place not in inside]
    start = 0
    for place, following in pairwise([*places, length + LINE_LENGTH]):
        if place > start and following - start > LINE_LENGTH:
            yield start, place
            start = place


def _table(rows: dict[str, list[Span]], start: int, end: int) -> str:
    """Return the part `start:end` of the rows as a table."""
    lines = []
    for name, spans in rows.items():
        cells = [f'<th scope="row" style="{CELL}">{name}</th>']
        position = start
        for span in [*(s for s in spans if start <= s.start < end), Span(end, end, "")]:
            if span.start > position:  # white space belongs to no word
                cells.append(f'<td colspan="{span.start - position}"></td>')
            if span.end > span.start:
                shown = html.escape(span.shown)
                cells.append(f'<td colspan="{span.end - span.start}" style="{CELL}">{shown}</td>')
            position = span.end
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table lang="ja" style="{TABLE}">{"".join(lines)}</table>'
