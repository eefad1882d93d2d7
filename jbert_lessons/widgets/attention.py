"""The attention weights of a model, head by head."""

import torch
from torch import Tensor

from jbert_lessons.encoder import Bert
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.plots import Picture, attention_head
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.widgets.controls import SliderPicture, text_line


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
        self.line = text_line(text)
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
