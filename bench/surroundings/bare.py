"""The bare client that a turn is measured by: the `openai` package, asking what the program asked, and reading it.

    python -m bench.surroundings.bare BASE_URL   waits for “at_once seconds”, and answers each with what its turns took

It makes the two requests of a turn that the program made last, word by word, and nothing else.
"""

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import AsyncOpenAI


@dataclass(frozen=True)
class BareFigures:
    """How many turns were made, and the CPU of the process for each of them, in milliseconds."""

    turns: int
    cpu_ms: float


class BareClient:
    """The client in a process of its own, so that its CPU time is its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    async def take_turns(self, at_once: int, seconds: float) -> BareFigures:
        """So many at once, one after another, and each to its end."""
        return await asyncio.to_thread(self._take_turns, at_once, seconds)

    def _take_turns(self, at_once: int, seconds: float) -> BareFigures:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{at_once} {seconds}\n")
        self.process.stdin.flush()
        return BareFigures(**json.loads(self.process.stdout.readline()))


@contextlib.contextmanager
def bare_client(base_url: str) -> Iterator[BareClient]:
    """The upstream at the address must have answered a turn already."""
    command = [sys.executable, "-m", "bench.surroundings.bare", base_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield BareClient(process)
        finally:
            process.terminate()


async def serve(base_url: str) -> None:
    asked = httpx2.get(base_url.removesuffix("/v1") + "/requests", trust_env=False).json()
    async with AsyncOpenAI(base_url=base_url, api_key="bench") as client:
        await measured(client, asked, at_once=4, seconds=1)  # imports and connections
        while line := await asyncio.to_thread(sys.stdin.readline):
            at_once, seconds = line.split()
            print(json.dumps(vars(await measured(client, asked, int(at_once), float(seconds)))), flush=True)


async def measured(client: AsyncOpenAI, asked: list[dict[str, Any]], at_once: int, seconds: float) -> BareFigures:
    before, stop_at = time.process_time(), time.perf_counter() + seconds
    turns = sum(await asyncio.gather(*(take_turns(client, asked, stop_at) for _ in range(at_once))))
    return BareFigures(turns, (time.process_time() - before) * 1000 / turns)


async def take_turns(client: AsyncOpenAI, asked: list[dict[str, Any]], stop_at: float) -> int:
    turns = 0
    while not turns or time.perf_counter() < stop_at:
        for body in asked:
            create: Any = client.responses.create if "input" in body else client.chat.completions.create
            async for _ in await create(**body):
                pass
        turns += 1
    return turns


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.surroundings.bare")
    parser.add_argument("base_url")
    asyncio.run(serve(parser.parse_args().base_url))


if __name__ == "__main__":
    main()
