"""What nbval does not see: cells that never ran, tracebacks, warnings, paths, too many ignored outputs."""

import ast
import html
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(p for d in ("notebooks", "solutions", "exercises") for p in (ROOT / d).glob("*.ipynb"))
LEAK = re.compile(r"/home/\w|/root/|/Users/\w|[A-Z]:\\\\|/tmp/|site-packages|Warning:")
LONGEST_CELL = 40
IGNORED = "nbval-ignore-output"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def test_the_format_is_valid(notebook):
    nbformat.validate(notebook)


def test_every_cell_ran_once_in_order(notebook):
    assert [cell.execution_count for cell in code_cells(notebook)] == list(
        range(1, len(code_cells(notebook)) + 1)
    )


def test_no_output_holds_a_traceback_a_path_or_a_warning(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                assert "raises-exception" in tags(cell), cell.source
            else:
                assert not LEAK.search(str({**output, "metadata": {}})[:20_000].split("image/png")[0]), (
                    cell.source
                )
            assert output.get("name") != "stderr", cell.source


def test_few_outputs_are_ignored(notebook):
    ignored = sum(IGNORED in tags(cell) for cell in code_cells(notebook))
    assert ignored <= max(1, len(code_cells(notebook)) // 10)


def test_no_cell_is_too_long(notebook):
    assert max(len(cell.source.splitlines()) for cell in code_cells(notebook)) <= LONGEST_CELL


def test_pictures_have_alternative_text(notebook):
    """A code cell that shows a picture tells in its metadata what is to be seen."""
    for cell in code_cells(notebook):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            assert len(cell.metadata.get("alt", "")) > 20, cell.source


def without_docstrings(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = body[1:] or [ast.Pass()]
    return tree


def receiver(node: ast.AST) -> str | None:
    """The class that a method is added to with `@add_to(Class)`; None for anything else."""
    for decorator in getattr(node, "decorator_list", []):
        match decorator:
            case ast.Call(func=ast.Name("add_to"), args=[ast.Name(name)]):
                node.decorator_list.remove(decorator)
                return name
    return None


def definitions(source: str) -> dict[str, str]:
    """The functions and classes of a source by name, as syntax trees without docstrings.

    What is added to a class later belongs to it, in whatever order.
    """
    tree = without_docstrings(ast.parse(source))
    defined = {
        n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not receiver(n)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (name := receiver(node)):
            defined[name].body.append(without_docstrings(node))
    for node in defined.values():
        if isinstance(node, ast.ClassDef):
            node.body.sort(key=lambda member: getattr(member, "name", ""))  # the sort is stable
    return {name: ast.dump(node) for name, node in defined.items()}


LESSONS = [path for path in NOTEBOOKS if path.parent.name == "notebooks" and not path.stem.startswith("00")]
MODULES = {  # the others build the module of their name
    "03_tokenizer": ["vocabulary", "tokenizer"],
    # The class Pretrainer adds folders, states and logs around the loop that the lesson writes.
    "08_pretraining": ["optimization", "batches", "pretraining_step"],
    "09_classification": ["classification", "finetuning", "scores"],
}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_a_lesson_builds_is_what_the_package_runs(path):
    """Cells tagged `package` define what the lesson's module defines, and all that is public in it."""
    modules = [ROOT / "jbert_lessons" / f"{name}.py" for name in MODULES.get(path.stem, [path.stem[3:]])]
    cells = code_cells(nbformat.read(path, as_version=4))
    built = definitions("\n".join(cell.source for cell in cells if "package" in tags(cell)))
    defined = definitions("\n".join(module.read_text(encoding="utf-8") for module in modules))
    assert {name for name in defined if not name.startswith("_")} <= set(built)
    for name, tree in built.items():
        assert tree == defined[name], f"{name} differs from the module's"


def test_a_class_may_be_built_method_by_method():
    whole = """class A:
    x: int
    def f(self): return 1
    @property
    def g(self):
        'two'
        return 2
"""
    parts = """class A:
    x: int
@add_to(A)
@property
def g(self): return 2
@add_to(A)
def f(self): return 1
"""
    assert definitions(whole) == definitions(parts)
    assert definitions(whole) != definitions(parts.replace("return 1", "return 2"))
    assert definitions(whole) != definitions(parts.replace("@property\n", ""))


def test_a_picture_s_alternative_text_is_what_the_page_shows(notebook):
    for cell in code_cells(notebook):
        shown = "".join(str(output.get("data", {}).get("text/html", "")) for output in cell.outputs)
        if "Description of the picture" in shown:
            assert html.escape(cell.metadata["alt"]) in shown
