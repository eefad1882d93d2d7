import pytest
import torch

from jbert_lessons.filling import fill_masks
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.widgets import fill_box, fill_table


@pytest.fixture
def model(small_config, device):
    return BertForPreTraining(small_config, torch.Generator().manual_seed(0)).to(device)


def test_fills_are_the_largest_probabilities(model, tokenizer, device):
    text = "東京は[MASK]です。"
    [fills] = fill_masks(model, tokenizer, text, best=4)
    ids = tokenizer.encode(text, special_in_text=True).ids
    model.eval()
    with torch.no_grad():
        logits = model(torch.tensor([ids], device=device)).mlm_logits[0, ids.index(tokenizer.mask_id)]
    expected = logits.softmax(-1).sort(descending=True)
    assert [fill.token for fill in fills] == [tokenizer.vocabulary[i] for i in expected.indices[:4]]
    assert [fill.probability for fill in fills] == pytest.approx(expected.values[:4].tolist())


def test_the_model_s_mode_is_left_as_it_was(model, tokenizer):
    model.train()
    fill_masks(model, tokenizer, "[MASK]")
    assert model.training


@pytest.mark.parametrize(("text", "message"), [("東京", r"no \[MASK\]"), ("[MASK]" * 80, "at most 64")])
def test_bad_text(model, tokenizer, text, message):
    with pytest.raises(ValueError, match=message):
        fill_masks(model, tokenizer, text)


def test_the_box_answers_an_edit(model, tokenizer):
    box = fill_box(model, tokenizer, "東京は[MASK]です。")
    line, table = box.children
    before = table.value
    line.value = "<b>[MASK]は犬です。"
    assert table.value == fill_table(model, tokenizer, line.value) != before
    line.value = "マスクなし"
    assert "no [MASK]" in table.value
