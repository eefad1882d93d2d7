"""The commands `jbert finetune` and `jbert predict`. cli.py registers them."""

import json
import math
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

console = Console(highlight=False, markup=False)


def finetune(
    task: Annotated[
        str,
        typer.Argument(help="sentiment, topic, aspects, pairs, similarity, ner or qa."),
    ],
    out: Annotated[Path, typer.Option(help="New folder for the model, its log, its scores and predictions.")],
    model: Annotated[
        Path | None, typer.Option(help="Folder of the checkpoint to start from; without it, the shipped one.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="File of examples: .csv, .tsv, .json, .jsonl; Wikipedia's NER .json; SQuAD's .json. "
            "Without it, Minipedia makes them up."
        ),
    ] = None,
    valid: Annotated[
        Path | None, typer.Option(help="File that chooses the epoch; without it, a tenth of --data.")
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="File that is scored in the end; without it, a tenth of --data.")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option(help="Column of the text; if not said, text, sentence or sentence1.")
    ] = None,
    second_column: Annotated[
        str | None, typer.Option(help="Column of the second text; if not said, sentence2.")
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column of the label; if not said, label, labels or score.")
    ] = None,
    examples: Annotated[
        int | None,
        typer.Option(help="Examples to train on: of --data all if not said, of Minipedia 1,000."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="How often to read them at most; more often the fewer they are.")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts in a batch.")] = 16,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest learning rate; if not said, it suits task and model.")
    ] = None,
    max_length: Annotated[
        int | None, typer.Option(help="Tokens that are read at once; if not said, all that the model can.")
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(help="Dropout; if not said, that of the checkpoint (the shipped one: 0).")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Train no longer than this: epochs are planned to fit.")
    ] = None,
    from_random_weights: Annotated[
        bool, typer.Option("--from-random-weights", help="Start from nothing but sizes and vocabulary.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything that is random.")] = 0,
) -> None:
    """Train a checkpoint for a task, on your examples or on Minipedia's, and score it.

    The epoch with the best score on the validation examples is kept, and is on disk from then on: Ctrl-C
    loses nothing. Without --valid and --test a tenth of the examples each is kept for them; texts of one
    page, article or context stay together.
    """
    from jbert_lessons.finetuning_job import finetune_on_records
    from jbert_lessons.task_data import Columns

    try:
        outcome = finetune_on_records(
            out,
            task,
            data=data,
            valid=valid,
            test=test,
            columns=Columns(text_column, second_column, label_column),
            model=model,
            from_random_weights=from_random_weights,
            examples=examples,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            max_length=max_length,
            dropout=dropout,
            minutes=minutes,
            seed=seed,
            say=console.print,
        )
    except KeyboardInterrupt as interrupt:
        typer.echo(f"jbert: {interrupt or 'stopped before training; nothing is written'}", err=True)
        raise typer.Exit(130) from None
    table = Table("test score", "", "majority", box=None)
    for name, value in outcome.scores.items():
        table.add_row(name.replace("_", " "), _shown(value), _shown(outcome.majority[name]))
    console.print(table)
    if outcome.table is not None:
        console.print(f"\n{outcome.table.title}:")
        table = Table(*outcome.table.header, box=None)
        for row in outcome.table.rows:
            table.add_row(*map(_shown, row))
        console.print(table)
    console.print(f"\n{outcome.seconds:.0f} seconds. Try it: jbert predict --model {out} FILE")


def _shown(value: str | float) -> str:
    """A number that is none, such as a correlation with a constant, is a dash."""
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    return str(value)


def predict(
    model: Annotated[Path, typer.Option(help="Folder of a fine-tuned model.")],
    file: Annotated[
        Path | None, typer.Argument(help="File with one text on each line; without it, standard input.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the predictions; without it, they are shown.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts in a batch.")] = 32,
) -> None:
    """Say what a fine-tuned model makes of texts: a line of JSON for each line, in order.

    Models for two texts read both from one line, a tab between them; models for questions read a question,
    a tab and a context, or JSON: {"question": "…", "context": "…"}.
    """
    from jbert_lessons.checkpoints import write_file
    from jbert_lessons.predicting import predict_lines

    if file is not None and not file.is_file():
        raise FileNotFoundError(f"no file at {file}: name a file with one text on each line")
    if out is not None and (out.is_dir() or (file is not None and out.exists() and out.samefile(file))):
        raise ValueError(f"{out} is a folder, or the file to read: name another file for the predictions")
    name = "standard input" if file is None else str(file)
    if file is None and sys.stdin.isatty():
        typer.echo("Reading texts from the keyboard, one on each line.", err=True)
    with nullcontext(sys.stdin.buffer) if file is None else open(file, "rb") as lines:
        found = predict_lines(model, lines, name, batch_size)
        try:
            if out is not None:
                write_file(out, lambda partial: _write(partial, found))
            else:
                for entry in found:
                    typer.echo(json.dumps(entry, ensure_ascii=False))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except BrokenPipeError:  # whoever reads has enough, `head` for example
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(path: Path, entries) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
