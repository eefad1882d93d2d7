"""What pretraining is worth: sentiment and named entities from the checkpoint and from random weights.

    python benchmarks/finetuning_gain.py [--model DIR] [--task sentiment] [--task entities]

Five runs for each number of examples, each with examples, a head and an order of its own; the epoch is
chosen on validation text, the score is that of test text. Mean and standard deviation over the runs.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from statistics import mean, stdev

import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from jbert_lessons.checkpoints import load_model, load_pretrained
from jbert_lessons.classification import BertForSequenceClassification
from jbert_lessons.corpora.minipedia.annotation import LABELS
from jbert_lessons.corpora.minipedia.document_tasks import named_entities
from jbert_lessons.corpora.minipedia.reviews import SENTIMENTS, sentiment
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.finetuning import Example, FinetuningOptions, finetune, predict, start_from
from jbert_lessons.ner import (
    BertForTokenClassification,
    bio_labels,
    entities_of_pieces,
    entity_scores,
    labels_of_pieces,
)
from jbert_lessons.objectives import IGNORED
from jbert_lessons.words import surfaces

EPOCHS = {100: 25, 300: 15, 1_000: 8}
SEEDS = range(5)
VALID, TEST = 100, 600
NAMES = bio_labels(LABELS)


class Sentiment:
    """Positive or negative reviews; the score is accuracy."""

    learning_rate = 2e-3  # for both starts; with 1e-3 the pretrained model learns too slowly at 100 examples

    def __init__(self, tokenizer, max_length: int):
        self.tokenizer = tokenizer
        self.max_length = max_length

    def examples(self, n: int, seed: int, split: str) -> list[tuple[str, str]]:
        return list(sentiment(n, seed, split))

    def encode(self, examples) -> list[Example]:
        encodings = [self.tokenizer.encode(text, max_length=self.max_length) for text, _ in examples]
        labels = [SENTIMENTS.index(label) for _, label in examples]
        return [Example(*one) for one in zip(encodings, labels, strict=True)]

    def model(self, config, generator):
        return BertForSequenceClassification(config, len(SENTIMENTS), generator=generator)

    def score(self, model, examples) -> float:
        encoded = self.encode(examples)
        logits = predict(model, self.tokenizer, [example.encoding for example in encoded])
        return mean(int(row.argmax()) == example.label for row, example in zip(logits, encoded, strict=True))

    def baselines(self, training, test) -> dict[str, float]:
        texts, labels = zip(*training, strict=True)
        bag = make_pipeline(CountVectorizer(analyzer=surfaces), LogisticRegression(max_iter=2_000))
        most = Counter(labels).most_common(1)[0][0]
        bag.fit(texts, labels)
        mirrored = sentiment(TEST, 10, "test", mirrored_share=1)
        return {
            "majority": mean(label == most for _, label in test),
            "bag of words": bag.score(*zip(*test, strict=True)),
            "bag of words, on mirrored reviews only": bag.score(*zip(*mirrored, strict=True)),
        }


class NamedEntities:
    """Names in sentences; the score is F1 of entities."""

    learning_rate = 1e-3

    def __init__(self, tokenizer, max_length: int):
        self.tokenizer = tokenizer
        self.max_length = max_length

    def examples(self, n: int, seed: int, split: str) -> list[tuple[str, tuple]]:
        return [(text, tuple(map(tuple, entities))) for text, entities in named_entities(n, seed, split)]

    def encode(self, examples) -> list[Example]:
        encodings = [self.tokenizer.encode(text, max_length=self.max_length) for text, _ in examples]
        return [
            Example(encoding, labels_of_pieces(encoding, entities, NAMES))
            for encoding, (_, entities) in zip(encodings, examples, strict=True)
        ]

    def model(self, config, generator):
        return BertForTokenClassification(config, len(NAMES), generator)

    def score(self, model, examples) -> float:
        encodings = [example.encoding for example in self.encode(examples)]
        guessed = [[NAMES[i] for i in row.argmax(-1)] for row in predict(model, self.tokenizer, encodings)]
        return self.f1(encodings, guessed, examples)

    def f1(self, encodings, guessed, examples) -> float:
        found = [entities_of_pieces(e, labels) for e, labels in zip(encodings, guessed, strict=True)]
        return entity_scores(found, [entities for _, entities in examples]).f1

    def baselines(self, training, test) -> dict[str, float]:
        """Every piece gets the label that it has most often in the training text, wherever it stands."""
        counts: dict[int, Counter] = {}
        for encoding, labels in self.encode(training):
            for piece, label in zip(encoding.ids, labels, strict=True):
                counts.setdefault(piece, Counter())[max(label, 0)] += label != IGNORED
        encodings = [encoding for encoding, _ in self.encode(test)]
        usual = {piece: found.most_common(1)[0][0] for piece, found in counts.items()}
        guessed = [[NAMES[usual.get(piece, 0)] for piece in encoding.ids] for encoding in encodings]
        return {"majority": 0.0, "each piece by itself": self.f1(encodings, guessed, test)}


def run(task, pretrained, n: int, seed: int, start: Callable, valid, test) -> float:
    """Fine-tune once and return the test score."""
    config = replace(pretrained.config, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
    model = task.model(config, torch.Generator().manual_seed(seed)).to(get_device())
    start(model)
    options = FinetuningOptions(
        epochs=EPOCHS[n], learning_rate=task.learning_rate, patience=EPOCHS[n], seed=seed
    )
    training = task.encode(task.examples(n, seed, "train"))
    finetune(model, task.tokenizer, training, lambda model: task.score(model, valid), options)
    return task.score(model, test)


def start_but_for_the_last_layer(model, pretrained) -> None:
    """Copy the pretrained encoder, but leave its last layer and the pooler as they are.

    Source: Zhang et al., "Revisiting Few-sample BERT Fine-tuning", ICLR 2021, section 5.
    """
    last = (f"layers.{len(model.bert.layers) - 1}.", "pooler.")
    fresh = {name: value.clone() for name, value in model.bert.state_dict().items() if name.startswith(last)}
    start_from(model, pretrained)
    model.bert.load_state_dict(fresh, strict=False)


def main() -> None:
    tasks = {"sentiment": Sentiment, "entities": NamedEntities}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", help="folder of a checkpoint; without it, the shipped one")
    parser.add_argument("--task", choices=tasks, action="append", help="all if none is named")
    options = parser.parse_args()
    set_threads()
    pretrained, tokenizer = load_model(options.model) if options.model else load_pretrained()
    deviation = pretrained.config.initializer_range
    starts = {
        "random weights": lambda model: model.bert.embeddings.start_with_sinusoids(deviation),
        "pretrained": lambda model: start_from(model, pretrained),
        "pretrained, last layer fresh": lambda model: start_but_for_the_last_layer(model, pretrained),
    }
    print("| task | examples | start | test score | standard deviation |")
    print("|---|---|---|---|---|")
    longest = pretrained.config.max_position_embeddings
    for task in (tasks[name](tokenizer, longest) for name in options.task or tasks):
        title = type(task).__doc__.partition(";")[0]
        valid, test = task.examples(VALID, 10, "valid"), task.examples(TEST, 10, "test")
        for n in EPOCHS:
            for name, score in task.baselines(task.examples(n, 0, "train"), test).items():
                print(f"| {title} | {n:,} | {name} | {score:.3f} | |", flush=True)
            for name, start in starts.items():
                scores = [run(task, pretrained, n, seed, start, valid, test) for seed in SEEDS]
                row = f"| {title} | {n:,} | {name} | {mean(scores):.3f} | {stdev(scores):.3f} |"
                print(row, flush=True)


if __name__ == "__main__":
    main()
