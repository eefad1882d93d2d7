"""A text with masks to edit, and what a model puts in their place."""

import html

from jbert_lessons.filling import fill_masks
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.widgets.controls import TextView


def fill_table(model: BertForPreTraining, tokenizer: Tokenizer, text: str, best: int = 5) -> str:
    """Return the best fills of every [MASK] in `text` as an HTML table.

    Raises ValueError if the text holds no mask or is too long.
    """
    masks = fill_masks(model, tokenizer, text, best)
    rows = [
        f"<tr><td>{number}</td><td>{html.escape(fill.token)}</td><td>{fill.probability:.3f}</td></tr>"
        for number, fills in enumerate(masks, start=1)
        for fill in fills
    ]
    return "<table><tr><th>mask</th><th>word</th><th>probability</th></tr>" + "".join(rows) + "</table>"


def fill_box(model: BertForPreTraining, tokenizer: Tokenizer, text: str) -> TextView:
    """Return a line of text to edit, and below it the table of what the model puts for [MASK]."""
    return TextView(lambda line: fill_table(model, tokenizer, line), text)
