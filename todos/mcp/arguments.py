"""What a model or program wrote as the arguments of a tool, before they are checked against its schema.

Some fill in every argument they know, and write “nothing” in their own way.
"""

from collections.abc import Mapping
from typing import Any

NOTHING = frozenset({"", "null", "none", "nil", "undefined", "n/a"})
# Here “none” is a value: it removes what there is, or names the lowest priority.
NONE_SAYS_SOMETHING = frozenset({"due", "notes", "priority", "remind"})


def unknown_arguments(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    return [name for name in arguments if name not in schema["properties"]]


def given_arguments(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without those that say nothing: an optional one that is null, empty or a word for nothing.

    `schema` is a JSON schema of an object; the items of a batch are taken in the same way.
    """
    required = schema.get("required", ())
    given = {name: value for name, value in arguments.items() if name in required or not says_nothing(name, value)}
    return {
        name: given_items(value, schema["properties"].get(name, {}), schema, optional=name not in required)
        for name, value in given.items()
    }


def given_items(value: Any, shape: Mapping[str, Any], schema: Mapping[str, Any], *, optional: bool) -> Any:
    if not isinstance(value, list):
        return value
    if optional:
        value = [item for item in value if not says_nothing("", item)]
    of_item = shape.get("items", {})
    if "$ref" in of_item:
        of_item = schema["$defs"][of_item["$ref"].rpartition("/")[2]]
    if "properties" in of_item:
        whole = {"$defs": schema.get("$defs", {}), **of_item}
        return [given_arguments(item, whole) if isinstance(item, dict) else item for item in value]
    return value


def says_nothing(name: str, value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    word = value.strip().lower()
    return word in NOTHING and not (word == "none" and name in NONE_SAYS_SOMETHING)
