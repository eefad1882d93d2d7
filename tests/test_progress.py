"""What a learner has passed: kept, read again, and never in the way."""

import datetime
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from jbert_lessons import checks
from jbert_lessons.checks import progress
from jbert_lessons.cli import app

MADE_UP = '''
from jbert_lessons.checks.exercise import exercise

@exercise("98_kana", 2, ("", ""))
def second(answer): """Made up."""

@exercise("98_kana", 1, ("", ""))
def first(answer): """Made up."""

@exercise("97_<b>", 1, ("", ""))
def only(answer): """Made up."""

again = first
'''


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An own file in a folder that does not exist yet."""
    place = tmp_path / "進歩" / "progress.json"
    monkeypatch.setenv("JBERT_PROGRESS", str(place))
    return place


@pytest.fixture
def made_up_exercises(tmp_path, monkeypatch):
    """One more module of checks, with three exercises."""
    (tmp_path / "made_up_checks.py").write_text(MADE_UP, encoding="utf-8")
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    yield
    sys.modules.pop("jbert_lessons.checks.made_up_checks", None)


def test_no_file_is_no_progress(place, capsys):
    assert progress.passed() == {}
    assert not place.parent.exists()
    assert capsys.readouterr().out == ""


def test_what_is_remembered_is_read_again(place):
    for lesson, name in (("05_attention", "b"), ("05_attention", "a"), ("06_encoder", "c")):
        progress.remember(lesson, name)
    assert progress.passed() == {"05_attention": ["b", "a"], "06_encoder": ["c"]}
    today = datetime.date.today().isoformat()
    assert json.loads(place.read_text(encoding="utf-8"))["passed"]["06_encoder"] == {"c": today}
    assert [file.name for file in place.parent.iterdir()] == ["progress.json"]


def test_the_first_pass_keeps_its_date(place):
    place.parent.mkdir()
    place.write_text(json.dumps({"passed": {"05_attention": {"a": "2024-04-01"}}}), encoding="utf-8")
    progress.remember("05_attention", "a")
    progress.remember("05_attention", "b")
    assert json.loads(place.read_text(encoding="utf-8"))["passed"]["05_attention"]["a"] == "2024-04-01"


def test_off_remembers_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("JBERT_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    progress.remember("05_attention", "a")
    assert progress.path() is None
    assert progress.passed() == {}
    assert list(tmp_path.iterdir()) == []


def test_without_the_variable_the_file_is_in_the_folder_of_the_user(monkeypatch):
    monkeypatch.delenv("JBERT_PROGRESS")
    assert progress.path().parts[-2:] == ("jbert-lessons", "progress.json")


BROKEN = ["", "{", "[]", "{}", '{"passed": []}', '{"passed": {"05": ["a"]}}', '{"passed": {"05": {"a": 1}}}']


@pytest.mark.parametrize("content", [*(text.encode() for text in BROKEN), b"\xff\xfe", b"[" * 200_000])
def test_a_broken_file_is_put_aside_and_begun_anew(place, capsys, content):
    place.parent.mkdir()
    place.write_bytes(content)
    assert progress.passed() == {}
    [line] = capsys.readouterr().out.splitlines()
    assert "damaged" in line
    assert place.with_name("progress.json.broken").read_bytes() == content
    progress.remember("05_attention", "a")
    assert progress.passed() == {"05_attention": ["a"]}
    assert capsys.readouterr().out == ""


def test_a_place_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, capsys):
    """Below a file there can be no folder, whoever runs the test."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path / "file" / "progress.json", tmp_path):  # the second is a folder
        monkeypatch.setenv("JBERT_PROGRESS", str(place))
        progress.remember("05_attention", "a")
        [line] = capsys.readouterr().out.splitlines()
        assert line.startswith("Your progress is not kept: ")
        assert progress.passed() == {}
        assert len(capsys.readouterr().out.splitlines()) == 1


def test_several_processes_leave_a_whole_file(place):
    program = "from jbert_lessons.checks import progress\nfor n in range(50): progress.remember('05', f'{n}')"
    command = [sys.executable, "-c", program]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [run.communicate()[0] for run in runs] == ["", ""]
    assert [run.returncode for run in runs] == [0, 0]
    assert "49" in progress.passed()["05"]
    assert [file.name for file in place.parent.iterdir()] == ["progress.json"]


def test_the_summary_follows_lesson_and_number(place, made_up_exercises):
    progress.remember("98_kana", "second")
    progress.remember("98_kana", "gone")
    progress.remember("11_gone", "gone")
    rows = {row.lesson: row for row in progress.summary()}
    assert list(rows) == sorted(rows)
    assert rows["98_kana"] == ("98_kana", ["first", "second"], ["second"])
    assert rows["98_kana"].open == ["first"]
    assert rows["97_<b>"] == ("97_<b>", ["only"], [])
    assert "11_gone" not in rows


def test_the_table_for_a_notebook(place, made_up_exercises):
    progress.remember("97_<b>", "only")
    table = progress.progress_table()
    assert '<th scope="row">97_&lt;b&gt;</th><td>1 of 1</td><td>none</td>' in table
    assert '<th scope="row">98_kana</th><td>0 of 2</td><td>first, second</td>' in table


def test_the_command(place, made_up_exercises):
    progress.remember("98_kana", "first")
    result = CliRunner().invoke(app, ["progress"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    [row] = [line.split() for line in result.stdout.splitlines() if "98_kana" in line]
    assert row == ["98_kana", "1", "of", "2", "second"]
    assert str(place) in result.stdout.replace("\n", "")


def test_the_command_says_when_nothing_is_kept(monkeypatch):
    monkeypatch.setenv("JBERT_PROGRESS", "off")
    result = CliRunner().invoke(app, ["progress"])
    assert result.exit_code == 0
    assert "JBERT_PROGRESS=off" in result.stdout
