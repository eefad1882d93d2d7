"""Checks of lesson 07: masks, their loss, pairs of sentences. The references are written apart."""

import copy
import math
import random
from itertools import pairwise, product

import torch
from torch import Tensor

from jbert_lessons.checks.compare import ask, check_number, compare, parts, recognise
from jbert_lessons.checks.exercise import Wrong, exercise
from jbert_lessons.checks.masks import IGNORED, MASK, SIZE, check_places, check_rates, pages
from jbert_lessons.checks.objective_cases import accuracies, length_cases, losses, selections

LESSON = "07_objectives"
NEXT, RANDOM = 0, 1


@exercise(
    LESSON,
    1,
    hints=(
        "how many draws does a token need? One says whether it is selected. What says its fate?",
        "draw numbers from 0 to 1 in the shape of input_ids, twice, with the generator. The first draw below "
        "rate selects, where maskable allows it. The second is cut at 0.8 and 0.9 into the three fates. "
        "Selected places keep their original id in labels, all others get -100.",
    ),
)
def mask_tokens(answer):
    """The answer: (input_ids, maskable, mask_id, vocab_size, rate, generator) → (masked, labels)."""
    ids, maskable = pages(128, 128)

    def run(rate: float, rows: int = 16, seed: int = 1) -> tuple[Tensor, Tensor]:
        inputs = ids[:rows], maskable[:rows], MASK, SIZE, rate, torch.Generator().manual_seed(seed)
        return parts(ask(answer, *inputs), "the masked ids", "the labels")

    results = {rate: run(rate, len(ids)) for rate in (0.15, 0.9)}
    for masked, labels in [*results.values(), run(0)]:
        check_places(masked, labels, ids[: len(masked)], maskable[: len(masked)])
    for rate in (0.9, 0.15):
        check_rates(*results[rate], ids, maskable, rate)
    masked, labels = results[0.9]
    drawn = masked[(labels != IGNORED) & (masked != MASK) & (masked != ids)]
    if not 0 <= drawn.min() <= drawn.max() < SIZE:
        raise Wrong(f"a random id is {drawn.max()}; with vocab_size {SIZE} the largest id is {SIZE - 1}")
    for number in set(range(SIZE)) - {MASK, *drawn.tolist()}:
        raise Wrong(f"no random id is {number}: each token draws its own, all of 0 to {SIZE - 1} alike")
    if any(map(torch.equal, run(0.5), run(0.5, seed=2))):
        raise Wrong("two generators of different seeds give the same masks: draw anew in every call")
    if not all(map(torch.equal, run(0.5), run(0.5))):
        raise Wrong("two generators of the same seed give different masks: hand generator to every draw")


@exercise(
    LESSON,
    2,
    hints=(
        "how many losses are added up, and by what number is their sum divided? Say it without 'mean'.",
        "take the losses at the selected positions alone, labels != -100, add them up and divide by how many "
        "they are, but by no less than 1. -100 is no index: leave these positions out before you look up.",
    ),
)
def masked_loss(answer):
    """The answer: logits (batch, length, vocabulary), labels (batch, length) → the loss, one number."""
    generator = torch.Generator().manual_seed(2)
    for rows, size in [("10110 01000 00000", 5), ("0110 1000 0111 0010", 4), ("110 010", 120), ("1", 7)]:
        selected = torch.tensor([[sign == "1" for sign in row] for row in rows.split()])
        logits = (3 * torch.randn(*selected.shape, size, generator=generator)).requires_grad_()
        labels = torch.randint(0, size, selected.shape, generator=generator)
        labels[0, 0] = 0  # an id like any other
        labels[~selected] = IGNORED
        case = f"logits {tuple(logits.shape)}, {selected.sum()} of {selected.numel()} positions selected"
        found = ask(answer, logits, labels)
        _, expected = next(ways := losses(logits.detach().double(), labels))
        compare(found, expected, case, ways)
        if not found.requires_grad:
            raise Wrong("the loss has no gradient: .item(), .detach() or torch.tensor(...) cuts it off")
    logits, labels = torch.tensor([[[900.0, -900, 0]] * 2]), torch.tensor([[0, 1]])
    overflow = "logits in the hundreds: e⁹⁰⁰ overflows, and the log of 0 is infinite; torch.log_softmax"
    expected = torch.tensor(900.0)
    wrong = [(f"{overflow} avoids both", torch.tensor(number)) for number in (math.nan, math.inf)]
    compare(ask(answer, logits, labels), expected, "logits in the hundreds", wrong)
    logits = torch.randn(2, 3, 5, generator=generator, requires_grad=True)
    nothing = "no position selected"
    found = ask(answer, logits, torch.full((2, 3), IGNORED))
    divided = f"{nothing}: 0 is divided by 0, which is NaN; the loss should be 0 then"
    compare(found, torch.tensor(0.0), nothing, [(divided, torch.tensor(math.nan))])
    if found.requires_grad:
        found.backward()
        if logits.grad is not None and logits.grad.isnan().any():
            raise Wrong(f"{nothing}: the loss is 0, its gradient NaN. Divide by at least 1, do not mend NaN")


