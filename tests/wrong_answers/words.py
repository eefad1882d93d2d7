"""Answers to exercises 3 to 5 of lesson 02, words: places and stop words."""

from itertools import accumulate

# Exercise 3


def right_spans(text, words):
    spans, cursor = [], 0
    for word in words:
        while text[cursor].isspace():
            cursor += 1
        spans.append([cursor, cursor + len(word)])
        cursor += len(word)
    return spans


def adds_up(text, words):
    ends = list(accumulate(len(word) for word in words))
    return [(end - len(word), end) for word, end in zip(words, ends, strict=True)]


def searching(go_on):
    def spans(text, words):
        found, cursor = [], 0
        for word in words:
            start = text.index(word, cursor)
            found.append((start, start + len(word)))
            cursor = go_on(start, word)
        return found

    return spans


def skipping(white, many):
    def spans(text, words):
        found, cursor = [], 0
        for word in words:
            while text[cursor] in white:
                cursor += 1
                if not many:
                    break
            found.append((cursor, cursor + len(word)))
            cursor += len(word)
        return found

    return spans


FIND_SPANS = {
    "index without a cursor": (
        lambda text, words: [(text.index(word), text.index(word) + len(word)) for word in words],
        "gets the same span twice",
    ),
    "cursor not past the word": (searching(lambda start, word: start), "where the last word began"),
    "cursor inside the word": (searching(lambda start, word: start + 1), "inside the last word"),
    "cursor too far": (
        searching(lambda start, word: start + len(word) + 1),
        "your code stopped with ValueError",
    ),
    "no white space": (adds_up, "after white space all spans come too early"),
    "one character of white space": (skipping(" \t\n", many=False), "you pass over one"),
    "spaces only": (skipping(" ", many=True), "it may be a tab or a newline"),
    "spaces removed": (lambda text, words: adds_up(text.replace(" ", ""), words), "come too early"),
    "end inclusive": (lambda *case: [(s, e - 1) for s, e in right_spans(*case)], "the place after the last"),
    "start and length": (lambda *case: [(s, e - s) for s, e in right_spans(*case)], "start and length"),
    "a dict": (lambda *case: dict(zip(case[1], right_spans(*case), strict=True)), "should be a list"),
    "starts only": (lambda *case: [s for s, e in right_spans(*case)], "item 0 should be (0, 2), yours is 0"),
    "the words again": (
        lambda text, words: [text[s:e] for s, e in right_spans(text, words)],
        "yours is '東京'",
    ),
    "uses up the words": (
        lambda t, w: [(t.index(x), w.remove(x)) for x in w[:]],
        "changes what it was given",
    ),
}

# Exercise 4


def off(wrong):
    """Return off_boundaries with wrong(entity, starts, ends, words)."""

    def off_boundaries(entities, words):
        starts, ends = {word[1] for word in words}, {word[2] for word in words}
        return [entity for entity in entities if wrong(entity, starts, ends, words)]

    return off_boundaries


def is_off(entity, starts, ends, words):
    return entity[1] not in starts or entity[2] not in ends


def inside(entity, words):
    return any(word[1] <= entity[1] and entity[2] <= word[2] for word in words)


def spelt(entity, words):
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if "".join(word[0] for word in words[start:end]) == entity[0].replace(" ", ""):
                return True
    return False


OFF_BOUNDARIES = {
    "begin only": (off(lambda e, starts, ends, words: e[1] not in starts), "where a name begins only"),
    "end only": (off(lambda e, starts, ends, words: e[2] not in ends), "where a name ends only"),
    "both ends": (off(lambda e, s, ends, words: e[1] not in s and e[2] not in ends), "both ends to be off"),
    "inside is fine": (
        off(lambda e, s, ends, words: is_off(e, s, ends, words) and not inside(e, words)),
        "off, too",
    ),
    "those that fit": (off(lambda *e: not is_off(*e)), "the names that fit"),
    "one word": (off(lambda e, s, ends, words: e not in words), "you want a single one"),
    "texts": (off(lambda e, s, ends, words: e[0] not in [word[0] for word in words]), "you compare texts"),
    "texts of several words": (off(lambda e, s, ends, words: not spelt(e, words)), "you compare texts"),
    "ends among the begins": (off(lambda e, s, *_: e[1] not in s or e[2] not in s), "none need begin there"),
    "end inclusive": (off(lambda e, s, ends, words: e[1] not in s or e[2] - 1 not in ends), "your list"),
    "names only": (lambda *case: [e[0] for e in off(is_off)(*case)], "item 0 should be ('日', 1, 2)"),
    "how many": (lambda *case: len(off(is_off)(*case)), "should be a list"),
    "all of them": (lambda entities, words: entities, "your list"),
    "removes them": (
        lambda entities, words: [entities.pop() for _ in entities[:1]],
        "changes what it was given",
    ),
}

