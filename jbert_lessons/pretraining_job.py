"""The whole way from text files to a pretrained model in a folder: what `jbert pretrain` does."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import torch
from tqdm import tqdm

from jbert_lessons.batches import divide, hold_out, tokenize
from jbert_lessons.checkpoints import load_model, load_tokenizer, save_model
from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.devices import get_device, set_threads
from jbert_lessons.encoder import BertConfig
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.pretraining import Pretrainer, PretrainingOptions, check_saved_run
from jbert_lessons.pretraining_step import unigram_baselines
from jbert_lessons.processes import count, rank
from jbert_lessons.run_logs import check_logs, open_logs
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import train_vocabulary
from jbert_lessons.words import surfaces

# Documents of Minipedia for a run about some of its facts. A fact has to be met often before a small
# model knows it: the core facts are, in minutes; all of them would take hours. Reviews, which
# say much in few words, would be too rare among the others.
MINIPEDIA = {
    "core": ((20_000, {"subset": "core", "fact_share": 0.85}),),
    "all": (
        (45_000, {"fact_share": 0.8}),
        (2_500, {"subset": "core", "fact_share": 0.9}),
        (5_000, {"genre": "review"}),
    ),
}
# From reviews alone a model does not find out which words praise and which blame.
MINIPEDIA["everything"] = (*MINIPEDIA["all"], (30_000, {"genre": "comment"}))


# What a run does if nothing else is said: about the core facts, about all of them, on other text.
RECIPES = {
    "core": {"steps": 4_000, "batch_size": 32, "max_length": 32, "learning_rate": 2e-3, "vocab_size": 2_000},
    "all": {
        **{"steps": 60_000, "batch_size": 8, "max_length": 128, "short_length": 32},
        **{"learning_rate": 2e-3, "vocab_size": 8_000},
    },
    "text": {"minutes": 10.0, "batch_size": 16, "max_length": 64, "learning_rate": 1e-3, "vocab_size": 8_000},
}
RECIPES["everything"] = RECIPES["all"]


def recipe(corpus: str | Path | None, facts: str, **given) -> dict:
    """Return the recipe for a corpus, or for these facts of Minipedia, changed by all that is not None."""
    chosen = {name: value for name, value in given.items() if value is not None}
    usual = RECIPES["text" if corpus is not None else facts if facts in RECIPES else "core"]
    bounded = chosen.keys() & {"steps", "minutes"}
    kept = {name: value for name, value in usual.items() if not (bounded and name in ("steps", "minutes"))}
    return {**kept, **chosen}


def pretrain_on_text(
    out: str | Path,
    options: PretrainingOptions,
    *,
    corpus: str | Path | None = None,
    facts: str = "core",
    encoding: str = "utf-8",
    start_from: str | Path | None = None,
    preset: str = "tiny",
    vocab_size: int = 8_000,
    limit_alphabet: int | None = None,
    dropout: float = 0.0,
    held_out_share: float = 0.1,
    float16: bool = False,
    resume: bool = False,
    logs: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> dict:
    """Read a corpus, train a vocabulary and a model on it, write both to `out`.

    The corpus is a file or folder as `read_corpus` takes it, or None for Minipedia with the core `facts`
    or with "all" of them; whole documents are held out. Vocabulary, sizes and weights are those of the
    checkpoint `start_from` if one is named. With `float16` the model is written at half
    the size in the end. `logs` names what is kept beside log.jsonl: "tensorboard", "wandb". Processes
    that have joined (processes.py) train one model; the first of them says and writes everything.

    Returns the final reading on the held-out documents: mlm_loss, mlm_accuracy, nsp_accuracy,
    masked_tokens, and unigram_loss and unigram_entropy of the same masked tokens (all in nats).

    Raises ValueError or FileNotFoundError for a corpus that cannot be read or is too small, options
    that fit no run, a log whose package is missing, and a folder that holds another run.
    """
    check_logs(logs)
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file: name a folder for the model")
    has_run = (out / "training").exists()
    if has_run and not resume:
        raise ValueError(f"{out} holds a run already: add --resume to go on, or choose another folder")
    if resume and not has_run:
        raise ValueError(f"nothing to resume in {out}: start the run without --resume")
    if facts not in MINIPEDIA:
        raise ValueError(f"facts {facts!r}: allowed are {' '.join(MINIPEDIA)}")
    if not 0 < held_out_share < 1:
        raise ValueError(f"the held-out share must lie between 0 and 1, not {held_out_share}")
    sizes = {
        "max_position_embeddings": options.max_length,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
    }
    # 0.02 suits a hidden size of 768: the signal of a narrow layer would start out far weaker.
    hidden_size = BertConfig.preset(preset).hidden_size
    sizes["initializer_range"] = 0.02 * math.sqrt(768 / hidden_size)
    BertConfig.preset(preset, vocab_size=vocab_size, **sizes)  # before any work: are the sizes possible?
    device = get_device()
    threads = set_threads()

    if start_from is not None:
        model, tokenizer = load_model(start_from)
        config = model.config
        if config.max_position_embeddings < options.max_length:
            raise ValueError(
                f"the model in {start_from} reads at most {config.max_position_embeddings} tokens, "
                f"not {options.max_length}: choose a smaller max_length"
            )
    elif resume:
        tokenizer = load_tokenizer(out)
        config = BertConfig.preset(preset, vocab_size=len(tokenizer.vocabulary), **sizes)
    if resume:  # before the corpus is read, which may take long
        check_saved_run(out, {"options": asdict(options), "config": config.to_dict()})
    training, held_out = read_documents(corpus, facts, encoding, held_out_share, options.seed)
    if start_from is None and not resume:
        if limit_alphabet is None and corpus is not None:
            limit_alphabet = vocab_size // 4  # room for pieces; Minipedia's characters are few
        words = count_words(training)
        tokenizer = Tokenizer(train_vocabulary(words, vocab_size, limit_alphabet=limit_alphabet))
        config = BertConfig.preset(preset, vocab_size=len(tokenizer.vocabulary), **sizes)
    if start_from is None:
        model = BertForPreTraining(config, torch.Generator().manual_seed(options.seed))
        model.bert.embeddings.start_with_sinusoids(config.initializer_range)
    model = model.to(device)
    tokenized = tokenize(training, tokenizer)
    trainer = Pretrainer(model, tokenizer, tokenized, tokenize(held_out, tokenizer), options, out)
    first = rank() == 0
    say = say if first else lambda _: None
    say(
        f"{len(training):,} documents to train on, {len(held_out):,} held out; "
        f"{sum(len(s) for d in tokenized for s in d):,} tokens, {len(tokenizer.vocabulary):,} pieces, "
        f"{sum(p.numel() for p in model.parameters()):,} parameters; "
        f"{count()} process(es) on {device}, {threads} thread(s), "
        f"{'bfloat16' if trainer.bfloat16 else 'float32'}"
    )
    if resume:
        step = trainer.resume()
        say(f"resumed at step {step:,}")
    baselines = unigram_baselines(tokenized, trainer.held_out, config.vocab_size)
    settings = {**trainer.run["options"], **trainer.run["config"]}
    opened = open_logs(logs, out, trainer.position["step"], settings) if first else nullcontext()
    with opened as report:
        result = {**trainer.train(report), **baselines}
    source = f"Minipedia ({facts} facts)" if corpus is None else Path(corpus).name
    card = model_card(source, preset, options, result, trainer.position)
    if first:
        save_model(out, model, tokenizer, card, torch.float16 if float16 else torch.float32)
    return result


def read_documents(corpus, facts: str, encoding: str, held_out_share: float, seed: int) -> tuple[list, list]:
    """Return training and held-out documents, each a list of sentences."""
    if corpus is None:
        return minipedia(facts, "train", seed), minipedia(facts, "valid", seed, held_out_share)
    bar = tqdm(read_corpus(corpus, encoding), desc="reading", unit=" documents", disable=None, delay=2)
    documents = divide([document.sentences for document in bar])
    training, held_out = hold_out(documents, held_out_share, seed)
    # Another edition of a held-out work may be in the training text: its sentences are no test.
    seen = {sentence for document in training for sentence in document}
    unseen = [[s for s in document if s not in seen] for document in held_out]
    enough = sum(len(document) > 1 for document in unseen) > 1
    return training, unseen if enough else held_out


def minipedia(facts: str, split: str, seed: int, share: float = 1.0, **options) -> list[list[str]]:
    """Return a share of the documents of Minipedia for a run about these facts, as lists of sentences."""
    parts = [(round(n * share), {**choice, **options}) for n, choice in MINIPEDIA[facts]]
    documents = chain.from_iterable(generate(n, seed, split, **choice) for n, choice in parts)
    total = sum(n for n, _ in parts)
    bar = tqdm(documents, desc="generating", total=total, unit=" documents", disable=None, delay=2)
    return [[sentence.text for sentence in document.sentences] for document in bar]


def count_words(documents: list) -> Counter[str]:
    """Count MeCab's words in documents of sentences."""
    counts: Counter[str] = Counter()
    for document in tqdm(documents, desc="counting words", unit=" documents", disable=None, delay=2):
        for sentence in document:
            counts.update(surfaces(sentence))
    return counts


def model_card(source: str, preset: str, options: PretrainingOptions, result: dict, position: dict) -> str:
    """Return the README.md of a checkpoint: data, recipe, figures, limits."""
    lines = [
        "---",
        "language: ja",
        "library_name: transformers",
        "---",
        f"# A Japanese BERT ({preset})",
        "",
        f"Pretrained with jbert-lessons on {source}: "
        f"{position['step']:,} steps of {options.batch_size} sentence pairs, {position['tokens']:,} tokens, "
        f"masking {options.mask_rate:.0%}, learning rate {options.learning_rate}, seed {options.seed}.",
        "",
        "On held-out documents (losses in nats per masked token):",
        "",
        *(f"- {name.replace('_', ' ')}: {value:.4g}" for name, value in result.items()),
        "",
        "A model for learning how BERT works: far too small and too briefly trained for real use.",
        "",
    ]
    return "\n".join(lines)
