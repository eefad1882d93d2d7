"""Answers to exercises 2 and 4 of lesson 08, pretraining: accumulation and the loop."""

from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional

SHEET = Path(__file__).parents[2] / "solutions" / "08_pretraining.ipynb"

# The first optimizer of a process imports much of torch, which may take longer than an answer may.
torch.optim.SGD([torch.zeros(1)], lr=0.1)

# Exercise 2


def loss_of(model, inputs, labels):
    """The mean over the masked tokens; 0 if there are none."""
    logits = model(inputs).flatten(0, 1)
    total = functional.cross_entropy(logits, labels.flatten(), ignore_index=-100, reduction="sum")
    return total / max(1, masked(labels))


def masked(labels):
    return (labels != -100).sum().item()


def weighing(weight, clear=False, late=False, give=lambda total: total):
    """Return an answer in which a part weighs `weight(labels, all labels)`."""

    def accumulate(model, parts):
        every = [labels for _, labels in parts]
        total, waiting = 0, []
        for inputs, labels in parts:
            if clear:
                model.zero_grad()
            loss = loss_of(model, inputs, labels) * weight(labels, every)
            waiting.append(loss)
            if not late:
                loss.backward()
            total += loss.item()
        if late:
            sum(waiting).backward()
        return give(total)

    return accumulate


def share(labels, every):
    return masked(labels) / sum(map(masked, every))


def in_sums(model, parts):
    """Right: sums of losses, each divided by the number of all masked tokens."""
    count = torch.cat([labels.flatten() for _, labels in parts]).ne(-100).sum()
    losses = []
    for inputs, labels in parts:
        logits = model(inputs)[labels != -100]
        loss = functional.cross_entropy(logits, labels[labels != -100], reduction="sum") / count
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses).sum()


def together(model, parts):
    inputs, labels = (torch.cat(both) for both in zip(*padded(parts), strict=True))
    loss = loss_of(model, inputs, labels)
    loss.backward()
    return loss


def padded(parts):
    longest = max(labels.shape[1] for _, labels in parts)
    for inputs, labels in parts:
        room = (0, longest - labels.shape[1])
        yield functional.pad(inputs, room), functional.pad(labels, room, value=-100)


def with_a_step(model, parts):
    loss = weighing(share)(model, parts)
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    return loss


def last_backward(model, parts):
    for inputs, labels in parts:
        loss = loss_of(model, inputs, labels) * share(labels, [other for _, other in parts])
    loss.backward()
    return loss


def returns_early(model, parts):
    for inputs, labels in parts:
        loss = loss_of(model, inputs, labels) * share(labels, [other for _, other in parts])
        loss.backward()
        return loss


def mean_reported(model, parts):
    weighing(share)(model, parts)
    with torch.no_grad():
        return sum(loss_of(model, *part) for part in parts) / len(parts)


ACCUMULATED_LOSS = {
    "added up": (weighing(lambda labels, every: 1), "added up as they are"),
    "mean of means": (weighing(lambda labels, every: 1 / len(every)), "a mean of means"),
    "times the masked tokens": (weighing(lambda labels, every: masked(labels)), "divide by those of all"),
    "divided by all": (
        weighing(lambda labels, every: 1 / sum(map(masked, every))),
        "the parts' losses are means already",
    ),
    "divided by its own": (weighing(lambda labels, every: 1 / masked(labels)), "a mean already: do not"),
    "share and number": (
        weighing(lambda labels, every: share(labels, every) / len(every)),
        "do not divide by the number of parts as well",
    ),
    "share of rows": (
        weighing(lambda labels, every: len(labels) / sum(map(len, every))),
        "the weights are shares of the rows",
    ),
    "share of positions": (
        weighing(lambda labels, every: labels.numel() / sum(other.numel() for other in every)),
        "the weights are shares of all positions",
    ),
    "zero_grad between": (weighing(share, clear=True), "only the last part is left"),
    "backward after the loop": (last_backward, "only the last part is left"),
    "return in the loop": (returns_early, "only the first part is there"),
    "zero_grad and means": (weighing(lambda labels, every: 1 / len(every), clear=True), "two mistakes: (1)"),
    "all at once": (together, "6 rows go through the model at once"),
    "one backward": (weighing(share, late=True), "3 parts went forward before the first backward"),
    "with a step": (with_a_step, "the weights have changed"),
    "mean returned": (mean_reported, "the loss that you return: a mean of means"),
    "no backward": (lambda model, parts: sum(loss_of(model, *part).item() for part in parts), "no gradients"),
    "no return": (weighing(share, give=lambda total: None), "is a `return` missing?"),
}

# Exercise 4


