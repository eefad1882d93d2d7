"""Pretraining: the loop that turns a corpus into a model, in one process or in several.

    torchrun --nproc-per-node 2 -m jbert_lessons.pretraining --out DIR

takes the options of `jbert pretrain`.

Design choices
- Whatever is random in a step follows from the seed, the epoch and the step, and what dropout draws
  also from the number of the process. A resumed run takes the very steps of an unbroken one.
- Several processes compute the rows of a batch together: the steps are those of one process.
- The learning rate follows the progress of the run, in steps or in minutes, whichever bounds it.
- Weights stay in float32; matrix products run in bfloat16 where the device has instructions for it.
"""

import hashlib
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

import torch
from tqdm import tqdm

from jbert_lessons.batches import BatchMaker, Documents
from jbert_lessons.checkpoints import load_state, read_json, save_model, save_state
from jbert_lessons.interrupt import InterruptLater
from jbert_lessons.objectives import BertForPreTraining, SentencePair
from jbert_lessons.optimization import learning_rate_factor, make_optimizer, use_bfloat16
from jbert_lessons.pretraining_step import evaluate, train_step
from jbert_lessons.processes import add_up, agree, rank
from jbert_lessons.run_logs import json_lines
from jbert_lessons.tokenizer import Tokenizer

LOG_LINES = 200  # over a whole run
QUICK = 20  # batches of held-out text that are read while the run goes on; all of them at its end
BAR = "{percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}"


@dataclass(frozen=True)
class PretrainingOptions:
    """How a run trains. Exactly one of `steps` and `minutes` bounds it.

    `warmup` is a share of the run; `accumulation` the number of parts in which a batch is computed,
    to save memory; `bfloat16` None means where the device has it; `evaluations` on held-out text are
    spread evenly over the run. With `short_length` the first `short_share` of the run reads pairs of
    that length, more of them in a batch (Devlin et al., 2019, appendix A.2). Raises ValueError for
    values that no run can have.
    """

    steps: int | None = None
    minutes: float | None = None
    batch_size: int = 16
    max_length: int = 64
    short_length: int | None = None
    short_share: float = 0.9
    mask_rate: float = 0.3
    whole_words: bool = False
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.01
    max_gradient_norm: float = 1.0
    accumulation: int = 1
    bfloat16: bool | None = None
    evaluations: int = 10
    save_minutes: float = 5.0
    seed: int = 0

    def __post_init__(self):
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("name either a number of steps or of minutes: one of them, not both")
        for name in ("steps", "minutes", "batch_size", "learning_rate", "accumulation", "evaluations"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be greater than 0, not {value}")
        if self.max_length < 8:
            raise ValueError(f"max_length must be at least 8, not {self.max_length}")
        if self.short_length is not None and not 8 <= self.short_length < self.max_length:
            raise ValueError(
                f"short_length must lie from 8 to below {self.max_length}, not {self.short_length}"
            )
        for name in ("mask_rate", "warmup", "short_share"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)}")


