# Two jobs: `make lab` opens the course, `make test` runs every check there is.
# Everything is installed into .venv, once; it is installed again only when a file that names
# dependencies has changed.

PYTHON ?= python3
PIP_INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
READY = .venv/.ready

.PHONY: lab test test-gpu test-browser exercises wrong-answers format clean

lab: $(READY)
	.venv/bin/jbert lab $(ARGS)

test: $(READY)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/python -m pytest $(ARGS)

test-gpu: $(READY)
	.venv/bin/python -c "import torch; assert torch.cuda.is_available(), 'make test-gpu needs a CUDA device, and torch finds none'"
	JBERT_DEVICE=cuda .venv/bin/python -m pytest $(ARGS)

# The sheets in exercises/ are made from solutions/; ARGS="--solutions 05_attention", for example.
exercises: $(READY)
	.venv/bin/python -m jbert_lessons.sheets $(ARGS)

# What learners get wrong, and what the checks tell them.
wrong-answers: $(READY)
	.venv/bin/python -m tests.wrong_answers

test-browser: $(READY)
	.venv/bin/python -c "import playwright" 2>/dev/null || $(PIP_INSTALL) playwright
	.venv/bin/python -m pytest -rs tests/test_browser.py $(ARGS)

format: $(READY)
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), f'Python 3.11 or later is needed, this is {sys.version}'"
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv: a few minutes the first time"
	$(PIP_INSTALL) torch
	$(PIP_INSTALL) --editable '.[test]'
	touch $(READY)
