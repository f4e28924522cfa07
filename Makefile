# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run install test check lock mutants pictures chaos clean

run: install
	$(BIN)/python -m bot run

install: .venv/run.done

test: .venv/test.done
	$(BIN)/python -m pytest

check: .venv/test.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy bot tests
	$(BIN)/lint-imports
	$(BIN)/python -m bot check

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/run.done: requirements/run.lock | .venv/bin/python
	$(INSTALL) -r requirements/run.lock
	touch $@

.venv/test.done: requirements/test.lock .venv/run.done
	$(INSTALL) -r requirements/test.lock
	touch $@

.venv/bench.done: requirements/bench.lock .venv/run.done
	$(INSTALL) -r requirements/bench.lock
	touch $@

# Rewrites the lock files from pyproject.toml (needs uv).
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
lock:
	$(LOCK) -o requirements/run.lock
	$(LOCK) --extra test -c requirements/run.lock -o requirements/test.lock
	$(LOCK) --extra bench -c requirements/test.lock -o requirements/bench.lock

# Writes MUTANTS.md anew: how many mutants of the screening are caught (some minutes).
mutants: .venv/test.done
	PYTHONPATH=.:tests $(BIN)/python tests/mutation_report.py

# A picture of every page of the console, into docs/ (needs Chromium).
pictures: .venv/test.done
	$(BIN)/python tests/screenshots.py

# Breaks the assistant in every way we know, for an hour or more, and prints what it lost.
chaos: install
	$(BIN)/python -m bot chaos

clean:
	rm -rf .venv
