"""What the database holds in the end, in one shape for SQLite and PostgreSQL, read past the program."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bench.surroundings.stored import stored

Row = dict[str, Any]
TABLES = {
    "todos": "todos_todo",
    "changes": "todos_todochange",
    "messages": "chat_message",
    "calls": "chat_toolcall",
    "conversations": "chat_conversation",
    "approvals": "chat_approval",
}
COLUMNS = {
    "todos": "id title notes priority due_date due_time recurrence previous_id completed_at deleted_at version",
    "changes": "id todo_id before after act door tool_call_id undoes_id undone_at",
    "messages": "id conversation_id sequence role content status error_code idempotency_key",
    "calls": "id message_id position tool_name input output status",
    "conversations": "id last_sequence lease_until",
    "approvals": "id message_id rows approved decided_at",
}
JSON = {"before", "after", "input", "output", "rows", "approved"}
IDS = {"id", "act"}


@dataclass
class Kept:
    """Rows by id, and what hangs together."""

    tables: dict[str, dict[str, Row]]
    of_todo: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    of_call: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    undone_by: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    calls_of: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    questions: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_place: dict[tuple[str, int], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.todos, self.changes, self.messages = (self.tables[name] for name in ("todos", "changes", "messages"))
        self.calls, self.conversations = self.tables["calls"], self.tables["conversations"]
        self.approvals = self.tables["approvals"]
        for change in self.changes.values():
            self.of_todo[change["todo_id"]].append(change)
            self.of_call[change["tool_call_id"]].append(change)
            self.undone_by[change["undoes_id"]].append(change)
        for call in sorted(self.calls.values(), key=lambda call: call["position"]):
            self.calls_of[call["message_id"]].append(call)
        for message in self.messages.values():
            self.by_place[message["conversation_id"], message["sequence"]] = message
            self.questions[message["idempotency_key"]].append(message)

    def answer_to(self, question: Row) -> Row | None:
        return self.by_place.get((question["conversation_id"], question["sequence"] + 1))


def kept_in(database_url: str) -> Kept:
    return Kept({name: rows_of(database_url, name) for name in TABLES})


def rows_of(database_url: str, name: str) -> dict[str, Row]:
    columns = COLUMNS[name].split()
    quoted = ", ".join(f'"{column}"' for column in columns)
    rows = stored(database_url, f"SELECT {quoted} FROM {TABLES[name]}")
    shaped = [{column: shape(column, value) for column, value in zip(columns, row, strict=True)} for row in rows]
    return {row["id"]: row for row in shaped}


def shape(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in JSON:
        return json.loads(value) if isinstance(value, str) else value
    if column in IDS or column.endswith("_id"):
        return str(UUID(str(value)))
    return value
