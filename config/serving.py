"""One process of `config.serve`: daphne on an inherited socket, which leaves without losing a request."""

import argparse
import asyncio
import functools
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet.defer import Deferred

from .asgi import Message, Receive, Scope, Send, application
from .lifetime import lifetime

reactor: Any = sys.modules["twisted.internet.reactor"]  # the one that daphne has chosen


# Who had just connected when we were told to stop has so long to send its request.
FIRST_REQUEST_SECONDS = 1


class LeavingServer(Server):
    """Told to stop, it accepts nothing more, hangs up on idle connections, and says goodbye in its last answers.

    daphne would go on to accept until the last turn has ended, and drop what it has accepted then.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(application=self.answer, **options)
        self.leaving = False
        self.ports: list[Any] = []
        self.used_connections: WeakSet[Any] = WeakSet()
        reactor.addSystemEventTrigger("before", "shutdown", self.leave)

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)

    def protocol_connected(self, protocol: Any) -> None:
        super().protocol_connected(protocol)
        if isinstance(protocol, WebRequest):
            self.used_connections.add(protocol.channel)

    def leave(self) -> Deferred[None]:
        self.leaving = True
        for port in self.ports:
            port.stopListening()
        for connection in self.used_connections:
            if not connection.requests:
                connection.loseConnection()
        return Deferred.fromFuture(asyncio.ensure_future(self.answer_the_last()))

    async def answer_the_last(self) -> None:
        await asyncio.sleep(FIRST_REQUEST_SECONDS)
        await lifetime.answer_all()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await application(scope, receive, functools.partial(self.send_last, send) if scope["type"] == "http" else send)

    async def send_last(self, send: Send, message: Message) -> None:
        if self.leaving and message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
        await send(message)


def watch(line: socket.socket) -> None:
    """Stop when the other end is closed: nobody would start us again, or stop us."""
    line.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("listener", type=int, help="file descriptor of the listening socket")
    parser.add_argument("line", type=int, help="file descriptor of the socket to `config.serve`")
    parser.add_argument("--proxy-headers", action="store_true")
    options = parser.parse_args()
    line = socket.socket(fileno=options.line)
    threading.Thread(target=watch, args=[line], daemon=True).start()
    say_ready: Callable[[], int] = functools.partial(line.send, b"!")
    LeavingServer(
        endpoints=[f"fd:fileno={options.listener}"],
        ready_callable=lambda: reactor.callWhenRunning(say_ready),
        server_name="",
        verbosity=0,
        proxy_forwarded_address_header="X-Forwarded-For" if options.proxy_headers else None,
    ).run()


if __name__ == "__main__":
    main()
