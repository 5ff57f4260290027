# On a bare machine with Python 3.11 or newer: `make run` serves the demonstration, `make test` runs the tests.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT

.PHONY: run test check bench messages sbom

.venv/runtime: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# The demonstration: DEBUG is on, so that its users stand on the sign-in page. Ctrl-C stops web, worker and scheduler.
run: export DEBUG ?= yes
run: .venv/runtime
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_demo --if-empty
	$(BIN)/honcho start

test: .venv/dev
	$(BIN)/pytest

# What CI asks of the code beside the tests.
check: .venv/dev
	sh tests/checks.sh

bench: .venv/dev
	$(BIN)/python -m bench

# Collects the source strings into the catalogue and compiles it (needs gettext).
messages: .venv/dev
	$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i var -i tests
	$(BIN)/python manage.py compilemessages -l zh_Hans

# What the program is made of, with the packages that its packages need and without the tools: CycloneDX in var/sbom.json.
sbom: .venv/dev
	$(PYTHON) -m venv --clear --without-pip var/sbom
	$(BIN)/pip --python var/sbom install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/cyclonedx-py environment --output-reproducible --output-format JSON --output-file var/sbom.json var/sbom/bin/python
