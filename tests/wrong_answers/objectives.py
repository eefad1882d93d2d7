"""Answers to exercises 1 and 2 of lesson 07, objectives; 3 to 5 are in two other modules."""

import torch
from torch.nn import functional

# Exercise 1


def rand(ids, generator):
    return torch.rand(ids.shape, generator=generator)


def by_indices(input_ids, maskable, mask_id, vocab_size, rate, generator):
    """Right: lists of places, and one draw of 100 sides for the fate."""
    rows, columns = torch.where(maskable & torch.rand(input_ids.shape, generator=generator).lt(rate))
    labels = torch.full_like(input_ids, -100)
    labels[rows, columns] = input_ids[rows, columns]
    sides = torch.randint(100, rows.shape, generator=generator)
    others = torch.randint(vocab_size, rows.shape, generator=generator)
    masked = input_ids.clone()
    new = torch.where(sides < 80, mask_id, torch.where(sides < 90, others, input_ids[rows, columns]))
    masked[rows, columns] = new
    return masked, labels


def below(ids, maskable, rate, generator):
    return (rand(ids, generator) < rate) & maskable


def own_fate(ids, selected, mask_id, size, generator):
    """Return the masked ids, with a draw of its own for the fate of each token."""
    fate = rand(ids, generator)
    others = torch.randint(0, size, ids.shape, generator=generator)
    masked = ids.masked_fill(selected & (fate < 0.8), mask_id)
    return torch.where(selected & (fate >= 0.8) & (fate < 0.9), others, masked)


def originals(ids, selected, masked):
    return ids.masked_fill(~selected, -100)


def masking(select=below, replace=own_fate, label=originals):
    """Return mask with another way to select, to replace, or to label."""

    def mask(input_ids, maskable, mask_id, vocab_size, rate, generator):
        selected = select(input_ids, maskable, rate, generator)
        masked = replace(input_ids, selected, mask_id, vocab_size, generator)
        return masked, label(input_ids, selected, masked)

    return mask


def one_draw(input_ids, maskable, mask_id, vocab_size, rate, generator):
    draws = rand(input_ids, generator)
    selected = (draws < rate) & maskable
    others = torch.randint(vocab_size, input_ids.shape, generator=generator)
    masked = input_ids.masked_fill(selected & (draws < 0.8), mask_id)
    masked = torch.where(selected & (draws >= 0.8) & (draws < 0.9), others, masked)
    return masked, originals(input_ids, selected, masked)


def in_place(input_ids, maskable, mask_id, vocab_size, rate, generator):
    labels = input_ids.clone()
    selected = below(input_ids, maskable, rate, generator)
    labels[~selected] = -100
    input_ids[selected & (rand(labels, generator) < 0.8)] = mask_id
    return input_ids, labels


def exactly(ids, maskable, rate, generator):
    draws = rand(ids, generator).masked_fill(~maskable, 2)
    counts = (maskable.sum(1, keepdim=True) * rate).round()
    return draws.argsort(1).argsort(1) < counts


def drawing(shape):
    """Return select with draws of another shape, which broadcasts."""
    return lambda ids, maskable, rate, generator: (
        (torch.rand(shape(ids), generator=generator) < rate) & maskable
    )


def fates(mask=0.8, other=0.9, draw=rand, low=0, high=0, shape=lambda ids: ids.shape):
    """Return replace with other bounds, another draw, or other random ids."""

    def replace(ids, selected, mask_id, size, generator):
        fate = draw(ids, generator)
        others = torch.randint(low, size + high, shape(ids), generator=generator)
        masked = ids.masked_fill(selected & (fate < mask), mask_id)
        return torch.where(selected & (fate >= mask) & (fate < other), others, masked)

    return replace


def overlapping(ids, selected, mask_id, size, generator):
    masked = ids.masked_fill(selected & (rand(ids, generator) < 0.8), mask_id)
    others = torch.randint(size, ids.shape, generator=generator)
    return torch.where(selected & (rand(ids, generator) < 0.1), others, masked)


def tenth_of_the_rest(ids, selected, mask_id, size, generator):
    with_mask = selected & (rand(ids, generator) < 0.8)
    others = torch.randint(size, ids.shape, generator=generator)
    masked = torch.where(selected & (rand(ids, generator) < 0.1), others, ids)
    return masked.masked_fill(with_mask, mask_id)


def all_tokens(ids, selected, mask_id, size, generator):
    return own_fate(ids, ids > 4, mask_id, size, generator)


