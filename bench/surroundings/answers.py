"""Answers that a scripted upstream gives, and what each looks like on the wire in both formats."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

Ending = Literal["whole", "length", "content_filter", "unfinished", "cut", "hang", "failed"]
FINISH_REASONS = {"length": "length", "content_filter": "content_filter"}
INCOMPLETE_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True)
class Call:
    """`arguments` goes out as it is, JSON or not; an empty `call_id` is left out."""

    tool_name: str
    arguments: str
    call_id: str


@dataclass(frozen=True)
class Answer:
    """One answer. `body` goes out in place of the events; with a `status` other than 200 it is the error body."""

    text: str = ""
    refusal: str = ""
    calls: tuple[Call, ...] = ()
    ending: Ending = "whole"
    status: int = 200
    retry_after: str | None = None
    error_code: str = ""
    body: bytes | None = None
    input_tokens: int = 120
    output_tokens: int = 40


def says(text: str, ending: Ending = "whole") -> Answer:
    return Answer(text=text, ending=ending)


def call(tool_name: str, arguments: dict[str, Any] | str, call_id: str | None = None) -> Call:
    """A tool call; arguments given as text are sent unchanged, so that they may be no JSON."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call(tool_name, written, f"call_{uuid4().hex[:12]}" if call_id is None else call_id)


def calls(*tool_calls: Call, text: str = "", ending: Ending = "whole") -> Answer:
    return Answer(text=text, calls=tool_calls, ending=ending)


def refuses(status: int, retry_after: str | None = None) -> Answer:
    error = {"message": "secret text of the upstream", "type": "scripted", "code": f"scripted_{status}"}
    return Answer(status=status, retry_after=retry_after, body=json.dumps({"error": error}).encode())


def hangs(text: str = "") -> Answer:
    """Silence: after the text, or before the first byte of the answer where there is none."""
    return Answer(text=text, ending="hang")


def fails(error_code: str, text: str = "") -> Answer:
    return Answer(text=text, ending="failed", error_code=error_code)


def sends(body: bytes) -> Answer:
    """A stream with this body, to the byte."""
    return Answer(body=body)


def tokens(text: str) -> list[str]:
    """The text in pieces of about a word, as models stream it."""
    return re.findall(r"\s*\S+|\s+$", text)


def pieces(arguments: str, size: int = 12) -> list[str]:
    return [arguments[start : start + size] for start in range(0, len(arguments), size)]


def interleaved(tool_calls: tuple[Call, ...]) -> Iterator[tuple[int, str]]:
    """The pieces of all calls' arguments in turns: (index of the call, piece)."""
    waiting = {index: pieces(tool_call.arguments) for index, tool_call in enumerate(tool_calls)}
    while waiting := {index: left for index, left in waiting.items() if left}:
        for index, left in waiting.items():
            yield index, left.pop(0)


# Chat Completions


def chat_completions_events(answer: Answer) -> Iterator[dict[str, Any]]:
    yield chunk({"role": "assistant", "content": ""})
    for word in tokens(answer.text):
        yield chunk({"content": word})
    for word in tokens(answer.refusal):
        yield chunk({"refusal": word})
    for index, tool_call in enumerate(answer.calls):
        named = {"index": index, "type": "function", "function": {"name": tool_call.tool_name, "arguments": ""}}
        yield chunk({"tool_calls": [named | ({"id": tool_call.call_id} if tool_call.call_id else {})]})
    for index, piece in interleaved(answer.calls):
        yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    if answer.ending == "failed":
        yield {"error": {"message": "secret text of the upstream", "code": answer.error_code}}
    elif answer.ending in {"whole", *FINISH_REASONS}:
        usual = "tool_calls" if answer.calls else "stop"
        yield chunk({}, finish_reason=FINISH_REASONS.get(answer.ending, usual))
        usage = {"prompt_tokens": answer.input_tokens, "completion_tokens": answer.output_tokens}
        yield {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": usage}


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice], "usage": None}


# Responses


def responses_events(answer: Answer) -> Iterator[dict[str, Any]]:
    yield {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
    for word in tokens(answer.text):
        yield {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": word}
    for word in tokens(answer.refusal):
        yield {"type": "response.refusal.delta", "output_index": 0, "content_index": 0, "delta": word}
    for index, piece in interleaved(answer.calls):
        yield {"type": "response.function_call_arguments.delta", "output_index": index + 1, "delta": piece}
    for index, tool_call in enumerate(answer.calls):
        item = {"type": "function_call", "id": f"fc_{index}", "status": "completed"}
        item |= {"name": tool_call.tool_name, "arguments": tool_call.arguments}
        item |= {"call_id": tool_call.call_id} if tool_call.call_id else {}
        yield {"type": "response.output_item.done", "output_index": index + 1, "item": item}
    yield from response_end(answer)


def response_end(answer: Answer) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens}
    if answer.ending == "failed":
        error = {"code": answer.error_code, "message": "secret text of the upstream"}
        yield {"type": "response.failed", "response": {"status": "failed", "error": error}}
    elif reason := INCOMPLETE_REASONS.get(answer.ending):
        ended = {"status": "incomplete", "incomplete_details": {"reason": reason}, "usage": usage}
        yield {"type": "response.incomplete", "response": ended}
    elif answer.ending == "whole":
        yield {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
