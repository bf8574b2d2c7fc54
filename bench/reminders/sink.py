"""The other side: takes notices by HTTP and remembers each. It may be told to take one and answer nothing."""

import contextlib
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sink:
    def __init__(self) -> None:
        self.arrived: dict[str, list[str]] = defaultdict(list)  # title → the ids of the notices that said it
        self.is_silent = False
        self.url = ""

    def take(self, said: dict[str, Any]) -> None:
        for title in said["titles"]:
            self.arrived[title].append(said["id"])

    @property
    def doubles(self) -> int:
        return sum(len(ids) - 1 for ids in self.arrived.values())

    @property
    def are_doubles_replaced(self) -> bool:
        """Whether whatever came twice came under one id, so that a screen shows it once."""
        return all(len(set(ids)) == 1 for ids in self.arrived.values())


@contextlib.contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if sink.is_silent:
                threading.Event().wait(8)
                return
            sink.take(said)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sink.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
