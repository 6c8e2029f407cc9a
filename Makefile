# Everything sets itself up: the virtual environment, and on first use of the embedded AWS the pinned engine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup rehearsal preview-policies test test-unit test-policies test-lab test-long test-rebuilds check lab lab-down requirements clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is missing: install it, or name it with make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) from the pinned requirements (about a minute)…"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements.txt -r requirements-dev.txt
	@touch $@

setup: $(READY) ## Create .venv from the pinned requirements

rehearsal: $(READY) ## Rehearse a tag-in and a tag-back on the embedded AWS, with clients
	@$(BIN)/python -m lab rehearsal

preview-policies: $(READY) ## Show a bad change of the program, refused in the preview (20 seconds)
	@$(BIN)/python -m lab preview-policies

test: test-unit test-policies test-lab ## Unit tests, the policy pack, then lab tests

test-unit: $(READY) ## Tests that need seconds and no engine
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/unit

test-policies: $(READY) ## The policy pack against the program and its mutations (20 seconds)
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/policies

# What measures seconds runs alone, but for fifty names; what takes an hour is in test-long.
ALONE := tests/lab/propagation tests/lab/resolvers tests/lab/test_tag_in.py tests/lab/test_propagation_output.py tests/lab/test_policy_seconds.py
LONG := tests/lab/test_freeze.py tests/lab/test_crashes.py tests/lab/test_idle_colour.py \
	tests/lab/test_many_names.py tests/lab/test_private_zone.py

test-lab: $(READY) ## Tests that drive the pulumi command against the embedded AWS
	@echo "Lab tests: first those that measure seconds, alone (about 15 minutes)…"
	@$(BIN)/python -m pytest $(ALONE)
	@echo "…then the others, two worlds side by side (about 20 minutes)…"
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/lab $(addprefix --ignore ,$(ALONE) $(LONG))

test-long: $(READY) ## The long lab tests: every change in every state, crashes, coincidences, rebuilds, fifty names, a private zone (an hour)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(LONG)

test-rebuilds: $(READY) ## Rebuild an idle colour ten times in a row (about 35 minutes)
	@REBUILDS=10 $(BIN)/python -m pytest tests/lab/test_idle_colour.py -k rebuilt

check: $(READY) ## Lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lab: $(READY) ## Start the embedded AWS in the background and write .lab/env
	@$(BIN)/python -m lab up

lab-down: $(READY) ## Stop it
	@$(BIN)/python -m lab down

requirements: $(READY) ## Pin requirements*.in anew, with hashes
	@$(BIN)/python -m pip install --quiet uv
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links $$name.in --output-file $$name.txt; done

clean: ## Remove what was made here (the engine's cache is the user's and stays)
	@rm -rf $(VENV) .lab .pytest_cache .mypy_cache .ruff_cache .hypothesis
