import html

import ipywidgets
import pytest
import torch

from jbert_lessons.encoder import Bert
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.plots import bars
from jbert_lessons.widgets.attention import HeadViewer, attention_weights
from jbert_lessons.widgets.controls import SliderPicture

TEXT = "東京は[MASK]です。"


@pytest.fixture
def model(small_config, device):
    return BertForPreTraining(small_config, torch.Generator().manual_seed(0)).to(device)


@pytest.fixture
def viewer(model, tokenizer):
    return HeadViewer(model, tokenizer, TEXT)


def described(viewer) -> str:
    """The description that is shown, without its tags."""
    return html.unescape(viewer.words.value.split("</summary>")[1].removesuffix("</details>"))


def test_weights_are_those_of_the_layers_one_after_another(model, tokenizer, device):
    ids = torch.tensor([tokenizer.encode(TEXT).ids])
    model.train()
    weights = attention_weights(model, ids)
    assert model.training and model.bert.layers[0].training
    model.eval()
    torch.testing.assert_close(weights, attention_weights(model.bert, ids))
    with torch.no_grad():
        x = model.bert.embeddings(ids.to(device))
        for layer, found in zip(model.bert.layers, weights, strict=True):
            [expected] = layer.attention(x, None, need_weights=True)[1]
            torch.testing.assert_close(found, expected.cpu())
            x = layer(x)[0]


def test_a_slider_shows_another_head(viewer, model, tokenizer):
    before = bytes(viewer.image.value)
    assert before.startswith(b"\x89PNG")
    viewer.sliders["head"].value = 3
    assert viewer.image.value != before
    viewer.sliders["layer"].value = 1
    assert "layer 1, head 3" in described(viewer) == viewer.static(1, 3).alt
    assert viewer.image.value == viewer.static(1, 3).png()
    ids = torch.tensor([tokenizer.encode(TEXT, special_in_text=True).ids])
    torch.testing.assert_close(viewer.weights(1, 3), attention_weights(model, ids)[1, 3])
    assert viewer.static().png() == before


def test_sliders_reach_every_head_and_no_other(viewer, small_config):
    layer, head = viewer.sliders["layer"], viewer.sliders["head"]
    assert (layer.min, layer.max) == (0, small_config.num_hidden_layers - 1)
    assert (head.min, head.max) == (0, small_config.num_attention_heads - 1)


def test_an_edited_text_is_read_and_drawn(viewer, tokenizer):
    before = viewer.image.value
    viewer.line.value = "猫が庭にいます。"
    ids = tokenizer.encode("猫が庭にいます。").ids
    assert viewer.tokens == [tokenizer.vocabulary[i] for i in ids]
    assert viewer.weights(0, 0).shape == (len(ids), len(ids))
    assert viewer.image.value != before


@pytest.mark.parametrize(
    ("text", "message"), [("", "no words"), (" 　", "no words"), ("犬" * 80, "at most 64")]
)
def test_a_bad_text_shows_one_line_until_it_is_mended(viewer, text, message):
    viewer.line.value = text
    viewer.sliders["head"].value = 1
    assert viewer.image.layout.display == "none"
    assert message in viewer.words.value and "\n" not in viewer.words.value
    assert viewer.tokens == []
    with pytest.raises(ValueError, match=message):
        viewer.weights(0, 0)
    viewer.line.value = TEXT
    assert viewer.image.layout.display is None
    assert "head 1" in described(viewer)


def test_a_model_without_layers(small_config, tokenizer):
    config = type(small_config)(**{**small_config.to_dict(), "num_hidden_layers": 0})
    with pytest.raises(ValueError, match="no layers"):
        HeadViewer(Bert(config), tokenizer, TEXT)


def two_bars(count: int, height: float):
    if count == 3:
        raise ValueError("three is <too> many")
    return bars(["a", "b"][:count], [height] * count)


def test_sliders_call_their_function_with_numbers_of_their_kind():
    picture = SliderPicture(two_bars, count=(1, 3, 1, 2), height=(0.0, 1.0, 0.25, 0.5))
    count, height = picture.sliders.values()
    assert isinstance(count, ipywidgets.IntSlider) and isinstance(height, ipywidgets.FloatSlider)
    assert described(picture) == picture.static().alt == two_bars(2, 0.5).alt
    before = picture.image.value
    height.value = 0.75
    assert picture.image.value != before
    assert described(picture) == picture.static(height=0.75).alt == two_bars(2, 0.75).alt
    count.value = 3
    assert picture.words.value == "<p>three is &lt;too&gt; many</p>"
    assert picture.image.layout.display == "none"
    count.value = 1
    assert described(picture) == two_bars(1, 0.75).alt
