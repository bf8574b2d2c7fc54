"""The nginx that stands in front of the program, as it is shipped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.load import ROOT, free_port

NGINX = shutil.which(os.environ.get("NGINX", "/usr/sbin/nginx"))
START_SECONDS = 20


@contextlib.contextmanager
def running_nginx(web_port: int) -> Iterator[int]:
    """As compose.yaml has it, where TLS ends in front of it; yields its port."""
    port = free_port()
    changes = {"listen 8080": f"listen {port}"}
    with (
        placed("compose.conf", "tls-in-front.conf", web_port, changes) as configuration,
        running(configuration, port),
    ):
        yield port


@contextlib.contextmanager
def running_tls_nginx(web_port: int) -> Iterator[tuple[int, Path]]:
    """As on the machine of the program, where TLS ends in it; yields its port and the certificate to trust."""
    port = free_port()
    changes = {"listen 80 ": f"listen {free_port()} ", "listen 443": f"listen {port}"}
    with placed("machine.conf", "tls-here.conf", web_port, changes) as configuration:
        certificate = make_certificate(configuration.parent / "tls")
        with running(configuration, port):
            yield port, certificate


@contextlib.contextmanager
def placed(top: str, server: str, web_port: int, changes: dict[str, str]) -> Iterator[Path]:
    """The shipped files in a folder of their own, but for their addresses and places."""
    with tempfile.TemporaryDirectory() as folder:
        changes = {
            **changes,
            "web:8000 resolve": f"127.0.0.1:{web_port}",  # a newer nginx than Debian's looks a name up again
            "127.0.0.1:8000": f"127.0.0.1:{web_port}",
            "/etc/nginx/todo-chat": folder,
            "/tmp/nginx.pid": f"{folder}/nginx.pid",
            "/run/todo-chat-nginx.pid": f"{folder}/nginx.pid",
            "/var/log/nginx/todo-chat-error.log": "/dev/stderr",
            "http {": "http {\n" + "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in TEMPORARY),
        }
        for source in (ROOT / "deploy" / "nginx").glob("*.conf"):
            text = source.read_text()
            for old, new in changes.items():
                text = text.replace(old, new)
            name = "server.conf" if source.name == server else source.name
            Path(folder, name).write_text(text)
            if source.name == server:
                Path(folder, server).write_text(text)
        yield Path(folder, top)


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def make_certificate(folder: Path) -> Path:
    folder.mkdir()
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    asked += ["-addext", "subjectAltName=DNS:localhost,DNS:todo.example,IP:127.0.0.1"]
    subprocess.run([*asked, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate


@contextlib.contextmanager
def running(configuration: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen([str(NGINX), "-c", configuration, "-g", "daemon off;"])
    try:
        wait_until_open(port)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def wait_until_open(port: int, seconds: float = START_SECONDS) -> None:
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
        else:
            return