def edited(*edits):
    """Return buggy_train as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def buggy_train")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_train has no {old!r}")
        source = source.replace(old, new)
    names = {"torch": torch, "nn": nn, "functional": functional}
    exec(source, names)
    return names["buggy_train"]


MEASURE = "                losses.append(functional.cross_entropy(model(held_out[0]), held_out[1]).item())\n"
FORWARD = "        loss = functional"
BACKWARD = "        loss.backward()\n"
CLIP = "        nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
STEP = "        optimizer.step()\n"
CLEAR = "        optimizer.zero_grad()\n"
EVAL = "            model.eval()\n"
START = "    model.train()\n"
RETURN = "    return losses"
FIXED = (FORWARD, "        model.train()\n" + FORWARD)


def measured_apart(model, optimizer, batches, held_out, every, peak):
    """Right, with a measurement that restores the mode."""

    def measure():
        before = model.training
        model.eval()
        with torch.inference_mode():
            loss = functional.cross_entropy(model(held_out[0]), held_out[1])
        model.train(before)
        return float(loss)

    model.train()
    losses = []
    for number in range(len(batches)):
        optimizer.zero_grad(set_to_none=False)
        inputs, labels = batches[number]
        functional.cross_entropy(model(inputs), labels).backward()
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=1)
        for group in optimizer.param_groups:
            group.update(lr=min(peak, peak * (number + 1) / 10))
        optimizer.step()
        losses += [measure()] if (number + 1) % every == 0 else []
    return losses


REPAIR_LOOP = {
    "as it was": (edited(), "still as in buggy_train: steps 1 to 5 train with dropout"),
    "no eval": (edited((EVAL, "")), "the held-out text is measured in training mode"),
    "train for eval": (
        edited((EVAL, "            model.train()\n")),
        "the held-out text is measured in training",
    ),
    "train before measuring": (
        edited((EVAL, EVAL + "            model.train()\n")),
        "the held-out text is measured in training mode",
    ),
    "train after the forward": (
        edited((BACKWARD, "        model.train()\n" + BACKWARD)),
        "step 6 goes forward in evaluation mode",
    ),
    "train after the loop": (edited((RETURN, START + RETURN)), "still as in buggy_train"),
    "eval first": (edited((START, "    model.eval()\n")), "step 1 goes forward in evaluation mode"),
    "mode asked for too late": (
        edited(
            (EVAL, EVAL + "            before = model.training\n"),
            (MEASURE, MEASURE + "            model.train(before)\n"),
        ),
        "still as in buggy_train",
    ),
    "clipped after the step": (
        edited(FIXED, (CLIP, ""), (STEP, STEP + CLIP)),
        "clip before it",
    ),
    "clipped before backward": (edited(FIXED, (CLIP, ""), (BACKWARD, CLIP + BACKWARD)), "clip before it"),
    "not clipped": (edited(FIXED, (CLIP, "")), "clip before it"),
    "clipped to 0.5": (edited(FIXED, ("(), 1.0)", "(), 0.5)")), "clipped to 1"),
    "cleared every other step": (
        edited(FIXED, (CLEAR, f"        if step % 2:\n    {CLEAR}")),
        "in step 3 the gradients of the step before",
    ),
    "never cleared": (edited(FIXED, (CLEAR, "")), "in step 2 the gradients of the step before"),
    "cleared at once": (edited(FIXED, (CLEAR, ""), (CLIP, CLEAR + CLIP)), "the optimizer gets no gradient"),
    "no warm-up": (edited(FIXED, ("peak * min(1, step / 10)", "peak")), "keep the warm-up over 10 steps"),
    "with gradients": (
        edited(FIXED, ("torch.no_grad()", "torch.enable_grad()")),
        "outside of torch.no_grad()",
    ),
    "measured once": (edited(FIXED, ("step % every == 0", "step == every")), "should be measured 2 times"),
    "no step": (edited(FIXED, (STEP, "")), "12 batches go forward and the optimizer makes 0 steps"),
    "no return": (edited(FIXED, (RETURN, "")), "is a `return` missing?"),
    "last loss": (edited(FIXED, (RETURN, "    return losses[-1:]")), "a list with 2 held-out losses"),
    "other order": (edited(FIXED, (RETURN, "    return losses[::-1]")), "held-out loss 0 should be"),
    "loss of the batch": (
        edited(FIXED, (MEASURE, f"{' ' * 16}model(held_out[0])\n{' ' * 16}losses.append(loss.item())\n")),
        "held-out loss 0 should be",
    ),
}

SOLUTIONS = {
    "accumulated_loss": (in_sums,),
    "repair_loop": (measured_apart,),
}
ALL = [ACCUMULATED_LOSS, REPAIR_LOOP]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
