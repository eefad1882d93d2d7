"""The seven tasks of fine-tuning: what `jbert finetune` and `jbert predict` run. TASKS has them by name."""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from jbert_lessons.classification import BertForSequenceClassification
from jbert_lessons.corpora.minipedia.document_tasks import topic
from jbert_lessons.corpora.minipedia.pairs import sentence_pairs, similarity
from jbert_lessons.corpora.minipedia.reviews import aspects, sentiment
from jbert_lessons.encoder import BertConfig
from jbert_lessons.scores import (
    accuracy,
    confusion_matrix,
    macro_f1,
    multi_label_scores,
    pearson,
    scores_of_classes,
    spearman,
)
from jbert_lessons.span_tasks import NamedEntities, QuestionAnswering
from jbert_lessons.task_base import Record, Table, Task
from jbert_lessons.tokenizer import Encoding, Tokenizer


class SingleLabel(Task):
    """One label for each text, or for each pair of texts."""

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        return sorted({record.label for record in records})

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        return BertForSequenceClassification(config, len(self.labels), generator=generator)

    def target(self, record: Record, window: Encoding) -> int:
        return self.labels.index(record.label)

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> str:
        return self.labels[int(logits[0].argmax())]

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        label = self.decide(record, windows, logits)
        probability = logits[0].softmax(-1).max().item()
        return {"label": label, "probability": round(probability, 4)}

    def _matrix(self, predictions: Sequence, records: Sequence[Record]) -> Tensor:
        true = [self.labels.index(record.label) for record in records]
        return confusion_matrix([self.labels.index(label) for label in predictions], true, len(self.labels))

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        matrix = self._matrix(predictions, records)
        hits = [ours == record.label for ours, record in zip(predictions, records, strict=True)]
        return {"accuracy": accuracy(hits, [True] * len(hits)), "macro_f1": macro_f1(matrix)}

    def table(self, predictions: Sequence, records: Sequence[Record]) -> Table:
        matrix = self._matrix(predictions, records)
        scores = scores_of_classes(matrix)
        rows = [
            [label, *counts, one.f1]
            for label, counts, one in zip(self.labels, matrix.tolist(), scores, strict=True)
        ]
        return Table("True labels, and what they were taken for", ["true", *self.labels, "F1"], rows)


class Sentiment(SingleLabel):
    """Is a review content or not?"""

    name = "sentiment"
    learning_rate = 2e-3  # with 1e-3 the shipped model learns too slowly from 100 examples

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [Record(text, label) for text, label in sentiment(n, seed, split)]


class Topic(SingleLabel):
    """What is a document about?"""

    name = "topic"
    learning_rate = 2e-3

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [Record(text, label) for text, label in topic(n, seed, split)]


class Pairs(SingleLabel):
    """Does a sentence entail another, exclude it, or neither?"""

    name = "pairs"
    is_pair = True

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [Record(first, label, second) for first, second, label in sentence_pairs(n, seed, split)]


class Aspects(Task):
    """Any number of labels for each text; a label holds where its probability is one half or more."""

    name = "aspects"
    learning_rate = 2e-3

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [Record(text, tuple(labels)) for text, labels in aspects(n, seed, split)]

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        return sorted({label for record in records for label in record.label})

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        problem = "multi_label_classification"
        return BertForSequenceClassification(config, len(self.labels), problem, generator)

    def target(self, record: Record, window: Encoding) -> list[float]:
        return [float(label in record.label) for label in self.labels]

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> tuple:
        return tuple(
            label for label, logit in zip(self.labels, logits[0].tolist(), strict=True) if logit >= 0
        )

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        probabilities = zip(self.labels, logits[0].sigmoid().tolist(), strict=True)
        return {"labels": {label: round(probability, 4) for label, probability in probabilities}}

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        found = multi_label_scores(predictions, [record.label for record in records])
        return {"micro_f1": found.f1, "precision": found.precision, "recall": found.recall}

    def table(self, predictions: Sequence, records: Sequence[Record]) -> Table:
        rows = []
        for label in self.labels:
            true = [{label} & set(record.label) for record in records]
            scores = multi_label_scores([{label} & set(ours) for ours in predictions], true)
            rows.append([label, sum(map(len, true)), *scores])
        return Table("Scores of each label", ["label", "texts", "precision", "recall", "F1"], rows)


class Similarity(Task):
    """How alike are two sentences? A number, in JGLUE's JSTS and in Minipedia from 0 to 5."""

    name = "similarity"
    is_pair = True
    mean = 0.0  # of the numbers in training: where the model starts, since it would be long on the way

    @classmethod
    def of(cls, tokenizer: Tokenizer, max_length: int, records: Sequence[Record]) -> "Similarity":
        task = cls(tokenizer, max_length, cls.labels_of(records))
        task.mean = math.fsum(record.label for record in records) / max(1, len(records))
        return task

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        return [Record(first, score, second) for first, second, score in similarity(n, seed, split)]

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        return ["score"]

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        model = BertForSequenceClassification(config, 1, "regression", generator)
        nn.init.constant_(model.classifier.bias, self.mean)
        return model

    def target(self, record: Record, window: Encoding) -> float:
        return float(record.label)

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> float:
        return logits[0].item()

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        return {"score": round(self.decide(record, windows, logits), 4)}

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        true = [record.label for record in records]
        return {"pearson": pearson(predictions, true), "spearman": spearman(predictions, true)}

    def usual(self, training: Sequence[Record]) -> float:
        return self.mean


TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (Sentiment, Topic, Aspects, Pairs, Similarity, NamedEntities, QuestionAnswering)
}
