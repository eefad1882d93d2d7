"""Widgets that several lessons share. Each only shows what a function returns, so a lesson can do without."""

import html

import ipywidgets

from jbert_lessons.filling import fill_masks
from jbert_lessons.objectives import BertForPreTraining
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
    line = ipywidgets.Text(value=text, description="text", layout=ipywidgets.Layout(width="90%"))
    table = ipywidgets.HTML(fill_table(model, tokenizer, text))
    line.observe(lambda change: setattr(table, "value", fill_table(model, tokenizer, change["new"])), "value")
    return ipywidgets.VBox([line, table])
