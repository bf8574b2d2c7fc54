"""The mixed bench: thousands of turns of all kinds, side by side; is any answered as an error of ours?

    python -m bench.mixed                 50,000 turns
    python -m bench.mixed --turns 5000
    python -m bench.mixed --seconds 600   as many as there is time for

PostgreSQL, Redis, `config.serve` with two processes, and the basic assistant, who reads each sentence anew. People say
the sentences that its own bench is judged by, as JSON and as streams, in conversations of five turns; between them they
list, search and add by the API. Threads of one process share whatever is shared there. Anything but a
2xx, a 409 or a 422 counts as a fault, and so does a turn that is not stored.
"""

import argparse
import asyncio
import itertools
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from bench.load import production_stand
from bench.scale import AT_ONCE
from bench.surroundings.crowd import Person
from bench.surroundings.stored import stored

SENTENCES = Path(__file__).parent / "language" / "sentences"
TURNS_PER_CONVERSATION = 5
STREAMED = 0.3
FAULTS_SHOWN = 10
STORED = "SELECT status, error_code, COUNT(*) FROM chat_message WHERE role = 'assistant' GROUP BY status, error_code"


def sentences() -> list[str]:
    lines = (line for path in sorted(SENTENCES.glob("*.tsv")) for line in path.read_text().splitlines())
    return [text for line in lines if (text := line.rpartition("\t")[2].strip()) and not text.startswith("#")]


class Someone:
    """One person, who takes turns from a common count until that is used up."""

    def __init__(self, session: aiohttp.ClientSession, port: int, person: Person, turns: Iterator[int]) -> None:
        self.session, self.turns, self.random = session, turns, random.Random(person.user_id)
        self.address = f"http://127.0.0.1:{port}/api/{person.user_id}"
        self.headers = person.headers
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []

    async def live(self, said: list[str]) -> None:
        conversation: str | None = None
        for number in self.turns:
            if number % TURNS_PER_CONVERSATION == 0:
                conversation = None
            body = {"message": self.random.choice(said), "conversation_id": conversation}
            text = await self.ask("POST", "/chat", body | {"stream": self.random.random() < STREAMED})
            found = re.findall(r'"conversation_id": ?"([^"]+)"', text)
            conversation = found[-1] if found else None
            await self.ask(*self.random.choice(self.beside(number)))

    def beside(self, number: int) -> list[tuple]:
        return [
            ("GET", "/todos"),
            ("GET", f"/todos?q={self.random.choice(['milk', 'call', 'buy'])}"),
            ("GET", "/conversations?q=milk"),
            ("POST", "/todos", {"title": f"Todo {number}", "due": "tomorrow 5pm", "tags": ["mixed"]}),
        ]

    async def ask(self, method: str, path: str, body: dict | None = None) -> str:
        status: int | str = ""
        try:
            async with self.session.request(method, self.address + path, json=body, headers=self.headers) as answer:
                text, status = await answer.text(), answer.status
        except aiohttp.ClientError as error:
            text, status = "", type(error).__name__
        self.answers[f"{path.partition('?')[0]} {status}"] += 1
        if status not in {200, 201, 204, 409, 422} or "event: turn.failed" in text:
            self.faults.append(f"{method} {path} {body} {status}: {text[-300:]}")
        return text


async def run(port: int, people: list[Person], turns: int, seconds: float) -> list[Someone]:
    until, said = time.monotonic() + seconds, sentences()
    count = itertools.takewhile(lambda _: time.monotonic() < until, range(turns))
    timeout, limits = aiohttp.ClientTimeout(total=120), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=limits) as session:
        everyone = [Someone(session, port, person, count) for person in people]
        await asyncio.gather(*(someone.live(said) for someone in everyone))
    return everyone


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mixed", description="Turns of all kinds, side by side.")
    parser.add_argument("--turns", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=24 * 3600, help="end earlier, after this time")
    options = parser.parse_args()
    with production_stand(AT_ONCE, 2) as made:
        made.environment |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "ACCESS_TOKEN_SECONDS": "86400"}
        people = [Person(user.user_id, user.token) for user in made.create_users(options.people)]
        with made.running():
            began = time.monotonic()
            everyone = asyncio.run(run(made.port, people, options.turns, options.seconds))
            took = time.monotonic() - began
        kept = stored(made.environment["DATABASE_URL"], STORED)
        traces = (made.folder / "server.log").read_text().count("Traceback")
    answers = sum((someone.answers for someone in everyone), Counter())
    faults = list(itertools.chain.from_iterable(someone.faults for someone in everyone))
    said = sum(count for answer, count in answers.items() if answer.startswith("/chat "))
    print(f"{said:,} turns of {options.people} people in {took:.0f} s; {traces} tracebacks in the log")
    print(f"answers: {dict(sorted(answers.items()))}; stored: {kept}")
    print(f"{len(faults)} faults", *faults[:FAULTS_SHOWN], sep="\n")
    is_whole = answers["/chat 200"] == said == sum(row[-1] for row in kept)
    sys.exit(0 if is_whole and not faults and not traces else "Something went wrong.")


if __name__ == "__main__":
    main()
