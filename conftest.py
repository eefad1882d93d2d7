"""For every test and every notebook that pytest runs."""

import os

os.environ.setdefault("JBERT_PROGRESS", "off")  # no run touches the progress of whoever starts it
