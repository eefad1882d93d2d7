import pytest
import torch
from torch.nn import functional

from jbert_lessons.embeddings import BertEmbeddings, layer_norm, sinusoids


def test_layer_norm_equals_torch():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 5, 16, generator=generator) * 4 + 2
    weight, bias = torch.randn(2, 16, generator=generator)
    expected = functional.layer_norm(x, (16,), weight, bias, 1e-12)
    torch.testing.assert_close(layer_norm(x, weight, bias, 1e-12), expected)


@pytest.mark.parametrize("size", [2, 7, 16])
def test_sinusoids(size):
    codes = sinusoids(50, size)
    assert codes.shape == (50, size)
    assert codes[0].tolist() == [float(i % 2) for i in range(size)]
    torch.testing.assert_close(codes[:, 0], torch.sin(torch.arange(50.0)))


def test_sinusoids_differ_by_distance_alone():
    codes = sinusoids(40, 32)
    products = codes @ codes.T
    for distance in range(5):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))


def test_embeddings_are_a_sum():
    module = BertEmbeddings(20, 8, max_position_embeddings=6, dropout=0.0)
    ids, types = torch.tensor([[3, 4, 0]]), torch.tensor([[0, 1, 0]])
    total = module.token.weight[ids] + module.segment.weight[types] + module.position.weight[:3]
    expected = layer_norm(total, module.norm.weight, module.norm.bias, 1e-12)
    torch.testing.assert_close(module(ids, types), expected)


def test_only_rows_that_are_read_get_a_gradient():
    module = BertEmbeddings(20, 8, max_position_embeddings=6, dropout=0.0)
    module(torch.tensor([[3, 4, 0], [3, 3, 7]]))[..., 0].sum().backward()
    reached = {name: parameter.grad.any(-1) for name, parameter in module.named_parameters()}
    assert reached["token.weight"].nonzero().flatten().tolist() == [3, 4, 7]  # 0 is padding
    assert reached["position.weight"].tolist() == [True] * 3 + [False] * 3
    assert reached["segment.weight"].tolist() == [True, False]


def test_too_long_a_text():
    with pytest.raises(ValueError, match=r"7 tokens.*at most 6"):
        BertEmbeddings(20, 8, max_position_embeddings=6)(torch.zeros(1, 7, dtype=torch.long))


def test_positions_can_start_as_sinusoids():
    module = BertEmbeddings(20, 16, max_position_embeddings=40)
    module.start_with_sinusoids(0.05)
    weight = module.position.weight
    assert weight.requires_grad
    assert weight.square().mean().sqrt().item() == pytest.approx(0.05, rel=0.01)
    torch.testing.assert_close(weight / weight[0, 1], sinusoids(40, 16))
