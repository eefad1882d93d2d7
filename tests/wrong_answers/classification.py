"""Answers to exercises 1 and 2 of lesson 09, classification; the others: classification_runs, _seeds."""

import torch
from torch.nn import functional

ASPECTS = ["味", "値段", "接客", "雰囲気"]

# Exercise 1


def counted(predicted, true, n):
    """Right, through one number for each pair."""
    places = torch.tensor(true) * n + torch.tensor(predicted)
    return torch.bincount(places, minlength=n * n).reshape(n, n)


def in_lists(predicted, true, n):
    """Right, without torch."""
    matrix = [[0] * n for _ in range(n)]
    for one, other in zip(predicted, true, strict=True):
        matrix[other][one] += 1
    return matrix


def safely(part, whole):
    return torch.where(whole == 0, 0.0, part / whole)


def each(matrix):
    """Right, in whole tensors."""
    hits, said, there = matrix.diag(), matrix.sum(0), matrix.sum(1)
    return torch.stack([safely(hits, said), safely(hits, there), safely(2 * hits, said + there)], dim=1)


def unsafely(matrix):
    p, r = matrix.diag() / matrix.sum(0), matrix.diag() / matrix.sum(1)
    return torch.stack([p, r, 2 * p * r / (p + r)], dim=1)


def mean_f1(matrix):
    return each(matrix)[:, 2].mean()


def classes(precision=None, recall=None, f1=None, order=lambda *three: three):
    """Return an answer that goes class by class; a part that is None is right."""

    def scores_of_classes(matrix):
        found = []
        for c in range(len(matrix)):
            hits = matrix[c, c].item()
            said, there = matrix[:, c].sum().item(), matrix[c].sum().item()
            every = matrix.sum().item()
            p = (precision or part_of_column)(hits, said, there, every)
            r = (recall or part_of_row)(hits, said, there, every)
            found.append(order(p, r, (f1 or harmonic)(p, r)))
        return found

    return scores_of_classes


def part_of_column(hits, said, there, every):
    return hits / said if said else 0.0


def part_of_row(hits, said, there, every):
    return hits / there if there else 0.0


def harmonic(p, r):
    return 2 * p * r / (p + r) if p + r else 0.0


def over(chosen):
    """Return the mean of the F1 of those classes that `chosen(matrix)` marks."""
    return lambda matrix: each(matrix)[chosen(matrix), 2].mean()


def of_the_means(matrix):
    p, r, _ = each(matrix).mean(0)
    return 2 * p * r / (p + r)


def weighted(matrix):
    return (each(matrix)[:, 2] * matrix.sum(1)).sum() / matrix.sum()


def scored(fragment, confusion_matrix=counted, scores_of_classes=each, macro_f1=mean_f1):
    return confusion_matrix, scores_of_classes, macro_f1, fragment


def counts(fragment, answer):
    return scored(fragment, confusion_matrix=answer)


def divides(fragment, **how):
    return scored(fragment, scores_of_classes=classes(**how))


def means(fragment, answer):
    return scored(fragment, macro_f1=answer)


def of_what_occurs(predicted, true, n):
    labels = sorted({*predicted, *true})
    return [
        [sum(pair == (a, b) for pair in zip(true, predicted, strict=True)) for b in labels] for a in labels
    ]


def shares_of_rows(predicted, true, n):
    matrix = counted(predicted, true, n).float()
    return matrix / matrix.sum(1, keepdim=True).clamp(min=1)


