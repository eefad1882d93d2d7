"""Entities: through pieces and back, and scores that are those of seqeval."""

import random
from itertools import pairwise, product

import pytest
import torch
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Tokens

from jbert_lessons.corpora.minipedia.annotation import LABELS
from jbert_lessons.corpora.minipedia.document_tasks import named_entities
from jbert_lessons.ner import (
    best_legal_labels,
    bio_labels,
    entities_of_pieces,
    entity_scores,
    labels_of_pieces,
    may_follow,
    spans_of_labels,
)
from jbert_lessons.objectives import IGNORED
from jbert_lessons.tokenizer import Encoding, Tokenizer
from jbert_lessons.vocabulary import SPECIAL_TOKENS, train_vocabulary
from jbert_lessons.words import surfaces

NAMES = bio_labels(LABELS)


@pytest.fixture(scope="module")
def sentences():
    return [(text, [tuple(e) for e in entities]) for text, entities in named_entities(800, 3)]


@pytest.fixture(scope="module")
def entity_tokenizer(sentences):
    words = [word for text, _ in sentences for word in surfaces(text)]
    return Tokenizer(train_vocabulary(words, 2_000, min_frequency=1))


def test_labels_are_o_and_two_for_each_kind():
    assert NAMES[:3] == ["O", "B-人名", "I-人名"]
    assert len(NAMES) == 1 + 2 * len(LABELS)


def test_entities_survive_the_way_through_pieces_unless_they_end_inside_one(entity_tokenizer, sentences):
    kept = 0
    for text, entities in sentences:
        encoding = entity_tokenizer.encode(text)
        labels = labels_of_pieces(encoding, entities, NAMES)
        back = entities_of_pieces(encoding, ["O" if i == IGNORED else NAMES[i] for i in labels])
        borders = {edge for span in encoding.offsets for edge in span}
        for entity in entities:
            if entity[0] in borders and entity[1] in borders:
                assert entity in back, text
                kept += 1
    assert kept > 500


def test_a_name_that_ends_inside_a_piece_takes_the_whole_piece():
    tokenizer = Tokenizer([*SPECIAL_TOKENS, "津", "市民", "の", "会"])
    encoding = tokenizer.encode("津市民の会")
    labels = labels_of_pieces(encoding, [(0, 2, "地名")], NAMES)
    assert [NAMES[i] for i in labels[1:-1]] == ["B-地名", "I-地名", "O", "O"]
    found = entities_of_pieces(encoding, ["O" if i == IGNORED else NAMES[i] for i in labels])
    assert found == [(0, 3, "地名")]  # 津市 is lost: no piece ends there


def test_special_tokens_have_no_label(entity_tokenizer):
    encoding = entity_tokenizer.encode("山口さんは山口県の人だ。")
    labels = labels_of_pieces(encoding, [(0, 2, "人名"), (5, 8, "地名")], NAMES)
    assert labels[0] == labels[-1] == IGNORED
    spans = entities_of_pieces(encoding, ["O" if i == IGNORED else NAMES[i] for i in labels])
    assert spans == [(0, 2, "人名"), (5, 8, "地名")]


