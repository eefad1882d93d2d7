"""Predictions for lines of text, as many as there are: what `jbert predict` does."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from jbert_lessons.classification import BertForSequenceClassification
from jbert_lessons.data_files import parse, text_field
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.finetuning_run import inputs
from jbert_lessons.ner import OUTSIDE, BertForTokenClassification
from jbert_lessons.task_base import Record, Task
from jbert_lessons.task_checkpoints import TaskModel, load_task_model, reading_of
from jbert_lessons.tasks import TASKS

# What is read before the model runs: enough to sort texts by length, little enough for any memory.
CHUNK_BATCHES, CHUNK_CHARACTERS = 16, 1_000_000


def predict_lines(
    folder: str | Path, lines: Iterable[bytes], name: str = "standard input", batch_size: int = 32
) -> Iterator[dict]:
    """Yield for each line what the fine-tuned model in `folder` says of it, in order, chunk by chunk.

    A line is a text; for a task about two texts both, a tab between them; for qa a question, a tab and
    a context, or a JSON object with `question` and `context`. Ends of texts that the model has no room
    for are marked as truncated, except that ner and qa read them all. An empty line gives an error in its
    place. `name` is what error messages call the source of the lines.

    Raises ValueError for a model of no task, a line that is not in UTF-8 or not in this form.
    """
    set_threads()
    model, tokenizer, labels = load_task_model(folder)
    model = model.to(get_device())
    said, max_length = reading_of(folder)
    texts = decoded(lines, name)
    first = next(texts, None)
    if first is None:
        return
    kind = TASKS[said] if said in TASKS else guessed_task(model, first[1])
    check_labels(model, labels, folder)
    job = kind(tokenizer, max_length, labels)
    for chunk in chunks(chain([first], texts), CHUNK_BATCHES * batch_size):
        yield from _predictions(job, model, [record_of(job, *line) for line in chunk], batch_size)


def _predictions(
    job: Task, model: TaskModel, records: list[Record | None], batch_size: int
) -> Iterator[dict]:
    filled = [record for record in records if record is not None]
    windows = job.windows(filled)
    found = zip(filled, windows, job.logits(model, windows, batch_size), strict=True)
    for record in records:
        if record is None:
            yield {"text": "", "error": "the line is empty"}
            continue
        one = next(found)
        cut = {"truncated": True} if job.is_cut(*one[:2]) else {}
        yield {**inputs(job, record), **job.entry(*one), **cut}


def decoded(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, str]]:
    """Yield each line without its end, after what error messages call it."""
    for number, line in enumerate(lines, start=1):
        where = f"{name}, line {number}"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{where} is not valid UTF-8 at byte {error.start}: it is no text, or in another encoding; "
                "save it as UTF-8"
            ) from error
        yield where, text.removesuffix("\n").removesuffix("\r")


def chunks(lines: Iterable[tuple[str, str]], most: int) -> Iterator[list[tuple[str, str]]]:
    """Group lines, at most `most` together, and fewer if they are long."""
    chunk: list[tuple[str, str]] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line[1])
        if len(chunk) >= most or size >= CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def record_of(job: Task, where: str, line: str) -> Record | None:
    """Return the record that a line holds, None if it is empty. Raises ValueError for another form."""
    if not line.strip():
        return None
    if not job.is_pair:
        return Record(line, where=where)
    if job.name == "qa" and line.lstrip().startswith("{"):
        row = parse(line, where)
        return Record(
            text_field(row, "context", where), None, text_field(row, "question", where), where=where
        )
    parts = line.split("\t")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        wanted = "a question and a context" if job.name == "qa" else "two texts"
        raise ValueError(f"{where}: the model reads {wanted} with one tab between them; write them so")
    first, second = parts
    if job.name == "qa":
        return Record(second, None, first, where=where)
    return Record(first, None, second, where=where)


def guessed_task(model: TaskModel, line: str) -> type[Task]:
    """Return the task of a model that was not made here: its head tells, and for one label the first line."""
    if isinstance(model, BertForTokenClassification):
        return TASKS["ner"]
    if not isinstance(model, BertForSequenceClassification):
        return TASKS["qa"]
    if model.problem_type == "single_label_classification":
        return TASKS["pairs" if "\t" in line else "sentiment"]
    return TASKS["similarity" if model.problem_type == "regression" else "aspects"]


def check_labels(model: TaskModel, labels: list[str], folder: str | Path) -> None:
    """Raise ValueError if a model for tokens has other labels than O, B-… and I-…."""
    if not isinstance(model, BertForTokenClassification):
        return
    other = [label for label in labels if label != OUTSIDE and label[:2] not in ("B-", "I-")]
    if OUTSIDE not in labels or other:
        raise ValueError(
            f"the model in {folder} has the labels {', '.join(labels)}: "
            "only O, B-… and I-… are read as entities"
        )