CLASS_SCORES = {
    "transposed": counts("rows and columns have changed places", lambda p, t, n: counted(t, p, n)),
    "only what occurs": counts("a class that never occurs has a row", of_what_occurs),
    "as large as the labels": counts("the matrix is (n, n)", lambda p, t, n: counted(p, t, 1 + max(*p, *t))),
    "only hits": counts("only the hits on the diagonal", lambda p, t, n: counted(p, t, n).diag().diag()),
    "yes or no": counts("a cell counts the texts", lambda p, t, n: counted(p, t, n).bool().int()),
    "shares": counts("these are shares", shares_of_rows),
    "no return": counts("is a `return` missing?", lambda p, t, n: None),
    "in words": counts("numbers are expected", lambda p, t, n: "right"),
    "two arguments": counts("cannot be called with 3 arguments", lambda p, t: counted(p, t, 3)),
    "precision and recall swapped": divides(
        "precision and recall have changed places", precision=part_of_row, recall=part_of_column
    ),
    "twice the recall": divides("both are the recall", precision=part_of_row),
    "twice the precision": divides("both are the precision", recall=part_of_column),
    "divided by all": divides(
        "divided by all texts",
        precision=lambda h, s, t, n: h / n,
        recall=lambda h, s, t, n: h / n,
    ),
    "accuracy of the class": divides(
        "the precision is an accuracy", precision=lambda h, s, t, n: (n - s - t + 2 * h) / n
    ),
    "without the diagonal": divides(
        "the sums are without the diagonal",
        precision=lambda h, s, t, n: h / (s - h) if s > h else 0.0,
        recall=lambda h, s, t, n: h / (t - h) if t > h else 0.0,
    ),
    "plain mean": divides("F1 is not the mean of the two", f1=lambda p, r: (p + r) / 2),
    "no 2": divides("the 2 of F1 is missing", f1=lambda p, r: harmonic(p, r) / 2),
    "product": divides("not the product", f1=lambda p, r: p * r),
    "geometric": divides("not the root", f1=lambda p, r: (p * r) ** 0.5),
    "F1 first": divides("the order of the three", order=lambda p, r, f: (f, p, r)),
    "two mistakes": divides(
        "two mistakes: (1) precision and recall have changed places",
        precision=part_of_row,
        recall=part_of_column,
        f1=lambda p, r: (p + r) / 2,
    ),
    "divided by 0": divides("divides 0 by 0: its score", precision=lambda h, s, t, n: h / s),
    "no hit": divides("divides 0 by 0: its score", f1=lambda p, r: 2 * p * r / (p + r)),
    "NaN": scored("gives NaN", scores_of_classes=unsafely),
    "in columns": scored("one row for each class", scores_of_classes=lambda m: each(m).mT),
    "F1 only": scored("the shape is (3,), expected is (3, 3)", scores_of_classes=lambda m: each(m)[:, 2]),
    "accuracy": means("this is the accuracy, which is micro F1", lambda m: m.diag().sum() / m.sum()),
    "weighted": means("weigh as many texts as they have", weighted),
    "predicted classes only": means("never predicted is left out", over(lambda m: m.sum(0) > 0)),
    "occurring classes only": means("never occurs is left out", over(lambda m: m.sum(1) > 0)),
    "neither": means("neither predicted nor true is left out", over(lambda m: m.sum(0) + m.sum(1) > 0)),
    "F1 of the means": means("first each class its F1", of_the_means),
    "mean precision": means("mean of the precisions", lambda m: each(m)[:, 0].mean()),
    "mean recall": means("mean of the recalls", lambda m: each(m)[:, 1].mean()),
    "sum": means("this is the sum", lambda m: each(m)[:, 2].sum()),
    "all scores": means("the shape is (3,), expected is ()", lambda m: each(m)[:, 2]),
}

# Exercise 2


def by_logit(logits, names, threshold):
    """Right: the threshold as a logit."""
    least = torch.logit(torch.tensor(threshold))
    return [{name for name, x in zip(names, row, strict=True) if x > least} for row in logits]


def by_hand(logits, labels):
    """Right: softplus is the loss of no, and softplus of minus the logit that of yes."""
    yes, no = functional.softplus(-logits), functional.softplus(logits)
    return (labels * yes + (1 - labels) * no).mean()


def above(probabilities, least=lambda threshold: threshold):
    """Return an answer that compares `probabilities(logits)` with the threshold."""

    def decide(logits, names, threshold):
        marks = probabilities(logits) > least(threshold)
        return [{name for name, mark in zip(names, row, strict=True) if mark} for row in marks]

    return decide


def likeliest(logits, names, threshold):
    return [{names[row.argmax()]} for row in logits]


def at_least_one(logits, names, threshold):
    found = by_logit(logits, names, threshold)
    return [some or one for some, one in zip(found, likeliest(logits, names, threshold), strict=True)]


def numbers(logits, names, threshold):
    return [set(row.nonzero().flatten().tolist()) for row in logits.sigmoid() > threshold]


