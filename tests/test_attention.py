import pytest
import torch

from jbert_lessons.attention import MultiHeadAttention, scaled_dot_product_attention


def inputs(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def attention(device):
    torch.manual_seed(0)
    return MultiHeadAttention(24, 3, dropout=0.0).to(device)


def test_weights_sum_to_one_and_hidden_positions_get_none():
    query, key, value = inputs(3, 2, 5, 8)
    mask = torch.tensor([True, True, True, False, False])
    output, weights = scaled_dot_product_attention(query, key, value, mask)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 5))
    assert weights[..., 3:].eq(0).all()
    shorter, _ = scaled_dot_product_attention(query, key[:, :3], value[:, :3])
    torch.testing.assert_close(output, shorter)


def test_equal_keys_give_the_mean():
    value = inputs(4, 8)
    output, _ = scaled_dot_product_attention(inputs(1, 8), torch.ones(4, 8), value)
    torch.testing.assert_close(output[0], value.mean(0))


@pytest.mark.parametrize("masked", [False, True])
def test_written_out_equals_fused(attention, device, masked):
    x = inputs(4, 7, 24).to(device).requires_grad_()
    # The last row is nothing but padding.
    mask = torch.tensor([7, 5, 1, 0], device=device)[:, None] > torch.arange(7, device=device)
    mask = mask if masked else None
    results = []
    for need_weights in (True, False):
        output, weights = attention(x, mask, need_weights)
        [gradient] = torch.autograd.grad(output.square().sum(), x)
        results.append((output, gradient[:3]))  # nobody trains on a row without a token
        assert (weights is not None) == need_weights
    torch.testing.assert_close(results[0], results[1], rtol=1e-5, atol=1e-5)
    assert results[0][0].isfinite().all()


def test_heads_are_independent_slices(attention, device):
    x = inputs(2, 5, 24).to(device)
    _, weights = attention(x, need_weights=True)
    query, key = attention.query(x)[..., 8:16], attention.key(x)[..., 8:16]
    expected = torch.softmax(query @ key.transpose(1, 2) / 8**0.5, dim=-1)
    torch.testing.assert_close(weights[:, 1], expected)


def test_order_is_invisible(attention, device):
    x = inputs(1, 6, 24).to(device)
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    torch.testing.assert_close(attention(x[:, order])[0], attention(x)[0][:, order])


def test_dropout_in_training_only(device):
    attention = MultiHeadAttention(24, 3, dropout=0.5).to(device)
    x = inputs(1, 6, 24).to(device)
    assert not torch.equal(attention(x)[0], attention(x)[0])
    attention.eval()
    assert torch.equal(attention(x)[0], attention(x)[0])


def test_heads_must_divide_the_size():
    with pytest.raises(ValueError, match="10 cannot be divided among 3"):
        MultiHeadAttention(10, 3)
