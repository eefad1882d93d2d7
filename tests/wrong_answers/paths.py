"""Answers to exercises 1 and 2 of lesson 02, words: paths through a text."""

from itertools import pairwise, product

# Exercise 1


def right_cost(words, word_costs, connection_costs):
    tags = ["BOS"] + [word_costs[word][0] for word in words] + ["EOS"]
    joints = sum(connection_costs[tags[i], tags[i + 1]] for i in range(len(tags) - 1))
    return joints + sum(word_costs[word][1] for word in words)


def right_choice(paths, *tables):
    return sorted(paths, key=lambda path: right_cost(path, *tables))[0]


def costing(first="BOS", last="EOS", joint=1, word_cost=1):
    """Return path_cost with what stands before and behind (None: nothing), and how often things count."""

    def path_cost(words, word_costs, connection_costs):
        total, left = 0, first
        for word in words:
            tag, cost = word_costs[word]
            total += word_cost * cost
            if left is not None:
                total += joint * connection_costs[left, tag]
            left = tag
        return total + (joint * connection_costs[left, last] if last else 0)

    return path_cost


def both_sides(words, word_costs, connection_costs):
    tags = ["BOS", *(word_costs[word][0] for word in words), "EOS"]
    total = 0
    for i, word in enumerate(words, start=1):
        total += word_costs[word][1]
        total += connection_costs[tags[i - 1], tags[i]] + connection_costs[tags[i], tags[i + 1]]
    return total


def bos_twice(words, word_costs, connection_costs):
    start = connection_costs["BOS", word_costs[words[0]][0]]
    return start + right_cost(words, word_costs, connection_costs)


def keys_of_words(words, word_costs, connection_costs):
    every = ["BOS", *words, "EOS"]
    return sum(word_costs[w][1] for w in words) + sum(
        connection_costs.get(pair, 0) for pair in pairwise(every)
    )


def keys_turned_round(words, word_costs, connection_costs):
    tags = ["BOS", *(word_costs[word][0] for word in words), "EOS"]
    return sum(connection_costs[right, left] for left, right in pairwise(tags))


def uses_up_the_words(words, word_costs, connection_costs):
    total, left = 0, "BOS"
    while words:
        tag, cost = word_costs[words.pop(0)]
        total, left = total + cost + connection_costs[left, tag], tag
    return total + connection_costs[left, "EOS"]


def chooses_words_only(paths, word_costs, connection_costs):
    return min(paths, key=lambda path: sum(word_costs[word][1] for word in path))


PATH_COST = {
    "no BOS": (costing(first=None), right_choice, "missing: from BOS, the beginning"),
    "no EOS": (costing(last=None), right_choice, "missing: from the last word to EOS"),
    "neither": (costing(None, None), right_choice, "two connections are missing"),
    "no connections": (costing(joint=0), right_choice, "no connection is counted"),
    "connections of words": (keys_of_words, right_choice, "The key is a pair such as (noun, verb)"),
    "keys turned round": (keys_turned_round, right_choice, "your code stopped with KeyError: ("),
    "no word costs": (costing(word_cost=0), right_choice, "the costs of the words themselves are missing"),
    "both sides of each word": (both_sides, right_choice, "for the left word and again for the right one"),
    "BOS twice": (bos_twice, right_choice, "BOS is counted twice"),
    "connections doubled": (costing(joint=2), right_choice, "the cost of"),
    "uses up the words": (uses_up_the_words, right_choice, "changes what it was given"),
    "no return": (
        lambda *tables: print(end=""),
        right_choice,
        "no connection is counted" and "returned nothing",
    ),
    "the largest": (
        right_cost,
        lambda p, *t: max(p, key=lambda path: right_cost(path, *t)),
        "the dearest path",
    ),
    "by words only": (right_cost, chooses_words_only, "by the costs of the words alone"),
    "fewest words": (right_cost, lambda paths, *tables: min(paths, key=len), "the fewest words"),
    "the first": (right_cost, lambda paths, *tables: paths[0], "the first path, whatever it costs"),
    "the cost": (right_cost, lambda p, *t: min(right_cost(path, *t) for path in p), "should be a list"),
    "no tables": (right_cost, lambda paths: paths[0], "cannot be called with 3 arguments"),
}