def seeded(ids, maskable, rate, generator):
    return below(ids, maskable, rate, torch.Generator().manual_seed(0))


def fixed_fate(ids, selected, mask_id, size, generator):
    return own_fate(ids, selected, mask_id, size, torch.Generator().manual_seed(9))


MASK_TOKENS = {
    "80 % of all tokens": (masking(replace=all_tokens), "80 % of the selected tokens are meant, not of all"),
    "labels 0 elsewhere": (masking(label=lambda ids, s, m: ids * s), "the labels hold 0 where nothing"),
    "labels -1 elsewhere": (masking(label=lambda ids, s, m: ids.where(s, -1)), "the labels hold -1 where"),
    "labels everywhere": (masking(label=lambda ids, s, m: ids), "hold the original id everywhere"),
    "labels of the masked": (masking(label=lambda ids, s, m: m.where(s, -100)), "the ids after masking"),
    "labels turned round": (masking(label=lambda ids, s, m: ids.where(~s, -100)), "just where tokens change"),
    "kept without a label": (
        masking(label=lambda ids, s, m: ids.where(m != ids, -100)),
        "at rate 90%, 81% of the maskable tokens are selected: the tokens that stay",
    ),
    "only [MASK] has a label": (
        masking(label=lambda ids, s, m: ids.where(m == 4, -100)),
        "those that get a random id are selected, too",
    ),
    "float labels": (masking(label=lambda ids, s, m: ids.where(s, -100.0)), "the labels are torch.float32"),
    "changes its input": (in_place, "in_place changes its argument input_ids"),
    "one draw for both": (one_draw, "the draw that selects a token cannot also tell its fate"),
    "exactly 15 % of a row": (masking(exactly), "every row has the same share of selected tokens"),
    "one draw for a row": (
        masking(drawing(lambda ids: (len(ids), 1))),
        "the selected tokens fill whole rows",
    ),
    "one draw for a column": (
        masking(drawing(lambda ids: ids.shape[1:])),
        "stand at the same places in every row",
    ),
    "special tokens": (masking(lambda ids, m, *rest: below(ids, m | True, *rest)), "special tokens or padd"),
    "padding": (
        masking(lambda ids, m, *rest: below(ids, m | (ids == 0), *rest)),
        "special tokens or padding",
    ),
    "only special tokens": (masking(lambda ids, m, *rest: below(ids, ~m, *rest)), "maskable is turned round"),
    "draw above rate": (masking(lambda ids, m, r, g: (rand(ids, g) > r) & m), "a draw below rate selects"),
    "always 15 %": (masking(lambda ids, m, r, g: below(ids, m, 0.15, g)), "selected: use the argument rate"),
    "no fate but [MASK]": (
        masking(replace=fates(1)),
        "another id, 0% stay; 80 %, 10 %, 10 % are meant: each",
    ),
    "nothing stays": (masking(replace=fates(other=1)), "another id, 0% stay; 80 %, 10 %, 10 % are meant"),
    "no random ids": (masking(replace=fates(other=0)), "0% another id, 20% stay"),
    "10 % and 80 %": (masking(replace=fates(0.1)), "11% become [MASK], 77% another id"),
    "fates that overlap": (masking(replace=overlapping), "two draws overlap"),
    "a tenth of the rest": (masking(replace=tenth_of_the_rest), "of the 20 % that are left, a half"),
    "a fate for each row": (
        masking(replace=fates(draw=lambda ids, g: torch.rand(len(ids), 1, generator=g))),
        "the tokens that become [MASK] fill whole rows",
    ),
    "one random id": (masking(replace=fates(shape=lambda ids: (1,))), "no random id is 0: each token"),
    "last id left out": (
        masking(replace=fates(high=-1)),
        "no random id is 59: each token draws its own, all of 0 to 59",
    ),
    "an id too many": (masking(replace=fates(high=1)), "a random id is 60; with vocab_size 60 the"),
    "no generator": (masking(replace=fates(draw=lambda ids, g: torch.rand(ids.shape))), "hand generator to"),
    "random ids without it": (
        masking(replace=lambda ids, s, mask_id, size, g: fates()(ids, s, mask_id, size, None)),
        "two generators of the same seed give different masks",
    ),
    "a seed inside": (masking(seeded, fixed_fate), "draw anew in every call"),
    "the labels first": (lambda *inputs: masking()(*inputs)[::-1], "-100 among the masked ids"),
    "the masked ids only": (lambda *inputs: masking()(*inputs)[0], "should return 2 things"),
    "no return": (lambda *inputs: None, "is a `return` missing?"),
}

