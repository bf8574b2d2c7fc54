"""The door to the program for any ASGI server (daphne, uvicorn).

Around Django: probes, limits on headers and body before anything reads them, static files, one of a few long-lived
threads for the database work of each request, and a shutdown that lets running turns finish.
"""

import asyncio
import functools
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.exceptions import ImproperlyConfigured

from .environment import exit_misconfigured

try:
    django.setup()
except ImproperlyConfigured as error:
    raise exit_misconfigured(error) from None

from django.conf import settings
from django.core.asgi import get_asgi_application
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from chat.assistants.interface import model_named
from chat.pages.consumers import LiveConsumer
from database.units import request_thread
from telemetry.notes import begin_notes
from telemetry.tracing import tracer
from web.addresses.proxies import seen_through_proxies
from web.errors import ProductError

from . import urls  # noqa: F401 a mistake in any page or router stops the start, not the first request
from .api import (
    HEADERS_MAX,
    NO_SNIFFING,
    HeadersTooLarge,
    PayloadTooLarge,
    RequestTimeout,
    body_limit,
    refusal_before_django,
)
from .endpoints import health
from .endpoints.metrics import figures
from .processes.lifetime import lifespan, lifetime, live_under_daphne
from .reporting.observing import observe

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LIVE_PATH = "/live"
# Their addresses have no version: a page of a new one must not meet a script of the old.
ASKED_ANEW = (b"cache-control", b"no-cache")
PROBES: dict[str, Callable[[Scope], Awaitable[Response]]] = {
    "/healthz": health.alive,
    "/readyz": health.ready,
    "/metrics": figures,
}

live_application: Any = LiveConsumer.as_asgi()
django_application: Any = get_asgi_application()
model_named(settings.CHAT_MODEL)  # the first turn must not wait for the imports of its model
live_under_daphne()
if "daphne.server" in sys.modules:
    from .processes.receiving import bound_daphne

    bound_daphne()
if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    tracer()  # a package that is missing stops the start, not the first request
static_files = GZipMiddleware(StaticFiles(directory=settings.STATIC_ROOT, check_dir=False), compresslevel=6)


class ClientGone(Exception):
    """The client closed the connection before it had sent its whole request."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        scope = seen_through_proxies(scope)
    match scope["type"]:
        case "lifespan":
            await lifespan(receive, send)
        case "http":
            await lifetime.outlast_cancel(answer_http(scope, receive, send))
        case "websocket":
            await answer_socket(scope, receive, send)
        case protocol:
            raise ValueError(f"unknown protocol {protocol}")


async def answer_http(scope: Scope, receive: Receive, send: Send) -> None:
    send = functools.partial(send_last, send)
    if scope["path"] in PROBES:
        await answer_probe(scope, receive, send)
    elif scope["path"].startswith(settings.STATIC_URL):
        await answer_file({**scope, "path": scope["path"].removeprefix(settings.STATIC_URL)}, receive, send)
    else:
        await observe(scope, send, functools.partial(answer_request, scope, receive))


async def send_last(send: Send, message: Message) -> None:
    """A process that ends says so in its last answers, and the next request takes another connection."""
    if health.stopping.is_set() and message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
    await send(message)


async def answer_request(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        check_head(scope)
        body = await timely_body(scope, receive)
    except (HeadersTooLarge, PayloadTooLarge, RequestTimeout) as error:
        await refuse(error, send)
    except ClientGone:
        return
    else:
        async with request_thread():
            await django_application(dict(scope), replayed(body, receive), send)


async def answer_probe(scope: Scope, receive: Receive, send: Send) -> None:
    asked = scope["method"] in {"GET", "HEAD"}
    answer = await (PROBES[scope["path"]] if asked else health.only_read)(scope)
    await answer(scope, receive, send)


async def answer_file(scope: Scope, receive: Receive, send: Send) -> None:
    async def send_as_declared(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], NO_SNIFFING, ASKED_ANEW]}
        await send(message)

    try:
        await static_files(scope, receive, send_as_declared)
    except HTTPException as missing:
        await PlainTextResponse(missing.detail, missing.status_code)(scope, receive, send_as_declared)


async def answer_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Sockets have one address; `LiveConsumer` asks who is calling and from where."""
    if scope["path"] != LIVE_PATH or not is_bounded(scope):
        await receive()
        await send({"type": "websocket.close"})
        return
    begin_notes()
    async with request_thread():
        await live_application(dict(scope), receive, send)


def check_head(scope: Scope) -> None:
    """Refuse a longer head than browsers send, which uvicorn would take; daphne's are bounded in `receiving.py`."""
    if not is_bounded(scope):
        raise HeadersTooLarge(details={"limit_bytes": settings.HEADERS_MAX_BYTES, "limit_headers": HEADERS_MAX})


def is_bounded(scope: Scope) -> bool:
    """Whether the head is within its limit; the address counts as a header."""
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    size += len(scope.get("raw_path") or scope["path"]) + len(scope.get("query_string", b""))
    return len(scope["headers"]) <= HEADERS_MAX and size <= settings.HEADERS_MAX_BYTES


async def timely_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body; raises RequestTimeout for a client that says it will send one and does not."""
    try:
        async with asyncio.timeout(settings.BODY_SECONDS):
            return await bounded_body(scope, receive)
    except TimeoutError:
        raise RequestTimeout from None


async def bounded_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body; raises PayloadTooLarge as soon as it is known to be, where Django would first read all of it."""
    limit = body_limit(scope["path"])
    too_large = PayloadTooLarge(details={"limit_bytes": limit})
    length = dict(scope["headers"]).get(b"content-length", b"")
    if length.isdigit() and int(length) > limit:
        raise too_large
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large
        if not message.get("more_body"):
            return body


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once and then what the server says, such as that the client went away."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def refuse(error: ProductError, send: Send) -> None:
    status, headers, body = refusal_before_django(error)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
