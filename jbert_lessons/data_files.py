"""Files of examples: rows of CSV and TSV, objects of JSON and JSON lines, and where each stands.

Whatever is wrong becomes a ValueError of one line: the file, the row and the column, what is wrong there,
and what to do about it.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST_FIELD = 2**31 - 1
Row = tuple[str, dict[str, Any]]  # what an error message calls it, and its fields


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8. Raises ValueError if it is missing, empty or something else."""
    if not path.is_file():
        raise ValueError(f"no file at {path}: name a file of examples")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not valid UTF-8 at byte {error.start}: it is no text, or in another encoding; "
            "save it as UTF-8"
        ) from error
    if not text.strip():
        raise ValueError(f"{path} is empty: name a file of examples")
    if "\0" in text:
        raise ValueError(f"{path} has a NUL at character {text.index(chr(0))}: it is no text file")
    return text


def read_rows(path: str | Path) -> Iterator[Row]:
    """Yield the rows of a .csv or .tsv file with a header, or the objects of a .json or .jsonl file.

    A .json file holds a list of objects, or one object on each line, as JGLUE has it.
    Raises ValueError for a file that is not what its name says.
    """
    path = Path(path)
    readers = {".csv": _table, ".tsv": _table, ".json": _objects, ".jsonl": _lines}
    ending = path.suffix.lower()
    if ending not in readers:
        raise ValueError(f"{path} ends in {ending or 'nothing'}: allowed are {' '.join(readers)}")
    return readers[ending](path, read_text(path))


def _table(path: Path, text: str) -> Iterator[Row]:
    """Rows count as a spreadsheet counts them: the header is row 1, also where a field has several lines."""
    if text.lstrip()[0] in "{[":
        raise ValueError(f"{path} looks like JSON: let its name end in .json or .jsonl")
    csv.field_size_limit(LONGEST_FIELD)  # the module refuses longer fields, 131,072 characters by default
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        header = next(reader)
        for number, fields in enumerate(reader, start=2):
            if not fields:
                continue  # an empty line
            if len(fields) != len(header):
                raise ValueError(
                    f"{path}, row {number}: {len(fields)} field(s), but the header has {len(header)}; "
                    "put quotation marks around a field that holds the separator"
                )
            yield f"{path}, row {number}", dict(zip(header, fields, strict=True))
    except csv.Error as error:
        raise ValueError(
            f"{path}, after row {number}: {error}; a quotation mark opens a field and never closes it, "
            'or stands inside one: write it twice, as in "a ""b"" c"'
        ) from error


def _objects(path: Path, text: str) -> Iterator[Row]:
    if text.lstrip()[0] != "[":
        yield from _lines(path, text)
        return
    for number, one in enumerate(parse(text, str(path)), start=1):
        yield _object(one, f"{path}, entry {number}")


def _lines(path: Path, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield _object(parse(line, where), where)


def _object(value: Any, where: str) -> Row:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: {shown(value)} is no JSON object: {{…}} is wanted, with names and values")
    return where, value


def parse(text: str, where: str) -> Any:
    """Return what JSON text holds. Raises ValueError if it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] not in ("{", "["):
            remedy = "a table's name ends in .csv or .tsv"
        elif error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated"):
            remedy = "the end is missing: copy the file again"
        else:
            remedy = "mend it there"
        place = f"line {error.lineno}, character {error.colno}"
        raise ValueError(f"{where} is not valid JSON ({error.msg}, {place}): {remedy}") from error
    except (RecursionError, ValueError) as error:  # brackets in brackets; a number of thousands of digits
        raise ValueError(f"{where} is not JSON that can be read ({error}): mend it") from error


def shown(value: Any) -> str:
    """Return a value as an error message shows it: in one short line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return repr(text if len(text) <= 40 else text[:39] + "…") if isinstance(value, str) else text[:40]


def field(row: dict, column: str, where: str) -> Any:
    """Return a field of a row. Raises ValueError, naming those that are there, if it is missing."""
    if column not in row:
        there = " ".join(map(str, row)) or "none"
        raise ValueError(f"{where}: there is no column {column!r}; there are: {there}")
    return row[column]


def text_field(row: dict, column: str, where: str) -> str:
    """Return a field that holds a text. Raises ValueError if it is missing, empty or something else."""
    value = field(row, column, where)
    if not isinstance(value, str):
        raise ValueError(f"{where}, column {column}: {shown(value)} is no text; put it in quotation marks")
    if not value.strip():
        raise ValueError(f"{where}, column {column}: the text is empty; fill it in or remove the row")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{where}, column {column}: character {error.start} is half a character (a surrogate); remove it"
        ) from error
    return value
