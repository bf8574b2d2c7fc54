"""Facts of a turn: what `run_turn` yields, API clients read, and pages draw. One fact, many renderings."""

import datetime
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

EXAMPLE: JsonDict = {
    "conversation_id": "0199c3f2-7a4e-7d10-8f6c-2b1f8a3c9e55",
    "message_id": "0199c3f2-7a51-7c3e-9d0b-5f2f6f0f4c11",
    "response": "Added “Call the dentist”, due Friday 6 March, 17:00.",
    "status": "completed",
    "tool_calls": [
        {
            "id": "0199c3f2-7a53-7b02-8c11-90d5f6a1e2b3",
            "tool_name": "add_task",
            "input": {"tasks": [{"title": "Call the dentist", "due": "friday 5pm"}]},
            "output": {"results": [{"outcome": "added", "task": {"title": "Call the dentist"}, "note": ""}]},
            "status": "success",
            "duration_ms": 3,
        }
    ],
    "usage": {"input_tokens": 0, "output_tokens": 0},
    "model": "basic",
    "approval": None,
}


@dataclass(frozen=True)
class ToolCallRecord:
    """A tool call as stored. `output` is null while it runs; a pending one with an output waits for approval."""

    id: UUID
    tool_name: str
    input: dict[str, Any]
    output: dict[str, Any] | None
    status: Literal["pending", "success", "error", "denied", "undone"]
    duration_ms: int | None


@dataclass(frozen=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class ApprovalRow:
    """One todo that the assistant may change only when the person says so."""

    todo_id: UUID
    title: str
    due_text: str | None
    action: Literal["complete", "delete"]


@dataclass(frozen=True)
class ApprovalRecord:
    """What waits for the person's word. `approved` has the ids that got it, once it is decided."""

    id: UUID
    status: Literal["pending", "approved", "declined", "expired"]
    rows: list[ApprovalRow]
    approved: list[UUID]
    expires_at: datetime.datetime


@dataclass(frozen=True)
class TurnStarted:
    name: ClassVar[str] = "turn.started"
    conversation_id: UUID
    user_message_id: UUID
    message_id: UUID


@dataclass(frozen=True)
class MessageDelta:
    """The next piece of the assistant's text; all pieces in order are the stored message."""

    name: ClassVar[str] = "message.delta"
    message_id: UUID
    text: str


@dataclass(frozen=True)
class ToolCallStarted:
    name: ClassVar[str] = "tool_call.started"
    message_id: UUID
    tool_call: ToolCallRecord


@dataclass(frozen=True)
class ToolCallFinished:
    name: ClassVar[str] = "tool_call.finished"
    message_id: UUID
    tool_call: ToolCallRecord


@dataclass(frozen=True)
class TurnCompleted:
    """The answer of a turn. `stopped`: the turn met a limit; text and tool calls so far are kept.

    `interrupted`: the turn ended too early, and more was said in its conversation since, so that it does not go on;
    `tool_calls` are what it did, and `response` says it.
    `needs_approval`: nothing of what `approval` lists has been done; it waits for the person.
    """

    __pydantic_config__: ClassVar[ConfigDict] = {"json_schema_extra": {"examples": [EXAMPLE]}}
    name: ClassVar[str] = "turn.completed"
    conversation_id: UUID
    message_id: UUID
    response: str
    status: Literal["completed", "needs_approval", "stopped", "interrupted"]
    tool_calls: list[ToolCallRecord] = field(default_factory=list)
    usage: Usage = Usage()
    model: str = ""
    approval: ApprovalRecord | None = None


@dataclass(frozen=True)
class TurnFailed:
    """The error body of the API, as the last event of a turn that could not be finished."""

    name: ClassVar[str] = "turn.failed"
    error: str
    message: str
    details: dict[str, Any]
    request_id: str


Event = TurnStarted | MessageDelta | ToolCallStarted | ToolCallFinished | TurnCompleted | TurnFailed
