# Every target builds .venv by itself. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
TESTS  ?= tests

.DEFAULT_GOAL := help
.PHONY: help install demo console screenshots test browser check format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## install dockwire and what it needs, pinned and checked by hash, into .venv

demo: $(STAMP) ## a day on embedded parts: Amazon simulator, warehouse, Prefect (ARGS="--keep" leaves it up)
	@$(BIN)/dockwire demo $(ARGS)

console: $(STAMP) ## the console in a browser, on this machine's ledger (ARGS="--port 8092")
	@$(BIN)/dockwire console $(ARGS)

screenshots: $(STAMP) browser ## take the documentation's pictures of the console anew, on an invented day
	@$(BIN)/python -m tests.console.screenshots

# In the order of the folders the many short tests come last, so that all workers end together.
test: $(STAMP) browser ## run every test, on SQLite and on embedded PostgreSQL
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(TESTS) $(ARGS)

browser: ## install Chromium for the tests of pages, where no browser is and Debian's packages are
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  echo "installing Chromium for the tests of pages"; \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -qq -y chromium >/dev/null; } || \
	  echo "no browser could be installed: install Chromium by hand, or the tests of pages fail"

check: $(STAMP) ## style, types, import contracts, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/house

format: $(STAMP) ## put the code into the project's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## pin all requirements anew, with hashes and without addresses
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	@$(VENV)-lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --quiet --output-file requirements/locked.txt
	@rm -rf $(VENV)-lock

clean: ## remove the virtual environment and local state
	@rm -rf $(VENV) .dockwire .mypy_cache .ruff_cache .pytest_cache

$(STAMP): pyproject.toml requirements/locked.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dockwire needs Python 3.11 or newer; name one with 'make PYTHON=python3.12'"; exit 2; }
	@echo "installing dockwire into $(VENV) (first time: about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements/locked.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
