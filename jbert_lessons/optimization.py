"""Optimization: what pretraining and fine-tuning share of a training step. Lesson 08 builds it."""

from contextlib import nullcontext

import torch

from jbert_lessons.devices import supports_bfloat16


def learning_rate_factor(progress: float, warmup: float) -> float:
    """Rise from 0 to 1 over the first share `warmup` of the run, then fall to 0 at its end, linearly."""
    if progress < warmup:
        return progress / warmup
    return max(0.0, (1 - progress) / (1 - warmup))


def make_optimizer(model: torch.nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW with decay on matrices only: biases and LayerNorm have no reason to be small."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.999), eps=1e-8, fused=True)


def use_bfloat16(device: torch.device, wanted: bool | None) -> bool:
    """Decide for bfloat16: as `wanted`, or for None wherever the device has instructions for it."""
    return supports_bfloat16(device) if wanted is None else wanted


def precision(device: torch.device, bfloat16: bool):
    """The context in which the model computes: bfloat16 matrix products, or plain float32."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if bfloat16 else nullcontext()
