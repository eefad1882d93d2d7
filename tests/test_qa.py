"""Answers in text: the head is the library's, windows lose nothing, spans are valid, offsets lead back."""

import math
from dataclasses import replace

import pytest
import torch
import transformers

from jbert_lessons.checkpoints import their_name
from jbert_lessons.corpora.minipedia.document_tasks import question_answering
from jbert_lessons.finetuning import Example, FinetuningOptions, finetune, predict
from jbert_lessons.qa import (
    Answer,
    BertForQuestionAnswering,
    answer_positions,
    best_answer,
    in_context,
    span_loss,
    valid_spans,
    windows,
)
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import SPECIAL_TOKENS, train_vocabulary
from jbert_lessons.words import surfaces

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module")
def questions():
    return list(question_answering(150, 3))


@pytest.fixture(scope="module")
def qa_tokenizer(questions):
    words = [word for one in questions for word in surfaces(one.context + one.question)]
    return Tokenizer(train_vocabulary(words, 2_000, min_frequency=1))


@pytest.fixture
def config(small_config):
    return replace(small_config, initializer_range=0.2)


@pytest.fixture
def batch(config):
    generator = torch.Generator().manual_seed(3)
    mask = (torch.arange(9) < torch.tensor([9, 6, 4])[:, None]).long()
    return {
        "input_ids": torch.randint(5, config.vocab_size, (3, 9), generator=generator) * mask,
        "token_type_ids": torch.randint(0, 2, (3, 9), generator=generator),
        "attention_mask": mask,
    }


@pytest.mark.parametrize(
    "labels",
    [
        [[3, 5], [0, 0], [2, 2]],
        [[3, 9], [7, 40], [2, 2]],  # places behind the last token: left out
        [[-100, 5], [-1, -1], [2, 2]],  # places before the first: counted as [CLS]
    ],
)
def test_the_head_equals_the_library(config, batch, labels):
    labels = torch.tensor(labels)
    ours = BertForQuestionAnswering(config, torch.Generator().manual_seed(0)).eval()
    kind = transformers.BertForQuestionAnswering
    theirs = kind(transformers.BertConfig(**config.to_dict(), num_labels=2)).eval()
    names = {name: their_name(name) for name in ours.state_dict() if "pooler" not in name}
    theirs.load_state_dict({names[name]: ours.state_dict()[name] for name in names})
    expected = theirs(**batch, start_positions=labels[:, 0], end_positions=labels[:, 1])
    found = ours(**batch, labels=labels)
    theirs_stacked = torch.stack([expected.start_logits, expected.end_logits], dim=-1)
    torch.testing.assert_close(found.logits, theirs_stacked, **CLOSE)
    torch.testing.assert_close(found.loss, expected.loss, **CLOSE)
    expected.loss.backward()
    found.loss.backward()
    gradients = dict(theirs.named_parameters())
    compared = 0
    for name, parameter in ours.named_parameters():
        if name in names:
            torch.testing.assert_close(parameter.grad, gradients[names[name]].grad, **CLOSE)
            compared += 1
    assert compared == len(gradients)


def test_without_labels_there_is_no_loss_and_padding_moves_no_logits(config, batch):
    model = BertForQuestionAnswering(config).eval()
    output = model(**batch)
    assert output.loss is None
    assert output.logits.shape == (3, 9, 2)
    alone = model(**{name: rows[1:2, :6] for name, rows in batch.items()}).logits
    torch.testing.assert_close(output.logits[1:2, :6], alone, **CLOSE)


def test_the_loss_is_the_mean_of_start_and_end():
    logits = torch.zeros(1, 4, 2)
    logits[0, 2, 0] = 30.0  # the start is certain, the end is not
    assert span_loss(logits, torch.tensor([[2, 3]])).item() == pytest.approx(math.log(4) / 2)


@pytest.mark.parametrize(("length", "stride"), [(40, 0), (40, 8), (64, 20), (128, 32), (10_000, 5)])
def test_windows_cover_the_context_and_share_the_stride(qa_tokenizer, questions, length, stride):
    for one in questions[:40]:
        asked = qa_tokenizer.encode(one.question).ids
        told = qa_tokenizer.encode(one.context)
        kept = []
        found = windows(qa_tokenizer, one.question, one.context, length, stride)
        for number, window in enumerate(found):
            assert window.ids[: len(asked)] == asked  # [CLS] question [SEP], whole
            assert len(window.ids) <= length
            inner = [i for i, inside in enumerate(in_context(window)) if inside]
            assert inner == list(range(len(asked), len(window.ids) - 1))
            spans = [(window.ids[i], *window.offsets[i]) for i in inner]
            if number:
                assert kept[len(kept) - stride :] == spans[:stride]
            kept += spans[stride if number else 0 :]
        assert kept == list(zip(told.ids[1:-1], *zip(*told.offsets[1:-1], strict=True), strict=True))


