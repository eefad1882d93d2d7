import json

import pytest
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.text import nfkc
from jbert_lessons.tokenizer import Tokenizer, truncated_lengths
from jbert_lessons.vocabulary import SPECIAL_TOKENS, train_vocabulary
from jbert_lessons.words import surfaces


@pytest.fixture(scope="module")
def rich_tokenizer(fuzzed_texts) -> Tokenizer:
    """A tokenizer that knows part of the fuzzed text, so that every branch is taken."""
    words = [word for text in fuzzed_texts[:3_000] for word in surfaces(text)]
    return Tokenizer(train_vocabulary(words, 2_000, limit_alphabet=150))


def reference_of(tokenizer: Tokenizer, folder, mode: str = "word"):
    """The library's tokenizer with the same vocabulary."""
    tokenizer.save(folder / "vocab.txt")
    return transformers.BertJapaneseTokenizer(
        str(folder / "vocab.txt"),
        word_tokenizer_type="mecab",
        mecab_kwargs={"mecab_dic": "unidic_lite"},
        subword_tokenizer_type="wordpiece" if mode == "word" else "character",
        do_lower_case=False,
    )


@pytest.mark.parametrize("mode", ["word", "character"])
def test_parity_on_fuzzed_text(rich_tokenizer, fuzzed_texts, tmp_path, mode):
    tokenizer = Tokenizer(rich_tokenizer.vocabulary, mode)
    reference = reference_of(tokenizer, tmp_path, mode)
    ours = [encoding.ids for encoding in tokenizer.encode_batch(fuzzed_texts)]
    assert ours == reference(fuzzed_texts)["input_ids"]
    assert tokenizer.ids(fuzzed_texts) == [ids[1:-1] for ids in ours]


def test_parity_with_special_tokens_and_pairs(rich_tokenizer, fuzzed_texts, tmp_path):
    reference = reference_of(rich_tokenizer, tmp_path)
    for number in range(0, 3_000, 3):
        first, second, third = fuzzed_texts[number : number + 3]
        first = first + "[MASK]" + third + "[SEP]"
        theirs = reference(first, second, truncation=True, max_length=20, return_token_type_ids=True)
        ours = rich_tokenizer.encode(first, second, max_length=20, special_in_text=True)
        assert ours.ids == theirs["input_ids"]
        assert ours.token_type_ids == theirs["token_type_ids"]


@pytest.mark.parametrize("mode", ["word", "character"])
def test_parity_on_aozora_and_wikipedia(data_folder, tmp_path, mode):
    documents = list(read_corpus(data_folder / "aozora"))
    sentences = [sentence for document in documents for sentence in document.sentences]
    entities = json.loads((data_folder / "ner-wikipedia" / "ner.json").read_text(encoding="utf-8"))
    words = [word for sentence in sentences for word in surfaces(sentence)]
    tokenizer = Tokenizer(train_vocabulary(words, 8_000, limit_alphabet=2_000), mode)
    reference = reference_of(tokenizer, tmp_path, mode)
    texts = sentences + [record["text"] for record in entities]
    assert [encoding.ids for encoding in tokenizer.encode_batch(texts)] == reference(texts)["input_ids"]


def test_offsets_point_to_the_original(rich_tokenizer, fuzzed_texts):
    for text in fuzzed_texts:
        [pieces] = rich_tokenizer.pieces([text])
        for token_id, start, end in zip(*pieces, strict=True):
            token = rich_tokenizer.vocabulary[token_id].removeprefix("##")
            if token_id != rich_tokenizer.unk_id:
                assert token in nfkc(text[start:end])
        assert pieces.starts == sorted(pieces.starts)


def test_offsets_after_normalisation(tokenizer):
    encoding = tokenizer.encode("㍻の東京　です", "猫")
    assert encoding.offsets[0] == encoding.offsets[-1] == (0, 0)
    words = ["㍻の東京　です"[start:end] for start, end in encoding.offsets[1:-3]]
    assert words[-2:] == ["東京", "です"]
    assert encoding.token_type_ids[-2:] == [1, 1]
    assert encoding.special_tokens_mask[-3:] == [1, 0, 1]


def test_text_never_becomes_a_special_token(tokenizer):
    ordinary = tokenizer.encode("[SEP][MASK]猫[CLS][PAD]")
    assert sum(token_id in (tokenizer.sep_id, tokenizer.mask_id) for token_id in ordinary.ids) == 1
    asked_for = tokenizer.encode("[MASK]猫", special_in_text=True)
    assert asked_for.ids[1] == tokenizer.mask_id
    assert asked_for.offsets[1:3] == [(0, 6), (6, 7)]


def test_nul_is_a_space(tokenizer):
    assert tokenizer.encode("東京\0は").ids == tokenizer.encode("東京 は").ids


def test_decode(tokenizer):
    text = "東京は日本の首都です。"
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=True) == text
    latin = Tokenizer([*SPECIAL_TOKENS, "a", "b", "##b"])
    assert latin.decode(latin.encode("ab a").ids, skip_special_tokens=True) == "ab a"


def test_pad(tokenizer):
    encodings = [tokenizer.encode("猫"), tokenizer.encode("東京は日本の首都です。")]
    batch = tokenizer.pad(encodings)
    length = len(encodings[1].ids)
    assert all(tensor.shape == (2, length) for tensor in batch.values())
    assert batch["attention_mask"].sum(1).tolist() == [len(encoding.ids) for encoding in encodings]
    assert batch["input_ids"][0, len(encodings[0].ids) :].eq(tokenizer.pad_id).all()
    assert batch["special_tokens_mask"][0].tolist() == [1, 0] + [1] * (length - 2)


def test_a_hundred_thousand_characters(tokenizer):
    assert len(tokenizer.encode("東京は" * 34_000).ids) == 68_002
    assert tokenizer.encode("あ" * 100_000, max_length=16).ids[-1] == tokenizer.sep_id


@given(st.lists(st.integers(0, 30), min_size=1, max_size=2), st.integers(0, 40))
@settings(deadline=None)
def test_truncated_lengths(lengths, room):
    shortened = truncated_lengths(lengths, room)
    assert sum(shortened) == min(sum(lengths), room)
    assert all(new <= old for new, old in zip(shortened, lengths, strict=True))


def test_vocabulary_file_round_trip(tokenizer, tmp_path):
    path = tmp_path / "日本語 の語彙.txt"
    tokenizer.save(path)
    assert Tokenizer.from_file(path).vocabulary == tokenizer.vocabulary
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize(
    ("vocabulary", "mode", "message"),
    [
        (["あ"], "word", r"\[PAD\].*once, not 0"),
        ([*SPECIAL_TOKENS, "あ", "あ"], "word", "'あ' once, not 2"),
        (list(SPECIAL_TOKENS), "byte", "choose word or character"),
    ],
)
def test_bad_vocabulary(vocabulary, mode, message):
    with pytest.raises(ValueError, match=message):
        Tokenizer(vocabulary, mode)


def test_no_room_for_special_tokens(tokenizer):
    with pytest.raises(ValueError, match="1 too small"):
        tokenizer.encode("猫", "犬", max_length=2)
