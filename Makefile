# The commands of the repository.  `make run` and `make test` need Python 3.11 - 3.13,
# pip and make; everything else they install themselves, from the hash-pinned locks.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
LAB ?= demo-lab
PORT ?= 8866
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint bench soak security-report docs clean lock

# A lock is installed when its stamp is older than the lock: nothing is done twice.
$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	$(PIP) --require-hashes --only-binary :all: -r requirements-test.lock
	touch $@

run: $(VENV)/.run
	test -f $(LAB)/lab.toml || $(BIN)/iwflab demo --lab $(LAB)
	exec $(BIN)/iwflab serve --demo --lab $(LAB) --port $(PORT)

# The tests are compiled once, whatever the shell says, not by each process of each run.
test: export PYTHONDONTWRITEBYTECODE =

# Two processes, a file at a time; the search for leaks looks at the whole machine, alone.
test: $(VENV)/.test lint
	$(BIN)/python -m pytest -m "not soak" -n 2 --dist loadfile \
	  --no-loadscope-reorder --ignore tests/leaks
	$(BIN)/python -m pytest -m "not soak" tests/leaks

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

# The long forms of the fault tests.
soak: $(VENV)/.test
	$(BIN)/python -m pytest -m soak

# Ratios against named peers, measured in one run; see benchmarks/README.md.
bench: $(VENV)/.test
	$(BIN)/python benchmarks/run.py

# The published security figures, made anew: docs/security-figures.md.
security-report: $(VENV)/.test
	$(BIN)/python benchmarks/security_report.py

# Pictures of the desks, from a demonstration lab.
docs: $(VENV)/.test
	$(BIN)/python docs/pictures.py

# The locks, without registry addresses; needs uv.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group test --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate -q -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
