"""Fill masks: ask a pretrained model what stands behind [MASK]."""

from typing import NamedTuple

import torch

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
