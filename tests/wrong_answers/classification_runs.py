"""Answers to exercise 3 of lesson 09, classification: which epoch is kept, and what is reported."""

import copy
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional

from jbert_lessons.checks.choosing import accuracy

SHEET = Path(__file__).parents[2] / "solutions" / "09_classification.ipynb"

# The first optimizer of a process imports much of torch, which may take longer than an answer may.
torch.optim.SGD([torch.zeros(1)], lr=0.1)

# Exercise 3


def edited(*edits):
    """Return buggy_finetune as the sheet shows it, after edits (old, new) of its text."""
    cells = nbformat.read(SHEET, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.source.startswith("def buggy_finetune")]
    for old, new in edits:
        if old not in source:
            raise ValueError(f"buggy_finetune has no {old!r}")
        source = source.replace(old, new)
    names = {"torch": torch, "nn": nn, "functional": functional, "copy": copy, "accuracy": accuracy}
    exec(source, names)
    return names["buggy_finetune"]


def in_the_end(model, optimizer, training, validation, test, epochs):
    """Right: all epochs are kept, and one is chosen afterwards."""
    kept, history = [], []
    for _ in range(epochs):
        model.train()
        for inputs, labels in training:
            optimizer.zero_grad()
            functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        model.eval()
        history.append(torch.tensor(accuracy(model, *validation)))
        kept.append({name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(kept[int(torch.stack(history).argmax())])
    return accuracy(model, *test), history


SCORE = "        score = accuracy(model, *test)\n"
FIXED = (SCORE, "        score = history[-1]\n")
TRAIN = "        model.train()\n"
EVAL = "        model.eval()\n"
FIRST = "    best, best_weights, history"
LOAD = "    model.load_state_dict(best_weights)\n"
RETURN = "    return accuracy(model, *test), history"
CLEAR = "            optimizer.zero_grad()\n"
ALL_OF_THEM = "accuracy(model, *map(torch.cat, zip(*training)))"
BEST = "        if score > best:\n"
TESTED = "        tests.append(accuracy(model, *test))\n"
LOSS = "-functional.cross_entropy(model(validation[0]), validation[1]).item()"


def fixed(*edits):
    """Return the repaired function after edits."""
    return edited(FIXED, *edits)


FAIR_TEST = {
    "as it was": (edited(), "still as in buggy_finetune"),
    "all test scores": (
        edited((SCORE, "        score = max(accuracy(model, *test), best)\n")),
        "still as in buggy_finetune",
    ),
    "validation and test changed places": (
        edited(("*validation)", "*other)"), ("*test)", "*validation)"), ("*other)", "*test)")),
        "with it is wrong: this is its accuracy on the validation data",
    ),
    "test history": (
        fixed(("append(accuracy(model, *validation))", "append(accuracy(model, *test))")),
        "still as in buggy_finetune",
    ),
    "best on training": (
        edited((SCORE, f"        score = {ALL_OF_THEM}\n")),
        "the best accuracy on the training",
    ),
    "lowest loss": (
        fixed(
            ("score = history[-1]", f"score = {LOSS}"),
            ("best, best_weights, history = -1.0", "best, best_weights, history = -99"),
        ),
        "the smallest loss on the validation data",
    ),
    "lowest accuracy": (
        fixed(("score > best", "score < best"), ("= -1.0,", "= 2.0,")),
        "the lowest accuracy on the validation data",
    ),
    "last epoch": (fixed((LOAD, "")), "the weights of the last epoch"),
    "no copy": (
        fixed(("copy.deepcopy(model.state_dict())", "model.state_dict()")),
        "Are they copied",
    ),
    "a shallow copy": (
        fixed(("copy.deepcopy(model.state_dict())", "dict(model.state_dict())")),
        "the weights of the last epoch",
    ),
    "always kept": (fixed(("if score > best:", "if True:")), "the weights of the last epoch"),
    "first epoch": (
        fixed(
            ("= -1.0,", "= 1.0,"),
            ("if score > best:", "if score < best:"),
            ("best, best_weights = score,", "best, best_weights = -1,"),
        ),
        "not the best on the validation",
    ),
    "validation score returned": (fixed((RETURN, "    return best, history")), "which has chosen it"),
    "last test score": (
        fixed(
            (LOAD, "        last = accuracy(model, *test)\n" + LOAD),
            (RETURN, "    return last, history"),
        ),
        "the test accuracy of the last epoch",
    ),
    "best test score": (
        fixed(
            (FIRST, "    every = []\n" + FIRST),
            (EVAL, EVAL + "        every.append(accuracy(model, *test))\n"),
            (RETURN, "    return max(every), history"),
        ),
        "the best test accuracy of all epochs",
    ),
    "score on training": (
        fixed((RETURN, f"    return {ALL_OF_THEM}, history")),
        "on the training data",
    ),
    "history of the best": (
        fixed((BEST, "        history[-1] = max(history)\n" + BEST)),
        "the history has the best accuracy so far",
    ),
    "test data in the history": (
        fixed((RETURN, f"{RETURN[:-7]}tests"), (FIRST, "    tests = []\n" + FIRST), (BEST, TESTED + BEST)),
        "the history has the test accuracies",
    ),
    "trained on validation": (
        fixed(("in training:", "in [*training, validation]:")),
        "the validation data go through the model in training mode",
    ),
    "trained on test": (
        fixed(("in training:", "in [*training, test]:")),
        "the test data go through the model in training mode",
    ),
    "never train again": (
        fixed((TRAIN, ""), (FIRST, "    model.train()\n" + FIRST)),
        "without dropout",
    ),
    "never eval": (fixed((EVAL, "")), "the validation data go through the model in training mode"),
    "not cleared": (fixed((CLEAR, "")), "the gradients of the batches before are still there"),
    "one epoch less": (fixed(("range(epochs)", "range(epochs - 1)")), "every epoch reads"),
    "stops early": (
        fixed((BEST, "        if score <= best:\n            break\n" + BEST)),
        "training batches go forward in 8 epochs",
    ),
    "no step": (fixed(("            optimizer.step()\n", "")), "the model has not learned anything"),
    "batches twice": (
        fixed(("in training:", "in training * 2:")),
        "every epoch reads every batch once",
    ),
    "accuracy alone": (
        fixed((RETURN, "    return accuracy(model, *test)")),
        "should return 2 things",
    ),
    "no return": (fixed((RETURN, "")), "is a `return` missing?"),
}

SOLUTIONS = {"fair_test": (in_the_end,)}
ALL = [FAIR_TEST]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
