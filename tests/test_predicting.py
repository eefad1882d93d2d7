"""Lines in, lines of JSON out: in order, at any length, at the original characters."""

import io
import json
import os
import subprocess
import sys
from itertools import count, islice

import pytest
import torch
from typer.testing import CliRunner

from jbert_lessons.checkpoints import save_model
from jbert_lessons.cli import app
from jbert_lessons.finetuning import predict
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.predicting import chunks, predict_lines
from jbert_lessons.task_checkpoints import load_task_model, save_task_model
from jbert_lessons.tasks import TASKS

LABELS = {
    **{
        "sentiment": ["良い", "悪い"],
        "topic": ["x", "y", "z"],
        "aspects": ["味", "値段"],
        "pairs": ["x", "y"],
    },
    **{"similarity": ["score"], "ner": ["O", "B-人名", "I-人名"], "qa": ["start", "end"]},
}
TEXTS = [
    "猫が庭にいます。",
    "犬",
    "東京は日本の首都です。" * 20,
    "ｶﾞｯｺｳ㍻の太郎　です",
    "海の水は塩からいです。",
]


@pytest.fixture
def models(small_config, tokenizer, tmp_path):
    """Return a function that saves a model with random weights for a task and returns its folder."""

    def make(name, max_length=32, **options):
        task = TASKS[name](tokenizer, max_length, options.pop("labels", LABELS[name]))
        model = task.model(small_config, torch.Generator().manual_seed(1)).eval()
        # Weights as large as these make a head that decides, one way here and another there.
        head = model.qa_outputs if name == "qa" else model.classifier
        torch.nn.init.normal_(head.weight, std=2.0, generator=torch.Generator().manual_seed(2))
        folder = tmp_path / f"model of {name}"
        save_task_model(folder, model, tokenizer, task.labels, task=name, max_length=max_length, **options)
        return folder

    return make


def jbert(*arguments, given=b""):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def file_of(texts):
    return io.BytesIO("".join(f"{text}\n" for text in texts).encode())


def lines_for(name):
    if name in ("pairs", "similarity"):
        return [f"{text}\t犬は人の友だちです。" for text in TEXTS]
    return [f"誰？\t{text}" for text in TEXTS] if name == "qa" else TEXTS


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_predictions_are_those_of_the_task_in_order(name, batch_size, models, tokenizer):
    folder = models(name)
    found = list(predict_lines(folder, file_of(lines_for(name)), batch_size=batch_size))
    keys = {
        **{one: {"text", "label", "probability"} for one in ("sentiment", "topic")},
        **{"aspects": {"text", "labels"}, "pairs": {"text", "second", "label", "probability"}},
        **{"similarity": {"text", "second", "score"}, "ner": {"text", "entities"}},
        "qa": {"question", "context", "answer", "start", "end", "score"},
    }[name]
    assert [one["context" if name == "qa" else "text"] for one in found] == TEXTS
    assert all(one.keys() - {"truncated"} == keys for one in found)
    assert [one.get("truncated", False) for one in found] == [
        *(False, False, name not in ("ner", "qa"), False, False)
    ]
    alone = [next(predict_lines(folder, file_of([line]))) for line in lines_for(name)]
    for one, other in zip(found, alone, strict=True):
        for key in keys - {"probability", "score", "labels"}:
            assert one[key] == other[key]
        for key in {"probability", "score"} & keys:
            assert one[key] == pytest.approx(other[key], abs=1e-3)


def test_names_stand_in_the_original_line(models):
    found = list(predict_lines(models("ner"), file_of(TEXTS)))
    entities = [(one["text"], entity) for one in found for entity in one["entities"]]
    assert len(entities) > 3
    for text, entity in entities:
        assert text[entity["start"] : entity["end"]] == entity["text"] != ""
        assert entity["label"] == "人名"
    assert max(e["end"] for e in found[2]["entities"]) > 100  # behind what one window holds


def test_answers_stand_in_the_original_context(models):
    found = list(predict_lines(models("qa"), file_of(lines_for("qa"))))
    answered = [one for one in found if one["answer"]]
    assert answered
    for one in answered:
        assert one["context"][one["start"] : one["end"]] == one["answer"]


def test_a_question_as_json(models):
    folder = models("qa")
    row = {"question": "誰？", "context": "太郎\tです。[SEP] はい。"}
    [found] = predict_lines(folder, file_of([json.dumps(row)]))
    assert (found["question"], found["context"]) == ("誰？", row["context"])


def test_lines_end_only_where_a_line_ends(models):
    given = "\ufeff猫\u2028が庭に\u0085います。\r\n\r\n  \n犬".encode()
    found = list(predict_lines(models("sentiment"), io.BytesIO(given)))
    assert [one["text"] for one in found] == ["猫\u2028が庭に\u0085います。", "", "", "犬"]
    assert [one.get("error") for one in found] == [None, "the line is empty", "the line is empty", None]


def test_an_endless_file_is_read_as_far_as_it_is_needed(models):
    endless = (f"猫が{n}回います。\n".encode() for n in count())
    found = list(islice(predict_lines(models("sentiment"), endless, batch_size=2), 100))
    assert [one["text"] for one in found] == [f"猫が{n}回います。" for n in range(100)]
    assert (
        next(endless)
        == b"\xe7\x8c\xab\xe3\x81\x8c128\xe5\x9b\x9e\xe3\x81\x84\xe3\x81\xbe\xe3\x81\x99\xe3\x80\x82\n"
    )


