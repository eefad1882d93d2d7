"""Exercises: how an answer is judged, and what the learner reads about it.

Design choices
- A check looks at behaviour only: it calls the answer and compares with a reference of its own.
- What is wrong is said in the words of the lesson; a hint follows, a larger one the next time.
- An error in the answer is shown with the learner's own line; a loop without end is cut off.
"""

import _thread
import ast
import inspect
import linecache
import signal
import sysconfig
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Literal, NamedTuple

from jbert_lessons.checks import progress

SECONDS = 5.0
NOT_THEIRS = [Path(__file__).parents[1], Path(sysconfig.get_path("stdlib"))]


class Wrong(Exception):
    """An answer is not right; the message says what is wrong in the words of the lesson."""


class _TimeUp(BaseException):
    """Thrown into an answer whose time is over; no Exception, so that `except Exception` lets it pass."""


class Verdict(NamedTuple):
    """What a check found. The message is empty for a passed answer."""

    kind: Literal["passed", "waiting", "wrong"]
    message: str = ""


class Exercise:
    """One exercise of a lesson. `examine` takes the learner's answers and raises `Wrong` for a wrong one."""

    def __init__(self, examine: Callable[..., None], lesson: str, number: int, hints: tuple[str, str]):
        self.examine = examine
        self.lesson = lesson
        self.number = number
        self.hints = hints
        self.name = examine.__name__
        self.__doc__ = examine.__doc__
        self.failures = 0

    def judge(self, *answers) -> Verdict:
        """Return the verdict on the answers without printing or remembering anything."""
        if any(is_blank(answer) for answer in answers):
            return Verdict("waiting", "write your answer above, then run this cell again")
        try:
            # A warning on standard error would cost the points in nbgrader.
            with warnings.catch_warnings(action="ignore"), time_limit(SECONDS):
                self.examine(*answers)
        except Wrong as wrong:
            return Verdict("wrong", str(wrong))
        except (TimeoutError, _TimeUp):  # _TimeUp if the time ended just when the block was left
            return Verdict(
                "wrong",
                f"your code was still running after {SECONDS:g} seconds: is there a loop that never ends?",
            )
        except Exception as error:
            return Verdict("wrong", _describe(error))
        return Verdict("passed")

    def __call__(self, *answers) -> None:
        """Print the verdict on the answers, with a hint if they are wrong, and remember a pass."""
        verdict = self.judge(*answers)
        print(f"Exercise {self.number}, {self.name}: {VERBS[verdict.kind]}")
        if verdict.kind == "passed":
            progress.remember(self.lesson, self.name)
            return
        print(verdict.message)
        if verdict.kind == "wrong":
            print("Hint:", self.hints[min(self.failures, 1)])
            self.failures += 1

    def grade(self, *answers) -> None:
        """Raise AssertionError, for an automatic grader, unless the answers are right."""
        verdict = self.judge(*answers)
        if verdict.kind != "passed":
            raise AssertionError(f"{self.name}: {VERBS[verdict.kind]} {verdict.message}")


VERBS = {"passed": "passed.", "waiting": "waiting.", "wrong": "not yet."}


def exercise(lesson: str, number: int, hints: tuple[str, str]) -> Callable[[Callable[..., None]], Exercise]:
    """Make an Exercise of the function that examines its answers."""
    return lambda examine: Exercise(examine, lesson, number, hints)


def is_blank(answer: object) -> bool:
    """Tell whether nothing was answered: None, `...`, or a function with nothing but `...` in it."""
    if answer is None or answer is ...:
        return True
    if not inspect.isfunction(answer):
        return False
    try:
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(answer))).body
    except (OSError, SyntaxError, ValueError):
        return False
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):  # a lambda
        return False
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))  # docstring, ...
        for line in definition.body
    )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the main thread when its block runs longer than that; elsewhere do nothing.

    A timer sends an interrupt, as Ctrl-C does. Our own handler receives it, once, and gives way to the one
    before; so no interrupt comes after the block. A real Ctrl-C goes to the handler before. If the time ends
    just when the block is being left, the error is _TimeUp.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    lock = threading.Lock()
    over = timed_out = False

    def end_time() -> None:
        nonlocal timed_out
        with lock:
            if not over:
                timed_out = True
                _thread.interrupt_main()

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal over
        over = True
        signal.signal(signal.SIGINT, before)
        if timed_out:
            raise _TimeUp
        if callable(before):
            before(number, frame)

    timer = threading.Timer(seconds, end_time)
    timer.daemon = True
    try:
        signal.signal(signal.SIGINT, on_interrupt)
        timer.start()
        try:
            yield
        finally:
            with lock:
                over = True
            timer.cancel()
            signal.signal(signal.SIGINT, before)  # an interrupt on its way arrives here, before the change
        if timed_out:  # the answer swallowed the interrupt
            raise _TimeUp
    except _TimeUp:
        raise TimeoutError from None


def _describe(error: Exception) -> str:
    """Return an error as one short message with the learner's own line."""
    step = error.__traceback__
    theirs = None
    while step is not None:
        if not _is_library(step.tb_frame.f_code.co_filename):
            theirs = step
        step = step.tb_next
    if theirs is None:  # no line of theirs: the fault is ours
        raise error
    line = linecache.getline(theirs.tb_frame.f_code.co_filename, theirs.tb_lineno).strip()
    what = ": ".join(filter(None, [type(error).__name__, " ".join(str(error).split())]))
    where = f"\nin line {theirs.tb_lineno} of its cell: {line}" if line else ""
    return f"your code stopped with {what}{where}"


def _is_library(path: str) -> bool:
    place = Path(path)
    return (
        path.startswith("<frozen")
        or not {"site-packages", "dist-packages"}.isdisjoint(place.parts)
        or any(folder in place.parents for folder in NOT_THEIRS)
    )
