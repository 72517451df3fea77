# Everything a fresh machine needs: git, make and Python 3.11 or newer. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests that reach every line of the rules; measuring it doubles their time, so only they do.
COVERING := tests/corpus tests/understanding tests/dialogue tests/rules tests/journeys tests/proof \
	tests/store/test_forgetting.py tests/doors/test_tokens.py tests/doors/test_decision_routes.py \
	tests/marketing/test_staff_*.py tests/marketing/test_check*.py
# Fills two stores, one ten times the other: `make soak` runs it.
SLOW := tests/bench/test_growth.py
# A file stays with one process, which starts its servers once. They are taken as they come, not by
# how many tests they have: those with few tests take longest, and would be left for the end.
SHARED := --dist loadfile --no-loadscope-reorder
# NumPy's threads for one product get in the way of those of another process.
ONE_THREAD := OPENBLAS_NUM_THREADS=1
PIN := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help install run chat test accuracy bench train train-encoder teach-encoder soak lint lock clean

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(VENV)/installed: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements/test.txt
	@echo "Installing test tools into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

install: $(VENV)/installed  ## Install the program into .venv

run: $(VENV)/installed  ## Open all doors and the playground at http://127.0.0.1:8000
	@$(BIN)/consent serve

chat: $(VENV)/installed  ## Talk to the assistant in the terminal, on a demo store
	@$(BIN)/consent chat

lint: $(VENV)/installed-test  ## Check style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Servers, browsers and databases share two cores with two more tests: what fails there, as a limit
# of time may, is tried once more by itself. It fails for good if it fails again.
test: lint  ## Check everything: style, types, imports, tests, coverage of the rules
	$(ONE_THREAD) $(BIN)/pytest -n 2 $(SHARED) --cov --cov-report=term $(COVERING)
	$(ONE_THREAD) $(BIN)/pytest -n 3 $(SHARED) $(addprefix --ignore=,$(wildcard $(COVERING)) $(SLOW)) \
		|| { [ $$? -eq 1 ] && $(ONE_THREAD) $(BIN)/pytest --last-failed --last-failed-no-failures none; }

accuracy: $(VENV)/installed-test  ## How well messages are understood, per language
	@$(BIN)/python -m tests.corpus.accuracy

bench: $(VENV)/installed-test  ## How fast everything is, beside its floors (a quarter of an hour)
	@$(BIN)/consent bench --write BENCHMARKS.md

train: $(VENV)/installed-test  ## Learn anew how customers word things, from the examples
	@$(ONE_THREAD) $(BIN)/python -m tests.corpus.training

train-encoder: $(VENV)/installed-test  ## Teach the language model anew (three hours; gigabytes of packages)
	@$(PIP) install --require-hashes -r requirements/encoder.txt
	@$(BIN)/python -m tests.corpus.encoder_training

teach-encoder: $(VENV)/installed-test  ## Teach the shipped language model further (an hour; the same packages)
	@$(PIP) install --require-hashes -r requirements/encoder.txt
	@$(BIN)/python -m tests.corpus.encoder_further

soak: $(VENV)/installed-test  ## Crowds of customers and 500 kills while everything goes wrong
	CONSENT_SOAK_CUSTOMERS=1000 CONSENT_SOAK_TEXTS=10000 \
	CONSENT_SOAK_KILLS_SQLITE=300 CONSENT_SOAK_KILLS_POSTGRES=150 CONSENT_SOAK_KILLS_SERVER=50 \
	$(BIN)/pytest -q -s tests/soak $(SLOW)

lock: $(VENV)/installed-test  ## Pin the requirements anew (needs uv)
	$(PIN) pyproject.toml --extra build -o requirements/run.txt
	$(PIN) pyproject.toml --extra build --extra dev -o requirements/test.txt
	$(PIN) requirements/encoder.in -c requirements/test.txt -o requirements/encoder.txt

clean:  ## Remove what was installed and built
	rm -rf $(VENV) *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
