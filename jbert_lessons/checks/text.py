"""Checks of lesson 01: what a character is, normalisation, sentences."""

LESSON = "01_text"
