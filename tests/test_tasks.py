"""Seven tasks behind one interface: each learns, scores, and finds its way back to the characters."""

import json
import math
import random
from dataclasses import replace

import pytest
import torch

from jbert_lessons.finetuning import FinetuningOptions, finetune
from jbert_lessons.span_tasks import joined, stride_of, windows_of_text
from jbert_lessons.tasks import TASKS, Record
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import SPECIAL_TOKENS, train_vocabulary
from jbert_lessons.words import surfaces

NAMES = ["sentiment", "topic", "aspects", "pairs", "similarity", "ner", "qa"]


@pytest.fixture(scope="module")
def records():
    return {name: TASKS[name].minipedia(24, 5) for name in NAMES}


@pytest.fixture(scope="module")
def words(records):
    texts = [text for many in records.values() for one in many for text in (one.text, one.second or "")]
    return Tokenizer(train_vocabulary([w for text in texts for w in surfaces(text)], 1_500, min_frequency=1))


@pytest.fixture
def config(small_config, words):
    return replace(
        small_config,
        vocab_size=len(words.vocabulary),
        max_position_embeddings=128,
        initializer_range=0.1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def task_of(name, words, records, max_length=128):
    return TASKS[name].of(words, max_length, records)


def truth(name, record):
    """What a perfect prediction for a record is."""
    return (record.label[0][1] if record.label else "") if name == "qa" else record.label


def test_the_tasks_have_these_names():
    assert list(TASKS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_task_learns(name, words, config, records, device):
    training = records[name][:8]
    if name == "qa":  # short contexts, so that a small model finds the place soon
        people, places = ("太郎", "花子", "猫", "犬"), ("東京", "京都", "庭", "山")
        training = [
            Record(f"{who}は{where}に住んでいる。", ((len(who) + 1, where),), f"{who}はどこに住んでいる？")
            for who, where in zip(people, places, strict=True)
        ]
    task = task_of(name, words, training)
    model = task.model(config, torch.Generator().manual_seed(0)).to(device)
    windows = task.windows(training)

    def score(model):
        return next(iter(task.scores(task.predictions(model, training, windows=windows), training).values()))

    options = FinetuningOptions(epochs=40, batch_size=4, learning_rate=4e-3, patience=40)
    assert finetune(model, words, task.encode(training), score, options) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_perfect_predictions_and_what_needs_no_text(name, words, records):
    task = task_of(name, words, records[name])
    perfect = task.scores([truth(name, record) for record in records[name]], records[name])
    assert all(value == pytest.approx(1.0) for value in perfect.values())
    usual = task.scores([task.usual(records[name])] * 24, records[name])
    assert usual.keys() == perfect.keys()
    first = next(iter(usual.values()))
    assert math.isnan(first) if name == "similarity" else first < 1


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_of_a_prediction(name, words, config, records, device):
    task = task_of(name, words, records[name])
    model = task.model(config, torch.Generator().manual_seed(0)).to(device)
    windows = task.windows(records[name])
    for record, encodings, logits in zip(records[name], windows, task.logits(model, windows), strict=True):
        entry = json.loads(json.dumps(task.entry(record, encodings, logits), allow_nan=False))
        decided = task.decide(record, encodings, logits)
        if name == "aspects":
            assert {label for label, value in entry["labels"].items() if value >= 0.5} == set(decided)
        elif name == "similarity":
            assert entry["score"] == pytest.approx(decided, abs=1e-3)
        elif name == "ner":
            assert [(e["start"], e["end"], e["label"]) for e in entry["entities"]] == list(decided)
            assert all(record.text[e["start"] : e["end"]] == e["text"] for e in entry["entities"])
        elif name == "qa":
            assert entry["answer"] == decided == record.text[entry["start"] : entry["end"]]
        else:
            assert entry["label"] == decided and entry["probability"] >= 1 / len(task.labels)


def test_labels_are_in_a_fixed_order(records, words):
    for name in NAMES:
        training = records[name]
        shuffled = random.Random(3).sample(training, len(training))
        assert TASKS[name].labels_of(training) == TASKS[name].labels_of(shuffled)
    assert TASKS["ner"].labels_of([Record("a", ((0, 1, "地名"),)), Record("b", ((0, 1, "人名"),))]) == [
        *("O", "B-人名", "I-人名", "B-地名", "I-地名")
    ]


def test_tables_count_what_they_should(words):
    task = TASKS["topic"](words, 32, ["a", "b"])
    found = [Record("x", label) for label in "aabb"]
    assert task.table(["a", "b", "b", "b"], found).rows == [
        ["a", 1, 1, pytest.approx(2 / 3)],
        ["b", 0, 2, pytest.approx(0.8)],
    ]
    task = TASKS["aspects"](words, 32, ["味", "値段"])
    found = [Record("x", ("味",)), Record("y", ("味", "値段")), Record("z", ())]
    assert task.table([("味",), ("値段",), ("値段",)], found).rows == [
        ["味", 2, 1.0, 0.5, pytest.approx(2 / 3)],
        ["値段", 1, 0.5, 1.0, pytest.approx(2 / 3)],
    ]
    task = TASKS["ner"](words, 32, ["O", "B-人名", "I-人名"])
    found = [Record("太郎", ((0, 2, "人名"),)), Record("花子", ((0, 2, "人名"),))]
    assert task.table([((0, 2, "人名"),), ((0, 1, "人名"),)], found).rows == [["人名", 2, 0.5, 0.5, 0.5]]
    task = TASKS["qa"](words, 32, ["start", "end"])
    found = [Record("太郎", ((0, "太郎"),), "誰？"), Record("太郎", (), "何？")]
    assert task.table(["太", ""], found).rows == [
        ["with an answer", 1, pytest.approx(2 / 3), 0.0],
        ["without", 1, 1.0, 1.0],
    ]


@pytest.mark.parametrize("max_length", [16, 17, 23, 64])
def test_windows_cover_a_text_and_go_together_again(max_length, words, records):
    stride = stride_of(max_length)
    for n in range(6):
        text = "".join(record.text for record in records["topic"][:n]) + "ｶﾞｯｺｳ ㍻"
        whole = words.encode(text)
        windows = windows_of_text(words, text, max_length, stride)
        assert all(len(window.ids) <= max_length for window in windows)
        # Logits that tell from which window they are, and how far their token stands from its edge.
        logits = [
            torch.tensor([[number, min(i, len(w.ids) - 1 - i)] for i in range(len(w.ids))])
            for number, w in enumerate(windows)
        ]
        encoding, rows = joined(words, windows, logits, stride)
        assert encoding == whole
        assert len(rows) == len(whole.ids) - 2
        if len(windows) > 1:  # no token stands closer to an inner edge than half of what is shared
            assert min(rows[stride:-stride, 1].tolist()) >= stride // 2


def test_windows_without_room(words):
    with pytest.raises(ValueError, match="too short to share 6"):
        windows_of_text(words, "東京", 8, 6)


def test_places_are_those_of_the_original_characters(words, config, device):
    texts, names = ("ｶﾞｯｺｳの太郎", "㍻の花子さん", "花子と太郎"), ("太郎", "花子", "太郎")
    found = [
        Record(text, ((text.index(name), text.index(name) + 2, "人名"),))
        for text, name in zip(texts, names, strict=True)
    ]
    characters = Tokenizer([*SPECIAL_TOKENS, *"ガッコウ平成の太郎花子さんと"], "character")
    task = TASKS["ner"].of(characters, 64, found)
    config = replace(config, vocab_size=len(characters.vocabulary))
    model = task.model(config, torch.Generator().manual_seed(0)).to(device)

    def score(model):
        return task.scores(task.predictions(model, found), found)["entity_f1"]

    options = FinetuningOptions(epochs=40, batch_size=3, learning_rate=5e-3, patience=40)
    finetune(model, characters, task.encode(found), score, options)
    assert task.predictions(model, found) == [record.label for record in found]


def test_a_text_of_100_000_characters(words, config, records, device):
    text = "".join(record.text for record in records["topic"])
    text = (text * (100_000 // len(text) + 1))[:100_000]
    task = TASKS["ner"](words, 128, ["O", "B-人名", "I-人名"])
    model = task.model(config, torch.Generator().manual_seed(0)).to(device)
    [spans] = task.predictions(model, [Record(text)])
    assert spans and max(end for _, end, _ in spans) > 90_000
    task = TASKS["sentiment"](words, 128, ["a", "b"])
    model = task.model(config, torch.Generator().manual_seed(0)).to(device)
    record = Record(text)
    [windows] = task.windows([record])
    assert len(windows) == 1 and len(windows[0].ids) == 128 and task.is_cut(record, windows)


def test_what_fits_exactly_is_not_cut(words):
    task = TASKS["pairs"](words, 16, ["a", "b"])
    for first, second in (("太郎" * 2, "花子"), ("太郎" * 9, "花子"), ("", "太郎")):
        record = Record(first, None, second)
        [windows] = task.windows([record])
        assert task.is_cut(record, windows) == (len(words.encode(first, second).ids) > 16)


def test_the_number_starts_at_the_mean(words, config):
    found = [Record("a", 1.0, "b"), Record("c", 4.0, "d")]
    task = TASKS["similarity"].of(words, 32, found)
    assert task.usual(found) == 2.5
    assert task.model(config).classifier.bias.item() == 2.5


def test_a_question_without_room_names_its_record(words):
    task = TASKS["qa"](words, 32, ["start", "end"])
    with pytest.raises(ValueError, match=r"data\.json, question 7: the question has .* tokens"):
        task.windows([Record("太郎", (), "太郎はどこ？" * 20, where="data.json, question 7")])
