"""The contention bench: many clients in few conversations, at two processes on one database.

    python -m bench.contention            64 clients, 20 turns each, 8 conversations, on SQLite
    python -m bench.contention --postgres the same on a real PostgreSQL

Every client waits for its answer before it says the next thing, and tries again where the conversation is busy. Then a
hundred requests go to one conversation at once. What the database holds in the end is compared with what was answered.
"""

import argparse
import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.load import BenchUser, Stand, database, free_port
from bench.surroundings.stored import stored

GAPS = """
SELECT c.id FROM chat_conversation c JOIN chat_message m ON m.conversation_id = c.id GROUP BY c.id, c.last_sequence
HAVING COUNT(*) <> c.last_sequence OR MIN(m.sequence) <> 1 OR MAX(m.sequence) <> c.last_sequence
"""
UNFINISHED = "SELECT id FROM chat_message WHERE status <> 'completed'"
ANSWERS = "SELECT COUNT(*) FROM chat_message WHERE role = 'assistant' AND content <> ''"
PAUSE_SECONDS = (0.02, 0.3)


@dataclass(frozen=True)
class Crowd:
    clients: int = 64
    turns: int = 20
    conversations: int = 8
    burst: int = 100


@dataclass
class Outcome:
    """What was answered by status, and what the database says of it."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    burst: Counter[int] = field(default_factory=Counter)
    answers_stored: int = 0
    faults: list[str] = field(default_factory=list)

    def check(self, database_url: str) -> None:
        answered = self.statuses[200] + self.burst[200]
        [(self.answers_stored,)] = stored(database_url, ANSWERS)
        if self.answers_stored != answered:
            self.faults.append(f"{answered} turns were answered and {self.answers_stored} answers are stored.")
        if gaps := stored(database_url, GAPS):
            self.faults.append(f"{len(gaps)} conversations have gaps or doubles in their sequence.")
        if unfinished := stored(database_url, UNFINISHED):
            self.faults.append(f"{len(unfinished)} messages are not completed.")
        if others := set(self.statuses + self.burst) - {200, 409}:
            self.faults.append(f"There were answers with {sorted(others)}.")


class Contention:
    def __init__(self, client: httpx2.AsyncClient, ports: list[int], crowd: Crowd) -> None:
        self.client, self.ports, self.crowd = client, ports, crowd
        self.outcome = Outcome()

    async def measure(self, users: list[BenchUser]) -> None:
        """The users have a conversation each, in which the clients take turns; the last one's gets the burst."""
        *users, last = users
        conversations = [await self.opened(user) for user in [*users, last]]
        started_at = time.perf_counter()
        places = [number % len(users) for number in range(self.crowd.clients)]
        clients = (self.take_turns(n, users[place], conversations[place]) for n, place in enumerate(places))
        await asyncio.gather(*clients)
        self.outcome.seconds = time.perf_counter() - started_at
        burst = (
            self.say(number, last, f"Bench burst {number}", conversations[-1]) for number in range(self.crowd.burst)
        )
        self.outcome.burst.update([answer.status_code for answer in await asyncio.gather(*burst)])

    async def opened(self, user: BenchUser) -> str:
        answer = await self.say(0, user, "Bench opens", None)
        self.outcome.statuses[answer.status_code] += 1
        return answer.json()["conversation_id"]

    async def take_turns(self, number: int, user: BenchUser, conversation: str) -> None:
        for turn in range(self.crowd.turns):
            while True:
                answer = await self.say(number, user, f"Bench turn {number}-{turn}", conversation)
                self.outcome.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    break
                await asyncio.sleep(random.uniform(*PAUSE_SECONDS))

    async def say(self, number: int, user: BenchUser, text: str, conversation: str | None) -> httpx2.Response:
        port = self.ports[number % len(self.ports)]
        return await self.client.post(
            f"http://127.0.0.1:{port}/api/{user.user_id}/chat",
            json={"message": text, "conversation_id": conversation},
            headers={"Authorization": f"Bearer {user.token}", "Idempotency-Key": text.replace(" ", "-")},
        )


@contextlib.contextmanager
def second_server(stand: Stand) -> Iterator[int]:
    port = free_port()
    server: subprocess.Popen = stand.start("second", "-m", "daphne", "-p", str(port), "config.asgi:application")
    try:
        stand.wait_for(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def contend(database_url: str, folder: Path, crowd: Crowd) -> Outcome:
    stand = Stand(folder, database_url)
    users = stand.create_users(crowd.conversations + 1)

    async def run(ports: list[int]) -> Outcome:
        limits = httpx2.Limits(max_connections=crowd.clients + crowd.burst)
        async with httpx2.AsyncClient(timeout=120, limits=limits, trust_env=False) as client:
            contention = Contention(client, ports, crowd)
            await contention.measure(users)
            return contention.outcome

    with stand.running(), second_server(stand) as port:
        outcome = asyncio.run(run([stand.port, port]))
    outcome.check(database_url)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.contention", description="Many clients, few conversations.")
    parser.add_argument("--postgres", action="store_true", help="a real PostgreSQL in place of SQLite")
    for name, default in vars(Crowd()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = vars(parser.parse_args())
    with (
        tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name,
        database(Path(name), options.pop("postgres")) as url,
    ):
        outcome = contend(url, Path(name), Crowd(**options))
    busy = outcome.statuses[409]
    print(f"{outcome.statuses[200]} turns in {outcome.seconds:.1f} s, {busy} times busy; burst: {dict(outcome.burst)}")
    print(f"{outcome.answers_stored} answers stored")
    sys.exit("\n".join(outcome.faults))


if __name__ == "__main__":
    main()
