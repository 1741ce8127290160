# Everything a newcomer needs: `make demo` and `make test`.
PY := .venv/bin/python
SHELL := /bin/bash

.PHONY: bench check demo environment format mutants system test

environment: .venv/.installed

# The lock names everything, so nothing is resolved anew: a release of tomorrow cannot change what is installed.
.venv/.installed: requirements.lock pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(PY) -m pip check --disable-pip-version-check
	touch $@

check: environment
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# Neighbours stay together, for they share projects; whoever is through takes from the other's end.
# What the tests need beside Python: installed where that is allowed, else they say what they left out.
system:
	@missing=""; \
	test -x /usr/sbin/mosquitto || command -v mosquitto >/dev/null || missing="mosquitto"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	test -x "$${PLANTSTACK_CHROMIUM:-/usr/bin/chromium}" || command -v chromium >/dev/null || missing="$$missing chromium"; \
	test -z "$$missing" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  { apt-get install -y -qq $$missing >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq $$missing >/dev/null; }; }; } || \
	  echo "not installed, and their tests are left out: $$missing"

# Much of their time tests wait for a disk that keeps nothing: where memory can be written to, they write there.
test: check system
	@room=""; free=$$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1); \
	if test "$${free:-0}" -gt 4000000 && room=$$(mktemp -d /dev/shm/plantstack-tests.XXXXXX); then \
	  trap 'rm -rf "$$room"' EXIT; chmod 711 "$$room"; \
	  cp /bin/true "$$room/can-run" && "$$room/can-run" && export TMPDIR="$$room"; \
	fi; \
	.venv/bin/pytest -n 2 --dist worksteal

# A simulated group of plants in demo-plant/, a tour of it in the terminal, then it runs until Ctrl-C.
# What is there goes on; to begin anew remove demo-plant. What was never finished is made anew.
demo: environment
	@test -e demo-plant/.plantstack/demo.parquet || rm -rf demo-plant
	.venv/bin/plantstack demo demo-plant

# Seeded mistakes, one by one in a copy: each must turn a test red.
mutants: environment
	.venv/bin/python -m tests.mutants.run

# Every bound on speed, measured side by side on this machine; `make bench N=1000000` is a smaller run.
bench: environment
	$(PY) -m bench $(if $(N),--events $(N))

format: environment
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
