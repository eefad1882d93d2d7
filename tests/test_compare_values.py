"""What a learner reads about values that differ, and what counts as equal."""

import math

import numpy as np
import pytest
import torch

from jbert_lessons.checks.compare_values import compare_values, same_value
from jbert_lessons.checks.exercise import Wrong

NAN, INF = math.nan, math.inf


def message_of(found, expected, what="the spans", mistakes=()) -> str:
    with pytest.raises(Wrong) as wrong:
        compare_values(found, expected, what, mistakes)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (3, 3),
        (3.0, 3),
        (3, 3.0),
        (0.1 + 0.2, 0.3),
        (1e9 + 1, 1e9),
        (NAN, NAN),
        (INF, INF),
        (True, True),
        ("が", "が"),
        ([1, (2, 3)], ((1, [2, 3]))),
        (range(3), [0, 1, 2]),
        ([], ()),
        ({"a": [1.0], "b": "い"}, {"b": "い", "a": (1,)}),
        (torch.tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        ([torch.tensor(0.5), torch.tensor(1)], [0.5, 1]),
        (np.array([0.1, 0.2]), [0.1, 0.2]),
        (np.float32(0.1), 0.1),
        (np.int64(7), 7),
        ([1, 2], torch.tensor([1, 2])),
    ],
)
def test_equal(found, expected):
    assert same_value(found, expected)
    compare_values(found, expected, "the answer")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1_000_001, 1_000_000),
        (0.30001, 0.3),
        (INF, 1e300),
        (INF, -INF),
        (NAN, 0.0),
        (0.0, NAN),
        (True, 1),
        (1, True),
        ("1", 1),
        ("ab", ["a", "b"]),
        (b"ab", "ab"),
        ("か\u3099", "が"),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        ({1, 2}, [1, 2]),
        ({"a": 1}, {"a": 1, "b": 2}),
        (torch.tensor([1, 2]), 1),
        (torch.ones(2), "ab"),
        (np.zeros(2), None),
        (torch.Tensor, [1]),
    ],
)
def test_not_equal(found, expected):
    assert not same_value(found, expected)
    message_of(found, expected)


@pytest.mark.parametrize(
    ("found", "expected", "message"),
    [
        (None, [1], "your function returned nothing: is a `return` missing?"),
        (2, 3, "the spans should be 3, yours is 2"),
        ("い", "あ", "the spans should be 'あ', yours is 'い'"),
        ("3", 3, "the spans should be a number, yours is a text"),
        (3, "3", "the spans should be a text, yours is a number"),
        (True, 1, "the spans should be a number, yours is True or False"),
        (b"a", "a", "the spans should be a text, yours is bytes"),
        ((1, 2), {"a": 1}, "the spans should be a dict, yours is a tuple"),
        ({1}, [1], "the spans should be a list, yours is a set"),
        (iter([1]), [1], "the spans should be a list, yours is a list_iterator"),
        (object(), "a", "the spans should be a text, yours is an object"),
        ([1, 5, 6], [1, 2, 3], "the spans: item 1 should be 2, yours is 5"),
        ([(0, 1), (2, 3)], [(0, 1), (1, 3)], "the spans: item 1 should be (1, 3), yours is (2, 3)"),
        ([1, None], [1, 2], "the spans: item 1 should be 2, yours is None"),
        ([1, 2], [1, 2, 3], "the spans should have 3 items, yours has 2"),
        ([1], [], "the spans should have 0 items, yours has 1"),
        ({"b": 1}, {"a": 1}, "the spans: 'a' is missing"),
        ({"a": 2}, {"a": 1}, "the spans: for 'a' it should be 1, yours is 2"),
        ({"a": 1, "b": 1}, {"a": 1}, "the spans: 'b' does not belong there"),
        (torch.tensor([1, 5]), [1, 2], "the spans: item 1 should be 2, yours is 5"),
        (np.float32(0.5), 0.25, "the spans should be 0.25, yours is 0.5"),
    ],
)
def test_the_first_difference_is_named(found, expected, message):
    assert message_of(found, expected) == message


def test_texts_that_look_alike_are_told_apart():
    message = message_of(["か\u3099"], ["が"], "the words")
    assert message == "the words: item 0 should be 'が', yours is 'か\\u3099'"
    assert "yours is '葛\\U000e0100'" in message_of("葛\U000e0100", "葛")


def test_a_known_mistake_is_named_before_the_difference():
    mistakes = [("never", [9]), ("half of it", [1]), ("twice", [1, 2, 1, 2])]
    assert message_of([1], [1, 2], mistakes=mistakes) == "half of it"
    assert message_of(torch.tensor([1, 2, 1, 2]), [1, 2], mistakes=mistakes) == "twice"
    assert message_of([3], [1, 2], mistakes=mistakes) == "the spans: item 0 should be 1, yours is 3"


def test_a_mistake_that_makes_no_difference_is_none():
    compare_values([1, 2], [1, 2], "the spans", [("a mistake", [1, 2])])


def test_mistakes_are_worked_out_only_for_a_wrong_answer():
    def mistakes():
        raise AssertionError("asked for")
        yield

    compare_values(1, 1, "the number", mistakes())
    with pytest.raises(AssertionError, match="asked for"):
        compare_values(2, 1, "the number", mistakes())
