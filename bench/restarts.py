"""The restart bench: is anything lost while every process is replaced, again and again?

    python -m bench.restarts          20 times both processes, under 16 clients behind nginx
    python -m bench.restarts --times 5

PostgreSQL, Redis, `config.serve` with two processes, and the shipped nginx. Each client takes turns as JSON and as
streams in conversations of five, and lists todos, with a tenth of a second between. Every answer must be 2xx and every
turn stored.
"""

import argparse
import asyncio
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.scale import AT_ONCE, stand
from bench.surroundings.crowd import Person
from bench.surroundings.proxy import running_nginx
from bench.surroundings.stored import stored

TURNS_PER_CONVERSATION = 5
PAUSE_SECONDS = 0.1
REPLACED = "all processes are new"
REPLACED_SECONDS = 90
ANSWERED = "SELECT COUNT(*) FROM chat_message WHERE role = 'assistant' AND status = 'completed'"
OTHERS = "SELECT status, COUNT(*) FROM chat_message WHERE status <> 'completed' GROUP BY status"


@dataclass
class Told:
    """What the clients saw: answers by their status, or by the kind of what broke, and how many turns went well."""

    answers: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    faults: list[str] = field(default_factory=list)


class Client:
    """One person who does not stop asking, all over connections that are kept."""

    def __init__(self, session: aiohttp.ClientSession, address: str, person: Person, told: Told) -> None:
        self.session, self.told = session, told
        self.address = f"{address}/api/{person.user_id}"
        self.headers = {"Authorization": f"Bearer {person.token}"}
        self.conversation_id: str | None = None

    async def live(self, done: asyncio.Event) -> None:
        number = 0
        while not done.is_set():
            if number % TURNS_PER_CONVERSATION == 0:
                self.conversation_id = None
            number += 1
            await self.ask("POST", "/chat", {"message": f"Bench turn {number}", "stream": number % 2 == 0})
            await self.ask("GET", "/todos?filter=all")
            await asyncio.sleep(PAUSE_SECONDS)

    async def ask(self, method: str, path: str, body: dict | None = None) -> None:
        sent = body and {**body, "conversation_id": self.conversation_id}
        try:
            async with self.session.request(method, self.address + path, json=sent, headers=self.headers) as answer:
                text = await answer.text()
        except aiohttp.ClientError as error:
            self.told.answers[type(error).__name__] += 1
            return
        self.told.answers[str(answer.status)] += 1
        if answer.status != 200 or (body and body["stream"] and "event: turn.completed" not in text):
            self.told.faults.append(f"{method} {path} {answer.status}: {text[-300:]}")
        elif body:
            self.told.turns += 1
            self.conversation_id = re.findall(r'"conversation_id": ?"([^"]+)"', text)[-1]


def replace(server: subprocess.Popen, log: Path, times: int) -> None:
    before = log.read_text().count(REPLACED)
    for number in range(1, times + 1):
        server.send_signal(signal.SIGHUP)
        give_up_at = time.monotonic() + REPLACED_SECONDS
        while log.read_text().count(REPLACED) < number + before:
            if time.monotonic() > give_up_at:
                sys.exit(f"They were not replaced in {REPLACED_SECONDS} s.\n{log.read_text()[-2000:]}")
            time.sleep(0.1)


async def run(server: subprocess.Popen, log: Path, address: str, people: list[Person], times: int) -> Told:
    told, done = Told(), asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        clients = [asyncio.create_task(Client(session, address, person, told).live(done)) for person in people]
        try:
            await asyncio.to_thread(replace, server, log, times)
        finally:
            done.set()
            await asyncio.gather(*clients)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.restarts", description="Replace processes under load.")
    parser.add_argument("--times", type=int, default=20, help="how often both processes are replaced")
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    with stand(2, AT_ONCE, options.clients) as (made, people), made.running() as server:
        log, url = made.folder / "server.log", made.environment["DATABASE_URL"]
        with running_nginx(made.port) as port:
            told = asyncio.run(run(server, log, f"http://127.0.0.1:{port}", people, options.times))
        starts = sorted(map(float, re.findall(r"accepts requests after ([\d.]+) s", log.read_text())))
        [(kept,)] = stored(url, ANSWERED)
        others = stored(url, OTHERS)
    print(f"{options.times} times both processes, {options.clients} clients")
    print(f"answers: {dict(told.answers)}; turns answered {told.turns}, stored {kept}, others {others}")
    print(f"a process started in {starts[len(starts) // 2]:.1f} s at the median, {starts[-1]:.1f} s at most")
    for fault in told.faults[:10]:
        print(fault)
    sys.exit(0 if set(told.answers) == {"200"} and told.turns == kept and not told.faults else "Something was lost.")


if __name__ == "__main__":
    main()
