"""Calls that a model writes into its text, in whatever dialect: a tool's name with its arguments beside it.

Not a parser for each dialect: what they share is JSON that names a tool, or a tool's name in front of JSON, of
`name(key=value)`, or of one tag for each argument.
"""

import ast
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from chat.assistants.openai.answers.arguments import DECODER, read_arguments, tool_named

NAME_KEYS = ("name", "tool_name", "tool", "function_name", "function", "action", "recipient_name")
ARGUMENT_KEYS = ("arguments", "parameters", "args", "input", "tool_input", "action_input", "params", "kwargs")
LIST_KEYS = ("tool_calls", "calls", "tool_uses", "function_calls", "function_call", "tool_call")
DEPTH_MAX, CALLS_MAX, PARAMETERS_MAX = 4, 40, 40
PYTHON_MAX_CHARACTERS = 20_000
PLACES_MAX = 100  # looked at; each costs at most the length of the text
# Between a name and its arguments: tags, tokens, counters, fences and the words that dialects put there.
BETWEEN = re.compile(
    r"(?:\s+|:\d+|\[ARGS\]|<[^<>]{0,80}>|[\"'`:>=\]]|json\b|arguments\b|parameters\b|Action Input\b|\(\)\s*$)*"
)
BEFORE_TAGS = re.compile(r"[\s\"'>]*<(?:｜DSML｜)?(?:parameter|arg_key)\b")
WITHOUT_ARGUMENTS = re.compile(r"\"?>\s*</")
PARAMETER = re.compile(
    r"<(?:｜DSML｜)?parameter(?:=|\s+name=)[\"']?([\w-]+)[\"']?[^<>]{0,60}>(.*?)</(?:｜DSML｜)?parameter>"
    r"|<arg_key>\s*([\w-]+)\s*</arg_key>\s*<arg_value>(.*?)</arg_value>",
    re.DOTALL,
)
NAMED_TAG = re.compile(r"<([a-z_]+)>(.*?)</\1>", re.DOTALL)
CALL_LIKE = re.compile(
    r"^\W*\{?\s*\"(?:tool_calls?|function_calls?|tool_name|tool_uses)\"\s*:"
    r"|^[\s\[`]*(?:json|tool_\w+)?\s*\{\s*\"(?:name|tool|function|action)\"\s*:\s*[\"{].{0,200}"
    r"\"(?:arguments|parameters|args|input|tool_input|action_input)\"\s*:",
    re.DOTALL,
)
WORDS = {"true": True, "false": False, "null": None}


class WrittenCall(NamedTuple):
    tool_name: str
    arguments: str


def written_calls(text: str, names: Sequence[str]) -> list[WrittenCall]:
    """The calls in the text that are whole and name a tool, in their order."""
    calls: list[WrittenCall] = []
    name_or_json = re.compile(rf"[\[{{]|(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9_])")
    place = 0
    for _ in range(PLACES_MAX if names else 0):
        found = name_or_json.search(text, place)
        if not found or len(calls) >= CALLS_MAX:
            break
        if found[0] in "[{":
            more, place = calls_in_json(text, found.start(), names)
        else:
            more, place = call_behind_name(text, found[0], found.end())
        calls += more
    return calls


def looks_like_call(text: str) -> bool:
    """Whether JSON was meant as a call, of a tool that does not exist or without an end."""
    return bool(CALL_LIKE.match(text))


def calls_in_json(text: str, place: int, names: Sequence[str]) -> tuple[list[WrittenCall], int]:
    try:
        value, end = DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return [], place + 1
    return calls_of_value(value, names), end


def calls_of_value(value: Any, names: Sequence[str], depth: int = 0) -> list[WrittenCall]:
    if isinstance(value, list) and depth <= DEPTH_MAX:
        return [call for item in value for call in calls_of_value(item, names, depth + 1)]
    return calls_of_object(value, names, depth) if isinstance(value, dict) and depth <= DEPTH_MAX else []


