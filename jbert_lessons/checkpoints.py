"""Checkpoints: models on disk in the form that transformers reads, and the state of a training run.

Only JSON, text and safetensors are read or written; none of them can run code. Every file is written
beside its target and renamed, so that an interrupted write leaves the old file as it was.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from jbert_lessons.encoder import Bert, BertConfig
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.tokenizer import Tokenizer

SHIPPED = Path(__file__).parent / "pretrained"

# Our names of parameters, and how transformers calls the same ones.
NAMES = (
    ("embeddings.token.", "embeddings.word_embeddings."),
    ("embeddings.position.", "embeddings.position_embeddings."),
    ("embeddings.segment.", "embeddings.token_type_embeddings."),
    ("embeddings.norm.", "embeddings.LayerNorm."),
    ("layers.", "encoder.layer."),
    (".attention.query.", ".attention.self.query."),
    (".attention.key.", ".attention.self.key."),
    (".attention.value.", ".attention.self.value."),
    (".attention.output.", ".attention.output.dense."),
    (".attention_norm.", ".attention.output.LayerNorm."),
    (".feed_forward.widen.", ".intermediate.dense."),
    (".feed_forward.narrow.", ".output.dense."),
    (".feed_forward_norm.", ".output.LayerNorm."),
    ("mlm_head.dense.", "cls.predictions.transform.dense."),
    ("mlm_head.norm.", "cls.predictions.transform.LayerNorm."),
    ("mlm_head.bias", "cls.predictions.bias"),
    ("nsp_head.", "cls.seq_relationship."),
)
# transformers keeps second names for the shared token table and output bias.
SHARED = {
    "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
    "cls.predictions.decoder.bias": "cls.predictions.bias",
}


def their_name(name: str) -> str:
    """Return the name in transformers of the parameter that we call `name`."""
    for ours, theirs in NAMES:
        name = name.replace(ours, theirs)
    return name


def to_transformers(model: Bert | BertForPreTraining) -> nn.Module:
    """Return the `BertModel` or `BertForPreTraining` of transformers with a copy of our weights."""
    import transformers

    kind = transformers.BertModel if isinstance(model, Bert) else transformers.BertForPreTraining
    theirs = kind(transformers.BertConfig(**model.config.to_dict()))
    weights = {their_name(name): value for name, value in model.state_dict().items()}
    if isinstance(model, BertForPreTraining):
        weights.update({second: weights[first] for second, first in SHARED.items()})
    theirs.load_state_dict(weights)
    return theirs.train(model.training)


def from_transformers(theirs: nn.Module) -> Bert | BertForPreTraining:
    """Return our model with a copy of the weights of a `BertModel` or `BertForPreTraining`.

    Raises ValueError for any other model.
    """
    kinds = {"BertModel": Bert, "BertForPreTraining": BertForPreTraining}
    name = type(theirs).__name__
    if name not in kinds:
        raise ValueError(f"cannot convert a {name}: only {' and '.join(kinds)}")
    model = kinds[name](BertConfig.from_dict(theirs.config.to_dict()))
    weights = theirs.state_dict()
    model.load_state_dict({key: weights[their_name(key)] for key in model.state_dict()})
    return model.train(theirs.training)


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, force it onto the disk, then put it in place of `path`."""
    partial = path.with_name(path.name + ".partial")
    try:
        write(partial)
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_json(path: Path, values: object) -> None:
    """Write `values` as JSON, in place of what `path` held."""
    text = json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    write_file(path, lambda partial: partial.write_text(text, encoding="utf-8", newline="\n"))


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, in place of what `path` held; OSError if the disk is full."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    try:
        write_file(path, lambda partial: save_file(tensors, partial, metadata={"format": "pt"}))
    except SafetensorError as error:
        raise OSError(f"cannot write {path} ({error}): make room there, or name another folder") from error


def read_json(path: Path) -> dict:
    """Read a JSON object; ValueError if the file is missing or holds none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing: name a folder that holds a whole checkpoint") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not valid JSON ({error}): copy the checkpoint again") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} holds no JSON object: copy the checkpoint again")
    return values


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file; ValueError if it is missing, truncated or something else."""
    if not path.is_file():
        raise ValueError(f"{path} is missing: name a folder that holds a whole checkpoint")
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}): copy the checkpoint again") from error


