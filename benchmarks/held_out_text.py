"""How well a model fills masks in text that it was not trained on, from near to far.

    python benchmarks/held_out_text.py [MODEL]      the folder of a checkpoint, or the shipped one

With JBERT_DATA a work of Aozora Bunko is read too. 15 % of the tokens are masked, pairs fill the
model's length; the unigram figures are those of the text itself: nobody who guesses one fixed
distribution does better.
"""

import math
import os
import random
import sys
from collections import Counter
from pathlib import Path

import torch

from jbert_lessons.batches import BatchMaker, divide, tokenize
from jbert_lessons.checkpoints import load_model, load_pretrained
from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.corpora.minipedia.pieces import pieces
from jbert_lessons.devices import set_threads
from jbert_lessons.objectives import IGNORED
from jbert_lessons.pretraining_job import minipedia
from jbert_lessons.pretraining_step import evaluate
from jbert_lessons.text import split_sentences


def texts() -> dict[str, list[list[str]]]:
    """Return documents, lists of sentences, by what kind of text they are."""
    found = {
        "generated, core facts": minipedia("core", "test", 99, 0.05),
        "generated, core facts, new templates": minipedia("core", "test", 99, 0.05, new_templates=True),
        "generated, all facts": minipedia("all", "test", 99, 0.025),
        "generated, all facts, new templates": minipedia("all", "test", 99, 0.025, new_templates=True),
        "hand-written pieces": [
            [sentence for paragraph in piece.paragraphs for sentence in split_sentences(paragraph)]
            for piece in pieces()
        ],
    }
    if folder := os.environ.get("JBERT_DATA"):
        work = next(read_corpus(Path(folder) / "aozora"))
        found[f"a work of Aozora Bunko ({work.name})"] = divide([work.sentences])
    return found


def main() -> None:
    set_threads()
    model, tokenizer = load_model(sys.argv[1]) if len(sys.argv) > 1 else load_pretrained()
    maker = BatchMaker(tokenizer, batch_size=32, max_length=model.config.max_position_embeddings)
    print("| text | masked tokens | MLM accuracy | MLM loss | unigram entropy | NSP accuracy | [UNK] |")
    print("|---|---|---|---|---|---|---|")
    for name, documents in texts().items():
        tokenized = tokenize(documents, tokenizer)
        generator = torch.Generator().manual_seed(0)
        batches = [maker.batch(pairs, generator) for pairs in maker.epoch(tokenized, random.Random(0))]
        result = evaluate(model, batches)
        labels = Counter(torch.cat([b["labels"][b["labels"] != IGNORED] for b in batches]).tolist())
        total = labels.total()
        entropy = -sum(n / total * math.log(n / total) for n in labels.values())
        counts = Counter(i for document in tokenized for sentence in document for i in sentence)
        unknown = counts[tokenizer.unk_id] / counts.total()
        print(
            f"| {name} | {total:,} | {result['mlm_accuracy']:.3f} | {result['mlm_loss']:.2f} "
            f"| {entropy:.2f} | {result['nsp_accuracy']:.3f} | {unknown:.1%} |"
        )


if __name__ == "__main__":
    main()
