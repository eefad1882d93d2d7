"""Classification: one decision about a text, or about a pair of texts. Lesson 09 builds it.

Design choices
- The head reads the pooled [CLS], as in the original BERT, after dropout.
- One class, several labels and a number differ only in their loss.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.encoder import Bert, BertConfig, initialize

PROBLEMS = ("single_label_classification", "multi_label_classification", "regression")


class ClassifierOutput(NamedTuple):
    """Logits, (batch, labels) or (batch, length, labels), and the loss in nats if labels were given."""

    logits: Tensor
    loss: Tensor | None


class BertForSequenceClassification(nn.Module):
    """The encoder with a linear layer on the pooled output.

    `problem_type` is one of PROBLEMS; a regression has one label. Raises ValueError for any other.
    Source: Devlin et al., 2019, section 4.1.
    """

    def __init__(
        self,
        config: BertConfig,
        num_labels: int,
        problem_type: str = "single_label_classification",
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        if problem_type not in PROBLEMS:
            raise ValueError(f"unknown problem type {problem_type!r}: choose one of {', '.join(PROBLEMS)}")
        if num_labels < 1 or (problem_type == "regression" and num_labels != 1):
            raise ValueError(f"{num_labels} labels do not fit {problem_type}")
        self.config = config
        self.problem_type = problem_type
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
        """Shapes: inputs (batch, length); labels (batch) or, if several may hold, (batch, labels)."""
        pooled = self.bert(input_ids, token_type_ids, attention_mask).pooled
        logits = self.classifier(self.dropout(pooled))
        return ClassifierOutput(logits, None if labels is None else self.loss(logits.float(), labels))

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss: cross-entropy, binary cross-entropy of each label, or squared error."""
        if self.problem_type == "regression":
            return functional.mse_loss(logits.squeeze(-1), labels.float())
        if self.problem_type == "multi_label_classification":
            return functional.binary_cross_entropy_with_logits(logits, labels.float())
        return functional.cross_entropy(logits, labels)
