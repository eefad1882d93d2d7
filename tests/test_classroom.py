"""A course folder for nbgrader: from the solution sheets to scores and feedback, with nbgrader itself."""

import copy
import csv
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from jbert_lessons.classroom import make_course
from jbert_lessons.cli import app
from jbert_lessons.sheets import exercise_sheet

SOLUTIONS = sorted((Path(__file__).parents[1] / "solutions").glob("*.ipynb"))
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
needs_nbgrader = pytest.mark.skipif(
    find_spec("nbgrader") is None, reason='needs nbgrader: pip install --editable ".[classroom]"'
)

EXERCISES = """from jbert_lessons.checks.exercise import Wrong, exercise


@exercise("99_signs", 1, ("think of the sign", "compare with minus one"))
def negate(answer):
    if answer(3) != -3:
        raise Wrong("the sign is not turned")


@exercise("99_signs", 2, ("how often?", "twice"))
def double(answer):
    if answer("はい") != "はいはい":
        raise Wrong("the text is not doubled")"""


def marks(name: str, points: int | None = None, solution: bool = False) -> dict:
    """Metadata of a cell as nbgrader writes them."""
    values = {"grade": points is not None, "grade_id": name, "locked": not solution, "schema_version": 3}
    values |= {"solution": solution, "task": False}
    return {"nbgrader": values if points is None else {**values, "points": points}}


def answer_cell(name: str, body: str):
    source = f"def {name}_answer(x):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
    return new_code_cell(source, metadata=marks(name, solution=True))


def test_cell(name: str, points: int):
    source = (
        f"{name}({name}_answer)\n### BEGIN HIDDEN TESTS\n{name}.grade({name}_answer)\n### END HIDDEN TESTS"
    )
    return new_code_cell(source, metadata=marks(f"test_{name}", points))


test_cell.__test__ = False  # no test, in spite of its name


def signs() -> nbformat.NotebookNode:
    """A solution sheet with two functions and a written answer."""
    cells = [
        new_markdown_cell("# Signs"),
        new_code_cell(EXERCISES),
        answer_cell("negate", "return -x"),
        test_cell("negate", 2),
        answer_cell("double", "return x + x"),
        test_cell("double", 3),
        new_markdown_cell("Because of the sign.", metadata=marks("why", 4, solution=True)),
    ]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
    return notebook


@pytest.fixture
def solutions(tmp_path) -> Path:
    folder = tmp_path / "solutions"
    folder.mkdir()
    nbformat.write(signs(), folder / "99_signs.ipynb")
    return folder


def nbgrader(folder: Path, *arguments: str) -> None:
    """Run one command of nbgrader in the course folder, with a home of its own."""
    home = {"HOME": str(folder), "USERPROFILE": str(folder), "JUPYTER_CONFIG_DIR": str(folder / ".jupyter")}
    environment = {name: value for name, value in os.environ.items() if name != "JBERT_PROGRESS"}
    result = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment | home,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def submit(course: Path, student: str, negate: str | None, double: str | None, why: str | None) -> None:
    """Hand in the released sheet with these answers in it; None leaves the blank."""
    notebook = copy.deepcopy(nbformat.read(course / "release/99_signs/99_signs.ipynb", as_version=4))
    for cell, body in ((notebook.cells[2], negate), (notebook.cells[4], double)):
        assert cell.source.endswith("    # your code here\n    ...")
        if body is not None:
            cell.source = cell.source.replace("# your code here\n    ...", body)
    if why is not None:
        notebook.cells[6].source = why
    target = course / "submitted" / student / "99_signs"
    target.mkdir(parents=True)
    nbformat.write(notebook, target / "99_signs.ipynb")


@needs_nbgrader
def test_from_the_solution_to_scores_and_feedback(tmp_path, solutions):
    course = tmp_path / "授業"
    assert make_course(course, solutions) == ["99_signs"]
    nbgrader(course, "generate_assignment", "99_signs")
    released = nbformat.read(course / "release/99_signs/99_signs.ipynb", as_version=4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in exercise_sheet(signs()).cells]
    submit(course, "taro", "return -x", "return 2 * x", None)
    submit(course, "hanako", "return x", "while True: pass", None)
    submit(course, "jiro", "return -x", None, "符号のためです。")
    nbgrader(course, "autograde", "99_signs")
    nbgrader(course, "generate_feedback", "99_signs")
    nbgrader(course, "export")

    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    scores = {student: (float(row["score"]), float(row["max_score"])) for student, row in rows.items()}
    assert scores == {"taro": (5, 9), "hanako": (0, 9), "jiro": (2, 9)}

    expected = {
        "taro": "Exercise 2, double: passed.",
        "hanako": "the sign is not turned",
        "jiro": "Exercise 2, double: waiting.",
    }
    for student, message in expected.items():
        page = (course / "feedback" / student / "99_signs" / "99_signs.html").read_text(encoding="utf-8")
        assert message in page
    assert not list(course.rglob("progress.json"))


@needs_nbgrader
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_nbgrader_makes_the_same_sheet_of_every_solution(tmp_path, path):
    make_course(tmp_path)
    nbgrader(tmp_path, "generate_assignment", path.stem)
    released = nbformat.read(tmp_path / "release" / path.stem / path.name, as_version=4)
    expected = exercise_sheet(nbformat.read(path, as_version=4))
    assert [cell.source for cell in released.cells] == [cell.source for cell in expected.cells]
    assert [cell.id for cell in released.cells] == [cell.id for cell in expected.cells]


def test_a_course_is_not_overwritten(tmp_path, solutions):
    make_course(tmp_path / "course", solutions)
    copied = tmp_path / "course/source/99_signs/99_signs.ipynb"
    assert copied.read_bytes() == (solutions / "99_signs.ipynb").read_bytes()
    with pytest.raises(FileExistsError, match="source exists already"):
        make_course(tmp_path / "course", solutions)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "nbgrader_config.py").write_text("# mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"nbgrader_config\.py exists already"):
        make_course(tmp_path / "other", solutions)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["nbgrader_config.py"]


def test_without_solutions_there_is_no_course(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no notebooks"):
        make_course(tmp_path / "course", tmp_path)
    assert not (tmp_path / "course").exists()


def test_the_command(tmp_path):
    result = CliRunner().invoke(app, ["classroom", str(tmp_path / "course")])
    assert result.exit_code == 0
    made = sorted(path.name for path in (tmp_path / "course" / "source").iterdir())
    assert made == [path.stem for path in SOLUTIONS]
    result = CliRunner().invoke(app, ["classroom", str(tmp_path / "course")])
    assert result.exit_code == 1
    assert result.stderr.startswith("jbert: ")
    assert result.stderr.count("\n") == 1
