# Everything runs from a virtual environment of the checkout; `make demo` needs Python 3.11 and make, no more.
PYTHON ?= python3
BIN := .venv/bin
# The stamps carry the directory: a moved checkout installs its console command anew (a second's work).
HERE := $(shell pwd | cksum | cut -d' ' -f1)
RUN := .venv/.run-$(HERE)
DEV := .venv/.dev-$(HERE)
UV := $(BIN)/python -m uv
COMPILE := $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
export UV_CACHE_DIR ?= $(abspath .venv/cache)
export UV_LINK_MODE ?= hardlink
# The tests of a file one after the other; tests/fixtures/order.py says which folders stay in one process.
# One process more than there are cores: much of the suite waits for programs that start.
PROCESSES = $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
SIDE_BY_SIDE = --numprocesses=$(PROCESSES) --maxprocesses=5 --dist=loadfile --no-loadscope-reorder
# Where programs must not write what they compile, each start would compile every library anew: twice the time.
unexport PYTHONDONTWRITEBYTECODE
# Trust whom the machine trusts, as pip does: companies put a proxy of their own before the package index.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/* /etc/pki/tls/certs/* /etc/ssl/cert.pem),true,false)

.PHONY: help demo up test coverage lint format types imports check lock settings clean
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(RUN) ## train every product of a shop and show the accuracy; SALES=FILE takes your own sales
	@$(BIN)/model-studio demo $(if $(SALES),--sales "$(SALES)") $(DEMO_ARGS)

up: $(RUN) ## serve until Ctrl-C, with the data that is there
	@$(BIN)/model-studio up $(UP_ARGS)

test: $(DEV) ## run the whole suite on real Postgres and Valkey
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(TEST_ARGS)

coverage: $(DEV) ## the same, and which lines no test runs
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term $(TEST_ARGS)

lint: $(DEV) ## style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(DEV) ## put the code into shape
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

types: $(DEV) ## mypy, strict
	$(BIN)/mypy

imports: $(DEV) ## who may import whom
	$(BIN)/lint-imports

check: lint types imports test ## what CI runs

lock: $(DEV) ## resolve the dependencies anew
	$(COMPILE) --upgrade --group bootstrap -o requirements-bootstrap.txt
	$(COMPILE) --upgrade pyproject.toml --extra all -c requirements-bootstrap.txt -o requirements.txt
	$(COMPILE) --upgrade pyproject.toml --extra all --group dev -c requirements-bootstrap.txt -c requirements.txt -o requirements-dev.txt

settings: $(RUN) ## write docs/settings.md from the settings
	$(BIN)/python -m core.settings_table > docs/settings.md

clean: ## remove the environment and caches; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* htmlcov build dist

$(RUN): requirements-bootstrap.txt requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Model Studio needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@
