"""What the widgets of all lessons are made of: a line of text, sliders, what is shown below them."""

import html
from collections.abc import Callable

import ipywidgets
from IPython.display import display

from jbert_lessons.plots import Picture


def text_line(text: str) -> ipywidgets.Text:
    """Return a line of text that can be edited."""
    return ipywidgets.Text(value=text, description="text", layout=ipywidgets.Layout(width="90%"))


class TextView:
    """A line of text that can be edited, and below it the HTML that `make` returns for it.

    A ValueError of `make` is shown in place of the HTML.
    """

    def __init__(self, make: Callable[[str], str], text: str):
        self.make = make
        self.line = text_line(text)
        self.shown = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.line, self.shown])
        self.line.observe(self.show, "value")
        self.show()

    def show(self, _change: object = None) -> None:
        """Show what `make` returns for the line, or what it found wrong."""
        try:
            self.shown.value = self.make(self.line.value)
        except ValueError as error:
            self.shown.value = f"<p>{html.escape(str(error))}</p>"

    def _ipython_display_(self) -> None:
        display(self.widget)


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


def _slider(name: str, low: float, high: float, step: float, start: float) -> ipywidgets.Widget:
    whole = all(isinstance(number, int) for number in (low, high, step, start))
    common = {"min": low, "max": high, "step": step, "value": start, "description": name}
    # Drawn when the slider rests: a picture takes longer than the next step of a moving slider.
    common |= {"continuous_update": False, "style": {"description_width": "initial"}}
    return ipywidgets.IntSlider(**common) if whole else ipywidgets.FloatSlider(readout_format=".3g", **common)
