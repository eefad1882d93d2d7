"""The learner's sheets: derived from the solutions, and the committed ones are those."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jbert_lessons import sheets
from jbert_lessons.sheets import exercise_sheet

ROOT = Path(__file__).parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
FUNCTION = '''def negate(x):
    """Return -x."""
    ### BEGIN SOLUTION
    if x:
        return -x
    return 0
    ### END SOLUTION

print(negate(1))'''


def code(source: str, **marks) -> nbformat.NotebookNode:
    metadata = {"nbgrader": marks} if marks else {}
    return new_code_cell(source, metadata=metadata, id="cell-07")


def sheet_source(cell) -> str:
    [sheet] = exercise_sheet(new_notebook(cells=[cell])).cells
    return sheet.source


def test_a_solution_region_becomes_a_stub_at_its_indentation():
    assert sheet_source(code(FUNCTION, solution=True)) == (
        'def negate(x):\n    """Return -x."""\n    # your code here\n    ...\n\nprint(negate(1))'
    )


def test_several_regions_in_one_cell():
    source = "a = None\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\nb = None\n" * 2
    assert sheet_source(code(source, solution=True)) == "a = None\n# your code here\n...\nb = None\n" * 2


def test_a_solution_cell_without_a_region_becomes_the_stub():
    assert sheet_source(code("a = 1", solution=True)) == "# your code here\n..."


def test_a_written_answer_becomes_the_stub():
    marks = {"nbgrader": {"grade": True, "solution": True, "points": 2}}
    cell = new_markdown_cell("彼は医者だ。(Kare wa isha da: he is a doctor.)", metadata=marks)
    assert sheet_source(cell) == "*Your answer here.*"


def test_hidden_tests_are_removed():
    source = "check.a(b)\n### BEGIN HIDDEN TESTS\ncheck.a.grade(b)\n### END HIDDEN TESTS"
    assert sheet_source(code(source, grade=True)) == "check.a(b)"


def test_other_cells_stay():
    assert sheet_source(code("a = 1")) == "a = 1"
    assert sheet_source(new_markdown_cell("# 解答")) == "# 解答"


def test_outputs_go_and_metadata_stay_and_the_solution_is_not_touched():
    cell = code("a = 1", solution=True, grade_id="a")
    cell.metadata["tags"] = ["package"]
    cell.execution_count = 3
    cell.outputs = [nbformat.v4.new_output("stream", text="secret")]
    solution = new_notebook(cells=[cell], metadata={"kernelspec": KERNEL})
    before = nbformat.writes(solution)
    sheet = exercise_sheet(solution)
    assert nbformat.writes(solution) == before
    assert sheet.metadata == solution.metadata
    [cell] = sheet.cells
    assert (cell.outputs, cell.execution_count, cell.id) == ([], None, "cell-07")
    assert cell.metadata == solution.cells[0].metadata


BAD = {
    "no end": ("### BEGIN SOLUTION\na = 1", "BEGIN SOLUTION without an END SOLUTION"),
    "no begin": ("a = 1\n### END SOLUTION", "END SOLUTION without a BEGIN SOLUTION"),
    "nested": ("### BEGIN SOLUTION\n" * 2 + "### END SOLUTION\n" * 2, "inside a region that is still open"),
    "twice ended": ("### BEGIN SOLUTION\n" + "### END SOLUTION\n" * 2, "END SOLUTION without a BEGIN"),
    "no end of tests": ("### BEGIN HIDDEN TESTS\na = 1", "BEGIN HIDDEN TESTS without an END HIDDEN TESTS"),
    "no begin of tests": ("a = 1\n### END HIDDEN TESTS", "END HIDDEN TESTS without a BEGIN HIDDEN TESTS"),
    "crossed": (
        "### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n### END SOLUTION\n### END HIDDEN TESTS",
        "END HIDDEN TESTS without a BEGIN HIDDEN TESTS",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_markers_name_the_cell(case):
    source, message = BAD[case]
    with pytest.raises(ValueError, match=f"cell cell-07: .*{message}"):
        sheet_source(code(source, solution=True, grade=True))


def test_markers_need_the_metadata_of_nbgrader():
    with pytest.raises(ValueError, match="cell cell-07: a solution in a cell that is no solution cell"):
        sheet_source(code(FUNCTION, grade=True))
    with pytest.raises(ValueError, match="cell cell-07: hidden tests in a cell that is not graded"):
        sheet_source(code("### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", locked=True))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with one solution sheet, in place of the repository."""
    monkeypatch.setattr(sheets, "ROOT", tmp_path)
    monkeypatch.setenv("JBERT_PROGRESS", "off")
    (tmp_path / "solutions").mkdir()
    cells = [
        code(FUNCTION, solution=True, grade_id="negate"),
        new_code_cell("import os\nprint(os.path.basename(os.getcwd()), os.environ['JBERT_PROGRESS'])"),
    ]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, tmp_path / "solutions" / "99_signs.ipynb")
    return tmp_path


def printed(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return ["".join(output.text for output in cell.outputs) for cell in notebook.cells]


def test_the_program_writes_sheets_that_ran(course, capsys):
    assert sheets.main(["--solutions"]) == 0
    assert capsys.readouterr().out == "exercises/99_signs.ipynb\n"
    assert printed(course / "exercises" / "99_signs.ipynb") == ["None\n", "exercises off\n"]
    assert printed(course / "solutions" / "99_signs.ipynb") == ["-1\n", "solutions off\n"]
    first = (course / "exercises" / "99_signs.ipynb").read_bytes()
    assert sheets.main(["99_signs"]) == 0
    assert (course / "exercises" / "99_signs.ipynb").read_bytes() == first


def test_the_program_names_the_sheet_that_fails(course, capsys):
    path = course / "solutions" / "99_signs.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += "\nprint(-negate(1))"  # None has no sign
    nbformat.write(notebook, path)
    assert sheets.main([]) == 1
    error = capsys.readouterr().err
    assert error.startswith("solutions/99_signs.ipynb: ".replace("/", sheets.os.sep))
    assert "bad operand type" in error
    assert not list((course / "exercises").glob("*"))
    assert sheets.main(["98_none"]) == 1
    assert "98_none" in capsys.readouterr().err


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_committed_sheet_is_the_one_of_its_solution(path):
    derived = exercise_sheet(nbformat.read(path, as_version=4))
    committed = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    assert committed.metadata == derived.metadata
    for cell, expected in zip(committed.cells, derived.cells, strict=True):
        assert (cell.id, cell.cell_type, cell.metadata) == (
            expected.id,
            expected.cell_type,
            expected.metadata,
        )
        assert cell.source == expected.source, "run `make exercises`"


def test_every_committed_sheet_has_its_solution():
    assert [path.name for path in sorted((ROOT / "exercises").glob("*.ipynb"))] == [p.name for p in SOLUTIONS]
