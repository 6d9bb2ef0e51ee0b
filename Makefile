# make demo     the whole product on this machine, offline, after a set-up that happens once
# make test     every check and every test
# make check    the quick ones: layout, types, imports, unit tests
# make faults   kills, cuts off and fills up what can fail, and counts what went in and what came out
#               (ARGS="--scenario requests": 10,000 generated requests and attacks, read back)
# make accuracy how much research finds of made-up people and companies, and how much of it is true
# make snippet-bench  what the browser script captures, leaks, breaks and costs, on pages of the repo and of real sites
# make snippet-fuzz   made-up pages with secrets in Chromium: ARGS="--pages 5000 --seed 1"
# make snippet-letters  letters for the variables of the script, and orders of its words and parts, that make it smaller
# The rest: setup, build, bench, readme (its settings table), lock, clean.

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help demo test check setup setup-test build bench snippet-bench snippet-fuzz snippet-letters accuracy faults readme lock clean

help:
	@sed -n 's/^# //p' Makefile

demo:
	@sh tools/setup.sh shared
	@exec stacklead demo $(ARGS)

setup:
	@sh tools/setup.sh shared

setup-test:
	@sh tools/setup.sh test

test: setup-test
	@python tools/check.py all $(ARGS)

check: setup-test
	@python tools/check.py quick $(ARGS)

build:
	@sh tools/setup.sh node
	@npm run --silent build

snippet-letters:
	@sh tools/setup.sh node
	@node snippet/search_letters.mjs $(ARGS)
	@npm run --silent build

bench: setup-test
	@python -m bench $(ARGS)

snippet-bench: setup-test
	@python -m bench.snippet $(ARGS)

accuracy: setup-test
	@PYTHONPATH=server:. python -W ignore -m accuracy $(ARGS)

faults: setup-test
	@PYTHONPATH=server:tests python -m faults $(ARGS)

snippet-fuzz: setup-test
	@node tests/snippet/fuzz/run.mjs $(ARGS)

readme: setup
	@python tools/update_readme.py

lock: setup-test
	@sh tools/lock.sh $(ARGS)

clean:
	rm -rf .venv node_modules build demo-data .pytest_cache .ruff_cache .hypothesis .import_linter_cache
