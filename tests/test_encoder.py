import pytest
import torch
import transformers

from jbert_lessons.encoder import PRESETS, Bert, BertConfig


def tiny(**changes) -> BertConfig:
    sizes = {"vocab_size": 50, "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 40}
    return BertConfig(**{**sizes, "num_hidden_layers": 2, "max_position_embeddings": 16, **changes})


@pytest.fixture
def ids():
    return torch.randint(1, 50, (3, 9), generator=torch.Generator().manual_seed(1))


def test_padding_changes_no_output(device, ids):
    model = Bert(tiny()).eval().to(device)
    ids = ids.to(device)
    alone = model(ids)
    padded = torch.nn.functional.pad(ids, (0, 5))
    mask = (padded != 0).long()
    output = model(padded, attention_mask=mask)
    torch.testing.assert_close(output.last_hidden_state[:, :9], alone.last_hidden_state, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(output.pooled, alone.pooled, rtol=1e-5, atol=1e-5)


def test_one_token_moves_all_outputs(device, ids):
    model = Bert(tiny()).eval().to(device)
    ids = ids.to(device)
    changed = ids.clone()
    changed[:, 4] = (ids[:, 4] + 1) % 50
    difference = (model(ids).last_hidden_state - model(changed).last_hidden_state).abs().amax(-1)
    assert difference.gt(1e-6).all()


def test_hidden_states_and_attentions(device, ids):
    output = Bert(tiny()).eval().to(device)(ids.to(device), need_hidden_states=True, need_attentions=True)
    assert len(output.hidden_states) == 3
    assert torch.equal(output.hidden_states[-1], output.last_hidden_state)
    assert [weights.shape for weights in output.attentions] == [(3, 4, 9, 9)] * 2


def test_the_generator_decides_the_weights():
    first, second, third = (Bert(tiny(), torch.Generator().manual_seed(seed)) for seed in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not torch.equal(first.embeddings.token.weight, third.embeddings.token.weight)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_library_s_parameter_counts(name):
    config = BertConfig.preset(name)
    with torch.device("meta"):
        theirs = transformers.BertModel(transformers.BertConfig(**config.to_dict()))
        ours = Bert(config)
    count = sum(p.numel() for p in ours.parameters())
    assert count == sum(p.numel() for p in theirs.parameters())
    published = {"base": 109_482_240, "large": 335_141_888, "base-japanese": 111_207_168}
    assert count == published.get(name, count)


def test_config_round_trip():
    config = tiny(hidden_dropout_prob=0.3)
    assert BertConfig.from_dict({**config.to_dict(), "model_type": "bert"}) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": 0}, "hidden_size must be a whole number from 1"),
        ({"vocab_size": 1.5}, "vocab_size must be a whole number"),
        ({"hidden_act": "relu"}, "'relu' is not built here"),
        ({"pad_token_id": 50}, "outside the vocabulary"),
    ],
)
def test_bad_config(changes, message):
    with pytest.raises(ValueError, match=message):
        tiny(**changes)


def test_unknown_preset():
    with pytest.raises(ValueError, match="unknown preset 'huge': choose one of tiny, mini"):
        BertConfig.preset("huge")
