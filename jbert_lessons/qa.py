"""Question answering: the place in a text that answers a question. Lesson 11 builds it.

Design choices
- An answer is two tokens, its first and its last; [CLS], token 0, is both where there is no answer.
- A long text is read in windows that overlap. In each, a span's score is its lead over "no answer" in
  the same window, so the windows can be compared, and the best lead wins.
- Offsets carry the answer back to the original characters: it is cut out of the text, never put
  together from tokens.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from jbert_lessons.classification import ClassifierOutput
from jbert_lessons.encoder import Bert, BertConfig, initialize
from jbert_lessons.tokenizer import Encoding, Pieces, Tokenizer

START, END = 0, 1  # the two numbers of a token's logits


class BertForQuestionAnswering(nn.Module):
    """The encoder with two numbers for every token: how well an answer starts there, and ends there.

    Source: Devlin et al., 2019, sections 4.2 and 4.3.
    """

    def __init__(self, config: BertConfig, generator: torch.Generator | None = None):
        super().__init__()
        self.config = config
        self.bert = Bert(config)
        self.qa_outputs = nn.Linear(config.hidden_size, 2)
        initialize(self, config.initializer_range, generator)

    def forward(
        self,
        input_ids: Tensor,
        token_type_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> ClassifierOutput:
        """Shapes: inputs (batch, length); labels (batch, 2); logits (batch, length, 2).

        Labels are the places of the first and the last token of the answer, (0, 0) for none.
        """
        hidden = self.bert(input_ids, token_type_ids, attention_mask).last_hidden_state
        logits = self.qa_outputs(hidden)
        return ClassifierOutput(logits, None if labels is None else span_loss(logits.float(), labels))


def span_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean of two cross-entropies in nats: which token starts the answer, which one ends it.

    Shapes: logits (batch, length, 2); labels (batch, 2). A place behind the last token is not counted,
    one before the first counts as 0. Both, and that padding has its part in the softmax, are as in
    transformers.
    """
    length = logits.shape[1]
    places = labels.clamp(0, length)
    start, end = (
        functional.cross_entropy(logits[..., side], places[:, side], ignore_index=length)
        for side in (START, END)
    )
    return (start + end) / 2


def windows(
    tokenizer: Tokenizer, question: str, context: str, max_length: int, stride: int
) -> list[Encoding]:
    """Return [CLS] question [SEP] stretch [SEP] for stretches that cover the context, left to right.

    No window has more than `max_length` tokens; two neighbours share `stride` tokens of the context.
    Offsets point into the question (token type 0) and into the whole context (token type 1).
    Raises ValueError if the question leaves no more room than the neighbours share.
    """
    asked, told = tokenizer.pieces([question, context])
    room = max_length - len(asked.ids) - 3
    if stride < 0:
        raise ValueError(f"the stride must not be negative: {stride}")
    if room <= stride:
        raise ValueError(
            f"the question has {len(asked.ids)} tokens: a window of {max_length} keeps {max(room, 0)} for "
            f"the context and must keep more than the stride, {stride}; shorten the question"
        )
    return [
        pair_of(tokenizer, asked, Pieces(*(column[first : first + room] for column in told)))
        for first in range(0, max(1, len(told.ids) - stride), room - stride)
    ]


def pair_of(tokenizer: Tokenizer, first: Pieces, second: Pieces) -> Encoding:
    """Return [CLS] first [SEP] second [SEP]."""
    n, m = len(first.ids), len(second.ids)
    return Encoding(
        [tokenizer.cls_id, *first.ids, tokenizer.sep_id, *second.ids, tokenizer.sep_id],
        [0] * (n + 2) + [1] * (m + 1),
        [1, *[0] * n, 1, *[0] * m, 1],
        [0, *first.starts, 0, *second.starts, 0],
        [0, *first.ends, 0, *second.ends, 0],
    )


