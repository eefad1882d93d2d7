"""A fine-tuning whose best epoch so far is always on disk, and its test. finetuning_job.py starts it."""

import json
import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from jbert_lessons.checkpoints import write_file, write_json
from jbert_lessons.finetuning import Example, FinetuningOptions, finetune
from jbert_lessons.interrupt import InterruptLater
from jbert_lessons.run_logs import json_lines
from jbert_lessons.task_base import Record, Table, Task
from jbert_lessons.task_checkpoints import load_task_model, save_task_model, save_weights
from jbert_lessons.tokenizer import Encoding


@dataclass(frozen=True)
class Data:
    """Records for training, for choosing the epoch, for the test, and the labels that they have."""

    training: list[Record]
    valid: list[Record]
    test: list[Record]
    labels: list[str]


@dataclass(frozen=True)
class Outcome:
    """What a run found on the test records, beside what the most frequent label alone scores."""

    scores: dict[str, float]
    majority: dict[str, float]
    table: Table | None
    seconds: float


class TimeIsUp(Exception):
    """Ends a training between two epochs."""


class FinetuningRun:
    """A training whose best epoch so far is always on disk.

    `windows` are those of the validation records; `minutes` end it after the epoch that exceeds them.
    """

    def __init__(
        self,
        out: Path,
        job: Task,
        model: nn.Module,
        valid: Sequence[Record],
        windows: Sequence[Sequence[Encoding]],
        minutes: float | None,
        say: Callable[[str], None],
    ):
        self.out, self.job, self.model = out, job, model
        self.valid, self.windows, self.say = valid, windows, say
        self.started = time.monotonic()
        self.deadline = math.inf if minutes is None else self.started + 60 * minutes
        self.best = math.nan
        self.best_epoch = self.epoch = 0

    def train(self, training: list[Example], options: FinetuningOptions) -> None:
        """Train, log every epoch, keep the best one in the model and on disk."""
        with ExitStack() as stack:
            logs: list[Callable[[dict], None]] = []

            def report(entry: dict) -> None:
                if not logs:  # only now is there a folder
                    logs.append(stack.enter_context(json_lines(self.out / "log.jsonl", 0)))
                logs[0](finite(entry))
                name = self.score_name
                best = " (best)" if self.best_epoch == entry["epoch"] else ""
                self.say(
                    f"epoch {entry['epoch']} of {options.epochs}: loss {entry['loss']:.3f}, "
                    f"{name.replace('_', ' ')} {entry['score']:.3f}{best}"
                )
                if time.monotonic() > self.deadline and entry["epoch"] < options.epochs:
                    raise TimeIsUp

            try:
                finetune(self.model, self.job.tokenizer, training, self._score, options, report)
            except TimeIsUp:
                self.say("the time is up: the best epoch so far is kept")
                best, _, _ = load_task_model(self.out)
                self.model.load_state_dict(best.state_dict())

    def standing(self) -> str:
        """Return a line that says what an interrupted run leaves."""
        if self.best_epoch:
            return f"stopped; {self.out} holds the model of epoch {self.best_epoch}, the best so far"
        return "stopped before the first epoch ended; nothing is written"

    def _score(self, model: nn.Module) -> float:
        """Score the validation records; keep the model on disk if `finetune` will keep it in memory."""
        self.epoch += 1
        predictions = self.job.predictions(model, self.valid, windows=self.windows)
        self.score_name, score = next(iter(self.job.scores(predictions, self.valid).items()))
        if math.isnan(self.best) or score > self.best:
            with InterruptLater() as interrupt:
                if self.best_epoch:
                    save_weights(self.out, model)
                else:
                    job = self.job
                    reading = {"task": job.name, "max_length": job.max_length}
                    save_task_model(self.out, model, job.tokenizer, job.labels, **reading)
                self.best, self.best_epoch = score, self.epoch
            if interrupt.wanted:
                raise KeyboardInterrupt
        return score

    def test(self, found: Data) -> Outcome:
        """Score the test records; write predictions.jsonl and scores.json."""
        job, records = self.job, found.test
        windows = job.windows(records)
        logits = job.logits(self.model, windows)
        together = list(zip(records, windows, logits, strict=True))
        predictions = [job.decide(*one) for one in together]
        usual = [job.usual(found.training)] * len(records)
        outcome = Outcome(
            job.scores(predictions, records),
            job.scores(usual, records),
            job.table(predictions, records),
            time.monotonic() - self.started,
        )
        lines = [
            {**inputs(job, record), **job.entry(record, *rest), "true": record.label}
            for record, *rest in together
        ]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path = self.out / "predictions.jsonl"
        write_file(path, lambda partial: partial.write_text(text, encoding="utf-8", newline="\n"))
        values = {
            **{"task": job.name, "test": outcome.scores, "majority": outcome.majority},
            **{"validation": self.best, "best_epoch": self.best_epoch, "seconds": outcome.seconds},
            "table": None if outcome.table is None else vars(outcome.table),
        }
        write_json(self.out / "scores.json", finite(values))
        return outcome


def inputs(job: Task, record: Record) -> dict[str, str]:
    """Return the texts of a record under the names that a line of JSON has for them."""
    if job.name == "qa":
        return {"question": record.second, "context": record.text}
    return {"text": record.text, **({"second": record.second} if job.is_pair else {})}


def finite(value: Any) -> Any:
    """Replace what JSON cannot write, a number that is none, by None."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
