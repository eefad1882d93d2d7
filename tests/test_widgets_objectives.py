import html
import re
from itertools import pairwise

import pytest
import torch

from jbert_lessons.objectives import IGNORED, mask_tokens
from jbert_lessons.vocabulary import SPECIAL_TOKENS
from jbert_lessons.widgets.objectives import MOST_SHOWN, MaskBox, mask_table

TEXT = "東京は日本の首都です。人口がとても多いです。"
FATES = {"special", "not selected", "masked", "random", "kept"}


def rows(table: str) -> list[list[str]]:
    """The cells of each row below the head."""
    found = (re.findall("<td.*?>(.*?)</td>", row) for row in re.findall("<tr>(<td.*?)</tr>", table))
    return [[html.unescape(cell) for cell in row] for row in found]


@pytest.mark.parametrize("seed", range(5))
def test_the_table_says_what_mask_tokens_did(tokenizer, seed):
    ids = torch.tensor([tokenizer.encode(TEXT).ids])
    special = torch.tensor([token in SPECIAL_TOKENS for token in tokenizer.vocabulary])
    read, labels = mask_tokens(
        ids,
        ~special[ids],
        mask_id=tokenizer.mask_id,
        replacements=torch.nonzero(~special).flatten(),
        generator=torch.Generator().manual_seed(seed),
        rate=0.6,
    )
    table = mask_table(tokenizer, TEXT, 0.6, seed)
    shown = rows(table)
    assert [row[0] for row in shown] == [tokenizer.vocabulary[i] for i in ids[0]]
    assert [row[2] for row in shown] == [tokenizer.vocabulary[i] for i in read[0]]
    assert [row[3] for row in shown] == ["" if i == IGNORED else tokenizer.vocabulary[i] for i in labels[0]]
    assert f"<p>{(labels != IGNORED).sum()} of {ids.numel() - 2} tokens selected.</p>" in table


def test_each_fate_is_named_for_what_it_is(tokenizer):
    seen = set()
    for seed in range(60):
        for token, fate, read, label in rows(mask_table(tokenizer, TEXT, 0.5, seed)):
            seen.add(fate)
            assert (fate == "special") == (token in SPECIAL_TOKENS)
            assert (fate in ("special", "not selected")) == (label == "")
            assert (fate == "masked") == (read == "[MASK]")
            assert (fate == "random") == (read not in (token, "[MASK]"))
    assert seen == FATES


def test_whole_words_share_their_selection(tokenizer):
    text = "学生たちは公園で遊びました。"  # ま and ##し are one word
    assert sum(row[0].startswith("##") for row in rows(mask_table(tokenizer, text))) > 0
    for seed in range(30):
        table = rows(mask_table(tokenizer, text, 0.5, seed, whole_words=True))
        for (_, _, _, before), (token, _, _, label) in pairwise(table):
            if token.startswith("##"):
                assert bool(before) == bool(label)


def test_rates_0_and_1(tokenizer):
    assert {row[1] for row in rows(mask_table(tokenizer, TEXT, 0.0))} == {"special", "not selected"}
    assert {row[1] for row in rows(mask_table(tokenizer, TEXT, 1.0))} <= FATES - {"not selected"}


def test_a_long_text_is_cut_and_says_so(tokenizer):
    table = mask_table(tokenizer, TEXT * 10)
    assert len(rows(table)) == MOST_SHOWN
    assert f"The table shows the first {MOST_SHOWN} tokens." in table


def test_text_is_no_markup_and_no_special_token(tokenizer):
    table = mask_table(tokenizer, "<b>[MASK]東京")
    assert "<b>" not in table
    assert "[MASK]" not in [row[0] for row in rows(table)]


@pytest.mark.parametrize("text", ["", "　", "\n"])
def test_a_text_without_words(tokenizer, text):
    with pytest.raises(ValueError, match="no words"):
        mask_table(tokenizer, text)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_none(tokenizer, rate):
    with pytest.raises(ValueError, match="between 0 and 1"):
        mask_table(tokenizer, TEXT, rate)


def test_the_box_follows_its_controls(tokenizer):
    box = MaskBox(tokenizer, TEXT)
    assert box.static() == mask_table(tokenizer, TEXT, 0.15, 0)
    box.rate.value, box.seed.value, box.whole_words.value = 0.5, 3, True
    assert box.shown.value == mask_table(tokenizer, TEXT, 0.5, 3, True)
    box.line.value = ""
    assert "no words" in box.static()
    box.line.value = "猫です。"
    assert box.static() == mask_table(tokenizer, "猫です。", 0.5, 3, True)
