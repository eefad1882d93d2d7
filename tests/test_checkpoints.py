import json
import random
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
import transformers
from safetensors.torch import load_file

from jbert_lessons import checkpoints
from jbert_lessons.checkpoints import (
    from_transformers,
    load_model,
    load_state,
    save_model,
    save_state,
    to_transformers,
    write_tensors,
)
from jbert_lessons.classification import PROBLEMS, BertForSequenceClassification
from jbert_lessons.encoder import Bert, BertConfig
from jbert_lessons.finetuning import predict
from jbert_lessons.ner import BertForTokenClassification, bio_labels
from jbert_lessons.objectives import IGNORED, BertForPreTraining, mlm_loss, nsp_loss
from jbert_lessons.qa import BertForQuestionAnswering
from jbert_lessons.task_checkpoints import (
    load_encoder,
    load_task_model,
    reading_of,
    save_task_model,
    save_weights,
)


def random_config(seed: int) -> BertConfig:
    generator = random.Random(seed)
    heads = generator.choice([1, 2, 4])
    return BertConfig(
        vocab_size=generator.randint(30, 90),
        hidden_size=heads * generator.choice([4, 8, 10]),
        num_hidden_layers=generator.randint(1, 4),
        num_attention_heads=heads,
        intermediate_size=generator.randint(5, 60),
        max_position_embeddings=generator.randint(12, 40),
        type_vocab_size=2,
        layer_norm_eps=generator.choice([1e-12, 1e-5]),
        initializer_range=0.2,
    )


