"""What test_processes.py starts through torchrun: runs whose processes take notes of what they do.

    torchrun … tests/joined_runs.py train CORPUS FOLDER
    torchrun … tests/joined_runs.py wait STEP FOLDER OPTIONS…

The first trains the models of RUNS and one by the clock; each process writes its notes to
FOLDER/notes-RANK.json. The second is `jbert pretrain` with these options; at that step every process
writes its number to FOLDER/process-RANK, and rank 1 waits there for its end.
"""

import json
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import torch
from torch import distributed

from jbert_lessons import pretraining, pretraining_step
from jbert_lessons.cli import app
from jbert_lessons.objectives import IGNORED
from jbert_lessons.pretraining import PretrainingOptions
from jbert_lessons.pretraining_job import pretrain_on_text
from jbert_lessons.processes import joined, rank

RUNS = {
    "odd batches": {"steps": 20, "batch_size": 5},
    "in parts": {"steps": 20, "batch_size": 5, "accumulation": 2},
    "one row": {"steps": 5, "batch_size": 1},
}
BY_THE_CLOCK = {"minutes": 1 / 60, "batch_size": 5}


def train(corpus: Path, out: Path, options: dict, after_step: Callable = lambda: None) -> dict:
    """Train a model in `out`; returns its result and what this process computed in every step."""
    options = PretrainingOptions(max_length=32, bfloat16=False, learning_rate=2e-3, **options)
    with noted_steps(after_step) as steps:
        result = pretrain_on_text(
            out, options, corpus=corpus, vocab_size=300, held_out_share=0.3, say=lambda _: None
        )
    return {"result": result, "steps": steps}


@contextmanager
def noted_steps(after_step: Callable) -> Iterator[list[dict]]:
    """Note for each step where dropout's generator started, the rows that the model read, the gradients."""
    steps: list[dict] = []
    real_step, real_forward = pretraining.train_step, pretraining_step.forward

    def train_step(model, *arguments):
        steps.append({"dropout": torch.initial_seed(), "rows": []})
        losses = real_step(model, *arguments)
        steps[-1]["gradients"] = [parameter.grad.norm().item() for parameter in model.parameters()]
        after_step()
        return losses

    def forward(model, batch):
        if model.training:
            ends = batch["attention_mask"].sum(dim=1)
            for ids, labels, end in zip(batch["input_ids"], batch["labels"], ends, strict=True):
                masked = {i: label for i, label in enumerate(labels.tolist()) if label != IGNORED}
                steps[-1]["rows"].append(f"{ids[:end].tolist()} {masked}")
        return real_forward(model, batch)

    with (
        mock.patch.object(pretraining, "train_step", train_step),
        mock.patch.object(pretraining_step, "forward", forward),
    ):
        yield steps


def train_and_note(corpus: Path, folder: Path) -> None:
    written: list[str] = []

    def note_writing(event: str, arguments: tuple) -> None:
        """Python reports what it opens, makes and renames before it does so."""
        if event in ("os.mkdir", "os.rename") or (event == "open" and set(str(arguments[1])) & set("wax+")):
            path = str(arguments[1] if event == "os.rename" else arguments[0])
            if path.startswith(str(folder)):
                written.append(path)

    sys.addaudithook(note_writing)
    notes = {}
    with joined():
        for name, options in RUNS.items():
            notes[name] = train(corpus, folder / name, options)
        # A clock that is ahead of that of the first process by a fifth of the run.
        late = time.sleep if rank() == 1 else lambda _: None
        notes["clock"] = train(corpus, folder / "clock", BY_THE_CLOCK, lambda: late(0.2))
        notes["written"] = list(written)
        number, group = rank(), weakref.ref(distributed.group.WORLD)
    notes["let go"] = group() is None
    (folder / f"notes-{number}.json").write_text(json.dumps(notes), encoding="utf-8")


def wait_at(step: int, folder: Path, options: list[str]) -> None:
    real = pretraining.train_step
    calls = []

    def train_step(*arguments):
        calls.append(1)
        if len(calls) == step:
            partial = folder / f"partial-{rank()}"
            partial.write_text(str(os.getpid()), encoding="utf-8")
            partial.rename(folder / f"process-{rank()}")
            while rank() == 1:
                time.sleep(1)
        return real(*arguments)

    with mock.patch.object(pretraining, "train_step", train_step):
        app(["pretrain", *options])


if __name__ == "__main__":
    what, first, folder, *options = sys.argv[1:]
    if what == "train":
        train_and_note(Path(first), Path(folder))
    else:
        wait_at(int(first), Path(folder), options)
