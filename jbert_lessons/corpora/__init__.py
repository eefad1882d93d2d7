"""Corpora: the text that ships with the course, and readers of real text in its own form."""
