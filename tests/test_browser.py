"""Notebooks in JupyterLab, in a real browser: they run, show what they should, and their sliders work.

Needs the package playwright and a Chromium, which JBERT_CHROMIUM may name; without them the tests skip.
Notebooks are copied, so what JupyterLab saves never reaches the repository.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("JBERT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="needs Chromium: install it or name it in JBERT_CHROMIUM"
)

FOLDER = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(path.stem for path in FOLDER.glob("*.ipynb") if path.stem != "08_pretraining")  # minutes
WITH_SLIDERS = ["plots", "04_embeddings", "05_attention"]
WITH_LINES = ["00_start_here", "01_text", "02_words", "03_tokenizer"]
PLOTS = [
    """
from jbert_lessons import plots
from jbert_lessons.checkpoints import load_pretrained
from jbert_lessons.widgets.attention import HeadViewer
from jbert_lessons.widgets.controls import SliderPicture

model, tokenizer = load_pretrained("minipedia")
viewer = HeadViewer(model, tokenizer, "フランスの首都は[MASK]である。")
tokens, weights = viewer.tokens, viewer.weights(1, 1)
viewer
""",
    "viewer.static(1, 1)",
    "plots.token_strip(tokens)",
    "plots.token_strip(tokens, weights[5])",
    'plots.heat_map(weights, tokens, tokens, "層 1", "to", "from")',
    'plots.attention_lines(weights, tokens, "層 1")',
    'plots.curves(range(1, 9), {"損失": weights[5, :8], "正解率": weights[4, :8]}, "step", "値")',
    'plots.bars(["学習前", "学習後"], [0.2, 0.7], [(0.1, 0.3), (0.6, 0.8)], "正解率")',
    'plots.draw_overview(tokens, range(len(tokens)), ["パリ", "ローマ"], 4)',
    'SliderPicture(lambda n: plots.bars("いろは"[:n], range(1, n + 1)), n=(1, 3, 1, 2))',
]
SETTINGS = {
    "labconfig/page_config.json": {
        "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
    },
    # Without windowing every cell is on the page, otherwise only those in sight are.
    "lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}
# What is in the notebook, whether it can be seen on the page or not, except for errors that are announced.
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .filter(cell => !(cell.model.getMetadata('tags') || []).includes('raises-exception'))
    .flatMap(cell => cell.model.outputs.toJSON())"""
RUN = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await app.commands.execute('notebook:run-all-cells');
    window.finished = true;
}"""
# A character that no font has is drawn as the same box as one that does not exist (U+0378).
BOXES = """() => {
    const draw = (font, text) => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 48;
        const context = canvas.getContext('2d');
        context.font = '24px ' + font;
        context.fillText(text, 8, 32);
        return canvas.toDataURL();
    };
    const boxes = new Set(), seen = new Set();
    const emoji = /\\p{Emoji_Presentation}/u;  // a learner's machine has a font for them, a server may not
    const root = window.jupyterapp.shell.currentWidget.node;
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const font = getComputedStyle(texts.currentNode.parentElement).fontFamily;
        for (const character of texts.currentNode.data.match(/[\\p{L}\\p{N}\\p{P}\\p{S}]/gu) || []) {
            if (emoji.test(character) || seen.has(font + character)) continue;
            seen.add(font + character);
            if (draw(font, character) === draw(font, '\\u0378')) boxes.add(character);
        }
    }
    return {boxes: [...boxes], characters: seen.size};
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a folder with copies of the notebooks, and its token."""
    root, config = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("config")
    for path in FOLDER.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, root / path.name)
    shutil.copytree(FOLDER / "data", root / "data")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in PLOTS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # or JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "plots.ipynb")
    for name, content in SETTINGS.items():
        path = config / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    folders = {name: str(config) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    log = config / "log.txt"
    with log.open("w") as messages:
        environment = {**os.environ, **folders, "JUPYTER_TOKEN": token}
        server = subprocess.Popen(command, env=environment, stdout=messages, stderr=messages)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(server, f"{address}/api/status?token={token}", log)
        yield address, token
    finally:
        server.terminate()
        server.wait(30)


def wait_for_server(server: subprocess.Popen, address: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    arguments = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium has none for root
    with playwright.sync_playwright() as start:
        chromium = start.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=["plots", *LESSONS])
def page(request, lab, browser):
    """A notebook that has run from top to bottom."""
    address, token = lab
    page = browser.new_page(viewport={"width": 1200, "height": 1500})
    page.set_default_timeout(60_000)
    path = f"{request.param}.ipynb"
    page.goto(f"{address}/lab/tree/{path}?token={token}&reset")  # reset: no notebook of the page before
    page.wait_for_function("path => window.jupyterapp?.shell.currentWidget?.context?.path === path", arg=path)
    page.evaluate(f"() => {{ ({RUN})(); }}")  # not awaited: only waiting for a function has a time limit
    page.wait_for_function("window.finished", timeout=180_000)
    yield page
    page.close()


def test_every_cell_runs_without_errors_and_warnings(page):
    outputs = page.evaluate(OUTPUTS)
    assert outputs
    bad = [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert not bad
    counts = page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
        .filter(cell => cell.model.type === 'code').map(cell => cell.model.executionCount)"""
    )
    assert counts == list(range(1, len(counts) + 1))


