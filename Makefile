# Every command of this project; `make` alone prints them.
.DEFAULT_GOAL := help
.SILENT:
.PHONY: help run test proof bench lint format docs assets demo lock

export PORT ?= 5000
# What pytest is given beyond the defaults, for example: make test TESTS="tests/workflows -k hearing"
TESTS ?=
# How much `make bench` measures: the size of its data, rounds that count, the seed, and whether other builds run too
SIZE ?= small
ROUNDS ?= 5
SEED ?= 1
PEERS ?= 1

BIN := .venv/bin
# Four programs start for one `make run`. Where no byte code may be kept, each would translate every package again.
export PYTHONDONTWRITEBYTECODE :=

# Commands that a person watches say what matters; the service itself logs as it is set to.
QUIET := WC_LOG_LEVEL=WARNING

help: ## Print these words
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: ## Set up and start the service with synthetic cases on this machine (PORT=5000)
	echo "Setting up"
	scripts/prepare run
	$(QUIET) $(BIN)/flask --app wsgi demo --if-empty --upgrade
	echo "Starting on this machine only, port $(PORT); Ctrl+C stops it"
	exec $(BIN)/flask --app wsgi serve

test: ## Set up and run every test, with a real PostgreSQL and a real browser
	echo "Setting up"
	scripts/prepare test
	$(BIN)/python -m pytest --numprocesses logical --dist worksteal $(TESTS)

proof: ## Run the release checks at full size, which takes hours, and write what they reached into docs/evidence.md
	echo "Setting up"
	scripts/prepare proof
	rm -rf test-results/figures
	WC_PROOF=1 $(BIN)/python -m pytest --numprocesses logical --dist worksteal --timeout 7200 -m figure $(TESTS); \
		status=$$?; $(if $(TESTS),,$(BIN)/python -m scripts.mutate || status=1;) \
		$(BIN)/python -m scripts.keep_figures "make proof$(if $(TESTS), TESTS=\"$(TESTS)\")" && $(BIN)/python -m scripts.write_docs; exit $$status

bench: ## Measure what the service costs beside bare SQL and the obvious build, and write the ratios into docs/evidence.md (SIZE=small, force)
	echo "Setting up"
	scripts/prepare test
	rm -rf test-results/figures
	$(QUIET) $(BIN)/python -m bench --size $(SIZE) --rounds $(ROUNDS) --seed $(SEED) --peers $(PEERS)
	$(BIN)/python -m scripts.keep_figures "make bench SIZE=$(SIZE)" && $(BIN)/python -m scripts.write_docs

lint: ## Check style, types, the direction of imports and the declared packages
	scripts/prepare check
	status=0; for check in "ruff check ." "ruff format --check ." "mypy" "lint-imports --no-cache" "deptry ."; do \
		echo "$$check"; $(BIN)/$$check || status=1; done; exit $$status

format: ## Mend style and layout where a machine can
	scripts/prepare check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: ## Write the generated pages of docs/ anew
	scripts/prepare check
	$(BIN)/python -m workflows.diagram
	$(BIN)/python -m scripts.write_docs

assets: ## Build the style sheet and scripts
	scripts/prepare assets

demo: ## Fill an empty database with synthetic cases
	scripts/prepare run
	$(QUIET) $(BIN)/flask --app wsgi demo --if-empty --upgrade

lock: ## Pin every package anew (UPGRADE=1 takes newer versions within the bounds)
	scripts/prepare lock $(if $(UPGRADE),--upgrade)
