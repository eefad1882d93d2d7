"""Widgets that several lessons share. Each only shows what a function returns, so a lesson can do without."""

import html
from collections.abc import Callable

import ipywidgets
import torch
from IPython.display import display
from torch import Tensor

from jbert_lessons.encoder import Bert
from jbert_lessons.filling import fill_masks
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.plots import Picture, attention_head
from jbert_lessons.tokenizer import Tokenizer


def fill_table(model: BertForPreTraining, tokenizer: Tokenizer, text: str, best: int = 5) -> str:
    """Return the best fills of every [MASK] in `text` as an HTML table, or what is wrong with the text."""
    try:
        masks = fill_masks(model, tokenizer, text, best)
    except ValueError as error:
        return f"<p>{html.escape(str(error))}</p>"
    rows = [
        f"<tr><td>{number}</td><td>{html.escape(fill.token)}</td><td>{fill.probability:.3f}</td></tr>"
        for number, fills in enumerate(masks, start=1)
        for fill in fills
    ]
    return "<table><tr><th>mask</th><th>word</th><th>probability</th></tr>" + "".join(rows) + "</table>"


def fill_box(model: BertForPreTraining, tokenizer: Tokenizer, text: str) -> ipywidgets.VBox:
    """Return a line of text to edit, and below it the table of what the model puts for [MASK]."""
    line = _text_line(text)
    table = ipywidgets.HTML(fill_table(model, tokenizer, text))
    line.observe(lambda change: setattr(table, "value", fill_table(model, tokenizer, change["new"])), "value")
    return ipywidgets.VBox([line, table])


@torch.no_grad()
def attention_weights(model: Bert | BertForPreTraining, input_ids: Tensor) -> Tensor:
    """Return the weights of every head for one text: (1, length) ids → (layers, heads, length, length).

    `model` is a `Bert` or holds one as `bert`; its mode is left as it was. Raises ValueError if it has
    no layers, or if the text is longer than it reads.
    """
    bert = _encoder(model)
    was_training = bert.training
    bert.eval()
    try:
        attentions = bert(input_ids.to(bert.pooler.dense.weight.device), need_attentions=True).attentions
    finally:
        bert.train(was_training)
    return torch.cat(attentions).float().cpu()


class SliderPicture:
    """A picture that is drawn anew when a slider moves.

    `make` draws it from keyword arguments, one for each slider (lowest, highest, step, start); whole
    numbers make a slider of whole numbers. A ValueError of `make` is shown in place of the picture.
    """

    def __init__(self, make: Callable[..., Picture], **sliders: tuple[float, float, float, float]):
        self.make = make
        self.start = {name: start for name, (_, _, _, start) in sliders.items()}
        self.sliders = {name: _slider(name, *numbers) for name, numbers in sliders.items()}
        # Never larger than it was drawn; a box would stretch it to its own width.
        own_size = ipywidgets.Layout(max_width="100%", align_self="flex-start")
        self.image = ipywidgets.Image(format="png", layout=own_size)
        self.words = ipywidgets.HTML()  # the description or what is wrong
        self.widget = ipywidgets.VBox([*self.sliders.values(), self.image, self.words])
        for slider in self.sliders.values():
            slider.observe(self.draw, "value")
        self.draw()

    def static(self, **values: float) -> Picture:
        """Return the picture for a page without a kernel: at `values`, elsewhere where the sliders start."""
        return self.make(**{**self.start, **values})

    def draw(self, _change: object = None) -> None:
        """Show the picture at the sliders' values, or what `make` found wrong."""
        try:
            picture = self.make(**{name: slider.value for name, slider in self.sliders.items()})
        except ValueError as error:
            self.image.layout.display = "none"
            self.words.value = f"<p>{html.escape(str(error))}</p>"
            return
        self.image.value = picture.png()
        self.image.layout.display = None
        self.words.value = picture.description()

    def _ipython_display_(self) -> None:
        display(self.widget)


class HeadViewer(SliderPicture):
    """The attention of one head as a map and as lines, for a text that can be edited.

    `model` is a `Bert` or holds one as `bert`. Layers and heads count from 0. A literal [MASK] in the
    text is the special token. Bad text shows one line in place of the picture.
    """

    def __init__(self, model: Bert | BertForPreTraining, tokenizer: Tokenizer, text: str):
        self.model = model
        self.tokenizer = tokenizer
        self.tokens: list[str] = []
        config = _encoder(model).config
        self.line = _text_line(text)
        self.line.continuous_update = False  # or each letter of an unfinished word would be drawn
        self._read()
        last_layer, last_head = config.num_hidden_layers - 1, config.num_attention_heads - 1
        super().__init__(self.static, layer=(0, last_layer, 1, 0), head=(0, last_head, 1, 0))
        self.widget.children = (self.line, *self.widget.children)
        self.line.observe(self._edited, "value")

    def weights(self, layer: int, head: int) -> Tensor:
        """Return the weights (length, length) of one head. Raises ValueError if the text is bad."""
        if self._weights is None:
            raise ValueError(self._problem)
        return self._weights[layer, head]

    def static(self, layer: int = 0, head: int = 0) -> Picture:
        """Return the picture of one head for a page without a kernel. Raises ValueError for a bad text."""
        return attention_head(self.weights(layer, head), self.tokens, f"layer {layer}, head {head}")

    def _read(self) -> None:
        self.tokens, self._weights, self._problem = [], None, ""
        try:
            ids = self.tokenizer.encode(self.line.value, special_in_text=True).ids
            if len(ids) == 2:  # [CLS] and [SEP]
                raise ValueError("there are no words in the text: write a sentence")
            self._weights = attention_weights(self.model, torch.tensor([ids]))
            self.tokens = [self.tokenizer.vocabulary[i] for i in ids]
        except ValueError as error:
            self._problem = str(error)

    def _edited(self, _change: object) -> None:
        self._read()
        self.draw()


def _encoder(model: Bert | BertForPreTraining) -> Bert:
    bert = getattr(model, "bert", model)
    if not len(bert.layers):
        raise ValueError("the model has no layers, so there is no attention to look at")
    return bert


def _text_line(text: str) -> ipywidgets.Text:
    return ipywidgets.Text(value=text, description="text", layout=ipywidgets.Layout(width="90%"))


def _slider(name: str, low: float, high: float, step: float, start: float) -> ipywidgets.Widget:
    whole = all(isinstance(number, int) for number in (low, high, step, start))
    common = {"min": low, "max": high, "step": step, "value": start, "description": name}
    # Drawn when the slider rests: a picture takes longer than the next step of a moving slider.
    common |= {"continuous_update": False, "style": {"description_width": "initial"}}
    return ipywidgets.IntSlider(**common) if whole else ipywidgets.FloatSlider(readout_format=".3g", **common)