def made_up(labels):
    """One character for each label, between [CLS] and [SEP]."""
    n = len(labels)
    special = [1, *[0] * n, 1]
    starts, ends = [0, *range(n), 0], [0, *range(1, n + 1), 0]
    return Encoding([0] * (n + 2), [0] * (n + 2), special, starts, ends)


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        (["B-人名", "I-人名", "O"], [(0, 2, "人名")]),
        (["B-人名", "B-人名"], [(0, 1, "人名"), (1, 2, "人名")]),
        (["I-人名", "I-人名"], [(0, 2, "人名")]),
        (["B-人名", "I-地名", "I-地名"], [(0, 1, "人名"), (1, 3, "地名")]),
        (["O", "O"], []),
    ],
)
def test_spans_of_legal_and_illegal_labels(labels, spans):
    assert entities_of_pieces(made_up(labels), ["O", *labels, "O"]) == spans


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
def test_spans_and_scores_are_those_of_seqeval(strict):
    mode = {"mode": "strict", "scheme": IOB2} if strict else {}
    draw = random.Random(5)
    differ = 0
    for _ in range(60):
        gold = [[draw.choice(NAMES[:7]) for _ in range(draw.randint(1, 12))] for _ in range(20)]
        guessed = [[x if draw.random() < 0.7 else draw.choice(NAMES[:7]) for x in row] for row in gold]
        ours, true = ([spans_of_labels(row, strict) for row in rows] for rows in (guessed, gold))
        for row, spans in zip(guessed, ours, strict=True):
            if strict:
                theirs = [(e.start, e.end, e.tag) for e in Tokens(row, IOB2).entities]
            else:
                theirs = [(first, last + 1, kind) for kind, first, last in get_entities(row)]
            assert spans == theirs, row
            differ += spans != spans_of_labels(row, not strict)
        found = entity_scores(ours, true)
        assert found.precision == pytest.approx(precision_score(gold, guessed, **mode))
        assert found.recall == pytest.approx(recall_score(gold, guessed, **mode))
        assert found.f1 == pytest.approx(f1_score(gold, guessed, **mode))
    assert differ > 300  # or the two modes would not have been told apart


def test_strict_spans_leave_out_what_no_b_begins():
    labels = ["I-人名", "O", "B-人名", "I-地名", "I-地名", "B-地名", "I-地名"]
    assert spans_of_labels(labels, strict=True) == [(2, 3, "人名"), (5, 7, "地名")]
    encoding = made_up(labels)
    padded = ["O", *labels, "O"]
    assert entities_of_pieces(encoding, padded, strict=True) == [(2, 3, "人名"), (5, 7, "地名")]
    assert entities_of_pieces(encoding, padded) == spans_of_labels(labels)
    with pytest.raises(ValueError):
        entities_of_pieces(encoding, labels)


def test_a_special_token_ends_an_entity_whatever_it_is_called():
    encoding = Encoding([0] * 4, [0] * 4, [1, 0, 1, 0], [0, 0, 0, 0], [0, 2, 0, 3])
    assert entities_of_pieces(encoding, ["B-人名", "B-人名", "I-人名", "I-人名"]) == [
        (0, 2, "人名"),
        (0, 3, "人名"),
    ]


def is_legal(labels):
    return all(may_follow(before, label) for before, label in pairwise(["O", *labels]))


def test_legal_labels_are_those_that_both_modes_read_alike():
    names = NAMES[:5]
    for labels in product(names, repeat=4):
        assert is_legal(labels) == (spans_of_labels(labels) == spans_of_labels(labels, strict=True)), labels


def test_the_search_finds_the_best_of_all_legal_sequences():
    generator = torch.Generator().manual_seed(0)
    names = NAMES[:5]
    mended = 0
    for length in [0, 1, 2, 3, 4, 5] * 8:
        logits = torch.randn(length, len(names), generator=generator)
        logits[:, 2::2] += 1  # I- is tempting
        found = best_legal_labels(logits, names)
        legal = [
            way for way in product(range(len(names)), repeat=length) if is_legal([names[i] for i in way])
        ]
        sums = {way: sum(row[i].item() for row, i in zip(logits, way, strict=True)) for way in legal}
        assert found == [names[i] for i in max(legal, key=sums.get)]
        mended += found != [names[i] for i in logits.argmax(dim=1)]
    assert mended > 10


def test_the_search_leaves_legal_labels_as_they_are():
    labels = ["B-人名", "I-人名", "O", "B-地名", "B-地名", "I-地名"]
    logits = torch.zeros(len(labels), len(NAMES), dtype=torch.bfloat16)
    for row, label in zip(logits, labels, strict=True):
        row[NAMES.index(label)] = 3
    assert best_legal_labels(logits, NAMES) == labels


def test_nothing_found_and_nothing_to_find():
    assert entity_scores([[]], [[(0, 1, "人名")]]) == (0.0, 0.0, 0.0)
    assert entity_scores([[]], [[]]) == (0.0, 0.0, 0.0)


def test_an_unknown_label_is_named(entity_tokenizer):
    with pytest.raises(ValueError, match="unknown label 'animal'"):
        labels_of_pieces(entity_tokenizer.encode("猫"), [(0, 1, "animal")], NAMES)
