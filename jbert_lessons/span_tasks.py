"""The tasks whose answers are places in a text: named entities and questions. They read a text of any length.

A text that is too long for the model is read in windows that overlap. For entities, each token's label
comes from the window in which it stands further from the edge, and the text is decoded as a whole.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from jbert_lessons import qa
from jbert_lessons.corpora.minipedia.document_tasks import named_entities, question_answering
from jbert_lessons.encoder import BertConfig
from jbert_lessons.ner import (
    OUTSIDE,
    BertForTokenClassification,
    best_legal_labels,
    bio_labels,
    entities_of_pieces,
    entity_scores,
    labels_of_pieces,
)
from jbert_lessons.task_base import Record, Table, Task
from jbert_lessons.tokenizer import Encoding, Pieces, Tokenizer


def stride_of(max_length: int) -> int:
    """Return how many tokens two neighbouring windows share."""
    return max_length // 4


def alone(tokenizer: Tokenizer, pieces: Pieces) -> Encoding:
    """Return [CLS] pieces [SEP]."""
    n = len(pieces.ids)
    return Encoding(
        [tokenizer.cls_id, *pieces.ids, tokenizer.sep_id],
        [0] * (n + 2),
        [1, *[0] * n, 1],
        [0, *pieces.starts, 0],
        [0, *pieces.ends, 0],
    )


def windows_of_text(tokenizer: Tokenizer, text: str, max_length: int, stride: int) -> list[Encoding]:
    """Return [CLS] stretch [SEP] for stretches that cover `text`, left to right.

    As qa.windows does it for a context: no window has more than `max_length` tokens, two neighbours
    share `stride` tokens, offsets point into the whole text.
    Raises ValueError if a window has no room for more tokens than it shares.
    """
    [pieces] = tokenizer.pieces([text])
    room = max_length - 2
    if room <= stride:
        raise ValueError(f"a window of {max_length} tokens is too short to share {stride} with the next")
    return [
        alone(tokenizer, Pieces(*(column[first : first + room] for column in pieces)))
        for first in range(0, max(1, len(pieces.ids) - stride), room - stride)
    ]


def joined(
    tokenizer: Tokenizer, windows: Sequence[Encoding], logits: Sequence[Tensor], stride: int
) -> tuple[Encoding, Tensor]:
    """Put windows that share `stride` tokens together again: the encoding of the text, and its logits.

    Of two neighbours the first one gives the first half of what they share, the second one the other.
    The logits (length, labels) are those of the tokens without [CLS] and [SEP].
    """
    pieces, rows = Pieces([], [], []), []
    for number, (window, scores) in enumerate(zip(windows, logits, strict=True)):
        first = 1 + (stride // 2 if number else 0)
        last = len(window.ids) - 1 - (stride - stride // 2 if number < len(windows) - 1 else 0)
        pieces.ids.extend(window.ids[first:last])
        pieces.starts.extend(window.starts[first:last])
        pieces.ends.extend(window.ends[first:last])
        rows.append(scores[first:last])
    return alone(tokenizer, pieces), torch.cat(rows)


class NamedEntities(Task):
    """Which names stand in a text, where, and of what kind?"""

    name = "ner"
    reads_all = True

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [
            Record(text, tuple(map(tuple, entities))) for text, entities in named_entities(n, seed, split)
        ]

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        return bio_labels(sorted({label for record in records for _, _, label in record.label}))

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        return BertForTokenClassification(config, len(self.labels), generator)

    def windows(self, records: Sequence[Record]) -> list[list[Encoding]]:
        stride = stride_of(self.max_length)
        return [windows_of_text(self.tokenizer, one.text, self.max_length, stride) for one in records]

    def target(self, record: Record, window: Encoding) -> list[int]:
        return labels_of_pieces(window, record.label, self.labels)

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> tuple:
        encoding, rows = joined(self.tokenizer, windows, logits, stride_of(self.max_length))
        labels = [OUTSIDE, *best_legal_labels(rows, self.labels), OUTSIDE]
        return tuple(entities_of_pieces(encoding, labels))

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        entities = self.decide(record, windows, logits)
        names = ("start", "end", "label", "text")
        return {
            "entities": [
                dict(zip(names, (*entity, record.text[slice(*entity[:2])]), strict=True))
                for entity in entities
            ]
        }

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        found = entity_scores(predictions, [record.label for record in records])
        return {"entity_f1": found.f1, "precision": found.precision, "recall": found.recall}

    def table(self, predictions: Sequence, records: Sequence[Record]) -> Table:
        rows = []
        for kind in (label.removeprefix("B-") for label in self.labels[1::2]):
            true, ours = (
                [[entity for entity in entities if entity[2] == kind] for entities in both]
                for both in ([record.label for record in records], predictions)
            )
            rows.append([kind, sum(map(len, true)), *entity_scores(ours, true)])
        return Table("Scores of each kind", ["kind", "entities", "precision", "recall", "F1"], rows)

    def usual(self, training: Sequence[Record]) -> tuple:
        return ()


class QuestionAnswering(Task):
    """Where in a text is the answer to a question, if it is there? `text` is the context."""

    name = "qa"
    is_pair = True
    reads_all = True

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [
            Record(one.context, tuple(zip(one.starts, one.answers, strict=True)), one.question)
            for one in question_answering(n, seed, split)
        ]

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        return ["start", "end"]

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        return qa.BertForQuestionAnswering(config, generator)

    def windows(self, records: Sequence[Record]) -> list[list[Encoding]]:
        found = []
        for record in records:
            try:
                stride = stride_of(self.max_length)
                found.append(qa.windows(self.tokenizer, record.second, record.text, self.max_length, stride))
            except ValueError as error:
                raise ValueError(f"{record.where}: {error}" if record.where else str(error)) from error
        return found

    def target(self, record: Record, window: Encoding) -> list[int]:
        if not record.label:
            return [0, 0]
        start, answer = record.label[0]
        return list(qa.answer_positions(window, start, start + len(answer)))

    def _answer(self, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> qa.Answer:
        return qa.best_answer(windows, logits)

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> str:
        found = self._answer(windows, logits)
        return record.text[found.start : found.end]

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        found = self._answer(windows, logits)
        answer = record.text[found.start : found.end]
        score = round(found.score, 4) if found.score > float("-inf") else None  # JSON has no infinity
        return {"answer": answer, "start": found.start, "end": found.end, "score": score}

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        def mean(measure) -> float:
            found = [
                measure(ours, [answer for _, answer in record.label])
                for ours, record in zip(predictions, records, strict=True)
            ]
            return sum(found) / max(1, len(found))

        return {"character_f1": mean(qa.character_f1), "exact_match": mean(qa.exact_match)}

    def table(self, predictions: Sequence, records: Sequence[Record]) -> Table:
        rows = []
        for name, wanted in (("with an answer", True), ("without", False)):
            both = zip(predictions, records, strict=True)
            chosen = [(ours, record) for ours, record in both if bool(record.label) == wanted]
            if chosen:
                scores = self.scores(*zip(*chosen, strict=True))
                rows.append([name, len(chosen), *scores.values()])
        return Table("Scores of each kind", ["questions", "number", "character F1", "exact match"], rows)

    def usual(self, training: Sequence[Record]) -> str:
        return ""
