"""Comparing numbers, texts and lists of an answer with what is right: the first difference, in words."""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jbert_lessons.checks.exercise import Wrong

NOTHING = "your function returned nothing: is a `return` missing?"
TOLERANCE = 1e-6


def compare_values(found: Any, expected: Any, what: str, mistakes: Iterable[tuple[str, Any]] = ()) -> None:
    """Raise `Wrong` unless `found` equals `expected`, a number, a text, or lists, tuples or dicts of these.

    `what` names the thing ("the spans of ㍻元年"). If `found` is what one of the `mistakes`, pairs of a
    message and what that mistake gives, would have given, its message is raised. Otherwise the message names
    the first difference. A list and a tuple with the same items are equal, and so is a tensor or an array;
    two whole numbers are equal if they are the same, other numbers within 1e-6.
    """
    if found is None:
        raise Wrong(NOTHING)
    if same_value(found, expected):
        return
    for message, value in mistakes:
        if same_value(found, value):
            raise Wrong(message)
    raise Wrong(_difference(_plain(found), expected, what))


def same_value(found: Any, expected: Any) -> bool:
    """Tell whether two values are equal as `compare_values` sees it."""
    found, expected = _plain(found), _plain(expected)
    if isinstance(expected, bool) or isinstance(found, bool):
        return found is expected
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return found == expected or (float in (type(found), type(expected)) and _close(found, expected))
    if _is_list(expected) and _is_list(found):
        return len(found) == len(expected) and all(map(same_value, found, expected))
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return found.keys() == expected.keys() and all(same_value(found[k], expected[k]) for k in expected)
    return bool(found == expected)


def _close(one: float, other: float) -> bool:
    if math.isnan(one) and math.isnan(other):
        return True
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _plain(thing: Any) -> Any:
    """Return tensors and arrays as Python's own lists and numbers, anything else as it is."""
    convert = getattr(thing, "tolist", None)
    return thing if convert is None or isinstance(thing, type) else convert()


def _is_list(thing: Any) -> bool:
    return isinstance(thing, Sequence) and not isinstance(thing, str | bytes)


def _difference(found: Any, expected: Any, what: str) -> str:
    if _is_list(expected) and _is_list(found):
        for place, (one, other) in enumerate(zip(found, expected, strict=False)):
            if not same_value(one, other):
                return f"{what}: item {place} should be {_show(other)}, yours is {_show(one)}"
        return f"{what} should have {len(expected)} items, yours has {len(found)}"
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in expected:
            if key not in found:
                return f"{what}: {_show(key)} is missing"
            if not same_value(found[key], expected[key]):
                one, other = _show(found[key]), _show(expected[key])
                return f"{what}: for {_show(key)} it should be {other}, yours is {one}"
        return f"{what}: {_show(next(key for key in found if key not in expected))} does not belong there"
    if _kind(found) != _kind(expected):
        return f"{what} should be {_kind(expected)}, yours is {_kind(found)}"
    return f"{what} should be {_show(expected)}, yours is {_show(found)}"


def _show(thing: Any) -> str:
    """Return repr(thing) with combining marks as escapes, or か with U+3099 would look like が."""
    return "".join(
        character.encode("ascii", "backslashreplace").decode()
        if unicodedata.category(character) in ("Mn", "Me")
        else character
        for character in repr(_plain(thing))
    )


def _kind(thing: Any) -> str:
    names = {
        str: "a text",
        bytes: "bytes",
        bool: "True or False",
        list: "a list",
        tuple: "a tuple",
        dict: "a dict",
        int: "a number",
        float: "a number",
    }
    name = type(thing).__name__
    return names.get(type(thing), f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}")
