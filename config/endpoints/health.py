"""Whether this process is alive (/healthz) and whether it should get requests (/readyz), for whatever runs it.

Answered before Django: probes come every second, by plain HTTP, and to addresses that are no host of ours.
"""

import asyncio
import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from starlette.responses import JSONResponse, Response

from telemetry.causes import cause_of

OK, SLOW, OUT_OF_REACH = "ok", "no answer in time", "out of reach"

# Set when the process was told to stop: it finishes its turns, and new requests should go elsewhere.
stopping = threading.Event()

logger = logging.getLogger(__name__)


class Dependency:
    """Something that requests need, looked at in a thread of its own, once at a time: one that hangs holds up none.

    `patience_seconds` is how long a probe waits for it; balancers that ask within `fresh_seconds` share one look.
    """

    def __init__(
        self, name: str, look: Callable[[], str], patience_seconds: float = 2, fresh_seconds: float = 0.5
    ) -> None:
        self.name = name
        self.look = look
        self.patience_seconds = patience_seconds
        self.fresh_seconds = fresh_seconds
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ready-{name}")
        self.looking: Future[str] | None = None
        self.looked_at = 0.0
        self.reported, self.cause = OK, ""

    async def state(self) -> str:
        """ "ok", or what is wrong, without names, addresses or words of an error."""
        if self.looking is None or (self.looking.done() and time.monotonic() - self.looked_at > self.fresh_seconds):
            self.looking = self.thread.submit(self.take_a_look)
        done, _ = await asyncio.wait([asyncio.wrap_future(self.looking)], timeout=self.patience_seconds)
        state = done.pop().result() if done else SLOW
        self.report(state)
        return state

    def take_a_look(self) -> str:
        """Whatever happens is an answer: a probe that ends in an error tells nobody anything."""
        try:
            self.cause, state = "", self.look()
        except Exception as error:  # noqa: BLE001 also what a setting or a library makes wrong
            self.cause, state = f" ({cause_of(error)})", OUT_OF_REACH
        finally:
            self.looked_at = time.monotonic()
        return state

    def report(self, state: str) -> None:
        """One line with the cause when it changes, not one a second."""
        if state != self.reported:
            level = logging.INFO if state == OK else logging.WARNING
            logger.log(level, "%s: %s%s, was: %s", self.name, state, self.cause, self.reported)
            self.reported = state


def look_at_database() -> str:
    """One connection and one query, which also tells whether the tables are those that this code was written for."""
    try:
        missing = latest_migrations() - set(MigrationRecorder(connection).applied_migrations())
    finally:
        connection.close()
    return "migrations are missing" if missing else OK


@functools.cache
def latest_migrations() -> set[tuple[str, str]]:
    """The last migration of each app, which stand for all before them. The loader reads files: once in a process."""
    return set(MigrationLoader(None).graph.leaf_nodes())


def look_at_redis() -> str:
    cache.get("ready")
    return OK


DEPENDENCIES = [
    Dependency("database", look_at_database),
    *([Dependency("redis", look_at_redis)] if settings.REDIS_URL else []),
]


async def only_read(scope: Any) -> Response:
    """The answer to any other method."""
    refused = answer(405, status="only GET and HEAD are answered here")
    refused.headers["Allow"] = "GET, HEAD"
    return refused


async def alive(scope: Any) -> Response:
    return answer(200, status="alive")


async def ready(scope: Any) -> Response:
    if stopping.is_set():
        return answer(503, status="stopping")
    seen = await asyncio.gather(*(part.state() for part in DEPENDENCIES))
    states = dict(zip([part.name for part in DEPENDENCIES], seen, strict=True))
    if set(states.values()) == {OK}:
        return answer(200, status="ready", **states)
    return answer(503, status="not ready", **states)


def answer(status_code: int, **content: Any) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "1"} if status_code == 503 else {})
    return JSONResponse(content, status_code, headers)
