"""Minipedia beside Aozora Bunko: sentences, scripts, parts of speech, unknown words, repetitions.

python benchmarks/corpus_quality.py             JBERT_DATA adds the works of Aozora Bunko
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from statistics import quantiles

from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.corpora.minipedia.pieces import pieces
from jbert_lessons.text import split_sentences
from jbert_lessons.words import segment

SENTENCES = 5_000
REPETITIONS_IN = 100_000
SCRIPTS = {"CJK": "kanji", "HIRAGANA": "hiragana", "KATAKANA": "katakana", "DIGIT": "digits"}
PARTS_OF_SPEECH = ("名詞", "助詞", "動詞", "助動詞", "形容詞", "副詞", "補助記号")


def minipedia() -> Iterable[str]:
    """Yield the sentences of an endless Minipedia."""
    return (sentence.text for document in generate(10**9, 5) for sentence in document.sentences)


def measure(sentences: list[str]) -> dict[str, str]:
    """Return the figures of a sample of sentences as text."""
    lengths = quantiles([len(sentence) for sentence in sentences], n=10)
    scripts = Counter(SCRIPTS.get(unicodedata.name(c, "").split(" ")[0], "other") for c in "".join(sentences))
    words = [word for sentence in sentences for word in segment(sentence)]
    digits = sum(word.surface.isdigit() for word in words)
    unknown = sum(word.is_unknown and not word.surface.isdigit() for word in words)
    parts = Counter(word.part_of_speech for word in words)
    return {
        "sentences": f"{len(sentences):,}",
        "characters in a sentence, first decile": f"{lengths[0]:.0f}",
        "median": f"{lengths[4]:.0f}",
        "last decile": f"{lengths[8]:.0f}",
        **{name: f"{scripts[name] / scripts.total():.1%}" for name in SCRIPTS.values()},
        "words unknown to unidic-lite": f"{unknown / len(words):.2%}",
        "digits, which it does not know either": f"{digits / len(words):.2%}",
        **{name: f"{parts[name] / len(words):.1%}" for name in PARTS_OF_SPEECH},
    }


def main() -> None:
    samples = {
        "Minipedia": list(islice(minipedia(), SENTENCES)),
        "hand-written pieces": [s for p in pieces() for text in p.paragraphs for s in split_sentences(text)],
    }
    if folder := os.environ.get("JBERT_DATA"):
        works = (s for work in read_corpus(Path(folder) / "aozora") for s in work.sentences)
        every_tenth = islice(works, 0, 10 * SENTENCES, 10)
        samples["Aozora Bunko"] = list(every_tenth)
    columns = {name: measure(sentences) for name, sentences in samples.items()}
    print("| |" + "|".join(f" {name} " for name in columns) + "|")
    print("|---" * (1 + len(columns)) + "|")
    for row in next(iter(columns.values())):
        print(f"| {row} |" + "|".join(f" {figures[row]} " for figures in columns.values()) + "|")
    many = list(islice(minipedia(), REPETITIONS_IN))
    print(f"repeated among {len(many):,} sentences of Minipedia: {1 - len(set(many)) / len(many):.1%}")


if __name__ == "__main__":
    main()
