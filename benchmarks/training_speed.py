"""Training: our loop against `BertForPreTraining` of transformers, trained as tutorials do it.

Both train the same configuration (mini, 8,000 pieces) on the same sentence pairs of real text, 64 at
a time, of at most 128 tokens. The plain loop takes them in random order, pads them, computes logits
at every position, and uses float32 and unfused AdamW. Prints real (unpadded) tokens per second as
ratios, and the peak memory of each, measured in a process of its own.

    JBERT_DATA=… python benchmarks/training_speed.py
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import torch

from jbert_lessons.batches import BatchMaker, tokenize
from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.devices import set_threads, supports_bfloat16
from jbert_lessons.encoder import BertConfig
from jbert_lessons.objectives import NEXT, BertForPreTraining, SentencePair
from jbert_lessons.optimization import make_optimizer
from jbert_lessons.pretraining_step import train_step
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import train_vocabulary
from jbert_lessons.words import surfaces

WARM_UP, STEPS, ROUNDS = 2, 20, 2


def make_batches(similar_length: bool) -> list:
    """Return batches of pairs of neighbouring sentences at their real lengths, at most 128 tokens."""
    documents = [d.sentences for d in read_corpus(Path(os.environ["JBERT_DATA"]) / "aozora")]
    counts = Counter(word for d in documents for sentence in d for word in surfaces(sentence))
    tokenizer = Tokenizer(train_vocabulary(counts, 8_000, limit_alphabet=2_000))
    pairs = [
        SentencePair(list(first[:62]), list(second[:63]), NEXT)
        for document in tokenize(documents, tokenizer)
        for first, second in zip(document[::2], document[1::2], strict=False)
    ]
    random.Random(0).shuffle(pairs)
    pairs = pairs[: 64 * (WARM_UP + STEPS)]
    if similar_length:
        pairs.sort(key=lambda pair: len(pair.first) + len(pair.second))
    batches = [pairs[i : i + 64] for i in range(0, len(pairs), 64)]
    random.Random(0).shuffle(batches)
    maker = BatchMaker(tokenizer)
    generator = torch.Generator().manual_seed(0)
    return [maker.batch(batch, generator) for batch in batches]


def measure(kind: str) -> dict:
    """Train in one way; return real tokens per second and peak memory in MB."""
    set_threads()
    batches = make_batches(similar_length=kind != "plain")
    config = BertConfig.preset("mini", vocab_size=8_000)
    torch.manual_seed(0)
    if kind == "plain":
        import transformers

        model = transformers.BertForPreTraining(transformers.BertConfig(**config.to_dict())).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    else:
        model = BertForPreTraining(config).train()
        optimizer = make_optimizer(model, 1e-4, 0.01)

    def step(batch: dict) -> None:
        if kind == "plain":
            labels = {"labels": batch["labels"], "next_sentence_label": batch["nsp_labels"]}
            names = ("input_ids", "token_type_ids", "attention_mask")
            model(**{name: batch[name] for name in names}, **labels).loss.backward()
        else:
            train_step(model, batch, bfloat16=kind == "bfloat16")
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    for batch in batches[:WARM_UP]:
        step(batch)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for batch in batches[WARM_UP:]:
            step(batch)
        best = min(best, time.perf_counter() - start)
    tokens = sum(int(batch["attention_mask"].sum()) for batch in batches[WARM_UP:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"tokens_per_second": tokens / best, "peak_megabytes": peak}


def main() -> None:
    kinds = ["plain", "float32"] + ["bfloat16"] * supports_bfloat16(torch.device("cpu"))
    results = {}
    for kind in kinds:
        output = subprocess.run([sys.executable, __file__, kind], capture_output=True, text=True, check=True)
        results[kind] = json.loads(output.stdout)
    for kind, result in results.items():
        ratio = result["tokens_per_second"] / results["plain"]["tokens_per_second"]
        print(
            f"{kind:8}  {result['tokens_per_second']:8,.0f} tokens/s  {ratio:4.2f} x plain"
            f"  peak {result['peak_megabytes']:6,.0f} MB"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
