"""Named entities: from character spans to a label for every piece, and back. Lesson 10 builds it.

Design choices
- Offsets carry the spans: nothing depends on how a word was spelt before normalisation.
- Every piece of a name has a label, the first one B-, the others I-.
- A prediction counts only if it has the exact span and the right label.
- Spans are read as leniently as seqeval reads them; the search over legal labels needs no leniency.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.classification import ClassifierOutput
from jbert_lessons.encoder import Bert, BertConfig, initialize
from jbert_lessons.objectives import IGNORED
from jbert_lessons.scores import Scores, scores_of_counts
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
        loss = functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED)
        return ClassifierOutput(logits, loss)


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


def spans_of_labels(labels: Sequence[str], strict: bool = False) -> list[Span]:
    """Read BIO labels as spans (first, last + 1, kind), counted in labels.

    An I- that continues no entity of its kind begins one; with `strict` it is read as O. These are the
    default mode of the library seqeval and its strict mode for IOB2.
    """
    spans: list[Span] = []
    open_kind = ""
    for i, label in enumerate(labels):
        prefix, _, kind = label.partition("-")
        if prefix == "I" and kind == open_kind:
            first, _, _ = spans.pop()
            spans.append((first, i + 1, kind))
        elif prefix == "B" or (prefix == "I" and not strict):
            spans.append((i, i + 1, kind))
            open_kind = kind
        else:
            open_kind = ""
    return spans


def entities_of_pieces(encoding: Encoding, labels: Sequence[str], strict: bool = False) -> list[Span]:
    """Read BIO labels, one for each token, as spans of characters. A special token is outside.

    `strict` is that of spans_of_labels. Raises ValueError for another number of labels than tokens.
    """
    pairs = zip(labels, encoding.special_tokens_mask, strict=True)
    spans = spans_of_labels([OUTSIDE if special else label for label, special in pairs], strict)
    return [(encoding.starts[first], encoding.ends[end - 1], kind) for first, end, kind in spans]


def may_follow(before: str, label: str) -> bool:
    """Say whether `label` may stand after `before`: an I- only after B- or I- of its own kind."""
    prefix, _, kind = label.partition("-")
    return prefix != "I" or before in (f"B-{kind}", label)


def best_legal_labels(logits: Tensor, names: Sequence[str]) -> list[str]:
    """Return the sequence of BIO labels with the largest sum of logits among the legal ones.

    `logits` are those of a text's pieces alone, (length, labels), without [CLS] and [SEP]; what stands
    before them counts as O. Source: Viterbi, "Error Bounds for Convolutional Codes and an Asymptotically
    Optimum Decoding Algorithm", IEEE Transactions on Information Theory, 1967.
    """
    legal = torch.tensor([[may_follow(before, name) for name in names] for before in names])
    walls = torch.zeros(legal.shape).masked_fill(~legal, -torch.inf)  # (from, to)
    best = torch.full((len(names),), -torch.inf)  # the best sum of a way that ends in each label
    best[names.index(OUTSIDE)] = 0.0
    steps_back: list[list[int]] = []
    for row in logits.double().cpu():
        sums, before = (best[:, None] + walls).max(dim=0)
        best = sums + row
        steps_back.append(before.tolist())
    way = [int(best.argmax())]
    for before in reversed(steps_back):
        way.append(before[way[-1]])
    return [names[i] for i in reversed(way[:-1])]  # the last one is the O before the text


def entity_scores(predicted: Sequence[Iterable[Span]], gold: Sequence[Iterable[Span]]) -> Scores:
    """Compare the entities of each text with the true ones: micro-averaged, exact span and label.

    Raises ValueError for unequal numbers of texts.
    """
    hits = found = true = 0
    for ours, theirs in zip(predicted, gold, strict=True):
        ours, theirs = set(ours), set(theirs)
        hits += len(ours & theirs)
        found += len(ours)
        true += len(theirs)
    return scores_of_counts(hits, found, true)
