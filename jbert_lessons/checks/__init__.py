"""Checks: what tells a learner why an answer is wrong. One module for each lesson."""

from jbert_lessons.checks import (
    attention,
    embeddings,
    encoder,
    objectives,
    pretraining,
    text,
    tokenizer,
    words,
)

__all__ = ["attention", "embeddings", "encoder", "objectives", "pretraining", "text", "tokenizer", "words"]
