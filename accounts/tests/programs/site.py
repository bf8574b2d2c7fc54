"""The site of a program on this machine, with the document that says what it is, over TLS that only tests trust."""

import contextlib
import datetime
import ipaddress
import json
import os
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class ProgramSite:
    """`said` is its document; `status`, `headers` and `body` what it answers instead. `pause` ends the waiting."""

    address: str
    certificate: str
    said: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drips: bool = False
    asked: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def content(self) -> bytes:
        return json.dumps(self.said).encode() if self.body is None else self.body


@contextlib.contextmanager
def program_site(callback: str) -> Iterator[ProgramSite]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked += 1
            content = site.content()
            self.send_response(site.status)
            length = 10_000 if site.drips else len(content)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(length),
                **site.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                while site.drips and not site.ended.wait(0.05):
                    self.wfile.write(b" ")
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with tempfile.TemporaryDirectory() as folder, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        certificate = Path(folder, "certificate.pem")
        certificate.write_bytes(new_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        address = f"https://localhost:{server.server_port}/client.json"
        site = ProgramSite(address, str(certificate))
        site.said = {"client_id": address, "client_name": "Documented", "redirect_uris": [callback]}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with mock.patch.dict(os.environ, SSL_CERT_FILE=str(certificate)):
                yield site
        finally:
            site.ended.set()
            server.shutdown()
            thread.join()


def new_certificate() -> bytes:
    """Of localhost, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed.public_bytes(serialization.Encoding.PEM) + private
