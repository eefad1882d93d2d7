import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from jbert_lessons.cli import app
from jbert_lessons.doctor import examine

SMALL = ["--preset", "tiny", "--vocab-size", "300", "--limit-alphabet", "1000", "--max-length", "32"]


def jbert(*arguments):
    """Run the command; returns exit status, standard output, standard error."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def corpus(tmp_path, documents):
    path = tmp_path / "corpus.txt"
    path.write_text("\n\n".join("\n".join(document) for document in documents), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, documents):
    folder = tmp_path_factory.mktemp("run")
    corpus = folder / "corpus.txt"
    corpus.write_text("\n\n".join("\n".join(document) for document in documents), encoding="utf-8")
    status, output, errors = jbert(
        "pretrain", "--corpus", corpus, "--out", folder / "out", "--steps", 4, *SMALL
    )
    assert status == 0, errors
    assert "unigram entropy" in output
    return folder / "out"


def one_line(text: str) -> str:
    assert text.startswith("jbert: ") and text.count("\n") == 1, text
    return text


def test_fill(trained):
    status, output, errors = jbert("fill", "東京は[MASK]です。[MASK]です。", "--model", trained, "--best", 3)
    assert status == 0 and not errors
    assert len(output.splitlines()) == 1 + 2 * 3


def test_fill_with_the_shipped_model():
    status, output, errors = jbert("fill", "フランスの首都は[MASK]である。")
    assert status == 0 and not errors
    assert output.splitlines()[1].split()[2] == "パリ"


def test_fill_without_a_mask(trained):
    status, _, errors = jbert("fill", "東京です。", "--model", trained)
    assert status == 1 and "no [MASK] in the text" in one_line(errors)


def test_fill_with_too_long_a_text(trained):
    status, _, errors = jbert("fill", "[MASK]" + "東京です。" * 20, "--model", trained)
    assert status == 1 and "the model reads at most 32" in one_line(errors)


def test_fill_without_a_model(tmp_path):
    status, _, errors = jbert("fill", "[MASK]", "--model", tmp_path)
    assert status == 1 and "config.json is missing" in one_line(errors)


def test_a_run_is_never_overwritten(trained, corpus):
    before = (trained / "model.safetensors").read_bytes()
    status, _, errors = jbert("pretrain", "--corpus", corpus, "--out", trained, "--steps", 4, *SMALL)
    assert status == 1 and "holds a run already: add --resume" in one_line(errors)
    assert (trained / "model.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", [], "the corpus is empty"),
        ("一つの文だけ。".encode(), [], "next-sentence prediction is impossible"),
        ("日本".encode("cp932"), [], "not valid utf-8 at byte 0"),
        (None, [], "no corpus at"),
        ("文。\n".encode() * 20, ["--vocab-size", "5"], "vocabulary of 5 is too small"),
        ("文。\n".encode() * 20, ["--preset", "huge"], "unknown preset 'huge'"),
        ("文。\n".encode() * 20, ["--minutes", "0"], "not both"),
        ("文。\n".encode() * 20, ["--resume"], "nothing to resume"),
        ("文。\n".encode() * 20, ["--held-out", "2"], "between 0 and 1"),
    ],
)
def test_bad_input_leaves_nothing_behind(tmp_path, content, options, message):
    corpus, out = tmp_path / "corpus.txt", tmp_path / "out"
    if content is not None:
        corpus.write_bytes(content)
    status, _, errors = jbert("pretrain", "--corpus", corpus, "--out", out, "--steps", 2, *options)
    assert status == 1 and message in one_line(errors)
    assert not out.exists()


def test_cuda_that_is_not_there(corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("JBERT_DEVICE", "cuda:99")
    status, _, errors = jbert("pretrain", "--corpus", corpus, "--out", tmp_path / "out", "--steps", 2, *SMALL)
    assert status == 1 and "JBERT_DEVICE=cuda:99, but torch finds no such device" in one_line(errors)


def test_an_error_names_the_process(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")  # as torchrun does for the second
    status, _, errors = jbert("pretrain", "--corpus", tmp_path / "none", "--out", tmp_path / "out")
    assert status == 1 and errors.startswith("jbert (rank 1): no corpus at") and errors.count("\n") == 1


def test_a_log_whose_package_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)  # Python then refuses to import it
    status, _, errors = jbert("pretrain", "--wandb", "--corpus", tmp_path / "none", "--out", tmp_path / "out")
    assert status == 1 and "wandb is not installed here: pip install wandb" in one_line(errors)


@pytest.mark.parametrize("value", ["0", "many", "-1"])
def test_threads_that_cannot_be(corpus, tmp_path, monkeypatch, value):
    monkeypatch.setenv("JBERT_THREADS", value)
    status, _, errors = jbert("pretrain", "--corpus", corpus, "--out", tmp_path / "out", "--steps", 2, *SMALL)
    assert status == 1 and "is no number of threads" in one_line(errors)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals as Unix has them")
@pytest.mark.parametrize("stop", ["SIGINT", "SIGKILL"])
def test_a_stopped_run_resumes_to_the_same_weights(corpus, tmp_path, stop):
    environment = {**os.environ, "JBERT_DEVICE": "cpu", "JBERT_THREADS": "1"}
    command = [sys.executable, "-m", "jbert_lessons.cli", "pretrain", "--corpus", str(corpus), *SMALL]
    command += ["--steps", "40", "--dropout", "0.1", "--save-minutes", "0"]
    subprocess.run([*command, "--out", str(tmp_path / "whole")], env=environment, check=True)

    out = tmp_path / "stopped"
    process = subprocess.Popen(
        [*command, "--out", str(out)], env=environment, stderr=subprocess.PIPE, text=True
    )
    while len(list(out.glob("training/step-*[0-9]"))) < 2:  # a state is written at every step
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(getattr(signal, stop))
    _, errors = process.communicate()
    if stop == "SIGINT":
        assert process.returncode == 130 and "--resume goes on" in errors
    subprocess.run([*command, "--out", str(out), "--resume"], env=environment, check=True)
    steps = [
        json.loads(line)["step"] for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert steps[-1] == 40
    first, second = (load_file(folder / "model.safetensors") for folder in (tmp_path / "whole", out))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_doctor_is_content_here(tmp_path):
    folder = tmp_path / "日本語 の フォルダー"
    folder.mkdir()
    findings = examine(folder)
    assert all(finding.good for finding in findings), findings
    assert len(findings) == 8
    assert "Japanese characters in the path, spaces in the path do no harm" in findings[-1].found
    assert not list(folder.iterdir())


def test_doctor_names_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("JBERT_DEVICE", "abacus")
    monkeypatch.chdir(tmp_path)
    status, output, _ = jbert("doctor")
    assert status == 1
    assert "JBERT_DEVICE=abacus is no device" in " ".join(output.split())
    assert "device: correct the environment variable" in output


def test_doctor_survives_a_check_that_breaks(tmp_path):
    findings = examine(tmp_path / "nowhere")
    assert [finding.check for finding in findings if not finding.good] == ["disk", "folder"]
