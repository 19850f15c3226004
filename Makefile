# Every command of a day's work; `make help` lists them.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help install install-bench demo picture messages test check bench lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name yours: make PYTHON=python3.12 install"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install: $(VENV)/.installed  ## make .venv with everything pinned by hash

$(VENV)/.bench: $(VENV)/.installed requirements/bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

install-bench: $(VENV)/.bench

demo: install  ## plan the sample district Kampar and print its report
	rm -rf demo && $(BIN)/serentak sample kampar demo/kampar
	$(BIN)/serentak check demo/kampar
	$(BIN)/serentak plan demo/kampar -o demo/rencana-kampar
	$(BIN)/serentak check demo/rencana-kampar
	@cat demo/rencana-kampar/report.md
	@echo
	@echo "Lihat: demo/rencana-kampar/report.md (laporan di atas), stops.csv (satu baris tiap perhentian), plan.json (rencana utuh)"
	@echo "Coba : $(BIN)/serentak explain demo/rencana-kampar 14.01.01.1011-001"

picture: demo  ## draw the picture of the README
	$(BIN)/python scripts/make_picture.py demo/rencana-kampar docs/images/rencana-kampar.svg

messages: install  ## collect messages and compile the catalogue
	$(BIN)/python scripts/make_messages.py

test: install  ## run the tests (needs only Python; what needs more is skipped, with a counted reason)
	$(BIN)/pytest -n auto -q

check: install  ## lint, types, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-bench  ## measure beside PyVRP, VROOM and OR-Tools; writes docs/benchmarks/
	$(BIN)/python -m bench

lock:  ## renew the pinned requirements (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --group dev pyproject.toml build-requirements.in -o requirements/dev.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --group bench -c requirements/dev.txt pyproject.toml -o requirements/bench.txt

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
