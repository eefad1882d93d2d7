import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from jbert_lessons.encoder import PRESETS, Bert, BertConfig
from jbert_lessons.model_size import multiply_adds, parameters, training_bytes

ODD = {"vocab_size": 50, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 6}
ODD |= {"intermediate_size": 100, "max_position_embeddings": 32, "type_vocab_size": 3}
DRY = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
CONFIGS = {name: BertConfig.preset(name) for name in PRESETS} | {"odd": BertConfig(**ODD)}


def part_of(name: str) -> str:
    """The part that the parameter `name` belongs to."""
    marks = {"embeddings.token": "token table", "embeddings.": "other embeddings", "pooler.": "pooler"}
    marks |= {"_norm.": "norms of layers", ".attention.": "attention", ".feed_forward.": "feed-forward"}
    return next(part for mark, part in marks.items() if mark in name)


@pytest.mark.parametrize("name", CONFIGS)
def test_parameters_of_each_part_are_the_model_s(name):
    with torch.device("meta"):
        model = Bert(CONFIGS[name])
    counted = dict.fromkeys(parameters(CONFIGS[name]), 0)
    for parameter_name, parameter in model.named_parameters():
        counted[part_of(parameter_name)] += parameter.numel()
    assert parameters(CONFIGS[name]) == counted


def test_published_totals():
    published = {"base": 109_482_240, "large": 335_141_888, "base-japanese": 111_207_168}
    assert {name: sum(parameters(CONFIGS[name]).values()) for name in published} == published


@pytest.mark.parametrize(("name", "length"), [("odd", 7), ("odd", 32), ("tiny", 64), ("base", 128)])
def test_multiply_adds_are_those_that_torch_counts(name, length):
    with torch.device("meta"):
        model, ids = Bert(CONFIGS[name]).eval(), torch.zeros(1, length, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        model(ids)
    assert counter.get_total_flops() == 2 * sum(multiply_adds(CONFIGS[name], length).values())


def kept_bytes(model: Bert, ids: torch.Tensor, need_attentions: bool) -> int:
    """What the forward pass keeps for the backward pass, the weights apart: each storage once."""
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model(ids, need_attentions=need_attentions)
    return sum(kept.values())


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("changes", [{}, {"num_hidden_layers": 0}, {"num_attention_heads": 2}])
@pytest.mark.parametrize(("batch", "length"), [(1, 32), (5, 9)])
def test_activations_are_what_autograd_keeps_on_the_cpu(fused, changes, batch, length):
    config = BertConfig(**{**ODD, **DRY, **changes})
    ids = torch.randint(1, 50, (batch, length), generator=torch.Generator().manual_seed(0))
    found = kept_bytes(Bert(config), ids, need_attentions=not fused)
    assert training_bytes(config, batch, length, fused)["activations"] == found


def test_weights_gradients_and_moments_are_those_of_a_step():
    config = BertConfig(**ODD)
    model = Bert(config)
    optimizer = torch.optim.AdamW(model.parameters())
    output = model(torch.arange(1, 9)[None])
    (output.last_hidden_state.square().sum() + output.pooled.sum()).backward()
    optimizer.step()
    moments = [state[name] for state in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    found = training_bytes(config, 1, 8)
    assert found["weights"] == sum(parameter.nbytes for parameter in model.parameters())
    assert found["gradients"] == sum(parameter.grad.nbytes for parameter in model.parameters())
    assert found["two moments"] == sum(moment.nbytes for moment in moments)
