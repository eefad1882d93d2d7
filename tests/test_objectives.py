import random

import pytest
import torch

from jbert_lessons.objectives import (
    IGNORED,
    NEXT,
    BertForPreTraining,
    draws_of_words,
    mask_tokens,
    mlm_loss,
    nsp_loss,
    pair_from,
    random_stretch,
    sentence_pairs,
    shorten,
)

MASK_ID = 4
PAIRS_OF_SEED_5 = [(3, 6, 0), (2, 7, 1), (5, 4, 1), (5, 4, 1), (8, 1, 1), (2, 7, 1)]  # lengths and label
DRAW_AFTER_SEED_5 = 507294


def mask(ids, maskable=None, seed=0, **options):
    maskable = torch.ones_like(ids, dtype=torch.bool) if maskable is None else maskable
    generator = torch.Generator().manual_seed(seed)
    return mask_tokens(
        ids, maskable, mask_id=MASK_ID, replacements=torch.arange(5, 1_000), generator=generator, **options
    )


def test_rates_of_masking():
    ids = torch.randint(5, 1_000, (400, 500), generator=torch.Generator().manual_seed(1))
    result = mask(ids)
    selected = result.labels != IGNORED
    masked = result.input_ids == MASK_ID
    kept = result.input_ids == ids
    n = selected.sum().item()
    # Four standard deviations of a binomial share either way.
    for count, total, rate in (
        (n, ids.numel(), 0.15),
        (masked.sum().item(), n, 0.8),
        ((selected & kept).sum().item(), n, 0.1 + 0.1 / 995),
    ):
        assert abs(count / total - rate) < 4 * (rate * (1 - rate) / total) ** 0.5
    assert torch.equal(result.labels[selected], ids[selected])
    assert torch.equal(result.input_ids[~selected], ids[~selected])
    assert result.input_ids[selected].min() >= MASK_ID


def test_special_tokens_and_padding_are_never_masked():
    ids = torch.randint(0, 1_000, (200, 60), generator=torch.Generator().manual_seed(2))
    maskable = ids >= 5
    result = mask(ids, maskable, rate=0.9)
    assert torch.equal(result.input_ids[~maskable], ids[~maskable])
    assert result.labels[~maskable].eq(IGNORED).all()


def test_masks_are_dynamic_and_reproducible():
    ids = torch.full((20, 50), 7)
    assert torch.equal(mask(ids).labels, mask(ids).labels)
    assert not torch.equal(mask(ids).labels, mask(ids, seed=1).labels)


def test_whole_words_are_selected_together():
    ids = torch.randint(5, 1_000, (100, 60), generator=torch.Generator().manual_seed(3))
    starts = torch.rand(100, 60, generator=torch.Generator().manual_seed(4)) < 0.5
    starts[:, 0] = True
    result = mask(ids, word_starts=starts)
    selected = result.labels != IGNORED
    continued = ~starts[:, 1:]
    assert torch.equal(selected[:, 1:][continued], selected[:, :-1][continued])
    assert abs(selected.float().mean() - 0.15) < 0.02
    pieces_of_words = result.input_ids[selected] == MASK_ID
    assert 0.7 < pieces_of_words.float().mean() < 0.9  # 80/10/10 is drawn for each piece


def test_every_piece_takes_the_draw_of_its_word():
    starts = torch.tensor([[True, True, False, False, True], [True, False, True, True, False]])
    draws = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.8, 0.9, 1.0]])
    expected = torch.tensor([[0.1, 0.2, 0.2, 0.2, 0.5], [0.6, 0.6, 0.8, 0.9, 0.9]])
    assert torch.equal(draws_of_words(draws, starts), expected)


def corpus(n_documents=40, seed=0):
    """Documents whose ids tell document and place: id = 100 * document + sentence."""
    generator = random.Random(seed)
    return [
        [[100 * d + s] * generator.randint(1, 9) for s in range(generator.randint(1, 12))]
        for d in range(n_documents)
    ]


def test_pairs_are_what_their_labels_say():
    labels = []
    for pair in (p for seed in range(30) for p in sentence_pairs(corpus(), 40, random.Random(seed))):
        assert pair.first and pair.second and len(pair.first) + len(pair.second) <= 37
        first, second = pair.first[-1], pair.second[0]
        same_document = first // 100 == second // 100
        assert same_document == (pair.label == NEXT)
        if same_document:
            assert second >= first
        labels.append(pair.label)
    assert 0.4 < sum(labels) / len(labels) < 0.7