def random_batch(config: BertConfig, seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    shape = (4, 12)
    lengths = torch.tensor([12, 7, 3, 1])[:, None]
    mask = torch.arange(12) < lengths
    ids = torch.randint(5, config.vocab_size, shape, generator=generator) * mask
    types = torch.randint(0, 2, shape, generator=generator)
    labels = ids.masked_fill((torch.rand(shape, generator=generator) > 0.4) | ~mask, IGNORED)
    return {
        "ids": ids,
        "types": types,
        "mask": mask.long(),
        "labels": labels,
        "nsp": torch.tensor([0, 1, 1, 0]),
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("direction", ["ours to theirs", "theirs to ours"])
def test_pretraining_model_equals_the_library(seed, direction, device):
    torch.manual_seed(seed)
    config = random_config(seed)
    if direction == "ours to theirs":
        ours = BertForPreTraining(config).eval()
        theirs = to_transformers(ours)
    else:
        theirs = transformers.BertForPreTraining(transformers.BertConfig(**config.to_dict())).eval()
        ours = from_transformers(theirs)
    ours, theirs = ours.to(device), theirs.to(device)
    batch = {name: value.to(device) for name, value in random_batch(config, seed).items()}
    output = ours(batch["ids"], batch["types"], batch["mask"])
    expected = theirs(
        input_ids=batch["ids"],
        token_type_ids=batch["types"],
        attention_mask=batch["mask"],
        labels=batch["labels"],
        next_sentence_label=batch["nsp"],
    )
    real = batch["mask"].bool()
    close = {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(output.mlm_logits[real], expected.prediction_logits[real], **close)
    torch.testing.assert_close(output.nsp_logits, expected.seq_relationship_logits, **close)
    loss = mlm_loss(output.mlm_logits, batch["labels"]) + nsp_loss(output.nsp_logits, batch["nsp"])
    torch.testing.assert_close(loss, expected.loss, **close)

    loss.backward()
    expected.loss.backward()
    their_gradients = {name: p.grad for name, p in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, their_gradients[checkpoints.their_name(name)], **close)


@pytest.mark.parametrize("seed", range(4))
def test_encoder_equals_the_library(seed, device):
    torch.manual_seed(seed)
    config = random_config(seed)
    theirs = transformers.BertModel(transformers.BertConfig(**config.to_dict())).eval().to(device)
    ours = from_transformers(theirs).to(device)
    batch = {name: value.to(device) for name, value in random_batch(config, seed).items()}
    output = ours(batch["ids"], batch["types"], batch["mask"], need_hidden_states=True)
    expected = theirs(batch["ids"], batch["mask"], batch["types"], output_hidden_states=True)
    real = batch["mask"].bool()
    for mine, other in zip(output.hidden_states, expected.hidden_states, strict=True):
        torch.testing.assert_close(mine[real], other[real], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(output.pooled, expected.pooler_output, rtol=1e-5, atol=1e-5)
    back = to_transformers(ours).state_dict()
    assert all(torch.equal(back[name].cpu(), value.cpu()) for name, value in theirs.state_dict().items())


def test_from_transformers_refuses_other_models():
    model = transformers.BertForMaskedLM(transformers.BertConfig(**random_config(0).to_dict()))
    with pytest.raises(ValueError, match="cannot convert a BertForMaskedLM"):
        from_transformers(model)


@pytest.fixture
def saved(small_config, tokenizer, tmp_path):
    folder = tmp_path / "日本語 モデル"
    save_model(folder, BertForPreTraining(small_config), tokenizer, "# カード\n")
    return folder


def test_round_trip(saved, tokenizer):
    model, loaded = load_model(saved)
    assert loaded.vocabulary == tokenizer.vocabulary
    assert not model.training
    again, _ = load_model(saved)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert not list(saved.glob("*.partial"))


def test_the_library_loads_the_folder(saved):
    model, tokenizer = load_model(saved)
    theirs, information = transformers.BertForPreTraining.from_pretrained(saved, output_loading_info=True)
    assert not information["missing_keys"] and not information["unexpected_keys"]
    their_tokenizer = transformers.BertJapaneseTokenizer.from_pretrained(saved)
    inputs = their_tokenizer("東京は[MASK]です。", return_tensors="pt")
    ours = tokenizer.encode("東京は[MASK]です。", special_in_text=True)
    assert inputs["input_ids"][0].tolist() == ours.ids
    expected = theirs.eval()(**inputs)
    torch.testing.assert_close(model(torch.tensor([ours.ids])).mlm_logits, expected.prediction_logits)


def test_character_mode_is_remembered(small_config, tokenizer, tmp_path):
    by_character = type(tokenizer)(tokenizer.vocabulary, "character")
    save_model(tmp_path, BertForPreTraining(small_config), by_character)
    assert load_model(tmp_path)[1].mode == "character"
    theirs = transformers.BertJapaneseTokenizer.from_pretrained(tmp_path)
    assert theirs("東京です")["input_ids"] == by_character.encode("東京です").ids


def test_half_precision_halves_the_file(small_config, tokenizer, saved, tmp_path):
    model, _ = load_model(saved)
    save_model(tmp_path / "half", model, tokenizer, dtype=torch.float16)
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (saved, tmp_path / "half")]
    assert sizes[1] < 0.6 * sizes[0]
    half, _ = load_model(tmp_path / "half")
    for a, b in zip(model.parameters(), half.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-3)


def edit_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


@pytest.mark.parametrize("name", ["config.json", "vocab.txt", "model.safetensors"])
def test_missing_file(saved, name):
    (saved / name).unlink()
    with pytest.raises(ValueError, match=f"{name} is missing"):
        load_model(saved)


def test_truncated_tensors(saved):
    path = saved / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged"):
        load_model(saved)


def test_vocabulary_of_another_size(saved):
    with open(saved / "vocab.txt", "a", encoding="utf-8") as file:
        file.write("よけいな\n")
    with pytest.raises(ValueError, match="belong to different checkpoints"):
        load_model(saved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "gpt2"}, "type 'gpt2', not 'bert'"),
        ({"intermediate_size": 63}, "has shape .* asks for"),
        ({"num_hidden_layers": 3}, "lacks bert.encoder.layer.2"),
    ],
)
def test_other_models(saved, changes, message):
    edit_config(saved, **changes)
    with pytest.raises(ValueError, match=message):
        load_model(saved)