# Exercise 5


def kept(words, stop):
    return [word for word in words if word not in stop]


def colliding(clean):
    return lambda pairs, stop: [i for i, (a, b) in enumerate(pairs) if clean(a, stop) == clean(b, stop)]


def right_collisions(pairs, stop):
    found = []
    for number, (one, other) in enumerate(pairs):
        if tuple(filter(lambda word: word not in stop, one)) == tuple(w for w in other if not {w} <= stop):
            found.append(number)
    return found


def removes_in_place(pairs, stop):
    for pair in pairs:
        for words in pair:
            for word in words:
                if word in stop:
                    words.remove(word)
    return [i for i, (a, b) in enumerate(pairs) if a == b]


def removes_from_a_copy(words, stop):
    words = list(words)
    for word in words:
        if word in stop:
            words.remove(word)
    return words


def cut_from_text(words, stop):
    text = "".join(words)
    for word in stop:
        text = text.replace(word, "")
    return text


STOP_WORDS = {
    "all collide": (10, 8, right_collisions, "two pairs differ in what no list of stop words takes away"),
    "none collide": (0, 8, right_collisions, "are often stop words themselves"),
    "forms like lemmas": (8, 8, right_collisions, "a form keeps its ending"),
    "lemmas like forms": (5, 5, right_collisions, "a lemma has no ending of its own"),
    "turned round": (8, 5, right_collisions, "prediction for the forms: a form keeps its ending"),
    "four": (4, 8, right_collisions, "prediction for the forms: 4 is not right"),
    "in words": (5, "eight", right_collisions, "a number is expected"),
    "sets": (5, 8, colliding(lambda *case: set(kept(*case))), "a set forgets the order"),
    "sorted": (5, 8, colliding(lambda *case: sorted(kept(*case))), "the order counts"),
    "joined": (5, 8, colliding(lambda *case: "".join(kept(*case))), "are other words"),
    "cut from the text": (5, 8, colliding(cut_from_text), "out of たたみ"),
    "removed in the lists given": (5, 8, removes_in_place, "changes what it was given"),
    "removed while looping": (5, 8, colliding(removes_from_a_copy), "a loop skips words"),
    "stop words kept": (
        5,
        8,
        colliding(lambda words, stop: [w for w in words if w in stop]),
        "keep the stop words",
    ),
    "one side": (
        5,
        8,
        lambda p, stop: [i for i, (a, b) in enumerate(p) if kept(a, stop) == b],
        "first",
    ),
    "numbers of words": (5, 8, colliding(lambda *case: len(kept(*case))), "your list should have 0 items"),
    "counted from 1": (
        5,
        8,
        lambda *case: [i + 1 for i in right_collisions(*case)],
        "item 0 should be 0, yours is 1",
    ),
    "the pairs": (
        5,
        8,
        lambda pairs, stop: [pairs[i] for i in right_collisions(pairs, stop)],
        "item 0 should be 0",
    ),
    "how many": (5, 8, lambda *case: len(right_collisions(*case)), "should be a list, yours is a number"),
}

SOLUTIONS = {
    "find_spans": (right_spans,),
    "off_boundaries": (off(is_off),),
    "stop_words": (5, 8.0, right_collisions),
}
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [FIND_SPANS, OFF_BOUNDARIES, STOP_WORDS], strict=True)
}
