"""Requests of the Chat Completions format: the history as messages."""

from collections.abc import Iterable
from typing import Any

from chat.assistants.interface import ModelRequest, ToolDefinition
from chat.assistants.openai.schemas import plain_schema

from .conversation import AssistantSaid, MadeCall, Said, UserSaid, conversation, plain_arguments

PATH = "/chat/completions"
# What this format can leave out, in the order in which it is looked for in a refusal.
OPTIONAL = ("stream_options", "max_completion_tokens", "max_tokens", "stream")
CORE_FIELDS = {"role", "content", "tool_calls", "id", "type", "function"}


def request_body(model: str, request: ModelRequest, server: str, without: frozenset[str]) -> dict[str, Any]:
    """All but the tools. `without` are the fields and forms that this server has refused."""
    said = conversation(request.history, server, notes="foreign calls" in without)
    body: dict[str, Any] = {"model": model, "messages": messages(request.instructions, said, without), "stream": True}
    if "stream" in without:
        body["stream"] = False
    elif "stream_options" not in without:
        body["stream_options"] = {"include_usage": True}
    if request.max_output_tokens and (
        name := next((name for name in ("max_completion_tokens", "max_tokens") if name not in without), "")
    ):
        body[name] = request.max_output_tokens
    return body


def messages(instructions: str, said: list[Said], without: frozenset[str]) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = []
    if "system" in without and isinstance(said[0], UserSaid):
        said = [UserSaid(f"{instructions}\n\n{said[0].text}"), *said[1:]]
    else:
        written.append({"role": "system", "content": instructions})
    for message in said:
        match message:
            case UserSaid(text):
                written.append({"role": "user", "content": text})
            case AssistantSaid():
                written += assistant_messages(message, without)
    return written


def assistant_messages(message: AssistantSaid, without: frozenset[str]) -> Iterable[dict[str, Any]]:
    """The message with its calls, then one message for each output."""
    text: str | None = message.text or (None if "empty content" in without else "")
    written: dict[str, Any] = {"role": "assistant", "content": text}
    if message.calls:
        written["tool_calls"] = [tool_call(call, without) for call in message.calls]
    written |= {key: value for key, value in message.added.items() if key not in CORE_FIELDS | without}
    yield written
    for call in message.calls:
        yield {"role": "tool", "tool_call_id": call.call_id, "content": call.output}


def tool_call(call: MadeCall, without: frozenset[str]) -> dict[str, Any]:
    function = {"name": call.request.tool_name, "arguments": plain_arguments(call)}
    added = {key: value for key, value in ((call.parts or {}).get("call") or {}).items() if key not in without}
    within = added.pop("function", {})
    return {**added, "id": call.call_id, "type": "function", "function": {**within, **function}}


def tool_entry(tool: ToolDefinition, without: frozenset[str]) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": plain_schema(tool)}
    return {"type": "function", "function": function}
