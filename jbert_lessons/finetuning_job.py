"""The whole way from a file of examples to a fine-tuned model in a folder: what `jbert finetune` does."""

import copy
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from jbert_lessons.checkpoints import SHIPPED, write_file
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.finetuning import Example, FinetuningOptions, batches_by_length, collate, train_step
from jbert_lessons.finetuning_run import Data, FinetuningRun, Outcome
from jbert_lessons.optimization import make_optimizer
from jbert_lessons.task_base import Task
from jbert_lessons.task_checkpoints import check_folder, load_encoder
from jbert_lessons.task_data import Columns, check_training, divide_records, read_records
from jbert_lessons.tasks import TASKS

EXAMPLES, VALID, TEST = 1_000, 100, 300  # of Minipedia
WIDE = 256  # models with a larger hidden size are fine-tuned at the rate that the published ones use
WIDE_LEARNING_RATE = 5e-5
TIMED_BATCHES = 5
MOST_EPOCHS = 30


def finetune_on_records(
    out: str | Path,
    task: str,
    *,
    data: str | Path | None = None,
    valid: str | Path | None = None,
    test: str | Path | None = None,
    columns: Columns | None = None,
    model: str | Path | None = None,
    from_random_weights: bool = False,
    examples: int | None = None,
    epochs: int | None = None,
    batch_size: int = 16,
    learning_rate: float | None = None,
    max_length: int | None = None,
    dropout: float | None = None,
    minutes: float | None = None,
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> Outcome:
    """Fine-tune for a task, one of TASKS, and write model, log, predictions and scores into `out`.

    Without `data` the examples are Minipedia's, without `model` the encoder is that of the shipped
    checkpoint, or with `from_random_weights` one of its sizes that has learnt nothing. `examples` is
    how many to train on, `minutes` how long; without `dropout` it is that of the checkpoint. After each
    gain on the validation records the model in `out` is replaced by the better one, so that an
    interrupted run leaves a whole model, or no folder; the KeyboardInterrupt says which.

    Raises ValueError for data that cannot be read, options that fit no run, and a folder with files.
    """
    if task not in TASKS:
        raise ValueError(f"unknown task {task!r}: choose one of {', '.join(TASKS)}")
    out, kind = Path(out), TASKS[task]
    check_folder(out)
    _check_options(data, valid, test, examples, max_length, dropout, minutes)
    options = FinetuningOptions(
        epochs=epochs or 1, batch_size=batch_size, learning_rate=learning_rate or 1.0, seed=seed
    )
    for name, value in (("epochs", epochs), ("learning_rate", learning_rate)):
        if value is not None and value <= 0:
            raise ValueError(f"{name} must be greater than 0, not {value}")
    device, threads = get_device(), set_threads()
    generator = torch.Generator().manual_seed(seed)
    bert, tokenizer, origin = load_encoder(model or SHIPPED / "minipedia", generator)
    longest = bert.config.max_position_embeddings
    if max_length is not None and max_length > longest:
        raise ValueError(f"the model reads at most {longest} tokens, not {max_length}: lower --max-length")
    found = read_data(kind, data, valid, test, columns, examples, seed)

    job = kind.of(tokenizer, max_length or longest, found.training)
    job.labels = found.labels
    config = bert.config
    if dropout is not None:
        config = replace(config, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
    tuned = job.model(config, generator)
    if from_random_weights:
        tuned.bert.embeddings.start_with_sinusoids(config.initializer_range)
    else:
        tuned.bert.load_state_dict(bert.state_dict())
        if origin.startswith("BertForQ") or "Classification" in origin:
            say(f"{model} is a {origin}: its encoder is taken, the head is new")
    tuned = tuned.to(device)
    training = job.encode(found.training)
    windows = job.windows(found.valid)
    _say_what_is_cut(job, found, windows, say)
    narrow = bert.config.hidden_size <= WIDE
    options = replace(
        options,
        epochs=epochs or (MOST_EPOCHS if minutes else usual_epochs(len(found.training))),
        learning_rate=learning_rate or (kind.learning_rate if narrow else WIDE_LEARNING_RATE),
    )
    if minutes is not None:
        training, options = fit_into(minutes, tuned, job, training, len(windows), options, say)
    say(
        f"{len(found.training):,} examples to train on, {len(found.valid):,} to choose the epoch, "
        f"{len(found.test):,} to test; {sum(p.numel() for p in tuned.parameters()):,} parameters; "
        f"{options.epochs} epoch(s) at {options.learning_rate:g} on {device}, {threads} thread(s)"
    )
    run = FinetuningRun(out, job, tuned, found.valid, windows, minutes, say)
    try:
        run.train(training, options)
        outcome = run.test(found)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(run.standing()) from None
    name = "Minipedia" if data is None else Path(data).name
    start = (
        "random weights" if from_random_weights else Path(model).name if model else "the shipped checkpoint"
    )
    card = _card(job, f"{len(found.training):,} examples of {name}, from {start}", options, outcome)
    write_file(out / "README.md", lambda path: path.write_text(card, encoding="utf-8", newline="\n"))
    return outcome


def _check_options(data, valid, test, examples, max_length, dropout, minutes) -> None:
    if data is None and (valid is not None or test is not None):
        raise ValueError("--valid and --test need --data, the file to train on")
    for name, value, least in (("--examples", examples, 4), ("--max-length", max_length, 16)):
        if value is not None and value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")
    if dropout is not None and not 0 <= dropout < 1:
        raise ValueError(f"--dropout must lie between 0 and 1, not {dropout}")
    if minutes is not None and not minutes > 0:
        raise ValueError(f"--minutes must be greater than 0, not {minutes}")


def usual_epochs(n: int) -> int:
    """Return how often to read `n` examples: 25 times if they are 100, 15 if 300, 8 if 1,000."""
    return min(25, max(3, round(8 * math.sqrt(1_000 / n))))


def read_data(
    kind: type[Task],
    data: str | Path | None,
    valid: str | Path | None = None,
    test: str | Path | None = None,
    columns: Columns | None = None,
    examples: int | None = None,
    seed: int = 0,
) -> Data:
    """Return the records of files, or of Minipedia if there is no file.

    What has no file of its own, for choosing the epoch or for the test, is a tenth of `data`.
    """
    if data is None:
        parts = [kind.minipedia(examples or EXAMPLES, seed)]
        parts += [kind.minipedia(VALID, seed, "valid"), kind.minipedia(TEST, seed, "test")]
        check_training(kind, parts[0])
        return Data(*parts, kind.labels_of([record for part in parts for record in part]))
    records = read_records(kind.name, data, columns)
    labels = kind.labels_of(records)
    allowed = {"ner": [label[2:] for label in labels[1::2]], "similarity": None, "qa": None}
    files = [
        None if path is None else read_records(kind.name, path, columns, allowed.get(kind.name, labels))
        for path in (valid, test)
    ]
    missing = files.count(None)
    training, *rest = divide_records(records, [1 - 0.1 * missing, *[0.1] * missing], seed)
    rest = iter(rest)
    parts = [next(rest) if part is None else part for part in files]
    if examples is not None and examples < len(training):
        training = random.Random(seed).sample(training, examples)
    check_training(kind, training)
    return Data(training, *parts, labels)


def _say_what_is_cut(job: Task, found: Data, windows: Sequence, say: Callable[[str], None]) -> None:
    if job.reads_all:
        return
    records = [*found.training, *found.valid, *found.test]
    windows = [*job.windows(found.training), *windows, *job.windows(found.test)]
    cut = sum(job.is_cut(*one) for one in zip(records, windows, strict=True))
    if cut:
        say(
            f"{cut:,} of {len(records):,} texts are longer than {job.max_length} tokens: "
            "their ends are cut off"
        )


def fit_into(
    minutes: float,
    model: nn.Module,
    job: Task,
    training: list[Example],
    windows: int,
    options: FinetuningOptions,
    say: Callable[[str], None],
) -> tuple[list[Example], FinetuningOptions]:
    """Return as many epochs as fit into the time, measured on a copy of the model; or one with less text."""
    trial = copy.deepcopy(model).train()
    optimizer = make_optimizer(trial, options.learning_rate, options.weight_decay)
    batches = batches_by_length(training, options.batch_size, random.Random(0))
    device = next(model.parameters()).device
    seconds = []
    for batch in batches[: TIMED_BATCHES + 1]:
        started = time.monotonic()
        train_step(trial, optimizer, collate(batch, job.tokenizer, device), options)
        seconds.append(time.monotonic() - started)
    # The first step is slow; to read without learning takes a third of the time.
    each = sum(seconds[1:] or seconds) / len(seconds[1:] or seconds)
    epoch = each * (len(batches) + windows / options.batch_size / 3)
    fitting = int(minutes * 60 / epoch)
    if fitting:
        return training, replace(options, epochs=min(options.epochs, fitting))
    share = max(options.batch_size, int(len(training) * minutes * 60 / epoch))
    say(f"one epoch takes longer than {minutes:g} minute(s): {share:,} of {len(training):,} texts are read")
    return random.Random(options.seed).sample(training, min(share, len(training))), replace(options, epochs=1)


def _card(job: Task, source: str, options: FinetuningOptions, outcome: Outcome) -> str:
    lines = [
        *(
            "---",
            "language: ja",
            "library_name: transformers",
            "---",
            f"# A Japanese BERT for {job.name}",
            "",
        ),
        f"Fine-tuned with jbert-lessons on {source}: at most {options.epochs} epoch(s), batches of "
        f"{options.batch_size}, learning rate {options.learning_rate:g}, {job.max_length} tokens, "
        f"seed {options.seed}.",
        *("", "On test records, beside what the most frequent label alone scores:", ""),
        *(
            f"- {name.replace('_', ' ')}: {value:.4g} ({outcome.majority[name]:.4g})"
            for name, value in outcome.scores.items()
        ),
        "",
    ]
    return "\n".join(lines)
