# Two commands suffice on a fresh machine with Python >= 3.11 and make:  make demo   make test
# Everything is installed into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SOURCE := app channels desk domain listener moderation responder sandbox storage

.PHONY: help setup dev demo test test-torch check bench crash week model lock format clean

help: ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.setup ## install Sottovoce into .venv
dev: $(VENV)/.dev ## install what the tests and checks need as well

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sottovoce needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot make a virtual environment. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.setup: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up (about two minutes the first time) …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e . 2>/dev/null || $(PIP) --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.setup
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup ## play a busy hour of a brand in about a minute (KEEP=1 stays up to be looked at)
	@$(BIN)/sottovoce demo $(if $(KEEP),--keep) $(DEMO)

test: dev ## run the tests
	@$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

test-torch: .make/torch/.ready ## run the tests of models of the hub, with PyTorch in an environment of their own
	@.make/torch/bin/python -m pytest -n 1 -p no:cacheprovider tests/moderation/test_hub_contract.py tests/moderation/test_hub_pipeline.py tests/app/test_models.py

.make/torch/.ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -m venv .make/torch
	@.make/torch/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-dev.lock
	@.make/torch/bin/python -m pip --disable-pip-version-check install --quiet -e '.[torch]' $(TORCH)
	@touch $@

check: dev ## what CI runs: style, types, walls, lock, migrations, words
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCE) tests
	@$(BIN)/lint-imports

bench: dev ## measure: CPU a post by stage, and how it grows
	@$(BIN)/python -m tests.bench

crash: dev ## stop the road at every commit and HTTP boundary, and compare the books
	@$(BIN)/python -m tests.crash

week: dev ## let a week of 2,000 conversations happen on three networks, with faults, and close its books
	@$(BIN)/python -m tests.walks.week

model: ## train, export and measure the shipped model again (hours; see moderation/training/README.md)
	@bash moderation/training/build.sh

lock: ## resolve the dependencies anew
	@$(PYTHON) -m venv .make/uv && .make/uv/bin/pip install --quiet uv
	@.make/uv/bin/uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header -q -U -o requirements.lock
	@.make/uv/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header -q -c requirements.lock -o requirements-dev.lock

format: dev ## lay out the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean: ## remove what was installed and made
	rm -rf $(VENV) .make build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-out
