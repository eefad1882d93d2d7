"""How an answer is judged, with small exercises made up for the purpose."""

import signal
import sys
import textwrap
import time
import warnings

import nbformat
import pytest
import torch

from jbert_lessons.checks import exercise as exercise_module
from jbert_lessons.checks import progress
from jbert_lessons.checks.exercise import Wrong, exercise, is_blank, time_limit
from jbert_lessons.sheets import execute

HINTS = ("think of the sign", "compare with minus one")


@pytest.fixture
def negate():
    """An exercise, new for each test, as it counts failures."""

    @exercise("99_signs", 1, HINTS)
    def negate(answer):
        """Write negate(x) -> -x."""
        if answer(3) != -3:
            raise Wrong(f"for 3 your function returned {answer(3)}, expected -3")

    return negate


@pytest.fixture
def short_time(monkeypatch):
    monkeypatch.setattr(exercise_module, "SECONDS", 0.3)


@pytest.fixture
def fast_switching():
    """Threads take turns often, so that timer and main thread meet at every point."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def right(x):
    return -x


def unchanged(x):
    return x


def test_a_right_answer_passes(negate, capsys):
    assert negate.judge(right) == ("passed", "")
    negate(right)
    assert capsys.readouterr().out == "Exercise 1, negate: passed.\n"
    negate.grade(right)


def test_a_lambda_is_an_answer(negate):
    minus = lambda x: -x  # noqa: E731
    assert negate.judge(minus).kind == "passed"
    assert negate.judge(lambda x: -x).kind == "passed"


def blank(x): ...


def blank_with_docstring(x):
    """Return -x."""
    # your code here
    ...


def blank_with_pass(x):
    pass


@pytest.mark.parametrize("answer", [None, ..., blank, blank_with_docstring, blank_with_pass], ids=str)
def test_a_blank_waits(negate, capsys, answer):
    assert is_blank(answer)
    negate(answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Exercise 1, negate: waiting."
    assert "write your answer above" in second
    assert negate.failures == 0


def test_what_is_answered_is_not_blank():
    assert not any(is_blank(answer) for answer in (right, 0, "", torch.zeros(2), print, torch.nn.Linear))


def test_one_blank_among_several_answers_waits(negate):
    assert negate.judge(right, None).kind == "waiting"


def test_a_wrong_answer_gets_the_small_hint_then_the_larger(negate, capsys):
    for hint in (HINTS[0], HINTS[1], HINTS[1]):
        negate(unchanged)
        assert capsys.readouterr().out.splitlines() == [
            "Exercise 1, negate: not yet.",
            "for 3 your function returned 3, expected -3",
            f"Hint: {hint}",
        ]


def test_judging_alone_prints_nothing_and_uses_up_no_hint(negate, capsys):
    assert negate.judge(unchanged).kind == "wrong"
    assert negate.failures == 0
    assert capsys.readouterr().out == ""


def own_error(x):
    table = {"東京": 1}
    return table["京都"]


def error_inside_torch(x):
    first = torch.zeros(2, 3)
    return first @ first


def error_without_words(x):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "kind", "line"),
    [
        (own_error, "KeyError: '京都'", 'return table["京都"]'),
        (error_inside_torch, "RuntimeError: ", "return first @ first"),
        (lambda x: torch.nn.Linear(2, 2)(torch.zeros(3)), "RuntimeError: ", "torch.nn.Linear(2, 2)"),
        (lambda x: textwrap.indent(x, " "), "AttributeError: ", "textwrap.indent"),
        (error_without_words, "NotImplementedError\n", "raise NotImplementedError"),
    ],
)
def test_an_error_is_shown_with_the_line_of_the_answer(negate, answer, kind, line):
    verdict, message = negate.judge(answer)
    assert verdict == "wrong"
    assert message.startswith(f"your code stopped with {kind}")
    assert line in message.splitlines()[1]
    assert len(message.splitlines()) == 2


def test_an_error_of_the_check_itself_is_raised():
    program = "from jbert_lessons.checks.exercise import exercise\n"
    scope = {}
    # Compiled as if it stood in the package, as every real check does.
    code = program + "@exercise('99_signs', 1, ('', ''))\ndef broken(answer):\n    return 1 / 0\n"
    exec(compile(code, exercise_module.__file__, "exec"), scope)
    with pytest.raises(ZeroDivisionError):
        scope["broken"].judge(right)


def test_a_warning_in_an_answer_is_not_printed(negate, recwarn):
    def minus(x):
        warnings.warn("old-fashioned", stacklevel=1)
        return -x

    assert negate.judge(minus).kind == "passed"
    assert not recwarn


def endless(x):
    while True:
        x = -x


def endless_despite_errors(x):
    while True:
        try:
            torch.ones(1).add(x)
        except Exception:
            x = 0


def swallows_the_interrupt(x):
    try:
        endless(x)
    except BaseException:
        return -x


@pytest.mark.parametrize("answer", [endless, endless_despite_errors, swallows_the_interrupt])
def test_an_endless_loop_is_cut_off(negate, short_time, answer):
    before = signal.getsignal(signal.SIGINT)
    verdict, message = negate.judge(answer)
    assert verdict == "wrong"
    assert "still running after 0.3 seconds" in message
    assert signal.getsignal(signal.SIGINT) is before


def presses_ctrl_c(x):
    signal.raise_signal(signal.SIGINT)
    time.sleep(0.1)


def test_a_real_interrupt_passes_through(negate, monkeypatch):
    monkeypatch.setattr(exercise_module, "SECONDS", 2.0)  # long enough for a slow machine to press the key
    usual = signal.default_int_handler
    found = signal.signal(signal.SIGINT, usual)  # a run in the background may ignore the signal
    try:
        with pytest.raises(KeyboardInterrupt):
            negate.judge(presses_ctrl_c)
        assert signal.getsignal(signal.SIGINT) is usual
        time.sleep(2.2)  # the timer has nothing left to interrupt
    finally:
        signal.signal(signal.SIGINT, found)


@pytest.mark.filterwarnings("error")
def test_no_interrupt_leaves_the_block(fast_switching):
    """Blocks that end about when their time does: each either ends or times out, and nothing comes later."""
    before = signal.getsignal(signal.SIGINT)
    ends = timeouts = 0
    for number in range(1500):
        try:
            with time_limit(0.001):
                until = time.perf_counter() + 0.0007 + number % 50 * 1e-5 + (number % 100 == 99)
                while time.perf_counter() < until:
                    pass
            ends += 1
        except (TimeoutError, exercise_module._TimeUp):
            timeouts += 1
        assert signal.getsignal(signal.SIGINT) is before
    time.sleep(0.05)
    assert ends + timeouts == 1500
    assert timeouts >= 15


def test_grade_raises_unless_passed(negate):
    with pytest.raises(AssertionError, match=r"negate: not yet\. for 3 your function returned 3"):
        negate.grade(unchanged)
    with pytest.raises(AssertionError, match=r"negate: waiting\."):
        negate.grade(None)


def test_a_pass_is_remembered_and_nothing_else(negate, tmp_path, monkeypatch):
    monkeypatch.setenv("JBERT_PROGRESS", str(tmp_path / "progress.json"))
    negate(unchanged)
    negate(blank)
    negate.judge(right)
    negate.grade(right)
    assert progress.passed() == {}
    negate(right)
    assert progress.passed() == {"99_signs": ["negate"]}


def test_in_a_notebook_an_endless_loop_is_cut_off_and_the_next_cell_runs(tmp_path):
    cells = [
        """
        from jbert_lessons.checks import exercise
        exercise.SECONDS = 1.0

        @exercise.exercise("99_signs", 1, ("small", "larger"))
        def negate(answer):
            answer(3)
        """,
        """
        def answer(x):
            while True:
                x = -x

        negate(answer)
        """,
        """
        def answer(x):
            return {}[x]

        negate(answer)
        """,
        "print(6 * 7)",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell).strip()) for cell in cells]
    )
    execute(notebook, tmp_path)
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    assert "still running after 1 seconds" in texts[1]
    assert "KeyError: 3\nin line 2 of its cell: return {}[x]" in texts[2]
    assert texts[3] == "42\n"
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4]
