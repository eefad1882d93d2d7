"""Records of a task out of files, checked one by one, and divided into training, validation and test."""

import json
import math
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from jbert_lessons.data_files import field, parse, read_rows, read_text, shown, text_field
from jbert_lessons.task_base import Record
from jbert_lessons.tasks import TASKS, Task


class Columns(NamedTuple):
    """The names of columns; None lets the first row decide among the usual names."""

    text: str | None = None
    second: str | None = None
    label: str | None = None


USUAL = Columns(("text", "sentence", "sentence1"), ("sentence2", "second"), ("label", "labels", "score"))
USUAL_OF_PAIRS = USUAL._replace(text=("sentence1", "first", "text"))


def read_records(
    task: str, path: str | Path, columns: Columns | None = None, allowed: Collection[str] | None = None
) -> list[Record]:
    """Return the records of a file for a task, one of TASKS.

    ner reads .json, a list of {curid, text, entities: [{name, span, type}]}, and .jsonl with
    {text, entities: [[start, end, label]]} on each line; qa reads the .json of SQuAD, version 1.1 or 2.0.
    The other tasks read .csv, .tsv, .json and .jsonl; several labels of one text are a list, or parted
    by | in a table. With `allowed` any other label is an error.

    Raises ValueError, naming file, row and column, for whatever no record can have.
    """
    path = Path(path)
    if task in ("ner", "qa") and path.suffix.lower() not in (".json", ".jsonl")[: 1 if task == "qa" else 2]:
        form = "SQuAD's .json" if task == "qa" else ".json or .jsonl"
        raise ValueError(f"{path}: {task} is read from {form}, since a table has no place for spans")
    if task == "qa":
        records = list(_questions(path))
    elif task == "ner":
        records = [_sentence(row, where, allowed) for where, row in read_rows(path)]
    else:
        records = list(_texts(task, path, columns or Columns(), allowed))
    if not records:
        raise ValueError(f"{path} holds no examples: name another file")
    return records


def _texts(task: str, path: Path, columns: Columns, allowed: Collection[str] | None) -> Iterator[Record]:
    is_pair = TASKS[task].is_pair
    read: Callable = {"aspects": _label_set, "similarity": _number}.get(task, _label)
    usual = USUAL_OF_PAIRS if is_pair else USUAL
    chosen: list[str] = []
    for where, row in read_rows(path):
        chosen = chosen or [
            given or next((name for name in names if name in row), names[0])
            for given, names in zip(columns, usual, strict=True)
        ]
        text, second, label = chosen
        found = text_field(row, text, where)
        pair = text_field(row, second, where) if is_pair else None
        place = f"{where}, column {label}"
        value = read(field(row, label, where), place)
        _check(value if isinstance(value, tuple) else (value,), allowed, place)
        yield Record(found, value, pair, found, where)


def _check(labels: Iterable, allowed: Collection[str] | None, where: str) -> None:
    for label in labels:
        if allowed is not None and label not in allowed:
            names = ", ".join(sorted(allowed))
            raise ValueError(
                f"{where}: the label {shown(label)} is not in the training data, which has {names}; "
                "correct it or add examples of it"
            )


def _label(value: Any, where: str) -> str:
    if value is None or value == "":
        raise ValueError(f"{where}: the label is missing; fill it in or remove the row")
    if type(value) is int:
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: {shown(value)} is no label; a text or a whole number is wanted")
    return value.strip()


def _label_set(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in value.split("|") if part.strip()]
    if not isinstance(value, list):
        raise ValueError(f'{where}: {shown(value)} is no list of labels; ["a", "b"] is wanted, [] for none')
    return tuple(sorted({_label(label, where) for label in value}))


def _number(value: Any, where: str) -> float:
    if value is None or value == "":
        raise ValueError(f"{where}: the number is missing; fill it in or remove the row")
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{where}: {shown(value)} is no number; one such as 3.5 is wanted")
    return number


