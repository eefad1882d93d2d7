"""Named entities: from character spans to a label for every piece, and back. Lesson 10 builds it.

Design choices
- Offsets carry the spans: nothing depends on how a word was spelt before normalisation.
- Every piece of a name has a label, the first one B-, the others I-.
- A prediction counts only if it has the exact span and the right label.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.classification import ClassifierOutput
from jbert_lessons.encoder import Bert, BertConfig, initialize
from jbert_lessons.objectives import IGNORED
from jbert_lessons.tokenizer import Encoding

OUTSIDE = "O"
Span = tuple[int, int, str]  # first character, the one after the last, label


class BertForTokenClassification(nn.Module):
    """The encoder with a linear layer on every token. Source: Devlin et al., 2019, section 5.3."""

    def __init__(self, config: BertConfig, num_labels: int, generator: torch.Generator | None = None):
        super().__init__()
        self.config = config
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, num_labels)
        initialize(self, config.initializer_range, generator)

    def forward(
        self,
        input_ids: Tensor,
        token_type_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> ClassifierOutput:
        """Shapes: all inputs (batch, length); labels are IGNORED at special tokens and padding."""
        hidden = self.bert(input_ids, token_type_ids, attention_mask).last_hidden_state
        logits = self.classifier(self.dropout(hidden))
        if labels is None:
            return ClassifierOutput(logits, None)
        flat = logits.flatten(0, 1).float()
        return ClassifierOutput(
            logits, functional.cross_entropy(flat, labels.flatten(), ignore_index=IGNORED)
        )


def bio_labels(entity_labels: Iterable[str]) -> list[str]:
    """Return O and, for each label of an entity, B- and I-: [O, B-人名, I-人名, …]."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in entity_labels for prefix in "BI")]


def labels_of_pieces(encoding: Encoding, entities: Iterable[Span], names: Sequence[str]) -> list[int]:
    """Return the number of a BIO label for each token, IGNORED for special tokens.

    A piece that overlaps an entity belongs to it, also if it sticks out; one that overlaps two belongs
    to the first. Raises ValueError for an entity whose label is not among `names`.
    """
    labels = [IGNORED if special else names.index(OUTSIDE) for special in encoding.special_tokens_mask]
    taken: set[int] = set()
    for start, end, label in sorted(entities):
        if f"B-{label}" not in names:
            raise ValueError(f"unknown label {label!r}: the names have {' '.join(names)}")
        prefix = "B"
        for i, (first, last) in enumerate(encoding.offsets):
            if first < end and last > start and not encoding.special_tokens_mask[i] and i not in taken:
                labels[i] = names.index(f"{prefix}-{label}")
                taken.add(i)
                prefix = "I"
    return labels


def entities_of_pieces(encoding: Encoding, labels: Sequence[str]) -> list[Span]:
    """Read BIO labels, one for each token, as spans of characters.

    An I- that does not continue an entity of its label begins one.
    """
    spans: list[Span] = []
    open_label = ""
    for (start, end), special, label in zip(
        encoding.offsets, encoding.special_tokens_mask, labels, strict=True
    ):
        prefix, _, kind = label.partition("-")
        if special or not kind:
            open_label = ""
        elif prefix == "I" and kind == open_label:
            spans[-1] = (spans[-1][0], end, kind)
        else:
            spans.append((start, end, kind))
            open_label = kind
    return spans


class EntityScores(NamedTuple):
    """Shares between 0 and 1; each is 0 where it would divide by nothing."""

    precision: float
    recall: float
    f1: float


def entity_scores(predicted: Sequence[Iterable[Span]], gold: Sequence[Iterable[Span]]) -> EntityScores:
    """Compare the entities of each text with the true ones: micro-averaged, exact span and label."""
    hits = found = true = 0
    for ours, theirs in zip(predicted, gold, strict=True):
        ours, theirs = set(ours), set(theirs)
        hits += len(ours & theirs)
        found += len(ours)
        true += len(theirs)
    precision = hits / found if found else 0.0
    recall = hits / true if true else 0.0
    return EntityScores(precision, recall, 2 * hits / (found + true) if found + true else 0.0)
