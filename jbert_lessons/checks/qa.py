"""Checks of lesson 11, question answering. The references are in span_, window_ and answer_cases."""

import math
from collections.abc import Callable, Sequence

import torch

from jbert_lessons.checks import answer_cases, span_cases, window_cases
from jbert_lessons.checks.answer_cases import decides_rightly, most, rightly
from jbert_lessons.checks.compare import ask
from jbert_lessons.checks.compare_values import NOTHING, compare_values, same_value
from jbert_lessons.checks.exercise import Wrong, exercise, time_limit

LESSON = "11_qa"
SECONDS = 1.0  # for a call of cut_windows: a list that grows without end would soon fill the memory
BARE = "an empty text agrees with an empty one and with no other; without a shared character F1 is 0"
STOPPED = object()  # found where the answer stopped with an error that is judged later


@exercise(
    LESSON,
    1,
    hints=(
        "how many pairs (start, end) are there in a window of 10 tokens? Cross out those that no answer can "
        "be. Which of the two logits can you judge alone?",
        "go through all starts in the context, and for each through the ends that it may have: not before "
        "it, in the context, at most longest tokens in all. Remember the pair with the largest sum so far. "
        "The first pair is always better than nothing, so begin with minus infinity.",
    ),
)
def best_span(answer):
    """The answer: (start logits, end logits, is_context, longest) → (start, end), both included."""
    windows = span_cases.logit_windows()
    found = []
    for window in windows:
        tensors = map(torch.tensor, (window.starts, window.ends, window.inside))
        found.append(ask(answer, *tensors, window.longest))

    def tell(window: span_cases.Window, span) -> str:
        told = [i for i, inside in enumerate(window.inside) if inside]
        case = f"The context is at {told[0]} to {told[-1]}, longest is {window.longest}"
        logits = f"start logits: {window.starts}\n  end logits: {window.ends}"
        return f"{case}: expected is {span_cases.best_span(window)}, yours is {span!r}\n{logits}"

    _recognise(windows, found, span_cases.best_span, span_cases.SPANS, tell)


@exercise(
    LESSON,
    2,
    hints=(
        "draw the tokens as a row of boxes, and the first two windows below it. If both share `shared` "
        "boxes, how far does the second one start from the first?",
        "each window starts size - shared tokens after the one before. Stop as soon as a window reaches the "
        "last token, and cut that window off there. Look at size and shared before you begin: when would "
        "the next window not start further to the right?",
    ),
)
def cut_windows(answer):
    """The answer: (count, size, shared) → list of (first, last + 1), or ValueError."""
    for count, size, shared in window_cases.SIZES:
        what = f"{count} tokens, windows of {size}, {shared} shared"
        try:
            with time_limit(SECONDS):
                found = ask(answer, count, size, shared)
        except TimeoutError:
            raise Wrong(f"{what}: your loop never ends; does each window start further right?") from None
        right = window_cases.right_windows(count, size, shared)
        if same_value(found, right):
            continue
        known = (why for why, it in window_cases.mistakes(count, size, shared) if same_value(found, it))
        for message in (*known, *window_cases.faults(found, count, size)):
            raise Wrong(f"{what}: {message}. Yours are {found}")
        compare_values(found, right, f"{what}: the list")
    for count, size, shared, why in window_cases.IMPOSSIBLE:
        what = f"{count} tokens, windows of {size}, {shared} shared"
        try:
            with time_limit(SECONDS):
                found = ask(answer, count, size, shared)
        except TimeoutError:
            raise Wrong(f"{what}: your loop never ends. Raise a ValueError first, because {why}") from None
        except Wrong:
            raise
        except ValueError:
            continue
        except Exception as error:
            kind = type(error).__name__
            raise Wrong(f"{what}: raise a ValueError, because {why}. Yours is {kind}") from None
        returned = "nothing" if found is None else str(found)[:40]
        raise Wrong(f"{what}: raise a ValueError, because {why}. Your function returned {returned}")


@exercise(
    LESSON,
    3,
    hints=(
        "write both texts down and cross out a character in one for the same character in the other. How "
        "many pairs do you cross out? What is their share of the one text, and of the other?",
        "collections.Counter counts the characters of a text, and & of two counters keeps the smaller count "
        "of each. The sum of what is left is what both share. First come tidy and the case that a text is "
        "empty, and last the best over all answers.",
    ),
)
def answer_scores(exact, f1):
    """The answers: exact_match and character_f1, each (predicted, answers) → share from 0 to 1."""
    scores = (
        ("exact_match", exact, answer_cases.exact, answer_cases.EXACT),
        ("character_f1", f1, answer_cases.f1, answer_cases.F1),
    )
    for name, answer, score, mistakes in scores:
        right = answer_cases.best(score)

        def tell(case, found, name=name, right=right) -> str:
            predicted, answers = case
            reason = f": {BARE}" if case in answer_cases.BARE else ""
            return (
                f"{name}({predicted!r}, {answers}) should be {right(*case):.4g}, yours is {found!r}{reason}"
            )

        slips = [(message, lambda case, slip=slip: slip(*case)) for message, slip in mistakes]
        for tried, known in ((answer_cases.SCORED, slips), (answer_cases.BARE, ())):
            found = [_score(answer, name, *case) for case in tried]
            _recognise(tried, found, lambda case, right=right: right(*case), known, tell)


