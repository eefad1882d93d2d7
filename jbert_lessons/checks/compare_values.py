"""Comparing numbers, texts and lists of an answer with what is right: the first difference, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jbert_lessons.checks.exercise import Wrong

NOTHING = "your function returned nothing: is a `return` missing?"


def compare_values(found: Any, expected: Any, what: str, mistakes: Iterable[tuple[str, Any]] = ()) -> None:
    """Raise `Wrong` unless `found` equals `expected`, a number, a text, or lists, tuples or dicts of these.

    `what` names the thing ("the spans of ㍻元年"). If `found` is what one of the `mistakes`, pairs of a
    message and what that mistake gives, would have given, its message is raised. Otherwise the message names
    the first difference. A list and a tuple with the same items are equal; numbers are equal within 1e-6.
    """
    if found is None:
        raise Wrong(NOTHING)
    if same_value(found, expected):
        return
    for message, value in mistakes:
        if same_value(found, value):
            raise Wrong(message)
    raise Wrong(_difference(found, expected, what))


def same_value(found: Any, expected: Any) -> bool:
    """Tell whether two values are equal as `compare_values` sees it."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return found is expected
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return abs(found - expected) <= 1e-6 * max(1.0, abs(expected))
    if _is_list(expected) and _is_list(found):
        return len(found) == len(expected) and all(map(same_value, found, expected))
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return found.keys() == expected.keys() and all(same_value(found[k], expected[k]) for k in expected)
    return found == expected


def _is_list(thing: Any) -> bool:
    return isinstance(thing, Sequence) and not isinstance(thing, str | bytes)


def _difference(found: Any, expected: Any, what: str) -> str:
    if _is_list(expected) and _is_list(found):
        for place, (one, other) in enumerate(zip(found, expected, strict=False)):
            if not same_value(one, other):
                return f"{what}: item {place} should be {other!r}, yours is {one!r}"
        return f"{what} should have {len(expected)} items, yours has {len(found)}"
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in expected:
            if key not in found:
                return f"{what}: {key!r} is missing"
            if not same_value(found[key], expected[key]):
                return f"{what}: for {key!r} it should be {expected[key]!r}, yours is {found[key]!r}"
        return f"{what}: {next(key for key in found if key not in expected)!r} does not belong there"
    if type(found) is not type(expected) and not isinstance(found, int | float):
        return f"{what} should be {_kind(expected)}, yours is {_kind(found)}"
    return f"{what} should be {expected!r}, yours is {found!r}"


def _kind(thing: Any) -> str:
    names = {
        str: "a text",
        list: "a list",
        tuple: "a tuple",
        dict: "a dict",
        int: "a number",
        float: "a number",
    }
    return names.get(type(thing), f"a {type(thing).__name__}")
