# Everything a working copy needs. `make help` lists the targets.
# Set-up steps leave a stamp and run again only when what they depend on has changed.

PYTHON ?= python3
VENV ?= .venv
CACHE := .cache
BIN := $(VENV)/bin
ARGS ?=

PY_STAMP := $(VENV)/.installed
JS_STAMP := js/node_modules/.installed
BROWSER_STAMP := $(CACHE)/browser

# Jupyter refuses to run as root without being told to; an ordinary user needs no flag.
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root,)

.DEFAULT_GOAL := help
.PHONY: help lab test test-lowest bench soak check-python check-js test-python test-js build format clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

lab: $(PY_STAMP) ## Open JupyterLab on the quickstart notebook (ARGS=--no-browser for headless)
	$(BIN)/jupyter lab $(ROOT_FLAG) notebooks/01_quickstart.ipynb $(ARGS)

test: check-python check-js test-js test-python ## Set up everything and run every check

# Peers of the lowest versions answer differently, so what is compared with them runs in `test` alone.
test-lowest: ## The Python side on the lowest versions allowed (pandas 2.2, NumPy 2.0, ...)
	test -x $(CACHE)/lowest/bin/python || $(PYTHON) -m venv $(CACHE)/lowest
	$(CACHE)/lowest/bin/python -m pip install --quiet --disable-pip-version-check -U pip
	$(CACHE)/lowest/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-lowest.txt \
		-e . pytest hypothesis polars pyarrow
	$(CACHE)/lowest/bin/python -m pytest -W "ignore:Deprecated in traitlets:DeprecationWarning" \
		errwidgets tests/contract tests/widgets tests/sharing \
		$(filter-out tests/test_packaging.py tests/test_frames.py,$(wildcard tests/test_*.py)) $(ARGS)

bench: $(PY_STAMP) ## Measure speed as ratios to named peers (minutes; prints tables)
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

soak: $(PY_STAMP) ## Long random runs and simulations (minutes)
	@for script in benchmarks/soak_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

check-python: $(PY_STAMP) ## Lint, format and types of the Python side
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-js: $(JS_STAMP) ## Lint, format and types of the TypeScript side
	cd js && npm run --silent lint && npm run --silent types

test-js: $(JS_STAMP) ## Tests of the frontend's parts (vitest)
	cd js && npm run --silent test

test-python: $(PY_STAMP) $(JS_STAMP) $(BROWSER_STAMP) ## Tests in Python, also in a real JupyterLab
	$(BIN)/python -m pytest $(ARGS)

build: $(JS_STAMP) ## Rebuild the committed bundle
	cd js && npm run --silent build

format: $(PY_STAMP) $(JS_STAMP) ## Format both sides
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	cd js && npm run --silent format

clean: ## Remove what set-up and tests made
	rm -rf $(VENV) js/node_modules $(CACHE) dist .mypy_cache .ruff_cache .pytest_cache

$(PY_STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -U -c constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e .
	touch $@

$(JS_STAMP): js/package.json js/package-lock.json
	cd js && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(BROWSER_STAMP): $(PY_STAMP)
	mkdir -p $(CACHE)
	$(BIN)/python tests/support/browser.py --install
	touch $@
