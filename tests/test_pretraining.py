import json
import random
import signal

import pytest
import torch

from jbert_lessons import pretraining
from jbert_lessons.batches import BatchMaker, hold_out, tokenize
from jbert_lessons.checkpoints import load_model
from jbert_lessons.objectives import IGNORED, BertForPreTraining
from jbert_lessons.optimization import learning_rate_factor, make_optimizer
from jbert_lessons.pretraining import Pretrainer, PretrainingOptions
from jbert_lessons.pretraining_step import evaluate, train_step, unigram_baselines


@pytest.fixture
def make_trainer(documents, tokenizer, small_config):
    """Return a function that makes the same run anew, in the folder that it is told."""

    def make(folder, device="cpu", **changes):
        options = {"steps": 12, "batch_size": 3, "max_length": 32, "evaluations": 3, **changes}
        training, held_out = hold_out(tokenize(documents, tokenizer), 0.3, seed=0)
        model = BertForPreTraining(small_config, torch.Generator().manual_seed(0)).to(device)
        return Pretrainer(model, tokenizer, training, held_out, PretrainingOptions(**options), folder)

    return make


def weights(trainer):
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def assert_equal(first, second):
    for name in first:
        assert torch.equal(first[name], second[name]), name


def stop_at(monkeypatch, step: int):
    """Press Ctrl-C in the middle of the given step."""
    real = pretraining.train_step
    calls = []

    def interrupted(*args, **kwargs):
        calls.append(1)
        if len(calls) == step:
            signal.raise_signal(signal.SIGINT)
        return real(*args, **kwargs)

    monkeypatch.setattr(pretraining, "train_step", interrupted)


@pytest.mark.parametrize(
    "options", [{}, {"short_length": 12, "short_share": 0.5}], ids=["one", "two lengths"]
)
def test_a_resumed_run_equals_an_unbroken_one(make_trainer, tmp_path, monkeypatch, options):
    unbroken = make_trainer(tmp_path / "unbroken", **options)
    unbroken.train()
    for stop in (1, 5, 11):
        folder = tmp_path / f"stopped at {stop}"
        with monkeypatch.context() as context:
            stop_at(context, stop)
            with pytest.raises(KeyboardInterrupt):
                make_trainer(folder, **options).train()
        torch.manual_seed(999)  # whatever else happened in between
        resumed = make_trainer(folder, **options)
        assert resumed.resume() == stop
        resumed.train()
        assert_equal(weights(unbroken), weights(resumed))
        assert resumed.position["tokens"] == unbroken.position["tokens"]


def test_the_first_part_of_a_run_can_read_shorter_pairs(make_trainer, tmp_path, monkeypatch):
    widths = []

    def noted(model, batch, *rest):
        widths.append(batch["input_ids"].shape[1])
        return train_step(model, batch, *rest)

    monkeypatch.setattr("jbert_lessons.pretraining.train_step", noted)
    trainer = make_trainer(tmp_path, short_length=12, short_share=0.5)
    trainer.train()
    half = len(widths) // 2
    assert max(widths[:half]) <= 12 < max(widths[half:])
    assert trainer.short_maker.batch_size > trainer.maker.batch_size


def test_the_same_seed_gives_the_same_model(make_trainer, tmp_path):
    trainers = [make_trainer(tmp_path / str(i), seed=seed) for i, seed in enumerate((0, 0, 1))]
    for trainer in trainers:
        trainer.train()
    assert_equal(weights(trainers[0]), weights(trainers[1]))
    names = weights(trainers[0])
    assert any(not torch.equal(names[name], value) for name, value in weights(trainers[2]).items())


def test_training_learns(make_trainer, tmp_path, device):
    trainer = make_trainer(tmp_path, device=device, steps=300, learning_rate=3e-3, mask_rate=0.3)
    generator = torch.Generator().manual_seed(0)
    pairs = trainer.maker.epoch(trainer.training, random.Random(0))
    seen = [trainer.maker.batch(rows, generator) for rows in pairs]
    before = evaluate(trainer.model, trainer.held_out)
    after = trainer.train()
    assert after["mlm_loss"] < before["mlm_loss"]
    baseline = unigram_baselines(trainer.training, seen, trainer.model.config.vocab_size)
    assert evaluate(trainer.model, seen)["mlm_loss"] < 0.9 * baseline["unigram_loss"]


def test_the_log_and_the_model_are_written(make_trainer, tmp_path):
    reported = []
    trainer = make_trainer(tmp_path, steps=6)
    result = trainer.train(reported.append)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == reported
    assert [line["step"] for line in lines if "mlm_loss" in line] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in lines if "held_out" in line] == [2, 4, 6]
    assert lines[-1]["held_out"] == result
    model, _ = load_model(tmp_path)
    assert_equal(weights(trainer), model.state_dict())


