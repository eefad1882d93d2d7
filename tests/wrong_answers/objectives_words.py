"""Answers to exercise 3 of lesson 07, objectives: whole words."""

from itertools import pairwise

import torch


def by_words(draws, word_starts, rate):
    """Right: words are numbered in each row, the pieces before the first one as word 0 with place 0."""
    starts = word_starts.clone()
    starts[:, 0] = True
    word = starts.cumsum(1) - 1
    return torch.stack(
        [(row[marks] < rate)[words] for row, marks, words in zip(draws, starts, word, strict=True)]
    )


def walking(rate_of=lambda draw, rate: draw < rate, over_rows=False, lead=None):
    """Return select_words that goes from piece to piece and keeps the draw of the last start."""

    def select(draws, word_starts, rate):
        selected = torch.zeros_like(word_starts)
        kept = draws[0, 0]
        for row in range(len(draws)):
            if not over_rows:
                kept = draws[row, 0] if lead is None else lead
            for place in range(draws.shape[1]):
                kept = draws[row, place] if word_starts[row, place] else kept
                selected[row, place] = bool(rate_of(kept, rate))
        return selected

    return select


def by_last_piece(draws, word_starts, rate):
    ends = torch.cat([word_starts[:, 1:], torch.ones_like(word_starts[:, :1])], 1)
    return walking()(draws.flip(1), ends.flip(1), rate).flip(1)


def both_ways(least):
    """Return select_words in which the least or largest draw of a word decides."""

    def select(draws, word_starts, rate):
        selected = torch.zeros_like(word_starts)
        for row, marks in enumerate(word_starts):
            cuts = sorted({0, *marks.nonzero().flatten().tolist(), len(marks)})
            for a, b in pairwise(cuts):
                hits = draws[row, a:b] < rate
                selected[row, a:b] = hits.any() if least else hits.all()
        return selected

    return select


def by_mean(draws, word_starts, rate):
    word = word_starts.long().cumsum(1)
    sums = torch.zeros(len(draws), draws.shape[1] + 1).scatter_add(1, word, draws)
    counts = torch.zeros_like(sums).scatter_add(1, word, torch.ones_like(draws))
    return (sums / counts).gather(1, word) < rate


def one_too_far(draws, word_starts, rate):
    selected = by_words(draws, word_starts, rate)
    return selected | selected.roll(1, 1) & (torch.arange(draws.shape[1]) > 0)


def flat(draws, word_starts, rate):
    places = torch.where(word_starts.flatten(), torch.arange(draws.numel()), 0).cummax(0).values
    return (draws.flatten()[places] < rate).view_as(draws)


def first_row_only(draws, word_starts, rate):
    return by_words(draws, word_starts[:1].expand_as(draws), rate)


def returns_draws(draws, word_starts, rate):
    places = torch.where(word_starts, torch.arange(draws.shape[1]), 0).cummax(1).values
    return draws.gather(1, places)


def writes_draws(draws, word_starts, rate):
    for place in range(1, draws.shape[1]):
        draws[:, place] = torch.where(word_starts[:, place], draws[:, place], draws[:, place - 1])
    return draws < rate


def own_lead(draws, word_starts, rate):
    return torch.where(word_starts.cumsum(1) == 0, draws < rate, by_words(draws, word_starts, rate))


WHOLE_WORDS = {
    "own draws": (lambda draws, starts, rate: draws < rate, "each piece has its own draw"),
    "only first pieces": (lambda *x: by_words(*x) & x[1], "only first pieces are selected"),
    "into the next word": (one_too_far, "runs on into the next word"),
    "any piece": (both_ways(True), "so long words are selected more often"),
    "all pieces": (both_ways(False), "so long words are selected less often"),
    "the last piece": (by_last_piece, "the draw of the last piece decides"),
    "the mean": (by_mean, "the mean of the draws decides"),
    "at most rate": (walking(lambda draw, rate: draw <= rate), "a draw equal to rate does not select"),
    "above rate": (walking(lambda draw, rate: draw >= rate), "turned round: a draw below rate"),
    "rows run on": (walking(over_rows=True), "goes on with the word that ends the row above"),
    "rows flattened": (flat, "goes on with the word that ends the row above"),
    "rows begin with nothing": (walking(lead=2.0), "left out; they go with place 0"),
    "rows begin with own draws": (own_lead, "before the first start have draws of their own"),
    "words of the first row": (first_row_only, "the words of the first row"),
    "the draws": (returns_draws, "the result holds torch.float32"),
    "numbers": (lambda *x: by_words(*x).long(), "the result holds torch.int64; True or False"),
    "changes the draws": (writes_draws, "changes its argument draws"),
    "flattened result": (lambda *x: by_words(*x).flatten(), "instead of 2 axes"),
    "no return": (lambda draws, starts, rate: None, "is a `return` missing?"),
}

SOLUTIONS = {"whole_words": (by_words,)}
WRONG = {"whole_words": {title: ((answer,), fragment) for title, (answer, fragment) in WHOLE_WORDS.items()}}