def in_context(encoding: Encoding) -> list[bool]:
    """Tell for each token whether it is one of the context."""
    both = zip(encoding.token_type_ids, encoding.special_tokens_mask, strict=True)
    return [segment == 1 and not special for segment, special in both]


def answer_positions(encoding: Encoding, answer_start: int, answer_end: int) -> tuple[int, int]:
    """Return the first and the last token of `context[answer_start:answer_end]`; an empty one has none.

    (0, 0), the place of "no answer", unless the whole answer stands in this window. A token that sticks
    out of the answer belongs to it.
    """
    told = [i for i, inside in enumerate(in_context(encoding)) if inside]
    starts, ends = encoding.starts, encoding.ends
    if not told or answer_start < starts[told[0]] or answer_end > ends[told[-1]]:
        return 0, 0
    touched = [i for i in told if starts[i] < answer_end and ends[i] > answer_start]
    return (touched[0], touched[-1]) if touched and answer_start < answer_end else (0, 0)


class Answer(NamedTuple):
    """An answer, `context[start:end]`, empty for none, and the best span's lead over "no answer" in nats."""

    start: int
    end: int
    score: float


def valid_spans(encoding: Encoding, longest: int) -> Tensor:
    """Return which spans can be an answer, (length, length), from the first token to the last one.

    Both lie in the context, in this order, with at most `longest` tokens.
    """
    told = torch.tensor(in_context(encoding))
    return (told[:, None] & told).triu().tril(longest - 1)


def best_answer(
    encodings: Sequence[Encoding], logits: Sequence[Tensor], longest: int = 30, threshold: float = 0.0
) -> Answer:
    """Return the best valid span over the windows of one question; no answer unless it leads by `threshold`.

    `logits` are those of each window, (length, 2). A span's score is start + end, less the same two of
    [CLS] in its window: the logarithm of how much likelier it is than "no answer". The score is that of
    the best span also where the answer is none; minus infinity if no span is valid.
    Source: Devlin et al., 2019, section 4.3.
    """
    best = Answer(0, 0, -math.inf)
    for encoding, scores in zip(encodings, logits, strict=True):
        starts, ends = scores[: len(encoding.ids)].float().unbind(-1)
        leads = (starts[:, None] + ends) - (starts[0] + ends[0])  # (length, length)
        leads = leads.masked_fill(~valid_spans(encoding, longest), -math.inf)
        first, last = divmod(leads.argmax().item(), len(leads))
        lead = leads[first, last].item()
        if lead > best.score:
            best = Answer(encoding.starts[first], encoding.ends[last], lead)
    return best if best.score > threshold else Answer(0, 0, best.score)


def normalize_answer(text: str) -> str:
    """Return an answer as JSQuAD compares it: lower case, no 。 at the end, white space as one space.

    Nothing else: no NFKC, and punctuation stays. Source: Kurihara, Kawahara and Shibata, "JGLUE: Japanese
    General Language Understanding Evaluation", LREC 2022, and the evaluation released with it.
    """
    return " ".join(text.lower().rstrip("。").split())


def exact_match(predicted: str, answers: Sequence[str]) -> float:
    """Return 1.0 if `predicted` is one of `answers` after normalisation; without answers, if it is empty."""
    return max(float(normalize_answer(predicted) == gold) for gold in _golds(answers))


def character_f1(predicted: str, answers: Sequence[str]) -> float:
    """Return the F1 of characters, order aside, with the best of `answers`, after normalisation.

    An empty text has 1.0 with an empty one and 0.0 with any other.
    """
    return max(_f1(normalize_answer(predicted), gold) for gold in _golds(answers))


def _golds(answers: Sequence[str]) -> list[str]:
    """Return the normalised answers that are not empty; without any, the empty one alone."""
    return [gold for answer in answers if (gold := normalize_answer(answer))] or [""]


def _f1(predicted: str, gold: str) -> float:
    shared = sum((Counter(predicted) & Counter(gold)).values())
    total = len(predicted) + len(gold)
    return 2 * shared / total if total else 1.0
