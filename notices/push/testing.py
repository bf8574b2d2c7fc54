"""A push service on this machine, and browsers whose keys decrypt what it was sent."""

import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from uuid_utils.compat import uuid7

from .encryption import to_base64url


@dataclass
class Browser:
    """One that subscribed at `service`; its push service alone knows its address, and it alone its keys."""

    service: "PushService"
    secret: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    path: str = field(default_factory=lambda: f"/push/{uuid7().hex}")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.service.port}{self.path}"

    @property
    def keys(self) -> dict[str, str]:
        """As `PushSubscription.toJSON()` writes them."""
        point = self.secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": to_base64url(point), "auth": to_base64url(self.auth)}

    @property
    def subscription(self) -> dict[str, Any]:
        return {"endpoint": self.endpoint, "keys": self.keys, "device": "Test browser"}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What came for this browser, decrypted."""
        return [self.decrypted(push.body) for push in self.service.pushes if push.path == self.path]

    def decrypted(self, body: bytes) -> dict[str, Any]:
        return json.loads(http_ece.decrypt(body, private_key=self.secret, auth_secret=self.auth, version="aes128gcm"))


@dataclass(frozen=True)
class Push:
    path: str
    headers: dict[str, str]
    body: bytes


class PushService:
    """Keeps what it was sent. It answers with `answers`, one after the other, and then 201; None answers nothing."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.answers: list[tuple[int, dict[str, str]] | None] = []
        self.ended = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.pushes.append(Push(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = service.answers.pop(0) if service.answers else (201, {})
                if answer is None:
                    service.ended.wait(60)
                    return
                self.send_response(answer[0])
                for name, value in {"Content-Length": "0", **answer[1]}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def __enter__(self) -> "PushService":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