def calls_of_object(value: dict[str, Any], names: Sequence[str], depth: int) -> list[WrittenCall]:
    for key in LIST_KEYS:
        if inner := calls_of_value(value.get(key), names, depth + 1):
            return inner
    for key in NAME_KEYS:
        if isinstance(value.get(key), dict) and (inner := calls_of_value(value[key], names, depth + 1)):
            return inner
        if isinstance(value.get(key), str) and (name := tool_named(value[key], dict.fromkeys(names))) in names:
            given: Any = next((value[key] for key in ARGUMENT_KEYS if key in value), {})
            return [WrittenCall(name, given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))]
    if len(value) == 1 and (only := next(iter(value))) in names and isinstance(value[only], dict):
        return [WrittenCall(only, json.dumps(value[only], ensure_ascii=False))]
    return []


def call_behind_name(text: str, name: str, place: int) -> tuple[list[WrittenCall], int]:
    """The call whose arguments stand behind the name, and where to read on."""
    if text[place : place + 1] == "(":
        arguments, end = python_arguments(text, place)
        return ([WrittenCall(name, json.dumps(arguments, ensure_ascii=False))] if arguments is not None else []), end
    if BEFORE_TAGS.match(text, place):
        arguments, end = tagged_arguments(text, name, place)
        if arguments:
            return [WrittenCall(name, json.dumps(arguments, ensure_ascii=False))], end
    if WITHOUT_ARGUMENTS.match(text, place) and text.endswith((f"={name}", f'="{name}'), 0, place):
        return [WrittenCall(name, "{}")], place
    start = BETWEEN.match(text, place)
    begin = start.end() if start else place
    if text[begin : begin + 1] == "{":
        try:
            value, end = DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return [], begin + 1
        return ([WrittenCall(name, json.dumps(value, ensure_ascii=False))] if isinstance(value, dict) else []), end
    arguments, end = tagged_arguments(text, name, place)
    return ([WrittenCall(name, json.dumps(arguments, ensure_ascii=False))] if arguments else []), end


def tagged_arguments(text: str, name: str, place: int) -> tuple[dict[str, Any], int]:
    """One tag for each argument, up to the end of the call's own tag."""
    marks = ("</function>", "</invoke>", "invoke>", f"</{name}>", "</tool_call>")
    end = min((end for end in (text.find(mark, place) for mark in marks) if end > 0), default=len(text))
    segment = text[place:end]
    pairs = [(m[1] or m[3], m[2] if m[1] else m[4]) for m in PARAMETER.finditer(segment)][:PARAMETERS_MAX]
    if not pairs and text[place - len(name) - 1 : place - len(name)] == "<":
        pairs = [(m[1], m[2]) for m in NAMED_TAG.finditer(segment)][:PARAMETERS_MAX]
    return {key: json_or_text(value) for key, value in pairs}, end


def json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value.strip()


def python_arguments(text: str, place: int) -> tuple[dict[str, Any] | None, int]:
    """`(tasks=[{"title": "milk"}])` as arguments; positional ones mean nothing."""
    end = closing_bracket(text, place)
    if end < 0:
        return None, place + 1
    inside = text[place + 1 : end]
    if (as_json := read_arguments(inside)) is not None:
        return as_json, end + 1
    try:
        call = ast.parse(f"f({inside})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or any(keyword.arg is None for keyword in call.keywords):
            return None, end + 1
        return {str(keyword.arg): literal(keyword.value) for keyword in call.keywords}, end + 1
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None, end + 1


def literal(node: ast.expr) -> Any:
    """As ast.literal_eval, with the words of JSON."""
    for part in ast.walk(node):
        for field, value in ast.iter_fields(part):
            if isinstance(value, ast.Name):
                setattr(part, field, constant(value))
            elif isinstance(value, list):
                value[:] = [constant(item) for item in value]
    return ast.literal_eval(constant(node))


def constant(node: Any) -> Any:
    return ast.Constant(WORDS[node.id]) if isinstance(node, ast.Name) and node.id in WORDS else node


def closing_bracket(text: str, place: int) -> int:
    """Where the bracket that opens at `place` is closed, outside of quoted text; -1 where it is not."""
    depth, quote, skip = 0, "", False
    for number, character in enumerate(text[place : place + PYTHON_MAX_CHARACTERS], start=place):
        if skip:
            skip = False
        elif quote:
            skip = character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if not depth:
                return number
    return -1
