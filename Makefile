# All targets use one virtual environment, which also contains Node, MongoDB and Valkey as wheels.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Set in many containers; every process of ours would compile our code anew.
unexport PYTHONDONTWRITEBYTECODE
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install build run load evaluate cancel ranges lock fmt lint types contracts chromium chart prometheus nginx test test-fast \
	test-integration test-whole coverage test-faults soak test-e2e screenshots test-frontend check bench bench-stale bench-page bench-runs bench-run-answers docs \
	model-card openapi dashboards dev clean env up down

PYTHON_STAMP := .venv/.installed
NODE_STAMP := frontend/node_modules/.installed
CHECKOV_STAMP := .venv/checkov/.installed
BUILD_STAMP := frontend/node_modules/.can-build
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
CODE := charts compose gateway local services shared tests
# Three processes for two cores, as many tests wait. Each file is in one of them, in the order given: the longest must not
# come last. `make test` runs two kinds beside one another, in two processes each, as one computes while the other waits.
PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder
TWO := --numprocesses 2 --dist loadfile --no-loadscope-reorder
LONGEST := tests/integration/test_runs.py tests/integration/test_never_stale.py tests/integration/test_durability.py
FAST := tests/unit tests/contract tests/repository tests/charts
WHOLE := tests/integration/test_make_run.py tests/integration/test_operations.py tests/integration/test_stack.py
INTEGRATION := $(LONGEST) $(filter-out $(LONGEST) $(WHOLE),$(wildcard tests/integration/test_*.py))

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(PYTHON_STAMP) $(NODE_STAMP)  ## create the virtual environment, install Python and npm packages

$(PYTHON_STAMP): requirements/dev.txt requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Bellwether needs Python 3.11 or newer: PYTHON=/path/to/python3.11 make $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Installing the Python packages, including MongoDB, Valkey and Node"
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@# Compiled once, here: with PYTHONDONTWRITEBYTECODE, set in many containers, every process would compile at its start.
	@.venv/bin/uv pip install --python .venv/bin/python --compile-bytecode --require-hashes -r requirements/dev.txt \
		|| { echo "uv failed; trying pip, which may be configured with another index (about a minute)"; \
			.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; }
	@touch $@

$(NODE_STAMP): frontend/package-lock.json $(PYTHON_STAMP)
	@echo "Installing the page's packages"
	@cd frontend && npm ci --loglevel=error
	@touch $(BUILD_STAMP) $@

# Checkov has its own environment: it pins other versions than we do.
$(CHECKOV_STAMP): requirements/checkov.txt | $(PYTHON_STAMP)
	@echo "Installing checkov, which scans the charts"
	@.venv/bin/python -m venv .venv/checkov
	@.venv/bin/uv pip install --quiet --python .venv/checkov/bin/python --require-hashes -r requirements/checkov.txt \
		|| .venv/checkov/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/checkov.txt
	@touch $@

# Only the packages that the build needs, which is enough for `make run`; $(NODE_STAMP) includes them.
$(BUILD_STAMP): frontend/package-lock.json $(PYTHON_STAMP)
	@echo "Installing the packages that build the page"
	@cd frontend && npm ci --omit=dev --loglevel=error
	@touch $@

build: $(PAGE)  ## build the page

$(PAGE): $(BUILD_STAMP) $(PAGE_SOURCES)
	@echo "Building the page"
	@cd frontend && npm run --silent build

run: $(PYTHON_STAMP) $(PAGE)  ## run the whole system on embedded servers with sample bars; PORT and LOCAL_DIR set its port and folder
	@TIED_TO=$$PPID exec python -I -S local/tie.py python -m local

load: $(PYTHON_STAMP)  ## load files of bars into a running `make run`: make load FILE="prices.csv more.zip"
	@test -n "$(FILE)" || { echo 'Name a file: make load FILE=prices.csv' >&2; exit 1; }
	@exec python -m local.attach services.data load $(FILE)

evaluate: $(PYTHON_STAMP)  ## print how often each model beats no change, with a running `make run`: make evaluate HORIZON=5 SYMBOLS="AAPL FB"
	@exec python -m local.attach services.prediction evaluate --horizon $(or $(HORIZON),1) $(if $(AS_OF),--as-of $(AS_OF)) $(SYMBOLS)

