"""Checks of lesson 02, words. A mistake is named when it explains all that an answer gave, not one case."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from random import Random
from typing import Any

from jbert_lessons.checks import paths, segmentations
from jbert_lessons.checks.compare import ask, check_number
from jbert_lessons.checks.compare_values import compare_values, same_value
from jbert_lessons.checks.exercise import Wrong, exercise, time_limit

LESSON = "02_words"
LONG, SLOW = 30, 2.0  # characters, seconds: a search that keeps only the best needs milliseconds
SAME_FORMS, SAME_LEMMAS = 5, 8  # what the sheet of exercise 5 measures


@exercise(
    LESSON,
    1,
    hints=(
        "write the path down with BOS in front and EOS behind it. How many gaps are there between "
        "neighbours, and which two parts of speech stand at each gap?",
        "a path of n words has n word costs and n + 1 connections. The key of a connection is a pair: the "
        "part of speech on the left, then the one on the right. And a cost is something to avoid.",
    ),
)
def path_cost(cost, choose):
    """The answers: (words, word_costs, connection_costs) → cost; (paths, and the same two) → one path."""
    lattices = [paths.lattice(seed, 2 + seed % 4) for seed in range(25)]
    ways = [(paths.all_paths(text, words), words, connections) for text, words, connections in lattices]
    cases = [(path, *tables) for some, *tables in ways for path in some[:6]]
    _judge(cost, cases, paths.cost, paths.COST_MISTAKES, lambda path, *_: f"the cost of {_show(path)}")
    cases = [case for case in ways if len(case[0]) > 1]
    what = "your choice among {}"
    _judge(
        choose,
        cases,
        paths.first(paths.cost),
        paths.CHOICE_MISTAKES,
        lambda some, *_: what.format(", ".join(map(_show, some))),
    )


@exercise(
    LESSON,
    2,
    hints=(
        "take two paths that reach the same place in the text. When may you forget the dearer one? On what, "
        "of all that lies behind, does the cost of the next word depend?",
        "go through the text from left to right. For each place, and for each part of speech that the last "
        "word before it can have, keep the cheapest path with its cost. A word goes on from every path that "
        "ends where it begins. EOS is one more connection, before you choose among the paths at the end.",
    ),
)
def viterbi(answer):
    """The answer: (text, word_costs, connection_costs) → the cheapest path, None if there is none."""
    cases = [paths.lattice(seed, 3 + seed % 6, share=1 - seed % 4 / 5) for seed in range(80)]
    results = [_path_of(answer, *case) for case in cases]
    for message, explains in [("", paths.least(paths.cost)), *paths.PATH_MISTAKES]:
        if all(explains(found, *case) for found, case in zip(results, cases, strict=True)):
            if message:
                raise Wrong(message)
            break
    for found, case in zip(results, cases, strict=True):
        paths.check_path(found, *case)
    for seed, length in [(10, 12), (3, LONG), (33, LONG)]:  # a search that keeps a few paths more fails here
        case = paths.lattice(seed, length, share=1)
        try:
            with time_limit(SLOW):
                found = _path_of(answer, *case)
        except TimeoutError:
            number = paths.number_of_paths(*case[:2])
            raise Wrong(
                f"your function is right for short texts, but with {length} characters it was still running "
                f"after {SLOW:g} seconds. Does it try every path? There are {number:,}"
            ) from None
        paths.check_path(found, *case)


def _path_of(answer, text: str, words: paths.Words, connections: paths.Connections) -> paths.Path | None:
    """Return the path that an answer finds. Raises Wrong if it is no list of words."""
    try:
        found = _ask(answer, text, words, connections)
    except Wrong:
        raise
    except Exception as error:
        if paths.number_of_paths(text, words):
            raise
        stopped = f"your code stopped with {type(error).__name__}: {error}"
        raise Wrong(f"no words cover {text} from end to end: None is expected, {stopped}") from None
    if found is None:
        return None
    if not isinstance(found, list | tuple) or not all(isinstance(word, str) for word in found):
        raise Wrong(f"return the list of words and nothing else; for {text} yours is {found!r}")
    return list(found)


@exercise(
    LESSON,
    3,
    hints=(
        "text.index(word) finds the first place in the whole text. Where must the search for the next word "
        "begin?",
        "keep one number, the place where the last word ended. text.index takes such a number as its second "
        "argument, and passes over white space by itself. A span ends at the place after the last character.",
    ),
)
def find_spans(answer):
    """The answer: (text, words) → [(start, end), …]; the words are the text without its white space."""
    random = Random(3)
    texts = list(segmentations.SPACED)
    for _ in range(30):
        words = random.choices(["も", "もも", "すもも", "の", "うち"], k=random.randint(1, 7))
        texts.append("/".join(word + random.choice(["", "", " ", "  ", "\t", "\n"]) for word in words))
    cases = [(text.replace("/", ""), [word.strip() for word in text.split("/")]) for text in texts]
    what = "for {!r} and {}, your list"
    _judge(
        answer,
        cases,
        segmentations.spans_of,
        segmentations.SPAN_MISTAKES,
        lambda text, words: what.format(text, _show(words)),
    )


@exercise(
    LESSON,
    4,
    hints=(
        "look at 日 in 訪日 (hōnichi, a visit to Japan): it ends where a word ends. Is that enough?",
        "collect the places where words begin and, apart from them, the places where words end. Names and "
        "words need not be equal: each of the two places of a name is looked up in its own collection.",
    ),
)
def off_boundaries(answer):
    """The answer: (entities, words), both [(text, start, end), …] → the entities that cut a word."""
    random = Random(4)
    cases = [segmentations.named(words, spans) for words, spans in segmentations.NAMES]
    for _ in range(40):
        words = random.choices(["日", "米", "訪日", "日米", "日 ", "日独伊", "東京"], k=6)
        places = range(len("".join(words)) + 1)
        cases.append(segmentations.named("/".join(words), [random.sample(places, 2) for _ in range(5)]))
    what = "for {} in {}, your list"
    _judge(
        answer,
        cases,
        segmentations.OFF,
        segmentations.OFF_MISTAKES,
        lambda names, w: what.format(names, _show(word[0] for word in w)),
    )


@exercise(
    LESSON,
    5,
    hints=(
        "write down what is left of both sentences of a pair. Which words told the two apart, and did one of "
        "them stay?",
        "make two new lists for each pair, with the words that are not in stop, in their order, and compare "
        "the lists. For a prediction, look at endings: a form keeps its own, a lemma has none.",
    ),
)
def stop_words(prediction_forms, prediction_lemmas, collisions):
    """The answers: two numbers, and (pairs, stop) → the numbers of the pairs that become the same."""
    stay = "two pairs differ in what no list of stop words takes away: which names, and in which order?"
    mistakes = [("the words that tell two sentences apart are often stop words themselves", 0)]
    mistakes += [(stay, number) for number in (SAME_LEMMAS + 1, SAME_LEMMAS + 2)]
    ending = "a form keeps its ending. Are おいしかっ and おいしく the same word?"
    what = "your prediction for the forms"
    check_number(prediction_forms, SAME_FORMS, what, [(ending, SAME_LEMMAS), *mistakes])
    ending = "a lemma has no ending of its own. Are the lemmas of 行く and 行っ two words?"
    what = "your prediction for the lemmas"
    check_number(prediction_lemmas, SAME_LEMMAS, what, [(ending, SAME_FORMS), *mistakes])
    random = Random(5)
    stop = {"が", "を", "た"}
    pairs = [tuple(sentence.split("/") for sentence in pair) for pair in segmentations.COLLIDING]
    for _ in range(60):
        first = random.choices(["犬", "猫", "東", "京都", "東京", "都", "たたみ", *sorted(stop)], k=5)
        second = [word for word in first if word not in stop]
        second.insert(random.randint(0, len(second)), random.choice(["が", "を", "た", "猫"]))
        if first != second:
            pairs.append((first, second))
    cases = [([pair], stop) for pair in pairs] + [(pairs, stop), (pairs, {"犬", "東京"}), (pairs, set())]
    _judge(
        collisions,
        cases,
        segmentations.same_after(segmentations.kept),
        segmentations.SAME_MISTAKES,
        _pair_in_words,
    )


def _pair_in_words(pairs: list, stop: set[str]) -> str:
    which = f"{len(pairs)} pairs" if len(pairs) > 1 else " and ".join(map(_show, pairs[0]))
    return f"for {which} with the stop words {' '.join(sorted(stop))}, your list"


def _judge(answer, cases: list[tuple], right: Callable, mistakes: Iterable, what: Callable[..., str]) -> None:
    """Raise Wrong unless the answer gives in all cases what `right` gives."""
    results = [_ask(answer, *case) for case in cases]
    for message, function in [("", right), *mistakes]:
        if same_value(results, [function(*case) for case in cases]):
            if message:
                raise Wrong(message)
            return
    for found, case in zip(results, cases, strict=True):
        compare_values(found, right(*case), what(*case))


def _ask(answer, *inputs) -> Any:
    given = deepcopy(inputs)
    found = ask(answer, *given)
    if given != inputs:
        raise Wrong(
            "your function changes what it was given (as remove, append and pop do), but the caller may need "
            "that again: build something new"
        )
    return found


def _show(words: Iterable[str]) -> str:
    return "/".join(words)
