"""What the tasks of fine-tuning share; tasks.py has the seven of them.

A record goes through a task like this:

    windows = task.windows(records)        what the model reads of each record: one encoding, or several
    logits = task.logits(model, windows)   what the model says of each window
    task.decide(record, windows, logits)   what the task makes of that: a label, a set, a number, spans
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from jbert_lessons.encoder import BertConfig
from jbert_lessons.finetuning import Example, predict
from jbert_lessons.tokenizer import Encoding, Tokenizer


@dataclass(frozen=True)
class Record:
    """A text, or two, and what is to be said of it; `label` is None where nobody has said it.

    second: the second sentence of a pair; the question about `text`
    label:  a label; a tuple of labels; a number; (start, end, label) of each entity; (start, answer) of each
            answer to a question, none if `text` does not answer it
    group:  records of one group stay together when records are divided
    where:  what an error message calls the record
    """

    text: str
    label: Any = None
    second: str | None = None
    group: str = ""
    where: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a report: the first column of `rows` names the row."""

    title: str
    header: list[str]
    rows: list[list]


class Task:
    """What all tasks share. `labels` are the names of the model's outputs, in order.

    `learning_rate` suits models as narrow as the shipped one; `is_pair` tells whether records have a
    second text; `reads_all` whether long texts are read in windows, so that nothing is cut off.
    """

    name: ClassVar[str]
    learning_rate: ClassVar[float] = 1e-3
    is_pair: ClassVar[bool] = False
    reads_all: ClassVar[bool] = False

    def __init__(self, tokenizer: Tokenizer, max_length: int, labels: Sequence[str]):
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.labels = list(labels)

    @classmethod
    def of(cls, tokenizer: Tokenizer, max_length: int, records: Sequence[Record]) -> "Task":
        """Return the task with the labels that `records` have."""
        return cls(tokenizer, max_length, cls.labels_of(records))

    @classmethod
    def minipedia(cls, n: int, seed: int = 0, split: str = "train") -> list[Record]:
        """Return `n` records that Minipedia makes up."""
        raise NotImplementedError

    @classmethod
    def labels_of(cls, records: Iterable[Record]) -> list[str]:
        """Return the names of the model's outputs that these records need."""
        raise NotImplementedError

    def model(self, config: BertConfig, generator: torch.Generator | None = None) -> nn.Module:
        """Return a model with random weights and the head of this task."""
        raise NotImplementedError

    def windows(self, records: Sequence[Record]) -> list[list[Encoding]]:
        """Return what the model reads of each record; here one encoding, cut off at `max_length`."""
        seconds = [record.second or "" for record in records] if self.is_pair else None
        texts = [record.text for record in records]
        return [[one] for one in self.tokenizer.encode_batch(texts, seconds, self.max_length)]

    def encode(self, records: Sequence[Record]) -> list[Example]:
        """Return what the model is trained on: an example for each window."""
        return [
            Example(window, self.target(record, window))
            for record, windows in zip(records, self.windows(records), strict=True)
            for window in windows
        ]

    def target(self, record: Record, window: Encoding) -> int | float | list:
        """Return what the model should say of a window of a record."""
        raise NotImplementedError

    def logits(
        self, model: nn.Module, windows: Sequence[Sequence[Encoding]], batch_size: int = 64
    ) -> list[list[Tensor]]:
        """Return the logits of each window of each record."""
        found = iter(predict(model, self.tokenizer, [one for many in windows for one in many], batch_size))
        return [[next(found) for _ in many] for many in windows]

    def decide(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> Any:
        """Return the prediction for a record, in the form of its label."""
        raise NotImplementedError

    def entry(self, record: Record, windows: Sequence[Encoding], logits: Sequence[Tensor]) -> dict:
        """Return the prediction with its probability, as a line of JSON shows it."""
        raise NotImplementedError

    def predictions(
        self,
        model: nn.Module,
        records: Sequence[Record],
        batch_size: int = 64,
        windows: Sequence[Sequence[Encoding]] | None = None,
    ) -> list:
        """Return the prediction for each record; `windows` are its windows if they are known already."""
        windows = self.windows(records) if windows is None else windows
        logits = self.logits(model, windows, batch_size)
        return [self.decide(*one) for one in zip(records, windows, logits, strict=True)]

    def scores(self, predictions: Sequence, records: Sequence[Record]) -> dict[str, float]:
        """Return scores by name; the first one chooses the epoch, greater is better."""
        raise NotImplementedError

    def table(self, predictions: Sequence, records: Sequence[Record]) -> Table | None:
        """Return what the scores do not tell: which labels are taken for which, or a score for each."""
        return None

    def usual(self, training: Sequence[Record]) -> Any:
        """Return the prediction that needs no text: the label that is the most frequent in training."""
        return Counter(record.label for record in training).most_common(1)[0][0]

    def is_cut(self, record: Record, windows: Sequence[Encoding]) -> bool:
        """Tell whether the end of a record is missing in what the model reads."""
        if self.reads_all or len(windows[0].ids) < self.max_length:
            return False
        second = record.second if self.is_pair else None
        return len(self.tokenizer.encode(record.text, second).ids) > self.max_length
