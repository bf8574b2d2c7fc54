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
    """The shipped configuration, but for its addresses and its folder; yields its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        text = (ROOT / "deploy" / "nginx.conf").read_text().replace("/tmp/nginx", f"{folder}/nginx")
        text = text.replace("web:8000", f"127.0.0.1:{web_port}").replace("listen 8080", f"listen 127.0.0.1:{port}")
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(text)
        process = subprocess.Popen([str(NGINX), "-c", configuration, "-g", "daemon off;"])
        try:
            wait_until_open(port)
            yield port
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def wait_until_open(port: int) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
        else:
            return
