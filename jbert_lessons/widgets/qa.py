"""A question and a context to edit, and where a model finds the answer."""

import html
import math

import ipywidgets
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure

from jbert_lessons.finetuning import predict
from jbert_lessons.highlighting import Highlighted, highlight
from jbert_lessons.pictures import Picture, label_ticks, set_titles
from jbert_lessons.plots import BLUE, VERMILION
from jbert_lessons.qa import BertForQuestionAnswering, best_answer, windows
from jbert_lessons.tokenizer import Tokenizer


class Reading:
    """What a model makes of a question and a context.

    Has the `answer`, the `tokens` of the window with the best span, and for each of them the
    probabilities that the answer starts there and ends there, `chances` (2, length).
    Raises ValueError if the context is empty or the question too long for a window.
    """

    def __init__(
        self,
        model: BertForQuestionAnswering,
        tokenizer: Tokenizer,
        question: str,
        context: str,
        max_length: int = 48,
        stride: int = 16,
        threshold: float = 0.0,
    ):
        found = windows(tokenizer, question, context, max_length, stride)
        if not any(sum(window.token_type_ids) > 1 for window in found):
            raise ValueError("there are no words in the context: write a text that may hold the answer")
        logits = predict(model, tokenizer, found)
        self.context = context
        self.answer = best_answer(found, logits, threshold=threshold)
        scores = [
            best_answer([window], [rows], threshold=-math.inf).score
            for window, rows in zip(found, logits, strict=True)
        ]
        self.number = scores.index(max(scores)) + 1
        self.count = len(found)
        self.tokens = [tokenizer.vocabulary[i] for i in found[self.number - 1].ids]
        self.chances = logits[self.number - 1].softmax(dim=0).T.numpy()

    def marked(self) -> Highlighted:
        """Return the context with the answer marked, and its score."""
        start, end, score = self.answer
        return highlight(self.context, [(start, end, f"{score:.1f}")] if end else [])

    def sentence(self) -> str:
        """Say what was found, in a line of text."""
        window = f"window {self.number} of {self.count}"
        if self.answer.end:
            return f"The answer leads over “no answer” by {self.answer.score:.1f} nats, in {window}."
        return f"No answer: the best span's score is {self.answer.score:.1f} nats, in {window}."

    def chart(self) -> Picture:
        """Draw, for each token of the window, the chances to start the answer and to end it."""
        places = np.arange(len(self.tokens))
        width = min(12, max(6, 0.28 * len(self.tokens) + 1.5))
        figure = Figure(figsize=(width, 3.4), layout="constrained")
        axes = figure.subplots()
        start, end = self.chances
        axes.bar(places - 0.2, start, 0.4, color=BLUE, edgecolor="black", lw=0.5, label="starts")
        axes.bar(
            places + 0.2, end, 0.4, color=VERMILION, edgecolor="black", lw=0.5, hatch="///", label="ends"
        )
        axes.set(ylim=(0, 1), xlim=(-0.7, len(places) - 0.3))
        axes.spines[["top", "right"]].set_visible(False)
        label_ticks(axes.xaxis, self.tokens, width - 1)
        set_titles(axes, "", "", "probability")
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 1.22), ncols=2)
        likely = (
            f"{verb} at {self.tokens[row.argmax()]} (token {row.argmax()}, {row.max():.2f})"
            for verb, row in (("starts", start), ("ends", end))
        )
        return Picture(
            figure,
            f"Bar chart over the tokens {' '.join(self.tokens)}: two bars for each, the probability that "
            f"the answer starts there and that it ends there. Likeliest: it {' and '.join(likely)}.",
        )


class QuestionBox:
    """A question and a context to edit; below them the answer, marked, and the chances of each token.

    `options` are those of `Reading`. A ValueError is shown in place of the answer.
    """

    def __init__(
        self, model: BertForQuestionAnswering, tokenizer: Tokenizer, question: str, context: str, **options
    ):
        self.model = model
        self.tokenizer = tokenizer
        self.options = options
        wide = ipywidgets.Layout(width="90%", height="5em")
        self.question = ipywidgets.Text(
            value=question, description="question", layout=ipywidgets.Layout(width="90%")
        )
        self.context = ipywidgets.Textarea(value=context, description="context", layout=wide)
        self.shown = ipywidgets.HTML()
        own_size = ipywidgets.Layout(max_width="100%", align_self="flex-start")
        self.image = ipywidgets.Image(format="png", layout=own_size)
        self.words = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.question, self.context, self.shown, self.image, self.words])
        for field in (self.question, self.context):
            field.continuous_update = False  # a model reads slower than one types
            field.observe(self.show, "value")
        self.show()

    def read(self) -> Reading:
        """Return what the model makes of the two texts. Raises ValueError as `Reading` does."""
        texts = (self.question.value, self.context.value)
        return Reading(self.model, self.tokenizer, *texts, **self.options)

    def show(self, _change: object = None) -> None:
        """Show the answer to the question, or what is wrong."""
        try:
            reading = self.read()
        except ValueError as error:
            self.shown.value = f"<p>{html.escape(str(error))}</p>"
            self.image.layout.display = "none"
            self.words.value = ""
            return
        picture = reading.chart()
        self.shown.value = f"{reading.marked()._repr_html_()}<p>{html.escape(reading.sentence())}</p>"
        self.image.value = picture.png()
        self.image.layout.display = None
        self.words.value = picture.description()

    def _ipython_display_(self) -> None:
        display(self.widget)
