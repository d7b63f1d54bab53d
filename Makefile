# Needs make and Python 3.11 or newer; everything else comes from the locks in requirements/.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# What `make test` leaves to .ci/run: tests that need servers or a browser, or take long.
MARKERS ?= not services and not browser and not slow
PYTEST_ARGS ?=
SCRIPTS := vendor/unfold/js/alpine/alpine.js
TRY_SCRIPTS = command -v npm >/dev/null && $(MAKE) -s scripts 2>/dev/null \
	|| echo "Without the scripts that npm fetches the pages may use eval; all else is the same."

.PHONY: help setup scripts demo test lint bench faults
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/ok ## make .venv from the locked dependencies, and `scripts` where npm is there
	@$(TRY_SCRIPTS)

scripts: $(SCRIPTS) ## fetch the scripts that let pages do without eval (needs npm)

demo: .venv/ok ## sample company, web, worker and schedule on http://127.0.0.1:8000 (PORT=8000)
	@$(TRY_SCRIPTS)
	@$(BIN)/python manage.py demo

test: .venv/ok ## the tests that need no server and no browser, in random order (coverage: PYTEST_ARGS=--cov)
	$(BIN)/python -m pytest -n auto -m "$(MARKERS)" $(PYTEST_ARGS)

lint: .venv/check ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ok ## measure against hand-written SQL (BENCH_ARGS="--rounds 5")
	$(BIN)/python -m bench $(BENCH_ARGS)

faults: .venv/ok ## kill real processes at random points and compare what they leave
	$(BIN)/python -m pytest -p no:randomly tests/kills

# Other people's work is fetched by its lock, not kept here. Its folder comes first among the static ones.
$(SCRIPTS): package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel error --fetch-retries 1 --fetch-timeout 30000 >/dev/null
	@mkdir -p $(@D)
	@cp node_modules/@alpinejs/csp/dist/cdn.min.js $@

# uv where it works, else pip; a half-made .venv has no `ok` and is made again.
.venv/ok: requirements/test.txt
	@test -n "$(PYTHON)" || { echo "OpsDesk needs Python 3.11 or newer: none found. Name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 2; }
	@rm -f $@ .venv/check
	@{ command -v uv >/dev/null && uv venv -q --clear --no-python-downloads --python $(PYTHON) .venv \
	    && uv pip sync -q --require-hashes --python $(BIN)/python $<; } 2>/dev/null \
	  || { $(PYTHON) -m venv --clear .venv && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r $<; }
	@touch $@

.venv/check: requirements/check.txt .venv/ok
	@{ command -v uv >/dev/null && uv pip install -q --require-hashes --python $(BIN)/python -r $<; } 2>/dev/null \
	  || { { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip -q; } \
	    && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r $<; }
	@touch $@
