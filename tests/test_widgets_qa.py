import math

import pytest
import torch

from jbert_lessons.finetuning import predict
from jbert_lessons.qa import BertForQuestionAnswering, best_answer, windows
from jbert_lessons.widgets.qa import QuestionBox, Reading

CONTEXT = "東京は日本の首都です。人口がとても多いです。電車で仕事に行く人がたくさんいます。"
QUESTION = "日本の首都は"


@pytest.fixture
def model(small_config, device):
    return BertForQuestionAnswering(small_config, torch.Generator().manual_seed(1)).to(device).eval()


def test_a_reading_is_what_the_model_says(model, tokenizer):
    reading = Reading(model, tokenizer, QUESTION, CONTEXT, 24, 6, threshold=-math.inf)
    found = windows(tokenizer, QUESTION, CONTEXT, 24, 6)
    logits = predict(model, tokenizer, found)
    assert reading.answer == best_answer(found, logits, threshold=-math.inf)
    assert reading.count == len(found) > 1
    chosen = found[reading.number - 1]
    assert reading.tokens == [tokenizer.vocabulary[i] for i in chosen.ids]
    alone = best_answer([chosen], [logits[reading.number - 1]], threshold=-math.inf)
    assert alone == reading.answer
    assert reading.chances.sum(axis=1) == pytest.approx([1, 1])
    text = CONTEXT[reading.answer.start : reading.answer.end]
    assert f"[{text} {reading.answer.score:.1f}]" in repr(reading.marked())


def test_no_answer_is_said_and_nothing_is_marked(model, tokenizer):
    reading = Reading(model, tokenizer, QUESTION, CONTEXT, threshold=math.inf)
    assert repr(reading.marked()) == CONTEXT
    assert reading.sentence().startswith("No answer")


def test_the_chart_tells_where_the_answer_most_likely_starts(model, tokenizer):
    reading = Reading(model, tokenizer, QUESTION, CONTEXT)
    picture = reading.chart()
    first = int(reading.chances[0].argmax())
    assert f"starts at {reading.tokens[first]} (token {first}, " in picture.alt
    assert picture.png().startswith(b"\x89PNG")


def test_the_box_follows_its_texts(model, tokenizer):
    box = QuestionBox(model, tokenizer, QUESTION, CONTEXT, threshold=-math.inf)
    assert "<mark" in box.shown.value
    before = box.image.value
    box.context.value = "猫が庭にいます。<b>黒い</b>猫です。"
    assert box.image.value != before
    assert "<b>" not in box.shown.value
    box.context.value = " "
    assert "no words in the context" in box.shown.value
    assert box.image.layout.display == "none"
    box.context.value, box.question.value = CONTEXT, QUESTION * 20
    assert "shorten the question" in box.shown.value
    box.question.value = QUESTION
    assert "<mark" in box.shown.value
    assert box.image.layout.display is None
