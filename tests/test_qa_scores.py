"""Scores of answers: as JSQuAD counts them."""

import random

import pytest

from jbert_lessons.qa import character_f1, exact_match, normalize_answer


@pytest.mark.parametrize(
    ("predicted", "answers", "exact", "f1"),
    [
        ("東京", ["東京"], 1.0, 1.0),
        ("東京都", ["東京"], 0.0, 0.8),
        ("京東", ["東京"], 0.0, 1.0),  # the F1 knows no order
        ("東京", ["大阪", "東京都", "東京"], 1.0, 1.0),
        ("大阪", ["東京"], 0.0, 0.0),
        ("東京。", ["東京"], 1.0, 1.0),
        ("Tokyo  Tower", ["tokyo tower"], 1.0, 1.0),
        ("１９９８年", ["1998年"], 0.0, 0.2),  # no NFKC
        ("「東京」", ["東京"], 0.0, 2 * 2 / 6),  # punctuation stays
        ("", [], 1.0, 1.0),
        ("東京", [], 0.0, 0.0),
        ("", ["東京"], 0.0, 0.0),
        ("。", [], 1.0, 1.0),  # nothing is left of it
        ("ああ", ["あい"], 0.0, 0.5),  # a character counts as often as both have it
    ],
)
def test_scores(predicted, answers, exact, f1):
    assert exact_match(predicted, answers) == exact
    assert character_f1(predicted, answers) == pytest.approx(f1)


def test_the_f1_is_the_harmonic_mean_of_precision_and_recall():
    draw = random.Random(1)
    for _ in range(300):
        ours, gold = ("".join(draw.choices("あいうえ", k=draw.randint(1, 8))) for _ in range(2))
        left, shared = list(gold), 0
        for character in ours:
            if character in left:
                left.remove(character)
                shared += 1
        precision, recall = shared / len(ours), shared / len(gold)
        expected = 2 * precision * recall / (precision + recall) if shared else 0.0
        assert character_f1(ours, [gold]) == pytest.approx(expected)


def test_what_is_normalised():
    assert normalize_answer(" 東京　タワー\n") == "東京 タワー"
    assert normalize_answer("ＡＢＣです。。") == "ａｂｃです"
    assert normalize_answer("モー娘。の歌") == "モー娘。の歌"
