"""Fine-tuning: our model and loop against `BertForSequenceClassification` of transformers.

    python benchmarks/finetuning_speed.py [--preset mini]

All train one epoch on the same texts of Minipedia, single sentences and whole documents of at most 128
tokens, 16 at a time, with the same optimizer. "plain" is the library's model in a loop that takes the
texts in random order, pads each batch to its longest text and computes in float32; the others run our
`finetune`. Prints real (unpadded) tokens a second, the best of three rounds in turn, and the ratio to
the first.
"""

import argparse
import random
import time

import torch
import transformers

from jbert_lessons.checkpoints import load_pretrained
from jbert_lessons.classification import BertForSequenceClassification
from jbert_lessons.corpora.minipedia.document_tasks import named_entities, topic
from jbert_lessons.devices import get_device, set_threads, supports_bfloat16
from jbert_lessons.encoder import BertConfig
from jbert_lessons.finetuning import Example, FinetuningOptions, collate, finetune
from jbert_lessons.optimization import make_optimizer

TEXTS, ROUNDS, BATCH = 320, 3, 16


def library_model(config: BertConfig) -> torch.nn.Module:
    """Return transformers' classifier of the same size."""
    return transformers.BertForSequenceClassification(
        transformers.BertConfig(**config.to_dict(), num_labels=2, problem_type="single_label_classification")
    )


def plain_epoch(model: torch.nn.Module, tokenizer, examples: list[Example]) -> None:
    """Train one epoch as most scripts do it."""
    optimizer = make_optimizer(model, 1e-4, 0.01)
    model.train()
    shuffled = random.Random(0).sample(examples, len(examples))
    for start in range(0, len(shuffled), BATCH):
        batch = collate(shuffled[start : start + BATCH], tokenizer, next(model.parameters()).device)
        model(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--preset", default="mini", help="size of the models; mini if not said")
    preset = parser.parse_args().preset
    set_threads()
    device = get_device()
    _, tokenizer = load_pretrained()
    texts = [text for text, _ in named_entities(TEXTS // 2, 0)] + [text for text, _ in topic(TEXTS // 2, 0)]
    encodings = [tokenizer.encode(text, max_length=128) for text in texts]
    examples = [Example(encoding, number % 2) for number, encoding in enumerate(encodings)]
    tokens = sum(len(encoding.ids) for encoding in encodings)
    config = BertConfig.preset(preset, vocab_size=len(tokenizer.vocabulary))

    def ours(bfloat16: bool, model: torch.nn.Module):
        options = FinetuningOptions(epochs=1, batch_size=BATCH, learning_rate=1e-4, bfloat16=bfloat16)
        return lambda: finetune(model, tokenizer, examples, lambda _: 0.0, options)

    plain, theirs, mine = (
        make().to(device)
        for make in (*[lambda: library_model(config)] * 2, lambda: BertForSequenceClassification(config, 2))
    )
    ways = {
        "transformers, plain loop": lambda: plain_epoch(plain, tokenizer, examples),
        "transformers, our loop, float32": ours(False, theirs),
        "ours, float32": ours(False, mine),
    }
    if supports_bfloat16(device):
        ways["transformers, our loop, bfloat16"] = ours(True, theirs)
        ways["ours, bfloat16"] = ours(True, mine)
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - start)
    first = next(iter(best.values()))
    for name, seconds in best.items():
        print(f"{name:34} {tokens / seconds:9,.0f} tokens/s  {first / seconds:5.2f}")


if __name__ == "__main__":
    main()
