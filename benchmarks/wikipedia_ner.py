"""Named entities in real sentences: the Wikipedia NER set, from the checkpoint and from random weights.

    python benchmarks/wikipedia_ner.py --log notebooks/data/10_wikipedia.jsonl

Reads ner-wikipedia/ner.json below the folder that JBERT_DATA names (Wikipedia NER data set by Stockmark,
version 2.0, CC BY-SA 3.0). The sentences of a page stay together in training, validation or test. Writes a
line for each epoch and one with the scores of test text, for each start; seconds are those of the processor.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import torch

from jbert_lessons.checkpoints import load_pretrained
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.finetuning import Example, FinetuningOptions, finetune, predict, start_from
from jbert_lessons.ner import (
    OUTSIDE,
    BertForTokenClassification,
    Span,
    best_legal_labels,
    bio_labels,
    entities_of_pieces,
    entity_scores,
    labels_of_pieces,
    may_follow,
)
from jbert_lessons.objectives import IGNORED

STARTS = ("pretrained", "random")


def read_wikipedia(path: Path) -> Iterator[tuple[str, str, list[Span]]]:
    """Yield the page, the text and the entities of each sentence."""
    for record in json.loads(path.read_text(encoding="utf-8")):
        yield record["curid"], record["text"], [(*e["span"], e["type"]) for e in record["entities"]]


def split_by_page(records: Sequence[tuple]) -> list[list[tuple]]:
    """Return four fifths of the pages for training, a tenth for validation and a tenth for test."""
    pages = sorted({page for page, *_ in records})
    random.Random(0).shuffle(pages)
    tenth = len(pages) // 10
    part_of = {page: min(i // tenth, 2) for i, page in enumerate(pages)}  # 0 test, 1 validation, 2 training
    return [[record for record in records if part_of[record[0]] == part] for part in (2, 1, 0)]


class Tagger:
    """The sentences of one part of the set as the model reads them, and the scores of a model on them."""

    def __init__(self, records: Sequence[tuple], tokenizer, names: Sequence[str], longest: int):
        self.tokenizer, self.names = tokenizer, names
        self.entities = [entities for _, _, entities in records]
        self.encodings = tokenizer.encode_batch([text for _, text, _ in records], max_length=longest)
        self.examples = [
            Example(encoding, labels_of_pieces(encoding, entities, names))
            for encoding, entities in zip(self.encodings, self.entities, strict=True)
        ]

    def score(self, model) -> float:
        greedy = [self.read(row.argmax(-1)) for row in predict(model, self.tokenizer, self.encodings)]
        return self.entity_scores(greedy).f1

    def read(self, numbers) -> list[str]:
        return [self.names[i] for i in numbers]

    def entity_scores(self, labels, strict: bool = False):
        found = [entities_of_pieces(*both, strict) for both in zip(self.encodings, labels, strict=True)]
        return entity_scores(found, self.entities)

    def all_scores(self, model) -> dict[str, float]:
        """The scores of test text: greedy and searched labels, and the accuracy of tokens."""
        logits = predict(model, self.tokenizer, self.encodings)
        greedy = [self.read(row.argmax(-1)) for row in logits]
        searched = [[OUTSIDE, *best_legal_labels(row[1:-1], self.names), OUTSIDE] for row in logits]
        true = [number for example in self.examples for number in example.label]
        said = [self.names.index(label) for row in greedy for label in row]
        asked = [(ours, theirs) for ours, theirs in zip(said, true, strict=True) if theirs != IGNORED]
        illegal = sum(not may_follow(*pair) for row in greedy for pair in pairwise([OUTSIDE, *row[1:-1]]))
        ids = [i for encoding in self.encodings for i in encoding.ids[1:-1]]
        scores = self.entity_scores(greedy)
        return {
            "f1": scores.f1,
            "precision": scores.precision,
            "recall": scores.recall,
            "f1_strict": self.entity_scores(greedy, strict=True).f1,
            "f1_searched": self.entity_scores(searched).f1,
            "illegal_moves": illegal,
            "token_accuracy": sum(ours == theirs for ours, theirs in asked) / len(asked),
            "token_accuracy_of_always_o": sum(theirs == 0 for _, theirs in asked) / len(asked),
            "unknown_tokens": ids.count(self.tokenizer.unk_id) / len(ids),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--log", type=Path, required=True, help="file for the JSON lines")
    parser.add_argument("--start", choices=STARTS, action="append", help="both if none is named")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    options = parser.parse_args()
    if not os.environ.get("JBERT_DATA"):
        parser.error("JBERT_DATA must name the folder that holds ner-wikipedia/ner.json")
    set_threads()
    records = list(read_wikipedia(Path(os.environ["JBERT_DATA"], "ner-wikipedia", "ner.json")))
    names = bio_labels(sorted({kind for *_, entities in records for *_, kind in entities}))
    pretrained, tokenizer = load_pretrained()
    longest = pretrained.config.max_position_embeddings
    training, validation, test = (Tagger(p, tokenizer, names, longest) for p in split_by_page(records))
    config = replace(pretrained.config, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
    settings = FinetuningOptions(
        epochs=options.epochs, learning_rate=options.learning_rate, patience=options.epochs
    )
    with options.log.open("a", encoding="utf-8") as log:
        for start in options.start or STARTS:
            model = BertForTokenClassification(config, len(names), torch.Generator().manual_seed(0))
            if start == "pretrained":
                start_from(model, pretrained)
            else:
                model.bert.embeddings.start_with_sinusoids(config.initializer_range)
            began = time.process_time()

            def report(entry: dict, start=start, began=began) -> None:
                entry = {"start": start, **entry, "cpu_seconds": round(time.process_time() - began)}
                print(json.dumps(entry, ensure_ascii=False), file=log, flush=True)

            finetune(model.to(get_device()), tokenizer, training.examples, validation.score, settings, report)
            parts = {"training": training, "validation": validation, "test": test}
            found = {
                "test": test.all_scores(model),
                "sentences": {n: len(p.entities) for n, p in parts.items()},
            }
            report({**found, "options": asdict(settings)})


if __name__ == "__main__":
    main()
