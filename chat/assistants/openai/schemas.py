"""The tools' JSON schemas as the strictest server takes them; arguments made to fit where their meaning is plain."""

import functools
import json
from typing import Any

from chat.assistants.interface import ToolDefinition

Schema = dict[str, Any]
ABSENT = object()
NOTHING = {"", "null", "none", "undefined", "n/a"}
# “none” is a word of the tools themselves: it takes a date or notes away.
NOTHING_IN_TEXT = NOTHING - {"none"}
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@functools.lru_cache(maxsize=64)
def plain_schema(tool: ToolDefinition) -> Schema:
    """The schema of the arguments without `$ref` and `$defs`, which some servers refuse: what is named is put in."""
    definitions = tool.parameters.get("$defs", {})
    return {key: inlined(value, definitions) for key, value in tool.parameters.items() if key != "$defs"}


def inlined(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if name := str(part.get("$ref", "")).rpartition("/")[2]:
        part = {**definitions[name], **{key: value for key, value in part.items() if key != "$ref"}}
    return {key: inlined(value, definitions) for key, value in part.items()}


def fitted(arguments: dict[str, Any], tool: ToolDefinition) -> dict[str, Any]:
    """The arguments, what can only mean one thing written as the schema has it; all else is left to the tool.

    Empty and null values of what may be left out are left out, one item becomes a list of one, words become numbers.
    """
    schema = plain_schema(tool)
    return fitted_object(arguments_of_one_item(arguments, schema), schema)


def arguments_of_one_item(arguments: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """`{"title": "milk"}` where the tool takes a list of such, `{"task": "milk"}` where it takes `tasks`."""
    required = schema.get("required", [])
    if len(required) != 1 or required[0] in arguments or not arguments:
        return arguments
    [name] = required
    lists = schema["properties"][name]
    if lists.get("type") != "array":
        return arguments
    if name.removesuffix("s") in arguments and name.removesuffix("s") not in schema["properties"]:
        rest = dict(arguments)
        return {name: rest.pop(name.removesuffix("s")), **rest}
    known = lists.get("items", {}).get("properties", {})
    return {name: [arguments]} if known and set(arguments) <= set(known) else arguments


def fitted_object(values: dict[str, Any], schema: Schema) -> dict[str, Any]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    kept = {}
    for name, value in values.items():
        fit = value if name in required else present(value, properties.get(name, {}))
        if fit is not ABSENT:
            kept[name] = fitted_value(fit, properties.get(name, {}))
    return kept


def present(value: Any, schema: Schema) -> Any:
    """ABSENT for what says nothing: some models fill every field that they may leave out."""
    if value is None:
        return ABSENT
    words = NOTHING_IN_TEXT if schema.get("type") == "string" else NOTHING
    return ABSENT if isinstance(value, str) and value.strip().lower() in words else value


def fitted_value(value: Any, schema: Schema) -> Any:
    match schema.get("type"):
        case "object":
            value = parsed(value)
            return fitted_object(value, schema) if isinstance(value, dict) else value
        case "array":
            return fitted_list(value, schema.get("items", {}))
        case "string":
            return fitted_text(value, schema)
        case "integer":
            return fitted_number(value)
        case "boolean":
            return TRUTHS.get(str(value).strip().lower(), value)
    return value


def fitted_list(value: Any, items: Schema) -> Any:
    value = parsed(value)
    if isinstance(value, str | dict):
        value = [value]
    if not isinstance(value, list):
        return value
    if items.get("type") == "object":
        return [fitted_value(item_of_text(item, items), items) for item in value]
    return [fitted_value(item, items) for item in value if item not in {"", None}] if hashable(value) else value


def item_of_text(item: Any, schema: Schema) -> Any:
    """One text in the place of an object that needs one text alone: `"milk"` for `{"title": "milk"}`."""
    item, required = parsed(item), schema.get("required", [])
    if isinstance(item, str) and len(required) == 1 and schema["properties"][required[0]].get("type") == "string":
        return {required[0]: item}
    return item


def fitted_text(value: Any, schema: Schema) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        same = [word for word in schema.get("enum", []) if word == value.strip().lower()]
        return same[0] if same else value
    return value


def fitted_number(value: Any) -> Any:
    try:
        return int(value) if isinstance(value, str) or (isinstance(value, float) and value.is_integer()) else value
    except ValueError:
        return value


def parsed(value: Any) -> Any:
    """JSON in a text where a list or an object was asked for."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return value
    return value


def hashable(values: list[Any]) -> bool:
    return all(isinstance(value, str | int | float | None) for value in values)
