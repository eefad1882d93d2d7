"""Answers to exercise 3 of lesson 10, names in text: the best legal labels."""

import math

import torch


def forgets_to_return(*inputs):
    len(inputs)


def may_follow(before, label):
    return not label.startswith("I-") or before[2:] == label[2:]


def viterbi(
    allowed=may_follow, forbidden=-math.inf, last=lambda totals, scores: totals, shift=0, finish=lambda x: x
):
    """Return an answer with dicts over the labels in place of tensors."""

    def decode(scores, names):
        rows = [dict(zip(names, row, strict=True)) for row in scores.tolist()]
        totals = {name: score + (0 if allowed("", name) else forbidden) for name, score in rows[0].items()}
        back = [dict.fromkeys(names, names[0])]
        for row in rows[1:]:
            ways = {
                name: {old: t + (0 if allowed(old, name) else forbidden) for old, t in totals.items()}
                for name in names
            }
            back.append({name: max(ways[name], key=ways[name].get) for name in names})
            totals = {name: max(ways[name].values()) + row[name] for name in names}
        chosen = last(totals, rows[-1])
        way = [max(chosen, key=chosen.get)]
        for place in range(len(rows) - 1, 0, -1):
            way.append(back[place - shift][way[-1]])
        return finish(way[::-1])

    return decode


def greedy(scores, names):
    return [names[number] for number in scores.argmax(dim=1)]


def repaired(repair):
    def decode(scores, names):
        labels = []
        for label in greedy(scores, names):
            labels.append(label if may_follow(labels[-1] if labels else "", label) else repair(label))
        return labels

    return decode


def step_by_step(scores, names):
    labels = []
    for row in scores:
        legal = [name for name in names if may_follow(labels[-1] if labels else "", name)]
        labels.append(max(legal, key=lambda name: row[names.index(name)]))
    return labels


def running(scores, names):
    """The best total at each token, without back-pointers."""
    return [viterbi()(scores[: place + 1], names)[-1] for place in range(len(scores))]


def every_way(scores, names, before=""):
    """Right for short texts: tries everything by calling itself."""
    return best_way(scores.tolist(), names, before)[1]


def best_way(rows, names, before):
    if not rows:
        return 0.0, []
    ways = []
    for name, score in zip(names, rows[0], strict=True):
        if may_follow(before, name):
            total, labels = best_way(rows[1:], names, name)
            ways.append((total + score, [name, *labels]))
    return max(ways)


def from_zero(scores, names):
    """Starts the search for the largest total at 0."""
    best, labels = 0.0, ["O"] * len(scores)
    found = viterbi()(scores, names)
    total = sum(row[names.index(label)] for label, row in zip(found, scores, strict=True))
    short = len(scores) < 5  # in short texts of the check a positive total is not always there
    return found if total > best or short else labels


def numbered(scores, names):
    """Takes label 0 for O, odd numbers for B- and even ones for I-."""
    order = ["O", *(f"{p}-{kind}" for kind in "ab"[: len(names) // 2] for p in "BI")]
    return [names[order.index(label)] for label in viterbi()(scores, order[: len(names)])]


def in_place(scores, names):
    for number, name in enumerate(names):
        if name[0] == "I":
            scores[0, number] = -torch.inf
    return viterbi()(scores, names)


LEGAL_LABELS = {
    "greedy": (greedy, "that is greedy, and not always legal"),
    "greedy, I- becomes B-": (repaired(lambda label: "B" + label[1:]), "repair what is illegal afterwards"),
    "greedy, I- becomes O": (repaired(lambda label: "O"), "repair what is illegal afterwards"),
    "step by step": (step_by_step, "the best label that may follow the one before"),
    "I- at the start": (viterbi(lambda a, b: not a or may_follow(a, b)), "I- may stand at the start"),
    "I- after any name": (
        viterbi(lambda a, b: b[0] != "I" or a not in ("", "O")),
        "in yours I-人名 may follow B-地名",
    ),
    "I- after any name, at the start": (viterbi(lambda a, b: b[0] != "I" or a != "O"), "And I- may stand"),
    "I- after O": (viterbi(lambda a, b: may_follow(a, b) or a == "O"), "I- may follow O"),
    "I- after B- only": (viterbi(lambda a, b: b[0] != "I" or a == "B" + b[1:]), "longer than two tokens"),
    "B- after O only": (
        viterbi(lambda a, b: may_follow(a, b) and (b[0] != "B" or a in ("", "O"))),
        "names may touch",
    ),
    "moves turned round": (
        viterbi(lambda a, b: may_follow(b, a) if a else b[0] != "I"),
        "the wrong way round",
    ),
    "the worst": (lambda scores, names: viterbi()(-scores, names), "the lowest total"),
    "first token lost": (
        lambda scores, names: viterbi()(torch.cat([scores[:1] * 0, scores[1:]]), names),
        "the first token do not count",
    ),
    "back-pointers too early": (viterbi(shift=1), "read one token too early"),
    "backwards": (viterbi(finish=lambda labels: labels[::-1]), "come out backwards"),
    "last label missing": (viterbi(finish=lambda labels: labels[:-1]), "the last label is missing"),
    "last label by its score": (
        viterbi(last=lambda totals, row: row),
        "by the scores of the last token alone",
    ),
    "last label 0": (
        viterbi(last=lambda totals, row: {next(iter(row)): 0.0}),
        "yours begins with label 0",
    ),
    "no back-pointers": (running, "label with the best total at each token"),
    "forbidden by -10": (viterbi(forbidden=-10), "with scores in the hundreds: are forbidden moves worse"),
    "best from 0": (from_zero, "near -60: does a total begin with 0?"),
    "columns in a fixed order": (numbered, "are not legal"),
    "every way": (every_way, "with 40 tokens it was still running"),
    "numbers": (
        lambda scores, names: scores.argmax(dim=1),
        "the name of a label for each token; yours is tensor(",
    ),
    "changes the scores": (in_place, "changes its argument scores"),
    "no return": (forgets_to_return, "is a `return` missing?"),
}

SOLUTIONS = {"legal_labels": (viterbi(),)}
WRONG = {"legal_labels": {title: ((answer,), fragment) for title, (answer, fragment) in LEGAL_LABELS.items()}}