def test_accumulation_gives_the_gradient_of_the_whole_batch(documents, tokenizer, small_config, device):
    config = type(small_config)(
        **{**small_config.to_dict(), "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    )
    maker = BatchMaker(tokenizer, batch_size=8, max_length=48)
    pairs = next(maker.epoch(tokenize(documents, tokenizer), random.Random(0)))
    batch = maker.batch(pairs, torch.Generator().manual_seed(0))
    gradients = []
    for parts in (1, 3):
        model = BertForPreTraining(config, torch.Generator().manual_seed(0)).to(device)
        losses = train_step(model, batch, bfloat16=False, accumulation=parts)
        gradients.append((losses, [p.grad for p in model.parameters()]))
    assert gradients[0][0] == pytest.approx(gradients[1][0], abs=1e-5)
    torch.testing.assert_close(gradients[0][1], gradients[1][1], rtol=1e-5, atol=1e-5)


def test_evaluation_counts_masked_tokens(documents, tokenizer, small_config, device):
    model = BertForPreTraining(small_config).to(device)
    maker = BatchMaker(tokenizer, batch_size=4, max_length=48, mask_rate=0.4)
    generator = torch.Generator().manual_seed(0)
    pairs = maker.epoch(tokenize(documents, tokenizer), random.Random(0))
    batches = [maker.batch(rows, generator) for rows in pairs]
    result = evaluate(model, batches)
    assert model.training
    assert result["masked_tokens"] == sum((b["labels"] != IGNORED).sum().item() for b in batches)
    model.eval()
    hits = total = 0.0
    for batch in batches:
        on_device = {name: value.to(device) for name, value in batch.items()}
        with torch.no_grad():
            logits = model(
                on_device["input_ids"], on_device["token_type_ids"], on_device["attention_mask"]
            ).mlm_logits.cpu()
        selected = batch["labels"] != IGNORED
        hits += (logits.argmax(-1) == batch["labels"])[selected].sum().item()
        log_probabilities = logits.log_softmax(-1).gather(-1, batch["labels"].clamp(min=0)[..., None])[..., 0]
        total -= log_probabilities[selected].sum().item()
    assert result["mlm_accuracy"] == pytest.approx(hits / result["masked_tokens"])
    assert result["mlm_loss"] == pytest.approx(total / result["masked_tokens"], rel=1e-5)


def test_unigram_baselines():
    labels = torch.tensor([[5, 5, IGNORED, 6]])
    result = unigram_baselines([[[5, 6], [6]]], [{"labels": labels}], vocab_size=8)
    # Counts plus one: 2 of 11 for 5, 3 of 11 for 6.
    expected = -(2 * torch.tensor(2 / 11).log() + torch.tensor(3 / 11).log()) / 3
    assert result["unigram_loss"] == pytest.approx(expected.item())
    shares = torch.tensor([2 / 3, 1 / 3])
    assert result["unigram_entropy"] == pytest.approx(-(shares * shares.log()).sum().item())


def test_learning_rate_factor():
    values = [learning_rate_factor(p, 0.1) for p in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert values == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])


def test_no_decay_on_biases_and_norms(small_config):
    model = BertForPreTraining(small_config)
    optimizer = make_optimizer(model, 1e-3, 0.01)
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert len(decay) == len(list(model.parameters()))
    for name, parameter in model.named_parameters():
        is_vector = name.endswith("bias") or "norm" in name
        assert decay[id(parameter)] == (0.0 if is_vector else 0.01), name


def test_a_run_resumes_only_with_its_own_options_and_corpus(make_trainer, tmp_path):
    make_trainer(tmp_path).train()
    with pytest.raises(ValueError, match=r"started with learning_rate=0\.001, not 0\.1"):
        make_trainer(tmp_path, learning_rate=0.1).resume()
    other = make_trainer(tmp_path)
    other.run["corpus"] = "another"
    with pytest.raises(ValueError, match="the corpus is not the one"):
        other.resume()
    with pytest.raises(ValueError, match="nothing to resume"):
        make_trainer(tmp_path / "empty").resume()


def test_an_infinite_loss_stops_the_run(make_trainer, tmp_path):
    trainer = make_trainer(tmp_path)
    with torch.no_grad():
        trainer.model.nsp_head.bias.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="no longer finite at step 0: lower the learning rate"):
        trainer.train()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "steps or of minutes"),
        ({"steps": 1, "minutes": 1}, "not both"),
        ({"steps": 0}, "steps must be greater than 0"),
        ({"steps": 1, "mask_rate": 1.5}, "mask_rate must lie between"),
        ({"steps": 1, "max_length": 4}, "max_length must be at least 8"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        PretrainingOptions(**options)
