"""The command `jbert`: check the machine, open the course, train, predict, follow the exercises."""

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from jbert_lessons import cli_finetuning

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)


def one_line_errors(command: Callable) -> Callable:
    """Turn the errors that a user can mend into one line on standard error and exit status 1."""

    @functools.wraps(command)
    def wrapped(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except (ValueError, OSError, FloatingPointError) as error:
            message = " ".join(str(error).split())
            rank = os.environ.get("RANK", "0")  # torchrun's number of this process
            typer.echo(f"jbert: {message}" if rank == "0" else f"jbert (rank {rank}): {message}", err=True)
            raise typer.Exit(1) from error

    return wrapped


@app.command()
def doctor() -> None:
    """Check Python, packages, dictionary, font, memory, disk, device and folder."""
    from jbert_lessons.doctor import examine

    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        findings = examine(Path(folder))
    table = Table("check", "", "found", box=None)
    for finding in findings:
        table.add_row(finding.check, "ok" if finding.good else "[red]fails[/red]", finding.found)
    console.print(table)
    failures = [finding for finding in findings if not finding.good]
    for finding in failures:
        console.print(f"{finding.check}: {finding.remedy}")
    if failures:
        raise typer.Exit(1)
    console.print("All is well: `jbert lab` opens the first lesson.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@one_line_errors
def lab(context: typer.Context) -> None:
    """Open JupyterLab on the first lesson; options such as --no-browser, --ip, --port are passed on."""
    root = Path(__file__).resolve().parents[1]
    first = Path("notebooks") / "00_start_here.ipynb"
    if not (root / first).is_file():
        raise FileNotFoundError(f"{root / first} is missing: run jbert lab from a clone of the course")
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{first.as_posix()}"]
    try:
        raise typer.Exit(subprocess.run([*command, *context.args], cwd=root, check=False).returncode)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
@one_line_errors
def pretrain(
    out: Annotated[Path, typer.Option(help="Folder for the model, its log and the states of the run.")],
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Text file, or folder of *.txt; a blank line ends a document. Without it, Minipedia."
        ),
    ] = None,
    facts: Annotated[
        str,
        typer.Option(
            help="What to learn of Minipedia: core (208 facts, in minutes), all (all facts, in an hour and "
            "more), everything (all facts and what customers say)."
        ),
    ] = "core",
    start_from: Annotated[
        Path | None, typer.Option(help="Go on from the weights of this checkpoint, instead of from nothing.")
    ] = None,
    preset: Annotated[str, typer.Option(help="Size: tiny, mini, small, medium, base, large.")] = "tiny",
    minutes: Annotated[float | None, typer.Option(help="Train for this long.")] = None,
    steps: Annotated[int | None, typer.Option(help="Train for this many batches.")] = None,
    vocab_size: Annotated[int | None, typer.Option(help="Pieces in the vocabulary.")] = None,
    limit_alphabet: Annotated[
        int | None, typer.Option(help="Characters in the vocabulary; a quarter of its size if not said.")
    ] = None,
    encoding: Annotated[
        str, typer.Option(help="Encoding of the text files; Aozora's are recognised.")
    ] = "utf-8",
    batch_size: Annotated[int | None, typer.Option(help="Sentence pairs in a batch.")] = None,
    max_length: Annotated[
        int | None, typer.Option(help="Tokens in a sentence pair, and the longest the model reads.")
    ] = None,
    short_length: Annotated[
        int | None, typer.Option(help="Tokens in a pair in the first 90 % of the run; --max-length after.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None,
    mask_rate: Annotated[float, typer.Option(help="Share of the tokens to guess.")] = 0.3,
    whole_words: Annotated[bool, typer.Option(help="Mask whole words rather than pieces.")] = False,
    dropout: Annotated[float, typer.Option(help="Dropout; a short run needs none.")] = 0.0,
    accumulation: Annotated[int, typer.Option(help="Compute a batch in so many parts, to save memory.")] = 1,
    held_out: Annotated[float, typer.Option(help="Share of the text that is kept for the test.")] = 0.1,
    save_minutes: Annotated[float, typer.Option(help="Time between two saved states.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Seed of everything that is random.")] = 0,
    bfloat16: Annotated[
        bool | None,
        typer.Option(help="Multiply in bfloat16; if not said, where the device has instructions for it."),
    ] = None,
    float16: Annotated[bool, typer.Option(help="Write the finished model at half the size.")] = False,
    tensorboard: Annotated[
        bool, typer.Option(help="Write TensorBoard's files into tensorboard/ in --out, too.")
    ] = False,
    wandb: Annotated[
        bool, typer.Option(help="Log for Weights & Biases, too, offline: nothing leaves this machine.")
    ] = False,
    resume: Annotated[
        bool, typer.Option(help="Go on with the run in --out; repeat the options of its start.")
    ] = False,
) -> None:
    """Train a tokenizer and a BERT from nothing on Japanese text (MLM and NSP).

    Steps or minutes, sizes and learning rate have defaults that suit the core facts of Minipedia (five
    minutes), all its facts (an hour and more) or other text (ten minutes); see RECIPES in
    pretraining_job.py.

    Two processes that train one model, each with half of every batch, and the same result:
    torchrun --nproc-per-node 2 -m jbert_lessons.pretraining, followed by the options of this command.
    """
    from jbert_lessons.pretraining import PretrainingOptions
    from jbert_lessons.pretraining_job import pretrain_on_text, recipe
    from jbert_lessons.processes import joined, rank

    given = {
        **{"steps": steps, "minutes": minutes, "vocab_size": vocab_size, "batch_size": batch_size},
        **{"max_length": max_length, "short_length": short_length, "learning_rate": learning_rate},
    }
    chosen = recipe(corpus, facts, **given)
    vocab_size = chosen.pop("vocab_size")
    if start_from is not None and short_length is None:
        chosen.pop("short_length", None)  # who has read short pairs already goes on with full ones
    options = PretrainingOptions(
        **chosen,
        mask_rate=mask_rate,
        whole_words=whole_words,
        accumulation=accumulation,
        bfloat16=bfloat16,
        save_minutes=save_minutes,
        seed=seed,
    )
    logs = [name for name, wanted in (("tensorboard", tensorboard), ("wandb", wandb)) if wanted]
    with joined():
        try:
            result = pretrain_on_text(
                out,
                options,
                corpus=corpus,
                facts=facts,
                start_from=start_from,
                encoding=encoding,
                preset=preset,
                vocab_size=vocab_size,
                limit_alphabet=limit_alphabet,
                dropout=dropout,
                held_out_share=held_out,
                float16=float16,
                resume=resume,
                logs=logs,
                say=console.print,
            )
        except KeyboardInterrupt:
            if rank() == 0:
                typer.echo(
                    f"jbert: stopped; the state is saved, --resume goes on with the run in {out}", err=True
                )
            raise typer.Exit(130) from None
        if rank() > 0:
            return
    table = Table("held-out text", "", box=None)
    for name, value in result.items():
        table.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else f"{value:.3f}")
    console.print(table)
    console.print(f'Try it: jbert fill "これは\\[MASK]です。" --model {out}')


@app.command()
@one_line_errors
def fill(
    text: Annotated[str, typer.Argument(help="Japanese text with [MASK] where a word is to be guessed.")],
    model: Annotated[
        Path | None, typer.Option(help="Folder of a checkpoint; without it, the shipped one.")
    ] = None,
    best: Annotated[int, typer.Option(min=1, help="How many words to show.")] = 5,
) -> None:
    """Print the likeliest words behind each [MASK], with their probabilities."""
    from jbert_lessons.checkpoints import load_model, load_pretrained
    from jbert_lessons.devices import get_device, set_threads
    from jbert_lessons.filling import fill_masks

    set_threads()
    bert, tokenizer = load_pretrained() if model is None else load_model(model)
    table = Table("mask", "rank", "word", "probability", box=None)
    for number, fills in enumerate(fill_masks(bert.to(get_device()), tokenizer, text, best), start=1):
        for rank, (token, probability) in enumerate(fills, start=1):
            table.add_row(str(number), str(rank), token.replace("[", "\\["), f"{probability:.3f}")
    console.print(table)


app.command()(one_line_errors(cli_finetuning.finetune))
app.command()(one_line_errors(cli_finetuning.predict))


@app.command()
def progress() -> None:
    """Show which exercises you have passed, and which are open."""
    from jbert_lessons.checks import progress

    table = Table("lesson", "passed", "open", box=None)
    for row in progress.summary():
        table.add_row(row.lesson, f"{len(row.passed)} of {len(row.exercises)}", ", ".join(row.open))
    console.print(table)
    place = progress.path()
    kept = "Nothing is kept: JBERT_PROGRESS=off." if place is None else f"Kept in {place}"
    typer.echo(kept)


@app.command()
@one_line_errors
def classroom(
    folder: Annotated[Path, typer.Argument(help="Folder for the course; made if it does not exist.")],
) -> None:
    """Make an nbgrader course folder of the exercise sheets, for teachers."""
    from jbert_lessons.classroom import make_course

    names = make_course(folder)
    typer.echo(f"Assignments: {', '.join(names)}")
    typer.echo(f"In {folder}, for example: nbgrader generate_assignment {names[0]}")


if __name__ == "__main__":
    app()
