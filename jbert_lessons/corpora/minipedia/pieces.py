"""Hand-written pieces: natural prose that no model of the course is trained on.

They are the sample of real language for the lessons on text, and the honest measure of what a model
that was trained on generated text does on natural text.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "pieces"
KINDS = ("letter", "notice", "news", "story", "dialogue", "recipe", "manual", "speech", "essay", "diary")


class Piece(NamedTuple):
    """One piece: its number, its title, one of KINDS, and its paragraphs."""

    number: int
    title: str
    kind: str
    paragraphs: tuple[str, ...]


@cache
def pieces() -> tuple[Piece, ...]:
    """Return all pieces in order. Raises ValueError, naming the file, if one has another form."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.txt")))


def _read(path: Path) -> Piece:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line.split(": ", 1) for line in lines[:2] if ": " in line)
    if list(head) != ["title", "kind"] or head["kind"] not in KINDS:
        raise ValueError(f"{path.name}: the first lines must be title: and kind:, one of {' '.join(KINDS)}")
    return Piece(int(path.name[:2]), head["title"], head["kind"], tuple(line for line in lines[2:] if line))
