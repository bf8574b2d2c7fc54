"""How async code reaches the database: in units."""

import contextlib
import functools
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, ParamSpec, TypeVar, cast

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models import Model, QuerySet

from telemetry import metrics
from telemetry.stages import current_clock
from telemetry.tracing import span

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Model)
# Of a server that takes no writes for a while: it became a standby, or somebody keeps its disk from filling up.
READ_ONLY_STATE = "25006"
# How long idle connections are trusted.
REST_SECONDS = 1.0


class CommitUnknown(OperationalError):
    """The connection was lost at COMMIT, which may have taken place. `result` is what the unit had to return."""

    def __init__(self, result: Any) -> None:
        self.result = result
        super().__init__("the connection was lost at COMMIT")


def is_outage(error: BaseException) -> bool:
    """Whether the database could not be reached, or not to the end, or takes no writes.

    Of a connection that breaks psycopg may say so as an internal or a plain error, without a code of the server.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return True
    state = getattr(error.__cause__, "sqlstate", None)
    is_of_server = state not in {None, READ_ONLY_STATE}
    if isinstance(error, InternalError):
        return not is_of_server
    # Without a cause it is Django's own, who found no row to change.
    return type(error) is DatabaseError and error.__cause__ is not None and not is_of_server


def database_unit(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Make a sync function one unit of database work: one thread hop, one transaction, connection given back.

    The connection goes back to the pool when the unit ends (SQLite keeps its one open), so that none
    is held while a turn waits for the model: with held connections a pool of 10 served 20 turns a
    second, with this 62 and more. Raises CommitUnknown.
    """

    @functools.wraps(function)
    def committed(*args: P.args, **kwargs: P.kwargs) -> R:
        used = None
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                used = connection.connection  # the next error is one of the COMMIT
        except (DatabaseError, InterfaceError) as error:
            if used is not None and is_outage(error) and getattr(used, "closed", False):
                raise CommitUnknown(result) from error
            raise
        return result

    return in_database_thread(committed)


def database_read(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """The same for what only reads: without a transaction, which would cost two round trips or SQLite's write lock."""
    return in_database_thread(function)


def in_database_thread(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    def run_unit(asked_at: float, *args: P.args, **kwargs: P.kwargs) -> R:
        with observed_unit(function.__name__, asked_at):
            drop_old_connection()
            pool_watch.look_after_a_rest()
            try:
                return function(*args, **kwargs)
            except (DatabaseError, InterfaceError) as error:
                if is_outage(error):
                    pool_watch.look()
                raise
            finally:
                drop_old_connection()

    hop = sync_to_async(run_unit, thread_sensitive=True)

    @functools.wraps(function)
    async def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        return await hop(time.perf_counter(), *args, **kwargs)

    return ask


def commit_with_the_next() -> None:
    """Let this transaction's COMMIT not wait for the disk: the next one that does takes it along.

    What is written stands in one row of entries, so that none is on the disk before those that came first. If the
    database falls before that, this transaction has not been. Half of a small write is to wait for the disk.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


def within_unit(unit: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    """The sync function that a unit was made of, for a caller that runs in a unit itself."""
    return cast(Callable[P, R], unit.__wrapped__)  # type: ignore[attr-defined]


@contextlib.contextmanager
def observed_unit(name: str, asked_at: float) -> Iterator[None]:
    """How long a unit waited for its thread and how long it took, for figures, traces and the turn it belongs to."""
    started = time.perf_counter()
    waited = started - asked_at
    metrics.units_running.inc()
    clock = current_clock.get()
    if clock:
        clock.begin_unit(waited * 1000)
    try:
        with span(f"database {name}", waited_ms=round(waited * 1000, 1)):
            yield
    finally:
        took = time.perf_counter() - started
        metrics.units_running.dec()
        metrics.queue_seconds.observe(waited)
        metrics.unit_seconds.observe(took)
        if clock:
            clock.end_unit(took * 1000)


def one_or_none(rows: QuerySet[Row]) -> Row | None:
    """The row that a unique condition finds, or None: `first` would sort it, and that is half of what a query costs."""
    return next(iter(rows.order_by()[:1]), None)


def drop_old_connection() -> None:
    """Close a broken or pooled connection; not inside a transaction, such as the one that a test runs in."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


class PoolWatch:
    """Takes connections out of the pool that the database has closed: a restart, or a pooler, closes all that are idle.

    Looked for where nothing was used for a while, so that the first request after a quiet night is no failure, and
    after each failure, so that it is the only one. A look before each use would be a round trip for each unit.
    """

    def __init__(self) -> None:
        self.used_at = time.monotonic()

    def look_after_a_rest(self) -> None:
        now = time.monotonic()
        rested, self.used_at = now - self.used_at > REST_SECONDS, now
        if rested:
            self.look()

    def look(self) -> None:
        # Only PostgreSQL's backend has a pool, from its first use on; in a test's transaction no connection is in it.
        pool = None if connection.in_atomic_block else getattr(connection, "pool", None)
        if pool and not pool.closed:
            pool.check()


pool_watch = PoolWatch()


@functools.cache
def database_threads() -> "itertools.cycle[Executor]":
    """The long-lived threads that all database work runs in, in turn.

    A thread for each request (Django's default) leaks a connection a thread and costs half of the throughput.
    """
    return itertools.cycle(
        [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"database-{number}")
            for number in range(settings.DATABASE_THREADS)
        ]
    )


def request_thread() -> ThreadSensitiveContext:
    """`async with` this: sync code of the block runs in one of the database threads."""
    return ThreadSensitiveContext(executor=next(database_threads()))


def task_thread() -> AbstractAsyncContextManager[object]:
    """The same for a task that outlives its request. Outside a request (tests, commands) it changes nothing."""
    if SyncToAsync.thread_sensitive_context.get(None) is None:
        return contextlib.nullcontext()
    return request_thread()
