"""Several processes of the program at one address: `python -m config.serve --port 8000 --processes 2`.

All accept from one listening socket. SIGHUP puts a new process in the place of each, one by one, and ends the old one
when its successor accepts requests, so that none is lost. SIGTERM lets running turns end. A process that dies is
started again. Nothing of the program is loaded here but the shape of its log.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass

from .environment import MISCONFIGURED, env, envbool
from .reporting.logs import FieldsFormatter, WordsFormatter

BACKLOG = 2048
START_SECONDS = 60
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30
# Who dies after so long did not fail to start.
SETTLED_SECONDS = 30

logger = logging.getLogger("config.serve")


@dataclass
class Process:
    """One process of the program. On its `line` it says that it accepts requests, and notices when we are gone."""

    child: asyncio.subprocess.Process
    line: socket.socket

    async def is_ready(self) -> bool:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(START_SECONDS):
                if await loop.sock_recv(self.line, 1):
                    seconds = loop.time() - started_at
                    logger.info("process %d accepts requests after %.1f s", self.child.pid, seconds)
                    return True
        return False

    async def end(self, patience_seconds: float) -> None:
        """Let it finish what it is at; after `patience_seconds` no longer."""
        with contextlib.suppress(ProcessLookupError):
            self.child.terminate()
        try:
            async with asyncio.timeout(patience_seconds):
                await self.child.wait()
        except TimeoutError:
            logger.warning("process %d did not end in time and is killed", self.child.pid)
            self.child.kill()
            await self.child.wait()


class Service:
    """The processes, and the socket that they share."""

    def __init__(self, listener: socket.socket, options: argparse.Namespace) -> None:
        self.listener = listener
        self.options = options
        self.processes: list[Process] = []
        self.places = [Place(self) for _ in range(options.processes)]
        self.stop = asyncio.Event()
        self.code = 0

    def give_up(self, code: int) -> None:
        """A setting is wrong, as a process has said: to start it again would not help."""
        self.code = code
        self.stop.set()

    async def run(self) -> int:
        """Until a signal; returns the exit status."""
        loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        one_by_one = asyncio.Lock()
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.add(asyncio.create_task(self.replace_all(one_by_one))))
        tasks |= {asyncio.create_task(place.keep()) for place in self.places}
        await self.stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(process.end(self.options.patience) for process in self.processes))
        return self.code

    async def replace_all(self, one_by_one: asyncio.Lock) -> None:
        """A process that cannot start leaves the old ones where they are. One ends while the next one starts."""
        async with one_by_one, asyncio.TaskGroup() as ending:
            for place in self.places:
                if not await place.replace(ending):
                    return
        logger.info("all processes are new")

    async def start_process(self) -> Process:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        descriptors = (self.listener.fileno(), theirs.fileno())
        with theirs:
            command = (sys.executable, "-m", "config.processes.serving", *map(str, descriptors))
            child = await asyncio.create_subprocess_exec(*command, pass_fds=descriptors)
        process = Process(child, ours)
        self.processes = [*(other for other in self.processes if other.child.returncode is None), process]
        return process


class Place:
    """One of the processes at a time, and its successors."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: Process | None = None

    async def keep(self) -> None:
        """Start the process, and again whenever it dies; after ever longer pauses where it does not live long."""
        loop, pause_seconds = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
        while True:
            started_at = loop.time()
            self.process = await self.service.start_process()
            await self.process.is_ready()
            code = await self.death()
            if code == MISCONFIGURED:
                self.service.give_up(code)
                return
            settled = loop.time() - started_at > SETTLED_SECONDS
            pause_seconds = FIRST_PAUSE_SECONDS if settled else min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            logger.error("a process ended with code %d; the next starts in %.1f s", code, pause_seconds)
            await asyncio.sleep(pause_seconds)

    async def death(self) -> int:
        """The exit code of a process that ended without being replaced."""
        while (process := self.process) is not None:
            code = await process.child.wait()
            if process is self.process:
                return code
        raise RuntimeError("nobody was in this place")

    async def replace(self, ending: asyncio.TaskGroup) -> bool:
        successor = await self.service.start_process()
        if not await successor.is_ready():
            logger.error("the new process does not start; the old ones stay")
            await successor.end(0)
            return False
        retired, self.process = self.process, successor
        if retired:
            ending.create_task(retired.end(self.service.options.patience))
        return True


def listening_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        sys.exit(f"Todo Chat does not start: {host} port {port}: {getattr(error, 'strerror', None) or error}.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.serve", description="Serve with several processes.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--patience", type=float, default=45, help="seconds for a process to end its turns; then kill")
    as_processes = env("LOG_FORMAT") or ("line" if envbool("DEBUG", True) else "json")
    parser.add_argument("--log-format", choices=["line", "json"], default=as_processes, help="of this process's lines")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    logging.root.handlers[0].setFormatter(FieldsFormatter() if options.log_format == "json" else WordsFormatter())
    with (
        listening_socket(options.host, options.port) as listener,
        tempfile.TemporaryDirectory(prefix="todo-chat-metrics-") as counted,
    ):
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", counted)  # where the processes count together
        logger.info("serving http://%s:%d with %d processes", *listener.getsockname()[:2], options.processes)
        code = asyncio.run(Service(listener, options).run())
    sys.exit(code)


if __name__ == "__main__":
    main()
