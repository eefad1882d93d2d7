"""Reviews and pairs of sentences: labels, balance, splits, and that a bag of words learns nothing."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from itertools import islice, pairwise
from math import log
from pathlib import Path

import pytest

from jbert_lessons.corpora.minipedia import pairs, review_words, reviews, scene_pairs, scenes
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import facts
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.corpora.minipedia.splits import split_of
from jbert_lessons.words import surfaces

SPLITS = ("train", "valid", "test")
TASKS = {
    "sentiment": reviews.sentiment,
    "aspects": reviews.aspects,
    "sentence_pairs": pairs.sentence_pairs,
    "similarity": pairs.similarity,
}
EACH_TASK = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def mirrored(count, split="train", **options):
    return [reviews.review_pair(Draw("test", number), split, **options) for number in range(count)]


def texts_of(example):
    return [part for part in example if type(part) is str and part.endswith("。")]


class NaiveBayes:
    """A classifier that adds up what each feature of a text says by itself."""

    def __init__(self, examples, features):
        self.features, self.counts = features, {label: Counter() for label in reviews.SENTIMENTS}
        for text, label in examples:
            self.counts[label].update(features(text))

    def accuracy(self, examples):
        return sum(self.guess(text) == label for text, label in examples) / len(examples)

    def guess(self, text):
        positive, negative = (self.counts[label] for label in reviews.SENTIMENTS)
        score = sum(log((positive[f] + 1) / (negative[f] + 1)) for f in sorted(self.features(text)))
        return reviews.SENTIMENTS[score < 0]


def word_pairs(text):
    return list(pairwise(["", *surfaces(text)]))


# Reviews


@pytest.mark.parametrize(("split", "new_templates"), [("train", False), ("test", False), ("test", True)])
def test_a_review_and_its_mirror_are_the_same_characters_in_another_order(split, new_templates):
    for positive, negative in mirrored(400, split, new_templates=new_templates):
        assert (positive.sentiment, negative.sentiment) == reviews.SENTIMENTS
        assert positive.text != negative.text
        assert sorted(positive.text) == sorted(negative.text)
        assert positive.name == negative.name
        assert positive.structures == negative.structures


def test_each_word_is_as_frequent_in_positive_as_in_negative_reviews():
    counts = {label: Counter() for label in reviews.SENTIMENTS}
    for text, label in reviews.sentiment(1000, 3, mirrored_share=1):
        counts[label].update(surfaces(text))
    positive, negative = (counts[label] for label in reviews.SENTIMENTS)
    differing = sum(abs(positive[word] - negative[word]) for word in sorted(positive | negative))
    # A handful: MeCab may cut the same characters otherwise in another place (が|よい, がよい).
    assert differing < 0.0005 * sum((positive + negative).values())
    for word in (
        "おいしく",
        "おいしかっ",
        "まずい",
        "高かっ",
        "高く",
        "なかっ",
        "ない",
        "満足",
        "不満",
        "安い",
    ):
        assert positive[word] + negative[word] > 5
        assert positive[word] == negative[word]


def test_a_bag_of_words_is_right_half_of_the_time_and_pairs_of_words_are_right_more_often():
    train, test = (list(reviews.sentiment(600, 0, split, mirrored_share=1)) for split in ("train", "test"))
    assert NaiveBayes(train, list).accuracy(test) == 0.5  # a bag of characters: no segmentation to differ
    assert abs(NaiveBayes(train, surfaces).accuracy(test) - 0.5) < 0.01
    many = list(reviews.sentiment(2_000, 0, mirrored_share=1))
    assert NaiveBayes(many, word_pairs).accuracy(test) > 0.8


def test_reviews_follow_one_another_with_their_mirrors_so_that_labels_are_balanced():
    examples = list(reviews.sentiment(101, 5, mirrored_share=1))
    assert len(examples) == 101
    assert {label for _, label in examples} == set(reviews.SENTIMENTS)
    for (one, label), (other, other_label) in zip(examples[0:100:2], examples[1:100:2], strict=True):
        assert label != other_label
        assert sorted(one) == sorted(other)
    first_of_two = Counter(label for _, label in examples[::2])
    assert min(first_of_two.values()) > 10


def test_in_straight_reviews_the_words_tell():
    train, test = (list(reviews.sentiment(600, 0, split, mirrored_share=0)) for split in ("train", "test"))
    assert 0.85 < NaiveBayes(train, surfaces).accuracy(test) < 1.0  # おいしくなかった has おいしい in it
    both = [list(reviews.sentiment(600, 0, split)) for split in ("train", "test")]
    assert 0.65 < NaiveBayes(both[0], surfaces).accuracy(both[1]) < 0.85
    assert {label for _, label in test} == set(reviews.SENTIMENTS)
    for pair in (reviews.review_pair(Draw("straight", n), straight=True) for n in range(200)):
        assert 2 <= len(pair[0].sentences) <= 10
        assert pair[0].text != pair[1].text
        for one in pair:
            assert not re.search(r"[{}\[\]|/ ]|、、|がが|をを|。。|^、", one.text)
            assert set(one.aspects.values()) <= {one.sentiment}


@pytest.mark.parametrize("share", [-0.1, 2, "half", None])
def test_a_bad_share_is_named(share):
    with pytest.raises(ValueError, match=r"mirrored_share .*: allowed are numbers from 0 to 1"):
        reviews.sentiment(5, mirrored_share=share)


def test_reviews_have_the_shape_of_a_text():
    for pair in mirrored(300):
        for review in pair:
            assert 3 <= len(review.sentences) <= 10
            assert review.name in review.text
            assert review.kind in reviews.KINDS
            assert review.label in ("施設名", "組織名")
            assert all(re.fullmatch("[^。]+(「[^」]+」[^。]*)*。", sentence) for sentence in review.sentences)
            assert not re.search(r"[{}\[\]|/ ]|、、|がが|をを|。。|^、", review.text)
            assert unicodedata.normalize("NFKC", review.text) == review.text
            polite = [bool(re.search("(です|ます|した|せん)。$", s)) for s in review.sentences]
            plain = [bool(re.search("(?<!で)(?<!ま)した。$", s)) for s in review.sentences]
            assert all(polite) or not any(p and not q for p, q in zip(polite, plain, strict=True))


def test_aspects_and_their_polarity():
    seen = Counter()
    for positive, negative in mirrored(400):
        assert list(positive.aspects) == list(negative.aspects)
        assert list(positive.aspects) == [a for a in reviews.ASPECTS if a in positive.aspects]
        for aspect, polarity in positive.aspects.items():
            assert polarity in reviews.SENTIMENTS
            assert positive.kind != "製品" or aspect in ("値段", "接客")
            seen[aspect, polarity, negative.aspects[aspect]] += 1
    # A judgement turns round in the mirror, except for the two sides of a contrast.
    for aspect in reviews.ASPECTS:
        assert seen[aspect, "positive", "negative"] > 10
        assert seen[aspect, "positive", "positive"] > 5
        assert seen[aspect, "negative", "negative"] > 5
        assert seen[aspect, "negative", "positive"] == 0


def test_aspects_are_named_where_the_text_speaks_of_them():
    words = {
        "値段": "値段|料金|宿泊料",
        "接客": "店員|受付の|従業員",
        "雰囲気": "雰囲気|店内|席[がはを]|居心地|部屋[がはをの]|ロビー|内装|眺め"
        "|お風呂[がはを]|布団[がはを](柔ら|固)",
    }
    examples = list(reviews.aspects(600, 1))
    for text, named in examples:
        judged = re.sub("窓の近くの席に|席は半分ほど|部屋は3階|部屋に荷物|[^。]+のに使って", "", text)
        for aspect, pattern in words.items():
            assert (aspect in named) == bool(re.search(pattern, judged)), text
    assert len({tuple(named) for _, named in examples}) > 10
    assert min(Counter(aspect for _, named in examples for aspect in named).values()) > 60


@pytest.mark.parametrize("kind", reviews.KINDS)
def test_a_review_can_be_of_one_kind(kind):
    assert {reviews.review(Draw(number), kind=kind).kind for number in range(30)} == {kind}


def test_new_templates_are_not_those_of_training():
    new = (
        "けれども、|ことよりも強く|に比べて、|思いこんで"
        "|どちらかと言えば|のほうに賛成|今の気持ち|とは言えても|ことが心に"
    )
    train = [text for text, _ in reviews.sentiment(1000)]
    assert not any(re.search(new, text) for text in train)
    unseen = [text for text, _ in reviews.sentiment(200, split="test", new_templates=True)]
    assert all(re.search(new, text) for text in unseen)
    assert len(list(reviews.aspects(10, split="valid", new_templates=True))) == 10


def test_the_negation_and_contrast_of_the_lesson_occur():
    text = "".join(text for text, _ in reviews.sentiment(3000))
    phrases = """
        おいしくなかった 悪くなかった 高かったが、 とは言えない わけではない 思ったより どころか でも、
        しかし、 ほど[^。]*おいしくなかった と聞いていたが 前に来たとき より、[^。]*のほうが
    """
    for phrase in phrases.split():
        assert re.search(phrase, text), phrase


# Pairs


def test_three_pairs_share_one_side_and_have_all_labels():
    examples = list(pairs.sentence_pairs(1500, 1))
    scenes_seen = 0
    for start in range(0, 1500, 3):
        firsts, seconds, labels = zip(*examples[start : start + 3], strict=True)
        assert sorted(labels) == sorted(pairs.LABELS)
        scenes_seen += len(set(seconds)) == 1
        assert len(set(seconds)) == 1 or len(set(firsts)) == 1
        assert all(first != second for first, second in zip(firsts, seconds, strict=True))
    # Where the second sentence is shared, it cannot tell the label.
    assert scenes_seen > 300


def test_neither_length_nor_negation_of_the_second_sentence_tells_the_label():
    lengths, denials = defaultdict(list), Counter()
    for first, second, label in pairs.sentence_pairs(3000, 2):
        lengths[label].append(len(first) - len(second))
        denials[label] += bool(re.search("ない。|ません。", second))
    means = [sum(lengths[label]) / 1000 for label in pairs.LABELS]
    assert max(means) - min(means) < 1.0
    assert len({denials[label] for label in pairs.LABELS}) == 1
    assert denials["neutral"] > 20


def test_pairs_about_capitals_agree_with_the_facts():
    capitals = {row["name"]: row["capital"] for row in facts()["countries"]}
    checked = Counter()
    for first, second, label in pairs.sentence_pairs(6000, 3):
        stated = re.fullmatch("(.+?)(?:という国)?の首都は(.+?)(?:という都市)?(?:だ|です)。", first)
        follows = re.fullmatch("(.+?)(?:という国)?の首都は(.+?)(?:という都市)?(?:だ|です)。", second)
        if stated:
            assert capitals[stated[1]] == stated[2]
        if stated and follows:
            assert (capitals[follows[1]] == follows[2]) == (label == "entailment")
            checked[label] += 1
    assert checked["entailment"] > 5
    assert checked["contradiction"] > 5
    assert checked["neutral"] == 0


def test_the_crucial_detail_decides_the_label():
    numbers = "(二人|[2-9][人匹頭個冊本枚])"
    checked = Counter()
    for first, second, label in pairs.sentence_pairs(6000, 4):
        in_first, in_second = re.findall(numbers, first), re.findall(numbers, second)
        if in_first and in_second and in_first != in_second:
            assert label == "contradiction"
            checked["number"] += 1
        if "何" in first and in_second:
            assert label == "neutral"
            checked["some"] += 1
        colors = [re.findall("|".join(scenes.COLORS), sentence) for sentence in (first, second)]
        if all(colors) and colors[0] != colors[1]:
            assert label == "contradiction"
            checked["color"] += 1
    assert min(checked[name] for name in ("number", "some", "color")) > 20


@pytest.mark.parametrize("detail", scene_pairs.CRUCIAL)
def test_each_detail_can_be_crucial(detail):
    fits, values = scene_pairs.CRUCIAL[detail]
    found = 0
    for number in range(60):
        draw = Draw("crucial", number)
        scene = scenes.draw_scene(draw, draw.choice(scenes.KINDS))
        if fits(scene):
            _, second, firsts = values(draw, scene)
            sentences = [scenes.render(draw, scene._replace(**one), False) for one in (second, *firsts)]
            assert len(firsts) == 3
            assert all(re.fullmatch("[^。{}]+。", sentence) for sentence in sentences)
            found += 1
    assert found > 10


def test_scores_are_half_steps_from_0_to_5():
    examples = list(pairs.similarity(1500, 1))
    scores = Counter(score for _, _, score in examples)
    assert sorted(scores) == [step / 2 for step in range(11)]
    assert max(scores.values()) < 400
    assert all(type(score) is float and first != second for first, second, score in examples)


def test_the_same_words_can_be_alike_or_not():
    by_score = {score: [] for score in (2.5, 5.0)}
    for first, second, score in pairs.similarity(1500, 2):
        if score in by_score and sorted(first) == sorted(second):
            by_score[score].append((first, second))
    assert all(len(found) > 10 for found in by_score.values())


def test_unlike_sentences_share_fewer_words_than_like_ones():
    shared = defaultdict(list)
    for first, second, score in pairs.similarity(600, 3):
        one, other = set(surfaces(first)), set(surfaces(second))
        shared[score].append(len(one & other) / len(one | other))
    means = {score: sum(values) / len(values) for score, values in shared.items()}
    assert means[5.0] > means[3.0] > means[1.0] > means[0.0]


# All tasks


@EACH_TASK
def test_splits_share_no_example(task):
    seen = {
        split: {tuple(texts_of(e)) for seed in (0, 1) for e in task(600, seed, split)} for split in SPLITS
    }
    for one in SPLITS:
        for other in SPLITS:
            assert one == other or not seen[one] & seen[other]
    assert all(len(examples) > 1000 for examples in seen.values())


def test_the_text_alone_decides_the_split_in_about_the_right_shares():
    shares = Counter(split_of(f"文{number}。") for number in range(5000))
    assert 0.77 < shares["train"] / 5000 < 0.83
    assert 0.08 < shares["valid"] / 5000 < 0.12


@EACH_TASK
def test_the_same_arguments_give_the_same_examples(task):
    assert list(task(40, 7)) == list(task(40, 7))
    assert list(task(40, 7)) == list(islice(task(80, 7), 40))
    assert list(task(40, 7)) != list(task(40, 8))
    assert list(task(40, -1)) != list(task(40, 1))


@EACH_TASK
def test_examples_come_lazily_and_exactly_as_many_as_asked(task):
    assert next(iter(task(10**12)))
    for n in (1, 2, 3, 4, 5):
        assert len(list(task(n))) == n


@EACH_TASK
def test_texts_are_nfkc_and_end_with_a_full_stop(task):
    for example in task(200, 9):
        for text in texts_of(example):
            assert unicodedata.normalize("NFKC", text) == text
        assert len(texts_of(example)) == (2 if len(example) == 3 else 1)


@EACH_TASK
@pytest.mark.parametrize("n", [0, -1, 1.5, "3", None, True])
def test_a_bad_number_of_examples_is_named(task, n):
    with pytest.raises(ValueError, match=r"n .*: allowed are whole numbers from 1"):
        task(n)


@EACH_TASK
@pytest.mark.parametrize("seed", ["1", 1.0, None, False])
def test_a_bad_seed_is_named(task, seed):
    with pytest.raises(ValueError, match=r"seed .*: allowed are whole numbers"):
        task(5, seed)


@EACH_TASK
@pytest.mark.parametrize("split", ["dev", "", None, 3])
def test_a_bad_split_is_named(task, split):
    with pytest.raises(ValueError, match=r"split .*: allowed are train valid test"):
        task(5, 0, split)


def test_bad_options_of_reviews_are_named():
    with pytest.raises(ValueError, match=r"new_templates .*: allowed are valid test"):
        reviews.sentiment(5, new_templates=True)
    with pytest.raises(ValueError, match=r"new_templates .*: allowed are valid test"):
        reviews.aspects(5, new_templates=True)
    with pytest.raises(ValueError, match="kind '映画': allowed are 飲食店 ホテル 製品"):
        reviews.review(Draw(1), kind="映画")
    with pytest.raises(ValueError, match="split 'dev'"):
        reviews.review(Draw(1), "dev")


def digest():
    examples = [
        repr(example) for task in TASKS.values() for split in SPLITS for example in task(60, 1, split)
    ]
    return hashlib.sha256("\n".join(examples).encode()).hexdigest()


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    for hash_seed in ("1", "2"):
        code = "import test_minipedia_tasks; print(test_minipedia_tasks.digest())"
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parent)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert run.stdout.strip() == digest(), run.stderr


# Comments


def test_in_comments_the_words_tell_the_verdict():
    """Nothing else in them does: so a model that guesses masked words can learn which words praise."""
    said = {label: [] for label in reviews.SENTIMENTS}
    for kind in reviews.KINDS:
        words = review_words.draw_words(Draw("words"), kind)
        for template in review_words.STRAIGHT["verdict"]:
            for label, phrase in zip(reviews.SENTIMENTS, template.fixed, strict=True):
                said[label].append(phrase.format(**words))
    examples = {"train": [], "test": []}
    for split, found in examples.items():
        for document in generate(600, 0, split, genre="comment"):
            texts = [sentence.text for sentence in document.sentences]
            verdicts = [
                [label for label in said if any(phrase in text for phrase in said[label])] for text in texts
            ]
            labels = {label for labels in verdicts for label in labels}
            assert len(labels) == 1, texts
            judged = "".join(text for text, labels in zip(texts, verdicts, strict=True) if not labels)
            found.append((judged, labels.pop()))
    labels = [label for _, label in examples["train"]]
    assert 0.4 < labels.count("positive") / len(labels) < 0.6
    assert NaiveBayes(examples["train"], surfaces).accuracy(examples["test"]) > 0.8
