"""Our events in the words of AG-UI 1.0: a run of messages that open, grow and close, and of tool calls between them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from chat.events import (
    ApprovalRecord,
    ApprovalRow,
    Event,
    MessageDelta,
    ToolCallFinished,
    ToolCallRecord,
    ToolCallStarted,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)

PROTOCOL = "1.0"
Frame = dict[str, Any]

turn_adapter: TypeAdapter[TurnCompleted] = TypeAdapter(TurnCompleted)
rows_adapter: TypeAdapter[list[ApprovalRow]] = TypeAdapter(list[ApprovalRow])


def frame_text(frame: Frame) -> str:
    """As Server-Sent Events have it; the kind of event stands in the JSON."""
    return f"data: {json.dumps(frame, ensure_ascii=False)}\n\n"


@dataclass
class Run:
    """One run as it is told. Text and calls alternate: what the assistant says after calls is a new message."""

    thread_id: str
    run_id: str
    answer_id: str = ""
    told_text: str = ""
    messages: int = 0
    is_open: bool = False
    begun: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    @property
    def ids(self) -> Frame:
        return {"threadId": self.thread_id, "runId": self.run_id}

    @property
    def message_id(self) -> str:
        return self.answer_id if self.messages < 2 else f"{self.answer_id}.{self.messages}"

    def started(self) -> Frame:
        return {"type": "RUN_STARTED", **self.ids, "protocolVersion": PROTOCOL}

    def finished(self, **more: Any) -> Frame:
        return {"type": "RUN_FINISHED", **self.ids, **more}

    def frames(self, event: Event) -> Iterator[Frame]:
        match event:
            case TurnStarted():
                self.answer_id = str(event.message_id)
            case MessageDelta():
                yield from self.text(event.text)
            case ToolCallStarted():
                yield from self.call(event.tool_call)
            case ToolCallFinished():
                yield from self.outcome(event.tool_call)
            case TurnCompleted():
                self.answer_id = str(event.message_id)
                yield from self.untold(event)
                yield self.finished(**end_of(event))
            case TurnFailed():
                yield from self.close()
                yield {"type": "RUN_ERROR", "message": event.message, "code": event.error}

    def text(self, text: str) -> Iterator[Frame]:
        if not self.is_open:
            self.messages += 1
            self.is_open = True
            yield {"type": "TEXT_MESSAGE_START", "messageId": self.message_id, "role": "assistant"}
        self.told_text += text
        yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": self.message_id, "delta": text}

    def close(self) -> Iterator[Frame]:
        if self.is_open:
            self.is_open = False
            yield {"type": "TEXT_MESSAGE_END", "messageId": self.message_id}

    def call(self, call: ToolCallRecord) -> Iterator[Frame]:
        """A call with its arguments; nothing where it was told already."""
        call_id = str(call.id)
        if call_id in self.begun:
            return
        self.begun.add(call_id)
        yield from self.close()
        self.messages = self.messages or 1
        yield {
            "type": "TOOL_CALL_START",
            "toolCallId": call_id,
            "toolCallName": call.tool_name,
            "parentMessageId": self.message_id,
        }
        yield {"type": "TOOL_CALL_ARGS", "toolCallId": call_id, "delta": json.dumps(call.input, ensure_ascii=False)}
        yield {"type": "TOOL_CALL_END", "toolCallId": call_id}

    def outcome(self, call: ToolCallRecord) -> Iterator[Frame]:
        """What came of a call; nothing while it waits for the person."""
        call_id = str(call.id)
        if call.status == "pending" or call_id in self.ended:
            return
        self.ended.add(call_id)
        content = json.dumps(call.output, ensure_ascii=False)
        yield {"type": "TOOL_CALL_RESULT", "messageId": result_id(call), "toolCallId": call_id, "content": content}

    def untold(self, completed: TurnCompleted) -> Iterator[Frame]:
        """Frames for what only the last event tells: all of a turn that was answered earlier."""
        for call in completed.tool_calls:
            yield from self.call(call)
            yield from self.outcome(call)
        if completed.response != self.told_text:
            yield from self.text(completed.response.removeprefix(self.told_text))
        yield from self.close()


def result_id(call: ToolCallRecord) -> str:
    return f"{call.id}.result"


def end_of(completed: TurnCompleted) -> Frame:
    """The outcome of the run, what the turn took, and the turn as the chat endpoint answers it."""
    usage = completed.usage
    tokens = {"inputTokens": usage.input_tokens, "outputTokens": usage.output_tokens}
    entry = {"model": completed.model, **tokens, "totalTokens": usage.input_tokens + usage.output_tokens}
    return {
        "outcome": outcome_of(completed),
        "usage": [entry],
        "result": turn_adapter.dump_python(completed, mode="json"),
    }


def outcome_of(completed: TurnCompleted) -> Frame:
    if completed.status == "needs_approval" and completed.approval:
        waiting = [call.id for call in completed.tool_calls if call.status == "pending"]
        return asked(completed.approval, completed.response, waiting)
    return {"type": "cancelled" if completed.status == "stopped" else "success"}


def asked(approval: ApprovalRecord, question: str, waiting: Sequence[UUID]) -> Frame:
    """The outcome of a run that waits for the person, with a schema that a form can be made of."""
    ids = [str(row.todo_id) for row in approval.rows]
    some = {"type": "array", "items": {"type": "string", "enum": ids}, "uniqueItems": True}
    schema = {
        "type": "object",
        "properties": {"approve": {"anyOf": [{"const": "all"}, some]}},
        "required": ["approve"],
        "additionalProperties": False,
    }
    interrupt = {
        "id": str(approval.id),
        "reason": "approval",
        "message": question,
        "responseSchema": schema,
        "expiresAt": approval.expires_at.isoformat(),
        "metadata": {"todos": rows_adapter.dump_python(approval.rows, mode="json")},
    }
    if len(waiting) == 1:
        interrupt["toolCallId"] = str(waiting[0])
    return {"type": "interrupt", "interrupts": [interrupt]}


def message_frames(message_id: str, text: str) -> list[Frame]:
    """A message of the assistant, at once."""
    return [
        {"type": "TEXT_MESSAGE_START", "messageId": message_id, "role": "assistant"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": message_id, "delta": text},
        {"type": "TEXT_MESSAGE_END", "messageId": message_id},
    ]
