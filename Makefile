# Everything a contributor needs. `make demo` and `make test` want nothing but make and Python >= 3.11.

PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$p" && break; done)
BIN := .venv/bin
STEP := @.ci/step
export NO_MKDOCS_2_WARNING = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test check docs serve bench format test-lowest clean

help:
	@echo "make demo         score real customers of a real shop; results in out/"
	@echo "make test         run every check"
	@echo "make test-lowest  run the tests on the oldest supported versions"
	@echo "make docs         build the documentation into site/"
	@echo "make bench        measure speed and memory"
	@echo "make format       format the code and mend what can be mended"

demo: .venv/demo.stamp
	@$(BIN)/python examples/quickstart.py

test: .venv/dev.stamp
	@$(MAKE) --no-print-directory check

# Cheap checks first; pytest last, so that its summary closes the output.
check:
	$(STEP) "ruff format" $(BIN)/ruff format --check .
	$(STEP) "ruff check" $(BIN)/ruff check .
	$(STEP) "mypy --strict" $(BIN)/mypy
	$(STEP) "pyright strict" $(BIN)/pyright --pythonpath $(BIN)/python
	$(STEP) "import-linter" $(BIN)/lint-imports
	$(STEP) "deptry" $(BIN)/deptry src
	$(STEP) "mkdocs --strict" $(BIN)/mkdocs build --strict
	$(STEP) "site is offline" $(BIN)/python .ci/offline.py site
	@rm -rf build/dist
	$(STEP) "build" $(BIN)/python -m build --outdir build/dist .
	$(STEP) "twine check" $(BIN)/twine check --strict build/dist/*
	$(STEP) "wheel, alone" .ci/wheel build/dist/*.whl
	@echo "pytest"
	@$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term-missing:skip-covered

docs: .venv/dev.stamp
	@$(BIN)/mkdocs build --strict

serve: .venv/dev.stamp
	@$(BIN)/mkdocs serve

bench: .venv/dev.stamp .venv-rfm/stamp
	@$(BIN)/python benchmarks/run.py

format: .venv/dev.stamp
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

# Lowest versions of what users install; test tools stay current.
test-lowest: .venv/dev.stamp
	@.ci/lowest .venv-lowest
	@.venv-lowest/bin/python -m pytest -q -n 2

# The package rfm needs an older pandas than ours and silences all warnings: it stays by itself.
.venv-rfm/stamp: | .venv/dev.stamp
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-rfm
	@.ci/install .venv-rfm/bin/python 'rfm==1.0.9' 'pandas<3'
	@touch $@

clean:
	@rm -rf .venv .venv-lowest .venv-rfm build dist site out .coverage .*_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 found; try make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/demo.stamp: pyproject.toml | .venv/bin/python
	@echo "installing into .venv"
	@.ci/install $(BIN)/python -e '.[plots]'
	@touch $@

.venv/dev.stamp: pyproject.toml | .venv/bin/python
	@echo "installing into .venv"
	@.ci/install $(BIN)/python -e '.[all]' --group dev
	@touch $@
