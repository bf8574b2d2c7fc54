"""From what the model wrote as a tool call to what can be stored, run and sent again."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from uuid_utils.compat import uuid7

from web.text import storable

from .interface import ARGUMENTS_MAX_CHARACTERS, ServerParts, ToolRequest

INVALID_JSON = "invalid_json"
NAME_MAX_CHARACTERS = 64
CALL_ID = re.compile("[!-~]{1,200}")
DEPTH_MAX = 10
# Of arguments that are none, what is kept to see what went wrong.
REFUSED_MAX_CHARACTERS = 1_000


@dataclass(frozen=True)
class ParsedRequest:
    """`arguments` is None where they were no JSON object, or too long; how they begin is then in `stored_input`."""

    call_id: str
    tool_name: str
    arguments: dict[str, Any] | None
    stored_input: dict[str, Any]
    parts: ServerParts | None = None


def parsed_request(request: ToolRequest) -> ParsedRequest:
    arguments = json_object(request.arguments)
    refused = {INVALID_JSON: storable(request.arguments[:REFUSED_MAX_CHARACTERS])}
    return ParsedRequest(
        call_id=wire_id(request.call_id),
        tool_name=wire_name(request.tool_name),
        arguments=arguments,
        stored_input=refused if arguments is None else arguments,
        parts=request.parts,
    )


def json_object(text: str) -> dict[str, Any] | None:
    """The object that the text holds, with characters replaced that no database stores; None for anything else."""
    if len(text) > ARGUMENTS_MAX_CHARACTERS:
        return None
    try:
        value = json.loads(text or "{}", parse_constant=refuse_constant)
        return storable_json(value) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def storable_json(value: Any, depth: int = 0) -> Any:
    """Raises ValueError for what is nested deeper than any tool takes, and for 1e999, which is no number to others."""
    if depth > DEPTH_MAX or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("not an argument")
    match value:
        case str():
            return storable(value)
        case list():
            return [storable_json(item, depth + 1) for item in value]
        case dict():
            return {storable(key): storable_json(item, depth + 1) for key, item in value.items()}
    return value


def wire_name(name: str) -> str:
    """The name as both wire formats accept it in a history: an invented one would make every later request invalid."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name[:NAME_MAX_CHARACTERS]) or "unknown"


def wire_id(call_id: str) -> str:
    """The id of a call where both wire formats and the database accept it, else another one."""
    return call_id if CALL_ID.fullmatch(call_id) else f"call_{uuid7().hex}"
