"""Checks of lesson 03: vocabulary and tokenizer."""

LESSON = "03_tokenizer"
