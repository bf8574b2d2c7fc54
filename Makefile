# make run | serve | test | check | bench | profile | bench-language: each works from a fresh clone with Python 3.11 and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUNBUFFERED := 1
# The environment of the program: .env when there is one. Tests and checks do not read it.
WITH_ENV := set -a; if [ -f .env ]; then . ./.env; fi; set +a;

# The browser of the browser tests; where it is another one, say CHROMIUM=/path/to/it.
export CHROMIUM ?= /usr/bin/chromium
# The pooler of the tests behind one; likewise.
export PGBOUNCER ?= /usr/sbin/pgbouncer
# The proxy of the tests behind one; likewise.
export NGINX ?= /usr/sbin/nginx

# Tests run on all cores; classes stay whole, because a class of browser tests has one server and one browser.
# A process that dies ends the run, which would wait for ever for what the one in its place was not given.
AT_ONCE := --numprocesses auto --maxprocesses 4 --dist loadscope --max-worker-restart 0

# Programs of others that the tests run against ours.
NODE := config/tests/node
AGENT := config/tests/agent
AGENT_OF_MCP1 := config/tests/agent_of_mcp1
GENERATORS := config/tests/generators
FUZZ := bench/fuzz

# Everything that pip installs, in this order: the later are held to what the earlier took.
LOCKED := requirements requirements-tracing requirements-dev requirements-training $(AGENT)/requirements $(AGENT_OF_MCP1)/requirements $(GENERATORS)/requirements $(FUZZ)/requirements
# Nothing but what is locked, as it was when it was locked.
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes

# What looks like a secret and is an example. (Words such as “password” are left to ruff and bandit.)
NO_SECRETS := 'kX0b1mJq3yYw2v9c|user:password@|me:secret@|hidden@|todo_chat:password@|192f3a4b5c67d8e9fa0b1c2d3e4f506|23456789abcdefgh|BP4z9KsN6nGRTbVYI|BCVxsr7N_eNgVRq|ada%40b|DGv6ra1nlYgDCS1|yl95bQpu6cVPTp'

.PHONY: run serve test check messages lock audit screenshots bench bench-scope profile train-language fuzz

