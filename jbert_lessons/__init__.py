"""A Japanese BERT, built line by line. Each lesson NN_name builds the module `jbert_lessons.name`."""

__version__ = "0.1.0"