# Exercise 2


def search(text, words, connections, state=lambda end, tag: (end, tag), best=min, eos=True, stuck=None):
    """Viterbi from left to right; `state` tells which paths compete with each other."""
    kept = {state(0, "BOS"): (0, 0, "BOS", [])}
    for start in range(len(text)):
        for cost, end, left, path in list(kept.values()):
            if end != start:
                continue
            for word, (tag, word_cost) in words.items():
                if text.startswith(word, start):
                    goal = end + len(word)
                    new = (cost + word_cost + connections[left, tag], goal, tag, [*path, word])
                    key = state(goal, tag)
                    kept[key] = best(kept.get(key, new), new)
    ends = [
        (cost + (connections[tag, "EOS"] if eos else 0), path)
        for cost, end, tag, path in kept.values()
        if end == len(text)
    ]
    return best(ends)[1] if ends else stuck


def backwards(text, words, connections):
    """The right answer by recursion from the end, remembering what comes after (start, tag)."""
    memory = {}

    def rest(start, left):
        if start == len(text):
            return connections[left, "EOS"], ()
        if (start, left) not in memory:
            found = []
            for word, (tag, cost) in words.items():
                if text[start:].startswith(word) and (after := rest(start + len(word), tag)):
                    found.append((cost + connections[left, tag] + after[0], (word, *after[1])))
            memory[start, left] = min(found, default=None)
        return memory[start, left]

    return None if (best := rest(0, "BOS")) is None else best[1]


def remembers_places(text, words, connections):
    """Recursion that remembers the best rest for each place, whatever comes before it."""
    best = {len(text): (0, "EOS", [])}
    for start in reversed(range(len(text))):
        found = [
            (cost + connections[tag, best[start + len(word)][1]] + best[start + len(word)][0], tag, word)
            for word, (tag, cost) in words.items()
            if text.startswith(word, start) and start + len(word) in best
        ]
        if found:
            cost, tag, word = min(found)
            best[start] = cost, tag, [word, *best[start + len(word)][2]]
    return best[0][2] if 0 in best else None


def eight_for_each_place(text, words, connections):
    kept = {0: [(0, "BOS", [])]}
    for start, (word, (tag, cost)) in product(range(len(text)), words.items()):
        if text.startswith(word, start):
            ways = [
                (so_far + cost + connections[left, tag], tag, [*path, word])
                for so_far, left, path in kept.get(start, [])
            ]
            end = start + len(word)
            kept[end] = sorted(kept.get(end, []) + ways)[:8]
    ends = [(cost + connections[left, "EOS"], path) for cost, left, path in kept.get(len(text), [])]
    return min(ends)[1] if ends else None


def walk(key, stuck=lambda path: None):
    """Greedy: the word with the least key each time."""

    def best_path(text, words, connections):
        path, left = [], "BOS"
        while text:
            fits = [word for word in words if text.startswith(word)]
            if not fits:
                return stuck(path)
            word = min(fits, key=lambda word: key(word, left, words, connections))
            path.append(word)
            left, text = words[word][0], text[len(word) :]
        return path

    return best_path


def every_path(text, words):
    if not text:
        yield []
    for word in words:
        if text.startswith(word):
            for rest in every_path(text[len(word) :], words):
                yield [word, *rest]


def exhaustive(score, best=min):
    """Try all paths."""

    def best_path(text, words, connections):
        return best(every_path(text, words), key=lambda path: score(path, words, connections), default=None)

    return best_path


