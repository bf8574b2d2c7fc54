"""The soak bench: does a server that works for a long time grow?

    python -m bench.soak              10 minutes of modest load on SQLite
    python -m bench.soak --postgres --seconds 600

Users take turns as JSON and as streams, leave some streams in the middle, stop turns, read, and open sockets. The
resident memory of the server is read every second. The mean of the last quarter may be 5 % above that of the second.
"""

import argparse
import asyncio
import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx2
import websockets

from bench.load import BenchUser, Stand, database

USERS = 4
PAUSE_SECONDS = 0.2
TURNS_PER_CONVERSATION = 10
MOST_GROWTH = 1.05
QUARTER_MINIMUM = 2


def resident_mb(pid: int) -> float:
    """From Linux's /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def quarters(samples: list[float]) -> list[float]:
    size = len(samples) // 4
    if size < QUARTER_MINIMUM:
        sys.exit("That was too short to say anything.")
    return [statistics.fmean(samples[number * size : (number + 1) * size]) for number in range(4)]


class Soak:
    """One user's life with the server, until the time is up."""

    def __init__(self, client: httpx2.AsyncClient, port: int, user: BenchUser, until: float) -> None:
        self.client, self.port, self.user, self.until = client, port, user, until
        self.address = f"http://127.0.0.1:{port}/api/{user.user_id}"
        self.headers = {"Authorization": f"Bearer {user.token}"}
        self.statuses: Counter[int] = Counter()

    async def live(self) -> Counter[int]:
        conversation: str | None = None
        for number in itertools.takewhile(lambda _: time.monotonic() < self.until, itertools.count()):
            if number % TURNS_PER_CONVERSATION == 0:
                conversation = None
            body = {"message": f"Bench soak {number}", "conversation_id": conversation}
            if answer := await self.request("POST", "/chat", body):
                conversation = answer["conversation_id"]
            await self.do_the_rest(number, conversation)
            await asyncio.sleep(PAUSE_SECONDS)
        return self.statuses

    async def do_the_rest(self, number: int, conversation: str | None) -> None:
        await self.stream(f"Bench stream {number}", conversation, leave=number % 3 == 0)
        await self.request("POST", f"/conversations/{conversation}/stop")
        await self.request("GET", f"/conversations/{conversation}/messages")
        await self.request("GET", "/conversations?q=soak")
        await self.request("POST", "/todos", {"title": f"Todo {number % 50}"})
        socket = f"ws://127.0.0.1:{self.port}/live"
        async with websockets.connect(socket, additional_headers=self.headers) as listener:
            await listener.recv()

    async def request(self, method: str, path: str, body: dict | None = None) -> dict | None:
        answer = await self.client.request(method, self.address + path, headers=self.headers, json=body)
        self.statuses[answer.status_code] += 1
        return answer.json() if answer.status_code == 200 else None

    async def stream(self, text: str, conversation: str | None, *, leave: bool) -> None:
        body = {"message": text, "conversation_id": conversation, "stream": True}
        sent = self.client.stream("POST", f"{self.address}/chat", json=body, headers=self.headers)
        async with sent as answer:
            self.statuses[answer.status_code] += 1
            async for _ in answer.aiter_lines():
                if leave:
                    break


async def run(stand: Stand, pid: int, users: list[BenchUser], seconds: float) -> tuple[list[float], Counter[int]]:
    samples: list[float] = []

    async def watch() -> None:
        while True:
            samples.append(resident_mb(pid))
            await asyncio.sleep(1)

    async with httpx2.AsyncClient(timeout=60, trust_env=False) as client:
        until = time.monotonic() + seconds
        watching = asyncio.create_task(watch())
        statuses = await asyncio.gather(*(Soak(client, stand.port, user, until).live() for user in users))
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    return samples, sum(statuses, Counter())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="Does a server grow?")
    parser.add_argument("--postgres", action="store_true", help="a real PostgreSQL in place of SQLite")
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name, database(Path(name), options.postgres) as url:
        stand = Stand(Path(name), url)
        stand.environment["ACCESS_TOKEN_SECONDS"] = str(24 * 3600)
        users = stand.create_users(USERS)
        with stand.running() as server:
            samples, statuses = asyncio.run(run(stand, server.pid, users, options.seconds))
    means = quarters(samples)
    growth = means[3] / means[1]
    print(f"answers by status: {dict(statuses)}")
    print("MB resident, by quarters: " + "  ".join(f"{mean:.1f}" for mean in means) + f"; growth {growth:.3f}")
    sys.exit(0 if growth <= MOST_GROWTH else f"It grows: more than {MOST_GROWTH}.")


if __name__ == "__main__":
    main()
