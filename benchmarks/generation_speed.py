"""How fast Minipedia is generated, and that memory does not grow with its length.

python benchmarks/generation_speed.py
"""

import time
import tracemalloc
from itertools import islice

from jbert_lessons.corpora.minipedia.generator import generate

DOCUMENTS = {"train": 20_000, "test": 2_000}  # of the tests' texts nine in ten are thrown away


def main() -> None:
    list(generate(2_000, 1))  # fills the caches: what follows is the lasting speed
    for split, n in DOCUMENTS.items():
        start = time.process_time()
        characters = sum(len(document.text) for document in generate(n, 0, split))
        seconds = time.process_time() - start
        print(f"{split}: {characters:,} characters, {characters / seconds:,.0f} a second of one core")
    tracemalloc.start()
    documents = generate(10**9, 0)
    for _ in range(3):
        for _ in islice(documents, 4_000):
            pass
        print(f"after 4,000 documents more: {tracemalloc.get_traced_memory()[0] / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
