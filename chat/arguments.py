"""From what the model wrote as a tool call to what can be stored, run and sent again."""

import json
import re
from dataclasses import dataclass
from typing import Any

from accounts.text import storable

from .model_interface import ToolRequest

INVALID_JSON = "invalid_json"
NAME_MAX_CHARACTERS = 64


@dataclass(frozen=True)
class ParsedRequest:
    """`arguments` is None when the model's text was not a JSON object; that text is then in `stored_input`."""

    call_id: str
    tool_name: str
    arguments: dict[str, Any] | None
    stored_input: dict[str, Any]


def parsed_request(request: ToolRequest) -> ParsedRequest:
    arguments = json_object(request.arguments)
    return ParsedRequest(
        call_id=request.call_id,
        tool_name=wire_name(request.tool_name),
        arguments=arguments,
        stored_input={INVALID_JSON: storable(request.arguments)} if arguments is None else arguments,
    )


def json_object(text: str) -> dict[str, Any] | None:
    """The object that the text holds, with characters replaced that no database stores; None for anything else."""
    try:
        value = json.loads(text or "{}", parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return None
    return storable_json(value) if isinstance(value, dict) else None


def refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def storable_json(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list():
            return [storable_json(item) for item in value]
        case dict():
            return {storable(key): storable_json(item) for key, item in value.items()}
    return value


def wire_name(name: str) -> str:
    """The name as both wire formats accept it in a history: an invented one would make every later request invalid."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:NAME_MAX_CHARACTERS] or "unknown"
