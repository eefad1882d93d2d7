"""Several processes train the model of one: rows, losses, weights, and what happens when one is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from joined_runs import RUNS, train
from safetensors.torch import load_file
from torch import distributed

from jbert_lessons.checkpoints import load_model
from jbert_lessons.devices import get_device
from jbert_lessons.processes import add_up, add_up_gradients, agree, count, rank

WORKER = str(Path(__file__).with_name("joined_runs.py"))
together = pytest.mark.skipif(
    sys.platform == "win32" or not (distributed.is_available() and distributed.is_gloo_available()),
    reason="needs torchrun and signals as Unix has them, and a torch with gloo",
)


def torchrun(*arguments, options=(), **how) -> subprocess.Popen:
    """Start two processes on the CPU."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "JBERT_DEVICE": "cpu", "JBERT_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [*launcher, *options, *(str(argument) for argument in arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


def succeed(process: subprocess.Popen) -> str:
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return output


def wait_for(process: subprocess.Popen, *paths: Path) -> None:
    while not all(path.exists() for path in paths):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text("\n\n".join("\n".join(document) for document in documents), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def two(tmp_path_factory, corpus):
    """The folder of the runs of two processes, and the notes of both."""
    folder = tmp_path_factory.mktemp("two")
    succeed(torchrun(WORKER, "train", corpus, folder))
    return folder, [json.loads((folder / f"notes-{n}.json").read_text(encoding="utf-8")) for n in (0, 1)]


@pytest.fixture(scope="module")
def one(tmp_path_factory, corpus):
    """The folder of the same runs in one process, and its notes."""
    folder = tmp_path_factory.mktemp("one")
    with pytest.MonkeyPatch.context() as context:
        context.setenv("JBERT_DEVICE", "cpu")
        return folder, {name: train(corpus, folder / name, options) for name, options in RUNS.items()}


def entries(folder: Path) -> list[dict]:
    """The log but for its clock, each entry without a level below."""
    found = []
    for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        held_out = entry.pop("held_out", {})
        found.append({**entry, **held_out, "seconds": 0})
    return found


@together
@pytest.mark.parametrize("run", RUNS)
def test_two_processes_train_the_model_of_one(one, two, run):
    for first, second in zip(entries(one[0] / run), entries(two[0] / run), strict=True):
        assert first == pytest.approx(second, abs=1e-5)
    for notes in two[1]:
        assert notes[run]["result"] == pytest.approx(one[1][run]["result"], abs=1e-5)
        # Neither AdamW nor the clipping would notice gradients that are all too large by one factor.
        for first, second in zip(one[1][run]["steps"], notes[run]["steps"], strict=True):
            assert first["gradients"] == pytest.approx(second["gradients"], abs=1e-5)
    (first, tokenizer), (second, _) = load_model(one[0] / run), load_model(two[0] / run)
    for (name, mine), other in zip(first.named_parameters(), second.parameters(), strict=True):
        # A key's bias adds the same number to all scores of a query, which softmax does not notice: its
        # gradient is rounding error alone, and AdamW makes steps of full size even from that.
        if not name.endswith("attention.key.bias"):
            torch.testing.assert_close(mine, other, rtol=0, atol=1e-5, msg=name)
    ids = torch.arange(len(tokenizer.vocabulary))[None, :30]
    with torch.no_grad():
        torch.testing.assert_close(first(ids), second(ids), rtol=0, atol=1e-5)


@together
@pytest.mark.parametrize("run", RUNS)
def test_every_row_is_computed_by_exactly_one_process(one, two, run):
    whole = one[1][run]["steps"]
    parts = [notes[run]["steps"] for notes in two[1]]
    assert len(whole) == len(parts[0]) == len(parts[1]) == RUNS[run]["steps"]
    for step, first, second in zip(whole, *parts, strict=True):
        assert sorted(step["rows"]) == sorted(first["rows"] + second["rows"])
        assert 0 <= len(first["rows"]) - len(second["rows"]) <= RUNS[run].get("accumulation", 1)
    assert any(len(first["rows"]) != len(second["rows"]) for first, second in zip(*parts, strict=True))


@together
def test_every_process_drops_out_by_numbers_of_its_own(two):
    for run in RUNS:
        starts = [step["dropout"] for notes in two[1] for step in notes[run]["steps"]]
        assert len(set(starts)) == len(starts) == 2 * RUNS[run]["steps"]


@together
def test_the_clock_of_the_first_process_ends_the_run_of_all(two):
    steps = [len(notes["clock"]["steps"]) for notes in two[1]]
    assert steps[0] == steps[1] == entries(two[0] / "clock")[-1]["step"]
    assert two[1][0]["clock"]["result"] == two[1][1]["clock"]["result"]


@together
def test_only_the_first_process_writes(two):
    assert len(two[1][0]["written"]) > 50
    assert two[1][1]["written"] == []


@together
def test_no_thread_of_the_group_outlives_it(two):
    assert [notes["let go"] for notes in two[1]] == [True, True]


SMALL = ["--vocab-size", 300, "--max-length", 32, "--batch-size", 5, "--steps", 20, "--no-bfloat16"]
SMALL += ["--dropout", 0.1, "--save-minutes", 0]


@together
def test_a_run_with_a_killed_process_resumes_to_the_same_weights(tmp_path, corpus):
    run = [*SMALL, "--corpus", corpus]
    whole, out, logs = tmp_path / "whole", tmp_path / "killed", tmp_path / "logs"
    redirected = ["--redirects", "3", "--log-dir", str(logs)]
    succeed(torchrun("-m", "jbert_lessons.pretraining", *run, "--out", whole, options=redirected))
    [output] = logs.glob("*/attempt_0/0/stdout.log")
    assert "2 process(es) on cpu" in output.read_text(encoding="utf-8")
    for stream in ("stdout", "stderr"):
        [silent] = logs.glob(f"*/attempt_0/1/{stream}.log")
        assert silent.read_text(encoding="utf-8") == ""

    # torchrun looks after its processes now and then, and ends them all if one is gone.
    rarely = ["--monitor-interval", "2"]
    process = torchrun(WORKER, "wait", 8, tmp_path, *run, "--out", out, options=rarely)
    wait_for(process, tmp_path / "process-0", tmp_path / "process-1")
    os.kill(int((tmp_path / "process-1").read_text(encoding="utf-8")), signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "jbert: another process of this run has ended or does not answer" in errors
    assert "--resume" in errors and "Error: [" not in errors

    output = succeed(torchrun("-m", "jbert_lessons.pretraining", *run, "--out", out, "--resume"))
    assert "resumed at step 7" in output
    first, second = (load_file(folder / "model.safetensors") for folder in (whole, out))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert entries(whole) == entries(out)


@together
def test_ctrl_c_stops_all_processes_after_the_same_step(tmp_path, corpus):
    out = tmp_path / "out"
    options = [*SMALL, "--corpus", corpus, "--out", out, "--steps", 100_000]
    process = torchrun("-m", "jbert_lessons.pretraining", *options)
    wait_for(process, out / "model.safetensors")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert f"jbert: stopped; the state is saved, --resume goes on with the run in {out}" in errors
    assert "another process" not in errors


def test_one_process_is_a_sum_of_one():
    assert (rank(), count()) == (0, 1)
    assert add_up([1, 0.5]) == [1, 0.5]
    parameter = torch.nn.Parameter(torch.zeros(2))
    add_up_gradients([parameter])
    assert parameter.grad is None
    agree("anything")


def test_each_process_has_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setenv("JBERT_DEVICE", "cuda")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "any")
    monkeypatch.setenv("LOCAL_RANK", "99")
    with pytest.raises(ValueError, match="JBERT_DEVICE=cuda:99, but torch finds no such device"):
        get_device()
