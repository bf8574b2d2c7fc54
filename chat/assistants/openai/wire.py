"""What both wire formats share: how a streamed answer is read, and what an error code in it stands for."""

import functools
import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from chat.assistants.interface import (
    ARGUMENTS_MAX_CHARACTERS,
    HistoryItem,
    ModelOutput,
    StepEnd,
    TextDelta,
    ToolDefinition,
    ToolRequest,
)
from chat.errors import ContextTooLong, ModelError, ModelUnavailable, TurnFailure
from web.text import storable

# Codes of an upstream that may work again in a moment. All others mean that this request cannot be answered.
PASSING_CODES = {
    "internal_error",
    "internal_server_error",
    "overloaded",
    "overloaded_error",
    "rate_limit_error",
    "rate_limit_exceeded",
    "server_error",
    "server_is_overloaded",
    "service_unavailable",
    "slow_down",
    "timeout",
}
# Codes, and for servers that give none the words, of a request that is longer than the model's window.
TOO_LONG_CODES = {"context_length_exceeded", "exceed_context_size_error"}
TOO_LONG_WORDS = ("context length", "context window", "context size")
PASSING_STATUSES = {408, 409, 425, 429}
LARGEST_COUNT = 10**9
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
ToolEntry = Callable[[ToolDefinition], dict[str, Any]]
LONGEST_CALL_ID = 64  # OpenAI refuses a history with a longer one.


def encoded(body: dict[str, Any], tools: tuple[ToolDefinition, ...], entry: ToolEntry) -> bytes:
    """The body of a request, with its tools where there are any: an empty list is refused."""
    text = ENCODER.encode(body)
    return (f'{text[:-1]},"tools":{tools_text(tools, entry)}}}' if tools else text).encode()


@functools.lru_cache(maxsize=8)
def tools_text(tools: tuple[ToolDefinition, ...], entry: ToolEntry) -> str:
    """Encoded once: they are the same each time, and half of what is sent."""
    return ENCODER.encode([entry(tool) for tool in tools])


class AnswerReader:
    """Reads the events of one streamed answer: `begun` with the first, `whole` when the upstream calls it finished.

    `answered` says that there was something in it: words or a tool request. `read` raises
    LookupError, TypeError, AttributeError or ValueError for an event of the wrong shape.
    """

    def __init__(self, history: tuple[HistoryItem, ...]) -> None:
        self.begun = self.whole = self.answered = False
        self.step_end = StepEnd()
        self._call_ids = {item.call_id for item in history if isinstance(item, ToolRequest)}

    def read(self, event: Any) -> Iterator[ModelOutput]:
        raise NotImplementedError

    def _text(self, text: str) -> TextDelta:
        self.answered = self.answered or not text.isspace()
        return TextDelta(storable(text))

    def _tool_request(self, call_id: str | None, tool_name: str, arguments: str) -> ToolRequest:
        """The request with an id to store it under.

        A missing id, one too long to be sent back, and one that this conversation has seen are replaced:
        some servers count from 0 in each answer.
        """
        self.answered = True
        if not call_id or len(call_id) > LONGEST_CALL_ID or call_id in self._call_ids:
            call_id = f"call_{uuid4().hex}"
        self._call_ids.add(call_id)
        return ToolRequest(storable(call_id), storable(tool_name), storable(arguments[: ARGUMENTS_MAX_CHARACTERS + 1]))


def token_count(count: object) -> int:
    return count if isinstance(count, int) and 0 <= count <= LARGEST_COUNT else 0


def failure_of_status(status: int) -> type[TurnFailure]:
    return ModelUnavailable if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING_STATUSES else ModelError


def says_too_long(code: object, kind: object, message: object) -> bool:
    """Whether an error of an upstream, of whatever shape, is about the length of the request."""
    return bool({str(code), str(kind)} & TOO_LONG_CODES) or any(words in str(message) for words in TOO_LONG_WORDS)


def failure_of_code(code: object) -> type[TurnFailure]:
    """The failure that an error inside a stream stands for; `code` is a word or an HTTP status."""
    word = str(code)
    if word in TOO_LONG_CODES:
        return ContextTooLong
    if word.isascii() and word.isdigit():
        return failure_of_status(int(word[:3]))
    return ModelUnavailable if word in PASSING_CODES else ModelError
