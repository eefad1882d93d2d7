"""Checks of lesson 08: the schedule, accumulation, perplexity, the loop, resuming. References stand apart."""

import copy
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from jbert_lessons.checks import loops, training_cases
from jbert_lessons.checks.compare import ask, check_number, compare
from jbert_lessons.checks.exercise import Wrong, exercise

LESSON = "08_pretraining"


@exercise(
    LESSON,
    1,
    hints=(
        "print the rates of all steps, 0 to the end. Where is the largest, and what stands beside it?",
        "two straight lines meet where the warm-up ends. The first goes from 0 up to peak in warmup_share · "
        "steps steps. The second has the other steps for its way down: how many of them are left, out of "
        "how many? Nothing is left after the end.",
    ),
)
def learning_rate(answer):
    """The answer is a function: (step, steps, peak, warmup_share) → the learning rate of that step."""
    cases = [(20, 3.0, 0.3), (10, 0.5, 0.25), (8, 4.0, 0.75), (40, 1e-3, 0.1), (1_000, 1e-4, 0.0625)]
    for steps, peak, share in cases:
        case = f"{steps} steps, peak {peak:g}, warmup_share {share:g}"
        places = [step for step in range(0, steps + 5, max(1, steps // 100))]
        found = [
            _number(ask(answer, step, steps, peak, share), f"{case}, step {step}:") / peak for step in places
        ]
        every = training_cases.rates(places, steps, share)
        _, expected = next(every)
        if _near(found, expected):
            continue
        for message, wrong in every:
            if _near(found, wrong):
                raise Wrong(f"{case}: {message}")
        if _near(found, [rate / peak for rate in expected]):
            raise Wrong(f"{case}: the largest rate is 1: multiply by peak")
        place = next(i for i in range(len(places)) if not _near(found[i : i + 1], expected[i : i + 1]))
        one, other = found[place] * peak, expected[place] * peak
        raise Wrong(f"{case}: the rate at step {places[place]} should be {other:.6g}, yours is {one:.6g}")


@exercise(
    LESSON,
    2,
    hints=(
        "add up the weights that you give to the parts. What must their sum be?",
        "the mean over the whole batch is the sum of all tokens' losses, divided by the number of all masked "
        "tokens. A part's mean, times its own number of masked tokens, is the part's sum. So count the "
        "masked tokens of all parts first. Then go through the parts, each with a backward of its own.",
    ),
)
def accumulated_loss(answer):
    """The answer: (model, parts of (inputs, labels)) → the batch's loss; gradients stay in the model."""
    cases = [[(1, 5, 1), (3, 4, 6), (2, 7, 3)], [(2, 3, 2), (1, 4, 0), (2, 5, 7)], [(2, 4, 1), (2, 4, 5)]]
    for number, sizes in enumerate([*cases, [(3, 4, 5)]]):
        generator = torch.Generator().manual_seed(number)
        model = loops.Watched(generator)
        batch = [training_cases.masked_part(*size, generator) for size in sizes]
        counts = ", ".join(str(masked) for *_, masked in sizes)
        case = f"parts with {counts} masked tokens" if len(sizes) > 1 else f"one part with {counts}"
        before = [parameter.detach().clone() for parameter in model.parameters()]
        found = ask(answer, model, batch)
        if any(p.grad is None for p in model.parameters()):
            raise Wrong(f"{case}: the model has no gradients afterwards: is there a backward for each part?")
        if not all(map(torch.equal, before, model.parameters())):
            raise Wrong(
                f"{case}: the weights have changed; only gradients are to be added up, without a step"
            )
        every = list(training_cases.accumulated(model.inner, batch))
        gradient = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
        mistakes = [(f"{case}: {message}", wrong) for message, wrong, _ in every[1:]]
        compare(gradient, every[0][1], f"{case}: the gradient, all parameters in a row", mistakes)
        if max(model.rows) > max(rows for rows, *_ in sizes):
            raise Wrong(
                f"{case}: {max(model.rows)} rows go through the model at once. The gradient is right, but "
                "the parts are there because the whole does not fit into memory: one part at a time"
            )
        if model.most_waiting > 1:
            raise Wrong(
                f"{case}: {model.most_waiting} parts went forward before the first backward, and what "
                "backward needs of all of them is kept in memory: call backward before the next part goes in"
            )
        loss = _number(found, f"{case}: the loss:")
        mistakes = [(message, wrong) for message, _, wrong in every[1:]]
        _check(loss, every[0][2].item(), f"{case}: the loss that you return", mistakes)


@exercise(
    LESSON,
    3,
    hints=(
        "try numbers that you can do in your head: four pieces, equally frequent. What is each answer?",
        "perplexity undoes the logarithm of the loss. The loss of a token is minus the logarithm of the "
        "probability that the training text gives it: its count plus one, divided by the sum of all counts "
        "plus one for each piece of the vocabulary. Then take the mean over the held-out tokens.",
    ),
)
def baselines(prediction, perplexity, uniform_loss, unigram_loss):
    """The answers: a predicted perplexity, and three functions."""
    mistakes = [
        ("this is the loss in nats; what is its perplexity?", math.log(8_000)),
        ("this is the loss in bits; what is its perplexity?", math.log2(8_000)),
        ("this is the probability of each piece; perplexity counts pieces", 1 / 8_000),
        (
            "on average you would find it after half of the pieces, but this is not what perplexity counts",
            4e3,
        ),
    ]
    number = _number(prediction, "your prediction:")
    near = [(message, wrong) for message, wrong in mistakes if math.isclose(number, wrong, rel_tol=0.01)]
    if not math.isclose(number, 8_000, rel_tol=1e-3):
        raise Wrong(f"your prediction: {near[0][0] if near else f'{prediction} is not right'}")
    for loss in (3.0, 0.0, 0.5, 8.25):
        _check(
            ask(perplexity, loss),
            math.exp(loss),
            f"perplexity({loss})",
            training_cases.perplexities(loss),
        )
    for size in (4, 8_000, 2, 32_768, 1):
        found = ask(uniform_loss, size)
        _check(found, math.log(size), f"uniform_loss({size})", training_cases.uniform_losses(size))
    for training, held_out, size in training_cases.UNIGRAMS:
        counts = Counter(training)
        case = f"unigram_loss for counts of {training!r}, held-out {held_out!r}, vocabulary of {size}"
        try:
            found = ask(unigram_loss, counts, list(held_out), size)
        except (ValueError, ZeroDivisionError):
            if set(held_out) <= set(training):
                raise
            raise Wrong(f"{case}: {training_cases.UNSEEN} stops your code: add one to each count") from None
        if counts != Counter(training):
            raise Wrong(f"{case}: your function changes training_counts, which the caller still needs")
        every = training_cases.unigram_losses(training, held_out, size)
        _, expected = next(every)
        _check(found, expected, case, every)


@exercise(
    LESSON,
    4,
    hints=(
        "follow the model through two rounds of the loop, and note each thing that the measurement changes.",
        "which calls on the model go in pairs? One lasts until its partner is called, and one pair is not "
        "complete. What is the first thing in the loop that notices it?",
    ),
)
def repair_loop(answer):
    """The answer: (model, optimizer, batches, held_out, every, peak) → held-out losses; trains the model."""
    for number, (steps, every) in enumerate([(12, 5), (3, 9), (4, 1)]):
        generator = torch.Generator().manual_seed(number)
        batches = [loops.labelled(8, generator) for _ in range(steps)]
        held_out = loops.labelled(12, generator)
        model = loops.Recorded(generator, held_out[0])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(number)
            losses, gradients = loops.train(copy.deepcopy(model.inner), batches, held_out, every, peak=0.5)
            torch.manual_seed(number)
            found = ask(answer, model, loops.RecordedSGD(model), batches, held_out, every, 0.5)
        case = f"{steps} batches, measured every {every}"
        for fault in loops.faults(model, gradients, every):
            raise Wrong(f"{case}: {fault}")
        if found is None:
            raise Wrong("your function returned nothing: is a `return` missing?")
        if not isinstance(found, list | tuple) or len(found) != len(losses):
            raise Wrong(f"{case}: a list with {len(losses)} held-out losses should be returned")
        for place, (one, other) in enumerate(zip(found, losses, strict=True)):
            _check(one, other, f"{case}: held-out loss {place}")


@exercise(
    LESSON,
    5,
    hints=(
        "read Run.train line by line and list what is another thing after a step than before it.",
        "four things change with a step: the weights, what AdamW has collected about each weight, where the "
        "generator stands, the number of the step. All four go into the state and come back from it. A "
        "state_dict() shows the tensors themselves, which train on: copy.deepcopy makes them stand still.",
    ),
)
def resume_run(save, load):
    """The answers: save(run) → a state, and load(run, state), which sets the run back to that state."""
    for seed, before, after in [(0, 4, 3), (1, 1, 5), (2, 7, 2)]:
        run, unbroken = loops.run_at(seed, before), loops.run_at(seed, before)
        state = ask(save, run)
        if state is None:
            raise Wrong("save returned nothing: is a `return` missing?")
        for fault in loops.differences(run, unbroken, seed):
            raise Wrong(f"save(run) changes the run, it should only look: {fault}")
        resumed = _loaded(load, state)
        for fault in loops.differences(resumed, unbroken, seed):
            raise Wrong(f"saved after {before} steps and loaded into a new run: {fault}")
        resumed.train(after)
        for fault in loops.differences(resumed, loops.run_at(seed, before + after), seed):
            raise Wrong(
                f"just after loading all is well, {after} steps later not: {fault}. Are run.model and "
                "run.optimizer still those that belong together?"
            )
        state = save(run)
        run.train(after)
        for fault in loops.differences(_loaded(load, state), unbroken, seed):
            raise Wrong(
                f"saved after {before} steps and loaded when the first run had gone on for {after} more: "
                f"{fault}. The state has gone on as well: put copies into it"
            )
        state = save(unbroken)
        _loaded(load, state).train(after)
        for fault in loops.differences(_loaded(load, state), loops.run_at(seed, before), seed):
            raise Wrong(
                f"one state loaded into two runs, one after the other, and the first has trained: {fault}. "
                "It wrote into the state: hand copies to the run when you load"
            )


def _loaded(load, state) -> loops.Run:
    """Return a new run of another seed into which the state has been loaded."""
    run = loops.Run(99)
    ask(load, run, state)
    return run


def _near(found: Iterable[float], expected: Iterable[float]) -> bool:
    return all(
        math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-7)
        for one, other in zip(found, expected, strict=True)
    )


def _number(found: Any, what: str) -> float:
    """Return what was found as a float. Raises Wrong if it is no number."""
    if found is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    if isinstance(found, Tensor) and found.numel() == 1:
        found = found.item()
    try:
        number = math.nan if isinstance(found, bool | str) else float(found)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if math.isnan(number):
        check_number(found, 0.0, what.removesuffix(":"))
    return number


def _check(found: Any, expected: float, what: str, mistakes: Iterable[tuple[str, float]] = ()) -> None:
    """Raise Wrong unless a number is near what is expected; the mistakes are looked through first."""
    number = _number(found, f"{what}:")
    if _near([number], [expected]):
        return
    for message, wrong in mistakes:
        if _near([number], [wrong]):
            raise Wrong(f"{what}: {message}")
    raise Wrong(f"{what} should be {expected:.6g}, yours is {number:.6g}")
