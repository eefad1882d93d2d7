"""Paths of words through a text, for the checks of lesson 02: their costs, and wrong ways to choose one."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from random import Random

from jbert_lessons.checks.exercise import Wrong

TAGS = ["noun", "particle", "verb", "suffix"]

Path = list[str]
Words = dict[str, tuple[str, int]]  # word -> part of speech, cost
Connections = dict[tuple[str, str], int]  # parts of speech, left and right -> cost
Score = Callable[[Path, Words, Connections], float]


def lattice(seed: int, length: int, share: float = 0.8) -> tuple[str, Words, Connections]:
    """Return a text, words (that share of all runs of up to three characters in it) and costs, all random.

    No character comes twice in a text of up to ten: two paths of the same words would often cost the same.
    """
    random = Random(seed)
    letters = "あかさたなはまやらわ"
    text = "".join(
        random.sample(letters, length) if length <= len(letters) else random.choices("かきく", k=length)
    )
    runs = sorted({text[start : start + size] for start in range(length) for size in (1, 2, 3)})
    words = [*(run for run in runs if random.random() < share), "けこ"]
    pairs = [(left, right) for left in ["BOS", *TAGS] for right in [*TAGS, "EOS"]]
    return (
        text,
        {word: (random.choice(TAGS), random.randint(1, 4000)) for word in words},
        {pair: random.randint(-1000, 4000) for pair in pairs},
    )


def all_paths(text: str, words: Iterable[str]) -> list[Path]:
    """Return every way to cut the text into words."""
    return list(_walk(text, words))


def _walk(text: str, words: Iterable[str]) -> Iterator[Path]:
    if not text:
        yield []
    for word in starts(text, words):
        yield from ([word, *rest] for rest in _walk(text[len(word) :], words))


def number_of_paths(text: str, words: Iterable[str]) -> int:
    """Return how many ways there are to cut the text into words."""
    ways = [1] + [0] * len(text)
    for end in range(1, len(text) + 1):
        ways[end] = sum(ways[end - len(word)] for word in words if text[:end].endswith(word))
    return ways[-1]


def starts(text: str, words: Iterable[str]) -> list[str]:
    """Return the words with which the text may begin."""
    return [word for word in words if text.startswith(word)]


def step(left: str, word: str, words: Words, connections: Connections) -> int:
    """Return what a word costs after one of the part of speech `left`."""
    tag, cost = words[word]
    return connections[left, tag] + cost


def least_cost(text: str, words: Words, connections: Connections) -> float:
    """Return the cost of the cheapest path, infinity if there is none."""

    @cache
    def least(rest: str, left: str) -> float:
        if not rest:
            return connections[left, "EOS"]
        costs = [
            step(left, word, words, connections) + least(rest[len(word) :], words[word][0])
            for word in starts(rest, words)
        ]
        return min(costs, default=float("inf"))

    return least(text, "BOS")


def _total(add_up: Callable[[int, list[int]], float]) -> Score:
    """Return the score of a path that `add_up` makes of its word costs, summed, and its connections."""

    def score(path: Path, words: Words, connections: Connections) -> float:
        tags = ["BOS", *(words[word][0] for word in path), "EOS"]
        return add_up(sum(words[word][1] for word in path), [connections[pair] for pair in pairwise(tags)])

    return score


cost = _total(lambda words, joints: words + sum(joints))
words_only = _total(lambda words, joints: words)
connections_only = _total(lambda words, joints: sum(joints))
no_bos = _total(lambda words, joints: words + sum(joints[1:]))
no_eos = _total(lambda words, joints: words + sum(joints[:-1]))
neither = _total(lambda words, joints: words + sum(joints[1:-1]))
dearest = _total(lambda words, joints: -words - sum(joints))


def fewest(path: Path, words: Words, connections: Connections) -> float:
    """Return the number of words."""
    return len(path)


SIDES = "two words that meet pay once; you count it for the left word and again for the right one"
DEAREST = "you choose the dearest path. A cost is something to avoid: less is better"
FEWEST = "you choose the path with the fewest words; the costs decide"
COST_MISTAKES: list[tuple[str, Score]] = [
    (
        "no connection is counted: neighbours cost something, too. The key is a pair such as (noun, verb)",
        words_only,
    ),
    ("the costs of the words themselves are missing: those are the connections alone", connections_only),
    ("one connection is missing: from BOS, the beginning of the sentence, to the first word", no_bos),
    ("one connection is missing: from the last word to EOS, the end of the sentence", no_eos),
    ("two connections are missing: from BOS to the first word, and from the last word to EOS", neither),
    (SIDES, _total(lambda words, joints: words + sum(joints) + sum(joints[1:-1]))),
    ("BOS is counted twice", _total(lambda words, joints: words + sum(joints) + joints[0])),
    ("EOS is counted twice", _total(lambda words, joints: words + sum(joints) + joints[-1])),
]


def first(score: Score) -> Callable[..., Path]:
    """Return a function (paths, words, connections) that gives the path with the least score."""
    return lambda paths, *tables: min(paths, key=lambda path: score(path, *tables))


CHOICE_MISTAKES: list[tuple[str, Callable[..., Path]]] = [
    (DEAREST, first(dearest)),
    ("you choose by the costs of the words alone; the connections decide, too", first(words_only)),
    (FEWEST, first(fewest)),
    ("you take the first path, whatever it costs", lambda paths, *_: paths[0]),
]


def least(score: Score, direction: int = 1) -> Callable[..., bool]:
    """Return a function that tells whether a path has the least score; None if there is no path."""

    def explains(found: Path | None, text: str, words: Words, connections: Connections) -> bool:
        paths = all_paths(text, words)
        if found is None or found[::direction] not in paths:
            return found is None and not paths
        scores = [score(path, words, connections) for path in paths]
        return score(found[::direction], words, connections) == min(scores)

    return explains


def greedy(key: Callable[[str, str, Words, Connections], float]) -> Callable[..., bool]:
    """Return a function that tells whether a path takes the word with the least key each time."""

    def explains(found: Path | None, text: str, words: Words, connections: Connections) -> bool:
        path, left = [], "BOS"
        while text and (next_words := starts(text, words)):
            path.append(min(next_words, key=lambda word: key(left, word, words, connections)))
            left, text = words[path[-1]][0], text[len(path[-1]) :]
        return found == path or (found is None and text != "")

    return explains


def one_for_each_place(with_eos: bool) -> Callable[..., bool]:
    """Return a function that tells whether a path comes of keeping one path for each place in the text."""

    def explains(found: Path | None, text: str, words: Words, connections: Connections) -> bool:
        kept: dict[int, tuple[float, str, Path | None]] = {0: (0, "BOS", [])}
        for start in range(len(text)):
            for word in starts(text[start:], words) if start in kept else ():
                before, left, path = kept[start]
                end = start + len(word)
                total = before + step(left, word, words, connections)
                if with_eos and end == len(text):
                    total += connections[words[word][0], "EOS"]
                if end not in kept or total < kept[end][0]:
                    kept[end] = total, words[word][0], [*path, word]
        return found == kept.get(len(text), (0, "", None))[2]

    return explains


def from_the_back(explains: Callable[..., bool]) -> Callable[..., bool]:
    """Return a function that tells whether the search that `explains` knows was made from the end."""

    def explains_mirrored(found: Path | None, text: str, words: Words, connections: Connections) -> bool:
        ends = {"BOS": "EOS", "EOS": "BOS"}
        return explains(
            [word[::-1] for word in reversed(found)] if found is not None else None,
            text[::-1],
            {word[::-1]: entry for word, entry in words.items()},
            {(ends.get(b, b), ends.get(a, a)): cost for (a, b), cost in connections.items()},
        )

    return explains_mirrored


LONGEST = (
    "you take the longest word each time (longest match). A shorter one now may make the whole path cheaper"
)
NEXT = "you take the cheapest word each time. A dearer one now may make the whole path cheaper"
PLACE = (
    "you keep only the cheapest path for each place in the text. A dearer one may end in a part of speech "
    "from which it goes on more cheaply"
)
PLACE_BACK = (
    "you keep only one path from each place to the end; which one is best depends on the word before it"
)
PATH_MISTAKES: list[tuple[str, Callable[..., bool]]] = [
    (LONGEST, greedy(lambda left, word, *tables: -len(word))),
    (NEXT, greedy(step)),
    (NEXT, greedy(lambda left, word, words, connections: words[word][1])),
    (PLACE, one_for_each_place(with_eos=False)),
    (PLACE, one_for_each_place(with_eos=True)),
    (PLACE_BACK, from_the_back(one_for_each_place(with_eos=False))),
    (PLACE_BACK, from_the_back(one_for_each_place(with_eos=True))),
    ("your path is cheapest only if connections cost nothing: where do they go in?", least(words_only)),
    ("your path is cheapest only without the connection from BOS: where does it go in?", least(no_bos)),
    ("your path is cheapest only without the connection to EOS: where does it go in?", least(no_eos)),
    ("your path is cheapest only without BOS and EOS: where do they go in?", least(neither)),
    (FEWEST, least(fewest)),
    (DEAREST, least(dearest)),
    ("the right words come out backwards", least(cost, direction=-1)),
]


def check_path(found: Path | None, text: str, words: Words, connections: Connections) -> None:
    """Raise Wrong unless `found` is a cheapest path, None if there is none."""
    number, best = number_of_paths(text, words), least_cost(text, words, connections)
    if found is None and number:
        raise Wrong(
            f"yours is None for {text}, which can be cut into words: {'/'.join(next(_walk(text, words)))}"
        )
    if found is None:
        return
    shown = "/".join(found)
    if not number:
        raise Wrong(f"no words cover {text} from end to end: None is expected, yours is {shown or found}")
    if "".join(found) != text:
        raise Wrong(f"your words for {text} make another text: {shown or found}")
    if strange := [word for word in found if word not in words]:
        raise Wrong(f"{strange[0]}, in your path {shown}, is not in the dictionary")
    if (found_cost := cost(found, words, connections)) > best:
        raise Wrong(f"your path {shown} for {text} costs {found_cost}; there is one that costs {best}")
