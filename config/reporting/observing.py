"""Reports each request to whoever runs the program: one line in the log, figures, and a span.

Static files and probes are left out. A line has the pattern of the address and no query, which may hold a secret.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from telemetry import metrics
from telemetry.notes import Notes, begin_notes
from telemetry.tracing import annotate, request_span

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# As nginx has it: the client went away before there was an answer.
CLIENT_GONE = 499

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

logger = logging.getLogger("config.requests")


async def observe(scope: MutableMapping[str, Any], send: Send, answer: Callable[[Send], Awaitable[None]]) -> None:
    """Let `answer` send the answer, and report the request when its last byte is sent."""
    notes, status = begin_notes(), CLIENT_GONE

    async def noted(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        await send(message)

    method = scope["method"] if scope["method"] in METHODS else "other"
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    with request_span(method, headers) as opened:
        try:
            await answer(noted)
        finally:
            report(method, notes, status, opened)


def report(method: str, notes: Notes, status: int, opened: Any) -> None:
    seconds, route = time.perf_counter() - notes.started, notes.route or "none"
    metrics.requests.labels(method, route, str(status)).inc()
    metrics.request_seconds.labels(method, route).observe(seconds)
    metrics.note_pool()
    figures = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
    logger.info("request", extra=figures)
    if opened is not None:
        opened.update_name(f"{method} {route}")
        annotate(opened, **{"http.request.method": method, "http.route": route, "http.response.status_code": status})
        annotate(opened, **notes.ids)
