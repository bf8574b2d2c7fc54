"""The Responses wire format: history as input items, answers as typed events."""

from collections.abc import Iterator
from typing import Any

from chat.assistants.interface import (
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

from .wire import AnswerReader, failure_of_code, token_count

PATH = "/responses"


def request_body(model: str, request: ModelRequest) -> dict[str, Any]:
    """All but the tools. Nothing is stored upstream, so items carry no upstream ids: the history is sent whole."""
    limit = {"max_output_tokens": request.max_output_tokens} if request.max_output_tokens else {}
    return {
        **limit,
        "model": model,
        "instructions": request.instructions,
        "input": [_input_item(item) for item in request.history],
        "store": False,
        "stream": True,
    }


def _input_item(item: HistoryItem) -> dict[str, Any]:
    match item:
        case UserText(text):
            return {"type": "message", "role": "user", "content": text}
        case Summary():
            return {"type": "message", "role": "user", "content": item.as_data}
        case AssistantText(text):
            return {"type": "message", "role": "assistant", "content": text}
        case ToolRequest(call_id, tool_name, arguments):
            return {
                "type": "function_call",
                "call_id": call_id,
                "name": tool_name,
                "arguments": arguments,
            }
        case ToolOutput(call_id, output):
            return {"type": "function_call_output", "call_id": call_id, "output": output}


def tool_entry(tool: ToolDefinition) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


class ResponsesReader(AnswerReader):
    def __init__(self, history: tuple[HistoryItem, ...]) -> None:
        super().__init__(history)
        self._part: tuple[object, object] | None = None

    def read(self, event: Any) -> Iterator[ModelOutput]:
        match event["type"]:
            case "response.output_text.delta" | "response.refusal.delta":
                yield from self._read_text(event)
            case "response.output_item.done":
                yield from self._read_item(event["item"])
            case "response.completed" | "response.incomplete":
                # An incomplete answer met a length limit or a filter; its text up to there is the answer.
                self.whole = True
                usage = event["response"].get("usage") or {}
                self.step_end = StepEnd(token_count(usage.get("input_tokens")), token_count(usage.get("output_tokens")))
            case "response.failed":
                raise failure_of_code((event["response"].get("error") or {}).get("code"))
            case "error":
                raise failure_of_code(event.get("code"))

    def _read_text(self, event: Any) -> Iterator[ModelOutput]:
        """Parts of one answer are paragraphs of their own, not one run of words."""
        part = (event.get("output_index"), event.get("content_index"))
        if self._part not in {None, part}:
            yield self._text("\n\n")
        self._part = part
        if event["delta"]:
            yield self._text(event["delta"])

    def _read_item(self, item: Any) -> Iterator[ModelOutput]:
        if item["type"] == "function_call":
            yield self._tool_request(item.get("call_id"), item["name"], item["arguments"])
