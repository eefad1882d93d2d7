"""Sentences that know where their names stand and which facts they state.

A sentence is built from parts that carry their own marks, so every offset is right by construction.
"""

from collections.abc import Iterable
from typing import NamedTuple

LABELS = ("人名", "地名", "組織名", "施設名", "作品名", "日付")
TOPICS = ("地理", "歴史", "生き物", "料理", "文化", "くらし", "科学", "スポーツ")
GENRES = (
    *("fact_sheet", "entry", "biography", "diary", "dialogue", "news", "weather", "recipe"),
    *("review", "comment"),
)
SPLITS = ("train", "valid", "test")


class Entity(NamedTuple):
    """A name: `text[start:end]` of its sentence, with one of LABELS."""

    start: int
    end: int
    label: str


class Fact(NamedTuple):
    """A true statement: the `relation` of `subject` is `answer`; `kind` is the subject's fact file.

    `suffix` completes the answer in a text: 盛岡 with 市, 東北 with 地方.
    """

    subject: str
    relation: str
    answer: str
    kind: str
    suffix: str = ""

    @property
    def value(self) -> str:
        """The answer as a text shows it: 盛岡市."""
        return self.answer + self.suffix


class Sentence(NamedTuple):
    """A text with its names and the facts that it states; also any part of a sentence."""

    text: str
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()


class Document(NamedTuple):
    """Sentences with one thread, in order."""

    id: str
    genre: str
    topic: str
    sentences: tuple[Sentence, ...]
    split: str

    @property
    def text(self) -> str:
        """All sentences, without anything between them."""
        return "".join(sentence.text for sentence in self.sentences)


def name(text: str, label: str, *facts: Fact) -> Sentence:
    """Return a part that is one name: name("盛岡市", "地名"). Without a label it is plain text."""
    if label and label not in LABELS:
        raise ValueError(f"label {label!r}: allowed are {' '.join(LABELS)}")
    return Sentence(text, (Entity(0, len(text), label),) if label and text else (), facts)


def join(parts: Iterable[str | Sentence]) -> Sentence:
    """Put parts one after the other and move their marks along.

    join([name("花子", "人名"), "さんが来た。"]) marks 0 to 2 of 花子さんが来た。
    """
    texts: list[str] = []
    entities: list[Entity] = []
    facts: list[Fact] = []
    length = 0
    for part in parts:
        if type(part) is str:
            texts.append(part)
            length += len(part)
            continue
        text, marks, stated = part
        texts.append(text)
        if marks:
            if length:
                for start, end, label in marks:
                    entities.append(Entity(start + length, end + length, label))
            else:
                entities.extend(marks)
        if stated:
            facts.extend(stated)
        length += len(text)
    return Sentence("".join(texts), tuple(entities), tuple(facts))