def test_a_context_that_fits_is_one_window_as_the_tokenizer_makes_it(qa_tokenizer, questions):
    for one in questions[:30]:
        whole = qa_tokenizer.encode(one.question, one.context)
        assert windows(qa_tokenizer, one.question, one.context, len(whole.ids), 10) == [whole]
        assert len(windows(qa_tokenizer, one.question, one.context, len(whole.ids) - 1, 10)) == 2


def test_a_question_too_long_for_the_window_is_one_clear_error(qa_tokenizer):
    question = "東京はどこですか" * 40
    with pytest.raises(ValueError, match=r"the question has \d+ tokens: a window of 64 keeps 0 .* shorten"):
        windows(qa_tokenizer, question, "東京は日本にある。", 64, 16)
    with pytest.raises(ValueError, match=r"keeps 13 .* more than the stride, 13"):
        windows(qa_tokenizer, "", "東京は日本にある。", 16, 13)
    assert windows(qa_tokenizer, "", "東京は日本にある。", 16, 12)
    with pytest.raises(ValueError, match="must not be negative"):
        windows(qa_tokenizer, "", "東京は日本にある。", 16, -1)


@pytest.mark.parametrize("context", ["", " \n"])
def test_an_empty_context_has_one_window_and_no_answer(qa_tokenizer, context):
    [window] = windows(qa_tokenizer, "東京はどこですか", context, 64, 16)
    assert answer_positions(window, 0, 0) == (0, 0)
    logits = torch.randn(len(window.ids), 2)
    for threshold in (0.0, -math.inf):
        assert best_answer([window], [logits], threshold=threshold) == Answer(0, 0, -math.inf)


def test_a_literal_special_token_in_the_context_is_text(qa_tokenizer):
    context = "東京は[SEP]日本[CLS]にある[MASK]。"
    [window] = windows(qa_tokenizer, "[SEP]はどこですか", context, 128, 16)
    assert [i for i, mark in enumerate(window.special_tokens_mask) if mark] == [
        0,
        window.token_type_ids.index(1) - 1,
        len(window.ids) - 1,
    ]
    assert qa_tokenizer.mask_id not in window.ids
    assert window.ids.count(qa_tokenizer.sep_id) == 2
    first, last = answer_positions(window, context.index("日本"), context.index("日本") + 2)
    assert context[window.starts[first] : window.ends[last]] == "日本"


def perfect_logits(window, start, end):
    """What a model says that knows the answer, or that there is none."""
    logits = torch.zeros(len(window.ids), 2)
    first, last = answer_positions(window, start, end)
    logits[first, 0] += 5.0
    logits[last, 1] += 5.0
    return logits


@pytest.mark.parametrize(("length", "stride"), [(128, 64), (64, 24)])
def test_answers_survive_the_way_through_windows_and_back(qa_tokenizer, questions, length, stride):
    kept = 0
    for one in questions:
        found = windows(qa_tokenizer, one.question, one.context, length, stride)
        text, start = (one.answers[0], one.starts[0]) if one.answers else ("", 0)
        end = start + len(text)
        logits = [perfect_logits(window, start, end) for window in found]
        answer = best_answer(found, logits)
        edges = {edge for window in found for span in window.offsets for edge in span}
        if not text:
            assert answer[:2] == (0, 0)
        elif start in edges and end in edges and any(rows[0, 0] == 0 for rows in logits):
            assert answer == (start, end, 10.0)
            kept += 1
    assert kept > 70


def test_an_answer_comes_back_from_characters_that_nfkc_changed():
    tokenizer = Tokenizer(
        [*SPECIAL_TOKENS, "平成", "元", "##年", "に", "ガス", "が", "通っ", "た", "。", "いつ"]
    )
    context = "㍻元年にｶﾞｽが通った。"
    [window] = windows(tokenizer, "いつ", context, 32, 4)
    for text in ("㍻元年", "ｶﾞｽ", "㍻", "元年"):
        start = context.index(text)
        end = start + len(text)
        assert best_answer([window], [perfect_logits(window, start, end)])[:2] == (start, end)
    first, last = answer_positions(window, 0, 3)
    assert [tokenizer.vocabulary[i] for i in window.ids[first : last + 1]] == ["平成", "元", "##年"]


