"""Words: MeCab through fugashi with the dictionary unidic-lite, and where each word stands.

Design choices
- unidic-lite is named explicitly: fugashi would prefer a package `unidic` if one is installed,
  and another dictionary gives other words.
- The surface form is the word. UniDic's lemmas carry glosses (スーパー-super) and undo inflection.
"""

from dataclasses import dataclass
from functools import cache

import fugashi
import unidic_lite

from jbert_lessons.text import nfkc, normalize


@dataclass(frozen=True)
class Word:
    """One word of MeCab's: `text[start:end]` of the original text, normalised to `surface`.

    `reading` (katakana) and `lemma` are empty for a word that is not in the dictionary.
    """

    surface: str
    start: int
    end: int
    part_of_speech: str
    reading: str
    lemma: str
    is_unknown: bool


@cache
def _tagger(options: str = "") -> fugashi.Tagger:
    folder = unidic_lite.DICDIR
    return fugashi.Tagger(f'{options} -r "{folder}/dicrc" -d "{folder}"')


def separate(text: str) -> str:
    """Return `text` after NFKC with a space between its words: MeCab's wakati form, the fast way."""
    return _tagger("-Owakati").parse(nfkc(text))


def separate_nodes(text: str) -> str:
    """Return what `separate` does, slower, with the white space at the ends that fugashi strips there.

    Only rare white space that MeCab takes for a word is concerned, such as U+2028.
    """
    return " ".join(node.surface for node in _tagger().parseToNodeList(nfkc(text)))


def surfaces(text: str) -> list[str]:
    """Return the words of `text` after NFKC, without their features."""
    # split() also breaks at white space that MeCab keeps inside a word, such as U+0085 or U+2028.
    return separate(text).split()


def segment(text: str) -> list[Word]:
    """Split `text` into words with part of speech, reading, lemma and their place in `text`."""
    normalized = normalize(text)
    words = []
    end = 0
    for node in _tagger().parseToNodeList(normalized.text):
        feature = node.feature
        for surface in node.surface.split():
            start = normalized.text.index(surface, end)
            end = start + len(surface)
            original_start, original_end = normalized.original_span(start, end)
            words.append(
                Word(
                    surface=surface,
                    start=original_start,
                    end=original_end,
                    part_of_speech=feature.pos1,
                    reading=feature.kana or "",  # an unknown word has None
                    lemma=feature.lemma or "",
                    is_unknown=bool(node.is_unk),
                )
            )
    return words