# Exercise 2


def picked(logits, labels):
    """Right: only the selected rows are looked at."""
    chosen = labels != -100
    chances = logits[chosen].log_softmax(-1)
    return -chances[range(len(chances)), labels[chosen]].sum() / max(1, len(chances))


def losses(logits, labels, axis=-1):
    return -logits.log_softmax(axis).gather(-1, labels.clamp(min=0)[..., None])[..., 0]


def chosen(labels):
    return (labels != -100).float()


def averaged(over, axis=-1):
    """Return the loss that `over` makes of the losses at all positions and of the labels."""
    return lambda logits, labels: over(losses(logits, labels, axis), labels)


def mean(found, labels):
    return (found * chosen(labels)).sum() / chosen(labels).sum().clamp(min=1)


def mean_of_rows(found, labels):
    return ((found * chosen(labels)).sum(1) / chosen(labels).sum(1).clamp(min=1)).mean()


def by_index(logits, labels):
    rows, columns = torch.meshgrid(*map(torch.arange, labels.shape), indexing="ij")
    return -logits.log_softmax(-1)[rows, columns, labels].mean()


def torch_s(logits, labels):
    return functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


def mended(logits, labels):
    number = chosen(labels).sum()
    total = (losses(logits, labels) * chosen(labels)).sum()
    return torch.where(number > 0, total / number, 0)


def by_exponentials(logits, labels):
    shares = logits.exp() / logits.exp().sum(-1, keepdim=True)
    found = -shares.gather(-1, labels.clamp(min=0)[..., None])[..., 0].log()
    return mean(found, labels)


def in_base_2(logits, labels):
    return picked(logits, labels) / torch.tensor(2.0).log()


def zero_left_out(logits, labels):
    return picked(logits, labels.where(labels > 0, -100))


MASKED_LOSS = {
    "mean over all positions": (averaged(lambda x, labels: x.mean()), "count as well, as if id 0 were right"),
    "times the mask, then mean": (averaged(lambda x, labels: (x * chosen(labels)).mean()), "all positions"),
    "mean times the mask": (averaged(lambda x, labels: x.mean() * chosen(labels)), "the shape is (3, 5)"),
    "a loss for each position": (
        averaged(lambda x, labels: x * chosen(labels)),
        "one loss for each position",
    ),
    "sum": (averaged(lambda x, labels: (x * chosen(labels)).sum()), "this is the sum; divide by"),
    "divided by the rows": (
        averaged(lambda x, labels: (x * chosen(labels)).sum() / len(x)),
        "number of rows",
    ),
    "mean of rows": (averaged(mean_of_rows), "rows with few selected positions"),
    "softmax over positions": (averaged(mean, axis=1), "the softmax runs over the positions"),
    "softmax over the batch": (averaged(mean, axis=0), "the softmax runs over the batch"),
    "over positions, and all count": (
        averaged(lambda x, _: x.mean(), axis=1),
        "two mistakes: (1) the softmax",
    ),
    "id 0 left out": (zero_left_out, "id 0 is left out"),
    "wrong sign": (lambda *inputs: -picked(*inputs), "the sign"),
    "base 2": (in_base_2, "logarithms to base 2"),
    "-100 as an index": (by_index, "your code stopped with IndexError"),
    "-100 gathered": (
        lambda logits, labels: logits.log_softmax(-1).gather(-1, labels[..., None]).mean(),
        "your code stopped with RuntimeError",
    ),
    "-100 wraps round": (
        lambda logits, labels: by_index(logits, labels % logits.shape[-1]),
        "positions without a label count as well",
    ),
    "nothing selected": (torch_s, "no position selected: 0 is divided by 0, which is NaN"),
    "NaN mended": (mended, "the loss is 0, its gradient NaN"),
    "exponentials": (by_exponentials, "logits in the hundreds: e⁹⁰⁰ overflows"),
    "no gradient": (lambda *inputs: picked(*inputs).detach(), "the loss has no gradient"),
    "a number": (
        lambda *inputs: picked(*inputs).item(),
        "a tensor is expected, your function returned the fl",
    ),
    "one in a list": (lambda *inputs: picked(*inputs)[None], "the shape is (1,), expected is ()"),
    "no return": (lambda logits, labels: None, "is a `return` missing?"),
}

SOLUTIONS = {"mask_tokens": (by_indices,), "masked_loss": (picked,)}
WRONG = {
    name: {title: ((answer,), fragment) for title, (answer, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [MASK_TOKENS, MASKED_LOSS], strict=True)
}
