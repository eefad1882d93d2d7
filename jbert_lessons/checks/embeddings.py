"""Checks of lesson 04: tokens, positions and segments as vectors."""

LESSON = "04_embeddings"
