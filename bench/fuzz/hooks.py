"""What schemathesis loads: requests that reach further than to “this address belongs to another user”.

Most of them name the user of the token, and todos and conversations that are there; the others stay as they were made.
"""

import json
import os
import random
import uuid
from typing import Any

import schemathesis

THERE: dict[str, list[str]] = json.loads(os.environ["FUZZ_IDS"])
# Of a hundred requests so many name what is there.
NAMED_OF_100 = 85
# By the document these are any text.
FREE_TEXT = {"user_id", "todo_id"}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Only of the parameters that the schema has; what is wrong on purpose in negative tests may stay wrong."""
    if isinstance(path_parameters, dict):
        for name, value in path_parameters.items():
            if name in THERE and isinstance(value, str):
                path_parameters[name] = replaced(name, value)
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Where an answer said null, a link to the next request has the text None."""
    for name, value in (case.path_parameters or {}).items():
        if value in {None, "None"} and name in THERE:
            case.path_parameters[name] = random.Random(name).choice(THERE[name])


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if isinstance(body, dict):
        for name in body.keys() & THERE.keys():
            if isinstance(body[name], str):
                body[name] = replaced(name, body[name])
    return body


def replaced(name: str, value: str) -> str:
    ids = THERE[name]
    if name not in FREE_TEXT and not is_uuid(value):
        return value  # wrong on purpose, and to be refused
    # By the value itself, so that shrinking a failure sees the same request again.
    chance = random.Random(value)
    return chance.choice(ids) if chance.randrange(100) < NAMED_OF_100 else value


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
