"""Where the CPU of a turn goes: `python -m bench.profile` prints a table by subject and draws a flame graph.

    python -m bench.profile --stand sqlite --seconds 20 --out profile.svg

One user's turns at a running server, whose threads py-spy samples from outside: nothing in the program is changed or
slowed down. Each sample is a thread that ran Python, or C for it; it counts for the innermost subject of its stack.
"""

import argparse
import asyncio
import contextlib
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.load import ROOT, STANDS, measured_stand
from bench.profile.flame import Stacks, drawn

SAMPLES_PER_SECOND = 250
# What stands before the path of a file within its package, the program's or Python's.
PLACE = re.compile(rf"\((?:{re.escape(str(ROOT))}/|.*/site-packages/|.*/python3\.\d+/)")
# What a file of the stack belongs to, by a part of its path; what stands first goes before.
SUBJECTS = {
    "request to the model": ("chat/assistants/", "openai/", "httpx2/", "httpcore2/", "aiohttp/", "yarl/", "multidict/"),
    "MCP and pydantic": ("mcp/", "pydantic/", "todos/mcp", "todos/tools"),
    "limits and announcements": ("ratelimit", "redis/", "channels", "chat/live"),
    "metrics, clocks, spans, logs": (
        "telemetry/",
        "prometheus_client/",
        "logging/",
        "pythonjsonlogger/",
        "config/reporting/logs",
    ),
    "database driver": ("psycopg", "sqlite3", "django/db/backends/"),
    "ORM": ("django/db/", "database/prepared"),
    "thread hops and units": ("asgiref/", "concurrent/futures", "database/units"),
    "web server": ("twisted/", "daphne/", "uvicorn/", "config/processes", "config/asgi", "config/reporting/observing"),
    "Django and Ninja": ("django/", "ninja/", "config/", "corsheaders/", "web/"),
    "sign-in": ("accounts/", "jwt/"),
    "the turn itself": ("chat/", "todos/"),
    "event loop": ("asyncio/", "selectors.py"),
}


def recorded(pid: int, seconds: int, file: Path) -> "subprocess.Popen[bytes]":
    """py-spy, which has begun to write what the thread that holds the lock of Python is at: others wait."""
    spy = Path(sys.executable).with_name("py-spy")
    command = [str(spy), "record", "--pid", str(pid), "--duration", str(seconds), "--rate", str(SAMPLES_PER_SECOND)]
    return subprocess.Popen(
        [*command, "--format", "raw", "--gil", "--full-filenames", "--nonblocking", "--output", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def stacks_of(text: str) -> Stacks:
    """From py-spy's lines “frame;frame;frame samples”: outermost frame first, paths from the package on."""
    stacks: Stacks = Counter()
    for line in text.splitlines():
        frames, _, samples = line.rpartition(" ")
        stacks[tuple(short_frame(frame) for frame in frames.split(";"))] += int(samples)
    return stacks


def short_frame(frame: str) -> str:
    return PLACE.sub("(", frame, count=1)


def subject_of(stack: tuple[str, ...]) -> str:
    """Of the innermost frame that belongs to one."""
    for frame in reversed(stack):
        path = frame.rpartition("(")[2]
        for subject, parts in SUBJECTS.items():
            if any(path.startswith(part) or f"/{part}" in path for part in parts):
                return subject
    return "other"


def print_table(stacks: Stacks, cpu_ms: float) -> None:
    """Each subject's part of the samples, and of the CPU time of a turn."""
    total, subjects = sum(stacks.values()), Counter[str]()
    for stack, samples in stacks.items():
        subjects[subject_of(stack)] += samples
    print(f"{total} samples, {cpu_ms:.1f} CPU ms a turn")
    for subject, samples in subjects.most_common():
        print(f"{samples / total:6.1%}  {cpu_ms * samples / total:5.2f} ms  {subject}")


async def profiled(options: argparse.Namespace) -> tuple[Stacks, float]:
    """The stacks, and the CPU ms of a turn."""
    async with contextlib.AsyncExitStack() as stack:
        stand = await stack.enter_async_context(measured_stand(options.stand, options))
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "stacks.txt"
        spy = recorded(stand.load.server_pid, options.seconds, file)
        level = await stand.load.measure(stand.users, most_turns=100_000, most_seconds=options.seconds + 1)
        _, said = await asyncio.to_thread(spy.communicate)
        if spy.returncode or not file.exists():
            sys.exit(f"py-spy could not read the process (it needs root, or CAP_SYS_PTRACE):\n{said.decode()}")
        return stacks_of(file.read_text()), level.cpu_ms / len(level.turns)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description="Where the CPU of a turn goes.")
    parser.add_argument("--stand", choices=list(STANDS), default="production")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--users", type=int, default=1)
    parser.add_argument("--stream", action="store_true", help="take the answers as Server-Sent Events")
    parser.add_argument("--tokens-per-second", type=float, default=0, help="pace of the model; 0: all at once")
    parser.add_argument("--out", type=Path, default=Path("profile.svg"))
    options = parser.parse_args()
    options.concurrency = [options.users]
    stacks, cpu_ms = asyncio.run(profiled(options))
    print_table(stacks, cpu_ms)
    options.out.write_text(drawn(stacks))
    print(f"The flame graph is in {options.out}.")


if __name__ == "__main__":
    main()