cancel: $(PYTHON_STAMP)  ## cancel a run of a running `make run`: make cancel RUN=0123456789abcdef
	@test -n "$(RUN)" || { echo 'Name the run as make evaluate prints it: make cancel RUN=0123456789abcdef' >&2; exit 1; }
	@exec python -m local.attach services.prediction cancel $(RUN)

ranges: $(PYTHON_STAMP)  ## print how well the range is forecast, with a running `make run`: make ranges HORIZON=5 SYMBOLS="AAPL FB"
	@exec python -m local.attach services.prediction ranges --horizon $(or $(HORIZON),1) $(if $(AS_OF),--as-of $(AS_OF)) $(SYMBOLS)

dev: $(PYTHON_STAMP) $(BUILD_STAMP)  ## serve the page with live reload, with a `make run` in another terminal
	@cd frontend && npm run dev

lock:  ## recompile requirements/*.txt from pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header \
		--extra gateway --extra data --extra prediction --extra dev pyproject.toml -o requirements/dev.txt
	echo uv | uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
		--constraint requirements/dev.txt - -o requirements/uv.txt
	echo checkov | uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --no-annotate \
		- -o requirements/checkov.txt
	for extra in gateway data prediction; do uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header \
		--extra $$extra --constraint requirements/dev.txt pyproject.toml -o requirements/$$extra.txt; done

fmt: install  ## format the code
	ruff format $(CODE)
	ruff check --fix $(CODE)
	cd frontend && npm run --silent fix

lint: install  ## run ruff and eslint
	ruff format --check $(CODE)
	ruff check $(CODE)
	cd frontend && npm run --silent lint

types: install  ## run mypy (strict) and tsc
	mypy
	cd frontend && npm run --silent types

contracts: install  ## check which module may import which
	lint-imports

chromium:
	@command -v $${CHROMIUM:-chromium-headless-shell} >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Debian's Chromium for the browser tests"; \
			apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium-headless-shell >/dev/null; \
		else \
			echo "The browser tests need Chromium: install it (Debian: apt install chromium-headless-shell), or set CHROMIUM to its path." >&2; \
			exit 1; \
		fi; }

# $(1): a Debian package, $(2): its programs, copied to .venv/bin; installing it would start a service.
define unpack
	@command -v $(notdir $(firstword $(2))) >/dev/null || { \
		echo "Unpacking Debian's $(1) for the tests"; \
		fetch() { apt-get -qq -o APT::Sandbox::User=root download $(1); }; \
		folder=$$(mktemp -d); trap 'rm -r "$$folder"' EXIT; cd "$$folder" \
			&& { fetch 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -qq update && fetch; }; } \
			&& dpkg -x $(1)_*.deb . && install $(2) "$(CURDIR)/.venv/bin" \
			|| { echo "The tests need $(notdir $(2)): install Debian's $(1), or put them on the PATH." >&2; exit 1; }; }
endef

prometheus: $(PYTHON_STAMP)
	$(call unpack,prometheus,usr/bin/prometheus usr/bin/promtool)

nginx: $(PYTHON_STAMP)
	$(call unpack,nginx,usr/sbin/nginx)

test: install  ## run every test, on real servers and a real browser
	$(MAKE) --jobs 2 --output-sync=target lint types contracts test-frontend
	$(MAKE) --jobs 2 --output-sync=target PARALLEL="$(TWO)" test-fast test-integration
	$(MAKE) --jobs 2 --output-sync=target test-whole test-e2e
	@echo "All tests passed."

test-fast: install prometheus $(CHECKOV_STAMP)  ## run unit, contract, repository and chart tests
	pytest $(FAST) $(PARALLEL)

chart: install $(CHECKOV_STAMP)  ## lint, render and scan the Helm charts with the real engine
	pytest tests/charts

test-integration: install prometheus nginx  ## run the tests with real MongoDB and Valkey and three real processes
	pytest $(INTEGRATION) $(PARALLEL)

test-whole: install nginx  ## break, restart and overload the whole system, started once and by `make run`
	pytest tests/faults $(WHOLE) $(TWO)

coverage: install prometheus nginx $(CHECKOV_STAMP)  ## count the lines that the tests reach: fast and integration tests take half as long again
	pytest $(FAST) --cov --cov-report= $(PARALLEL)
	pytest $(INTEGRATION) --cov --cov-append --cov-report= $(PARALLEL)
	coverage report --fail-under=95

