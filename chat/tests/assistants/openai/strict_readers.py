"""How the strictest model servers read a request: each rule is somebody's, and a request must please all of them."""

import itertools
import json
import re
from typing import Any

from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from pydantic import TypeAdapter

OFFICIAL = {
    "messages": TypeAdapter(CompletionCreateParamsStreaming),
    "input": TypeAdapter(ResponseCreateParamsStreaming),
}
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Refused(AssertionError):
    """What a strict server would answer with 400."""


def need(holds: object, reason: str) -> None:
    if not holds:
        raise Refused(reason)


def check_request(body: dict[str, Any], *, own_ids: bool = True) -> None:
    """Raises Refused. With `own_ids` a server has given ids of its own, which may have any shape."""
    kind = "messages" if "messages" in body else "input"
    if body.get("stream"):
        OFFICIAL[kind].validate_python(body)
    for tool in body.get("tools", ()):
        need("$ref" not in json.dumps(tool) and "$defs" not in json.dumps(tool), "tools: Unknown name $defs")
    if kind == "messages":
        check_messages(body["messages"], own_ids=own_ids)
    else:
        check_items(body["input"])


def check_messages(messages: list[dict[str, Any]], *, own_ids: bool) -> None:
    if messages[0]["role"] == "system":
        messages = messages[1:]
    check_turns([message["role"] for message in messages])
    open_ids: list[str] = []
    seen: set[str] = set()
    for message in messages:
        need(message["role"] == "tool" or not open_ids, "a call has no output right behind it")
        calls = message.get("tool_calls", [])
        if message["role"] == "tool":
            need(message["tool_call_id"] in open_ids, "an output of no call")
            open_ids.remove(message["tool_call_id"])
        need(message["content"] or message["role"] != "user", "an empty text")
        need(message["content"] or calls or message["role"] != "assistant", "a message that says nothing")
        for call in calls:
            need(call["id"] not in seen, "one id twice")
            need(own_ids or re.fullmatch("[a-zA-Z0-9]{9}", call["id"]), "ids must be nine letters and digits")
            need(NAME.fullmatch(call["function"]["name"]), "the name of a function")
            need(isinstance(json.loads(call["function"]["arguments"]), dict), "arguments are no object")
            seen.add(call["id"])
        open_ids += [call["id"] for call in calls]
    need(not open_ids, "a call without an output")
    need(messages[-1]["role"] in {"user", "tool"}, "the last message is the assistant's own")


def check_turns(roles: list[str]) -> None:
    """User and assistant alternate; behind outputs comes the assistant."""
    need(roles[0] == "user", "the first message must be the user's")
    for before, after in itertools.pairwise(roles):
        need(before != after or before == "tool", f"roles must alternate: {before} {after}")
        need((before, after) != ("tool", "user"), "Unexpected role 'user' after role 'tool'")
        need((before, after) != ("user", "tool"), "an output behind the user's message")


def check_items(items: list[dict[str, Any]]) -> None:
    made: dict[str, bool] = {}
    for item in items:
        if item["type"] == "function_call":
            need(item["call_id"] not in made, "one id twice")
            need(isinstance(json.loads(item["arguments"]), dict), "arguments are no object")
            made[item["call_id"]] = False
        elif item["type"] == "function_call_output":
            need(made.get(item["call_id"]) is False, "an output of no call")
            made[item["call_id"]] = True
        elif item["type"] == "message":
            need(item["content"], "an empty text")
            need(all(made.values()), "a call has no output before the next message")
    need(all(made.values()), "a call without an output")
    said = [item["role"] for item in items if item["type"] == "message"]
    need(said[0] == "user", "the first message must be the user's")
