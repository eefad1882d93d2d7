"""Fill masks: ask a pretrained model what stands behind [MASK], and whether it knows an answer."""

from typing import NamedTuple

import torch

from jbert_lessons.corpora.minipedia.probes import Probe
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.tokenizer import Tokenizer


class Fill(NamedTuple):
    """A token that the model proposes for a mask, and the probability that it gives to it."""

    token: str
    probability: float


@torch.no_grad()
def fill_masks(model: BertForPreTraining, tokenizer: Tokenizer, text: str, best: int = 5) -> list[list[Fill]]:
    """Return, for each [MASK] in `text`, the `best` tokens with their probabilities, the likeliest first.

    Raises ValueError if the text has no [MASK] or is longer than the model reads.
    """
    encoding = tokenizer.encode(text, special_in_text=True)
    longest = model.config.max_position_embeddings
    if tokenizer.mask_id not in encoding.ids:
        raise ValueError("no [MASK] in the text: write [MASK], in capitals, where a word is to be guessed")
    if len(encoding.ids) > longest:
        raise ValueError(
            f"the text has {len(encoding.ids)} tokens, the model reads at most {longest}: shorten it"
        )
    input_ids = torch.tensor([encoding.ids], device=model.nsp_head.weight.device)
    was_training = model.training
    model.eval()
    logits = model(input_ids, positions=input_ids == tokenizer.mask_id).mlm_logits
    model.train(was_training)
    top = torch.softmax(logits.float(), dim=-1).topk(min(best, logits.shape[-1]))
    return [
        [Fill(tokenizer.vocabulary[i], p) for i, p in zip(ids, probabilities, strict=True)]
        for ids, probabilities in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]


@torch.no_grad()
def answer_rank(model: BertForPreTraining, tokenizer: Tokenizer, probe: Probe) -> int:
    """Return the place of a probe's answer among its rivals by likelihood: 1 if the model prefers it to all.

    Each candidate is masked as a whole, all its pieces at once, and scored by the mean log-probability
    of its pieces, so that long and short candidates can be compared.
    Source: Jiang et al., "X-FACTR", EMNLP 2020, section 4.
    """
    texts = [probe.prefix + candidate + probe.suffix for candidate in (probe.answer, *probe.rivals)]
    candidates = (probe.answer, *probe.rivals)
    device = model.nsp_head.weight.device
    by_shape: dict[tuple[int, ...], list[tuple[int, list[int]]]] = {}
    first = len(probe.prefix)
    for number, (candidate, encoding) in enumerate(
        zip(candidates, tokenizer.encode_batch(texts), strict=True)
    ):
        last = first + len(candidate)
        inside = [start < last and end > first for start, end in encoding.offsets]
        masked = tuple(
            tokenizer.mask_id if hidden else i for i, hidden in zip(encoding.ids, inside, strict=True)
        )
        answer = [i for i, hidden in zip(encoding.ids, inside, strict=True) if hidden]
        by_shape.setdefault(masked, []).append((number, answer))
    was_training = model.training
    model.eval()
    scores = [0.0] * len(candidates)
    for masked, found in by_shape.items():
        input_ids = torch.tensor([masked], device=device)
        logits = model(input_ids, positions=input_ids == tokenizer.mask_id).mlm_logits
        pieces = torch.tensor([ids for _, ids in found], device=device)  # (candidates, pieces)
        chosen = torch.log_softmax(logits.float(), dim=-1).gather(1, pieces.T).mean(dim=0)
        for (number, _), score in zip(found, chosen.tolist(), strict=True):
            scores[number] = score
    model.train(was_training)
    return 1 + sum(score >= scores[0] for score in scores[1:])
