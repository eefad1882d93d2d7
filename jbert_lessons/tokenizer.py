"""Tokenizer: text into ids and back. Lesson 03 builds it.

Design choices
- Encoding takes the longest matching piece first; a word with a part that no piece covers is [UNK].
- Each word is split once and remembered, because few words make up most of a text.
- Text never becomes a special token unless the caller asks for it.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import NamedTuple

import torch

from jbert_lessons.text import NormalizedText, nfkc, normalize
from jbert_lessons.vocabulary import PREFIX, SPECIAL_TOKENS
from jbert_lessons.words import separate, separate_nodes

MAX_WORD_LENGTH = 100  # a longer word is [UNK], as in the original BERT
CACHED_WORDS = 500_000


class Pieces(NamedTuple):
    """The ids of a text alone; piece i is `text[starts[i]:ends[i]]` of the original text."""

    ids: list[int]
    starts: list[int]
    ends: list[int]


class Encoding(NamedTuple):
    """A text, or a pair of texts, as the model reads it; all lists have the same length.

    Token i is `text[starts[i]:ends[i]]` of its original text: the second one where
    `token_type_ids[i]` is 1. Tokens that the tokenizer added have a `special_tokens_mask` of 1 and
    the empty span 0:0.
    """

    ids: list[int]
    token_type_ids: list[int]
    special_tokens_mask: list[int]
    starts: list[int]
    ends: list[int]

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """The spans as pairs (start, end)."""
        return list(zip(self.starts, self.ends, strict=True))


class WordCache(dict[str, list[int]]):
    """Remembers what `make` says of a word. A dict, because nothing in Python is looked up faster."""

    def __init__(self, make: Callable[[str], list[int]]):
        super().__init__()
        self.make = make

    def __missing__(self, word: str) -> list[int]:
        if len(self) >= CACHED_WORDS:
            self.clear()
        self[word] = result = self.make(word)
        return result


class Tokenizer:
    """Turns text into ids and back, with the ids of transformers' `BertJapaneseTokenizer`.

    `mode` is "word" (MeCab words split into WordPieces) or "character" (one token a character).
    Raises ValueError for another mode and for a vocabulary that lacks a special token or repeats one.
    """

    def __init__(self, vocabulary: Sequence[str], mode: str = "word"):
        if mode not in ("word", "character"):
            raise ValueError(f"unknown tokenizer mode {mode!r}: choose word or character")
        check_vocabulary(vocabulary)
        self.mode = mode
        self.vocabulary = list(vocabulary)
        self.token_ids = {token: i for i, token in enumerate(self.vocabulary)}
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            self.token_ids[token] for token in SPECIAL_TOKENS
        )
        # Without the special tokens, so that no word of a text can ever look one up.
        self._piece_ids = {t: i for t, i in self.token_ids.items() if t not in SPECIAL_TOKENS}
        # WordPiece splits at all white space, also inside a word of MeCab's; characters do not.
        self._separator = None if mode == "word" else " "
        self._separate = separate if mode == "word" else separate_nodes
        self._ids = WordCache(lambda word: self.split_word(word)[0])
        self._lengths = WordCache(lambda word: self.split_word(word)[1])

    @classmethod
    def from_file(cls, path: str | Path, mode: str = "word") -> "Tokenizer":
        """Read a `vocab.txt`: one token a line, the line number is the id."""
        return cls(Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n"), mode)

    def save(self, path: str | Path) -> None:
        """Write the vocabulary as a `vocab.txt`."""
        Path(path).write_text("\n".join(self.vocabulary) + "\n", encoding="utf-8", newline="\n")

    def split_word(self, word: str) -> tuple[list[int], list[int]]:
        """Return the ids of a word's pieces, longest match first, and the length of each piece."""
        if self.mode == "character":
            characters = nfkc(word)
            return [self._piece_ids.get(c, self.unk_id) for c in characters], [1] * len(characters)
        ends = longest_matches(word, self._piece_ids)
        if ends is None:
            return [self.unk_id], [len(word)]
        spans = list(pairwise([0, *ends]))
        ids = [self._piece_ids[(PREFIX if start else "") + word[start:end]] for start, end in spans]
        return ids, [end - start for start, end in spans]

    def ids(self, texts: Iterable[str]) -> list[list[int]]:
        """Return the ids of each text alone, without [CLS] and [SEP]: the fast way for a corpus."""
        # First all of MeCab's work, then all of ours: taking turns, each would push the other's
        # data out of the processor's cache.
        lines = [self._separate(text) for text in texts]
        look_up = self._ids.__getitem__
        return [list(chain.from_iterable(map(look_up, line.split(self._separator)))) for line in lines]

    def pieces(self, texts: Iterable[str]) -> list[Pieces]:
        """Return, for each text alone, its ids and the span of each in the original characters."""
        normalized_texts = [normalize(text) for text in texts]
        lines = [self._separate(normalized.text) for normalized in normalized_texts]
        return [self._locate(*both) for both in zip(lines, normalized_texts, strict=True)]

    def _locate(self, line: str, normalized: NormalizedText) -> Pieces:
        words = line.split(self._separator)
        ids = list(chain.from_iterable(map(self._ids.__getitem__, words)))
        lasts = list(accumulate(chain.from_iterable(map(self._lengths.__getitem__, words))))
        firsts = [0, *lasts[:-1]][: len(lasts)]
        if lasts and lasts[-1] < len(normalized.text):  # the words lack some white space of the text
            normalized = keep_only("".join(words), normalized)
        starts, ends = normalized.starts, normalized.ends
        if isinstance(starts, range):  # every position is its own origin
            return Pieces(ids, firsts, lasts)
        return Pieces(ids, [starts[first] for first in firsts], [ends[last - 1] for last in lasts])

    def encode(
        self,
        text: str,
        pair: str | None = None,
        max_length: int | None = None,
        special_in_text: bool = False,
    ) -> Encoding:
        """Encode `text`, or `text` and `pair`, as [CLS] text [SEP] or [CLS] text [SEP] pair [SEP].

        With `max_length` the longer of the two loses its last tokens first. A literal [SEP] or
        [MASK] in a text is read as ordinary characters unless `special_in_text` is true.

        Raises ValueError if `max_length` leaves no room for the special tokens.
        """
        pairs = None if pair is None else [pair]
        return self.encode_batch([text], pairs, max_length, special_in_text)[0]

    def encode_batch(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        max_length: int | None = None,
        special_in_text: bool = False,
    ) -> list[Encoding]:
        """Encode many texts as `encode` does one, faster."""
        read = self._pieces_with_special_tokens if special_in_text else self.pieces
        columns = [read(column) for column in ([texts] if pairs is None else [texts, pairs])]
        return [self._join(segments, max_length) for segments in zip(*columns, strict=True)]

    def _join(self, segments: Sequence[Pieces], max_length: int | None) -> Encoding:
        lengths = [len(segment.ids) for segment in segments]
        if max_length is not None:
            lengths = truncated_lengths(lengths, max_length - 1 - len(segments))
        ids, types, special, starts, ends = [self.cls_id], [0], [1], [0], [0]
        for number, (segment, length) in enumerate(zip(segments, lengths, strict=True)):
            ids += [*segment.ids[:length], self.sep_id]
            types += [number] * (length + 1)
            special += [*[0] * length, 1]
            starts += [*segment.starts[:length], 0]
            ends += [*segment.ends[:length], 0]
        return Encoding(ids, types, special, starts, ends)

    def _pieces_with_special_tokens(self, texts: Iterable[str]) -> list[Pieces]:
        anywhere = "(" + "|".join(map(re.escape, SPECIAL_TOKENS)) + ")"
        results = []
        for text in texts:
            ids, starts, ends = result = Pieces([], [], [])
            position = 0
            for part in re.split(anywhere, text):
                if part in SPECIAL_TOKENS:
                    found = Pieces([self.token_ids[part]], [0], [len(part)])
                else:
                    [found] = self.pieces([part])
                ids += found.ids
                starts += [position + start for start in found.starts]
                ends += [position + end for end in found.ends]
                position += len(part)
            results.append(result)
        return results

    def pad(self, encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
        """Stack encodings into tensors (batch, longest length), padded at the end.

        Returns `input_ids`, `token_type_ids`, `attention_mask` (1 = a token, 0 = padding) and
        `special_tokens_mask` (1 = added by the tokenizer, padding included).
        """
        rows = {
            "input_ids": [e.ids for e in encodings],
            "token_type_ids": [e.token_type_ids for e in encodings],
            "attention_mask": [[1] * len(e.ids) for e in encodings],
            "special_tokens_mask": [e.special_tokens_mask for e in encodings],
        }
        fillers = {"input_ids": self.pad_id, "special_tokens_mask": 1}
        longest = max(len(e.ids) for e in encodings)
        return {
            name: torch.tensor([row + [fillers.get(name, 0)] * (longest - len(row)) for row in lists])
            for name, lists in rows.items()
        }

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = False) -> str:
        """Join the tokens of `ids` into text, without spaces except between two Latin words."""
        text = ""
        for token in (self.vocabulary[i] for i in ids):
            if skip_special_tokens and token in SPECIAL_TOKENS:
                continue
            starts_word = not token.startswith(PREFIX)
            latin = re.search("[A-Za-z0-9]$", text) and re.match("[A-Za-z0-9]", token)
            needs_space = starts_word and latin and self.mode == "word"
            text += (" " if needs_space else "") + token.removeprefix(PREFIX)
        return text


