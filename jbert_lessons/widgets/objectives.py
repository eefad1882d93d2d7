"""What masking does to a text, token by token, for a rate and a seed that can be chosen."""

import html

import ipywidgets
import torch
from IPython.display import display

from jbert_lessons.objectives import IGNORED, mask_tokens
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import PREFIX, SPECIAL_TOKENS
from jbert_lessons.widgets.controls import text_line

MOST_SHOWN = 60  # tokens of a text that get a row
COLOURS = {"masked": "#d55e00", "random": "#0072b2", "kept": "#009e73"}
_LEFT = "text-align: left; padding: 0 0.8em"  # JupyterLab sets cells to the right
_HEAD = "".join(f'<th style="{_LEFT}">{name}</th>' for name in ("token", "fate", "the model reads", "label"))


def mask_table(
    tokenizer: Tokenizer, text: str, rate: float = 0.15, seed: int = 0, whole_words: bool = False
) -> str:
    """Return an HTML table of the tokens of `text` after `mask_tokens`, and a line with the counts above.

    A token's fate is masked, random, kept, not selected or special; a label stands where there is a loss.
    Raises ValueError for a text without words, and for a rate outside 0 to 1.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"the rate must lie between 0 and 1, not {rate:g}")
    ids = tokenizer.encode(text).ids
    if len(ids) == 2:  # [CLS] and [SEP]
        raise ValueError("there are no words in the text: write a sentence")
    vocabulary = tokenizer.vocabulary
    is_special = torch.tensor([token in SPECIAL_TOKENS for token in vocabulary])
    starts_word = torch.tensor([[not vocabulary[i].startswith(PREFIX) for i in ids]])
    input_ids = torch.tensor([ids])
    read, labels = mask_tokens(
        input_ids,
        ~is_special[input_ids],
        mask_id=tokenizer.mask_id,
        replacements=torch.nonzero(~is_special).flatten(),
        generator=torch.Generator().manual_seed(seed),
        rate=rate,
        word_starts=starts_word if whole_words else None,
    )
    rows, selected = [], 0
    for old, new, label in zip(ids, read[0].tolist(), labels[0].tolist(), strict=True):
        fate = _fate(tokenizer, old, new, label)
        selected += label != IGNORED
        cells = [vocabulary[old], fate, vocabulary[new], "" if label == IGNORED else vocabulary[label]]
        weight = f"; color: {COLOURS[fate]}; font-weight: bold" if fate in COLOURS else ""
        rows.append("".join(f'<td style="{_LEFT}{weight}">{html.escape(cell)}</td>' for cell in cells))
    counted = f"{selected} of {int((~is_special[input_ids]).sum())} tokens selected"
    cut = f". The table shows the first {MOST_SHOWN} tokens" if len(rows) > MOST_SHOWN else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows[:MOST_SHOWN])
    return f'<p>{counted}{cut}.</p><table lang="ja"><tr>{_HEAD}</tr>{body}</table>'


class MaskBox:
    """A text to edit, the mask rate, the seed and whole words to choose, and below them the `mask_table`.

    What is wrong with the text is shown in place of the table.
    """

    def __init__(self, tokenizer: Tokenizer, text: str):
        self.tokenizer = tokenizer
        self.line = text_line(text)
        numbers = {"style": {"description_width": "initial"}}
        self.rate = ipywidgets.FloatSlider(0.15, min=0, max=1, step=0.05, description="mask rate", **numbers)
        self.seed = ipywidgets.IntSlider(0, min=0, max=50, description="seed", **numbers)
        self.whole_words = ipywidgets.Checkbox(False, description="whole words", indent=False)
        self.shown = ipywidgets.HTML()
        self.controls = (self.line, self.rate, self.seed, self.whole_words)
        self.widget = ipywidgets.VBox([*self.controls, self.shown])
        for control in self.controls:
            control.observe(self.show, "value")
        self.show()

    def show(self, _change: object = None) -> None:
        """Show the table for what is chosen, or what is wrong with the text."""
        chosen = (control.value for control in self.controls)
        try:
            self.shown.value = mask_table(self.tokenizer, *chosen)
        except ValueError as error:
            self.shown.value = f"<p>{html.escape(str(error))}</p>"

    def static(self) -> str:
        """Return the table as it stands, for a page without a kernel."""
        return self.shown.value

    def _ipython_display_(self) -> None:
        display(self.widget)


def _fate(tokenizer: Tokenizer, old: int, new: int, label: int) -> str:
    if label == IGNORED:
        return "special" if tokenizer.vocabulary[old] in SPECIAL_TOKENS else "not selected"
    if new == old:
        return "kept"
    return "masked" if new == tokenizer.mask_id else "random"
