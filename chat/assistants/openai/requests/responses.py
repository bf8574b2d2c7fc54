"""Requests of the Responses format: the history as input items."""

from collections.abc import Iterable
from typing import Any

from chat.assistants.interface import ModelRequest, ToolDefinition
from chat.assistants.openai.schemas import plain_schema

from .conversation import AssistantSaid, UserSaid, conversation, plain_arguments

PATH = "/responses"
OPTIONAL = ("include", "store", "max_output_tokens", "strict", "stream")
ENCRYPTED_REASONING = "reasoning.encrypted_content"


def request_body(model: str, request: ModelRequest, server: str, without: frozenset[str]) -> dict[str, Any]:
    """All but the tools. Nothing is stored upstream: the history is sent whole, with the reasoning as it was given."""
    said = conversation(request.history, server, notes="foreign calls" in without)
    items = [item for message in said for item in input_items(message)]
    optional = {
        "store": False,
        "include": [ENCRYPTED_REASONING],
        "max_output_tokens": request.max_output_tokens or None,
    }
    return {
        **{name: value for name, value in optional.items() if name not in without and value is not None},
        "model": model,
        "instructions": request.instructions,
        "input": items,
        "stream": "stream" not in without,
    }


def input_items(message: UserSaid | AssistantSaid) -> Iterable[dict[str, Any]]:
    if isinstance(message, UserSaid):
        yield {"type": "message", "role": "user", "content": message.text}
        return
    yield from message.added.get("items", ())
    if message.text:
        yield {"type": "message", "role": "assistant", "content": message.text}
    for call in message.calls:
        added = (call.parts or {}).get("call") or {}
        yield {
            **added,
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.request.tool_name,
            "arguments": plain_arguments(call),
        }
    for call in message.calls:
        yield {"type": "function_call_output", "call_id": call.call_id, "output": call.output}


def tool_entry(tool: ToolDefinition, without: frozenset[str]) -> dict[str, Any]:
    strict = {} if "strict" in without else {"strict": False}
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": plain_schema(tool),
        **strict,
    }
