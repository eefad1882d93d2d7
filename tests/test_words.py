from jbert_lessons.text import nfkc
from jbert_lessons.words import segment, separate, separate_nodes, surfaces


def test_segment_knows_unidic():
    words = segment("太郎は東京に行った。")
    assert [word.surface for word in words] == ["太郎", "は", "東京", "に", "行っ", "た", "。"]
    assert [word.part_of_speech for word in words[:4]] == ["名詞", "助詞", "名詞", "助詞"]
    assert (words[4].lemma, words[4].reading) == ("行く", "イッ")
    assert not any(word.is_unknown for word in words)


def test_words_stand_where_they_say(fuzzed_texts):
    for text in fuzzed_texts[:4_000]:
        words = segment(text)
        assert [word.surface for word in words] == surfaces(text)
        for word in words:
            # A span holds at least the characters that gave the word; a neighbour's may be joined on.
            assert word.surface in nfkc(text[word.start : word.end])


def test_words_are_the_text_without_white_space(fuzzed_texts):
    for text in fuzzed_texts:
        assert "".join(surfaces(text)) == "".join(nfkc(text).split())


def test_nul_hides_nothing():
    assert surfaces("東京\0京都") == ["東京", "京都"]
    assert [(word.start, word.end) for word in segment("東京\0京都")] == [(0, 2), (3, 5)]


def test_unknown_word_has_no_lemma():
    [word] = segment("グギョボ")
    assert word.is_unknown
    assert word.lemma == word.reading == ""


def test_a_long_text_is_read_to_its_end():
    assert len(surfaces("東京に行った。" * 20_000)) == 100_000


def test_empty_text():
    assert segment("") == surfaces(" \n") == []


def test_words_that_carry_no_reading_have_an_empty_one():
    [word] = segment("。")
    assert (word.reading, word.lemma, word.is_unknown) == ("", "。", False)


def test_the_surface_is_the_word_and_not_the_lemma():
    [word] = segment("スーパー")
    assert (word.surface, word.lemma) == ("スーパー", "スーパー-super")


def test_the_two_ways_to_separate_differ_in_white_space_at_the_ends_alone(fuzzed_texts):
    different = 0
    for text in fuzzed_texts[:4_000]:
        fast, slow = separate(text), separate_nodes(text)
        different += fast != slow
        assert fast.strip() == slow.strip()
    assert different
    assert (separate("東京\u2028"), separate_nodes("東京\u2028")) == ("東京", "東京 \u2028")


def test_every_feature_is_a_text(fuzzed_texts):
    for text in fuzzed_texts[:2_000]:
        for word in segment(text):
            assert word.part_of_speech and all(type(f) is str for f in (word.reading, word.lemma))
            assert bool(word.lemma) != word.is_unknown