test-faults: install prometheus nginx  ## break the real system in 40 ways and print what was seen: on a quiet machine, 15 minutes
	pytest tests/faults tests/unit tests/contract tests/integration --ignore tests/faults/test_soak.py -m scenario --measure

soak: install  ## load the real system for SOAK_SECONDS=1800 and require that nothing grows
	SOAK_SECONDS=$(or $(SOAK_SECONDS),1800) pytest tests/faults/test_soak.py --measure

test-e2e: install chromium build  ## run the tests with a real browser on the real system
	pytest tests/e2e $(TWO)

screenshots: install chromium build  ## take pictures of the main screens for the README
	SCREENSHOTS_DIR=docs/screenshots pytest tests/e2e/test_screens.py

test-frontend: install  ## run the page's own tests
	cd frontend && npm test

check: lint types contracts test-fast test-frontend  ## run the checks that every commit must pass

bench: $(PYTHON_STAMP)  ## measure loads, reads and answers against plain programs; FILE= for your own bars
	python -m tests.support.bench.services $(FILE)
	python -m tests.support.bench.answers $(FILE)

bench-stale: $(PYTHON_STAMP)  ## count stale answers in a minute of writers, readers and faults, with two of each service; SECONDS= for longer
	python -m tests.support.bench.stale $(SECONDS)

bench-run-answers: $(PYTHON_STAMP)  ## measure the answers of a run over 10,000 symbols: size, time and memory
	python -m tests.support.bench.run_answers

bench-runs: $(PYTHON_STAMP)  ## measure a run of 505 symbols with one and two workers, and forecasts meanwhile; SYMBOLS=10000 FILE=prices.csv
	python -m tests.support.bench.runs $(or $(SYMBOLS),505) $(FILE)

bench-page: install chromium build  ## measure the page against a bare page that draws the same bars with the same library
	python -m tests.support.bench.page
	python -m tests.support.bench.screener

docs: $(PYTHON_STAMP)  ## write the tables of settings, metrics and chart values, and the charts' schemas
	python -m tests.support.generated.settings_table
	python -m tests.support.generated.metrics_table
	python -m tests.support.generated.columns_table
	python -m tests.support.generated.chart_docs

model-card: $(PYTHON_STAMP)  ## measure every model and write docs/model-card.md
	python -m tests.support.generated.model_card

dashboards: $(PYTHON_STAMP)  ## write Grafana's dashboards from their modules in charts/monitoring/dashboards
	python -m charts.monitoring.dashboards

openapi: $(PYTHON_STAMP) $(NODE_STAMP)  ## write docs/openapi/*.json and the page's generated client
	python -m tests.support.generated.openapi
	cd frontend && npm run --silent generate

env:  ## write random passwords for `make up` to .env, except those that it has already
	-@chmod -R a+rX compose charts/monitoring  # mounted into containers whose users are others
	@umask 077; touch .env; chmod 600 .env; [ -z "$$(tail -c 1 .env)" ] || echo >>.env; \
	for name in MONGO_ADMIN_PASSWORD MONGO_PASSWORD VALKEY_PASSWORD SERVICE_TOKEN GRAFANA_PASSWORD; do \
		grep -q "^$$name=" .env || { echo "$$name=$$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" >>.env; \
			echo "$$name is new in .env, which only you can read."; }; done; \
	grep -q "^CLUSTER_KEY=" .env || ! command -v openssl >/dev/null || ( folder=$$(mktemp -d); cd "$$folder"; \
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=bellwether-cluster \
			-keyout CLUSTER_KEY -out CLUSTER_CERTIFICATE 2>log || { cat log; exit 1; }; \
		for name in CLUSTER_CERTIFICATE CLUSTER_KEY; do \
			echo "$$name=\"$$(awk '{printf "%s\\n", $$0}' $$name)\"" >>"$$OLDPWD/.env"; done; rm -rf "$$folder"; \
		echo "CLUSTER_CERTIFICATE and CLUSTER_KEY are new in .env, for the profile cluster." )

up: env  ## build the images, start the whole system in containers and wait until it is healthy
	docker compose up --build --detach --wait
	@echo "Bellwether is at http://127.0.0.1:8080, Grafana at http://127.0.0.1:3000."

down:  ## stop and remove the containers; the data stays
	docker compose down

clean:  ## remove everything that other targets created, except the data in .local/
	rm -rf .venv frontend/node_modules frontend/dist test-results .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
