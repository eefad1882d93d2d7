"""Read a corpus from a file or a folder, one document at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jbert_lessons.corpora import aozora
from jbert_lessons.text import documents_from_lines


@dataclass(frozen=True)
class Document:
    """A document: where it came from, and its sentences in order."""

    name: str
    sentences: list[str]


def read_corpus(path: str | Path, encoding: str = "utf-8") -> Iterator[Document]:
    """Yield the documents of a text file, or of every `*.txt` below a folder, in order of path.

    A file in Aozora Bunko's form is one document. In any other file, read in `encoding`, a blank line
    ends a document. Only one file is in memory at a time.

    Raises FileNotFoundError if there is nothing to read at `path`, and ValueError for bytes that are
    not valid in `encoding`, an unknown encoding, or a corpus without text.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no corpus at {path}: name a text file or a folder of *.txt files")
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    if not files:
        raise FileNotFoundError(f"no *.txt file in {path}: name a text file or a folder that holds some")
    empty = True
    for file in files:
        for document in _read_file(file, encoding):
            empty = False
            yield document
    if empty:
        raise ValueError(f"no text in {path}: the corpus is empty")


def _read_file(file: Path, encoding: str) -> Iterator[Document]:
    data = file.read_bytes()
    try:
        if aozora.is_aozora(data):
            work = aozora.parse_work(data)
            yield Document(f"{work.author}『{work.title}』", work.sentences())
            return
        text = data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} is not valid {error.encoding} at byte {error.start}: "
            "name its encoding, for example --encoding cp932"
        ) from error
    except LookupError as error:
        raise ValueError(f"unknown encoding {encoding!r}: try utf-8, cp932 or euc_jp") from error
    for number, sentences in enumerate(documents_from_lines(text.splitlines()), start=1):
        yield Document(f"{file.name}:{number}", sentences)
