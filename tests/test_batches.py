import random

import pytest
import torch

from jbert_lessons.batches import BatchMaker, divide, hold_out, tokenize
from jbert_lessons.objectives import IGNORED


@pytest.fixture
def tokenized(documents, tokenizer):
    return tokenize(documents, tokenizer)


def test_tokenize_keeps_documents_and_sentences(documents, tokenizer, tokenized):
    assert [len(document) for document in tokenized] == [len(document) for document in documents]
    assert tokenizer.decode(tokenized[0][0]) == documents[0][0]
    assert tokenize([["", "　"], ["猫"]], tokenizer) == [[tokenized_sentence("猫", tokenizer)]]


def tokenized_sentence(text, tokenizer):
    return tokenize([[text]], tokenizer)[0][0]


def test_batches_are_well_formed(tokenized, tokenizer):
    maker = BatchMaker(tokenizer, batch_size=4, max_length=32, mask_rate=0.5)
    for pairs in maker.epoch(tokenized, random.Random(0)):
        batch = maker.batch(pairs, torch.Generator().manual_seed(0))
        original = torch.where(batch["labels"] != IGNORED, batch["labels"], batch["input_ids"])
        for row, pair in enumerate(pairs):
            ids = [tokenizer.cls_id, *pair.first, tokenizer.sep_id, *pair.second, tokenizer.sep_id]
            length = len(ids)
            assert original[row, :length].tolist() == ids
            assert original[row, length:].eq(tokenizer.pad_id).all()
            assert batch["attention_mask"][row].sum() == length <= 32
            types = [0] * (len(pair.first) + 2) + [1] * (len(pair.second) + 1)
            assert batch["token_type_ids"][row, :length].tolist() == types
            assert batch["token_type_ids"][row, length:].eq(0).all()
            special = [0, len(pair.first) + 1, length - 1]
            assert batch["labels"][row, special].eq(IGNORED).all()
        assert batch["nsp_labels"].tolist() == [pair.label for pair in pairs]


def test_epochs_follow_from_their_generator(tokenized, tokenizer):
    maker = BatchMaker(tokenizer, batch_size=3, max_length=24)
    first, again, other = (list(maker.epoch(tokenized, random.Random(seed))) for seed in (1, 1, 2))
    assert first == again != other


def test_a_batch_holds_similar_lengths(tokenized, tokenizer):
    maker = BatchMaker(tokenizer, batch_size=4, max_length=24)
    ranges = []
    for pairs in maker.epoch(tokenized * 20, random.Random(0)):
        lengths = [len(pair.first) + len(pair.second) for pair in pairs]
        ranges.append(max(lengths) - min(lengths))
    assert sum(ranges) / len(ranges) < 2


def test_whole_words(tokenized, tokenizer):
    maker = BatchMaker(tokenizer, batch_size=10, max_length=64, mask_rate=0.4, whole_words=True)
    pairs = next(maker.epoch(tokenized, random.Random(0)))
    batch = maker.batch(pairs, torch.Generator().manual_seed(0))
    labels, ids = batch["labels"], batch["input_ids"]
    original = torch.where(labels != IGNORED, labels, ids)
    for row in range(len(pairs)):
        for column in range(1, original.shape[1]):
            if tokenizer.vocabulary[original[row, column]].startswith("##"):
                assert (labels[row, column] == IGNORED) == (labels[row, column - 1] == IGNORED)


def test_hold_out_takes_whole_documents(documents):
    training, held_out = hold_out(documents, 0.25, seed=3)
    assert len(held_out) >= 2 and len(training) >= 2
    assert sorted(training + held_out) == sorted(documents)
    assert hold_out(documents, 0.25, seed=3) == (training, held_out)
    assert sum(map(len, held_out)) <= 0.25 * sum(map(len, documents))


def test_hold_out_of_long_documents():
    training, held_out = hold_out([["。"] * 100, ["。"] * 90, ["。"] * 95, ["。"] * 80], 0.01, seed=0)
    assert [len(document) for document in held_out] == [90, 80]
    assert len(training) == 2


def test_one_long_document_is_divided():
    novel = [f"{number}。" for number in range(100)]
    parts = divide([novel])
    assert len(parts) == 10
    assert [sentence for part in parts for sentence in part] == novel


@pytest.mark.parametrize("documents", [[], [["一つだけ。"]], [["一。"], ["二。"]]])
def test_too_small_a_corpus(documents):
    with pytest.raises(ValueError, match=r"sentence\(s\): next-sentence prediction is impossible"):
        divide(documents)
