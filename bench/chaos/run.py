"""One run: chaos, healing, and the comparison of what is stored with what was told."""

import json
import random
import resource
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .checks import faults
from .clients import Client, Wire, answer_all
from .kept import kept_in
from .nemesis import Nemesis
from .operations import History, Operation, Person
from .stand import Stand, running_stand

PEOPLE, CLIENTS_EACH = 3, 3
REPLAYED = 50
FAULTS_SHOWN = 20
PASSWORD = "seven green bottles"


@dataclass
class Verdict:
    """`unknown` operations were not answered before all was well; `dead` ones not afterwards either."""

    seed: str
    seconds: float
    told: Counter[str]
    unknown: int
    dead: list[Operation]
    healing_seconds: float
    deeds: Counter[str]
    deadlocks: int
    memory_mib: int
    faults: list[str]

    def __str__(self) -> str:
        did = ", ".join(f"{count} × {deed}" for deed, count in sorted(self.deeds.items()))
        return "\n".join(
            [
                f"seed {self.seed}: {sum(self.told.values())} operations in {self.seconds:.0f} s: {dict(self.told)}",
                f"nemesis: {did}",
                f"{self.unknown} were unknown and sent again: {self.healing_seconds:.1f} s, {len(self.dead)} dead keys",
                f"{self.deadlocks} deadlocks; {self.memory_mib} MiB of memory",
                f"{len(self.faults)} violations",
                *self.faults[:FAULTS_SHOWN],
            ]
        )


def run(folder: Path, *, postgres: bool, seconds: float, seed: str) -> Verdict:
    history = History()
    with running_stand(folder, postgres) as stand:
        people = [sign_up(stand, f"person{number}") for number in range(PEOPLE)]
        nemesis = Nemesis(stand, seed)
        began_at = time.monotonic()
        break_everything(stand, nemesis, people, history, seconds, seed)
        took = time.monotonic() - began_at
        stand.wait_until_ready()
        began_at, unknown = time.monotonic(), history.unknown()
        dead = answer_all(unknown, stand, seed)
        healing = time.monotonic() - began_at
        found = replays(stand, history, seed)
        settle(stand)
        found += [f"{operation}: never answered" for operation in dead]
        found += faults(kept_in(stand.database), history)
        deadlocks = deadlocks_of(stand)
    found += [f"{deadlocks} deadlocks in the log of the database"] if deadlocks else []
    if found:
        keep(folder, history, found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = history.counts()
    return Verdict(seed, took, told, len(unknown), dead, healing, nemesis.deeds, deadlocks, memory, found)


def sign_up(stand: Stand, name: str) -> Person:
    body = {"username": name, "password": PASSWORD}
    answer = stand.programs[0].address.request("POST", "/api/auth/register", body)
    return Person(answer.body["user_id"], answer.body["access_token"])


def break_everything(
    stand: Stand, nemesis: Nemesis, people: list[Person], history: History, seconds: float, seed: str
) -> None:
    over = threading.Event()
    names = [(person, f"c{number}{letter}") for number, person in enumerate(people) for letter in "abc"[:CLIENTS_EACH]]
    clients = [Client(person, name, stand, history, seed) for person, name in names]
    with ThreadPoolExecutor(len(clients) + 1) as at_once:
        running = [at_once.submit(client.run, over) for client in clients]
        doom = at_once.submit(nemesis.run, over)
        # Who ends before is over ends by an error, which is no reason to wait.
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not any(future.done() for future in [*running, doom]):
            time.sleep(0.1)
        over.set()
        for future in [doom, *running]:
            future.result()


def replays(stand: Stand, history: History, seed: str) -> list[str]:
    """A key that was answered gives the same answer again."""
    wire, chance = Wire(stand, random.Random(f"{seed} replays")), random.Random(f"{seed} replayed")
    told = [(operation, told.answer) for operation in history if operation.key and (told := operation.acknowledgement)]
    retried = history.retried()
    told = [(operation, answer) for operation, answer in told if (answer or {}).get("message_id") not in retried]
    chosen = chance.sample(told, min(REPLAYED, len(told)))
    return [
        f"{operation}: told otherwise when asked again: {again}"
        for operation, first in chosen
        if told_of(again := wire.send(operation).answer) != told_of(first)
    ]


def told_of(answer: Any) -> Any:
    """Of a turn without what may have changed since, such as a call that was undone."""
    return (answer["message_id"], answer["response"]) if answer and "message_id" in answer else answer


def settle(stand: Stand) -> None:
    """Until the sweep has closed the turns of dead processes, whose keys nobody asked for again."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if not any(row["lease_until"] for row in kept_in(stand.database).conversations.values()):
            return
        time.sleep(0.5)


def deadlocks_of(stand: Stand) -> int:
    if stand.postgresql is None:
        return 0
    return stand.postgresql.log.read_text(errors="replace").count("deadlock detected")


def keep(folder: Path, history: History, found: list[str]) -> None:
    (folder / "faults.txt").write_text("\n".join(found))
    with (folder / "history.jsonl").open("w") as file:
        for operation in history:
            row = {name: value for name, value in vars(operation).items() if name not in {"person", "attempts"}}
            row["attempts"] = [asdict(attempt) for attempt in operation.attempts]
            file.write(json.dumps(row | {"user_id": operation.person.user_id}) + "\n")
