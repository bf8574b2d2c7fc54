"""What a server adds to its calls and messages: kept with them, and sent back to that server alone.

Thought signatures, encrypted reasoning, `reasoning_content`, ids of its own: nothing here is read by the program.
"""

import hashlib
import json
import math
from typing import Any

from chat.assistants.interface import ServerParts
from web.text import storable

PARTS_MAX_BYTES = 128 * 1024
DEPTH_MAX = 20


def server_id(base_url: str, model: str, api: str) -> str:
    """Names whoever gave the parts: an address and a model. A digest, because an address may hold a secret."""
    return hashlib.sha256(f"{base_url}\n{model}\n{api}".encode()).hexdigest()[:16]


def merged(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Add what one event brought: text goes on, lists grow, objects are merged, anything else is the newest."""
    for key, value in more.items():
        before = into.get(key)
        if value is None:
            continue
        if isinstance(before, str) and isinstance(value, str):
            into[key] = before + value if is_running_text(key) else value
        elif isinstance(before, list) and isinstance(value, list):
            extend(before, value)
        elif isinstance(before, dict) and isinstance(value, dict):
            merged(before, value)
        else:
            into[key] = value


def is_running_text(key: str) -> bool:
    """Whether the pieces of this field follow one another, as words do; signatures and ids are whole."""
    return key in {"text", "summary", "data", "thinking", "content"} or key.startswith(("reasoning", "thought_text"))


def extend(items: list[Any], more: list[Any]) -> None:
    """Pieces of one item, which say the same `index` and `type`, become one."""
    for item in more:
        last = items[-1] if items else None
        if isinstance(item, dict) and isinstance(last, dict) and is_same_item(last, item):
            merged(last, item)
        else:
            items.append(dict(item) if isinstance(item, dict) else item)


def is_same_item(last: dict[str, Any], item: dict[str, Any]) -> bool:
    return "index" in item and all(item.get(key, last.get(key)) == last.get(key) for key in ("index", "type"))


def bounded(parts: ServerParts) -> ServerParts | None:
    """The parts as they can be stored; None where they are more than anybody should keep."""
    try:
        kept = storable_value(parts)
        return kept if len(json.dumps(kept, ensure_ascii=False).encode()) <= PARTS_MAX_BYTES else None
    except ValueError:
        return None


def storable_value(value: Any, depth: int = 0) -> Any:
    """Raises ValueError for what is nested too deep, or is a number only to Python."""
    if depth > DEPTH_MAX or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("not to be kept")
    match value:
        case str():
            return storable(value)
        case list():
            return [storable_value(item, depth + 1) for item in value]
        case dict():
            return {storable(str(key)): storable_value(item, depth + 1) for key, item in value.items()}
    return value
