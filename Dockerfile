# The tag names one patch release; where images are built for production, put its digest behind it: python:3.11.…@sha256:…
FROM python:3.11.14-slim-trixie AS packages
WORKDIR /build
# Anything here brings what traces need.
ARG TRACING=
COPY requirements.txt requirements-tracing.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    -r requirements.txt ${TRACING:+-r requirements-tracing.txt}

FROM python:3.11.14-slim-trixie
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=off
# pg_dump, for `manage.py backup`; of the release that this tag has: Debian keeps no older one to pin.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home app
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Compiled once here, and not at each start.
RUN python -m compileall -q accounts chat config database habits language notices telemetry todos web
# collectstatic needs settings that load; the key of this one command is thrown away.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001
EXPOSE 8000
# Alive, not ready: a process that waits for its database is not helped by a restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
# SIGTERM: accepts nothing more and lets running turns end.
CMD ["python", "-m", "config.serve", "--host", "0.0.0.0", "--processes", "2", "--log-format", "json"]
