"""What is counted for Prometheus. Labels are names of ours and nothing that people or models write.

With PROMETHEUS_MULTIPROC_DIR several processes count together in files of that directory, each in its own, and any of
them answers for all. Whoever starts them empties it first; live gauges of a process that was killed are dropped.
"""

import contextlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from .folding import fold_dead_processes, is_running, locked

DIRECTORY: str = settings.PROMETHEUS_MULTIPROC_DIR
if DIRECTORY:
    mark_process_dead(os.getpid(), DIRECTORY)  # an earlier process may have had our number

# The objective of a turn is 5 s.
TURN_BUCKETS = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 20, 30, 60, 120)
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

turns = Counter("todo_chat_turns", "Turns that ended.", ["outcome", "error"])
turn_seconds = Histogram("todo_chat_turn_seconds", "From the request to the stored answer.", buckets=TURN_BUCKETS)
first_token_seconds = Histogram(
    "todo_chat_first_token_seconds", "From the request to the first word of the answer.", buckets=TURN_BUCKETS
)
stage_seconds = Counter("todo_chat_turn_stage_seconds", "Where the time of turns went.", ["stage"])
tokens = Counter("todo_chat_tokens", "Tokens, as the model counts them.", ["model", "direction"])
tool_calls = Counter("todo_chat_tool_calls", "Tool calls.", ["door", "tool", "outcome"])
upstream_errors = Counter("todo_chat_upstream_errors", "Requests to the model that failed, retried or not.", ["code"])
rate_limit_hits = Counter("todo_chat_rate_limit_hits", "Refusals because somebody asked too often.", ["limit"])
requests = Counter("todo_chat_http_requests", "HTTP requests.", ["method", "route", "status"])
request_seconds = Histogram(
    "todo_chat_http_request_seconds", "HTTP requests, to their last byte.", ["method", "route"], buckets=REQUEST_BUCKETS
)
purged = Counter("todo_chat_purged_rows", "Rows that were kept for as long as they should be, and are gone.", ["what"])
reminders_due = Counter("todo_chat_reminders_due", "Reminders whose moment came.")
deliveries = Counter("todo_chat_deliveries", "Attempts to say something to somebody.", ["channel", "result"])
webhooks_switched_off = Counter(
    "todo_chat_webhooks_switched_off", "Webhooks that are not sent to any more.", ["reason"]
)
delivery_late_seconds = Histogram(
    "todo_chat_delivery_late_seconds",
    "From the moment that something was to be said to its being said.",
    ["channel"],
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400),
)
sockets = Gauge("todo_chat_websockets", "Open websockets.", multiprocess_mode="livesum")
running_turns = Gauge("todo_chat_turns_running", "Turns that run now.", multiprocess_mode="livesum")
units_running = Gauge(
    "todo_chat_database_units_running", "Units of database work that run now.", multiprocess_mode="livesum"
)
unit_seconds = Histogram("todo_chat_database_unit_seconds", "Units of database work.", buckets=UNIT_BUCKETS)
queue_seconds = Histogram("todo_chat_database_queue_seconds", "Waiting for a database thread.", buckets=UNIT_BUCKETS)
pool_connections = Gauge(
    "todo_chat_database_pool_connections",
    "The connections of the pool: open, in_use, and waiting for one.",
    ["state"],
    multiprocess_mode="livesum",
)


def note_pool() -> None:
    """Read how the pool of this process is used now; it costs a microsecond and no lock."""
    pool = getattr(connections["default"], "_connection_pools", {}).get("default")
    if pool is not None:
        measured = pool.get_stats()
        opened, waiting = measured.get("pool_size", 0), measured.get("requests_waiting", 0)
        pool_connections.labels("open").set(opened)
        pool_connections.labels("in_use").set(opened - measured.get("pool_available", 0))
        pool_connections.labels("waiting").set(waiting)


def exposition(accept: str) -> tuple[bytes, str]:
    """All figures and their content type, of all processes where they share a directory."""
    note_pool()
    registry: Any = REGISTRY
    if DIRECTORY:
        forget_dead_processes(Path(DIRECTORY))
        MultiProcessCollector(registry := CollectorRegistry(), DIRECTORY)
    encoded, content_type = choose_encoder(accept)
    with locked(Path(DIRECTORY)) if DIRECTORY else contextlib.nullcontext():
        return encoded(registry), content_type


def fold_files() -> None:
    """Of processes that are gone, where several share a directory."""
    if DIRECTORY:
        purged.labels("metric_files").inc(fold_dead_processes(Path(DIRECTORY)))


def forget_dead_processes(directory: Path) -> None:
    """What a process counted stays counted; what it held when it was killed is held no more."""
    for pid in {path.stem.rpartition("_")[2] for path in directory.glob("gauge_live*_*.db")}:
        if not is_running(int(pid)):
            with contextlib.suppress(FileNotFoundError):
                mark_process_dead(pid, DIRECTORY)
