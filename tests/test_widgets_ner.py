import html
import re
from dataclasses import replace

import pytest
import torch

from jbert_lessons.ner import BertForTokenClassification, bio_labels
from jbert_lessons.widgets.ner import entity_box, entity_view

NAMES = bio_labels(["人名", "地名"])
TEXT = "花子さんは毎朝公園を走ります。"


@pytest.fixture
def model(small_config, device):
    config = replace(small_config, initializer_range=0.3, max_position_embeddings=24)
    return BertForTokenClassification(config, len(NAMES), torch.Generator().manual_seed(0)).to(device)


def boxes_of(page):
    """The piece, the label and the probability in each box."""
    _, _, below = page.partition("<div")
    boxes = re.findall(r"<span style=\"display:inline-block[^>]*>(.*?)<br>.*?>([^<]*)<br>([\d.]+)<", below)
    return [(html.unescape(piece), label, float(share)) for piece, label, share in boxes]


@torch.no_grad()
def test_every_piece_has_its_label_and_the_probability_of_this_label(model, tokenizer):
    encoding = tokenizer.encode(TEXT)
    found = boxes_of(entity_view(model, tokenizer, NAMES, TEXT, legal=False))
    inputs = tokenizer.pad([encoding])
    device = next(model.parameters()).device
    logits = model.eval()(inputs["input_ids"].to(device)).logits[0, 1:-1].cpu()
    assert [piece for piece, _, _ in found] == [tokenizer.vocabulary[i] for i in encoding.ids[1:-1]]
    assert [label for _, label, _ in found] == [NAMES[i] for i in logits.argmax(dim=1)]
    shares = logits.softmax(dim=1).max(dim=1).values.tolist()
    assert [share for *_, share in found] == pytest.approx(shares, abs=0.006)


def test_labels_are_legal_unless_it_is_told_otherwise(model, tokenizer):
    """The random model tries I- after O, so the two views differ."""
    legal, greedy = (entity_view(model, tokenizer, NAMES, TEXT, legal=legal) for legal in (True, False))
    assert legal != greedy
    before = "O"
    for _, label, _ in boxes_of(legal):
        assert not label.startswith("I") or before[1:] == label[1:]
        before = label


def test_what_is_marked_is_what_the_labels_say(model, tokenizer):
    page = entity_view(model, tokenizer, NAMES, TEXT)
    begun = sum(label.startswith("B-") for _, label, _ in boxes_of(page))
    assert page.count("<mark") == begun > 0


def test_a_text_is_text_and_not_html(model, tokenizer):
    page = entity_view(model, tokenizer, NAMES, "<b>&</b>")
    assert "<b>" not in page and "&amp;" in page


@pytest.mark.parametrize(("text", "message"), [("", "no words"), ("走る。" * 20, "the model reads 24")])
def test_texts_that_cannot_be_shown(model, tokenizer, text, message):
    with pytest.raises(ValueError, match=message):
        entity_view(model, tokenizer, NAMES, text)


def test_the_box_shows_what_is_typed(model, tokenizer):
    box = entity_box(model, tokenizer, NAMES, TEXT)
    assert box.shown.value == entity_view(model, tokenizer, NAMES, TEXT)
    box.line.value = "犬は散歩に行きます。"
    assert box.shown.value == entity_view(model, tokenizer, NAMES, "犬は散歩に行きます。")
    box.line.value = ""
    assert "no words" in box.shown.value
