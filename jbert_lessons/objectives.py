"""Objectives: what BERT is trained to do, masked language modelling and next-sentence prediction.

Design choices
- Masks are drawn anew for every batch, on the CPU, from a generator that is passed in.
- Logits are computed at the masked positions only: elsewhere nobody reads them.
- A batch's loss is a sum over its masked tokens divided by their number, so padding cannot move it.
"""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.encoder import Bert, BertConfig, initialize

IGNORED = -100  # the label of positions without a loss; 0 would hide a real class
NEXT, RANDOM = 0, 1  # labels of next-sentence prediction, as in the original BERT


class Masked(NamedTuple):
    """A batch after masking: what the model reads and what it has to guess, both (batch, length).

    `labels` holds the original id at selected positions and IGNORED elsewhere.
    """

    input_ids: Tensor
    labels: Tensor


def mask_tokens(
    input_ids: Tensor,
    maskable: Tensor,
    *,
    mask_id: int,
    replacements: Tensor,
    generator: torch.Generator,
    rate: float = 0.15,
    word_starts: Tensor | None = None,
) -> Masked:
    """Select tokens with probability `rate`; of these 80 % become [MASK], 10 % a random id, 10 % stay.

    Shapes: input_ids, maskable (false at special tokens and padding) and word_starts (batch, length).
    Random ids come from `replacements`, a list of ids. With `word_starts`, true at the first piece of each
    word, whole words are selected, and 80/10/10 is still drawn for each piece.
    Source: Devlin et al., 2019, section 3.1.
    """
    shape = input_ids.shape
    draws = torch.rand(shape, generator=generator)
    if word_starts is not None:
        draws = draws_of_words(draws, word_starts)
    selected = (draws < rate) & maskable
    labels = input_ids.masked_fill(~selected, IGNORED)
    fate = torch.rand(shape, generator=generator)
    random_ids = replacements[torch.randint(len(replacements), shape, generator=generator)]
    masked = input_ids.masked_fill(selected & (fate < 0.8), mask_id)
    masked = torch.where(selected & (fate >= 0.8) & (fate < 0.9), random_ids, masked)
    return Masked(masked, labels)


def draws_of_words(draws: Tensor, word_starts: Tensor) -> Tensor:
    """Give every piece the draw that stands at the start of its word. Shapes: all (batch, length)."""
    positions = torch.arange(draws.shape[1])
    position_of_start = torch.where(word_starts, positions, 0).cummax(dim=1).values
    return draws.gather(1, position_of_start)


class SentencePair(NamedTuple):
    """Two stretches of a corpus as lists of ids, and whether the second follows the first."""

    first: list[int]
    second: list[int]
    label: int


def sentence_pairs(
    documents: Sequence[Sequence[Sequence[int]]],
    max_length: int,
    generator: random.Random,
    short_rate: float = 0.1,
) -> Iterator[SentencePair]:
    """Cut documents (lists of sentences of ids) into pairs, half of them with a random second part.

    A pair fills `max_length` with its three special tokens; a share `short_rate` is shorter, so that
    the model meets short texts too. A random second part comes from another document and the
    sentences that it displaces are used in the next pair. Every sentence is read once in an epoch.
    Source: the pairs of Devlin et al., 2019, appendix A.2.

    Raises ValueError if there are no two documents, or none with two sentences.
    """
    if len(documents) < 2 or not any(len(document) > 1 for document in documents):
        raise ValueError(
            "next-sentence prediction needs at least two documents, one of them with two sentences"
        )
    for number in generator.sample(range(len(documents)), len(documents)):
        start = 0
        while start < len(documents[number]):
            room = max_length - 3
            if generator.random() < short_rate:
                room = generator.randint(2, room)
            pair, start = pair_from(documents, number, start, room, generator)
            if pair.first and pair.second:
                yield SentencePair(*shorten(pair.first, pair.second, room, generator), pair.label)


