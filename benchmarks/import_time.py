"""Import: how much longer `import torch` takes when the package's modules are imported with it.

python benchmarks/import_time.py
"""

import subprocess
import sys
import time

MODULES = "import jbert_lessons, jbert_lessons.tokenizer, jbert_lessons.pretraining, jbert_lessons.filling"
ROUNDS = 7


def seconds(program: str) -> float:
    """Return the shortest of several runs of `program` in a new interpreter."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    torch_alone = seconds("import torch")
    print(f"import torch: {torch_alone:.2f} s")
    print(f"  and import jbert_lessons: {seconds('import torch, jbert_lessons') - torch_alone:+.2f} s")
    print(f"  and every module up to pretraining: {seconds('import torch; ' + MODULES) - torch_alone:+.2f} s")