class Pretrainer:
    """One run: trains `model` on tokenised documents and writes all it makes into `folder`.

    The folder holds the model as `save_model` writes it, `log.jsonl` with a line for every reading,
    and `training/` with the newest states, from which a run can go on.
    """

    def __init__(
        self,
        model: BertForPreTraining,
        tokenizer: Tokenizer,
        training: Documents,
        held_out: Documents,
        options: PretrainingOptions,
        folder: str | Path,
        card: str = "",
    ):
        self.model = model
        self.tokenizer = tokenizer
        self.training = training
        self.options = options
        self.folder = Path(folder)
        self.card = card
        self.device = model.nsp_head.weight.device
        self.bfloat16 = use_bfloat16(self.device, options.bfloat16)
        self.optimizer = make_optimizer(model, options.learning_rate, options.weight_decay)
        self.maker = self._maker(options.max_length)
        self.short_maker = self._maker(options.short_length) if options.short_length else None
        generator = torch.Generator().manual_seed(options.seed)
        # Always at the usual rate, so that runs with different rates can be compared.
        examiner = BatchMaker(tokenizer, batch_size=options.batch_size, max_length=options.max_length)
        pairs = examiner.epoch(held_out, random.Random(options.seed))
        self.held_out = [examiner.batch(batch, generator) for batch in pairs]
        self.batches: Iterator[list[SentencePair]] | None = None
        short = options.short_length is not None
        self.position = {"step": 0, "epoch": 0, "batch": 0, "tokens": 0, "seconds": 0.0, "short": short}
        digest = hashlib.sha256()
        for sentence in chain.from_iterable(training):
            digest.update(sentence.tobytes() + b";")
        self.run = {
            "options": asdict(options),
            "config": model.config.to_dict(),
            "corpus": digest.hexdigest(),
        }

    def _maker(self, length: int) -> BatchMaker:
        options = self.options
        return BatchMaker(
            self.tokenizer,
            batch_size=options.batch_size * options.max_length // length,
            max_length=length,
            mask_rate=options.mask_rate,
            whole_words=options.whole_words,
        )

    def resume(self) -> int:
        """Take up the newest state in the folder and return its step.

        Raises ValueError if there is none, or if it belongs to other options or another corpus.
        """
        state = load_state(self.folder / "training")
        if state is None:
            raise ValueError(f"nothing to resume in {self.folder}: start the run without --resume")
        tensors, values = state
        check_saved_run(self.folder, self.run)
        if values["run"]["corpus"] != self.run["corpus"]:
            raise ValueError(f"the corpus is not the one that the run in {self.folder} was started with")
        self.position = values["position"]
        self.model.load_state_dict(_below("model.", tensors))
        moments = self.optimizer.state_dict()
        moments["state"] = {}
        for name, value in _below("optimizer.", tensors).items():
            number, key = name.split(".")
            moments["state"].setdefault(int(number), {})[key] = value
        self.optimizer.load_state_dict(moments)
        return self.position["step"]

    def save(self) -> None:
        """Write the state of the run, then the model as it is now; of several processes the first does."""
        if rank() > 0:
            return
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for number, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{key}": value for key, value in moments.items()}
        values = {"position": self.position, "run": self.run}
        save_state(self.folder / "training", self.position["step"], tensors, values)
        save_model(self.folder, self.model, self.tokenizer, self.card)

    def train(self, report: Callable[[dict], None] = lambda entry: None) -> dict:
        """Train to the end of the run and return the last reading on held-out text.

        `report` gets every entry of the log, in the first process. Interrupted from the keyboard, the run
        finishes its step and saves its state before it raises KeyboardInterrupt.
        Raises FloatingPointError if the loss is no longer a finite number, and if there are several
        processes ValueError if they do not belong together, ConnectionError if one has ended.
        """
        options, position = self.options, self.position
        bound = options.steps or options.minutes * 60
        counter = "step" if options.steps else "seconds"
        agree(json.dumps([self.run, position]))
        first = rank() == 0
        if first:
            self.folder.mkdir(parents=True, exist_ok=True)
        self.model.train()
        started = time.monotonic() - position["seconds"]
        saved = time.monotonic()
        bar = tqdm(total=1.0, initial=position[counter] / bound, disable=None, bar_format=BAR)
        log_path = self.folder / "log.jsonl"
        with json_lines(log_path, position["step"]) if first else nullcontext() as log:

            def write(entry: dict) -> None:
                if first:
                    entry = {**position, **entry}
                    log(entry)
                    report(entry)

            with InterruptLater() as interrupt, bar:
                while (progress := position[counter] / bound) < 1:
                    losses = self._step(progress)
                    seconds = time.monotonic() - started
                    # The clock of the first process counts, and Ctrl-C in any of them.
                    position["seconds"], interrupted = add_up([seconds * first, interrupt.wanted])
                    now = min(1.0, position[counter] / bound)
                    bar.update(now - bar.n)
                    bar.set_postfix_str(f"loss {losses['mlm_loss']:.2f}")
                    if int(now * LOG_LINES) > int(progress * LOG_LINES):
                        write(losses)
                    if now < 1 and int(now * options.evaluations) > int(progress * options.evaluations):
                        write({"held_out": evaluate(self.model, self.held_out[:QUICK], self.bfloat16)})
                    if interrupted or time.monotonic() - saved > 60 * options.save_minutes:
                        self.save()
                        saved = time.monotonic()
                    if interrupted:
                        raise KeyboardInterrupt
            result = evaluate(self.model, self.held_out, self.bfloat16)
            write({"held_out": result})
        self.save()
        self.model.eval()
        return result

    def _step(self, progress: float) -> dict:
        options, position = self.options, self.position
        if position["short"] and progress >= options.short_share:
            position.update(short=False, epoch=position["epoch"] + 1, batch=0)
            self.batches = None
        pairs = self._next_pairs()
        generator = torch.Generator().manual_seed(options.seed * 1_000_003 + position["step"])
        batch = self.maker.batch(pairs, generator)
        # Dropout draws from torch's own generators. No two processes may drop the same elements.
        torch.manual_seed(int(torch.randint(2**62, (), generator=generator)) + rank())
        rate = options.learning_rate * learning_rate_factor(progress, options.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        losses = train_step(self.model, batch, self.bfloat16, options.accumulation)
        if not math.isfinite(sum(losses.values())):
            raise FloatingPointError(
                f"the loss is no longer finite at step {position['step']}: lower the learning rate"
            )
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), options.max_gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        position["step"] += 1
        position["batch"] += 1
        position["tokens"] += int(batch["attention_mask"].sum())
        return {**losses, "learning_rate": rate}

    def _next_pairs(self) -> list[SentencePair]:
        """Return the pairs of the next step, beginning a new epoch where one ends."""
        position = self.position
        while True:
            if self.batches is None:
                generator = random.Random(f"{self.options.seed} epoch {position['epoch']}")
                maker = self.short_maker if position["short"] else self.maker
                self.batches = islice(maker.epoch(self.training, generator), position["batch"], None)
            if (pairs := next(self.batches, None)) is not None:
                return pairs
            position["epoch"] += 1
            position["batch"] = 0
            self.batches = None


def check_saved_run(folder: Path, run: dict) -> None:
    """Raise ValueError if the run in `folder` was started with other options or sizes than those of `run`."""
    for state in sorted((folder / "training").glob("step-*[0-9]"), reverse=True):
        try:
            saved = read_json(state / "state.json")["run"]
        except ValueError:
            continue  # damaged: those of the state before it are the same
        for part in ("options", "config"):
            for name, value in run[part].items():
                if saved[part].get(name) != value:
                    raise ValueError(
                        f"the run in {folder} was started with {name}={saved[part].get(name)}, "
                        f"not {value}: resume it with the options of its start"
                    )
        return


def _below(prefix: str, tensors: dict) -> dict:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


if __name__ == "__main__":
    from jbert_lessons.cli import app

    app(["pretrain", *sys.argv[1:]])
