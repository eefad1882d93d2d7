"""Sliders for the size of a model, and below them what it costs."""

import html

import ipywidgets
from IPython.display import HTML, display

from jbert_lessons.encoder import BertConfig
from jbert_lessons.model_size import multiply_adds, parameters, training_bytes

LENGTH, BATCH = 128, 32  # of the texts for which work and memory are counted
# Of each slider: name, lowest, highest, step, start (BERT base).
SLIDERS = (
    ("depth", 1, 24, 1, 12),
    ("width", 64, 1_024, 64, 768),
    ("heads", 1, 16, 1, 12),
    ("vocabulary", 1_000, 50_000, 1_000, 31_000),
)


def size_table(depth: int, width: int, heads: int, vocabulary: int) -> str:
    """Return parameters, memory and work per token of a BERT as an HTML table.

    The feed-forward is four times as wide as the vectors. Raises ValueError if the heads cannot divide the
    width among them.
    """
    if width % heads:
        raise ValueError(f"a width of {width} cannot be divided among {heads} heads: move one of the two")
    sizes = {"num_attention_heads": heads, "intermediate_size": 4 * width}
    config = BertConfig(vocabulary, width, depth, **sizes)
    numbers, memory = parameters(config), training_bytes(config, BATCH, LENGTH)
    total, work = sum(numbers.values()), sum(multiply_adds(config, LENGTH).values())
    activations = memory.pop("activations")
    rows = [(name, f"{number:,}", f"{number / total:.1%}") for name, number in numbers.items()]
    rows += [
        ("all parameters", f"{total:,}", "100.0%"),
        ("multiply-adds for each token", f"{work // LENGTH:,}", f"texts of {LENGTH} tokens"),
        ("memory in use: weights", _mebibytes(memory["weights"]), "float32"),
        (
            "memory in training: weights, gradients, moments",
            _mebibytes(sum(memory.values())),
            "float32, Adam",
        ),
        ("memory in training: activations", _mebibytes(activations), f"{BATCH} texts of {LENGTH} tokens"),
    ]
    return f"<table>{''.join(map(_row, rows))}</table>"


class SizeChooser:
    """Depth, width, heads and vocabulary of a model as sliders, and its `size_table` below them.

    A size that no model can have shows one line in place of the table.
    """

    def __init__(self):
        self.start = {name: start for name, *_, start in SLIDERS}
        self.sliders = {
            name: ipywidgets.IntSlider(start, low, high, step, description=name)
            for name, low, high, step, start in SLIDERS
        }
        self.shown = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([*self.sliders.values(), self.shown])
        for slider in self.sliders.values():
            slider.observe(self.show, "value")
        self.show()

    def static(self, **values: int) -> HTML:
        """Return the table for a page without a kernel: at `values`, elsewhere where the sliders start."""
        return HTML(size_table(**{**self.start, **values}))

    def show(self, _change: object = None) -> None:
        """Show the table at the sliders' values, or why there is no such model."""
        try:
            self.shown.value = size_table(**{name: slider.value for name, slider in self.sliders.items()})
        except ValueError as error:
            self.shown.value = f"<p>{html.escape(str(error))}</p>"

    def _ipython_display_(self) -> None:
        display(self.widget)


def _mebibytes(number: int) -> str:
    return f"{number / 2**20:,.1f} MiB"


def _row(cells: tuple[str, str, str]) -> str:
    name, number, note = cells
    left, right = (f'style="text-align:{side};padding:0.1em 0.6em"' for side in ("left", "right"))
    return f"<tr><th {left}>{name}</th><td {right}>{number}</td><td {left}>{note}</td></tr>"
