import pytest
import torch

from jbert_lessons.checkpoints import load_model
from jbert_lessons.pretraining import PretrainingOptions
from jbert_lessons.pretraining_job import (
    MINIPEDIA,
    RECIPES,
    minipedia,
    pretrain_on_text,
    read_documents,
    recipe,
)


@pytest.mark.parametrize("facts", MINIPEDIA)
def test_minipedia_is_the_default(tmp_path, monkeypatch, facts):
    monkeypatch.setitem(MINIPEDIA, facts, ((60, {"fact_share": 0.5}),))
    result = pretrain_on_text(
        tmp_path,
        PretrainingOptions(steps=3),
        facts=facts,
        vocab_size=4_000,
        held_out_share=0.2,
        float16=True,
        say=lambda _: None,
    )
    assert result["masked_tokens"] > 100
    assert 0 < result["unigram_entropy"] < result["unigram_loss"]
    model, tokenizer = load_model(tmp_path)
    assert model.config.vocab_size == len(tokenizer.vocabulary)
    assert f"Minipedia ({facts} facts)" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_minipedia_s_parts_differ():
    training, held_out = minipedia("core", "train", 0, 0.01), minipedia("core", "valid", 0, 0.01)
    assert len(training) == len(held_out) == 200
    assert not {tuple(document) for document in training} & {tuple(document) for document in held_out}


def test_sentences_of_another_edition_are_no_test(tmp_path):
    common = [f"これは{number}番目の文です。" for number in range(20)]
    for name, extra in (
        ("古い版", "むかしの終わり。"),
        ("新しい版", "いまの終わり。"),
        ("別の本", "別の話。"),
    ):
        lines = [*common, extra] if "版" in name else [f"{name}の{n}番目。" for n in range(40)]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    training, held_out = read_documents(tmp_path, "core", "utf-8", 0.3, seed=1)
    seen = {sentence for document in training for sentence in document}
    assert not any(sentence in seen for document in held_out for sentence in document)


def test_a_corpus_that_repeats_itself_is_still_read(tmp_path):
    (tmp_path / "a.txt").write_text("文。\n" * 40, encoding="utf-8")
    training, held_out = read_documents(tmp_path, "core", "utf-8", 0.2, seed=0)
    assert training and held_out


def test_sizes_are_checked_before_any_work(tmp_path):
    with pytest.raises(ValueError, match="vocab_size must be a whole number from 1"):
        pretrain_on_text(tmp_path / "out", PretrainingOptions(steps=1), vocab_size=0)
    with pytest.raises(ValueError, match="facts 'most': allowed are core all"):
        pretrain_on_text(tmp_path / "out", PretrainingOptions(steps=1), facts="most")
    assert not (tmp_path / "out").exists()


def test_a_resumed_run_checks_its_options_before_it_reads_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setitem(MINIPEDIA, "core", ((60, {"fact_share": 0.5}),))
    pretrain_on_text(tmp_path, PretrainingOptions(steps=1), vocab_size=2_000, say=lambda _: None)
    (tmp_path / "training" / "step-00000002").mkdir()  # damaged: the state before it tells the options
    for changes, message in (
        ({"options": PretrainingOptions(steps=2)}, "started with steps=1, not 2"),
        ({"preset": "mini"}, "started with hidden_size=128, not 256"),
        ({"dropout": 0.1}, r"started with hidden_dropout_prob=0\.0, not 0\.1"),
        ({}, "no corpus at"),
    ):
        given = {"options": PretrainingOptions(steps=1), **changes}
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            pretrain_on_text(tmp_path, corpus=tmp_path / "nowhere", resume=True, **given)


def test_every_recipe_is_one_that_runs():
    for corpus, facts in ((None, "core"), (None, "all"), ("file.txt", "core")):
        chosen = recipe(corpus, facts)
        assert chosen.pop("vocab_size") > 0
        PretrainingOptions(**chosen)


def test_what_is_given_replaces_what_the_recipe_says():
    assert recipe(None, "core", batch_size=3, steps=None)["batch_size"] == 3
    assert recipe(None, "core", minutes=1.0) == {
        **{name: value for name, value in RECIPES["core"].items() if name != "steps"},
        "minutes": 1.0,
    }
    assert recipe("file.txt", "all") == RECIPES["text"]


def test_a_run_can_go_on_from_a_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setitem(MINIPEDIA, "core", ((60, {"fact_share": 0.5}),))
    first, second = tmp_path / "first", tmp_path / "second"
    options = PretrainingOptions(steps=2, max_length=32)
    pretrain_on_text(first, options, vocab_size=2_000, say=lambda _: None)
    # A learning rate of nearly nothing: what comes out is what went in.
    options = PretrainingOptions(steps=1, max_length=16, learning_rate=1e-9)
    pretrain_on_text(second, options, start_from=first, say=lambda _: None)
    (before, tokenizer), (after, same) = load_model(first), load_model(second)
    assert tokenizer.vocabulary == same.vocabulary
    assert before.config == after.config
    for name, value in before.state_dict().items():
        torch.testing.assert_close(after.state_dict()[name], value, rtol=0, atol=1e-6)
    with pytest.raises(ValueError, match="reads at most 32 tokens, not 64: choose a smaller max_length"):
        pretrain_on_text(tmp_path / "x", PretrainingOptions(steps=1), start_from=first)
    with pytest.raises(ValueError, match=r"config\.json is missing"):
        pretrain_on_text(tmp_path / "x", options, start_from=tmp_path / "nothing")
    assert not (tmp_path / "x").exists()