def every_cut(text, words, connections):
    """Try every way to set cuts, words or not."""
    best = None
    for cuts in product([False, True], repeat=len(text) - 1):
        places = [0, *(i for i, cut in enumerate(cuts, start=1) if cut), len(text)]
        path = [text[a:b] for a, b in pairwise(places)]
        if all(word in words for word in path):
            cost = right_cost(path, words, connections)
            best = min(best or (cost, path), (cost, path))
    return best and best[1]


def no_way_out(text, words, connections):
    best = {0: (0, "BOS", [])}
    for end in range(1, len(text) + 1):
        best[end] = min(
            (best[end - len(word)][0] + cost + connections[best[end - len(word)][1], tag], tag, [word])
            for word, (tag, cost) in words.items()
            if text[:end].endswith(word)
        )
    return best[len(text)][2]


def stops_where_nothing_fits(text, words, connections):
    return min(every_path(text, words), key=lambda path: right_cost(path, words, connections))


def never_ends(text, words, connections):
    path = []
    while "".join(path) != text:
        path += [word for word in words if text.startswith("".join([*path, word]))][:1]
    return path


VITERBI = {
    "longest match": (walk(lambda word, *_: -len(word)), "the longest word each time"),
    "longest match, as far as it goes": (
        walk(lambda word, *_: -len(word), list),
        "the longest word each time",
    ),
    "cheapest next": (
        walk(lambda w, left, ws, cs: ws[w][1] + cs[left, ws[w][0]]),
        "the cheapest word each time",
    ),
    "cheapest next word": (walk(lambda word, left, words, *_: words[word][1]), "the cheapest word each time"),
    "one for each place": (
        lambda *case: search(*case, state=lambda end, tag: end),
        "for each place in the text",
    ),
    "one from each place": (remembers_places, "depends on the word before it"),
    "eight for each place": (eight_for_each_place, "there is one that costs"),
    "no connections": (exhaustive(costing(joint=0)), "cheapest only if connections cost nothing"),
    "no BOS": (exhaustive(costing(first=None)), "only without the connection from BOS"),
    "no EOS": (lambda *case: search(*case, eos=False), "only without the connection to EOS"),
    "neither": (exhaustive(costing(None, None)), "only without BOS and EOS"),
    "fewest words": (exhaustive(lambda path, *_: len(path)), "the fewest words"),
    "the dearest": (lambda *case: search(*case, best=max), "you choose the dearest path"),
    "all paths": (
        exhaustive(right_cost),
        "with 30 characters it was still running after 2 seconds. Does it try",
    ),
    "all cuts": (every_cut, "with 30 characters it was still running after 2 seconds. Does it try"),
    "not turned round": (lambda *c: (p := backwards(*c)) and list(p)[::-1], "come out backwards"),
    "cost and words": (lambda *c: (0, backwards(*c)), "return the list of words and nothing else"),
    "joined": (lambda *case: "/".join(backwards(*case) or []), "return the list of words and nothing else"),
    "[] for no path": (
        lambda *case: search(*case, stuck=[]),
        "from end to end: None is expected, yours is []",
    ),
    "error for no path": (
        stops_where_nothing_fits,
        "from end to end: None is expected, your code stopped with",
    ),
    "error at a place that no word reaches": (no_way_out, "your code stopped with ValueError: min() arg"),
    "last word lost": (lambda *case: (path := backwards(*case)) and path[:-1], "make another text"),
    "a loop without end": (never_ends, "is there a loop that never ends?"),
    "None for all": (
        lambda *case: None if len(case[0]) > 3 else backwards(*case),
        "which can be cut into words",
    ),
    "BOS into the words": (
        lambda t, w, c: w.update(BOS=("BOS", 0)) or backwards(t, w, c),
        "changes what it was",
    ),
}

SOLUTIONS = {"path_cost": (right_cost, right_choice), "viterbi": (backwards,)}
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [PATH_COST, VITERBI], strict=True)
}