def check_vocabulary(vocabulary: Iterable[str]) -> None:
    """Raise ValueError unless `vocabulary` holds every special token, and no token twice."""
    for token, n in Counter([*SPECIAL_TOKENS, *vocabulary]).items():
        expected = 2 if token in SPECIAL_TOKENS else 1
        if n != expected:
            raise ValueError(f"the vocabulary must hold {token!r} once, not {n - expected + 1} times")


def longest_matches(word: str, pieces: Container[str]) -> list[int] | None:
    """Cut a word into the longest `pieces` from the left and return where each ends.

    Returns None if a part of the word has no piece, or if the word is longer than 100 characters.
    """
    if len(word) > MAX_WORD_LENGTH:
        return None
    ends: list[int] = []
    start = 0
    while start < len(word):
        prefix = PREFIX if start else ""
        longest_first = range(len(word), start, -1)
        end = next((end for end in longest_first if prefix + word[start:end] in pieces), None)
        if end is None:
            return None
        ends.append(end)
        start = end
    return ends


def keep_only(shown: str, normalized: NormalizedText) -> NormalizedText:
    """Drop the characters that are not in `shown`, which has the others in the same order."""
    kept: list[int] = []
    for i, character in enumerate(normalized.text):
        if shown.startswith(character, len(kept)):
            kept.append(i)
    starts, ends = normalized.starts, normalized.ends
    return NormalizedText(shown, [starts[i] for i in kept], [ends[i] for i in kept])


def truncated_lengths(lengths: Sequence[int], room: int) -> list[int]:
    """Shorten `lengths` to a sum of at most `room`, always the longest first (the last of equals).

    Raises ValueError if `room` is negative.
    """
    if room < 0:
        raise ValueError(f"the maximum length is {-room} too small to hold the special tokens")
    shortened = list(lengths)
    while sum(shortened) > room:
        longest = max(range(len(shortened)), key=lambda i: (shortened[i], i))
        shortened[longest] -= 1
    return shortened
