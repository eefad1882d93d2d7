"""Progress: which exercises a learner has passed, in a small file of their own.

JBERT_PROGRESS names another file; "off" remembers nothing.
"""

import importlib
import json
import os
import pkgutil
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

if TYPE_CHECKING:
    from jbert_lessons.checks.exercise import Exercise

Passes = dict[str, dict[str, str]]  # lesson -> exercise -> ISO date of the first pass


class LessonProgress(NamedTuple):
    """The exercises of a lesson, in order, and those of them that are passed."""

    lesson: str
    exercises: list[str]
    passed: list[str]

    @property
    def open(self) -> list[str]:
        """The exercises that are not passed, in order."""
        return [name for name in self.exercises if name not in self.passed]


def path() -> Path | None:
    """Return where the progress is kept, None if it is not."""
    place = os.environ.get("JBERT_PROGRESS", "")
    if place == "off":
        return None
    default = platformdirs.user_data_path("jbert-lessons", appauthor=False) / "progress.json"
    return Path(place) if place else default


def remember(lesson: str, exercise: str) -> None:
    """Note that an exercise was passed. Where that cannot be written, one line says so."""
    place = path()
    if place is None:
        return
    try:
        passes = _read(place)
        if exercise not in passes.setdefault(lesson, {}):
            passes[lesson][exercise] = date.today().isoformat()
            _write(place, passes)
    except OSError as error:
        print(f"Your progress is not kept: {place} cannot be used ({error.strerror}).")


def passed() -> dict[str, list[str]]:
    """Return the passed exercises of each lesson; none where no progress is kept or can be read."""
    place = path()
    try:
        passes = {} if place is None else _read(place)
    except OSError as error:
        print(f"Your progress cannot be read from {place} ({error.strerror}).")
        passes = {}
    return {lesson: list(dates) for lesson, dates in passes.items()}


def all_exercises() -> "list[Exercise]":
    """Return every exercise in the modules of jbert_lessons.checks, by lesson and number."""
    from jbert_lessons import checks
    from jbert_lessons.checks.exercise import Exercise

    found: dict[int, Exercise] = {}
    for module in pkgutil.iter_modules(checks.__path__):
        for value in vars(importlib.import_module(f"{checks.__name__}.{module.name}")).values():
            if isinstance(value, Exercise):
                found[id(value)] = value
    return sorted(found.values(), key=lambda exercise: (exercise.lesson, exercise.number))


def summary() -> list[LessonProgress]:
    """Return the progress in each lesson that has exercises, in the order of the lessons."""
    done = passed()
    lessons: dict[str, list[str]] = {}
    for exercise in all_exercises():
        lessons.setdefault(exercise.lesson, []).append(exercise.name)
    return [
        LessonProgress(lesson, names, [name for name in names if name in done.get(lesson, [])])
        for lesson, names in lessons.items()
    ]


def progress_table() -> str:
    """Return the progress as an HTML table, for a notebook to show."""
    head = "".join(f'<th scope="col">{title}</th>' for title in ("lesson", "passed", "open"))
    rows = "".join(
        f'<tr><th scope="row">{escape(row.lesson)}</th><td>{len(row.passed)} of {len(row.exercises)}</td>'
        f"<td>{escape(', '.join(row.open)) or 'none'}</td></tr>"
        for row in summary()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _read(place: Path) -> Passes:
    """Read the file; put a broken one aside, so that it is begun anew. OSError if it cannot be read."""
    try:
        passes = json.loads(place.read_text(encoding="utf-8"))["passed"]
        if not all(isinstance(day, str) for dates in passes.values() for day in dates.values()):
            raise TypeError
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        broken = place.with_name(place.name + ".broken")
        os.replace(place, broken)
        print(f"The file with your progress was damaged: it is kept as {broken}, and a new one begun.")
        return {}
    return passes


def _write(place: Path, passes: Passes) -> None:
    """Write the file beside its place, then put it there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f"{place.name}.{os.getpid()}.partial")
    try:
        text = json.dumps({"passed": passes}, ensure_ascii=False, indent=2) + "\n"
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, place)
    finally:
        partial.unlink(missing_ok=True)
