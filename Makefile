# Everything a person types here, in one place: `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
AUDITS := tests/audits
# Tests wait more than they compute, so that one process more than there are cores keeps them all busy.
# A file stays in one process, for its tests share what they start. In their own order the quick ones come last.
WORKERS ?= $(shell expr $$(nproc) + 1)
IN_PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SEMGREP := tests/semgrep
# It neither asks home for a newer version nor says that it was used, and writes nothing outside.
SCAN := SEMGREP_SETTINGS_FILE=$(SEMGREP)/.venv/settings.yml SEMGREP_LOG_FILE=$(SEMGREP)/.venv/semgrep.log \
	$(SEMGREP)/.venv/bin/semgrep scan --metrics=off --disable-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long test-web check format lock bench bench-freshness bench-import bench-search screenshots freeze-previous clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make the environment in .venv from requirements.lock.

# Every package, the build tool included, comes from the lock with its hash.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## Start the whole shop with the demo catalogue (PORT=8000).
	$(BIN)/vitrine up --demo --port $(or $(PORT),8000)

test: $(READY) ## Run every test; a browser is found or installed.
	PATH="$(CURDIR)/$(BIN):$$PATH" .ci/browser
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not long and not audit" $(ARGS)

test-long: $(READY) ## Run the long hunts as well, at full size.
	PATH="$(CURDIR)/$(BIN):$$PATH" .ci/browser
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not audit" $(ARGS)

test-web: $(READY) $(AUDITS)/node_modules/.ready ## Run the audits that need Node or Java: Lighthouse, HTML, links.
	PATH="$(CURDIR)/$(BIN):$$PATH" .ci/browser
	$(BIN)/python -m pytest -m audit -rP tests/audits $(ARGS)

$(AUDITS)/node_modules/.ready: $(AUDITS)/package-lock.json
	cd $(AUDITS) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

check: $(READY) $(SEMGREP)/.venv/.tested ## Check formatting, lint, types, import contracts, and the rules of security.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml app sitegen jobs
	$(SCAN) --error --config $(SEMGREP)/rules app sitegen jobs templates

# Semgrep pins what the shop needs in other versions, so it has an environment of its own.
$(SEMGREP)/.venv/.ready: $(SEMGREP)/requirements.lock
	$(PYTHON) -m venv $(SEMGREP)/.venv
	$(SEMGREP)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# A rule is worth what its examples show: what it finds, and what it lets be.
$(SEMGREP)/.venv/.tested: $(SEMGREP)/.venv/.ready $(wildcard $(SEMGREP)/rules/* $(SEMGREP)/examples/*)
	$(SCAN) --test --config $(SEMGREP)/rules $(SEMGREP)/examples
	@touch $@

format: $(READY) ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The second holds what production installs, at the very versions of the first; the third, semgrep alone.
lock: ## Resolve requirements.lock, deploy/requirements.lock and semgrep's anew (needs uv).
	uv pip compile --universal --generate-hashes --no-emit-index-url --all-extras --group dev \
		--prerelease=if-necessary-or-explicit --custom-compile-command "make lock" \
		pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --extra catcher --group build \
		--prerelease=if-necessary-or-explicit --custom-compile-command "make lock" \
		--constraints requirements.lock pyproject.toml -o deploy/requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--custom-compile-command "make lock" $(SEMGREP)/requirements.in -o $(SEMGREP)/requirements.lock

bench: bench-freshness bench-import bench-search ## Run every benchmark.

bench-freshness: $(READY) ## Measure from a write to the served page.
	$(BIN)/python bench/freshness.py

bench-import: $(READY) ## Measure an import of 10,000 products with all their pages (minutes).
	$(BIN)/python bench/import_pages.py $(ARGS)

bench-search: $(READY) ## Measure search in a catalogue of 10,000 products.
	$(BIN)/python bench/search.py

screenshots: $(READY) ## Take the pictures in docs/img of every page, from a demo shop (SCENES="home cart").
	$(BIN)/python docs/screenshots.py $(SCENES)

freeze-previous: $(READY) ## Keep pages of this version for the tests of the next one; at a release.
	$(BIN)/python -m tests.upgrades.freeze

clean: ## Remove the environment and the caches; the shop's data stays.
	rm -rf $(VENV) $(SEMGREP)/.venv $(AUDITS)/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
