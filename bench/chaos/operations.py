"""What the clients asked for, and what they were told of it."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["acknowledged", "refused", "unknown"]
# Refused for now; whether an earlier attempt was carried out is not said.
PASSING = {"idempotency_in_progress", "conversation_busy", "rate_limited", "interrupted"}
WRITING = {"idempotency_in_progress", "interrupted"}
KEPT_TODOS = 40
KEPT_TARGETS = 20
OF_PROGRAMS = {"Accept": "application/json, text/event-stream", "MCP_Protocol_Version": "2025-11-25"}


@dataclass(frozen=True)
class Attempt:
    """`status` 0: no answer came, or none to its end. `calls` are those that a stream told the end of."""

    status: int
    answer: Any
    retry_after: str = ""
    calls: tuple[dict[str, Any], ...] = ()

    @property
    def error(self) -> str:
        return self.answer.get("error", "") if isinstance(self.answer, dict) else ""

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300 and not self.failed_at_mcp

    @property
    def failed_at_mcp(self) -> bool:
        """There a refusal, an outage too, is an answer like any other."""
        if not isinstance(self.answer, dict) or "jsonrpc" not in self.answer:
            return False
        return "error" in self.answer or bool(self.answer["result"].get("isError"))

    @property
    def is_passing(self) -> bool:
        return self.status == 0 or self.status >= 500 or self.error in PASSING

    @property
    def may_have_written(self) -> bool:
        return self.status == 0 or self.status >= 500 or self.error in WRITING or self.failed_at_mcp


@dataclass
class Person:
    """A user, and what the clients who share the account know of it. The newest is kept, so that memory is bounded."""

    user_id: str
    token: str
    versions: dict[str, int] = field(default_factory=dict)
    targets: list[dict[str, str]] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    unfinished: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, todo_id: str, version: int) -> None:
        """A version that the todo had: it has this one, or has gone on."""
        with self.lock:
            self.versions.pop(todo_id, None)
            self.versions[todo_id] = version
            for old in list(self.versions)[:-KEPT_TODOS]:
                del self.versions[old]

    def may_undo(self, **target: str) -> None:
        with self.lock:
            self.targets = [*self.targets, target][-KEPT_TARGETS:]

    def may_retry(self, conversation_id: str, message_id: str) -> None:
        """An answer that ended too early."""
        with self.lock:
            self.unfinished = [*self.unfinished, (conversation_id, message_id)][-KEPT_TARGETS:]


@dataclass
class Operation:
    """One request, sent once or several times; `key` is its Idempotency-Key where it has one.

    `steps` are the tool calls that a message makes the model ask for, step by step. `expects` is the version that the
    todo must have, `at_least` one that it had before. `message_id` is the answer that a retry is of.
    """

    number: int
    kind: str
    person: Person
    method: str
    path: str
    body: Any = None
    key: str = ""
    steps: list[list[list[Any]]] = field(default_factory=list)
    todo_id: str = ""
    message_id: str = ""
    expects: int = 0
    at_least: int = 0
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        if self.kind == "mcp":
            return OF_PROGRAMS
        key = {"Idempotency_Key": self.key} if self.key else {}
        return key | ({"If_Match": f'"{self.expects}"'} if self.expects else {})

    @property
    def items(self) -> list[dict[str, Any]]:
        """Of a call at /mcp."""
        arguments = self.body["params"]["arguments"]
        return arguments.get("tasks") or arguments["updates"]

    @property
    def may_be_repeated(self) -> bool:
        """Whether sending it again writes nothing twice."""
        return bool(self.key or self.expects or self.method == "GET" or self.kind in {"decide", "undo"})

    @property
    def outcome(self) -> Outcome:
        if self.acknowledgement:
            return "acknowledged"
        if self.key and self.attempts and not self.attempts[-1].is_passing:
            return "refused"  # whatever became of the attempts before, the key knows
        return "unknown" if any(attempt.may_have_written for attempt in self.attempts) else "refused"

    @property
    def acknowledgement(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_acknowledged), None)

    def __str__(self) -> str:
        answers = itertools.groupby(
            f"{attempt.status or 'no answer'} {attempt.error}".strip() for attempt in self.attempts
        )
        seen = ", ".join(f"{count} × {answer}" for answer, group in answers if (count := len(list(group))))
        return f"operation {self.number} ({self.kind}, key {self.key or 'none'}: {seen})"


class History:
    """All operations, in the order in which they began."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.numbers = itertools.count(1)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def of(self, *kinds: str) -> Iterator[Operation]:
        return (operation for operation in self.operations if operation.kind in kinds)

    def retried(self) -> set[str]:
        """The answers that may have become others after they were told."""
        return {operation.message_id for operation in self.of("retry")}

    def counts(self) -> Counter[str]:
        return Counter(operation.outcome for operation in self.operations)

    def unknown(self) -> list[Operation]:
        return [operation for operation in self.operations if operation.outcome == "unknown"]
