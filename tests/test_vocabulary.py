from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jbert_lessons.vocabulary import PREFIX, SPECIAL_TOKENS, train_vocabulary

WORDS = Counter({"東京": 5, "東京都": 3, "京都": 4, "都": 2, "東": 1})


def slow_merges(words: dict[str, int], score: str, limit: int) -> list[str]:
    """Count everything anew for each merge: the reference that is too simple to be wrong."""
    split = {word: [word[0], *(PREFIX + c for c in word[1:])] for word in words}
    merges: list[str] = []
    while len(merges) < limit:
        pieces, pairs = Counter(), Counter()
        for word, parts in split.items():
            for part in parts:
                pieces[part] += words[word]
            for pair in pairwise(parts):
                pairs[pair] += words[word]

        def rank(pair, pairs=pairs, pieces=pieces):
            divisor = pieces[pair[0]] * pieces[pair[1]] if score == "likelihood" else 1
            return (-pairs[pair] / divisor, pair)

        candidates = [pair for pair in pairs if pairs[pair] >= 2]
        if not candidates:
            break
        left, right = min(candidates, key=rank)
        new = left + right.removeprefix(PREFIX)
        if new not in merges:
            merges.append(new)
        for word, parts in split.items():
            joined = []
            for part in parts:
                if joined and joined[-1] == left and part == right:
                    joined[-1] = new
                else:
                    joined.append(part)
            split[word] = joined
    return merges


@given(
    st.dictionaries(st.text("あいうえ", min_size=1, max_size=6), st.integers(1, 9), min_size=1, max_size=12)
)
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("score", ["frequency", "likelihood"])
def test_merges_equal_the_slow_ones(score, words):
    vocabulary = train_vocabulary(words, 60, score=score)
    alphabet = set("".join(words)) | {PREFIX + c for word in words for c in word[1:]}
    assert vocabulary[: len(SPECIAL_TOKENS)] == list(SPECIAL_TOKENS)
    assert set(vocabulary[5 : 5 + len(alphabet)]) == alphabet
    assert vocabulary[5 + len(alphabet) :] == slow_merges(words, score, 60 - 5 - len(alphabet))


def test_order_of_words_does_not_matter():
    words = list(WORDS.elements())
    assert train_vocabulary(words, 20) == train_vocabulary(reversed(words), 20)


def test_most_frequent_pair_first():
    vocabulary = train_vocabulary(WORDS, 20)
    assert vocabulary[5:8] == ["京", "東", "都"]  # by code point
    assert vocabulary[10] == "東京"


def test_limited_alphabet_leaves_rare_words_out():
    # 京 is the most frequent; 東 and 都 are equally frequent, and 東 has the smaller code point.
    assert train_vocabulary(WORDS, 20, limit_alphabet=2)[5:] == ["京", "東", "##京", "東京"]


@pytest.mark.parametrize(
    ("words", "size", "options", "message"),
    [
        (WORDS, 6, {}, "too small.*need 10"),
        ([], 100, {}, "no words"),
        (WORDS, 100, {"score": "luck"}, "choose frequency or likelihood"),
    ],
)
def test_bad_input(words, size, options, message):
    with pytest.raises(ValueError, match=message):
        train_vocabulary(words, size, **options)
