"""The Chat Completions wire format: history as messages, answers as chunks of one choice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chat.assistants.interface import (
    ARGUMENTS_MAX_CHARACTERS,
    AssistantText,
    HistoryItem,
    ModelOutput,
    ModelRequest,
    StepEnd,
    Summary,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
)
from chat.errors import ModelError

from .wire import AnswerReader, token_count

PATH = "/chat/completions"
# More than a turn makes; the rest of a step that asks for more is not kept.
CALLS_MAX = 200


def request_body(model: str, request: ModelRequest) -> dict[str, Any]:
    """All but the tools."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": request.instructions}, *_messages(request.history)],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.max_output_tokens:
        body["max_completion_tokens"] = request.max_output_tokens
    return body


def _messages(history: tuple[HistoryItem, ...]) -> list[dict[str, Any]]:
    """Tool requests that follow one another, and the text before them, are one message of the assistant."""
    messages: list[dict[str, Any]] = []
    for item in history:
        match item:
            case UserText(text):
                messages.append({"role": "user", "content": text})
            case Summary():
                messages.append({"role": "user", "content": item.as_data})
            case AssistantText(text):
                messages.append({"role": "assistant", "content": text})
            case ToolRequest():
                if not messages or messages[-1]["role"] != "assistant":
                    messages.append({"role": "assistant", "content": None})
                messages[-1].setdefault("tool_calls", []).append(_tool_call(item))
            case ToolOutput(call_id, output):
                messages.append({"role": "tool", "tool_call_id": call_id, "content": output})
    return messages


def _tool_call(request: ToolRequest) -> dict[str, Any]:
    function = {"name": request.tool_name, "arguments": request.arguments}
    return {"id": request.call_id, "type": "function", "function": function}


def tool_entry(tool: ToolDefinition) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


@dataclass
class PartialCall:
    """A tool call as far as it has come; the arguments of several calls may arrive in turns."""

    call_id: str = ""
    tool_name: str = ""
    arguments: str = ""

    def add(self, piece: Any) -> None:
        self.call_id = self.call_id or piece.get("id") or ""
        function = piece.get("function") or {}
        self.tool_name = self.tool_name or function.get("name") or ""
        # One more than is taken, so that it is seen to be too long; a model may go on for megabytes.
        room = ARGUMENTS_MAX_CHARACTERS + 1 - len(self.arguments)
        if room > 0:
            self.arguments += (function.get("arguments") or "")[:room]


class ChatCompletionsReader(AnswerReader):
    def __init__(self, history: tuple[HistoryItem, ...]) -> None:
        super().__init__(history)
        self._calls: dict[int, PartialCall] = {}

    def read(self, event: Any) -> Iterator[ModelOutput]:
        if usage := event.get("usage"):
            self.step_end = StepEnd(
                token_count(usage.get("prompt_tokens")), token_count(usage.get("completion_tokens"))
            )
        for choice in event["choices"][:1]:
            yield from self._read_delta(choice.get("delta") or {})
            if choice.get("finish_reason"):
                yield from self._finish(choice["finish_reason"])

    def _read_delta(self, delta: Any) -> Iterator[ModelOutput]:
        for text in (delta.get("content"), delta.get("refusal")):
            if text:
                yield self._text(text)
        for piece in delta.get("tool_calls") or ():
            index = self._call_index(piece)
            if index in self._calls or len(self._calls) < CALLS_MAX:
                self._calls.setdefault(index, PartialCall()).add(piece)

    def _call_index(self, piece: Any) -> int:
        """Servers that leave the index out send each call with its id first."""
        if (index := piece.get("index")) is not None:
            return index
        return len(self._calls) if piece.get("id") or not self._calls else len(self._calls) - 1

    def _finish(self, reason: str) -> Iterator[ModelOutput]:
        """A length limit or a filter ends the answer too: its text up to there is the answer."""
        if reason == "error":
            raise ModelError
        self.whole = True
        for _, call in sorted(self._calls.items()):
            yield self._tool_request(call.call_id, call.tool_name, call.arguments)
        self._calls.clear()
