"""Batches: a corpus of sentences becomes the tensors of a pretraining step. Lesson 08 builds it.

Design choices
- The corpus is tokenised once; pairs and masks are drawn anew in every epoch.
- A batch holds pairs of similar length, so little is spent on padding.
- Held-out text is whole documents: sentences of one document know too much about each other.
"""

import random
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor
from tqdm import tqdm

from jbert_lessons.objectives import SentencePair, mask_tokens, sentence_pairs
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import PREFIX, SPECIAL_TOKENS

FEWEST_DOCUMENTS = 10
FEWEST_SENTENCES = 8
POOL = 50  # batches that are sorted by length together

Batch = dict[str, Tensor]
Documents = list[list[array]]  # documents of sentences of ids


def divide(documents: Sequence[Sequence]) -> list[Sequence]:
    """Return at least ten documents where the corpus allows it, by cutting long ones into stretches.

    A corpus of one novel has one document, but training needs some to pair and some to hold out.
    Raises ValueError if there are fewer than eight sentences.
    """
    sentences = sum(len(document) for document in documents)
    if sentences < FEWEST_SENTENCES:
        raise ValueError(
            f"the corpus has {sentences} sentence(s): next-sentence prediction is impossible, "
            f"it needs at least {FEWEST_SENTENCES}; add more text"
        )
    if len(documents) >= FEWEST_DOCUMENTS:
        return list(documents)
    length = max(2, sentences // FEWEST_DOCUMENTS)
    return [d[i : i + length] for d in documents for i in range(0, len(d), length)]


def hold_out(documents: Sequence[Sequence], share: float, seed: int) -> tuple[list, list]:
    """Split documents into training and held-out ones: whole documents, about `share` of the sentences.

    At least two documents go to each side, the shortest if all are too long.
    Raises ValueError if there are fewer than four.
    """
    if len(documents) < 4:
        raise ValueError(f"{len(documents)} documents are too few to train on some and hold out others")
    order = random.Random(seed).sample(range(len(documents)), len(documents))
    wanted = share * sum(len(document) for document in documents)
    held_out: set[int] = set()
    taken = 0
    for number in order[:-2]:
        if taken + len(documents[number]) <= wanted:
            held_out.add(number)
            taken += len(documents[number])
    shortest = sorted(set(order) - held_out, key=lambda number: (len(documents[number]), number))
    held_out.update(shortest[: max(0, 2 - len(held_out))])
    training = [document for number, document in enumerate(documents) if number not in held_out]
    return training, [documents[number] for number in sorted(held_out)]


def tokenize(documents: Sequence[Sequence[str]], tokenizer: Tokenizer) -> Documents:
    """Turn documents of sentences into documents of ids; sentences without a token vanish."""
    tokenized = []
    for document in tqdm(documents, desc="tokenising", unit=" documents", disable=None, delay=2):
        sentences = [array("i", ids) for ids in tokenizer.ids(document) if ids]
        if sentences:
            tokenized.append(sentences)
    return tokenized


class BatchMaker:
    """Makes batches for pretraining with the masking that it is told."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        batch_size: int = 64,
        max_length: int = 128,
        mask_rate: float = 0.15,
        whole_words: bool = False,
    ):
        self.tokenizer = tokenizer
        self.batch_size = batch_size
        self.max_length = max_length
        self.mask_rate = mask_rate
        self.whole_words = whole_words
        self.is_special = torch.tensor([token in SPECIAL_TOKENS for token in tokenizer.vocabulary])
        self.starts_word = torch.tensor([not token.startswith(PREFIX) for token in tokenizer.vocabulary])

    def epoch(self, documents: Documents, generator: random.Random) -> Iterator[list[SentencePair]]:
        """Yield the pairs of one epoch, `batch_size` of similar length at a time, in random order."""
        pairs = sentence_pairs(documents, self.max_length, generator)
        size = self.batch_size
        while pool := list(islice(pairs, POOL * size)):
            pool.sort(key=lambda pair: len(pair.first) + len(pair.second))
            batches = [pool[i : i + size] for i in range(0, len(pool), size)]
            generator.shuffle(batches)
            yield from batches

    def batch(self, pairs: Sequence[SentencePair], generator: torch.Generator) -> Batch:
        """Pad pairs into tensors and mask them.

        Returns input_ids, labels, token_type_ids, attention_mask (batch, length) and nsp_labels (batch).
        """
        tokenizer = self.tokenizer
        cls_id, sep_id = tokenizer.cls_id, tokenizer.sep_id
        rows = [[cls_id, *pair.first, sep_id, *pair.second, sep_id] for pair in pairs]
        longest = max(len(row) for row in rows)
        input_ids = torch.tensor([row + [tokenizer.pad_id] * (longest - len(row)) for row in rows])
        positions = torch.arange(longest)
        second_starts = torch.tensor([len(pair.first) + 2 for pair in pairs])[:, None]
        ends = torch.tensor([len(row) for row in rows])[:, None]
        masked = mask_tokens(
            input_ids,
            maskable=~self.is_special[input_ids],
            mask_id=tokenizer.mask_id,
            replacements=torch.nonzero(~self.is_special).flatten(),
            generator=generator,
            rate=self.mask_rate,
            word_starts=self.starts_word[input_ids] if self.whole_words else None,
        )
        return {
            "input_ids": masked.input_ids,
            "labels": masked.labels,
            "token_type_ids": ((positions >= second_starts) & (positions < ends)).long(),
            "attention_mask": (positions < ends).long(),
            "nsp_labels": torch.tensor([pair.label for pair in pairs]),
        }
