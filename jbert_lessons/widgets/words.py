"""A sentence to edit, and its words: coloured by part of speech, with readings above."""

import html
from typing import NamedTuple

from jbert_lessons.widgets.controls import TextView
from jbert_lessons.words import Word, segment


class Part(NamedTuple):
    """How a part of speech is shown: its English name, its colour and the line below its words."""

    english: str
    color: str
    line: str


# Light colours on which black is read easily; the line and the name below each word say the same.
PARTS = {
    "名詞": Part("noun", "#cfe5f5", "solid"),
    "代名詞": Part("pronoun", "#cfe5f5", "dotted"),
    "動詞": Part("verb", "#ffd9b8", "solid"),
    "形容詞": Part("adjective", "#c5e8d8", "solid"),
    "形状詞": Part("adjectival noun", "#c5e8d8", "dotted"),
    "連体詞": Part("word before nouns only", "#c5e8d8", "dashed"),
    "副詞": Part("adverb", "#c5e8d8", "double"),
    "助詞": Part("particle", "#fbf3a6", "solid"),
    "助動詞": Part("auxiliary", "#fbf3a6", "dotted"),
    "接続詞": Part("conjunction", "#ecd4e4", "solid"),
    "感動詞": Part("interjection", "#ecd4e4", "dotted"),
    "接頭辞": Part("prefix", "#cfe5f5", "dashed"),
    "接尾辞": Part("suffix", "#cfe5f5", "double"),
    "記号": Part("letter or sign", "#eeeeee", "solid"),
    "補助記号": Part("punctuation or sign", "#eeeeee", "dotted"),
}
OTHER = Part("other", "#ffffff", "solid")
UNKNOWN = "<sup>?</sup>"


def hiragana(katakana: str) -> str:
    """Return a reading in hiragana, as it is printed above words. What is no katakana stays."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in katakana)


def word_ribbon(text: str) -> str:
    """Return the words of `text` as HTML: coloured by part of speech, readings above, a legend below.

    A reading is left out where the word is its own reading. A word that is not in the dictionary has a
    raised question mark. Raises ValueError for a text without words.
    """
    words = segment(text)
    if not words:
        raise ValueError("there are no words in the text: write a sentence")
    names = dict.fromkeys(word.part_of_speech for word in words)  # in the order of the text
    legend = [f"{_mark(name, name)} {PARTS.get(name, OTHER).english}" for name in names]
    if any(word.is_unknown for word in words):
        legend.append(f"{UNKNOWN} not in the dictionary")
    style = "list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:0.2em 1.2em"
    items = "".join(f"<li>{item}</li>" for item in legend)
    ribbon = " ".join(map(_word, words))
    return f'<p lang="ja" style="line-height:3">{ribbon}</p><ul style="{style}">{items}</ul>'


def word_box(text: str) -> TextView:
    """Return a line of text to edit, and below it the ribbon of its words."""
    return TextView(word_ribbon, text)


def _word(word: Word) -> str:
    surface = html.escape(word.surface) + UNKNOWN * word.is_unknown
    reading = hiragana(word.reading)
    if reading and reading != hiragana(word.surface):
        surface = f"<ruby>{surface}<rp>(</rp><rt>{html.escape(reading)}</rt><rp>)</rp></ruby>"
    name = html.escape(word.part_of_speech)
    small = f'<span style="font-size:60%;margin-left:0.4em">{name}</span>'
    return _mark(word.part_of_speech, f'<span style="font-size:130%">{surface}</span>{small}')


def _mark(part_of_speech: str, content: str) -> str:
    part = PARTS.get(part_of_speech, OTHER)
    style = f"background:{part.color};color:black;border-bottom:3px {part.line} black;padding:0 0.3em"
    return f'<span style="{style};display:inline-block;line-height:normal">{content}</span>'
