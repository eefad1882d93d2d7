"""Checks of lesson 02: words and where they stand."""

LESSON = "02_words"
