"""Check that this machine can run the course, and say what to do where it cannot."""

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

PACKAGES = (
    *("torch", "transformers", "safetensors", "fugashi", "unidic-lite", "jupyterlab", "ipywidgets"),
    *("matplotlib", "matplotlib-fontja", "tqdm", "typer", "rich"),
)
FEWEST_GIGABYTES_OF_MEMORY = 4
FEWEST_GIGABYTES_OF_DISK = 2


class Finding(NamedTuple):
    """The result of one check: what was found, and for a failure what to do."""

    check: str
    good: bool
    found: str
    remedy: str = ""


def examine(folder: Path) -> list[Finding]:
    """Run every check; `folder` is where the learner works. A check that breaks is a failure, too."""
    checks: dict[str, Callable[[], Finding]] = {
        "Python": check_python,
        "packages": check_packages,
        "dictionary": check_dictionary,
        "Japanese font": check_font,
        "memory": check_memory,
        "disk": lambda: check_disk(folder),
        "device": check_device,
        "folder": lambda: check_folder(folder),
    }
    findings = []
    for name, check in checks.items():
        try:
            findings.append(check())
        except Exception as error:
            findings.append(Finding(name, False, f"{type(error).__name__}: {error}", "run `make lab` again"))
    return findings


def check_python() -> Finding:
    """Python 3.11 or later."""
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), found, "install Python 3.11 or later")


def check_packages() -> Finding:
    """Every package that the course imports is installed."""
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    remedy = f"install {' '.join(missing)}: `make lab` does it"
    return Finding("packages", not missing, ", ".join(found) if not missing else remedy, remedy)


def check_dictionary() -> Finding:
    """MeCab splits a sentence with unidic-lite as it should."""
    from jbert_lessons.words import surfaces

    words = surfaces("すもももももももものうち")
    good = words == ["すもも", "も", "もも", "も", "もも", "の", "うち"]
    return Finding("dictionary", good, " ".join(words), "reinstall unidic-lite: the dictionary is damaged")


def check_font() -> Finding:
    """Plots can show Japanese."""
    import matplotlib_fontja
    from matplotlib import font_manager

    matplotlib_fontja.japanize()
    path = font_manager.findfont("IPAexGothic", fallback_to_default=False)
    return Finding("Japanese font", True, Path(path).name, "reinstall matplotlib-fontja")


def check_memory() -> Finding:
    """Enough memory for the largest lesson."""
    remedy = "close other programs, or use a machine with more memory"
    if not hasattr(os, "sysconf"):
        return Finding("memory", True, f"not measured here; {FEWEST_GIGABYTES_OF_MEMORY} GB are enough")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Finding("memory", gigabytes >= FEWEST_GIGABYTES_OF_MEMORY, f"{gigabytes:.1f} GB", remedy)


def check_disk(folder: Path) -> Finding:
    """Enough room for checkpoints."""
    gigabytes = shutil.disk_usage(folder).free / 1e9
    good = gigabytes >= FEWEST_GIGABYTES_OF_DISK
    return Finding("disk", good, f"{gigabytes:.1f} GB free", f"free {FEWEST_GIGABYTES_OF_DISK} GB")


def check_device() -> Finding:
    """The device that JBERT_DEVICE names is there and computes."""
    import torch

    from jbert_lessons.devices import get_device, set_threads

    try:
        device, threads = get_device(), set_threads()
    except ValueError as error:
        return Finding("device", False, str(error), "correct the environment variable")
    total = torch.ones(8, 8, device=device).sum().item()
    found = f"{device}, {threads} thread(s)"
    if device.type == "cpu" and torch.cuda.is_available():
        found += "; a GPU is there too: set JBERT_DEVICE=cuda to use it"
    return Finding("device", total == 64, found, "update the driver, or unset JBERT_DEVICE")


def check_folder(folder: Path) -> Finding:
    """Files with Japanese names can be written here and read again under the same name."""
    name = "日本語 のファイル.txt"
    path = folder / name
    path.write_text("が", encoding="utf-8")
    names = {unicodedata.normalize("NFC", other.name) for other in folder.iterdir()}
    good = path.read_text(encoding="utf-8") == "が" and name in names
    path.unlink()
    remarks = [] if str(folder).isascii() else ["Japanese characters in the path"]
    remarks += ["spaces in the path"] if " " in str(folder) else []
    found = "writable" + ("; " + ", ".join(remarks) + " do no harm" if remarks else "")
    return Finding("folder", good, found, "work in a folder that you may write to")
