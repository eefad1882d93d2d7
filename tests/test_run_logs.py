import json
import sys

import pytest

from jbert_lessons.pretraining import PretrainingOptions
from jbert_lessons.pretraining_job import pretrain_on_text
from jbert_lessons.run_logs import check_logs, json_lines, open_logs, scalars


def training(step: int, loss: float = 1.0) -> dict:
    return {"step": step, "epoch": 0, "mlm_loss": loss, "nsp_loss": 0.7, "learning_rate": 1e-3}


def held_out(step: int, loss: float = 1.0) -> dict:
    return {"step": step, "epoch": 0, "held_out": {"mlm_loss": loss, "mlm_accuracy": 0.5}}


def curves(folder) -> dict[str, list[tuple[int, float]]]:
    """The steps and values that TensorBoard shows."""
    pytest.importorskip("tensorboard", reason='needs tensorboard: pip install --editable ".[tensorboard]"')
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / "tensorboard")).Reload()
    return {
        name: [(event.step, event.value) for event in events.Scalars(name)]
        for name in events.Tags()["scalars"]
    }


def test_json_lines_are_added_to_what_is_there(tmp_path):
    path = tmp_path / "log.jsonl"
    for step in (1, 2):
        with json_lines(path, step - 1) as report:
            report(training(step))
            report(held_out(step))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [training(1), held_out(1), training(2), held_out(2)]


def test_json_lines_beyond_the_saved_step_are_dropped(tmp_path):
    path = tmp_path / "log.jsonl"
    with json_lines(path, 0) as report:
        for step in range(1, 7):
            report(training(step, loss=9.0))
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"step": 7, "mlm_lo')  # killed in the middle of a line
    with json_lines(path, 4) as report:
        report(training(5, loss=1.0))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["step"], line["mlm_loss"]) for line in lines] == [
        *((n, 9.0) for n in range(1, 5)),
        (5, 1.0),
    ]


def test_tensorboard_shows_what_the_log_holds(tmp_path, documents):
    pytest.importorskip("tensorboard", reason='needs tensorboard: pip install --editable ".[tensorboard]"')
    corpus, out = tmp_path / "corpus.txt", tmp_path / "out"
    corpus.write_text("\n\n".join("\n".join(document) for document in documents), encoding="utf-8")
    options = PretrainingOptions(steps=6, batch_size=4, max_length=32, evaluations=3)
    pretrain_on_text(out, options, corpus=corpus, vocab_size=300, logs=["tensorboard"], say=lambda _: None)
    entries = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = {}
    for entry in entries:
        for name, value in scalars(entry).items():
            expected.setdefault(name, []).append((entry["step"], pytest.approx(value, rel=1e-6)))
    assert curves(out) == expected
    assert len(expected["training/mlm_loss"]) == 6 and len(expected["held_out/mlm_loss"]) == 3


def test_tensorboard_hides_what_a_resumed_run_does_again(tmp_path):
    pytest.importorskip("tensorboard", reason='needs tensorboard: pip install --editable ".[tensorboard]"')
    with open_logs(["tensorboard"], tmp_path, 0, {}) as report:
        for step in range(1, 7):
            report(training(step, loss=9.0))
    with open_logs(["tensorboard"], tmp_path, 4, {}) as report:
        for step in (5, 6, 7):
            report(training(step, loss=1.0))
    assert curves(tmp_path)["training/mlm_loss"] == [
        *((n, 9.0) for n in range(1, 5)),
        *((n, 1.0) for n in range(5, 8)),
    ]


FAKE_WANDB = """
import json, os

class Run:
    def log(self, values, step):
        self.file.write(json.dumps([step, values]) + "\\n")
    def finish(self):
        self.file.close()

def init(**settings):
    run = Run()
    run.file = open(os.path.join(settings["dir"], "wandb.jsonl"), "w", encoding="utf-8")
    run.file.write(json.dumps([os.environ["WANDB_MODE"], settings]) + "\\n")
    return run
"""


def test_weights_and_biases_gets_the_same_entries_offline(tmp_path, monkeypatch):
    """With a module that stands for wandb and only notes its calls: wandb itself is not installed."""
    (tmp_path / "wandb.py").write_text(FAKE_WANDB, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    monkeypatch.setenv("WANDB_MODE", "online")
    check_logs(["wandb"])
    out = tmp_path / "model"
    with open_logs(["wandb"], out, 0, {"seed": 3}) as report:
        report(training(1))
        report(held_out(1))
    monkeypatch.delitem(sys.modules, "wandb")
    first, *rest = [json.loads(line) for line in (out / "wandb.jsonl").read_text("utf-8").splitlines()]
    assert first[0] == first[1]["mode"] == "offline"
    assert first[1]["name"] == "model" and first[1]["config"] == {"seed": 3}
    assert rest == [[1, scalars(training(1))], [1, scalars(held_out(1))]]


@pytest.mark.parametrize(
    ("name", "module", "message"),
    [
        (
            "tensorboard",
            "torch.utils.tensorboard",
            r'tensorboard is not installed here: pip install .*"\.\[tens',
        ),
        ("wandb", "wandb", "wandb is not installed here: pip install wandb"),
        ("paper", "json", "log 'paper': allowed are tensorboard wandb"),
    ],
)
def test_a_log_without_its_package_is_refused_before_any_work(tmp_path, monkeypatch, name, module, message):
    monkeypatch.setitem(sys.modules, module, None)  # Python then refuses to import it
    with pytest.raises(ValueError, match=message):
        pretrain_on_text(tmp_path / "out", PretrainingOptions(steps=1), corpus="nowhere", logs=[name])
    assert not (tmp_path / "out").exists()
