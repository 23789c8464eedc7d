# `make run` and `make test` do all the set-up: Python 3.11 or newer, make and a package index suffice.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

SHOW   := fixtures/trade-show/expo-utf16.csv
RESULT := .preflight/demo

# Compiled modules are kept whatever the environment says: the tests start many processes.
export PYTHONDONTWRITEBYTECODE :=

# A file of versions to install, `constraints.txt` in CI: the newest ones that fit without it.
CONSTRAINTS ?=

.PHONY: run test test-fast check tests coverage torture random-runs mutate format fixtures schema pages notebooks pictures bench bench-review compare lock lowest newest audit licences dist clean

# The main job: a trade-show export, against the embedded stand-ins, to the end.
run: $(READY)
	rm -rf $(RESULT)
	$(BIN)/preflight submit $(SHOW) --to talkvalue --sandbox -O source_id=7 -O mode=UPDATE \
	    --map "Scan Date=joined_at" --region US --timezone Europe/Berlin --max-bad 10% \
	    -o $(RESULT)/expo --state-dir $(RESULT)/state

# Everything but the full crash matrix and the long comparisons.
test: check tests

# What one runs while working.
test-fast: $(READY)
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not long and not browser"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python -m tests.words

# Three workers on two cores: many tests wait for processes and sockets.
tests: $(READY)
	$(BIN)/python -m pytest -q -n 3 --dist worksteal

# Branch coverage of the tests, and its least. Before Python 3.14 `sys.monitoring` knows no branches,
# and the tracer makes the tests take twice as long: `make test` does without.
coverage: $(READY)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-report=term

# The crash matrix: a kill, a power cut, a full disk at every group of points, every fault of a provider.
# A second call goes on where the first one stopped. `make torture ALL=1` tries every point. Random runs
# follow, for 10 minutes; each call tries further ones.
ALL     ?=
TORTURE ?=
torture: $(READY)
	$(BIN)/python -m tests.crash.torture $(if $(ALL),--all) $(TORTURE)
	$(if $(TORTURE),,$(BIN)/python -m tests.hostile.torture)
	$(BIN)/python -m tests.crash.random_runs --minutes 10

# Submit, kill, resume, correct, resubmit, merge, mark and resend in any order; a second call goes on
# where the first stopped. `make random-runs RANDOM_RUNS="--minutes 20"` begins no batch after 20 minutes.
RANDOM_RUNS ?=
random-runs: $(READY)
	$(BIN)/python -m tests.crash.random_runs $(RANDOM_RUNS)

# Small changes of the code that decides about sending, splitting, merging and undoing: which do the
# tests notice? `make mutate MUTATE="--sample 170 --seed 1"` tries some of them.
MUTATE ?=
mutate: $(READY)
	$(BIN)/python -m tests.mutate $(MUTATE)

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Writes the files under fixtures/ anew, byte for byte, from a fixed seed.
fixtures: $(READY)
	$(BIN)/python fixtures/generate.py

# The JSON Schemas of a config file, a report and a snapshot, generated from the code.
schema: $(READY)
	$(BIN)/python -m preflight.config.json_schema preflight/config/config.schema.json
	$(BIN)/python -m preflight.report.json_schema preflight/report/report.schema.json
	$(BIN)/python -m preflight.snapshots.json_schema preflight/snapshots/snapshot.schema.json

# Executes the notebooks anew, in their place.
notebooks: $(READY)
	$(BIN)/python -m tests.notebooks

# Writes the page of every command anew.
pages: $(READY)
	$(BIN)/python -m tests.command_pages

# Draws the pictures of the README anew.
pictures: $(READY)
	$(BIN)/python -m tests.pictures

# preflight beside a plain pandera script, frictionless, csvclean and DuckDB, side by side in one run.
# `make bench ONLY=check,start` measures some parts, `BENCH="--times 1,10,45"` also a file of 2 GB.
ONLY  ?=
BENCH ?=
bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks.bench --only "$(ONLY)" $(BENCH)

bench-review: $(READY)
	$(BIN)/python -m tests.benchmarks.bench_review

$(VENV)/.bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@

# Hundreds of thousands of strings: the verdicts of preflight against its libraries', which are the truth;
# files that were broken on purpose, kind by kind; and of the tests the long comparisons, and every
# property on many cases.
compare: $(READY)
	$(BIN)/python tests/benchmarks/compare.py
	$(BIN)/python tests/benchmarks/compare_timestamps.py --years 2015 2030
	$(BIN)/python tests/benchmarks/compare_structure.py
	$(BIN)/python tests/benchmarks/compare_encodings.py
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -q -n 2 --timeout 1800 -m "long or hypothesis"

# Writes constraints.txt anew: what pip would install today. Needs a package index.
lock: $(READY)
	$(BIN)/python -m tests.packaging.bounds lock > constraints.txt.new
	mv constraints.txt.new constraints.txt

# The fast tests with the lowest versions that pyproject.toml allows, and with the newest ones.
lowest newest: $(READY)
	rm -rf $(VENV)-$@ && $(PYTHON) -m venv $(VENV)-$@
	$(BIN)/python -m tests.packaging.bounds lowest > $(VENV)-$@/constraints.txt
	test $@ = lowest || : > $(VENV)-$@/constraints.txt
	$(VENV)-$@/bin/python -m pip install --quiet --disable-pip-version-check \
	    --constraint $(VENV)-$@/constraints.txt --editable '.[dev]'
	HYPOTHESIS_PROFILE=fast $(VENV)-$@/bin/python -m pytest -q -n 2 --dist worksteal \
	    -m "not slow and not long and not browser"

# Known holes in what CI installs. It asks a database of them over the network: where none can be
# reached, this says so and fails.
audit: $(VENV)/.audit
	$(VENV)/audit/bin/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt \
	    || { echo "pip-audit found something, or reached no database of vulnerabilities"; exit 1; }

$(VENV)/.audit: $(READY)
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	touch $@

# Writes docs/licences.md anew, from what is installed.
licences: $(READY)
	$(BIN)/python -m tests.packaging.licences

# The sdist and the wheel, the same bytes each time.
dist: $(READY)
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(BIN)/python -c \
	    "from setuptools import build_meta as b; b.build_sdist('dist'); b.build_wheel('dist')"

clean:
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest .preflight build dist *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    $(addprefix --constraint ,$(CONSTRAINTS)) --editable '.[dev]'
	touch $@
