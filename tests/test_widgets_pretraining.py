import random

import pytest
import torch

from jbert_lessons.batches import tokenize
from jbert_lessons.objectives import BertForPreTraining
from jbert_lessons.pretraining import Pretrainer, PretrainingOptions
from jbert_lessons.widgets.pretraining import LiveCurve

LEVELS = {"uniform": 7.6, "unigram": 6.0}


def step(number: int, loss: float) -> dict:
    return {"step": number, "mlm_loss": loss, "nsp_loss": 0.7}


def reading(number: int, loss: float) -> dict:
    return {"step": number, "held_out": {"mlm_loss": loss, "mlm_accuracy": 0.5}}


@pytest.fixture
def curve():
    return LiveCurve(LEVELS)


def test_a_point_is_the_mean_of_the_losses_since_the_reading_before(curve):
    for entry in (step(1, 7.0), step(2, 5.0), reading(2, 6.5), step(3, 4.0), reading(3, 4.5)):
        curve.report(entry)
    assert curve.steps == [2, 3]
    assert curve.losses == {"training": [6.0, 4.0], "held-out": [6.5, 4.5]}
    assert "step 3: training 4.000, held-out 4.500" in curve.words.value


def test_the_picture_grows_and_the_static_one_is_the_same(curve):
    assert curve.image.layout.display == "none"
    seen = set()
    for number in range(1, 5):
        curve.report(step(number, 8.0 - number))
        curve.report(reading(number, 8.5 - number))
        assert curve.image.value == curve.static().png()
        seen.add(bytes(curve.image.value))
    assert len(seen) == 4
    assert curve.image.layout.display is None


def test_the_description_names_lines_and_levels(curve):
    for number in (10, 20):
        curve.report(step(number, 70 / number))
        curve.report(reading(number, 80 / number))
    said = curve.static().alt
    assert "training: from 7.00 to 3.50" in said
    assert "held-out: from 8.00 to 4.00" in said
    assert "uniform: from 7.60 to 7.60" in said and "unigram: from 6.00 to 6.00" in said


def test_a_reading_before_any_step_is_left_out(curve):
    with pytest.raises(ValueError):
        curve.static()
    curve.report(reading(0, 8.0))
    assert curve.steps == []
    curve.report(step(1, 7.0))
    curve.report(reading(1, 7.5))
    assert curve.steps == [1]


def test_a_run_reports_to_it(tmp_path, documents, tokenizer, small_config, device):
    torch.manual_seed(0)
    model = BertForPreTraining(small_config, torch.Generator().manual_seed(0)).to(device)
    tokenized = tokenize(documents, tokenizer)
    random.Random(0).shuffle(tokenized)
    options = PretrainingOptions(steps=6, batch_size=4, max_length=24, evaluations=3)
    curve = LiveCurve(LEVELS)
    trainer = Pretrainer(model, tokenizer, tokenized[:-2], tokenized[-2:], options, tmp_path)
    result = trainer.train(curve.report)
    assert curve.steps == [2, 4, 6]
    assert curve.losses["held-out"][-1] == pytest.approx(result["mlm_loss"])
