"""Ends a process under daphne so that every request which reached it is answered.

It accepts no new connections. Proxies keep theirs, and may be sending into one just now: each brings one more request
and is told in its answer to close it; what stays idle is closed at last. Pages open their sockets elsewhere.
"""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

# Longer than a proxy keeps a connection that it does not use (`keepalive_timeout` in deploy/nginx/).
LINGER_SECONDS = 5
POLL_SECONDS = 0.05
SERVICE_RESTART = 1012  # the websocket close code that asks to come again


async def leave() -> bool:
    """Whether all connections are gone; those that are being answered after LINGER_SECONDS are not."""
    close_listeners()
    close_sockets()
    give_up_at = asyncio.get_running_loop().time() + LINGER_SECONDS
    while connections() and asyncio.get_running_loop().time() < give_up_at:  # noqa: ASYNC110 twisted has no event for it
        await asyncio.sleep(POLL_SECONDS)
    for connection in connections():
        if not connection.requests:
            connection.loseConnection()
    return not connections()


def close_listeners() -> None:
    tcp = sys.modules["twisted.internet.tcp"]
    for port in [reader for reader in readers() if isinstance(reader, tcp.Port)]:
        port.stopListening()


def close_sockets() -> None:
    for protocol in protocols():
        if hasattr(protocol, "sendClose"):
            protocol.sendClose(SERVICE_RESTART)


def connections() -> list[Any]:
    """Those of HTTP, whether they have a request, never had one or are kept for the next."""
    return [protocol for protocol in protocols() if hasattr(protocol, "requests")]


def protocols() -> Iterator[Any]:
    tcp = sys.modules["twisted.internet.tcp"]
    for reader in readers():
        if isinstance(reader, tcp.Server):
            yield reader.protocol


def readers() -> list[Any]:
    reactor: Any = sys.modules["twisted.internet.reactor"]
    return list(reactor.getReaders())
