"""Logs of a run: JSON lines always, TensorBoard or Weights & Biases when asked. Lesson 08 uses it.

Every log is a context that yields a function `report(entry)` and closes its files in the end. An entry is a
dict: the position of the run (step, epoch, tokens, seconds and others), and either the losses and the
learning rate of a step or `held_out`, a reading on held-out text.
"""

import importlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jbert_lessons.checkpoints import write_file

Report = Callable[[dict], None]

# What each needs, and how to get it.
MODULES = {
    "tensorboard": ("torch.utils.tensorboard", 'pip install --editable ".[tensorboard]"'),
    "wandb": ("wandb", "pip install wandb"),
}


def check_logs(names: Sequence[str]) -> None:
    """Raise ValueError if a log is unknown or its package is not installed."""
    for name in names:
        if name not in MODULES:
            raise ValueError(f"log {name!r}: allowed are {' '.join(MODULES)}")
        module, remedy = MODULES[name]
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"the package {name} is not installed here: {remedy}") from error


@contextmanager
def json_lines(path: Path, step: int) -> Iterator[Report]:
    """Append every entry to `path` as a line of JSON.

    Lines beyond `step`, where the run goes on, are removed first: those steps come again.
    """
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = "".join(f"{line}\n" for line in lines if _step(line) <= step)
        write_file(path, lambda partial: partial.write_text(kept, encoding="utf-8", newline="\n"))
    with open(path, "a", encoding="utf-8", newline="\n") as file:

        def report(entry: dict) -> None:
            file.write(json.dumps(entry) + "\n")
            file.flush()

        yield report


def _step(line: str) -> float:
    try:
        return json.loads(line)["step"]
    except json.JSONDecodeError:
        return float("inf")  # cut off when the run was killed


@contextmanager
def open_logs(names: Sequence[str], folder: Path, step: int, settings: dict) -> Iterator[Report]:
    """Open the named logs in `folder` for a run that stands at `step`; what is yielded reports to all."""
    openers = {"tensorboard": _tensorboard, "wandb": _wandb}
    with ExitStack() as stack:
        reports = [stack.enter_context(openers[name](folder, step, settings)) for name in names]

        def report(entry: dict) -> None:
            for one in reports:
                one(entry)

        yield report


@contextmanager
def _tensorboard(folder: Path, step: int, settings: dict) -> Iterator[Report]:
    from torch.utils.tensorboard import SummaryWriter

    # `purge_step` hides what an interrupted run has logged beyond the state from which it goes on.
    purge = {"purge_step": step + 1} if step else {}
    with SummaryWriter(str(folder / "tensorboard"), flush_secs=10, **purge) as writer:
        if not step:
            writer.add_text("settings", f"```\n{json.dumps(settings, indent=2)}\n```")

        def report(entry: dict) -> None:
            for name, value in scalars(entry).items():
                writer.add_scalar(name, value, entry["step"])

        yield report


@contextmanager
def _wandb(folder: Path, step: int, settings: dict) -> Iterator[Report]:
    os.environ["WANDB_MODE"] = (
        "offline"  # nothing leaves this machine; `wandb sync` sends it if that is wanted
    )
    import wandb

    folder.mkdir(parents=True, exist_ok=True)
    run = wandb.init(
        project="jbert-lessons", name=folder.name, dir=str(folder), config=settings, mode="offline"
    )
    try:
        yield lambda entry: run.log(scalars(entry), step=entry["step"])
    finally:
        run.finish()


def scalars(entry: dict) -> dict[str, float]:
    """Return the curves' names and values in an entry: training/mlm_loss or held_out/mlm_loss, and so on."""
    if "held_out" in entry:
        return {f"held_out/{name}": value for name, value in entry["held_out"].items()}
    return {f"training/{name}": entry[name] for name in ("mlm_loss", "nsp_loss", "learning_rate")}
