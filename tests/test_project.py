"""Facts about the project that stand in one place each, and what follows from them elsewhere."""

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_environment_installs_this_project_through_pip():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    [python] = [item for item in environment["dependencies"] if str(item).startswith("python=")]
    [pip] = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    assert pip == ["-e .[test]"]
    assert python.removeprefix("python=") >= PROJECT["requires-python"].removeprefix(">=")
    assert "pip" in environment["dependencies"]


def test_constraints_name_every_dependency():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    for requirement in wanted:
        name = requirement.split(">")[0].split("=")[0].split("<")[0]
        assert name in pinned, name


def test_modules_import_nothing_of_later_lessons_and_no_heavy_library():
    program = """
import sys, torch
import jbert_lessons.filling, jbert_lessons.pretraining
print(*(name for name in ("transformers", "matplotlib", "typer", "IPython") if name in sys.modules))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_component_modules_stay_small():
    for path in (ROOT / "jbert_lessons").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
