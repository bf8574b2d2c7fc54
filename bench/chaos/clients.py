"""Clients: each sends one operation after another, to either process, and remembers what it was told."""

import contextlib
import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from config.testing import RunningServer

from .operations import Attempt, History, Operation, Person
from .requests import Requests
from .stand import Stand

ANSWER_SECONDS = 20
# Some do not wait for long, and ask the other process, while the first is frozen or busy with the same.
IMPATIENT, IMPATIENT_SECONDS = 0.3, (0.3, 2.5)
PAUSE_SECONDS = (0.0, 0.08)
AGAIN_SECONDS = 0.3
TIMES_AGAIN = 6
HEAL_SECONDS = 120
AT_ONCE = 4
# Of a failure at the end of a stream, which has no status of its own.
PASSING_FAILURE = 503


class Wire:
    """Sends operations to either process, or to the one that accepts; what no answer came to is an attempt as well."""

    def __init__(self, stand: Stand, chance: random.Random) -> None:
        self.stand, self.random = stand, chance

    def send(self, operation: Operation) -> Attempt:
        attempt = self.first_answer(operation)
        operation.attempts.append(attempt)
        return attempt

    def first_answer(self, operation: Operation) -> Attempt:
        """Of whoever accepts; where nobody does, both are being started."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            for program in self.random.sample(self.stand.programs, len(self.stand.programs)):
                with contextlib.suppress(ConnectionRefusedError):
                    return self.send_to(program.address, operation)
            time.sleep(AGAIN_SECONDS)
        return Attempt(0, None)

    def send_to(self, server: RunningServer, operation: Operation) -> Attempt:
        """Raises ConnectionRefusedError where nobody was there to take it."""
        request = server.prepared(
            operation.method, operation.path, operation.body, operation.person.token, operation.headers
        )
        is_impatient = self.random.random() < IMPATIENT
        try:
            return answered(request, self.random.uniform(*IMPATIENT_SECONDS) if is_impatient else ANSWER_SECONDS)
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise error.reason from None
        except (OSError, http.client.HTTPException, ValueError):
            pass
        return Attempt(0, None)


def answered(request: urllib.request.Request, seconds: float) -> Attempt:
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            if answer.headers["Content-Type"] == "text/event-stream":
                return streamed(answer)
            return Attempt(answer.status, json.loads(answer.read() or "null"))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Attempt(refusal.code, body_of(refusal), refusal.headers["Retry-After"] or "")


def streamed(lines: Iterable[bytes]) -> Attempt:
    """What the events of a turn told, also where the stream was cut: calls that ended, and how the turn did."""
    calls, name = [], ""
    with contextlib.suppress(OSError, http.client.HTTPException):
        for line in map(bytes.decode, lines):
            field, _, value = line.strip().partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "tool_call.finished":
                calls.append(json.loads(value)["tool_call"])
            elif field == "data" and name == "turn.completed":
                return Attempt(200, json.loads(value), calls=tuple(calls))
            elif field == "data" and name == "turn.failed":
                failure = json.loads(value)
                passes_in = failure["details"].get("retry_after_seconds", "")
                return Attempt(PASSING_FAILURE, failure, str(passes_in), tuple(calls))
    return Attempt(0, None, calls=tuple(calls))


def body_of(refusal: urllib.error.HTTPError) -> Any:
    """Of a refusal, which a dying process may have cut off."""
    try:
        return json.loads(refusal.read() or "null")
    except (OSError, http.client.HTTPException, ValueError):
        return None


class Client:
    def __init__(self, person: Person, name: str, stand: Stand, history: History, seed: str) -> None:
        self.person, self.history = person, history
        self.random = random.Random(f"{seed} {name}")
        self.wire = Wire(stand, random.Random(f"{seed} {name} wire"))
        self.requests = Requests(person, name, self.random, lambda: next(history.numbers))

    def run(self, over: threading.Event) -> None:
        while not over.wait(self.random.uniform(*PAUSE_SECONDS)):
            operation = self.requests.next()
            self.history.operations.append(operation)
            self.carry_out(operation)

    def carry_out(self, operation: Operation) -> None:
        """Once; the same a second time at the same moment; or some times more where it is unknown what became of it."""
        chance = self.random.random()
        if operation.key and chance < 0.1:
            with ThreadPoolExecutor(2) as both:
                list(both.map(self.wire.send, [operation, operation]))
        else:
            self.wire.send(operation)
            if chance < 0.7 and operation.may_be_repeated:
                self.ask_again(operation)
        learn(operation)
        if operation.kind == "say" and (told := operation.acknowledgement):
            self.requests.own = told.answer["conversation_id"]

    def ask_again(self, operation: Operation) -> None:
        """For so long that the other process takes over from one that is frozen."""
        for _ in range(TIMES_AGAIN):
            if operation.outcome != "unknown":
                return
            self.wire.send(operation)
            time.sleep(AGAIN_SECONDS)


def learn(operation: Operation) -> None:
    """What the clients of the person can use next, from what one of them was told."""
    for attempt in operation.attempts:
        if attempt.error == "version_conflict":
            todo = attempt.answer["details"]["todo"]
            operation.person.saw(todo["id"], todo["version"])
        if operation.kind in {"say", "retry"} and isinstance(attempt.answer, dict):
            learn_of_end(operation.person, attempt.answer)
    if not (told := operation.acknowledgement):
        return
    match operation.kind:
        case "say" | "retry":
            learn_of_turn(operation.person, told.answer)
        case "mcp":
            learn_of_results(operation.person, told.answer["result"]["structuredContent"])
        case "create" | "patch" | "complete" | "reopen" | "restore" | "read":
            operation.person.saw(told.answer["id"], told.answer["version"])
        case "undo" if change := told.answer["change_id"]:
            operation.person.may_undo(change_id=change)


def learn_of_turn(person: Person, answer: dict[str, Any]) -> None:
    with person.lock:
        if answer["conversation_id"] not in person.conversations[-4:]:
            person.conversations = [*person.conversations[-4:], answer["conversation_id"]]
        if (approval := answer.get("approval")) and approval["status"] == "pending":
            person.approvals = [*person.approvals[-4:], approval["id"]]
    person.may_undo(message_id=answer["message_id"])
    for call in answer["tool_calls"]:
        person.may_undo(tool_call_id=call["id"])
        learn_of_results(person, call["output"] or {})


def learn_of_end(person: Person, answer: dict[str, Any]) -> None:
    """Which answers ended too early: stopped, or failed after they began."""
    ended = answer if answer.get("status") == "stopped" else answer.get("details", {})
    if "message_id" in ended and answer.get("error") != "idempotency_in_progress":
        person.may_retry(ended["conversation_id"], ended["message_id"])


def learn_of_results(person: Person, output: dict[str, Any]) -> None:
    for item in output.get("results", []):
        if task := item.get("task"):
            person.saw(task["id"], person.versions.get(task["id"], 1))


def answer_all(operations: Iterable[Operation], stand: Stand, seed: str) -> list[Operation]:
    """Send each again, which writes nothing twice, until it is answered. Returns those that never were."""
    wire, deadline = Wire(stand, random.Random(f"{seed} healing")), time.monotonic() + HEAL_SECONDS
    left = [operation for operation in operations if operation.may_be_repeated]
    with ThreadPoolExecutor(AT_ONCE) as clients:
        while left and time.monotonic() < deadline:
            attempts = list(clients.map(wire.send, left))
            left = [operation for operation, attempt in zip(left, attempts, strict=True) if attempt.is_passing]
            time.sleep(AGAIN_SECONDS if left else 0)
    return left
