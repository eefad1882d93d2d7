"""Heads equal to the library's, and one loop that learns, keeps the best epoch and repeats itself."""

import math
from dataclasses import replace

import pytest
import torch
import transformers

from jbert_lessons.checkpoints import their_name
from jbert_lessons.classification import PROBLEMS, BertForSequenceClassification
from jbert_lessons.finetuning import Example, FinetuningOptions, collate, finetune, predict, start_from
from jbert_lessons.ner import BertForTokenClassification
from jbert_lessons.objectives import IGNORED, BertForPreTraining

GOOD, BAD = ("猫が庭にいます。", "犬は毎日散歩に行きます。"), ("冬は寒いです。", "雪がたくさん降ります。")


@pytest.fixture
def config(small_config):
    return replace(small_config, initializer_range=0.2)


@pytest.fixture
def batch(config):
    generator = torch.Generator().manual_seed(3)
    lengths = torch.tensor([9, 6, 2])[:, None]
    mask = (torch.arange(9) < lengths).long()
    return {
        "input_ids": torch.randint(5, config.vocab_size, (3, 9), generator=generator) * mask,
        "token_type_ids": torch.randint(0, 2, (3, 9), generator=generator),
        "attention_mask": mask,
    }


def assert_equal_to_the_library(ours, kind, batch, labels, **their_options):
    theirs = kind(transformers.BertConfig(**ours.config.to_dict(), **their_options)).eval()
    ours.eval()
    names = {name: their_name(name) for name in ours.state_dict()}
    weights = {
        names[name]: value for name, value in ours.state_dict().items() if names[name] in theirs.state_dict()
    }
    theirs.load_state_dict(weights)
    expected, found = theirs(**batch, labels=labels), ours(**batch, labels=labels)
    real = batch["attention_mask"].bool() if found.logits.ndim == 3 else slice(None)
    torch.testing.assert_close(found.logits[real], expected.logits[real], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found.loss, expected.loss, rtol=1e-5, atol=1e-5)
    expected.loss.backward()
    found.loss.backward()
    gradients = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        if names[name] in gradients and gradients[names[name]].grad is not None:
            torch.testing.assert_close(parameter.grad, gradients[names[name]].grad, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("problem", "labels"),
    [
        (PROBLEMS[0], torch.tensor([2, 0, 1])),
        (PROBLEMS[1], torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])),
        (PROBLEMS[2], torch.tensor([0.5, 4.0, 2.5])),
    ],
)
def test_the_classifier_equals_the_library(config, batch, problem, labels):
    n = 1 if problem == "regression" else 3
    ours = BertForSequenceClassification(config, n, problem, torch.Generator().manual_seed(0))
    kind = transformers.BertForSequenceClassification
    assert_equal_to_the_library(ours, kind, batch, labels, num_labels=n, problem_type=problem)


def test_the_tagger_equals_the_library(config, batch):
    labels = torch.randint(0, 5, (3, 9), generator=torch.Generator().manual_seed(1))
    labels = labels.masked_fill(batch["attention_mask"] == 0, IGNORED)
    ours = BertForTokenClassification(config, 5, torch.Generator().manual_seed(0))
    assert_equal_to_the_library(ours, transformers.BertForTokenClassification, batch, labels, num_labels=5)


def examples(tokenizer):
    return [Example(tokenizer.encode(text), int(text in GOOD)) for text in (*GOOD, *BAD)]


def classifier(config, device):
    model = BertForSequenceClassification(config, 2, generator=torch.Generator().manual_seed(0))
    return model.to(device)


def accuracy(model, tokenizer, found):
    logits = predict(model, tokenizer, [example.encoding for example in found])
    hits = [int(row.argmax()) == example.label for row, example in zip(logits, found, strict=True)]
    return sum(hits) / len(hits)


def test_it_learns_and_repeats_itself(config, tokenizer, device):
    found = examples(tokenizer)
    options = FinetuningOptions(epochs=12, batch_size=2, learning_rate=2e-3, patience=12)
    runs = []
    for _ in range(2):
        log = []
        model = classifier(config, device)
        best = finetune(model, tokenizer, found, lambda m: accuracy(m, tokenizer, found), options, log.append)
        runs.append(log)
        assert best == accuracy(model, tokenizer, found) == 1.0
        assert log[-1]["loss"] < log[0]["loss"]
    assert runs[0] == runs[1]