@exercise(
    LESSON,
    3,
    hints=(
        "what does ##館 need to know? How do you find the first piece of its word, going to the left?",
        "each piece takes over the draw at the last word start up to its own place, in its own row, or at "
        "place 0 if there is none. Then every piece of a word compares the same number with rate. A loop is "
        "fine. Without one: the running maximum, cummax along the row, of the places where words start.",
    ),
)
def whole_words(answer):
    """The answer: draws, word_starts (batch, length) and rate → selected (batch, length), boolean."""
    generator = torch.Generator().manual_seed(3)
    many = " ".join(["^-^^---^-^--"] + ["--^^-^---^--", "-^--^-^-^---"] * 8)  # enough to tell mistakes apart
    cases = ["^", "^^--^-^^", "^-^--- ^-^^--", "^--^^- --^--^ ^----- -^-^-^", "^-^ --- -^-", many]
    for number, rows in enumerate([many, *cases]):
        starts = torch.tensor([[sign == "^" for sign in row] for row in rows.split()])
        for rate in (0.5, 0.25, 0.75, 0.0, 1.0):
            draws = torch.randint(0, 8, starts.shape, generator=generator) / 8
            _, expected = next(ways := selections(draws, starts, rate))
            found = ask(answer, draws, starts, rate)
            if isinstance(found, Tensor) and found.shape == draws.shape and found.dtype != torch.bool:
                raise Wrong(f"the result holds {found.dtype}; True or False for each piece is expected")
            if number == 0:
                recognise(found, expected, ways)
                continue
            what = f"word starts {rows} (^ a start, - no start), draws {draws.tolist()}, rate {rate}"
            compare(found, expected, f"{len(draws)} rows" if rows == many else what)


@exercise(
    LESSON,
    4,
    hints=(
        "print number and other just before the choice. Which pair of numbers should never come up?",
        "randrange(n) gives 0 to n - 1. There is one document fewer to draw from, so the numbers from the "
        "current document on must move up by one, which leaves a gap where it stands. What meets the gap?",
    ),
)
def repair_pairs(answer):
    """The answer: documents (lists of sentences), random.Random → list of (first, second, label)."""
    for sizes, rounds in [((3, 4, 1, 2, 5), 250), ((2, 3), 150), ((1, 3, 2), 150)]:
        documents = [
            [f"{letter}{n + 1}" for n in range(size)] for letter, size in zip("ABCDE", sizes, strict=False)
        ]
        firsts = [sentence for document in documents for sentence in document[:-1]]
        drawn = [_pairs(answer, documents, firsts, seed) for seed in range(rounds)]
        pairs = [pair for found in drawn for pair in found]
        _check_labels(pairs, documents)
        if all(found == drawn[0] for found in drawn):
            raise Wrong("all seeds give the same pairs: use the generator that is handed over, as it is")
        if drawn[0] != _pairs(answer, documents, firsts, 0):
            raise Wrong("the same seed gives other pairs: draw with generator, not with the module random")
        share = sum(label == RANDOM for *_, label in pairs) / len(pairs)
        if abs(share - 0.5) > 4 * 0.5 / len(pairs) ** 0.5:
            again = ": if the draw hits the same document, draw another document, not another label"
            reason = again if 0.2 < share < 0.5 else ""
            raise Wrong(f"{share:.0%} of the pairs are labelled RANDOM, half of them should be{reason}")
        _check_sources({(first[0], second) for first, second, label in pairs if label == RANDOM}, documents)


