"""Attention: torch's fused kernel against the written-out form, forward and backward, in milliseconds.

    python benchmarks/attention_speed.py

4,096 tokens in two heads of 64, as texts of several lengths. In bfloat16 on a CPU the package trains with
the written-out form, because of this.
"""

import time
from collections.abc import Callable

import torch
from torch.nn import functional

from jbert_lessons.attention import scaled_dot_product_attention
from jbert_lessons.devices import get_device, set_threads

TOKENS, ROUNDS = 4_096, 10


def milliseconds(attention: Callable, length: int, dtype: torch.dtype) -> float:
    shape, device = (TOKENS // length, 2, length, 64), get_device()
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(shape, generator=generator).to(device, dtype).requires_grad_() for _ in range(3)]
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        attention(*inputs).sum().backward()
        if device.type == "cuda":
            torch.cuda.synchronize()
        taken.append(1_000 * (time.perf_counter() - started))
    return sorted(taken)[ROUNDS // 2]


def main() -> None:
    set_threads()
    print("| type | length | fused | written out |")
    print("|---|---|---|---|")
    for dtype in (torch.float32, torch.bfloat16):
        for length in (16, 32, 64, 128, 512):
            fused = milliseconds(functional.scaled_dot_product_attention, length, dtype)
            written = milliseconds(lambda *x: scaled_dot_product_attention(*x)[0], length, dtype)
            print(f"| {str(dtype).removeprefix('torch.')} | {length} | {fused:.1f} | {written:.1f} |")


if __name__ == "__main__":
    main()