def test_the_best_epoch_is_kept_and_patience_ends_the_run(config, tokenizer, device):
    found = examples(tokenizer)
    model = classifier(config, device)
    scores = iter([0.3, 0.9, 0.5, 0.4, 0.2, 0.1])
    states = []

    def score(model):
        states.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(scores)

    log = []
    options = FinetuningOptions(epochs=6, batch_size=4, patience=2)
    assert finetune(model, tokenizer, found, score, options, log.append) == 0.9
    assert [entry["epoch"] for entry in log] == [1, 2, 3, 4]
    for name, value in model.state_dict().items():
        assert torch.equal(value, states[1][name])


def test_a_score_that_is_no_number_is_the_worst(config, tokenizer, device):
    found = examples(tokenizer)
    scores = iter([math.nan, 0.2, math.nan, 0.1])
    options = FinetuningOptions(epochs=4, batch_size=4)
    assert finetune(classifier(config, device), tokenizer, found, lambda m: next(scores), options) == 0.2
    scores = iter([math.nan, math.nan])
    options = FinetuningOptions(epochs=2, batch_size=4)
    nothing = finetune(classifier(config, device), tokenizer, found, lambda m: next(scores), options)
    assert math.isnan(nothing)


def test_frozen_weights_stay_and_the_others_learn(config, tokenizer, device):
    model = classifier(config, device)
    model.bert.requires_grad_(False)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    options = FinetuningOptions(epochs=2, batch_size=2)
    finetune(model, tokenizer, examples(tokenizer), lambda m: 0.0, options)
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"classifier.weight", "classifier.bias"}


def test_predictions_come_in_order_without_padding(config, tokenizer, device):
    texts = ["犬", "猫が庭にいます。", "雪"]
    encodings = [tokenizer.encode(text) for text in texts]
    model = BertForTokenClassification(config, 3, torch.Generator().manual_seed(0)).to(device).eval()
    found = predict(model, tokenizer, encodings, batch_size=2)
    for encoding, logits in zip(encodings, found, strict=True):
        alone = model(torch.tensor([encoding.ids], device=device)).logits[0].cpu()
        torch.testing.assert_close(logits, alone, rtol=1e-4, atol=1e-5)


def test_start_from_copies_the_encoder_only(config, tokenizer, device):
    pretrained = BertForPreTraining(config, torch.Generator().manual_seed(7))
    model = classifier(config, device)
    head = model.classifier.weight.clone()
    start_from(model, pretrained)
    assert torch.equal(model.bert.embeddings.token.weight.cpu(), pretrained.bert.embeddings.token.weight)
    assert torch.equal(model.classifier.weight, head)


def test_labels_of_tokens_are_padded_with_what_is_ignored(tokenizer):
    short, long = tokenizer.encode("犬"), tokenizer.encode("猫が庭にいます。")
    batch = collate([Example(e, [1] * len(e.ids)) for e in (short, long)], tokenizer, torch.device("cpu"))
    assert batch["labels"].shape == batch["input_ids"].shape
    assert torch.equal(batch["labels"] == IGNORED, batch["attention_mask"] == 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FinetuningOptions(epochs=0), "epochs must be greater than 0, not 0"),
        (lambda: FinetuningOptions(warmup=1.0), "warmup must lie between 0 and 1"),
    ],
)
def test_bad_options(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_bad_problems(config):
    with pytest.raises(ValueError, match="unknown problem type 'ranking': choose one of single_label"):
        BertForSequenceClassification(config, 2, "ranking")
    with pytest.raises(ValueError, match="2 labels do not fit regression"):
        BertForSequenceClassification(config, 2, "regression")


def test_no_examples_and_a_loss_that_explodes(config, tokenizer, device):
    with pytest.raises(ValueError, match="no examples"):
        finetune(classifier(config, device), tokenizer, [], lambda m: 0.0, FinetuningOptions())
    model = classifier(config, device)
    model.classifier.weight.data.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="epoch 1: lower the learning rate"):
        finetune(model, tokenizer, examples(tokenizer), lambda m: 0.0, FinetuningOptions())