def test_widgets_and_pictures_are_shown(page):
    outputs = page.evaluate(OUTPUTS)
    widgets = [o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
    assert widgets
    playwright.expect(page.locator(".jp-OutputArea-output > .jupyter-widgets")).to_have_count(len(widgets))
    pictures = page.locator(".jp-RenderedImage img")
    assert pictures.count() == sum("image/png" in o.get("data", {}) for o in outputs)
    assert all(width > 100 for width in pictures.evaluate_all("all => all.map(one => one.naturalWidth)"))


def test_every_picture_has_a_description_that_unfolds(page):
    descriptions = page.locator(".jp-OutputArea-output.jp-RenderedHTML details")
    assert descriptions.count() == page.locator(".jp-RenderedImage img").count()
    assert descriptions.count() > 0
    for description in descriptions.all():
        folded = description.bounding_box()["height"]
        description.locator("summary").press("Enter")
        assert description.bounding_box()["height"] > folded + 10


def test_every_character_has_a_glyph(page):
    """On the page; where a picture lacks a glyph matplotlib warns, and warnings are tested above."""
    found = page.evaluate(BOXES)
    assert found["characters"] > 50
    assert found["boxes"] == []


@pytest.mark.parametrize("page", WITH_SLIDERS, indirect=True)
def test_a_slider_redraws_its_picture(page):
    box = page.locator(".widget-vbox", has=page.locator(".noUi-handle")).filter(has=page.locator("img")).first
    picture, words = box.locator("img"), box.locator("details")
    before = picture.get_attribute("src"), words.text_content()
    handle = box.locator(".noUi-handle").last
    at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    handle.press("ArrowLeft" if at_end else "ArrowRight")
    page.wait_for_function("([image, src]) => image.src !== src", arg=[picture.element_handle(), before[0]])
    playwright.expect(words).not_to_have_text(before[1])
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    for image in page.locator(".jupyter-widgets img").all():  # a box would stretch a small picture
        assert image.evaluate("image => image.width <= image.naturalWidth")


@pytest.mark.parametrize("page", WITH_LINES, indirect=True)
def test_an_edited_line_is_answered(page):
    box = page.locator(".widget-vbox", has=page.locator(".widget-text input")).first
    shown = box.locator(".widget-html-content")
    before = shown.inner_html()
    box.locator("input").fill("猫は庭で[MASK]を見た。")
    page.wait_for_function("([node, old]) => node.innerHTML !== old", arg=[shown.element_handle(), before])
    assert "Traceback" not in shown.inner_text()