@exercise(
    LESSON,
    5,
    hints=(
        "lengths 3, 3, 8 and labels 1, 0, 0: try every threshold by hand, and both rules for each.",
        "for each threshold count how often `length > t` is the label; the opposite rule is right wherever "
        "this one is wrong. Begin with a threshold below all lengths: it gives the same label to every pair.",
    ),
)
def length_leak(prediction, answer):
    """The answers: an accuracy, and a function (lengths, labels) → the best accuracy of a threshold."""
    mistakes = [
        ("half is right only if both labels are equally frequent", 0.5),
        ("this is what a rule that always says NEXT gets; is there a better one?", 0.4),
        ("this is guessing: 60 % of the guesses RANDOM. Always saying the same is better", 0.52),
        ("give a share: 0.5 for a half", 60),
        ("no rule is always right if lengths tell nothing", 1),
    ]
    check_number(prediction, 0.6, "your prediction", mistakes)
    for lengths, labels in length_cases():
        given = list(lengths), list(labels)
        found = ask(answer, *given)
        if given != (lengths, labels):
            raise Wrong("your function changes the lists that it is given: .sort() works in place")
        if isinstance(found, int | float) and found > 1:
            raise Wrong(f"an accuracy is a share from 0 to 1: right pairs divided by all pairs, not {found}")
        case = f"for {len(lengths)} pairs"
        if len(lengths) < 9:
            case = f"for lengths {lengths} and labels {labels}"
        _, expected = next(ways := accuracies(lengths, labels))
        check_number(found, expected, case, ways)


def _pairs(answer, documents: list[list[str]], firsts: list[str], seed: int) -> list[tuple]:
    """Return the learner's pairs, if they are a list of triples, one for each first part."""
    given = copy.deepcopy(documents)
    pairs = ask(answer, given, random.Random(seed))
    if given != documents:
        raise Wrong("your function changes the documents that it is given")
    if pairs is None:
        raise Wrong("your function returned nothing: is a `return` missing?")
    if not isinstance(pairs, list) or not all(isinstance(p, tuple | list) and len(p) == 3 for p in pairs):
        raise Wrong("your function should return a list of triples (first, second, label)")
    if sorted(str(first) for first, *_ in pairs) != sorted(firsts):
        raise Wrong(
            f"each sentence that another one follows should be first once: {' '.join(firsts)}; "
            f"yours are {' '.join(str(first) for first, *_ in pairs)}"
        )
    return [tuple(pair) for pair in pairs]


def _check_labels(pairs: list[tuple], documents: list[list[str]]) -> None:
    """Raise Wrong for a pair whose label is not true."""
    follower = {one: two for document in documents for one, two in pairwise(document)}
    case = f"for the documents {'; '.join(map(' '.join, documents))}:"
    for first, second, label in pairs:
        if label not in (NEXT, RANDOM):
            raise Wrong(f"a label is {label!r}; NEXT, {NEXT}, and RANDOM, {RANDOM}, are the labels")
        if label == NEXT and second != follower[first]:
            raise Wrong(f"{case} ({first}, {second}) is labelled NEXT, but {follower[first]} follows {first}")
    drawn = [(first, second) for first, second, label in pairs if label == RANDOM]
    for first, second in drawn:
        if second == follower[first]:
            raise Wrong(f"{case} ({first}, {second}) is labelled RANDOM, but {second} does follow {first}")
    for first, second in drawn:
        if first[0] == second[0]:
            raise Wrong(
                f"{case} ({first}, {second}) is labelled RANDOM, but both are from document {first[0]}"
            )


def _check_sources(seen: set[tuple[str, str]], documents: list[list[str]]) -> None:
    """Raise Wrong unless random parts come from all other documents, and are all of their sentences."""
    for own, other in product(documents, repeat=2):
        if len(own) > 1 and own is not other and not any((own[0][0], second) in seen for second in other):
            raise Wrong(
                f"the random second parts for document {own[0][0]} never come from document {other[0][0]}: "
                "every other document should be possible"
            )
    for sentence in (sentence for document in documents for sentence in document):
        if all(second != sentence for _, second in seen):
            raise Wrong(f"{sentence} is never a random second part: every sentence should be possible")
