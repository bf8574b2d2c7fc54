"""What clients rely on in an API document, and what of it another document breaks.

`python -m config.tests.api_contract openapi.json` writes the contract of a document, as `released/` keeps it of each
release. A break is what a client that worked may stumble over: what it sends is refused, what it reads is gone.
"""

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RELEASED = Path(__file__).parent / "released"
Contract = dict[str, Any]


def contract_of(document: dict[str, Any]) -> Contract:
    """Operation → its parameters, the fields of its body and those of its answers, each with what it may be.

    What webhooks are sent is read by clients as answers are.
    """
    sent = {
        f"WEBHOOK {name}": {"parameters": {}, "body": {}, "answers": {"sent": fields(document, post["requestBody"])}}
        for name, post in sorted((name, each["post"]) for name, each in document.get("webhooks", {}).items())
    }
    return sent | {
        f"{method.upper()} {path}": {
            **({"sunset": operation["x-sunset"]} if operation.get("deprecated") else {}),
            "parameters": {
                f"{parameter['in']} {parameter['name']}": bool(parameter.get("required"))
                for parameter in operation.get("parameters", [])
            },
            "body": fields(document, operation.get("requestBody", {})),
            "answers": {
                status: fields(document, answer)
                for status, answer in sorted(operation["responses"].items())
                if status.startswith("2")
            },
        }
        for path, operations in sorted(document["paths"].items())
        for method, operation in sorted(operations.items())
    }


def fields(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return {place: {"types": types, "required": required} for place, types, required in walk(document, schema)}


def walk(
    document: dict[str, Any], schema: dict[str, Any], place: str = "", *, required: bool = True
) -> Iterator[tuple[str, list[str], bool]]:
    """Each field by its place, such as “items[].title”, with the types that it may have."""
    shapes = alternatives(document, schema)
    yield place, sorted({kind for shape in shapes for kind in kinds(shape)}), required
    for shape in shapes:
        for name, inner in shape.get("properties", {}).items():
            needed = name in shape.get("required", [])
            yield from walk(document, inner, f"{place}.{name}".lstrip("."), required=needed)
        if "items" in shape:
            yield from walk(document, shape["items"], f"{place}[]")


def alternatives(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return alternatives(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    return [shape for each in several for shape in alternatives(document, each)] if several else [schema]


def kinds(shape: dict[str, Any]) -> list[str]:
    kind = shape.get("type", "any")
    return kind if isinstance(kind, list) else [kind]


def breaks(before: Contract, after: Contract, today: datetime.date | None = None) -> Iterator[str]:
    """What was given up in a release may be gone from the day that it named."""
    today = today or datetime.datetime.now(datetime.UTC).date()
    for name, operation in before.items():
        if name not in after:
            if operation.get("sunset", "9999-12-31") > today.isoformat():
                yield f"{name} is gone"
            continue
        now = after[name]
        yield from (f"{name}: {broken}" for broken in broken_requests(operation, now))
        for status, answer in operation["answers"].items():
            yield from (f"{name} {status}: {broken}" for broken in broken_answer(answer, now["answers"].get(status)))


def broken_requests(before: Contract, after: Contract) -> Iterator[str]:
    for parameter in before["parameters"].keys() - after["parameters"].keys():
        yield f"{parameter} is not known any more"
    for parameter, required in after["parameters"].items():
        if required and not before["parameters"].get(parameter, False):
            yield f"{parameter} is required now"
    for place, field in before["body"].items():
        now = after["body"].get(place)
        if now is None:
            yield f"{place} is refused now"
        elif not set(field["types"]) <= set(now["types"]):
            yield f"{place} takes {' or '.join(now['types'])} now"
    for place, field in after["body"].items():
        around = place.rpartition(".")[0].removesuffix("[]")
        known = before["body"].get(place) or before["body"].get(around)
        is_item = place.endswith("[]")  # of an array that may be left out
        if field["required"] and not is_item and known and not before["body"].get(place, {}).get("required"):
            yield f"{place} is required now"


def broken_answer(before: Contract, after: Contract | None) -> Iterator[str]:
    if after is None:
        yield "is not answered any more"
        return
    for place, field in before.items():
        now = after.get(place)
        if now is None:
            yield f"{place} is gone"
        elif not set(now["types"]) <= set(field["types"]):
            yield f"{place} may be {' or '.join(now['types'])} now"


if __name__ == "__main__":
    document = json.loads(Path(sys.argv[1]).read_text())
    sys.stdout.write(json.dumps(contract_of(document), indent=1, ensure_ascii=False) + "\n")