def test_the_stream_of_pairs_stays_what_it_was():
    """Runs that are resumed, and figures that are quoted, rest on the order of the draws."""
    generator = random.Random(5)
    pairs = list(sentence_pairs(corpus(3), 12, generator))
    assert [(len(pair.first), len(pair.second), pair.label) for pair in pairs[:6]] == PAIRS_OF_SEED_5
    assert generator.randrange(1_000_000) == DRAW_AFTER_SEED_5


@pytest.mark.parametrize("excluded", [0, 2, 4])
def test_a_random_stretch_is_of_another_document_and_fills_the_room(excluded):
    documents = [[[d] * 3] * 6 for d in range(5)]
    drawn = [random_stretch(documents, excluded, 7, random.Random(seed)) for seed in range(300)]
    assert {stretch[0] for stretch in drawn} == {0, 1, 2, 3, 4} - {excluded}
    assert {len(stretch) for stretch in drawn} == {3, 6, 9}  # less only where the document ends


def test_a_pair_says_where_the_next_begins():
    documents = [[[s] * 4 for s in range(6)], [[99] * 4 for _ in range(6)]]
    for seed in range(50):
        pair, following = pair_from(documents, 0, 1, 15, random.Random(seed))
        used = pair.first + (pair.second if pair.label == NEXT else [])
        assert used == [s for s in range(1, following) for _ in range(4)]


def test_shortening_takes_from_the_longer_part_and_leaves_a_stretch():
    for seed in range(200):
        generator = random.Random(seed)
        first, second = (
            list(range(generator.randint(1, 30))),
            list(range(100, 100 + generator.randint(1, 30))),
        )
        room = generator.randint(2, 40)
        short, other = shorten(first, second, room, generator)
        assert len(short) + len(other) == min(room, len(first) + len(second))
        for part, whole in ((short, first), (other, second)):
            assert part == whole[part[0] - whole[0] :][: len(part)]
            assert len(part) == len(whole) or len(part) >= room // 2


def test_an_epoch_reads_every_sentence():
    documents = corpus()
    read = set()
    for pair in sentence_pairs(documents, 2_000, random.Random(0), short_rate=0.0):
        read.update(pair.first)
        if pair.label == NEXT:
            read.update(pair.second)
    assert read == {token_id for document in documents for sentence in document for token_id in sentence}


@pytest.mark.parametrize("documents", [[], [[[5], [6]]], [[[5]], [[6]]]])
def test_pairs_need_documents(documents):
    with pytest.raises(ValueError, match="at least two documents"):
        next(sentence_pairs(documents, 40, random.Random(0)))


def test_padding_changes_no_loss(small_config, device):
    model = BertForPreTraining(small_config).eval().to(device)
    ids = torch.randint(5, small_config.vocab_size, (3, 9), generator=torch.Generator().manual_seed(0))
    labels = mask(ids, rate=0.5).labels
    losses = []
    for extra in (0, 7):
        padded_ids = torch.nn.functional.pad(ids, (0, extra)).to(device)
        padded_labels = torch.nn.functional.pad(labels, (0, extra), value=IGNORED).to(device)
        output = model(padded_ids, attention_mask=(padded_ids != 0).long())
        losses.append(mlm_loss(output.mlm_logits, padded_labels))
    torch.testing.assert_close(losses[0], losses[1])


def test_logits_at_masked_positions_only(small_config, device):
    model = BertForPreTraining(small_config).eval().to(device)
    ids = torch.randint(5, small_config.vocab_size, (3, 9), generator=torch.Generator().manual_seed(0)).to(
        device
    )
    positions = torch.zeros_like(ids, dtype=torch.bool)
    positions[0, 2] = positions[2, 5] = True
    few = model(ids, positions=positions).mlm_logits
    torch.testing.assert_close(few, model(ids).mlm_logits[positions])


def test_both_nsp_classes_reach_the_gradient():
    for label in (0, 1):
        logits = torch.zeros(1, 2, requires_grad=True)
        nsp_loss(logits, torch.tensor([label])).backward()
        assert logits.grad.abs().sum() > 0


def test_loss_without_masked_tokens_is_zero():
    assert mlm_loss(torch.randn(2, 3, 7), torch.full((2, 3), IGNORED)).item() == 0


def test_one_table_serves_both_ends(small_config):
    model = BertForPreTraining(small_config)
    shapes = [p.shape for p in model.parameters()]
    assert shapes.count((small_config.vocab_size, small_config.hidden_size)) == 1
