"""Vocabulary: train WordPiece pieces from the words of a corpus. Lesson 03 builds it.

Design choices
- Training merges the most frequent pair, as the published Japanese vocabularies were made. What one
  occurrence of a pair adds to the likelihood of the text is an option, after Schuster and Nakajima,
  "Japanese and Korean Voice Search", ICASSP 2012.
- Ties are broken by the pieces' code points: the same counts give the same file, every time.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tqdm import tqdm

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PREFIX = "##"  # marks a piece that continues a word


def first_pieces(word: str) -> list[str]:
    """Return the characters of a word as pieces: 東京都 becomes 東, ##京, ##都."""
    return [word[0], *(PREFIX + character for character in word[1:])]


def join_pieces(left: str, right: str) -> str:
    """Return the piece that two neighbouring pieces make: 東 and ##京 make 東京."""
    return left + right.removeprefix(PREFIX)


def merge_pair(pieces: Sequence[str], left: str, right: str) -> list[str]:
    """Return `pieces` with every `left` before a `right` joined to one piece, from the left."""
    merged: list[str] = []
    for piece in pieces:
        if piece == right and merged and merged[-1] == left:
            merged[-1] = join_pieces(left, right)
        else:
            merged.append(piece)
    return merged


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
    alphabet = frequent_characters(counts, limit_alphabet)
    counts = {word: count for word, count in sorted(counts.items()) if alphabet.issuperset(word)}
    if not counts:
        raise ValueError("no words to train a vocabulary from")
    vocabulary = start_vocabulary(counts, alphabet)
    if size < len(vocabulary):
        raise ValueError(
            f"a vocabulary of {size:,} is too small: the special tokens and characters of this "
            f"corpus need {len(vocabulary):,}; choose a larger size or limit the alphabet"
        )
    merger = Merger(counts, score)
    known = set(vocabulary)
    with tqdm(total=size, initial=len(vocabulary), desc="merging pieces", disable=None, delay=2) as bar:
        while len(vocabulary) < size and (piece := merger.merge_best(min_frequency)):
            if piece not in known:  # two different pairs can make the same piece
                known.add(piece)
                vocabulary.append(piece)
                bar.update()
    return vocabulary


def frequent_characters(counts: Mapping[str, int], limit: int | None) -> set[str]:
    """Return the `limit` most frequent characters of counted words, of equals the first by code point."""
    characters: Counter[str] = Counter()
    for word, count in counts.items():
        for character in word:
            characters[character] += count
    return set(sorted(characters, key=lambda c: (-characters[c], c))[:limit])


def start_vocabulary(words: Iterable[str], alphabet: Iterable[str]) -> list[str]:
    """Return what a vocabulary holds before the first merge: special tokens, characters, ##characters."""
    continuing = {PREFIX + character for word in words for character in word[1:]}
    return [*SPECIAL_TOKENS, *sorted(alphabet), *sorted(continuing)]


class Merger:
    """Keeps the counts of neighbouring pieces up to date while the best pair is merged again and again.

    Only words that hold the merged pair change, so only their pairs are counted anew. The queue
    keeps outdated entries; one counts only if it still tells the pair's present priority.
    """

    def __init__(self, words: Mapping[str, int], score: str = "frequency"):
        self.by_likelihood = score == "likelihood"
        self.words = [first_pieces(word) for word in words]
        self.counts = list(words.values())
        self.piece_counts: Counter[str] = Counter()
        self.pair_counts: Counter[tuple[str, str]] = Counter()
        self.words_with: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for number in range(len(self.words)):
            self.count(number, +1)
        self.queue = [(self.priority(pair), pair) for pair in self.pair_counts]
        heapq.heapify(self.queue)

    def count(self, number: int, sign: int) -> set[tuple[str, str]]:
        """Add (or, with sign -1, take away) the pieces and pairs of one word; return its pairs."""
        pieces = self.words[number]
        pairs = list(pairwise(pieces))
        for counter, items in ((self.piece_counts, pieces), (self.pair_counts, pairs)):
            for item in items:
                counter[item] += sign * self.counts[number]
        for pair in pairs:
            (self.words_with[pair].add if sign > 0 else self.words_with[pair].discard)(number)
        return set(pairs)

    def priority(self, pair: tuple[str, str]) -> float:
        """Return the score with a minus: the queue serves the smallest first."""
        count = self.pair_counts[pair]
        if self.by_likelihood:
            return -count / (self.piece_counts[pair[0]] * self.piece_counts[pair[1]] or 1)
        return -count

    def best_pair(self, min_frequency: int) -> tuple[str, str] | None:
        """Take the best pair out of the queue, None if none is left; of equals the first by code point."""
        while self.queue:
            priority, pair = heapq.heappop(self.queue)
            if priority == self.priority(pair) and self.pair_counts[pair] >= min_frequency:
                return pair
        return None

    def merge(self, left: str, right: str) -> set[tuple[str, str]]:
        """Merge a pair in all words and return the pairs whose score may have changed."""
        touched = set()
        for number in list(self.words_with[left, right]):
            touched |= self.count(number, -1)
            self.words[number] = merge_pair(self.words[number], left, right)
            touched |= self.count(number, +1)
        if self.by_likelihood:  # the parts have become rarer, which raises every pair that they are in
            touched |= {other for other in self.pair_counts if left in other or right in other}
        return touched

    def merge_best(self, min_frequency: int = 2) -> str | None:
        """Merge the best pair everywhere and return the new piece, None if no pair is left."""
        pair = self.best_pair(min_frequency)
        if pair is None:
            return None
        for touched in self.merge(*pair):
            if self.pair_counts[touched] > 0:
                heapq.heappush(self.queue, (self.priority(touched), touched))
            else:
                del self.pair_counts[touched], self.words_with[touched]
        return join_pieces(*pair)
