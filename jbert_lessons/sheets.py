"""Exercise sheets: what a learner gets, made from the solution sheets that carry nbgrader's markers.

Design choices
- The rules are those of nbgrader's ClearSolutions and ClearHiddenTests with the stubs below, so that a sheet
  from here and one from `nbgrader generate_assignment` say the same.
- A blank is `...`, not an error: an unsolved sheet runs from top to bottom.

Run `python -m jbert_lessons.sheets` (or `make exercises`) to write and execute every sheet in exercises/.
"""

import argparse
import copy
import os
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CODE_STUB = "# your code here\n..."
TEXT_STUB = "*Your answer here.*"
CELL_SECONDS = 300


def exercise_sheet(solution: NotebookNode) -> NotebookNode:
    """Return the learner's sheet of a solution notebook, which stays as it is.

    Regions from `### BEGIN SOLUTION` to `### END SOLUTION` become a stub, at the indentation of their first
    line; a solution cell without a region becomes the stub as a whole. Regions from `### BEGIN HIDDEN TESTS`
    to `### END HIDDEN TESTS` are removed, and so are outputs. Raises ValueError, naming the cell, for a
    marker without its partner, a nested one, or one in a cell whose nbgrader metadata do not allow it.
    """
    sheet = copy.deepcopy(solution)
    for cell in sheet.cells:
        marks = cell.metadata.get("nbgrader", {})
        stub = CODE_STUB if cell.cell_type == "code" else TEXT_STUB
        cell.source, solutions = _replace_regions(cell, "SOLUTION", stub)
        if solutions and not marks.get("solution"):
            raise ValueError(f"cell {cell.id}: a solution in a cell that is no solution cell of nbgrader")
        cell.source, tests = _replace_regions(cell, "HIDDEN TESTS", None)
        if tests and not marks.get("grade"):
            raise ValueError(f"cell {cell.id}: hidden tests in a cell that is not graded by nbgrader")
        if marks.get("solution") and not solutions:
            cell.source = stub
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return sheet


def _replace_regions(cell: NotebookNode, kind: str, stub: str | None) -> tuple[str, int]:
    """Return the source with each region of this kind replaced by the stub, and how many there were."""
    lines: list[str] = []
    regions = 0
    inside = False
    for line in cell.source.split("\n"):
        begins, ends = f"BEGIN {kind}" in line, f"END {kind}" in line
        if begins and inside:
            raise ValueError(f"cell {cell.id}: BEGIN {kind} inside a region that is still open")
        if ends and not inside:
            raise ValueError(f"cell {cell.id}: END {kind} without a BEGIN {kind} before it")
        if begins:
            regions += 1
            indentation = re.match(r"\s*", line)[0]
            lines += [indentation + part for part in stub.split("\n")] if stub is not None else []
        elif not ends and not inside:
            lines.append(line)
        inside = begins or (inside and not ends)
    if inside:
        raise ValueError(f"cell {cell.id}: BEGIN {kind} without an END {kind} after it")
    return "\n".join(lines), regions


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run a notebook in place, with `folder` as its working directory.

    Raises nbclient's CellExecutionError for an error that no tag `raises-exception` announces.
    """
    from nbconvert.preprocessors import ExecutePreprocessor

    metadata = copy.deepcopy(notebook.metadata)
    ExecutePreprocessor(
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    ).preprocess(notebook, {"metadata": {"path": str(folder)}})
    notebook.metadata = metadata  # the kernel adds the version of Python, which differs between machines


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook beside `path`, then put it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "w", encoding="utf-8", newline="\n") as file:
            nbformat.write(notebook, file)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Write and execute the sheets that are named, or all. Returns 0, or 1 after one line on an error."""
    from nbclient.exceptions import CellExecutionError

    parser = argparse.ArgumentParser(prog="python -m jbert_lessons.sheets", description=main.__doc__)
    parser.add_argument("names", nargs="*", help="for example 05_attention; all if none is named")
    parser.add_argument("--solutions", action="store_true", help="execute the solution sheets as well")
    options = parser.parse_args(arguments)
    os.environ["JBERT_PROGRESS"] = "off"
    paths = [ROOT / "solutions" / f"{name}.ipynb" for name in options.names]
    for path in paths or sorted((ROOT / "solutions").glob("*.ipynb")):
        try:
            solution = nbformat.read(path, as_version=4)
            if options.solutions:
                execute(solution, path.parent)
                write_notebook(path, solution)
            target = ROOT / "exercises" / path.name
            target.parent.mkdir(exist_ok=True)
            sheet = exercise_sheet(solution)
            execute(sheet, target.parent)
            write_notebook(target, sheet)
        except (OSError, ValueError, CellExecutionError) as error:
            print(f"{path.relative_to(ROOT)}: {error}", file=sys.stderr)
            return 1
        print(f"exercises/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
