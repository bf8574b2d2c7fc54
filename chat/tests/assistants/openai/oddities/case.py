"""One case of what a model server does, and short ways to write many."""

import json
from typing import Any, NamedTuple

from .server import Answer, Reply, says, whole

MILK = '{"tasks": [{"title": "milk"}]}'
BREAD = '{"tasks": [{"title": "bread"}]}'
ADDED = says("Added.")
SECRET = "THE-PLAN"
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
HI = "Hello there."
BOTH = ("milk", "bread")
NUMBERS = "Calls numbered and named in any way"
ARGUMENTS = "Arguments in any shape"
NAMES = "Decorated tool names"
ENDS = "Answers without a proper end"
SHAPES = "Events of any shape"
TEXT_CALLS = "Calls written as text"
THOUGHTS = "Thoughts and control tokens"
BACK = "What a server adds goes back to it"
FIELDS = "Fields and forms that a server refuses"
TOOLS = "Models without tools"
ERRORS = "Errors inside a 200"
REFUSALS = "Refusals by status and code"
WAITS = "How long to wait"
LONG = "Too long for the model"
RESPONSES = "The Responses format"


class Case(NamedTuple):
    kind: str
    name: str
    answers: tuple[Answer, ...]
    says: str = ""
    todos: tuple[str, ...] = ()
    failure: str = ""
    api: str = "chat_completions"


def piece(
    arguments: Any = None, index: Any = 0, call_id: Any = "call_1", name: Any = "add_task", **more: Any
) -> dict[str, Any]:
    """A piece of a call; what is ... is left out."""
    function = {key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not ...}
    return {
        key: value
        for key, value in {"index": index, "id": call_id, "type": "function", "function": function, **more}.items()
        if value is not ...
    }


def more(arguments: Any, index: Any = 0) -> dict[str, Any]:
    return {"index": index, "function": {"arguments": arguments}}


def refuses(error: Any, status: int = 400, **headers: str) -> Reply:
    return whole(error, status, **headers)


def error(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


def refusing(field: str, reply: Reply, then: Reply) -> Answer:
    """Refuses a request that has the field."""
    return lambda body: reply if field in json.dumps(body) else then


def one_call(kind: str, name: str, reply: Answer, *todos: str, says: str = "Added.") -> Case:
    return Case(kind, name, (reply, ADDED), says, todos or ("milk",))


def told(kind: str, name: str, reply: Answer, text: str = HI) -> Case:
    return Case(kind, name, (reply,), text)


def fails(kind: str, name: str, failure: str, *replies: Answer, text: str = "") -> Case:
    return Case(kind, name, replies, text, failure=failure)
