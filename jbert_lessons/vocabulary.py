"""Vocabulary: train WordPiece pieces from the words of a corpus. Lesson 03 builds it.

Design choices
- Training merges the most frequent pair, as the published Japanese vocabularies were made. The
  likelihood score of WordPiece (Schuster and Nakajima, "Japanese and Korean Voice Search", ICASSP
  2012) is an option.
- Ties are broken by the pieces' code points: the same counts give the same file, every time.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tqdm.auto import tqdm

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PREFIX = "##"  # marks a piece that continues a word


def train_vocabulary(
    words: Iterable[str] | Mapping[str, int],
    size: int,
    *,
    score: str = "frequency",
    limit_alphabet: int | None = None,
    min_frequency: int = 2,
) -> list[str]:
    """Train a WordPiece vocabulary of at most `size` tokens.

    `words` are the words of a corpus, or a mapping from word to count. The vocabulary holds the
    special tokens, the characters by code point, the characters that continue a word, then the
    merged pieces in the order of merging. `score` chooses the pair to merge: "frequency", the count
    of the pair, or "likelihood", that count divided by the counts of both parts. `limit_alphabet`
    keeps that many of the most frequent characters; words with any other are left out. Pairs seen
    fewer than `min_frequency` times are never merged, so that the vocabulary may stay smaller.

    Raises ValueError for an unknown score, no words, or a size that the characters alone exceed.
    """
    if score not in ("frequency", "likelihood"):
        raise ValueError(f"unknown score {score!r}: choose frequency or likelihood")
    counts = Counter(words)
    characters: Counter[str] = Counter()
    for word, count in counts.items():
        for character in word:
            characters[character] += count
    ranked = sorted(characters, key=lambda c: (-characters[c], c))
    alphabet = set(ranked[:limit_alphabet])
    kept = {word: n for word, n in sorted(counts.items()) if alphabet.issuperset(word)}
    if not kept:
        raise ValueError("no words to train a vocabulary from")

    continuing = {PREFIX + character for word in kept for character in word[1:]}
    vocabulary = [*SPECIAL_TOKENS, *sorted(alphabet), *sorted(continuing)]
    if size < len(vocabulary):
        raise ValueError(
            f"a vocabulary of {size:,} is too small: the special tokens and characters of this "
            f"corpus need {len(vocabulary):,}; choose a larger size or limit the alphabet"
        )
    merger = _Merger(kept, score)
    known = set(vocabulary)
    with tqdm(total=size, initial=len(vocabulary), desc="merging pieces", disable=None, delay=2) as bar:
        while len(vocabulary) < size:
            piece = merger.merge_best(min_frequency)
            if piece is None:
                break
            if piece not in known:  # two different pairs can make the same piece
                known.add(piece)
                vocabulary.append(piece)
                bar.update()
    return vocabulary


class _Merger:
    """Keeps the counts of neighbouring pieces up to date while the best pair is merged again and again.

    Only words that hold the merged pair change, so only their pairs are counted anew. The queue
    keeps outdated entries; one counts only if it still tells the pair's present score.
    """

    def __init__(self, words: Mapping[str, int], score: str):
        self.by_likelihood = score == "likelihood"
        self.words = [[word[0], *(PREFIX + c for c in word[1:])] for word in words]
        self.counts = list(words.values())
        self.piece_counts: Counter[str] = Counter()
        self.pair_counts: Counter[tuple[str, str]] = Counter()
        self.words_with: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for number in range(len(self.words)):
            self._count(number, +1)
        self.queue = [(self._priority(pair), pair) for pair in self.pair_counts]
        heapq.heapify(self.queue)

    def _count(self, number: int, sign: int) -> set[tuple[str, str]]:
        """Add (or, with sign -1, take away) the pieces and pairs of one word; return its pairs."""
        pieces = self.words[number]
        pairs = list(pairwise(pieces))
        for counter, items in ((self.piece_counts, pieces), (self.pair_counts, pairs)):
            for item in items:
                counter[item] += sign * self.counts[number]
        for pair in pairs:
            (self.words_with[pair].add if sign > 0 else self.words_with[pair].discard)(number)
        return set(pairs)

    def _priority(self, pair: tuple[str, str]) -> float:
        """The smaller, the sooner: heapq serves the smallest first."""
        count = self.pair_counts[pair]
        if self.by_likelihood:
            return -count / (self.piece_counts[pair[0]] * self.piece_counts[pair[1]] or 1)
        return -count

    def merge_best(self, min_frequency: int) -> str | None:
        """Merge the best pair everywhere and return the new piece, None if no pair is left."""
        while self.queue:
            priority, pair = heapq.heappop(self.queue)
            if priority == self._priority(pair) and self.pair_counts[pair] >= min_frequency:
                break
        else:
            return None
        left, right = pair
        merged = left + right.removeprefix(PREFIX)
        touched = set()
        for number in list(self.words_with[pair]):
            touched |= self._count(number, -1)
            self.words[number] = _merge(self.words[number], left, right, merged)
            touched |= self._count(number, +1)
        if self.by_likelihood:  # the parts have become rarer, which raises every pair that they are in
            touched |= {other for other in self.pair_counts if left in other or right in other}
        for changed in touched:
            if self.pair_counts[changed] > 0:
                heapq.heappush(self.queue, (self._priority(changed), changed))
            else:
                del self.pair_counts[changed], self.words_with[changed]
        return merged


def _merge(pieces: list[str], left: str, right: str, merged: str) -> list[str]:
    result = []
    i = 0
    while i < len(pieces):
        if pieces[i] == left and pieces[i + 1 : i + 2] == [right]:
            result.append(merged)
            i += 2
        else:
            result.append(pieces[i])
            i += 1
    return result
