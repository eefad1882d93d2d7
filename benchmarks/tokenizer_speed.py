"""Tokenizer: ours against `BertJapaneseTokenizer` and against MeCab alone, on 1 MB of Aozora's sentences.

All give the same ids. Times are the best of several runs in one process, taken in turn, without the
garbage collector, as `timeit` measures. Prints ratios.

    JBERT_DATA=… python benchmarks/tokenizer_speed.py
"""

import os
import tempfile
import timeit
from pathlib import Path

import fugashi
import transformers

from jbert_lessons.corpora.files import read_corpus
from jbert_lessons.pretraining_job import count_words
from jbert_lessons.tokenizer import Tokenizer
from jbert_lessons.vocabulary import train_vocabulary

ROUNDS = 7


def main() -> None:
    documents = [d.sentences for d in read_corpus(Path(os.environ["JBERT_DATA"]) / "aozora")]
    tokenizer = Tokenizer(train_vocabulary(count_words(documents), 8_000, limit_alphabet=2_000))
    texts, size = [], 0
    for sentence in (sentence for document in documents for sentence in document):
        if size >= 1_000_000:
            break
        texts.append(sentence)
        size += len(sentence.encode())

    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save(Path(folder) / "vocab.txt")
        reference = transformers.BertJapaneseTokenizer(
            str(Path(folder) / "vocab.txt"),
            word_tokenizer_type="mecab",
            mecab_kwargs={"mecab_dic": "unidic_lite"},
            do_lower_case=False,
        )
    tagger = fugashi.Tagger("-Owakati")
    expected = reference(texts)["input_ids"]
    assert [encoding.ids for encoding in tokenizer.encode_batch(texts)] == expected
    assert tokenizer.ids(texts) == [ids[1:-1] for ids in expected]

    ways = {
        "MeCab alone": lambda: [tagger.parse(text) for text in texts],
        "ids": lambda: tokenizer.ids(texts),
        "encodings with offsets": lambda: tokenizer.encode_batch(texts),
        "BertJapaneseTokenizer": lambda: reference(texts),
    }
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name] = min(seconds[name], timeit.timeit(way, number=1))
    print(f"{len(texts):,} sentences, {size:,} bytes")
    library, mecab = seconds["BertJapaneseTokenizer"], seconds["MeCab alone"]
    for name, value in seconds.items():
        print(
            f"{name:24} {value:6.3f} s  {library / value:5.2f} x library  {mecab / value:5.2f} x MeCab alone"
        )


if __name__ == "__main__":
    main()
