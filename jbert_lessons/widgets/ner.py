"""A sentence to edit, the names that a model finds in it, and the label of each piece."""

import html

from torch import Tensor

from jbert_lessons.finetuning import predict
from jbert_lessons.highlighting import highlight
from jbert_lessons.ner import OUTSIDE, BertForTokenClassification, best_legal_labels, entities_of_pieces
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.widgets.controls import TextView

BOX = "display:inline-block;text-align:center;border:1px solid #888;padding:0.1em 0.4em;margin:0.15em"


def entity_view(
    model: BertForTokenClassification, tokenizer: Tokenizer, names: list[str], text: str, legal: bool = True
) -> str:
    """Return `text` as HTML with its names marked, and below it a box for each piece.

    A box has the piece, its label and the probability that the model gives to this label. `names` are
    the model's BIO labels; `legal` searches the best legal labels, otherwise each piece takes its best.
    Raises ValueError for a text without pieces or with more than the model reads.
    """
    encoding = tokenizer.encode(text)
    longest = model.config.max_position_embeddings
    if len(encoding.ids) == 2:
        raise ValueError("there are no words in the text: write a sentence")
    if len(encoding.ids) > longest:
        raise ValueError(f"the text has {len(encoding.ids)} tokens, the model reads {longest}: shorten it")
    logits = predict(model, tokenizer, [encoding])[0][1:-1]  # (pieces, labels)
    labels = best_legal_labels(logits, names) if legal else [names[i] for i in logits.argmax(dim=1)]
    spans = entities_of_pieces(encoding, [OUTSIDE, *labels, OUTSIDE])
    kinds = [name[2:] for name in names if name.startswith("B-")]
    tokens = [tokenizer.vocabulary[i] for i in encoding.ids[1:-1]]
    probabilities = logits.softmax(dim=1)
    boxes = [
        _box(token, label, probability[names.index(label)])
        for token, label, probability in zip(tokens, labels, probabilities, strict=True)
    ]
    marked = highlight(text, spans, kinds)._repr_html_()
    return f'{marked}<div lang="ja">{"".join(boxes)}</div>'


def entity_box(
    model: BertForTokenClassification, tokenizer: Tokenizer, names: list[str], text: str
) -> TextView:
    """Return a line of text to edit, and below it the names that the model finds."""
    return TextView(lambda line: entity_view(model, tokenizer, names, line), text)


def _box(token: str, label: str, probability: Tensor) -> str:
    weight = "normal" if label == OUTSIDE else "bold"
    small = f'<span style="font-size:80%">{html.escape(label)}<br>{probability.item():.2f}</span>'
    return f'<span style="{BOX};font-weight:{weight}">{html.escape(token)}<br>{small}</span>'
