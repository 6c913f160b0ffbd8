# The same verbs for everybody; CI runs `make test`, no more and no less.
# The environment is made in .venv when it is missing or when the lock has changed.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
LOCK := requirements/dev.txt
STAMP := $(VENV)/.govopen-$(shell sha256sum $(LOCK) setup.py pyproject.toml 2>/dev/null | sha256sum | cut -c1-16)
HOME_OPTION := $(if $(GOVOPEN_HOME),--home "$(GOVOPEN_HOME)")
# CKAN does not import without libmagic; a package carries it, and processes find it by these two.
LIBMAGIC := $(VENV)/lib/python3.11/site-packages/pylibmagic
export LD_LIBRARY_PATH := $(LIBMAGIC)$(if $(LD_LIBRARY_PATH),:$(LD_LIBRARY_PATH))
export MAGIC := $(LIBMAGIC)/magic.mgc
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup demo stack down test lint format unit contracts services integration browser docs bench lock clean

help: ## Show this list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

setup: $(STAMP) ## Make the virtual environment .venv, from the lock.
$(STAMP): $(LOCK) setup.py pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: $(PYTHON) was not found. Set PYTHON=…" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up .venv with the packages of $(LOCK): three to six minutes, quietly …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.govopen-*; touch $@

demo: $(STAMP) ## Start the platform and publish the demo's data; prints what was published and where to look.
	@$(BIN)/govopen demo $(HOME_OPTION)

stack: $(STAMP) ## Start the platform without the demo's data.
	@$(BIN)/govopen up $(HOME_OPTION)

down: $(STAMP) ## Stop the platform.
	@$(BIN)/govopen down $(HOME_OPTION)

test: lint unit contracts services ## Lint, then every test, with real services.

lint: $(STAMP) ## Check style, types, import directions, templates, spelling.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint ckanext-govopen/ckanext/govopen/templates --lint --quiet
	$(BIN)/codespell anonymize ckanext-govopen config docker docs harvesters schemas tests *.md

format: $(STAMP) ## Format the code.
	$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

unit: $(STAMP) ## Pure tests: seconds, no services.
	$(PYTEST) -c tests/unit/pytest.ini tests/unit

contracts: $(STAMP) ## What others rely on: packaging, documents, names, imports.
	$(PYTEST) tests/contracts

services: $(STAMP) ## Integration and browser tests, one running home for both.
	$(PYTEST) tests/integration tests/browser

integration: $(STAMP) ## Real services, in a home of its own.
	$(PYTEST) tests/integration

browser: $(STAMP) ## A real browser walks the pages.
	$(PYTEST) tests/browser

docs: $(STAMP) ## Build the documentation into site/.
	$(BIN)/mkdocs build --strict --quiet

bench: $(STAMP) ## Measure, and print tables.
	@for file in tests/bench/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

lock: ## Pin again what pyproject.toml asks for (needs uv).
	uv pip compile pyproject.toml --extra platform --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --override requirements/override.txt -o requirements/platform.txt
	uv pip compile pyproject.toml --extra platform --extra dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --override requirements/override.txt -c requirements/platform.txt -o requirements/dev.txt

clean: ## Delete what building left; never a home.
	rm -rf build dist site *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
