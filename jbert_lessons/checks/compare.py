"""Comparing an answer with what is expected, in words that a learner can act on.

Design choices
- A mistake that is known is named before anything general is said about shape or numbers.
- Nothing here knows a lesson: what a number means is said by the check that calls.
- `softmax` is written out in float64, so that no reference rests on the code that is examined.
"""

import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from jbert_lessons.checks.exercise import Wrong

TOLERANCE = 1e-4

Mistakes = Iterable[tuple[str, Tensor]]


def ask(function: Callable, *inputs) -> Any:
    """Return what a learner's function gives for `inputs`.

    Raises Wrong if it is no function, takes another number of arguments, or changes one of its inputs.
    """
    if not callable(function):
        raise Wrong(f"hand over the function itself, without calling it: this is {_kind(function)}")
    name = getattr(function, "__name__", type(function).__name__)
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions written in C do not tell
        signature = None
    if signature is not None:
        try:
            signature.bind(*inputs)
        except TypeError as error:
            given = f"{len(inputs)} argument" + "s" * (len(inputs) != 1)
            raise Wrong(f"{name} cannot be called with {given}: {error}") from None
        names = list(signature.parameters)
    before = [value.clone() if isinstance(value, Tensor) else value for value in inputs]
    found = function(*inputs)
    for number, (old, new) in enumerate(zip(before, inputs, strict=True)):
        if isinstance(old, Tensor) and not torch.equal(old, new):
            which = names[number] if signature is not None and number < len(names) else f"number {number + 1}"
            raise Wrong(
                f"{name} changes its argument {which}, which the caller may still need: "
                "operators such as /= and methods that end in _ write into the tensor they are given"
            )
    return found


def parts(found: Any, *names: str) -> tuple:
    """Return `found` as a tuple with one thing for each name. Raises Wrong if it is not that."""
    if found is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    if not isinstance(found, tuple | list) or len(found) != len(names):
        wanted = " and ".join(names)
        raise Wrong(f"your function should return {len(names)} things, {wanted}; it returned {_kind(found)}")
    return tuple(found)


def same(found: Any, expected: Tensor) -> bool:
    """Tell whether two tensors have one shape and, within the tolerance, the same numbers."""
    if not isinstance(found, Tensor) or found.shape != expected.shape:
        return False
    return torch.allclose(_numbers(found), _numbers(expected), rtol=0, atol=TOLERANCE, equal_nan=True)


def recognise(found: Any, expected: Tensor, mistakes: Mistakes) -> None:
    """Raise Wrong with the message of the first mistake that gives what was found, unless it is expected."""
    for message, wrong in mistakes if not same(found, expected) else ():
        if same(found, wrong):
            raise Wrong(message)


def compare(found: Any, expected: Tensor, what: str, mistakes: Mistakes = ()) -> None:
    """Raise Wrong unless `found` is a tensor like `expected`: same shape, same numbers within 1e-4.

    `what` names the thing, for example "the weights". `mistakes` are pairs of a message and of the
    tensor that this mistake would give; they are looked through first.
    """
    if found is None:
        raise Wrong(f"{what}: your function returned nothing: is a `return` missing?")
    if not isinstance(found, Tensor):
        raise Wrong(f"{what}: a tensor is expected, your function returned {_kind(found)}")
    if same(found, expected):
        return
    recognise(found, expected, mistakes)
    _compare_shapes(tuple(found.shape), tuple(expected.shape), what)
    found, expected = _numbers(found), _numbers(expected)
    if (index := _first(found.isnan() & ~expected.isnan())) is not None:
        raise Wrong(f"{what}: NaN (not a number){_at(index)}, where {_text(expected[index])} is expected")
    index = _first(~torch.isclose(found, expected, rtol=0, atol=TOLERANCE, equal_nan=True))
    raise Wrong(f"{what}: found {_text(found[index])}{_at(index)}, expected {_text(expected[index])}")


def check_number(found: Any, expected: float, what: str, mistakes: Iterable[tuple[str, float]] = ()) -> None:
    """Raise Wrong unless `found` is the number expected, without telling it.

    `what` goes before the verdict; `mistakes` are pairs of a message and the number this mistake gives.
    """
    try:
        number = math.nan if isinstance(found, bool | str) else float(found)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if math.isnan(number):
        raise Wrong(f"{what}: a number is expected, not {_kind(found)}")
    if not math.isclose(number, expected):
        for message, wrong in mistakes:
            if math.isclose(number, wrong):
                raise Wrong(f"{what}: {message}")
        raise Wrong(f"{what}: {found} is not right")


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return e to the x, divided by the sum over an axis, in float64."""
    exponentials = torch.exp(x.double() - x.double().amax(axis, keepdim=True))
    return exponentials / exponentials.sum(axis, keepdim=True)


def check_sum(weights: Tensor, rows: str, case: str = "") -> None:
    """Raise Wrong unless the weights are shares: the last axis sums to 1.

    `rows` says what the axis before it counts, for example "queries".
    """

    def all_one(*axes: int) -> bool:
        return (_numbers(weights).sum(axes) - 1).abs().max().item() < 1e-3

    if all_one(-1):
        return
    for axis in range(-2, -weights.ndim - 1, -1):
        if all_one(axis):
            which = f"the {rows}" if axis == -2 else f"axis {weights.ndim + axis}"
            raise Wrong(f"your weights sum to 1 over {which}: the softmax runs over the wrong axis")
        if all_one(*range(axis, 0)):
            raise Wrong(f"the softmax divides by the sum over all {rows} (rows); each row needs its own sum")
    if (weights < 0).any():
        raise Wrong("some of your weights are negative: is there a softmax?")
    sums = _numbers(weights).sum(-1).flatten()
    wrong = sums[(sums - 1).abs().argmax()].item()
    raise Wrong(f"a row of your weights sums to {wrong:.2g}, not to 1{case}: what comes after the softmax?")


def _compare_shapes(found: tuple, expected: tuple, what: str) -> None:
    if found == expected:
        return
    message = f"{what}: the shape is {found}, expected is {expected}"
    if len(found) != len(expected):
        message += f": {len(found)} instead of {len(expected)} axes"
    elif found and found[0] == 1 < expected[0]:
        message += f": one result for a batch of {expected[0]}. Does it work for a batch of 1 only?"
    elif sorted(found) == sorted(expected):
        message += ": the right sizes in another order"
    raise Wrong(message)


def _numbers(x: Tensor) -> Tensor:
    return x.detach().cpu().double()


def _first(where: Tensor) -> tuple[int, ...] | None:
    """Return the index of the first true element, None if there is none."""
    places = where.nonzero()
    return tuple(places[0].tolist()) if len(places) else None


def _at(index: tuple[int, ...]) -> str:
    return f" at index {index}" if index else ""


def _text(number: Tensor) -> str:
    value = number.item()
    return f"{value:.0f}" if value.is_integer() else f"{value:.6g}"


def _kind(thing: Any) -> str:
    if isinstance(thing, Tensor):
        return f"a tensor of shape {tuple(thing.shape)}"
    if isinstance(thing, tuple | list):
        return f"a {type(thing).__name__} of {len(thing)}"
    if isinstance(thing, bool | int | float | str):
        return f"the {type(thing).__name__} {thing!r}"
    return f"an object of type {type(thing).__name__}"