def test_config_that_is_no_json(saved):
    (saved / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is not valid JSON"):
        load_model(saved)


def test_states_are_kept_and_removed(tmp_path):
    for step in (1, 2, 3):
        save_state(tmp_path, step, {"x": torch.tensor([step])}, {"step": step})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-00000002", "step-00000003"]
    tensors, values = load_state(tmp_path)
    assert tensors["x"].item() == values["step"] == 3


def test_no_state(tmp_path):
    assert load_state(tmp_path / "nowhere") is None


def test_a_damaged_state_gives_way_to_the_one_before(tmp_path):
    for step in (1, 2):
        save_state(tmp_path, step, {"x": torch.full((1_000,), step)}, {"step": step})
    path = tmp_path / "step-00000002" / "state.safetensors"
    path.write_bytes(path.read_bytes()[:500])
    assert load_state(tmp_path)[1]["step"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the size of files, as Linux has it")
def test_a_full_disk_leaves_the_last_good_files(saved, tmp_path):
    import resource  # only Unix has it

    before = (saved / "model.safetensors").read_bytes()
    states = tmp_path / "states"
    save_state(states, 1, {"x": torch.zeros(10)}, {"step": 1})
    program = f"""
import resource, signal, torch
from pathlib import Path
from jbert_lessons.checkpoints import load_model, save_model, save_state
model, tokenizer = load_model({str(saved)!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, {resource.RLIM_INFINITY}))
for attempt in (
    lambda: save_model({str(saved)!r}, model, tokenizer),
    lambda: save_state(Path({str(states)!r}), 2, {{"x": torch.ones(100_000)}}, {{"step": 2}}),
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(result.stdout.split()) == 2, result.stdout + result.stderr
    assert (saved / "model.safetensors").read_bytes() == before
    assert load_state(states)[1]["step"] == 1
    assert not list(saved.glob("*.partial")) and not list(states.glob("*.partial"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_kill_while_writing_leaves_a_state_that_loads(tmp_path):
    program = f"""
import torch
from pathlib import Path
from jbert_lessons.checkpoints import save_state
print("ready", flush=True)
for step in range(1, 1_000_000):
    save_state(Path({str(tmp_path)!r}), step, {{"x": torch.full((200_000,), float(step))}}, {{"step": step}})
    print(step, flush=True)
"""
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        while process.stdout.readline().strip() != "20":
            assert process.poll() is None
        process.kill()
        process.wait()
        process.stdout.close()
        tensors, values = load_state(tmp_path)
        assert values["step"] >= 20 and tensors["x"].eq(values["step"]).all()


def test_random_weights_have_the_right_spread(small_config):
    weight = Bert(small_config, torch.Generator().manual_seed(0)).layers[0].feed_forward.widen.weight
    assert weight.std().item() == pytest.approx(0.02, rel=0.1)


NAMES = bio_labels(["人名", "地名"])
HEADS = {
    "one label": (
        lambda config, g: BertForSequenceClassification(config, 3, PROBLEMS[0], g),
        ["a", "b", "c"],
    ),
    "labels": (lambda config, g: BertForSequenceClassification(config, 2, PROBLEMS[1], g), ["味", "値段"]),
    "number": (lambda config, g: BertForSequenceClassification(config, 1, PROBLEMS[2], g), ["score"]),
    "tokens": (lambda config, g: BertForTokenClassification(config, 5, g), NAMES),
    "answers": (BertForQuestionAnswering, ["start", "end"]),
}


def task_model(kind, config, seed=0):
    make, labels = HEADS[kind]
    return make(replace(config, initializer_range=0.2), torch.Generator().manual_seed(seed)).eval(), labels


def their_logits(theirs, encoding):
    output = theirs.eval()(
        torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.token_type_ids])
    )
    logits = output.get("logits")
    return torch.stack([output.start_logits, output.end_logits], -1) if logits is None else logits


@pytest.mark.parametrize("kind", HEADS)
def test_the_library_loads_a_fine_tuned_model(kind, small_config, tokenizer, tmp_path):
    model, labels = task_model(kind, small_config)
    save_task_model(tmp_path / "モデル", model, tokenizer, labels, "# カード\n", task="ner", max_length=40)
    assert [path.name for path in tmp_path.iterdir()] == ["モデル"]
    encoding = tokenizer.encode("猫が庭にいます。", "犬は毎日散歩に行きます。")
    [ours] = predict(model, tokenizer, [encoding])

    their_class = getattr(transformers, type(model).__name__)
    theirs, information = their_class.from_pretrained(tmp_path / "モデル", output_loading_info=True)
    assert not information["missing_keys"] and not information["unexpected_keys"]
    torch.testing.assert_close(ours, their_logits(theirs, encoding)[0], rtol=1e-5, atol=1e-5)
    assert list(theirs.config.id2label.values()) == labels
    assert theirs.config.label2id == {label: i for i, label in enumerate(labels)}
    assert getattr(theirs.config, "problem_type", None) == getattr(model, "problem_type", None)

    again, loaded_tokenizer, loaded_labels = load_task_model(tmp_path / "モデル")
    assert loaded_labels == labels and loaded_tokenizer.vocabulary == tokenizer.vocabulary
    assert getattr(again, "problem_type", None) == getattr(model, "problem_type", None)
    assert torch.equal(predict(again, tokenizer, [encoding])[0], ours)
    assert reading_of(tmp_path / "モデル") == ("ner", 40)


@pytest.mark.parametrize("kind", HEADS)
def test_fine_tuned_models_of_the_library_load(kind, small_config, tokenizer, tmp_path):
    ours, labels = task_model(kind, small_config)
    their_class = getattr(transformers, type(ours).__name__)
    their_labels = {} if kind == "answers" else {"id2label": dict(enumerate(labels))}
    theirs = their_class(transformers.BertConfig(**ours.config.to_dict(), **their_labels))
    theirs.config.problem_type = getattr(ours, "problem_type", None)
    theirs.save_pretrained(tmp_path)
    tokenizer.save(tmp_path / "vocab.txt")
    model, _, found = load_task_model(tmp_path)
    assert found == (["LABEL_0", "LABEL_1"] if kind == "answers" else labels)
    encoding = tokenizer.encode("春になると桜が咲きます。", "弁当を食べて楽しみます。")
    [logits] = predict(model, tokenizer, [encoding])
    torch.testing.assert_close(logits, their_logits(theirs, encoding)[0], rtol=1e-5, atol=1e-5)
    assert reading_of(tmp_path) == (None, small_config.max_position_embeddings)


@pytest.mark.parametrize("kind", HEADS)
def test_an_encoder_comes_out_of_any_checkpoint(kind, small_config, tokenizer, tmp_path):
    model, labels = task_model(kind, small_config)
    save_task_model(tmp_path / "ours", model, tokenizer, labels)
    bert, _, name = load_encoder(tmp_path / "ours", torch.Generator().manual_seed(1))
    assert name == type(model).__name__
    for key, value in model.bert.state_dict().items():
        if not key.startswith("pooler") or isinstance(model, BertForSequenceClassification):
            assert torch.equal(bert.state_dict()[key], value), key
    assert bert.pooler.dense.weight.std() > 0


def test_an_encoder_comes_out_of_pretraining_models_and_of_a_bare_one(saved, tokenizer, tmp_path):
    model, _ = load_model(saved)
    to_transformers(model.bert).save_pretrained(tmp_path / "bare")
    tokenizer.save(tmp_path / "bare" / "vocab.txt")
    for folder, name in ((saved, "BertForPreTraining"), (tmp_path / "bare", "BertModel")):
        bert, _, found = load_encoder(folder)
        assert found == name
        weights = model.bert.state_dict()
        assert all(torch.equal(value, weights[key]) for key, value in bert.state_dict().items())


def test_a_pretraining_model_is_none_for_a_task(saved):
    with pytest.raises(ValueError, match="holds a BertForPreTraining, which is not fine-tuned for a task"):
        load_task_model(saved)


def test_weights_are_replaced_and_nothing_else(small_config, tokenizer, tmp_path):
    model, labels = task_model("tokens", small_config)
    save_task_model(tmp_path / "model", model, tokenizer, labels)
    better, _ = task_model("tokens", small_config, seed=1)
    save_weights(tmp_path / "model", better)
    loaded, _, _ = load_task_model(tmp_path / "model")
    assert torch.equal(loaded.classifier.weight, better.classifier.weight)
    assert torch.equal(loaded.bert.embeddings.token.weight, better.bert.embeddings.token.weight)


def test_a_fine_tuned_model_touches_no_other_file(small_config, tokenizer, tmp_path):
    model, labels = task_model("number", small_config)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="holds files already: choose another folder"):
        save_task_model(tmp_path / "full", model, tokenizer, labels)
    with pytest.raises(ValueError, match="is a file: name a folder"):
        save_task_model(tmp_path / "full" / "notes.txt", model, tokenizer, labels)
    (tmp_path / "empty").mkdir()
    save_task_model(tmp_path / "empty", model, tokenizer, labels)
    with pytest.raises(ValueError, match="holds a model already"):
        save_task_model(tmp_path / "empty", model, tokenizer, labels)
    with pytest.raises(ValueError, match="1 different labels are wanted, not a b"):
        save_task_model(tmp_path / "new", model, tokenizer, ["a", "b"])
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id2label": {"0": "a"}}, "must name the outputs 0 to 2"),
        ({"architectures": ["BertForMultipleChoice"]}, "holds a BertForMultipleChoice"),
        ({"architectures": ["BertForQuestionAnswering"]}, r"lacks qa_outputs\.weight"),
    ],
)
def test_fine_tuned_models_that_do_not_fit(small_config, tokenizer, tmp_path, changes, message):
    model, labels = task_model("one label", small_config)
    save_task_model(tmp_path / "model", model, tokenizer, labels)
    edit_config(tmp_path / "model", **changes)
    with pytest.raises(ValueError, match=message):
        load_task_model(tmp_path / "model")


def test_a_disk_without_room_is_one_error_and_leaves_the_old_weights(tmp_path):
    resource = pytest.importorskip("resource", reason="limits the size of files with Unix's setrlimit")
    path = tmp_path / "model.safetensors"
    write_tensors(path, {"old": torch.zeros(3)})
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
    try:
        with pytest.raises(OSError, match=r"cannot write .*model\.safetensors .*: make room there"):
            write_tensors(path, {"new": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert list(tmp_path.iterdir()) == [path]
    assert list(load_file(path)) == ["old"]