def save_model(
    folder: str | Path,
    model: BertForPreTraining,
    tokenizer: Tokenizer,
    card: str = "",
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write config.json, vocab.txt, tokenizer_config.json, README.md and model.safetensors into `folder`.

    transformers loads the folder with `BertForPreTraining.from_pretrained` and
    `BertJapaneseTokenizer.from_pretrained`.
    """
    config = {"model_type": "bert", "architectures": ["BertForPreTraining"], **model.config.to_dict()}
    config["dtype"] = str(dtype).removeprefix("torch.")
    weights = {their_name(name): value.to(dtype) for name, value in model.state_dict().items()}
    write_checkpoint(Path(folder), config, tokenizer, model.config.max_position_embeddings, card, weights)


def write_checkpoint(
    folder: Path,
    config: dict,
    tokenizer: Tokenizer,
    max_length: int,
    card: str,
    weights: Mapping[str, Tensor],
) -> None:
    """Write the files of a checkpoint, those of the weights last; `max_length` is the longest text's."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config)
    write_file(folder / "vocab.txt", tokenizer.save)
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "BertJapaneseTokenizer",
            "word_tokenizer_type": "mecab",
            "mecab_kwargs": {"mecab_dic": "unidic_lite"},
            "subword_tokenizer_type": "wordpiece" if tokenizer.mode == "word" else "character",
            "do_lower_case": False,
            "model_max_length": max_length,
        },
    )
    card = card or "# A Japanese BERT\n\nTrained with jbert-lessons.\n"
    write_file(folder / "README.md", lambda partial: partial.write_text(card, encoding="utf-8", newline="\n"))
    write_tensors(folder / "model.safetensors", weights)


def load_tokenizer(folder: str | Path) -> Tokenizer:
    """Load the tokenizer of a checkpoint. Raises ValueError if vocab.txt is missing or no vocabulary."""
    path = Path(folder) / "vocab.txt"
    if not path.is_file():
        raise ValueError(f"{path} is missing: name a folder that holds a whole checkpoint")
    config_path = path.with_name("tokenizer_config.json")
    values = read_json(config_path) if config_path.is_file() else {}
    mode = "character" if values.get("subword_tokenizer_type") == "character" else "word"
    try:
        return Tokenizer.from_file(path, mode)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not valid UTF-8: copy the checkpoint again") from error


def load_model(folder: str | Path) -> tuple[BertForPreTraining, Tokenizer]:
    """Load a checkpoint, ours or one of transformers, in float32 and evaluation mode.

    Raises ValueError if a file is missing or damaged, the model is no BERT with pretraining heads,
    or vocabulary and weights do not fit the configuration.
    """
    folder = Path(folder)
    _, config, tokenizer = read_settings(folder)
    model = BertForPreTraining(config)
    fill(model, read_tensors(folder / "model.safetensors"), folder)
    return model.eval(), tokenizer


def read_settings(folder: Path) -> tuple[dict, BertConfig, Tokenizer]:
    """Read all of a checkpoint but its weights; the first part of the result is config.json.

    Raises ValueError as `load_model` does.
    """
    values = read_json(folder / "config.json")
    if values.get("model_type") != "bert":
        raise ValueError(f"{folder} holds a model of type {values.get('model_type')!r}, not 'bert'")
    config = BertConfig.from_dict(values)
    tokenizer = load_tokenizer(folder)
    if len(tokenizer.vocabulary) != config.vocab_size:
        raise ValueError(
            f"{folder / 'vocab.txt'} has {len(tokenizer.vocabulary):,} tokens, but config.json says "
            f"vocab_size {config.vocab_size:,}: the files belong to different checkpoints"
        )
    return values, config, tokenizer


def fill(model: nn.Module, weights: Mapping[str, Tensor], folder: Path, prefix: str = "") -> None:
    """Copy into `model` the weights of a checkpoint, whose names there begin with `prefix`.

    Raises ValueError if one is missing or has another shape.
    """
    for name, parameter in model.state_dict().items():
        their = prefix + their_name(name)
        value = weights.get(their)
        if value is None:
            raise ValueError(f"model.safetensors in {folder} lacks {their}: it is no such model")
        if value.shape != parameter.shape:
            raise ValueError(
                f"{their} in {folder} has shape {tuple(value.shape)}, but config.json asks for "
                f"{tuple(parameter.shape)}: the files belong to different checkpoints"
            )
        parameter.copy_(value)


def load_pretrained(name: str = "minipedia") -> tuple[BertForPreTraining, Tokenizer]:
    """Load a checkpoint that ships with the package, as `load_model` does. ValueError for another name."""
    names = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
    if name not in names:
        raise ValueError(f"no checkpoint {name!r} ships with the package: choose one of {', '.join(names)}")
    return load_model(SHIPPED / name)


def save_state(folder: Path, step: int, tensors: Mapping[str, Tensor], values: dict, keep: int = 2) -> None:
    """Save the state of a run at `step` below `folder`, and remove all but the newest `keep` states."""
    target = folder / f"step-{step:08d}"
    partial = folder / f"{target.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        write_tensors(partial / "state.safetensors", tensors)
        write_json(partial / "state.json", values)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    for old in sorted(folder.glob("step-*[0-9]"))[:-keep]:
        shutil.rmtree(old, ignore_errors=True)


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict] | None:
    """Return tensors and values of the newest state that can be read, None if there is none."""
    for state in sorted(folder.glob("step-*[0-9]"), reverse=True):
        try:
            return read_tensors(state / "state.safetensors"), read_json(state / "state.json")
        except ValueError:
            continue  # damaged, by a full disk for example: the one before it is whole
    return None
