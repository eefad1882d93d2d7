import pytest
import torch

from jbert_lessons.corpora.minipedia.annotation import Fact
from jbert_lessons.corpora.minipedia.probes import Probe
from jbert_lessons.filling import answer_rank, fill_masks
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.widgets.filling import fill_box, fill_table


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
    line, table = box.widget.children
    before = table.value
    line.value = "<b>[MASK]は犬です。"
    assert table.value == fill_table(model, tokenizer, line.value) != before
    line.value = "マスクなし"
    assert "no [MASK]" in table.value


def probe_of(prefix, answer, suffix, rivals):
    return Probe(prefix, answer, suffix, rivals, Fact("猫", "class_of_animal", answer, "animals"))


def test_a_rank_is_one_more_than_the_number_of_rivals_that_are_likelier(model, tokenizer, device):
    candidates = ["犬", "魚", "山", "医者"]
    input_ids = tokenizer.encode("猫は[MASK]です。", special_in_text=True).ids
    with torch.no_grad():
        logits = model.eval()(torch.tensor([input_ids], device=device)).mlm_logits[0]
    scores = logits[input_ids.index(tokenizer.mask_id)].log_softmax(-1)
    by_score = sorted(candidates, key=lambda word: -scores[tokenizer.token_ids[word]].item())
    for place, answer in enumerate(by_score, start=1):
        rivals = tuple(word for word in candidates if word != answer)
        assert answer_rank(model, tokenizer, probe_of("猫は", answer, "です。", rivals)) == place


def test_candidates_of_several_pieces_are_masked_as_a_whole_and_scored_by_the_mean(model, tokenizer, device):
    long, short = "東京日本", "犬"
    ids = tokenizer.ids([long])[0]
    assert len(ids) > 1 and tokenizer.unk_id not in ids
    text = "猫は" + "[MASK]" * len(ids) + "です。"
    input_ids = tokenizer.encode(text, special_in_text=True).ids
    with torch.no_grad():
        logits = model.eval()(torch.tensor([input_ids], device=device)).mlm_logits[0].log_softmax(-1)
    at = input_ids.index(tokenizer.mask_id)
    mean = sum(logits[at + i, piece].item() for i, piece in enumerate(ids)) / len(ids)
    one = tokenizer.encode("猫は[MASK]です。", special_in_text=True).ids
    with torch.no_grad():
        alone = model(torch.tensor([one], device=device)).mlm_logits[0, one.index(tokenizer.mask_id)]
    other = alone.log_softmax(-1)[tokenizer.token_ids[short]].item()
    rank = answer_rank(model, tokenizer, probe_of("猫は", long, "です。", (short,)))
    assert rank == (1 if mean > other else 2)
