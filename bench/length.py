"""The length bench: what a turn costs late in a long conversation, relative to an early one.

    python -m bench.length            a scripted upstream without delay
    python -m bench.length --basic    the basic assistant
    python -m bench.length --postgres the same on a real PostgreSQL

One user takes 300 turns in one conversation; each is one tool call (`list_tasks`, five rows) and forty words. The
window is full long before the end. The last 40 turns are compared with turns 10–30 of short conversations, taken in
between: one of these, one of those, so that whatever else the machine does costs both the same.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.load import BenchUser, Stand, cpu_ms, database

EARLY = range(10, 31)
LATE_TURNS = 40
MOST = 1.3
TODOS = ("Buy milk", "Call the dentist", "Pay the rent", "Water the plants", "Write to the bank")


@dataclass(frozen=True)
class Cost:
    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Talk:
    """One user's conversations with the server of that process id."""

    client: httpx2.Client
    user: BenchUser
    server_pid: int
    text: str

    def turns(self) -> Iterator[Cost]:
        """The turns of a new conversation, one after another, each with its wall clock and the server's CPU time."""
        conversation_id = None
        while True:
            cpu_before, started_at = cpu_ms(self.server_pid), time.perf_counter()
            body = {"message": self.text, "conversation_id": conversation_id}
            response = self.client.post(f"/api/{self.user.user_id}/chat", json=body)
            wall_ms = (time.perf_counter() - started_at) * 1000
            if response.status_code != 200:
                sys.exit(f"A turn was answered with {response.status_code}: {response.text[:500]}")
            conversation_id = response.json()["conversation_id"]
            yield Cost(wall_ms, cpu_ms(self.server_pid) - cpu_before)

    def early_turns(self) -> Iterator[Cost]:
        while True:
            yield from itertools.islice(self.turns(), EARLY.start - 1, EARLY.stop - 1)

    def measure(self, turns: int) -> tuple[list[Cost], list[Cost]]:
        """Early and late turns, in turns."""
        long, early = self.turns(), self.early_turns()
        for _ in itertools.islice(long, turns - LATE_TURNS):
            pass
        pairs = [(next(early), next(long)) for _ in range(LATE_TURNS)]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def report(early: list[Cost], late: list[Cost], turns: int) -> bool:
    """Prints both and their ratios; whether these are small enough."""
    # CPU time comes in steps of 10 ms: a mean says more than a median.
    figures = {
        "wall ms (median)": [statistics.median(cost.wall_ms for cost in costs) for costs in (early, late)],
        "CPU ms (mean)": [statistics.fmean(cost.cpu_ms for cost in costs) for costs in (early, late)],
    }
    print(f"{'':18}  turns {EARLY.start}–{EARLY.stop - 1}  turns {turns - LATE_TURNS + 1}–{turns}  ratio")
    for name, (before, after) in figures.items():
        print(f"{name:18}  {before:11.1f}  {after:13.1f}  {after / before:5.2f}")
    return all(after / before < MOST for before, after in figures.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.length", description="Measure turns of a long conversation.")
    parser.add_argument("--postgres", action="store_true", help="a real PostgreSQL in place of SQLite")
    parser.add_argument("--basic", action="store_true", help="the basic assistant in place of an upstream")
    parser.add_argument("--turns", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as name, database(Path(name), options.postgres) as url:
        stand = Stand(Path(name), url)
        stand.environment["CONVERSATION_MAX_MESSAGES"] = str(2 * options.turns)
        if options.basic:
            stand.environment |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
        (user,) = stand.create_users(1)
        headers = {"Authorization": f"Bearer {user.token}"}
        address = f"http://127.0.0.1:{stand.port}"
        with stand.running() as server, httpx2.Client(base_url=address, headers=headers, timeout=60) as client:
            for title in TODOS:
                client.post(f"/api/{user.user_id}/todos", json={"title": title}).raise_for_status()
            text = "what are my open todos?" if options.basic else "Bench turn"
            small_enough = report(*Talk(client, user, server.pid, text).measure(options.turns), options.turns)
    sys.exit(0 if small_enough else f"The cost of a turn grows with the conversation: a ratio is over {MOST}.")


if __name__ == "__main__":
    main()
