"""From a file to a model in a folder: what is written, what is said, and what an interruption leaves."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
import transformers
from typer.testing import CliRunner

from jbert_lessons.checkpoints import save_model
from jbert_lessons.cli import app
from jbert_lessons.finetuning import FinetuningOptions
from jbert_lessons.finetuning_job import finetune_on_records, read_data, usual_epochs
from jbert_lessons.finetuning_run import FinetuningRun
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.task_checkpoints import load_task_model
from jbert_lessons.tasks import TASKS

FILES = {
    *("README.md", "config.json", "log.jsonl", "model.safetensors", "predictions.jsonl"),
    *("scores.json", "tokenizer_config.json", "vocab.txt"),
}


def jbert(*arguments):
    """Run the command; returns exit status, standard output, standard error."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def start(tmp_path, small_config, tokenizer):
    folder = tmp_path / "start"
    save_model(folder, BertForPreTraining(small_config, torch.Generator().manual_seed(0)), tokenizer)
    return folder


@pytest.fixture
def table(tmp_path):
    """Sixty texts that a word tells apart."""
    places, animals = ("東京", "京都", "北海道", "富士山"), ("猫", "犬", "魚")
    rows = [f"{place}は{n}番です。,場所" for place in places for n in range(8)]
    rows += [f"{animal}が{n}回います。,動物" for animal in animals for n in range(10)]
    path = tmp_path / "表.csv"
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_table_becomes_a_model(start, table, tmp_path):
    out = tmp_path / "out"
    status, output, errors = jbert(
        *("finetune", "topic", "--model", start, "--data", table, "--out", out),
        *("--epochs", 6, "--learning-rate", 0.005, "--batch-size", 8),
    )
    assert status == 0 and not errors
    assert {path.name for path in out.iterdir()} == FILES
    words = " ".join(output.split())
    assert "50 examples to train on, 6 to choose the epoch, 6 to test" in words
    assert "True labels, and what they were taken for" in words and "jbert predict --model" in words
    assert "cut off" not in words

    log = read_lines(out / "log.jsonl")
    assert [entry["epoch"] for entry in log] == list(range(1, len(log) + 1))
    assert all(entry.keys() == {"epoch", "loss", "score"} for entry in log)
    scores = json.loads((out / "scores.json").read_text(encoding="utf-8"))
    assert scores["validation"] == max(entry["score"] for entry in log) == 1.0
    assert scores["test"]["accuracy"] == 1.0 > scores["majority"]["accuracy"]
    assert scores["table"]["header"] == ["true", "動物", "場所", "F1"]
    predictions = read_lines(out / "predictions.jsonl")
    assert len(predictions) == 6 and all(one["label"] == one["true"] for one in predictions)
    theirs = transformers.BertForSequenceClassification.from_pretrained(out)
    assert theirs.config.id2label == {0: "動物", 1: "場所"}
    assert "accuracy: 1" in (out / "README.md").read_text(encoding="utf-8")


