"""Topic, named entities and questions: labels from the marks, splits, subsets, the form of SQuAD."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest

from jbert_lessons.corpora.minipedia.annotation import LABELS, TOPICS
from jbert_lessons.corpora.minipedia.document_tasks import (
    named_entities,
    question_answering,
    squad,
    topic,
)
from jbert_lessons.corpora.minipedia.subsets import facts_in
from jbert_lessons.words import segment

SPLITS = ("train", "valid", "test")
TASKS = {"topic": topic, "named_entities": named_entities, "question_answering": question_answering}
EACH_TASK = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def text_of(example):
    return example.context if hasattr(example, "context") else example[0]


@pytest.fixture(scope="module")
def questions():
    return list(question_answering(1500, 1))


def test_every_topic_occurs():
    assert set(Counter(label for _, label in topic(800))) == set(TOPICS)


def test_every_kind_of_name_occurs_and_some_sentences_have_none():
    examples = list(named_entities(1500))
    labels = Counter(entity.label for _, entities in examples for entity in entities)
    assert set(labels) == set(LABELS) and min(labels.values()) > 20
    assert 0.1 < sum(not entities for _, entities in examples) / len(examples) < 0.7
    assert any(one.end == two.start for _, entities in examples for one, two in pairwise(entities))


def test_some_names_end_inside_a_word():
    cut = 0
    for text, entities in named_entities(3000):
        inside = {i for word in segment(text) for i in range(word.start + 1, word.end)}
        cut += any(entity.start in inside or entity.end in inside for entity in entities)
    assert cut > 5


def test_ambiguous_names_have_both_labels():
    labels = {}
    for text, entities in named_entities(8000):
        for start, end, label in entities:
            labels.setdefault(text[start:end], set()).add(label)
    assert sum({"人名", "地名"} <= found for found in labels.values()) > 3


def test_answers_stand_where_they_say(questions):
    answered = [one for one in questions if one.answers]
    assert 0.6 < len(answered) / len(questions) < 0.73
    for one in answered:
        for text, start in zip(one.answers, one.starts, strict=True):
            assert one.context[start : start + len(text)] == text
            assert text not in one.question
    assert any(len(one.answers) > 1 for one in answered)
    assert all(re.search("(か|ください)$", one.question) for one in questions)


def test_questions_without_an_answer_are_about_what_the_context_does_not_say(questions):
    about_a_subject = 0
    values = {}
    for fact in facts_in("all"):
        values.setdefault(fact.subject, set()).add(fact.value)
    for one in questions:
        if not one.answers:
            # The longest, since 『夏』 may be a part of another name.
            subject = max((s for s in values if s in one.question), key=len, default="")
            about_a_subject += subject in one.context
    unanswered = sum(not one.answers for one in questions)
    assert 0.25 < about_a_subject / unanswered < 0.75


def test_unseen_facts_are_never_asked_for_in_training_on_the_seen_ones():
    asked = {one.question for one in question_answering(1500, 2, subset="seen")}
    unseen = list(question_answering(150, 2, "test", subset="unseen"))
    assert not asked & {one.question for one in unseen}


def test_new_templates_ask_in_a_new_way():
    ways = [re.compile(p) for p in ("の作者の名前を教えて", "の首都を教えて", "生まれた年を教えて")]
    train = [one.question for one in question_answering(3000, 5)]
    new = [one.question for one in question_answering(400, 5, "test", new_templates=True)]
    for way in ways:
        assert not any(way.search(one) for one in train)
    assert any(way.search(one) for way in ways for one in new)


def test_squad_s_form(questions):
    data = squad(questions[:20])
    assert data["version"] == "v2.0"
    for one, entry in zip(questions, data["data"], strict=False):
        [paragraph] = entry["paragraphs"]
        [asked] = paragraph["qas"]
        assert asked["is_impossible"] == (not one.answers)
        for found in asked["answers"]:
            start = found["answer_start"]
            assert paragraph["context"][start : start + len(found["text"])] == found["text"]


@EACH_TASK
def test_splits_share_no_text(task):
    texts = {split: {text_of(e) for e in task(300, 3, split)} for split in SPLITS}
    if task is named_entities:  # sentences of different documents may be alike
        assert len(texts["train"] & texts["test"]) < 15
    else:
        assert not texts["train"] & (texts["valid"] | texts["test"]) and not texts["valid"] & texts["test"]


@EACH_TASK
def test_the_same_arguments_give_the_same_examples(task):
    assert list(task(30, 7)) == list(task(30, 7)) == list(islice(task(60, 7), 30))
    assert list(task(30, 7)) != list(task(30, 8))
    assert len(list(task(1))) == 1 and next(iter(task(10**12)))


@EACH_TASK
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n 0: allowed are whole numbers from 1"),
        ({"n": 2.0}, "n 2.0: allowed are whole numbers from 1"),
        ({"seed": "1"}, "seed '1': allowed are whole numbers"),
        ({"split": "dev"}, "split 'dev': allowed are train valid test"),
        ({"new_templates": True}, "new_templates with split 'train': allowed are valid test"),
        ({"subset": "most"}, "subset 'most': allowed are all core seen unseen"),
    ],
)
def test_bad_arguments_are_named_at_once(task, options, message):
    with pytest.raises(ValueError, match=message):
        task(**{"n": 5, **options})


def digest():
    examples = [repr(e) for task in TASKS.values() for split in SPLITS for e in task(30, 1, split)]
    return hashlib.sha256("\n".join(examples).encode()).hexdigest()


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    code = "import test_minipedia_document_tasks as t; print(t.digest())"
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parent)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert run.stdout.strip() == digest(), run.stderr
