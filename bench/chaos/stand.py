"""Two processes of the program, their database, their Redis and their model: everything that may fail."""

import contextlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.requests import steps_of
from bench.surroundings.answers import Answer, call, calls, refuses, says
from bench.surroundings.assistant import asked_text
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.interface import HistoryItem, ToolOutput, UserText
from config.testing import (
    COMMANDS,
    OwnPostgresql,
    OwnRedis,
    RunningServer,
    empty_database,
    environment,
    free_port,
    own_postgresql,
    own_redis,
    wait_until_it_answers,
)

ROOT = Path(__file__).resolve().parent.parent.parent
APPLICATION = "config.asgi:application"
READY_SECONDS = 300
MANY = "1000000000"
VARIABLES = {
    "OPENAI_API": "responses",
    "FALLBACK": "off",
    "TURN_LEASE_SECONDS": "2",
    "SHUTDOWN_GRACE_SECONDS": "3",
    "ACCESS_TOKEN_SECONDS": "86400",
    "LOG_LEVEL": "WARNING",
    **dict.fromkeys(("TURNS_PER_MINUTE", "TURNS_PER_HOUR", "TURNS_AT_ONCE", "TOKENS_PER_DAY"), MANY),
    **dict.fromkeys(("REQUESTS_PER_MINUTE", "MCP_REQUESTS_PER_MINUTE"), MANY),
}


class Model(ScriptedUpstream):
    """Asks for the tool calls that the message names, and goes on from those that were made."""

    def __init__(self) -> None:
        super().__init__(first_token_ms=20, tokens_per_second=400)
        self.is_away = False

    def answer_to(self, history: list[HistoryItem], input_tokens: int) -> Answer:
        if self.is_away:
            return refuses(503)
        asked_at = max(number for number, item in enumerate(history) if isinstance(item, UserText))
        made = sum(isinstance(item, ToolOutput) for item in history[asked_at:])
        for step in steps_of(asked_text(history)):
            if made < len(step):
                return calls(*(call(name, arguments) for name, arguments in step[made:]))
            made -= len(step)
        return says("That is what became of it, as far as I can see.")


class Program:
    """One process of it, at one address for all of its lives."""

    def __init__(self, server: str, folder: Path, variables: dict[str, str]) -> None:
        self.server, self.variables, self.port = server, variables, free_port()
        self.log = folder / f"{server}.log"
        self.running: RunningServer | None = None

    @property
    def address(self) -> RunningServer:
        """Its last life."""
        if self.running is None:
            raise RuntimeError("it was never started")
        return self.running

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.address.process

    def start(self) -> None:
        command = [sys.executable, *COMMANDS[self.server], str(self.port), APPLICATION]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.variables, stdout=log, stderr=log)
        self.running = RunningServer(process, self.port, self.log)
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return wait_until_it_answers(self.running)
            except RuntimeError:
                # On a machine that does much else it takes its time.
                if process.poll() is not None or time.monotonic() > deadline:
                    raise

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        self.send(number)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/readyz"
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
        return False


@dataclass
class Stand:
    """`postgresql` is None where the database is a SQLite file."""

    programs: list[Program]
    database: str
    postgresql: OwnPostgresql | None
    redis: OwnRedis
    model: Model

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not all(program.is_ready() for program in self.programs):
            if time.monotonic() > deadline:
                raise RuntimeError("the programs are not ready again")
            time.sleep(0.2)


@contextlib.contextmanager
def running_stand(folder: Path, postgres: bool) -> Iterator[Stand]:
    with contextlib.ExitStack() as stack:
        postgresql = stack.enter_context(own_postgresql()) if postgres else None
        if postgresql:
            postgresql.write_late()
        database = postgresql.url if postgresql else stack.enter_context(empty_database())
        redis, model = stack.enter_context(own_redis()), Model()
        stack.enter_context(model)
        addresses = {"REDIS_URL": redis.address, "OPENAI_BASE_URL": model.url}
        variables = environment(database, **VARIABLES, **addresses)
        programs = [Program(server, folder, variables) for server in ("daphne", "uvicorn")]
        try:
            for program in programs:
                program.start()
            yield Stand(programs, database, postgresql, redis, model)
        finally:
            for program in programs:
                if program.running and program.process.poll() is None:
                    program.end(signal.SIGKILL)
