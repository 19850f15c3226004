# Every command of a day's work; `make help` lists them.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
EFFORT := standard
PORT   := 8000
DEMO_AREA := 14.01.18

.PHONY: help install install-bench demo plan-demo pictures floods messages test test-postgres check bench lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name yours: make PYTHON=python3.12 install"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Without npm, or where its packages cannot be had, the site shows lists and no map, and says so.
$(VENV)/.vendor: package-lock.json scripts/vendor.mjs | $(VENV)/.installed
	@if command -v npm >/dev/null && npm ci --silent --no-audit --no-fund --ignore-scripts && node scripts/vendor.mjs; \
	then touch $@; else echo "The parts of the map were not installed (npm is needed once); the site works without the map."; fi

install: $(VENV)/.installed $(VENV)/.vendor  ## make .venv with everything pinned by hash, and the parts of the map

$(VENV)/.bench: $(VENV)/.installed requirements/bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

install-bench: $(VENV)/.bench

plan-demo: install
	rm -rf demo && $(BIN)/serentak sample kampar demo/kampar
	$(BIN)/serentak check demo/kampar
	$(BIN)/serentak plan demo/kampar -o demo/rencana-kampar --effort $(EFFORT)
	$(BIN)/serentak check demo/rencana-kampar

demo: EFFORT = draft
demo: plan-demo  ## plan the sample district Kampar, print it, and serve it: its played election day moves; ends with Ctrl-C
	@cat demo/rencana-kampar/report.md
	$(BIN)/serentak paper demo/rencana-kampar --only map --only tables --only report
	$(BIN)/serentak paper demo/rencana-kampar --kecamatan $(DEMO_AREA)
	@echo
	@echo "Peta   : demo/rencana-kampar/map.html (buka di peramban; tanpa jaringan)"
	@echo "PDF    : demo/rencana-kampar/report.pdf (laporan di atas, dengan grafik), demo/rencana-kampar/paper-$(DEMO_AREA).zip (semua cetakan satu kecamatan)"
	@echo "Tabel  : demo/rencana-kampar/manifest.xlsx, stops.csv, routes.geojson; rencana utuh: plan.json"
	@echo "Coba   : $(BIN)/serentak explain demo/rencana-kampar 14.01.01.1011-001"
	@echo
	$(BIN)/serentak serve --demo --home demo/situs --plan demo/rencana-kampar --port $(PORT)

pictures: EFFORT = standard
pictures: plan-demo  ## make the pictures of the README (needs Chromium)
	$(BIN)/serentak paper demo/rencana-kampar --only run-sheet --only map
	$(BIN)/python scripts/make_pictures.py demo/rencana-kampar docs/images --vehicle perahu-1
	$(BIN)/python scripts/make_site_pictures.py demo/rencana-kampar docs/images

floods: install  ## play the floods of docs/floods.md (needs SERENTAK_DATA and Chromium; an hour)
	$(BIN)/python scripts/make_floods.py docs

messages: install  ## collect messages and compile the catalogue
	$(BIN)/python scripts/make_messages.py

test: install  ## run the tests (needs only Python; what needs more is skipped, with a counted reason)
	$(BIN)/pytest -n auto -q

test-postgres: install  ## the tests of the site on the PostgreSQL that DATABASE_URL names
	$(BIN)/pytest -n auto -q tests/tower

check: install  ## lint, types, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-bench  ## measure beside PyVRP, VROOM and OR-Tools; writes docs/benchmarks/
	$(BIN)/python -m bench

# Neither lock file names a host: what is pinned is a hash, wherever it comes from.
lock:  ## renew the pinned requirements (needs uv, npm)
	npm install --package-lock-only --silent --no-audit --no-fund
	node --input-type=commonjs -e 'const f="package-lock.json",fs=require("fs"),l=JSON.parse(fs.readFileSync(f));for(const p of Object.values(l.packages)){delete p.funding;delete p.resolved}fs.writeFileSync(f,JSON.stringify(l,null,2)+"\n")'
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --group dev pyproject.toml build-requirements.in -o requirements/dev.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --group bench -c requirements/dev.txt pyproject.toml -o requirements/bench.txt

clean:
	rm -rf $(VENV) node_modules src/serentak/tower/site/static/vendor demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