def test_long_lines_make_small_chunks():
    lines = [("", "あ" * n) for n in (10, 600_000, 600_000, 5, 5)]
    assert [len(chunk) for chunk in chunks(iter(lines), 100)] == [3, 2]
    assert [len(chunk) for chunk in chunks(iter(lines), 2)] == [2, 2, 1]


def test_a_line_of_100_000_characters(models):
    text = "東京は日本の首都です。" * 9_091
    [found] = predict_lines(models("sentiment"), file_of([text]))
    assert found["truncated"] and found["text"] == text
    [found] = predict_lines(models("ner", 64), file_of([text]))
    assert max(entity["end"] for entity in found["entities"]) > 99_000


def test_nothing_in_nothing_out(models):
    folder = models("qa")
    assert list(predict_lines(folder, io.BytesIO())) == []
    assert [one["text"] for one in predict_lines(folder, io.BytesIO(b"\n \n"))] == ["", ""]


def test_models_of_the_library_are_read_by_their_head(models, tokenizer):
    for name in TASKS:
        folder = models(name)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        del config["jbert_task"]
        before = list(predict_lines(folder, file_of(lines_for(name))))
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        assert list(predict_lines(folder, file_of(lines_for(name)))) == before, name


def test_the_command(models, tmp_path):
    folder = models("topic")
    source, out = tmp_path / "本.txt", tmp_path / "out.jsonl"
    source.write_text("\n".join(TEXTS), encoding="utf-8")
    status, shown, errors = jbert("predict", "--model", folder, source)
    assert status == 0 and not errors
    assert [json.loads(line)["text"] for line in shown.splitlines()] == TEXTS
    assert jbert("predict", "--model", folder, given=source.read_bytes()) == (0, shown, "")
    assert jbert("predict", "--model", folder, source, "--out", out) == (0, "", "")
    assert out.read_text(encoding="utf-8") == shown


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("sentiment", "日本".encode("cp932"), "line 2 is not valid UTF-8 at byte 0"),
        ("pairs", "猫".encode(), "line 2: the model reads two texts with one tab between them"),
        ("pairs", "猫\t犬\t魚".encode(), "line 2: the model reads two texts with one tab"),
        ("similarity", "\t犬".encode(), "line 2: the model reads two texts with one tab"),
        ("qa", "誰？".encode(), "line 2: the model reads a question and a context with one tab"),
        ("qa", b'{"question": "x"', "line 2 is not valid JSON"),
        ("qa", b'{"question": "x"}', "line 2: there is no column 'context'; there are: question"),
        ("qa", b'{"question": "x", "context": 3}', "line 2, column context: 3 is no text"),
        ("qa", ("東京は" * 30 + "\t東京").encode(), "line 2: the question has 60 tokens"),
    ],
)
def test_bad_lines_leave_no_file(name, line, message, models, tmp_path):
    source, out = tmp_path / "a.txt", tmp_path / "out.jsonl"
    source.write_bytes(lines_for(name)[0].encode() + b"\n" + line + b"\n")
    status, _, errors = jbert("predict", "--model", models(name), source, "--out", out)
    assert status == 1 and message in errors
    assert errors.startswith("jbert: ") and errors.count("\n") == 1
    assert not out.exists() and not list(tmp_path.glob("*.partial"))


def test_bad_models_and_files(models, small_config, tokenizer, tmp_path):
    save_model(tmp_path / "plain", BertForPreTraining(small_config), tokenizer)
    status, _, errors = jbert("predict", "--model", tmp_path / "plain", given="猫".encode())
    assert status == 1 and "BertForPreTraining, which is not fine-tuned for a task: jbert finetune" in errors
    status, _, errors = jbert("predict", "--model", tmp_path / "nowhere", given="猫".encode())
    assert status == 1 and "config.json is missing" in errors
    folder = models("ner", labels=["O", "人名", "地名"])
    status, _, errors = jbert("predict", "--model", folder, given="猫".encode())
    assert status == 1 and "has the labels O, 人名, 地名: only O, B-… and I-…" in errors
    status, _, errors = jbert("predict", "--model", folder, tmp_path / "nothing.txt")
    assert status == 1 and "no file at" in errors
    source = tmp_path / "a.txt"
    source.write_text("猫", encoding="utf-8")
    for out in (source, tmp_path):
        status, _, errors = jbert("predict", "--model", folder, source, "--out", out)
        assert status == 1 and "name another file for the predictions" in errors
    assert source.read_text(encoding="utf-8") == "猫"


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes as Unix has them")
def test_a_reader_that_has_enough(models, tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("猫が庭にいます。\n" * 3_000, encoding="utf-8")
    command = [sys.executable, "-m", "jbert_lessons.cli", "predict", "--model", models("topic"), source]
    environment = {**os.environ, "JBERT_DEVICE": "cpu", "JBERT_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert b"label" in process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 0


def test_truncated_texts_get_what_their_beginning_gets(models, tokenizer):
    folder = models("topic")
    [whole] = predict_lines(folder, file_of([TEXTS[2]]))
    model, _, labels = load_task_model(folder)
    [logits] = predict(model, tokenizer, [tokenizer.encode(TEXTS[2], max_length=32)])
    assert whole["label"] == labels[int(logits.argmax())]
