"""Fine-tuned models on disk, in the form that transformers reads.

Heads keep the names that they have in transformers (`classifier`, `qa_outputs`). Models that label tokens
have no pooler on disk; loaded here they get one of zeros, which nothing reads.
"""

import os
import shutil
from pathlib import Path

import torch
from torch import Tensor

from jbert_lessons.checkpoints import (
    fill,
    read_json,
    read_settings,
    read_tensors,
    their_name,
    write_checkpoint,
    write_tensors,
)
from jbert_lessons.classification import PROBLEMS, BertForSequenceClassification
from jbert_lessons.encoder import Bert
from jbert_lessons.ner import BertForTokenClassification
from jbert_lessons.qa import BertForQuestionAnswering
from jbert_lessons.tokenizer import Tokenizer

KINDS = {
    kind.__name__: kind
    for kind in (BertForSequenceClassification, BertForTokenClassification, BertForQuestionAnswering)
}
POOLER = "bert.pooler."
TaskModel = BertForSequenceClassification | BertForTokenClassification | BertForQuestionAnswering


def save_task_model(
    folder: str | Path,
    model: TaskModel,
    tokenizer: Tokenizer,
    labels: list[str],
    card: str = "",
    *,
    task: str = "",
    max_length: int | None = None,
) -> None:
    """Write a fine-tuned model into `folder`, all of it or, if that fails, nothing.

    `labels` name the outputs of the model, in order. transformers loads the folder with the
    `from_pretrained` of the class of the same name. `task`, one of tasks.TASKS, and `max_length`, how
    many tokens of a text were read in training, tell `jbert predict` how to read. Raises ValueError if
    the labels are not as many as the outputs, or if `folder` holds a file.
    """
    folder = Path(folder)
    head = getattr(model, "classifier", None) or model.qa_outputs
    if len(labels) != head.out_features or len(set(labels)) != len(labels):
        raise ValueError(f"{head.out_features} different labels are wanted, not {' '.join(labels) or 'none'}")
    check_folder(folder)
    config = {
        "model_type": "bert",
        "architectures": [type(model).__name__],
        **model.config.to_dict(),
        "dtype": "float32",
        "id2label": {str(i): label for i, label in enumerate(labels)},
        "label2id": {label: i for i, label in enumerate(labels)},
    }
    if isinstance(model, BertForSequenceClassification):
        config["problem_type"] = model.problem_type
    if task:
        config["jbert_task"] = task
    longest = max_length or model.config.max_position_embeddings
    partial = folder.absolute().with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        card = card or f"# A Japanese BERT for {task or 'a task'}\n\nFine-tuned with jbert-lessons.\n"
        write_checkpoint(partial, config, tokenizer, longest, card, weights_of(model))
        if folder.is_dir():
            folder.rmdir()  # an empty one: only POSIX renames onto it
        os.rename(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def check_folder(folder: Path) -> None:
    """Raise ValueError unless a model can be written into `folder` without touching another file."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder for the model")
    if (folder / "model.safetensors").exists():
        raise ValueError(f"{folder} holds a model already: choose another folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"{folder} holds files already: choose another folder")


def save_weights(folder: str | Path, model: TaskModel) -> None:
    """Put the weights of `model` in place of those that `save_task_model` wrote for it."""
    write_tensors(Path(folder) / "model.safetensors", weights_of(model))


def weights_of(model: TaskModel) -> dict[str, Tensor]:
    """Return the weights under the names and without those that transformers does without."""
    weights = {their_name(name): value.float() for name, value in model.state_dict().items()}
    if isinstance(model, BertForSequenceClassification):
        return weights
    return {name: value for name, value in weights.items() if not name.startswith(POOLER)}


def load_task_model(folder: str | Path) -> tuple[TaskModel, Tokenizer, list[str]]:
    """Load a fine-tuned model, ours or one of transformers, in float32 and evaluation mode, with its labels.

    Raises ValueError if a file is missing or damaged, or the model is none for a task.
    """
    folder = Path(folder)
    values, config, tokenizer = read_settings(folder)
    name = (values.get("architectures") or ["model without a name"])[0]
    if name not in KINDS:
        raise ValueError(
            f"{folder} holds a {name}, which is not fine-tuned for a task: "
            f"jbert finetune TASK --model {folder} --out FOLDER makes such a model from it"
        )
    weights = read_tensors(folder / "model.safetensors")
    labels = _labels(values, weights, folder)
    if name == "BertForSequenceClassification":
        problem = values.get("problem_type") or PROBLEMS[2 if len(labels) == 1 else 0]
        model = BertForSequenceClassification(config, len(labels), problem)
    elif name == "BertForTokenClassification":
        model = BertForTokenClassification(config, len(labels))
    else:
        model = BertForQuestionAnswering(config)
    fill(model, {**_pooler_of_zeros(model), **weights}, folder)
    return model.eval(), tokenizer, labels


def _pooler_of_zeros(model: TaskModel) -> dict[str, Tensor]:
    if isinstance(model, BertForSequenceClassification):
        return {}
    zeros = {name: torch.zeros_like(value) for name, value in model.state_dict().items()}
    return {name: value for name, value in zeros.items() if name.startswith(POOLER)}


def _labels(values: dict, weights: dict[str, Tensor], folder: Path) -> list[str]:
    """Return the names of the outputs; transformers writes none where they are called LABEL_0 and so on."""
    head = weights.get("classifier.bias", weights.get("qa_outputs.bias"))
    if head is None:
        raise ValueError(f"model.safetensors in {folder} lacks the head of a task: it is no such model")
    names = values.get("id2label") or {str(i): f"LABEL_{i}" for i in range(len(head))}
    if not isinstance(names, dict) or set(names) != {str(i) for i in range(len(head))}:
        raise ValueError(f"id2label in {folder / 'config.json'} must name the outputs 0 to {len(head) - 1}")
    return [str(names[str(i)]) for i in range(len(head))]


def load_encoder(folder: str | Path, generator: torch.Generator | None = None) -> tuple[Bert, Tokenizer, str]:
    """Load the encoder of any BERT checkpoint; also return what kind of model it belonged to.

    A pooler that the checkpoint lacks, since a model for tokens has none, is drawn from `generator`.
    Raises ValueError as load_model does.
    """
    folder = Path(folder)
    values, config, tokenizer = read_settings(folder)
    weights = read_tensors(folder / "model.safetensors")
    prefix = "bert." if any(name.startswith("bert.") for name in weights) else ""
    bert = Bert(config, generator)
    if f"{prefix}pooler.dense.weight" not in weights:
        weights |= {f"{prefix}pooler.{name}": value for name, value in bert.pooler.state_dict().items()}
    fill(bert, weights, folder, prefix)
    return bert.eval(), tokenizer, (values.get("architectures") or ["BERT"])[0]


def reading_of(folder: str | Path) -> tuple[str | None, int]:
    """Return the task that a fine-tuned model says it is for, if it does, and how many tokens it reads."""
    folder = Path(folder)
    values = read_json(folder / "config.json")
    longest = values.get("max_position_embeddings", 512)
    path = folder / "tokenizer_config.json"
    said = read_json(path).get("model_max_length") if path.is_file() else None
    # transformers writes a number of 31 digits where it knows no limit.
    return values.get("jbert_task"), min(said, longest) if isinstance(said, int) and said > 2 else longest