def test_two_runs_of_a_seed_are_equal(start, table, tmp_path):
    options = {"model": start, "data": table, "epochs": 2, "say": lambda line: None}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        finetune_on_records(tmp_path / name, "sentiment", seed=seed, **options)
    a, b, c = ((tmp_path / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("task", TASKS)
def test_every_task_on_minipedia(task, start, tmp_path):
    out = tmp_path / "out"
    status, output, errors = jbert(
        *("finetune", task, "--out", out, "--model", start, "--examples", 12, "--epochs", 1)
    )
    assert status == 0, errors
    assert {path.name for path in out.iterdir()} == FILES
    assert "12 examples to train on, 100 to choose the epoch, 300 to test" in " ".join(output.split())
    assert len(read_lines(out / "predictions.jsonl")) == 300
    assert load_task_model(out)[2]


def test_the_shipped_model_learns_names(tmp_path):
    status, _, errors = jbert("finetune", "ner", "--out", tmp_path / "out", "--examples", 100, "--epochs", 8)
    assert status == 0, errors
    scores = json.loads((tmp_path / "out" / "scores.json").read_text(encoding="utf-8"))
    assert scores["test"]["entity_f1"] > 0.3 and scores["majority"]["entity_f1"] == 0


def test_random_weights_are_not_the_checkpoint(start, table, tmp_path):
    options = {"model": start, "data": table, "epochs": 1, "learning_rate": 1e-9, "say": lambda line: None}
    finetune_on_records(tmp_path / "a", "topic", **options)
    finetune_on_records(tmp_path / "b", "topic", from_random_weights=True, **options)
    pretrained = transformers.BertForPreTraining.from_pretrained(start).bert.embeddings.word_embeddings.weight
    found = [load_task_model(tmp_path / name)[0].bert.embeddings.token.weight for name in "ab"]
    torch.testing.assert_close(found[0], pretrained, atol=1e-5, rtol=0)
    assert (found[1] - pretrained).abs().mean() > 0.01


def test_a_fine_tuned_model_can_start_another_task(start, table, tmp_path):
    status, _, errors = jbert(
        *("finetune", "ner", "--model", start, "--out", tmp_path / "ner", "--examples", 8, "--epochs", 1)
    )
    assert status == 0, errors
    status, output, _ = jbert(
        *("finetune", "topic", "--model", tmp_path / "ner", "--data", table),
        *("--out", tmp_path / "topic", "--epochs", 1),
    )
    assert status == 0
    assert "is a BertForTokenClassification: its encoder is taken, the head is new" in " ".join(
        output.split()
    )


def test_files_for_validation_and_test(start, table, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("text,label\n猫がいます。,動物\n", encoding="utf-8")
    kind = TASKS["topic"]
    found = read_data(kind, table, other, other)
    assert [len(part) for part in (found.training, found.valid, found.test)] == [62, 1, 1]
    found = read_data(kind, table, test=other)
    assert [len(part) for part in (found.training, found.valid, found.test)] == [56, 6, 1]
    found = read_data(kind, table, test=other, examples=10)
    assert len(found.training) == 10 and found.labels == ["動物", "場所"]


def test_long_texts_are_counted(start, table, tmp_path):
    table.write_text(table.read_text(encoding="utf-8") + "\n" + "猫" * 100_000 + ",動物", encoding="utf-8")
    lines = []
    options = {"model": start, "data": table, "epochs": 1, "say": lines.append}
    finetune_on_records(tmp_path / "out", "topic", **options)
    assert "1 of 63 texts are longer than 64 tokens: their ends are cut off" in lines


def test_minutes_bound_a_run(start, table, tmp_path):
    lines = []
    options = {"model": start, "data": table, "say": lines.append}
    finetune_on_records(tmp_path / "a", "topic", minutes=1e-7, **options)
    assert any("one epoch takes longer than 1e-07 minute(s): 16 of 50 texts are read" in one for one in lines)
    assert len(read_lines(tmp_path / "a" / "log.jsonl")) == 1
    finetune_on_records(tmp_path / "b", "topic", minutes=60, epochs=2, **options)
    assert len(read_lines(tmp_path / "b" / "log.jsonl")) == 2


def test_a_run_whose_time_is_up_keeps_its_best_epoch(small_config, tokenizer, table, tmp_path):
    found = read_data(TASKS["topic"], table)
    job = TASKS["topic"].of(tokenizer, 64, found.training)
    model = job.model(small_config, torch.Generator().manual_seed(0))
    out, lines = tmp_path / "out", []
    run = FinetuningRun(out, job, model, found.valid, job.windows(found.valid), 1e-9, lines.append)
    run.train(job.encode(found.training), FinetuningOptions(epochs=5))
    assert len(read_lines(out / "log.jsonl")) == 1 and "the time is up" in lines[-1]
    on_disk = load_task_model(out)[0].state_dict()
    assert all(torch.equal(value, on_disk[name]) for name, value in model.state_dict().items())
    assert run.standing() == f"stopped; {out} holds the model of epoch 1, the best so far"


def test_fewer_examples_are_read_more_often():
    assert [usual_epochs(n) for n in (4, 100, 300, 1_000, 100_000)] == [25, 25, 15, 8, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--epochs", "0"], "epochs must be greater than 0"),
        (["--epochs", "-1"], "epochs must be greater than 0"),
        (["--learning-rate", "0"], "learning_rate must be greater than 0"),
        (["--batch-size", "0"], "batch_size must be greater than 0"),
        (["--dropout", "1"], "--dropout must lie between 0 and 1"),
        (["--minutes", "0"], "--minutes must be greater than 0"),
        (["--max-length", "65"], "the model reads at most 64 tokens, not 65"),
        (["--max-length", "3"], "--max-length must be at least 16"),
        (["--examples", "0"], "--examples must be at least 4"),
        (["--label-column", "種類"], "no column '種類'; there are: text label"),
        (["--test", "nothing.csv"], "no file at nothing.csv"),
        (["--model", "nowhere"], "config.json is missing"),
    ],
)
def test_bad_options_leave_nothing_behind(options, message, start, table, tmp_path):
    out = tmp_path / "out"
    model = [] if "--model" in options else ["--model", start]
    status, _, errors = jbert("finetune", "topic", *model, "--data", table, "--out", out, *options)
    assert status == 1 and message in errors
    assert errors.startswith("jbert: ") and errors.count("\n") == 1
    assert not out.exists() and not list(tmp_path.glob("*.partial"))


def test_bad_tasks_data_and_folders(start, table, tmp_path):
    status, _, errors = jbert("finetune", "ranking", "--out", tmp_path / "out")
    assert status == 1 and "unknown task 'ranking': choose one of sentiment, topic" in errors
    status, _, errors = jbert("finetune", "topic", "--out", tmp_path / "out", "--test", table)
    assert status == 1 and "--valid and --test need --data" in errors
    table.write_text(
        "text,label\n" + "猫がいます。,動物\n" * 5 + "犬がいます。,動物\n魚がいます。,動物", encoding="utf-8"
    )
    status, _, errors = jbert("finetune", "topic", "--data", table, "--out", tmp_path / "out")
    assert status == 1 and "training examples have the same label, '動物': at least two" in errors
    assert not (tmp_path / "out").exists()
    before = sorted(path.name for path in start.iterdir())
    status, _, errors = jbert("finetune", "topic", "--out", start)
    assert status == 1 and "holds a model already: choose another folder" in errors
    assert sorted(path.name for path in start.iterdir()) == before


def test_a_loss_that_explodes_is_one_line(start, table, tmp_path):
    status, _, errors = jbert(
        *("finetune", "topic", "--model", start, "--data", table, "--out", tmp_path / "out"),
        *("--learning-rate", 1e30, "--epochs", 3),
    )
    assert status == 1 and "lower the learning rate" in errors and errors.count("\n") == 1


def test_stopped_before_the_first_epoch_ended(start, table, tmp_path):
    def say(line):
        if "to train on" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune_on_records(tmp_path / "out", "topic", model=start, data=table, say=say)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals as Unix has them")
@pytest.mark.parametrize("stop", ["SIGINT", "SIGKILL"])
def test_a_stopped_run_leaves_a_whole_model(stop, start, table, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "jbert_lessons.cli", "finetune", "topic", "--model", str(start)]
    command += ["--data", str(table), "--out", str(out), "--epochs", "100000", "--learning-rate", "1e-4"]
    environment = {**os.environ, "JBERT_DEVICE": "cpu", "JBERT_THREADS": "1"}
    process = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        # Whoever is started in the background may have been told to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (out / "log.jsonl").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(getattr(signal, stop))
    _, errors = process.communicate()
    if stop == "SIGINT":
        assert process.returncode == 130
        assert not list(tmp_path.glob("*.partial")) and not list(out.glob("*.partial"))
        assert (
            errors.startswith(f"jbert: stopped; {out} holds the model of epoch ") and errors.count("\n") == 1
        )
    assert load_task_model(out)[2] == ["動物", "場所"]