def test_an_answer_that_a_window_cuts_is_not_in_it(qa_tokenizer):
    context = "東京は日本の首都である。京都は古い町である。"
    found = windows(qa_tokenizer, "", context, 8, 2)
    for window in found:
        told = [span for span, inside in zip(window.offsets, in_context(window), strict=True) if inside]
        low, high = told[0][0], told[-1][1]
        for start in range(len(context)):
            for end in range(start + 1, len(context) + 1):
                first, last = answer_positions(window, start, end)
                assert ((first, last) != (0, 0)) == (low <= start and end <= high)
                if first:
                    assert window.starts[first] <= start < window.ends[first]
                    assert window.starts[last] < end <= window.ends[last]
        assert answer_positions(window, low, low) == (0, 0)


def spans_by_hand(window, longest):
    """Every pair of tokens that may be first and last."""
    n = len(window.ids)
    told = [
        i for i in range(n) if window.token_type_ids[i] == 1 and window.ids[i] not in (0, 2, 3)
    ]  # no [PAD], [CLS], [SEP]
    return {(i, j) for i in told for j in told if i <= j < i + longest}


@pytest.mark.parametrize("longest", [1, 3, 30])
def test_the_best_answer_is_what_trying_every_span_finds(qa_tokenizer, questions, longest):
    generator = torch.Generator().manual_seed(longest)
    for one in questions[:25]:
        found = windows(qa_tokenizer, one.question, one.context, 48, 10)
        logits = [3 * torch.randn(len(window.ids), 2, generator=generator) for window in found]
        tried = []
        for window, rows in zip(found, logits, strict=True):
            spans = spans_by_hand(window, longest)
            assert {tuple(pair) for pair in valid_spans(window, longest).nonzero().tolist()} == spans
            none = rows[0, 0] + rows[0, 1]
            tried += [
                ((rows[i, 0] + rows[j, 1] - none).item(), window.starts[i], window.ends[j]) for i, j in spans
            ]
        score, start, end = max(tried)
        answer = best_answer(found, logits, longest, threshold=-math.inf)
        assert answer == (start, end, pytest.approx(score, abs=1e-5))
        assert best_answer(found, logits, longest, threshold=score + 0.01)[:2] == (0, 0)
        assert best_answer(found, logits, longest, threshold=score + 0.01).score == answer.score
        assert best_answer(found, logits, longest, threshold=score - 0.01)[:2] == (start, end)
        padded = [torch.cat([rows, torch.full((7, 2), 99.0)]) for rows in logits]
        assert best_answer(found, padded, longest, threshold=-math.inf) == answer


def test_an_end_before_the_start_and_an_answer_in_the_question_are_never_given(qa_tokenizer):
    context = "東京は日本にある。"
    [window] = windows(qa_tokenizer, "東京はどこですか", context, 64, 8)
    told = [i for i, inside in enumerate(in_context(window)) if inside]
    logits = torch.zeros(len(window.ids), 2)
    logits[1, 0] = logits[2, 1] = logits[-1, 0] = 50.0  # the question and the last [SEP]
    logits[told[-1], 0] = logits[told[0], 1] = 9.0  # the last token first, the first one last
    answer = best_answer([window], [logits])
    assert 0 <= answer.start < answer.end <= len(context)
    assert answer.score == 9.0


def test_the_loop_teaches_the_head_a_small_text_by_heart(config, tokenizer, device):
    context = "東京は日本の首都です。猫が庭にいます。"
    asked = [("日本の首都は", "東京"), ("庭にいますのは", "猫"), ("町は", "")]
    found = [windows(tokenizer, question, context, 64, 8)[0] for question, _ in asked]
    places = [answer_positions(e, *span(context, text)) for e, (_, text) in zip(found, asked, strict=True)]
    examples = [Example(e, list(place)) for e, place in zip(found, places, strict=True)]
    quiet = replace(config, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = BertForQuestionAnswering(quiet, torch.Generator().manual_seed(0)).to(device)

    def score(model):
        rows = predict(model, tokenizer, found)
        answers = [best_answer([e], [row]) for e, row in zip(found, rows, strict=True)]
        both = zip(answers, asked, strict=True)
        return sum(context[a.start : a.end] == text for a, (_, text) in both) / len(asked)

    options = FinetuningOptions(epochs=60, batch_size=3, learning_rate=3e-3, patience=60)
    assert finetune(model, tokenizer, examples, score, options) == 1.0


def span(context, text):
    return (context.index(text), context.index(text) + len(text)) if text else (0, 0)
