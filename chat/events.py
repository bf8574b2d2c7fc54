"""Facts of a turn: what `run_turn` yields, API clients read, and pages draw. One fact, many renderings."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from uuid import UUID


@dataclass(frozen=True)
class ToolCallRecord:
    """A tool call as stored. `output` is null while it runs."""

    id: UUID
    tool_name: str
    input: dict[str, Any]
    output: dict[str, Any] | None
    status: Literal["pending", "success", "error"]
    duration_ms: int | None


@dataclass(frozen=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0


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
    """The answer of a turn. `stopped`: the turn met a limit; text and tool calls so far are kept."""

    name: ClassVar[str] = "turn.completed"
    conversation_id: UUID
    message_id: UUID
    response: str
    status: Literal["completed", "stopped"]
    tool_calls: list[ToolCallRecord] = field(default_factory=list)
    usage: Usage = Usage()
    model: str = ""


@dataclass(frozen=True)
class TurnFailed:
    """The error body of the API, as the last event of a turn that could not be finished."""

    name: ClassVar[str] = "turn.failed"
    error: str
    message: str
    details: dict[str, Any]
    request_id: str


Event = TurnStarted | MessageDelta | ToolCallStarted | ToolCallFinished | TurnCompleted | TurnFailed
