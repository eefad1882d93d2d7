"""Text: Unicode normalisation that remembers where it came from, sentences, documents.

Design choices
- NFKC, as the published Japanese models use it, and nothing more: no lower-casing, no stripped accents.
- Every normalised character keeps the span of the original characters that made it.
- A sentence never ends inside a closed bracket; a bracket that is never closed does not count.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SENTENCE_ENDS = ("。", "！", "？", "!", "?")
BRACKETS = {"「": "」", "『": "』", "（": "）", "(": ")"}

# Characters that NFKC maps to exactly one character and that never merge into the one before.
# Almost all Japanese text consists of them; a test tries every one.
_SIMPLE = (
    r"\x00\t\n\r -~\u2014\u2015\u2018-\u201d\u3000-\u3029\u3041-\u3096\u309d\u309e\u30a1-\u30fe"
    r"\u4e00-\u9fff\uff01-\uff5e"
)
_SIMPLE_TEXT = re.compile(f"[{_SIMPLE}]*")
# Cuts a text into runs of simple characters and runs of others; those may merge into the character
# before them, so they take it along.
_RUN = re.compile(f"(?P<simple>[{_SIMPLE}]+(?![^{_SIMPLE}]))|[{_SIMPLE}]?[^{_SIMPLE}]+")


@dataclass(frozen=True)
class NormalizedText:
    """Normalised text with, for character i, the span `starts[i]:ends[i]` of the original text."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Map the non-empty span `start:end` of the normalised text to the original text."""
        return self.starts[start], self.ends[end - 1]


def nfkc(text: str) -> str:
    """Return `text` in Unicode's form NFKC, with every NUL turned into a space.

    MeCab reads C strings, which end at the first NUL: left in, it would hide the rest of the text.
    """
    return unicodedata.normalize("NFKC", text.replace("\0", " "))


def normalize(text: str) -> NormalizedText:
    """Normalise `text` as `nfkc` does and keep the way back to the original characters.

    NFKC changes lengths: ㍻ becomes 平成, ｶﾞ becomes ガ. All characters that one group of original
    characters gave share the span of that group.
    """
    if _SIMPLE_TEXT.fullmatch(text):
        return NormalizedText(nfkc(text), range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for run in _RUN.finditer(text):
        if run["simple"]:
            pieces.append(nfkc(run[0]))
            starts += range(run.start(), run.end())
            ends += range(run.start() + 1, run.end() + 1)
            continue
        for start, end in _groups(text, *run.span()):
            piece = nfkc(text[start:end])
            pieces.append(piece)
            starts += [start] * len(piece)
            ends += [end] * len(piece)
    return NormalizedText("".join(pieces), starts, ends)


def _groups(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut `text[start:end]` into the smallest spans that can be normalised apart."""
    for i in range(start + 1, end):
        if not _merges(text[start:i], text[i]):
            yield start, i
            start = i
    yield start, end


@lru_cache(maxsize=65_536)
def _merges(group: str, character: str) -> bool:
    """Tell whether `character` belongs to the group before it: a mark, or half of a composed sign."""
    is_mark = unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0
    return is_mark or nfkc(group + character) != nfkc(group) + nfkc(character)


def split_sentences(paragraph: str) -> list[str]:
    """Split a paragraph into sentences, stripped, none empty.

    A sentence ends after 。！？ (or a run of them), except inside 「」『』（）. A bracket without its
    partner is ignored. A name such as モーニング娘。 is still cut: the rule knows no names.
    """
    partner = _bracket_pairs(paragraph)
    sentences = []
    start = position = 0
    while position < len(paragraph):
        if position in partner:
            position = partner[position]  # jump to the closing bracket
        elif paragraph[position] in SENTENCE_ENDS:
            while paragraph.startswith(SENTENCE_ENDS, position + 1):
                position += 1
            sentences.append(paragraph[start : position + 1])
            start = position + 1
        position += 1
    sentences.append(paragraph[start:])
    return [sentence.strip() for sentence in sentences if sentence.strip()]


def _bracket_pairs(text: str) -> dict[int, int]:
    """Return the position of each opening bracket that is closed, with its closing partner's."""
    pairs = {}
    open_brackets: list[int] = []
    for position, character in enumerate(text):
        if character in BRACKETS:
            open_brackets.append(position)
        elif character in [BRACKETS[text[i]] for i in open_brackets]:
            # Whatever was opened inside and not closed by now never will be: it does not count.
            while BRACKETS[text[open_brackets[-1]]] != character:
                open_brackets.pop()
            pairs[open_brackets.pop()] = position
    return pairs


def documents_from_lines(lines: Iterable[str]) -> Iterator[list[str]]:
    """Group lines into documents, each a list of sentences; a blank line ends a document.

    This is the form in which the original BERT read its corpus (Devlin et al., 2019, released code).
    A line may hold one sentence or a paragraph of several.
    """
    document: list[str] = []
    for line in lines:
        if line.strip():
            document.extend(split_sentences(line))
        elif document:
            yield document
            document = []
    if document:
        yield document
