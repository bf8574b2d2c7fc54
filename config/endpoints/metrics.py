"""/metrics, for a Prometheus that has the token. They name no person, but tell how many there are and how they fare."""

import asyncio
import ipaddress
import secrets
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings
from starlette.responses import PlainTextResponse, Response

from telemetry.metrics import exposition


async def figures(scope: MutableMapping[str, Any]) -> Response:
    headers = dict(scope["headers"])
    if settings.METRICS_TOKEN:
        if not has_token(headers.get(b"authorization", b"")):
            return PlainTextResponse("The token is missing or wrong.", 401, {"WWW-Authenticate": "Bearer"})
    elif not (settings.DEBUG and is_this_machine(scope.get("client"))):
        return PlainTextResponse("Not Found", 404)
    body, content_type = await asyncio.to_thread(exposition, headers.get(b"accept", b"").decode("latin-1"))
    return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


def has_token(authorization: bytes) -> bool:
    scheme, _, token = authorization.partition(b" ")
    return scheme.lower() == b"bearer" and secrets.compare_digest(token.strip(), settings.METRICS_TOKEN.encode())


def is_this_machine(client: Any) -> bool:
    """Only with DEBUG on: behind a proxy everybody comes from it, and it may run on this machine."""
    try:
        return bool(client) and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
