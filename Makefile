# make run: the main job on the bundled sample, offline. make test: lint, types, tests. Both set everything up first.
VENV ?= .venv
BIN := $(VENV)/bin
export VENV

.PHONY: run test lint types coverage bench bench-quality bench-scale bench-faults train clean

$(VENV)/.ready-run: pyproject.toml constraints.txt
	bash tools/setup.sh run

$(VENV)/.ready-test: pyproject.toml constraints.txt
	bash tools/setup.sh test

run: $(VENV)/.ready-run
	$(BIN)/miner import corpora/sample-80s/posts.jsonl --into sample-80s
	$(BIN)/miner rank sample-80s --era 80s
	@echo "Open the report: $$(ls -t output/sample-80s/*/report.html | head -n 1)"

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-test
	$(BIN)/mypy

test: lint types
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder -q

# what the tests reach; a quarter slower than they are without
coverage: $(VENV)/.ready-test
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --cov=miner --cov-report=term:skip-covered -q

bench: $(VENV)/.ready-test
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/candidates.py
	$(BIN)/python benchmarks/scrape.py
	$(BIN)/python benchmarks/recorded.py
	$(BIN)/python benchmarks/schema_fuzz.py
	$(BIN)/python benchmarks/dump_speed.py
	$(BIN)/python benchmarks/bootstrap.py

bench-quality: $(VENV)/.ready-test
	$(BIN)/python benchmarks/quality.py --phrases ../shared/eval/phrases_develop.csv \
	  --names ../shared/eval/names_develop.csv --wnut ../shared/eval/wnut17/dev.conll \
	  --posts ../shared/corpora/era_posts.jsonl.gz --era 80s --gold ../shared/gold/gold_80s.csv

# an hour and more: what a million posts cost, and what 100,000 names and a page of 1,000 rows do
bench-scale: $(VENV)/.ready-test
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/grouping.py
	$(BIN)/python benchmarks/page.py

# a thousand kills and other faults; then a minute of hostile input for each parser
bench-faults: $(VENV)/.ready-test
	$(BIN)/python benchmarks/faults.py
	$(BIN)/python benchmarks/fuzz.py --minutes 1

# trains the shipped models anew from the labels in miner/data
train: $(VENV)/.ready-test
	$(BIN)/python benchmarks/train.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .coverage
