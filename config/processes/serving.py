"""One process of `config.serve`: daphne on an inherited socket."""

import argparse
import os
import signal
import socket
import sys
import threading
from typing import Any

from daphne.server import Server

from config.asgi import application

reactor: Any = sys.modules["twisted.internet.reactor"]  # the one that daphne has chosen

# A process that starts goes before those that serve; else it would take the longer the more they have to do.
SERVING_NICENESS = 5


def watch(line: socket.socket) -> None:
    """Stop when the other end is closed: nobody would start us again, or stop us."""
    line.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("listener", type=int, help="file descriptor of the listening socket")
    parser.add_argument("line", type=int, help="file descriptor of the socket to `config.serve`")
    options = parser.parse_args()
    line = socket.socket(fileno=options.line)
    threading.Thread(target=watch, args=[line], daemon=True).start()

    def say_ready() -> None:
        os.nice(SERVING_NICENESS)
        line.send(b"!")

    Server(
        application=application,
        endpoints=[f"fd:fileno={options.listener}"],
        ready_callable=lambda: reactor.callWhenRunning(say_ready),
        server_name="",
        verbosity=0,
    ).run()


if __name__ == "__main__":
    main()
