"""What a learner reads about numbers that differ, and right answers that are unlike the sheet's."""

import math

import numpy as np
import pytest
import torch

from jbert_lessons.attention import MultiHeadAttention
from jbert_lessons.checks import attention as checks
from jbert_lessons.checks.compare import ask, check_number, check_sum, compare, parts, recognise, softmax
from jbert_lessons.checks.exercise import Wrong

EXPECTED = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def message_of(function, *arguments) -> str:
    with pytest.raises(Wrong) as wrong:
        function(*arguments)
    return str(wrong.value)


@pytest.mark.parametrize(
    "found",
    [EXPECTED + 5e-5, EXPECTED.double(), EXPECTED.int(), EXPECTED.clone().requires_grad_()],
    ids=["close", "float64", "integers", "with gradient"],
)
def test_the_same_numbers_pass(found):
    compare(found, EXPECTED, "the sum")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "the sum: your function returned nothing: is a `return` missing?"),
        ((1, 2), "the sum: a tensor is expected, your function returned a tuple of 2"),
        (np.ones(2), "the sum: a tensor is expected, your function returned an object of type ndarray"),
        (1.5, "the sum: a tensor is expected, your function returned the float 1.5"),
        (EXPECTED.T, "the sum: the shape is (3, 2), expected is (2, 3): the right sizes in another order"),
        (EXPECTED[0], "the sum: the shape is (3,), expected is (2, 3): 1 instead of 2 axes"),
        (EXPECTED[:, :2], "the sum: the shape is (2, 2), expected is (2, 3)"),
        (EXPECTED[:1], "one result for a batch of 2. Does it work for a batch of 1 only?"),
        (EXPECTED + 2e-4, "the sum: found 1.0002 at index (0, 0), expected 1"),
        (EXPECTED.where(EXPECTED < 5, -1), "the sum: found -1 at index (1, 1), expected 5"),
        (EXPECTED.where(EXPECTED < 6, math.inf), "the sum: found inf at index (1, 2), expected 6"),
        (EXPECTED.where(EXPECTED != 2, math.nan), "the sum: NaN (not a number) at index (0, 1)"),
    ],
)
def test_what_is_wrong_is_said(found, message):
    assert message in message_of(compare, found, EXPECTED, "the sum")


def test_a_known_mistake_is_named_before_shape_and_numbers():
    mistakes = [("never", EXPECTED + 1), ("transposed", EXPECTED.T), ("all NaN", EXPECTED * math.nan)]
    for found, message in [(EXPECTED.T, "transposed"), (EXPECTED * math.nan, "all NaN")]:
        assert message_of(compare, found, EXPECTED, "the sum", mistakes) == message


def test_a_mistake_that_makes_no_difference_is_none():
    compare(EXPECTED, EXPECTED, "the sum", [("a mistake", EXPECTED)])
    recognise(EXPECTED, EXPECTED, [("a mistake", EXPECTED)])


def test_a_single_number_has_no_index():
    message = message_of(compare, torch.tensor(2.0), torch.tensor(3.0), "the sum")
    assert message == "the sum: found 2, expected 3"


def test_numbers():
    check_number(torch.tensor(4), 4, "the count")
    for found in ("4", True, None, [4], torch.ones(2), math.nan):
        assert "the count: a number is expected" in message_of(check_number, found, 4, "the count")
    assert message_of(check_number, 5, 4, "the count") == "the count: 5 is not right"
    assert message_of(check_number, 2, 4, "the count", [("half", 2)]) == "the count: half"


def test_ask_gives_what_the_function_returns():
    assert ask(lambda a, b: a + b, 1, 2) == 3


def test_ask_says_what_cannot_be_called():
    assert "without calling it: this is a tensor of shape (2, 3)" in message_of(ask, EXPECTED, 1)
    assert "cannot be called with 1 argument: missing" in message_of(ask, lambda a, b: a, 1)


def test_ask_notices_changed_inputs():
    def halve(numbers):
        numbers /= 2

    assert "halve changes its argument numbers" in message_of(ask, halve, EXPECTED.clone())
    assert "changes its argument number 1" in message_of(ask, torch.relu_, torch.tensor([-1.0]))


def test_parts():
    assert parts([1, 2], "a", "b") == (1, 2)
    assert "is a `return` missing?" in message_of(parts, None, "a", "b")
    assert "2 things, a and b; it returned a tuple of 3" in message_of(parts, (1, 2, 3), "a", "b")


def test_softmax_is_torchs():
    x = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0)) * 100
    for axis in (-1, 0, 1):
        torch.testing.assert_close(softmax(x, axis), torch.softmax(x.double(), axis))


def test_shares():
    weights = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(0))
    check_sum(softmax(weights), "words")
    assert "sum to 1 over the words" in message_of(check_sum, softmax(weights, 1), "words")
    assert "sum to 1 over axis 0" in message_of(check_sum, softmax(weights, 0), "words")
    for one_sum in (weights / weights.sum(), weights / weights.sum((-2, -1), keepdim=True)):
        assert "divides by the sum over all words (rows); each row" in message_of(check_sum, one_sum, "words")
    assert "negative" in message_of(check_sum, -softmax(weights), "words")
    assert "sums to 0.5, not to 1 here" in message_of(check_sum, softmax(weights) / 2, "words", " here")


# Right answers unlike the sheet's: a check that knows only one way would reject them.


def shared_out_again(query, key, value, mask):
    """Padding is removed after the softmax, and the rest divided by its sum."""
    weights = torch.softmax(query @ key.mT / query.shape[-1] ** 0.5, dim=-1) * mask[:, None]
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    return weights @ value, weights


def as_in_bert(query, key, value, mask):
    """The first BERT added -10,000 to the scores."""
    scores = query @ key.mT / query.shape[-1] ** 0.5 + (1.0 - mask[:, None].float()) * -10_000
    weights = torch.softmax(scores, dim=-1)
    return weights @ value, weights


def one_by_one(query, key, value, mask):
    """A loop over the sentences, each cut to its tokens."""
    outputs, rows = torch.zeros(len(query), query.shape[1], value.shape[2]), torch.zeros_like(query @ key.mT)
    for number, tokens in enumerate(mask):
        if tokens.any():
            scores = query[number] @ key[number, tokens].T / query.shape[-1] ** 0.5
            rows[number][:, tokens] = torch.softmax(scores, dim=-1)
            outputs[number] = rows[number] @ value[number]
    return outputs, rows


@pytest.mark.parametrize("answer", [shared_out_again, as_in_bert, one_by_one])
def test_padding_can_be_hidden_in_other_ways(answer):
    assert checks.padding_mask.judge(answer) == ("passed", "")


def test_attention_in_float64_passes():
    def attention(query, key, value):
        weights = torch.softmax(query.double() @ key.double().mT / query.shape[-1] ** 0.5, dim=-1)
        return [weights @ value.double(), weights]

    assert checks.scaled_dot_product.judge(attention) == ("passed", "")


def test_heads_in_a_loop_pass():
    def split(x, heads):
        return torch.stack(x.chunk(heads, dim=-1), dim=1)

    def merge(x):
        return torch.cat([x[:, head] for head in range(x.shape[1])], dim=-1)

    assert checks.split_and_merge_heads.judge(split, merge) == ("passed", "")


def test_the_layer_of_the_package_has_no_bug():
    class Fixed(MultiHeadAttention):
        def forward(self, x, mask):
            return super().forward(x, mask, need_weights=True)

    assert checks.find_the_bug.judge(Fixed) == ("passed", "")
