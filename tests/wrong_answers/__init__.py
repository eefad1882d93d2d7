"""Right and wrong answers to the exercises, one module for each lesson, as learners give them.

Each module has

    SOLUTIONS: dict[str, tuple]                          exercise -> right answers
    WRONG: dict[str, dict[str, tuple[tuple, str]]]       exercise -> {title: (answers, part of the message)}

`python -m tests.wrong_answers` prints what the checks say to each wrong answer.
"""

import importlib
import pkgutil


def gather(name: str) -> dict:
    """Return SOLUTIONS or WRONG of all modules as one. ValueError if two modules name the same exercise."""
    gathered: dict = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "__main__"):
        entries = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        if twice := gathered.keys() & entries.keys():
            raise ValueError(f"{module}.py names exercises of another module: {', '.join(sorted(twice))}")
        gathered |= entries
    return gathered
