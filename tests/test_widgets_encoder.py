from xml.etree import ElementTree

import pytest
import torch

from jbert_lessons.encoder import Bert, BertConfig
from jbert_lessons.widgets.encoder import SLIDERS, SizeChooser, size_table


def read(table: str) -> dict[str, list[str]]:
    """The cells of each row by its head. Fails unless the table is well-formed."""
    return {head.text: [cell.text for cell in cells] for head, *cells in ElementTree.fromstring(table)}


def test_the_table_tells_the_numbers_of_the_model():
    rows = read(size_table(depth=2, width=128, heads=2, vocabulary=8_000))
    with torch.device("meta"):
        model = Bert(BertConfig.preset("tiny", vocab_size=8_000))
    total = sum(parameter.numel() for parameter in model.parameters())
    table = model.embeddings.token.weight.numel()
    assert rows["all parameters"][0] == f"{total:,}"
    assert rows["token table"] == [f"{table:,}", f"{table / total:.1%}"]
    assert rows["memory in use: weights"][0] == f"{4 * total / 2**20:,.1f} MiB"
    parts = list(rows.values())[:6]
    assert sum(int(number.replace(",", "")) for number, _ in parts) == total


def test_a_slider_changes_the_table():
    chooser = SizeChooser()
    assert chooser.shown.value == size_table(12, 768, 12, 31_000) == chooser.static().data
    chooser.sliders["depth"].value = 24
    assert chooser.shown.value == size_table(24, 768, 12, 31_000) == chooser.static(depth=24).data
    chooser.sliders["vocabulary"].value = 1_000
    assert chooser.shown.value == size_table(24, 768, 12, 1_000)


def test_work_does_not_depend_on_heads_or_vocabulary():
    first, second = (read(size_table(4, 256, *rest)) for rest in ((4, 30_000), (8, 1_000)))
    assert first["multiply-adds for each token"] == second["multiply-adds for each token"]
    assert first["all parameters"] != second["all parameters"]


def test_heads_that_do_not_fit_show_one_line_until_they_do():
    with pytest.raises(ValueError, match="768 cannot be divided among 5 heads"):
        size_table(12, 768, 5, 31_000)
    chooser = SizeChooser()
    chooser.sliders["heads"].value = 5
    assert chooser.shown.value == "<p>a width of 768 cannot be divided among 5 heads: move one of the two</p>"
    chooser.sliders["heads"].value = 6
    assert chooser.shown.value == size_table(12, 768, 6, 31_000)


@pytest.mark.parametrize("end", [1, 2])
def test_sliders_reach_sizes_that_models_have(end):
    sizes = {name: numbers[end - 1] for name, *numbers in SLIDERS}
    assert "all parameters" in read(size_table(**sizes))
