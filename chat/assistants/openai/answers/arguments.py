"""Tool names and arguments as models write them: decorated, fenced, encoded twice, said twice."""

import json
import re
from collections.abc import Mapping
from typing import Any

from chat.assistants.arguments import refuse_constant
from chat.assistants.interface import ToolDefinition
from chat.assistants.openai.schemas import fitted

FENCE = re.compile(r"^\s*```[\w-]*\s*|\s*```\s*$")
# What stands before a name in the words of some servers: `functions.`, `default_api:`, `mcp__todos__`, `tool_`.
PREFIX = re.compile(r".*(?:[.:/]|__)|functions?_|default_api_|tools?_", re.DOTALL)
# And behind it: a control token, a counter, brackets.
SUFFIX = re.compile(r"[^\w-].*", re.DOTALL)
NAME_MAX_CHARACTERS = 200
EMPTY_WORDS = {"", "null", "none", "undefined"}
VALUES_MAX = 8


def tool_named(written: str, names: Mapping[str, Any]) -> str:
    """The tool that a decorated name means: `functions.add_task`, `default_api:add_task`, `add_task<|channel|>…`.

    A name that means none comes back as it is. A longer word is another name: `delete_task_for_ever` is no tool.
    """
    if written in names or len(written) > NAME_MAX_CHARACTERS:
        return written
    bare = written.strip(" \t\r\n`\"'").lower()
    prefix = PREFIX.match(bare)
    for word in (bare, bare[prefix.end() :] if prefix else bare):
        for name in (word, SUFFIX.sub("", word), SUFFIX.sub("", word).rpartition("__")[2]):
            if name in names:
                return name
    first = SUFFIX.split(bare, maxsplit=1)[0]
    rest = re.split(r"[.:/]", bare)
    return next((SUFFIX.sub("", part) for part in (first, *rest) if SUFFIX.sub("", part) in names), written)


def read_arguments(text: str) -> dict[str, Any] | None:
    """The object that the text holds; None where it holds none, the beginning of one, or two that differ.

    What a model repeated counts once. What follows a whole object, as a bracket too many, is not looked at.
    """
    text = FENCE.sub("", text).strip()
    if text.lower() in EMPTY_WORDS:
        return {}
    found: dict[str, Any] | None = None
    for _ in range(VALUES_MAX):
        try:
            value, end = DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            return found or None
        if isinstance(value, str):
            value = read_arguments(value)
        if isinstance(value, dict) and value:
            if found and value != found:
                return None
            found = value
        elif found is None and value == {}:
            found = {}
        text = text[end:].strip()
        if not text:
            break
    return found


def written_arguments(text: str, tool: ToolDefinition | None) -> str:
    """The arguments as plain JSON that fits the tool; unreadable text as it came, so that the model can be told."""
    arguments = read_arguments(text)
    if arguments is None:
        return text
    return json.dumps(fitted(arguments, tool) if tool else arguments, ensure_ascii=False)


# Raw line ends in a text are read: what is meant is plain.
DECODER = json.JSONDecoder(strict=False, parse_constant=refuse_constant)