run: $(VENV)/run
	@$(WITH_ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(WITH_ENV) $(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(WITH_ENV) $(BIN)/python manage.py create_demo_user --address "http://$${HOST:-127.0.0.1}:$${PORT:-8000}"
	@$(WITH_ENV) exec $(BIN)/daphne --verbosity 0 --no-server-name -b "$${HOST:-127.0.0.1}" -p "$${PORT:-8000}" config.asgi:application

# As in production: several processes at one address. SIGHUP replaces them one by one, SIGTERM lets turns end.
serve: $(VENV)/run
	@$(WITH_ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(WITH_ENV) $(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(WITH_ENV) exec $(BIN)/python -m config.serve --host "$${HOST:-127.0.0.1}" --port "$${PORT:-8000}" --processes "$${PROCESSES:-2}"

test: $(VENV)/dev $(CHROMIUM) $(PGBOUNCER) $(NGINX) $(NODE)/node_modules/.installed $(AGENT)/.venv/.installed $(AGENT_OF_MCP1)/.venv/.installed $(GENERATORS)/.venv/.installed $(GENERATORS)/node_modules/.installed
	$(BIN)/python -m pytest $(AT_ONCE) --cov --cov-report=
	TEST_DATABASE=postgresql $(BIN)/python -m pytest $(AT_ONCE) --cov --cov-append --cov-report=term

screenshots: $(VENV)/dev $(CHROMIUM)
	@mkdir -p screenshots
	SCREENSHOTS="$(CURDIR)/screenshots" $(BIN)/python -m pytest -q config/tests/pages/test_looks.py config/tests/pages/test_states.py

$(CHROMIUM):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then apt-get update -qq && apt-get install -qq -y chromium; \
	else echo "The browser tests are SKIPPED: they need Chromium. Install it, or say where it is with CHROMIUM=/path/to/it." >&2; fi

# RUNLEVEL=1: these two are not started as services of this machine.
$(PGBOUNCER):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then apt-get update -qq && RUNLEVEL=1 apt-get install -qq -y pgbouncer; \
	else echo "The tests behind a pooler are SKIPPED: they need PgBouncer. Install it, or say where it is with PGBOUNCER=/path/to/it." >&2; fi

$(NGINX):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then apt-get update -qq && RUNLEVEL=1 apt-get install -qq -y nginx; \
	else echo "The tests behind nginx are SKIPPED: they need it. Install it, or say where it is with NGINX=/path/to/it." >&2; fi

$(NODE)/node_modules/.installed: $(NODE)/package.json
	@if command -v npm > /dev/null && npm install --prefix $(NODE) --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error; \
	then touch $@; else echo "Tests with programs of others are SKIPPED: they need Node and npm." >&2; fi

$(AGENT)/.venv/.installed: $(AGENT)/requirements.txt
	@if $(PYTHON) -m venv $(@D) && $(@D)/bin/python $(INSTALL) -r $<; \
	then touch $@; else echo "Tests with agents of OpenAI, pydantic-ai and FastMCP are SKIPPED: they could not be installed." >&2; fi

$(AGENT_OF_MCP1)/.venv/.installed: $(AGENT_OF_MCP1)/requirements.txt
	@if $(PYTHON) -m venv $(@D) && $(@D)/bin/python $(INSTALL) -r $<; \
	then touch $@; else echo "Tests with agents of Google ADK and LangChain are SKIPPED: they could not be installed." >&2; fi

# Of the API document: compilers of clients, and the two that say whether it is valid.
$(GENERATORS)/node_modules/.installed: $(GENERATORS)/package.json
	@if command -v npm > /dev/null && npm install --prefix $(GENERATORS) --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error; \
	then touch $@; else echo "Tests with generated clients are SKIPPED: they need Node and npm." >&2; fi

$(GENERATORS)/.venv/.installed: $(GENERATORS)/requirements.txt
	@if $(PYTHON) -m venv $(GENERATORS)/.venv && $(GENERATORS)/.venv/bin/python $(INSTALL) -r $<; \
	then touch $@; else echo "Tests with generated clients are SKIPPED: their generator could not be installed." >&2; fi

check: $(VENV)/dev $(GENERATORS)/.venv/.installed $(GENERATORS)/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	@! grep -nE '.{161}' $$(git ls-files 'templates/*.html') || { echo 'These lines are longer than 160 characters.' >&2; exit 1; }
	@! grep -nE '(href|action|src|hx-get|hx-post)="/' $$(git ls-files 'templates/*.html') || { echo 'These addresses are written by hand: {% url %} knows them.' >&2; exit 1; }
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml -ll -ii $$(git ls-files '*.py' | grep -vE '/tests/|testing.py|^bench/')
	git ls-files -z | grep -zvE '\.(png|mo)$$|^static/htmx|requirements[a-z-]*\.txt$$' | xargs -0 $(BIN)/detect-secrets-hook \
		--disable-plugin KeywordDetector --exclude-lines $(NO_SECRETS)
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m web.languages.catalogues --check || { echo 'Translations: make messages, and translate what is empty.' >&2; exit 1; }
	@$(BIN)/python -m pytest -q --no-header config/tests/programs/test_generated_clients.py -k "valid or linter"
	DEBUG=off SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" ALLOWED_HOSTS=example.com \
		$(BIN)/python manage.py check --deploy --fail-level WARNING --tag security
	$(BIN)/python manage.py check --fail-level WARNING

# WHAT=load|scale|length|contention|chaos|soak|mixed|language|quality|admin|plans|pages|security|…; make bench-length is the same as make bench WHAT=length.
bench: $(VENV)/dev
	OUT="$(OUT)" WITHOUT="$(WITHOUT)" $(BIN)/python -m bench.$(or $(WHAT),load) $(FILES)

bench-%:
	$(MAKE) bench WHAT=$*

# Where the CPU of a turn goes: a table, and a flame graph in profile.svg. STAND=sqlite is the laptop's.
profile: $(VENV)/dev
	$(BIN)/python -m bench.profile --stand $(or $(STAND),production)

# What people read, in other languages: finds new sentences for locale/*/LC_MESSAGES/django.po, and makes what the program reads.
messages: $(VENV)/dev
	$(BIN)/python -m web.languages.catalogues $(LANGUAGES)

# Learns language/scoring/weights.json from the sentences in bench/language/sentences/, and from public ones in the folder
# PUBLIC (bench/language/public.py says which); bench-scope shows what for: errands added against others' words written.
train-language bench-scope: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-training.txt
	PUBLIC="$(PUBLIC)" DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python -m bench.language.$(if $(filter bench-scope,$@),scope,training)

# Requests that nobody would think of, at every operation; EXAMPLES=50 is a short run.
fuzz: $(VENV)/dev $(FUZZ)/.venv/.installed
	$(BIN)/python -m bench.fuzz $(or $(EXAMPLES),1000)

# From each requirements….in, which names what we use ourselves, to the whole tree, exact and with the hashes of all platforms.
# What is locked stays where it fits; UPGRADE=yes takes the newest of what is not pinned by hand.
lock: $(BIN)/uv
	@for name in $(LOCKED); do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
		$$name.in --output-file $$name.txt || exit 1; done
	@echo "Locked. The next make installs it."

# Otherwise requirements-dev.txt brings it; so a lock can be mended that cannot be installed.
$(BIN)/uv:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements-dev.in)"

# Are the pins the newest of their series, and without known holes? Not part of check, which no news from outside may break.
audit: $(VENV)/dev
	$(BIN)/python -m bench.audit

$(FUZZ)/.venv/.installed: $(FUZZ)/requirements.txt
	$(PYTHON) -m venv $(FUZZ)/.venv
	$(FUZZ)/.venv/bin/python $(INSTALL) -r $<
	@touch $@

$(VENV)/run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.txt lists (once) …"
	@$(BIN)/python $(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/run
