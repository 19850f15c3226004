# Every command of a day's work; `make help` lists them.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help install install-bench demo pictures floods messages test check bench lock clean

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

demo: install  ## plan the sample district Kampar, print its report, make its map and run-sheets
	rm -rf demo && $(BIN)/serentak sample kampar demo/kampar
	$(BIN)/serentak check demo/kampar
	$(BIN)/serentak plan demo/kampar -o demo/rencana-kampar
	$(BIN)/serentak check demo/rencana-kampar
	@cat demo/rencana-kampar/report.md
	$(BIN)/serentak paper demo/rencana-kampar --only run-sheet --only map --only tables --only report
	@echo
	@echo "Peta   : demo/rencana-kampar/map.html (buka di peramban; tanpa jaringan)"
	@echo "PDF    : demo/rencana-kampar/report.pdf (laporan di atas, dengan grafik), demo/rencana-kampar/paper/run-sheet/*.pdf (lembar perjalanan)"
	@echo "Tabel  : demo/rencana-kampar/manifest.xlsx, stops.csv, routes.geojson; rencana utuh: plan.json"
	@echo "Coba   : $(BIN)/serentak explain demo/rencana-kampar 14.01.01.1011-001"
	@echo "         $(BIN)/serentak paper demo/rencana-kampar (juga label, serah terima, muatan, manifes, isi kotak)"

pictures: demo  ## make the pictures of the README (needs Chromium)
	$(BIN)/python scripts/make_pictures.py demo/rencana-kampar docs/images --vehicle perahu-1

floods: install  ## play the floods of docs/floods.md (needs SERENTAK_DATA and Chromium; an hour)
	$(BIN)/python scripts/make_floods.py docs

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