def _sentence(row: dict, where: str, allowed: Collection[str] | None) -> Record:
    text = text_field(row, "text", where)
    entities = field(row, "entities", where)
    if not isinstance(entities, list):
        raise ValueError(f"{where}, column entities: {shown(entities)} is no list; [] is wanted for none")
    spans = []
    for number, entity in enumerate(entities, start=1):
        place = f"{where}, entity {number}"
        start, end, label, name = _entity(entity, place)
        if not 0 <= start < end <= len(text):
            raise ValueError(
                f"{place}: {start} to {end} is no span of a text of {len(text)} characters; "
                "count from 0, the end behind the last character"
            )
        if name is not None and text[start:end] != name:
            raise ValueError(
                f"{place}: the name is {shown(name)}, but {shown(text[start:end])} stands at "
                f"{start} to {end}; correct one of them"
            )
        _check([label], allowed, place)
        spans.append((start, end, label))
    spans.sort()
    for (first, before, _), (second, end, _) in pairwise(spans):
        if second < before:
            raise ValueError(
                f"{where}: the entities {first} to {before} and {second} to {end} overlap; keep one"
            )
    page = row.get("curid")
    return Record(text, tuple(spans), group=text if page is None else f"page {page}", where=where)


def _entity(entity: Any, where: str) -> tuple[int, int, str, str | None]:
    name = None
    if isinstance(entity, dict):
        name, span, label = (field(entity, column, where) for column in ("name", "span", "type"))
        entity = [*span, label] if isinstance(span, list) else entity
    good = isinstance(entity, list) and len(entity) == 3
    if not good or type(entity[0]) is not int or type(entity[1]) is not int:
        raise ValueError(f"{where}: {shown(entity)} is no entity; [start, end, label] is wanted")
    return entity[0], entity[1], _label(entity[2], where), name


def _questions(path: Path) -> Iterator[Record]:
    text = read_text(path)
    values = parse(text, str(path))
    if not isinstance(values, dict) or not isinstance(values.get("data"), list):
        raise ValueError(f'{path} is not in the form of SQuAD: {{"data": […]}} is wanted')
    try:
        for article in values["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    where = f"{path}, question {asked.get('id', 'without id')}"
                    context = text_field(paragraph, "context", where)
                    group = str(article.get("title") or context)
                    question = text_field(asked, "question", where)
                    yield Record(context, _answers(asked, context, where), question, group, where)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is not in the form of SQuAD ({type(error).__name__}: {error}): "
            "data, paragraphs, qas and answers are wanted"
        ) from error


def _answers(asked: dict, context: str, where: str) -> tuple[tuple[int, str], ...]:
    if asked.get("is_impossible"):
        return ()
    found = []
    for answer in field(asked, "answers", where):
        text, start = text_field(answer, "text", where), field(answer, "answer_start", where)
        if type(start) is not int or start < 0 or not context.startswith(text, start):
            there = (
                shown(context[start : start + len(text)]) if type(start) is int and start >= 0 else "nothing"
            )
            raise ValueError(
                f"{where}: the answer {shown(text)} does not stand at answer_start {shown(start)}, {there} "
                "does; correct one of them"
            )
        found.append((start, text))
    return tuple(found)


def divide_records(records: Sequence[Record], shares: Sequence[float], seed: int) -> list[list[Record]]:
    """Divide records at random into as many parts as there are shares, which sum to 1; none is empty.

    Records of one group stay together. Raises ValueError if there are fewer groups than parts.
    """
    groups: dict[str, list[Record]] = {}
    for number, record in enumerate(records):
        groups.setdefault(record.group or f"record {number}", []).append(record)
    if len(groups) < len(shares):
        raise ValueError(
            f"{len(records)} record(s) of {len(groups)} different text(s) or page(s) cannot be divided into "
            f"{len(shares)} parts: add more, or name files with --valid and --test"
        )
    order = random.Random(seed).sample(sorted(groups), len(groups))
    parts: list[list[Record]] = [list(groups[name]) for name in order[: len(shares)]]
    for name in order[len(shares) :]:
        # To the part that lacks most of its share.
        lacking = [share * len(records) - len(part) for share, part in zip(shares, parts, strict=True)]
        parts[lacking.index(max(lacking))] += groups[name]
    return parts


def check_training(kind: type[Task], training: Sequence[Record]) -> None:
    """Raise ValueError if there is nothing to learn: every text has the same label, or none has any."""
    values = {json.dumps(record.label) for record in training}
    if kind.name in ("ner", "aspects", "qa") and not any(record.label for record in training):
        what = {"ner": "entity", "aspects": "label", "qa": "answer"}[kind.name]
        raise ValueError(f"no {what} in {len(training)} training examples: there is nothing to learn")
    if kind.name not in ("ner", "qa") and len(values) < 2:
        only = shown(training[0].label)
        raise ValueError(
            f"all {len(training)} training examples have the same label, {only}: at least two are needed"
        )
