"""A request to the ASGI application itself, without a server."""

import asyncio

from config.asgi import application


async def ask(path, *, method="GET", headers=(), body=(b"",), host=b"localhost", query=b""):
    """(status, headers, body) of one request; `body` comes in these pieces, which are taken out of a list of them."""
    pieces = body if isinstance(body, list) else list(body)
    sent = []

    async def receive():
        if not pieces:
            return await asyncio.Event().wait()
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": query,
        "headers": [*([(b"host", host)] if host else []), *headers],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    await application(scope, receive, send)
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])
