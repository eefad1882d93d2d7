"""Vocabulary: 8,000 pieces from 10 MB of text, three times; seconds, peak memory, and a digest of each.

JBERT_DATA=… python benchmarks/vocabulary_training.py
"""

import hashlib
import os
import resource
import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

from jbert_lessons.corpora.aozora import parse_work
from jbert_lessons.vocabulary import train_vocabulary
from jbert_lessons.words import surfaces

TEXT_SIZE = 10_000_000


def train() -> None:
    """Read 10 MB of Aozora's works, count the words, train; print a digest, seconds and peak memory."""
    sentences, size = [], 0
    with tarfile.open(Path(os.environ["JBERT_DATA"]) / "aozora-large.tar.xz") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".txt"):
                for sentence in parse_work(archive.extractfile(member).read()).sentences():
                    sentences.append(sentence)
                    size += len(sentence.encode())
            if size >= TEXT_SIZE:
                break
    start = time.perf_counter()
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(surfaces(sentence))
    vocabulary = train_vocabulary(counts, 8_000, limit_alphabet=2_000)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    digest = hashlib.sha256("\n".join(vocabulary).encode()).hexdigest()[:16]
    print(f"{size:,} bytes, {len(counts):,} words, {len(vocabulary):,} pieces", end=": ")
    print(f"{seconds:.1f} s, {peak:.0f} MB, {digest}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        train()
    else:
        for hash_seed in ("0", "1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
            subprocess.run([sys.executable, __file__, "once"], env=environment, check=True)
