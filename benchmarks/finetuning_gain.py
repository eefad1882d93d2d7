"""What pretraining is worth: every task from the checkpoint and from random weights, beside simple baselines.

    python benchmarks/finetuning_gain.py [--task sentiment] [--model DIR] [--log FILE] [--seeds 5]

Five runs for each number of examples, each with examples, a head and an order of its own; the epoch is
chosen on validation text, the score is that of test text: the first score of the task in tasks.py. Mean
and standard deviation over the runs. With --log every run adds a line to FILE, and runs that stand in it
already are not repeated, so an interrupted study goes on.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from jbert_lessons.checkpoints import load_model, load_pretrained
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.finetuning import FinetuningOptions, finetune, start_from
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.task_base import Record
from jbert_lessons.tasks import TASKS, SingleLabel
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.words import surfaces

EPOCHS = {100: 25, 300: 15, 1_000: 8}
VALID, TEST = 100, 600
STARTS = ("pretrained", "random")
# The shipped model was pretrained without dropout, and with it learns late.
DROPOUT = 0.0


class Study:
    """The runs of one task with one checkpoint."""

    def __init__(self, name: str, pretrained: BertForPreTraining, tokenizer: Tokenizer):
        self.kind = TASKS[name]
        self.pretrained = pretrained
        self.valid, self.test = self.kind.minipedia(VALID, 10, "valid"), self.kind.minipedia(TEST, 10, "test")
        labelled = self.kind.minipedia(2_000, 0, "train")
        self.task = self.kind.of(tokenizer, pretrained.config.max_position_embeddings, labelled)
        self.windows = self.task.windows(self.valid)

    def starts(self) -> list[str]:
        """Return the names of what is compared for this task."""
        simple = ["majority", "bag of words", "linear probe"] if issubclass(self.kind, SingleLabel) else []
        return [*STARTS, *simple]

    def score(self, start: str, n: int, seed: int) -> float:
        """Train on `n` examples once and return the score on the test text."""
        training = self.kind.minipedia(n, seed, "train")
        if start in STARTS:
            return self._score_of(self._finetuned(training, start, n, seed), self.test)
        if start == "majority":
            return self._first([self.task.usual(training)] * TEST, self.test)
        labels = [record.label for record in training]
        if start == "bag of words":
            classifier = make_pipeline(CountVectorizer(analyzer=_words), LogisticRegression(max_iter=2_000))
            return self._first(list(classifier.fit(training, labels).predict(self.test)), self.test)
        probe = LogisticRegression(max_iter=2_000).fit(self._features(training), labels)
        return self._first(list(probe.predict(self._features(self.test))), self.test)

    def _finetuned(self, training: Sequence[Record], start: str, n: int, seed: int) -> torch.nn.Module:
        config = replace(
            self.pretrained.config, hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT
        )
        model = self.task.model(config, torch.Generator().manual_seed(seed)).to(get_device())
        if start == "pretrained":
            start_from(model, self.pretrained)
        else:
            model.bert.embeddings.start_with_sinusoids(config.initializer_range)
        rate, epochs = self.task.learning_rate, EPOCHS[n]
        options = FinetuningOptions(epochs=epochs, learning_rate=rate, patience=epochs, seed=seed)
        examples = self.task.encode(training)
        finetune(model, self.task.tokenizer, examples, lambda m: self._score_of(m, None), options)
        return model

    def _score_of(self, model: torch.nn.Module, records: Sequence[Record] | None) -> float:
        if records is None:
            return self._first(self.task.predictions(model, self.valid, windows=self.windows), self.valid)
        return self._first(self.task.predictions(model, records), records)

    def _first(self, predictions: Sequence, records: Sequence[Record]) -> float:
        return next(iter(self.task.scores(predictions, records).values()))

    @torch.no_grad()
    def _features(self, records: Sequence[Record]) -> torch.Tensor:
        """Return the mean of the vectors of each text's tokens, from the encoder as it was pretrained."""
        bert, rows = self.pretrained.bert, []
        for [window] in self.task.windows(records):
            ids, segments = (torch.tensor([row]) for row in (window.ids, window.token_type_ids))
            rows.append(bert(ids, segments).last_hidden_state[0].mean(0))
        return torch.stack(rows)


def _words(record: Record) -> list[str]:
    """Return the words of a text; those of a second text are other words."""
    return [*surfaces(record.text), *(f"2 {word}" for word in surfaces(record.second or ""))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", help="folder of a checkpoint; without it, the shipped one")
    parser.add_argument("--task", choices=TASKS, action="append", help="all if none is named")
    parser.add_argument("--log", type=Path, help="file to which every run adds a line")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    set_threads()
    pretrained, tokenizer = load_model(options.model) if options.model else load_pretrained()
    done = {}
    if options.log and options.log.exists():
        for line in options.log.read_text(encoding="utf-8").splitlines():
            run = json.loads(line)
            done[run["task"], run["start"], run["examples"], run["seed"]] = run["score"]
    print("| task | examples | start | test score | standard deviation |")
    print("|---|---|---|---|---|")
    for name in options.task or TASKS:
        study = Study(name, pretrained, tokenizer)
        for n in EPOCHS:
            for start in study.starts():
                for seed in range(options.seeds):
                    if (name, start, n, seed) in done:
                        continue
                    score = done[name, start, n, seed] = study.score(start, n, seed)
                    if options.log:
                        run = {"task": name, "examples": n, "start": start, "seed": seed}
                        with open(options.log, "a", encoding="utf-8") as file:
                            file.write(json.dumps({**run, "score": round(score, 4)}) + "\n")
                scores = [done[name, start, n, seed] for seed in range(options.seeds)]
                spread = f"{stdev(scores):.3f}" if len(scores) > 1 else ""
                print(f"| {name} | {n:,} | {start} | {mean(scores):.3f} | {spread} |", flush=True)


if __name__ == "__main__":
    main()
