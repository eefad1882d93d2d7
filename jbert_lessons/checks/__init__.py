"""Checks: what tells a learner why an answer is wrong. One module for each lesson."""

from jbert_lessons.checks import (
    attention,
    classification,
    embeddings,
    encoder,
    ner,
    objectives,
    pretraining,
    qa,
    text,
    tokenizer,
    words,
)

__all__ = [
    "attention",
    "classification",
    "embeddings",
    "encoder",
    "ner",
    "objectives",
    "pretraining",
    "qa",
    "text",
    "tokenizer",
    "words",
]
