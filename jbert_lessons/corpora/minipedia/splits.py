"""Which split an example of a task belongs to, and the arguments that every task takes."""

from zlib import crc32

from jbert_lessons.corpora.minipedia.annotation import SPLITS


def split_of(text: str) -> str:
    """Return the split that a text belongs to, by the text alone: so no two splits share one."""
    return {0: "valid", 1: "test"}.get(crc32(text.encode()) % 10, "train")


def check_split(split: str, new_templates: bool = False) -> None:
    """Raise ValueError for an unknown split, or for new templates in training."""
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: allowed are {' '.join(SPLITS)}")
    if new_templates and split == "train":
        raise ValueError("new_templates with split 'train': allowed are valid test")


def check_task(n: int, seed: int, split: str, new_templates: bool = False) -> None:
    """Raise ValueError, naming what is allowed, for arguments that no task takes."""
    if type(n) is not int or n < 1:
        raise ValueError(f"n {n!r}: allowed are whole numbers from 1")
    if type(seed) is not int:
        raise ValueError(f"seed {seed!r}: allowed are whole numbers")
    check_split(split, new_templates)
