"""The checkpoint that ships with the package is what its card says."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
import transformers
from typer.main import get_command

from jbert_lessons.batches import BatchMaker, tokenize
from jbert_lessons.checkpoints import SHIPPED, load_pretrained
from jbert_lessons.cli import app
from jbert_lessons.corpora.minipedia.probes import fact_probes
from jbert_lessons.filling import answer_rank, fill_masks
from jbert_lessons.pretraining_job import minipedia
from jbert_lessons.pretraining_step import evaluate


@pytest.fixture(scope="module")
def shipped():
    return load_pretrained("minipedia")


def test_its_figures_hold_on_documents_never_trained_on(shipped):
    model, tokenizer = shipped
    maker = BatchMaker(tokenizer, batch_size=32, max_length=model.config.max_position_embeddings)
    documents = tokenize(minipedia("all", "test", seed=123, share=0.015), tokenizer)
    generator = torch.Generator().manual_seed(0)
    batches = [maker.batch(pairs, generator) for pairs in maker.epoch(documents, random.Random(0))]
    result = evaluate(model, batches)
    assert result["mlm_accuracy"] > 0.86
    assert result["nsp_accuracy"] > 0.95


def test_it_knows_the_core_facts(shipped):
    ranks = [answer_rank(*shipped, probe) for probe in fact_probes(subset="core")]
    assert sum(rank == 1 for rank in ranks) / len(ranks) > 0.95


def test_it_knows_half_of_all_facts(shipped):
    probes = list(fact_probes())[::20]
    assert sum(answer_rank(*shipped, probe) == 1 for probe in probes) > len(probes) / 2


def test_it_knows_some_capitals(shipped):
    for country, capital in (("フランス", "パリ"), ("イタリア", "ローマ"), ("ドイツ", "ベルリン")):
        [[best]] = fill_masks(*shipped, f"{country}の首都は[MASK]である。", best=1)
        assert best.token == capital


def test_the_library_loads_it():
    theirs = transformers.BertForPreTraining.from_pretrained(SHIPPED / "minipedia", dtype=torch.float32)
    ours, tokenizer = load_pretrained("minipedia")
    ids = torch.tensor([tokenizer.encode("パリはフランスの首都である。").ids])
    expected = theirs.eval()(ids).prediction_logits
    torch.testing.assert_close(ours(ids).mlm_logits, expected, rtol=1e-5, atol=1e-5)


def test_it_is_small():
    size = sum(path.stat().st_size for path in Path(SHIPPED).rglob("*") if path.is_file())
    assert size < 10_000_000


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_the_script_that_makes_it_gives_options_that_exist(tmp_path):
    for name in ("jbert", "torchrun"):  # what says only how it was called
        (tmp_path / name).write_text('#!/bin/sh\necho "$@"\n')
        (tmp_path / name).chmod(0o755)
    script = Path(__file__).parents[1] / "benchmarks" / "shipped_checkpoint.sh"
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", str(script), str(tmp_path / "out")]
    calls = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    pretrain = get_command(app).commands["pretrain"]
    for number, call in enumerate(calls.splitlines(), 1):
        options = call.partition("pretrain ")[2] or call.partition("jbert_lessons.pretraining ")[2]
        assert str(pretrain.make_context("pretrain", options.split()).params["out"]).endswith(f"out/{number}")
    assert number == 5


def test_unknown_name():
    with pytest.raises(
        ValueError, match="no checkpoint 'gpt' ships with the package: choose one of minipedia"
    ):
        load_pretrained("gpt")