def with_logits(logits, labels, **how):
    return functional.binary_cross_entropy_with_logits(logits, labels.float(), **how)


def of_probabilities(logits, labels):
    p = torch.sigmoid(logits)
    return -(labels * p.log() + (1 - labels) * (1 - p).log()).mean()


def through_bce(logits, labels):
    return functional.binary_cross_entropy(logits.sigmoid(), labels.float())


def yes_only(logits, labels):
    return -(labels * functional.logsigmoid(logits)).mean()


def over_yes(logits, labels):
    return -(labels * functional.logsigmoid(logits)).sum() / labels.sum().clamp(min=1)


def decided(fragment, answer):
    return answer, by_hand, fragment


def lost(fragment, answer):
    return by_logit, answer, fragment


ASPECTS_APART = {
    "softmax": decided("softmax makes the aspects", above(lambda x: x.softmax(1))),
    "softmax over texts": decided("a softmax over the texts", above(lambda x: x.softmax(0))),
    "argmax": decided("exactly one aspect, the likeliest", likeliest),
    "at least one": decided("gets none, not the likeliest", at_least_one),
    "threshold on logits": decided("is there a sigmoid?", above(lambda x: x)),
    "always 0.5": decided("always 0.5", above(torch.sigmoid, lambda threshold: 0.5)),
    "logits above 0": decided("or a logit of 0", above(lambda x: x, lambda threshold: 0)),
    "below": decided("not below", above(lambda x: -x.sigmoid(), lambda threshold: -threshold)),
    "sigmoid twice": decided("the sigmoid comes twice", above(lambda x: x.sigmoid().sigmoid())),
    "numbers for names": decided("a set should hold names out of", numbers),
    "one set": decided("a set for each of the 4 texts", lambda x, names, t: by_logit(x, names, t)[0]),
    "a name, no set": decided("a text gets a set of names", lambda x, names, t: [names[0] for _ in x]),
    "no return of decide": decided("is a `return` missing?", lambda x, names, t: None),
    "one off": decided("text 0 has the logits", above(lambda x: x.sigmoid() - 0.2)),
    "sum over labels": lost(
        "a sum over the labels", lambda x, y: with_logits(x, y, reduction="none").sum(1).mean()
    ),
    "sum over texts": lost(
        "a sum over the texts", lambda x, y: with_logits(x, y, reduction="none").mean(1).sum()
    ),
    "sum over both": lost("the sum over texts and labels", lambda x, y: with_logits(x, y, reduction="sum")),
    "one for each text": lost(
        "one loss for each text", lambda x, y: with_logits(x, y, reduction="none").mean(1)
    ),
    "no mean": lost("for each text and label", lambda x, y: with_logits(x, y, reduction="none")),
    "yes only": lost("only the aspects that hold count", yes_only),
    "mean over yes": lost("only the aspects that hold count", over_yes),
    "softmax loss": lost("in which labels compete", lambda x, y: functional.cross_entropy(x, y.float())),
    "softmax, then binary": lost(
        "in which labels compete", lambda x, y: functional.binary_cross_entropy(x.softmax(1), y.float())
    ),
    "sigmoid before": lost("has it inside", lambda x, y: with_logits(x.sigmoid(), y)),
    "sign": lost("the sign", lambda x, y: -with_logits(x, y)),
    "squares": lost("a squared error", lambda x, y: functional.mse_loss(x.sigmoid(), y.float())),
    "changed places": lost("have changed places", lambda x, y: with_logits(y.float(), x)),
    "whole labels": lost("make them float", functional.binary_cross_entropy_with_logits),
    "logarithm of 0": lost("In float32 1 − p is exactly 0", of_probabilities),
    "cut at 100": lost("In float32 1 − p is exactly 0", through_bce),
    "a plain number": lost("a tensor is expected", lambda x, y: by_hand(x, y).item()),
    "detached": lost("no gradient reaches the logits", lambda x, y: by_hand(x.detach(), y)),
    "no return of the loss": lost("is a `return` missing?", lambda x, y: None),
}

SOLUTIONS = {
    "class_scores": (in_lists, classes(), mean_f1),
    "aspects_apart": (by_logit, by_hand),
}
ALL = [CLASS_SCORES, ASPECTS_APART]
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, ALL, strict=True)
}
