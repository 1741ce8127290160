# Everything a newcomer needs: `make test` and, once the tour lands, `make demo`.
PY := .venv/bin/python
SHELL := /bin/bash

.PHONY: test check format environment

environment: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

check: environment
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test: check
	.venv/bin/pytest -n 2

format: environment
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
