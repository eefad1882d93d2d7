"""A curve that grows while a model trains, in a notebook."""

from collections.abc import Mapping

import ipywidgets
from IPython.display import display

from jbert_lessons.plots import Picture, curves


class LiveCurve:
    """The losses of a run, drawn anew at every reading on held-out text: what `report` has taken.

    `levels` are losses to compare with, by name; each is drawn as a level line. `report` goes wherever a
    run reports its entries (run_logs.py). The point of the training loss at a reading is the mean of the
    losses reported since the reading before it.
    """

    def __init__(self, levels: Mapping[str, float]):
        self.levels = dict(levels)
        self.steps: list[int] = []
        self.losses: dict[str, list[float]] = {"training": [], "held-out": []}
        self.recent: list[float] = []  # training losses since the last reading
        # Never larger than it was drawn; a box would stretch it to its own width.
        own_size = ipywidgets.Layout(max_width="100%", align_self="flex-start", display="none")
        self.image = ipywidgets.Image(format="png", layout=own_size)
        self.words = ipywidgets.HTML("<p>No step yet.</p>")
        self.widget = ipywidgets.VBox([self.words, self.image])

    def report(self, entry: dict) -> None:
        """Take an entry of the log: the losses of a step, or a reading. One before any step is left out."""
        if "held_out" not in entry:
            self.recent.append(entry["mlm_loss"])
            return
        if not self.recent:
            return
        self.steps.append(entry["step"])
        self.losses["training"].append(sum(self.recent) / len(self.recent))
        self.losses["held-out"].append(entry["held_out"]["mlm_loss"])
        self.recent = []
        self.draw()

    def static(self, alt: str = "") -> Picture:
        """Return the picture for a page without a kernel. Raises ValueError if there is no reading yet."""
        levels = {name: [loss] * len(self.steps) for name, loss in self.levels.items()}
        return curves(self.steps, {**self.losses, **levels}, x_label="steps", y_label="loss in nats", alt=alt)

    def draw(self) -> None:
        """Show the picture as it is now, its last numbers above it."""
        last = ", ".join(f"{name} {line[-1]:.3f}" for name, line in self.losses.items())
        self.words.value = f"<p>step {self.steps[-1]:,}: {last}</p>"
        self.image.value = self.static().png()
        self.image.layout.display = None

    def _ipython_display_(self) -> None:
        display(self.widget)