def pair_from(
    documents: Sequence, number: int, start: int, room: int, generator: random.Random
) -> tuple[SentencePair, int]:
    """Return a pair that begins with sentence `start` of a document, and where the next one begins.

    It takes whole sentences until `room` is filled, so it may be too long.
    """
    document = documents[number]
    end = start
    length = 0
    while end < len(document) and length < room:
        length += len(document[end])
        end += 1
    # The first part ends after at least one sentence, and leaves one for the second if it can.
    split = generator.randint(start + 1, max(start + 1, end - 1))
    first = join(document[start:split])
    if split == end or generator.random() < 0.5:
        second = random_stretch(documents, number, room - len(first), generator)
        return SentencePair(first, second, RANDOM), split
    return SentencePair(first, join(document[split:end]), NEXT), end


def join(sentences: Sequence[Sequence[int]]) -> list[int]:
    """Return the ids of all sentences as one list."""
    return [token_id for sentence in sentences for token_id in sentence]


def random_stretch(documents: Sequence, excluded: int, room: int, generator: random.Random) -> list[int]:
    """Return whole sentences from a random place, until `room` is filled or the document ends.

    The document with the number `excluded` is not taken.
    """
    number = generator.randrange(len(documents) - 1)
    document = documents[number + (number >= excluded)]
    start = generator.randrange(len(document))
    stretch: list[int] = []
    while start < len(document) and len(stretch) < max(room, 1):
        stretch += document[start]
        start += 1
    return stretch


def shorten(
    first: list[int], second: list[int], room: int, generator: random.Random
) -> tuple[list[int], list[int]]:
    """Shorten the longer part, at a random end, until both fit into `room`."""
    parts = [first, second]
    excess = len(first) + len(second) - room
    while excess > 0:
        longer, shorter = (0, 1) if len(parts[0]) > len(parts[1]) else (1, 0)
        cut = min(excess, max(1, len(parts[longer]) - len(parts[shorter])))
        from_front = generator.randint(0, cut)
        parts[longer] = parts[longer][from_front : len(parts[longer]) - (cut - from_front)]
        excess -= cut
    return parts[0], parts[1]


class MlmHead(nn.Module):
    """Guesses tokens: dense, GELU, LayerNorm, then the token table turned round, plus a bias.

    The output weights are the input embeddings themselves, so the model learns one table, not two.
    """

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.activation = nn.GELU()
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, x: Tensor, token_table: Tensor) -> Tensor:
        """Shapes: x (..., hidden), token_table (vocabulary, hidden) → logits (..., vocabulary)."""
        x = self.norm(self.activation(self.dense(x)))
        return functional.linear(x, token_table, self.bias)


class PreTrainingOutput(NamedTuple):
    """Logits of both heads: (selected positions, vocabulary) or (batch, length, vocabulary); (batch, 2)."""

    mlm_logits: Tensor
    nsp_logits: Tensor


class BertForPreTraining(nn.Module):
    """The encoder with both pretraining heads."""

    def __init__(self, config: BertConfig, generator: torch.Generator | None = None):
        super().__init__()
        self.config = config
        self.bert = Bert(config)
        self.mlm_head = MlmHead(config)
        self.nsp_head = nn.Linear(config.hidden_size, 2)
        initialize(self, config.initializer_range, generator)

    def forward(
        self,
        input_ids: Tensor,
        token_type_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> PreTrainingOutput:
        """Shapes: all inputs (batch, length); boolean `positions` selects where MLM logits are computed."""
        output = self.bert(input_ids, token_type_ids, attention_mask)
        x = output.last_hidden_state if positions is None else output.last_hidden_state[positions]
        mlm_logits = self.mlm_head(x, self.bert.embeddings.token.weight)
        return PreTrainingOutput(mlm_logits, self.nsp_head(output.pooled))


def mlm_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy in nats over the selected positions, 0 if there are none.

    Shapes: logits (batch, length, vocabulary) with labels (batch, length), or both at selected
    positions only. Labels that are IGNORED do not count, neither above nor below the fraction.
    """
    total = functional.cross_entropy(
        logits.flatten(0, -2).float(), labels.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return total / (labels != IGNORED).sum().clamp(min=1)


def nsp_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy in nats; both labels, 0 and 1, count. Shapes: (batch, 2), (batch)."""
    return functional.cross_entropy(logits.float(), labels)
