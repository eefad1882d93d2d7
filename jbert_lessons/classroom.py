"""An nbgrader course of the exercise sheets: a folder in which nbgrader's commands work as they are."""

import shutil
from pathlib import Path

from jbert_lessons.sheets import CELL_SECONDS, CODE_STUB, ROOT, TEXT_STUB

CONFIG = f'''"""nbgrader reads this file when it is started in this folder."""

import os
import sysconfig

# nbgrader calls the program alembic, which is found then even if the environment is not activated.
os.environ["PATH"] = sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"]
os.environ["JBERT_PROGRESS"] = "off"  # what learners pass is not the progress of whoever grades

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "jbert-lessons"
c.ClearSolutions.code_stub = {{"python": {CODE_STUB!r}}}
c.ClearSolutions.text_stub = {TEXT_STUB!r}
c.GenerateAssignment.create_assignment = True
c.Autograde.create_student = True
c.Execute.timeout = {CELL_SECONDS}
'''


def make_course(folder: Path, solutions: Path = ROOT / "solutions") -> list[str]:
    """Write nbgrader_config.py and source/NN_name/NN_name.ipynb into `folder`; return the names.

    Raises FileExistsError where there is a course already, FileNotFoundError if there are no solution sheets.
    """
    sheets = sorted(solutions.glob("*.ipynb"))
    if not sheets:
        raise FileNotFoundError(
            f"{solutions} holds no notebooks: run jbert classroom from a clone of the course"
        )
    config = folder / "nbgrader_config.py"
    for existing in (folder / "source", config):
        if existing.exists():
            raise FileExistsError(f"{existing} exists already: name another folder")
    for sheet in sheets:
        target = folder / "source" / sheet.stem / sheet.name
        target.parent.mkdir(parents=True)
        shutil.copyfile(sheet, target)
    config.write_text(CONFIG, encoding="utf-8", newline="\n")
    return [sheet.stem for sheet in sheets]