def _score(answer, name: str, predicted: str, answers: list[str]):
    call = f"{name}({predicted!r}, {answers})"
    try:
        found = ask(answer, predicted, list(answers))
    except ZeroDivisionError:
        raise Wrong(f"{call} divides by 0: {BARE}") from None
    return float(found) if isinstance(found, bool) else found


@exercise(
    LESSON,
    4,
    hints=(
        "take five questions and sort them by lead. Between which neighbours may the threshold lie, and at "
        "how many places does the number of right decisions change at all?",
        "only the order of the leads counts, so a few thresholds stand for all: each lead itself, at which "
        "its question is just not answered, and one below all of them, which answers everything. Count the "
        "right decisions of each by the rule of the task and keep the best.",
    ),
)
def no_answer_threshold(answer):
    """The answer: (leads, right, answerable) → a threshold that makes the most decisions right."""
    tried = list(answer_cases.decisions())
    found = []
    for questions in tried:
        threshold = ask(answer, *map(list, questions[1:]))
        if threshold is None:
            raise Wrong(NOTHING)
        found.append(_number(threshold))
    both = list(zip(found, tried, strict=True))
    made = [rightly(decides_rightly, *one) for one in both]
    possible = [most(decides_rightly, questions) for questions in tried]
    if made == possible:
        return
    if found == possible:
        raise Wrong("that is how many decisions are right; return the threshold that makes them so")
    known = (
        message
        for message, rule in answer_cases.MISCOUNTED
        if all(rightly(rule, *one) >= most(rule, one[1], outside=False) for one in both)
    )
    n = next(n for n in range(len(tried)) if made[n] != possible[n])
    case = "\n".join(f"{name}: {getattr(tried[n], name)}" for name in ("leads", "right", "answerable"))
    got = f"Right decisions with your threshold {found[n]:g}: {made[n]}; possible: {possible[n]}"
    raise Wrong(f"{next(known, tried[n].trap)}. {got}\n{case}")


def _number(thing) -> float:
    try:
        number = math.nan if isinstance(thing, bool | str) else float(thing)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if math.isnan(number):
        raise Wrong(f"your threshold should be a number, not {thing!r}")
    return number


@exercise(
    LESSON,
    5,
    hints=(
        "take the context of the try-out and an answer behind ㈱. In which of the two texts, original or "
        "normalised, does each of the two numbers count that the function returns?",
        "NormalizedText has two lists, starts and ends, with one entry for each normalised character. The "
        "start is looked up in one of them. What holds for the end, and which character is the last one of "
        "an answer whose end is the place after it?",
    ),
)
def repair_answer_span(answer):
    """The answer: (context, tokens, first, last) → (start, end) in the original context."""
    places = list(span_cases.marked_places())
    found, stopped = [], None
    for place in places:
        try:
            found.append(ask(answer, place.text, list(place.tokens), place.first, place.last))
        except ValueError as error:
            reason = "what you look for is not in the text; the original has ㍻ where the tokens have 平成"
            raise Wrong(f"{place.text}: your code stopped with ValueError: {error}: {reason}") from None
        except IndexError as error:
            stopped = stopped or error
            found.append(STOPPED)

    def tell(place: span_cases.Place, span) -> str:
        tokens = " ".join(place.tokens[place.first : place.last + 1])
        return (
            f"In {place.text} the tokens {tokens} come from {_pointed(place.text, place.right)}; "
            f"your span is {_pointed(place.text, span)}"
        )

    _recognise(places, found, lambda place: place.right, span_cases.SLIPS, tell)
    if stopped:
        raise stopped


def _pointed(text: str, span) -> str:
    numbers = isinstance(span, list | tuple) and [type(number) for number in span] == [int, int]
    return f"{span}, {text[slice(*span)] or 'nothing'}" if numbers else repr(span)


def _recognise(tried: Sequence, found: list, right: Callable, mistakes, tell: Callable) -> None:
    """Raise Wrong unless everything found is right: the mistake that explains it all, and the first case.

    `right` and each mistake give what they make of a case, a mistake None where anything may come out;
    `tell` says what was expected of a case and what was found.
    """
    judged = [n for n, value in enumerate(found) if value is not STOPPED]
    wrong = [n for n in judged if not same_value(found[n], right(tried[n]))]
    if not wrong:
        return
    first = wrong[0]
    if found[first] is None and all(found[n] is None for n in judged):
        raise Wrong(NOTHING)
    case = tell(tried[first], found[first])
    for message, mistake in mistakes:
        made = ((found[n], mistake(tried[n])) for n in judged)
        if all(value is None or same_value(one, value) for one, value in made):
            raise Wrong(f"{message}{'' if message.endswith('?') else '.'} {case}")
    raise Wrong(case)
