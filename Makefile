# Everything sets itself up: the virtual environment, and on first use of the embedded AWS the pinned engine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Whatever the shell says to Python, pytest or pip about other projects: not to these (lab/environment.py has the rest).
PY := $(BIN)/python -E -X utf8
HERE := PIP_USER=0 PIP_TARGET= PIP_PREFIX= PIP_ROOT= PIP_DRY_RUN=0 PIP_NO_DEPS=0
$(foreach name,$(filter PYTHON% PYTEST_PLUGINS PYTEST_DISABLE%,$(.VARIABLES)),$(eval unexport $(name)))
# One thing at a time, also under `make -j`: what can run side by side does so by itself.
.NOTPARALLEL:

.DEFAULT_GOAL := help
.PHONY: help setup rehearsal rehearsal-naive rehearsal-faults rehearsal-aws preview-policies bench test test-unit test-policies test-lab test-long test-rebuilds check lab status load-test lab-down requirements runbook clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { name[++n] = $$1; text[n] = $$2; if (length($$1) > width) width = length($$1) } \
		END { for (i = 1; i <= n; i++) printf "  make %-" width "s  %s\n", name[i], text[i] }' $(MAKEFILE_LIST)

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -E -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is missing: install it, or name it with make PYTHON=python3.12" >&2; exit 1; }
	@$(if $(BUILDS),$(PYTHON) -E -X utf8 -m lab.prerequisites $(BUILDS))
	@echo "Setting up $(VENV) from the pinned requirements (about a minute, more on a busy machine)…"
	@$(PYTHON) -E -m venv --clear $(VENV)
	@$(HERE) $(PY) -m lab.installing requirements.txt requirements-dev.txt
	@touch $@

# What is built with Go is asked for before a minute goes into the virtual environment.
rehearsal rehearsal-naive rehearsal-faults: BUILDS := engine vegeta
preview-policies bench test test-lab test-long test-rebuilds lab: BUILDS := engine

setup: $(READY) ## Create .venv from the pinned requirements

rehearsal: $(READY) ## Rehearse a tag-in and a tag-back on the embedded AWS, with clients
	@$(PY) -m lab rehearsal $(if $(REQUESTS_PER_SECOND),--requests-per-second $(REQUESTS_PER_SECOND))

rehearsal-naive: $(READY) ## Send the rehearsal's clients over three naive ways to deploy, which all have to show errors (ten minutes)
	@$(PY) -m lab.naive

rehearsal-faults: $(READY) ## Show what can break during a tag-in, under load; writes the tables of docs/zero-downtime.md (40 minutes)
	@$(PY) -m lab.cutover_faults

rehearsal-aws: $(READY) ## Rehearse on your own AWS account, with a name that is thrown away; says what it costs, and asks
	@$(PY) -m lab.own_account

preview-policies: $(READY) ## Show a bad change of the program, refused in the preview (20 seconds)
	@$(PY) -m lab preview-policies

bench: $(READY) ## Measure tag-in, preview and build beside a bare Pulumi program and OpenTofu (half an hour)
	@$(PY) -m bench

# Real resolver software for its tests, where there is some to be had; nothing is installed. Then every part of the
# tests, whatever becomes of the others.
test: $(READY) ## Run the unit tests, the policy pack, then the lab tests; the end says what failed and what was skipped
	@sh tests/lab/resolvers/fetch.sh || echo "resolvers: no software to be had; their tests will be skipped" >&2
	@$(PY) -m tests.run $(addprefix --ignore ,$(LONG))

test-unit: $(READY) ## Run the tests that need seconds and no engine
	@$(PY) -m tests.run --only unit

test-policies: $(READY) ## Run the policy pack against the program and its mutations (20 seconds)
	@$(PY) -m pytest -n 2 --dist worksteal tests/policies

# What takes an hour is in test-long.
LONG := tests/lab/test_freeze.py tests/lab/test_crashes.py tests/lab/test_idle_colour.py \
	tests/lab/test_many_names.py tests/lab/test_private_zone.py tests/lab/test_first_time.py \
	tests/lab/test_first_turn.py tests/lab/test_bad_releases.py tests/lab/test_rehearsal_aws.py \
	tests/lab/test_drain.py tests/lab/test_zone_out.py tests/lab/test_layout.py \
	tests/lab/test_capacity_units.py tests/lab/test_boot_timeout.py tests/lab/test_limits.py \
	tests/lab/test_machines.py tests/lab/test_kept_connection.py tests/lab/test_waking.py \
	tests/lab/test_rehearsal.py tests/lab/test_load_test.py tests/lab/test_load_evidence.py \
	tests/lab/test_disturbed.py tests/lab/board/test_changes.py tests/lab/test_pull_requests.py \
	tests/lab/test_roles.py \
	tests/lab/test_two_projects.py tests/lab/test_project_name.py tests/lab/test_adapt.py \
	tests/lab/test_from_terraform.py \
	tests/lab/test_new_project.py tests/lab/test_runbook.py

test-lab: $(READY) ## Run the tests that need the embedded AWS, but for the long ones
	@$(PY) -m tests.run --only lab $(addprefix --ignore ,$(LONG))

test-long: $(READY) ## Run the long lab tests: every change in every state, crashes, rebuilds, fifty names, bad releases (an hour)
	@$(PY) -m tests.lab.one_world $(LONG)

test-rebuilds: $(READY) ## Rebuild an idle colour ten times in a row (about 35 minutes)
	@REBUILDS=10 $(PY) -m pytest tests/lab/test_idle_colour.py -k rebuilt

check: $(READY) ## Check lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(PY) -m mypy

lab: $(READY) ## Start the embedded AWS in the background and write .lab/env (MACHINES=1: its instances run)
	@$(PY) -m lab up $(if $(MACHINES),--machines)

# The board's exit codes (docs/board.md) are answers, and none of them is a failure of make.
status: $(READY) ## Show the board of the lab that is up: both colours at a glance
	@[ -e .lab/env ] || { echo "no lab is up here: make lab" >&2; exit 1; }
	@. ./.lab/env >/dev/null && { $(PY) -m board || [ $$? -le 2 ]; }

load-test: $(READY) ## Load-test a colour of the lab that is up: COLOUR=blue ARGUMENTS="--rate 40 --seconds 10"
	@$(PY) -m lab.load_test $(COLOUR) $(ARGUMENTS)

lab-down: $(READY) ## Stop the lab that is up; all its state goes
	@$(PY) -m lab down

requirements: $(READY) ## Pin requirements*.in anew, with hashes
	@$(HERE) $(PY) -m pip install --quiet uv
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links $$name.in --output-file $$name.txt; done

runbook: $(READY) ## Write what the program says into docs/runbook.md
	@$(PY) -m runbook

clean: ## Remove what was made here (the engine's cache is the user's and stays)
	@rm -rf $(VENV) .lab .pytest_cache .mypy_cache .ruff_cache .hypothesis
