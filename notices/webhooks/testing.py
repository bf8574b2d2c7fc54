"""A program on this machine that is told by webhooks: it checks each signature as the standard's own library does."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """What the body says. Raises WebhookVerificationError."""
        return Verifier(secret).verify(self.body, self.headers)


class Receiver:
    """Keeps what it was sent. It answers with `answers`, one after the other, and then with `usual`.

    An answer is a status with headers, or None, which is no answer at all, or what writes one itself.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.usual: tuple[int, dict[str, str]] | None = (204, {})
        self.answers: list[tuple[int, dict[str, str]] | Callable[[BaseHTTPRequestHandler], None] | None] = []
        self.lock, self.at_once, self.most_at_once = threading.Lock(), 0, 0
        self.ended = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with receiver.counted():
                    receiver.take(self)

            def do_GET(self) -> None:
                receiver.calls.append(Call(f"GET {self.path}", {}, b""))

            def log_message(self, *args: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self.lock:
            self.calls.append(Call(request.path, headers, body))
            answer = self.answers.pop(0) if self.answers else self.usual
        if answer is None:
            self.ended.wait(60)
        elif callable(answer):
            answer(request)
        else:
            request.send_response(answer[0])
            for name, value in {"Content-Length": "0", **answer[1]}.items():
                request.send_header(name, value)
            request.end_headers()

    def counted(self) -> "Counted":
        return Counted(self)

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Counted:
    """How many requests are being answered at a time."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def __enter__(self) -> None:
        with self.receiver.lock:
            self.receiver.at_once += 1
            self.receiver.most_at_once = max(self.receiver.most_at_once, self.receiver.at_once)

    def __exit__(self, *error: object) -> None:
        with self.receiver.lock:
            self.receiver.at_once -= 1
