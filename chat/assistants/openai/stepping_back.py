"""What a server does not take is left out: once it refuses a field or a form, the request goes again without it."""

from typing import Any

from .refusals import Refusal
from .requests.chat_completions import CORE_FIELDS

# Named in a refusal, these say that the request's tools are meant.
TOOL_WORDS = ("tool", "tools", "function", "functions", "tool_choice", "tool use", "function calling")
EMPTY_WORDS = ("empty", "non-empty", "blank", "at least 1 character", "must not be", "required")
# With these a server may mean a part of the request; with others it means who asks, how often, or itself.
STATUSES = {400, 415, 422, 500, 501}
FOREIGN_CALLS, EMPTY_CONTENT, SYSTEM = "foreign calls", "empty content", "system"


def next_without(
    refusal: Refusal, body: dict[str, Any], optional: tuple[str, ...], without: frozenset[str], *, has_foreign: bool
) -> str:
    """The field or form to leave out after this refusal; empty where nothing of what was sent is spoken of.

    `has_foreign` says that there are calls in the history which this server did not make.
    """
    if refusal.status not in STATUSES:
        return ""
    found = named_field(refusal, body, optional) or added_field(refusal, body)
    if not found and refusal.is_request_fault:
        found = form(refusal, body) or (FOREIGN_CALLS if has_foreign else "")
    return "" if found in without else found


def named_field(refusal: Refusal, body: dict[str, Any], optional: tuple[str, ...]) -> str:
    for name in optional:
        is_sent = bool(body.get(name)) or name == "strict" or (name == "store" and name in body)
        if is_sent and refusal.names(name) and (name != "stream" or 400 <= refusal.status < 500):
            return name
    return ""


def added_field(refusal: Refusal, body: dict[str, Any]) -> str:
    """A field of messages that a server gave and does not take back, or misses in calls that were made elsewhere."""
    messages = [message for message in body.get("messages", ()) if message["role"] == "assistant"]
    calls = [call for message in messages for call in message.get("tool_calls", ())]
    fields = {key for written in (*messages, *calls) for key in written} - CORE_FIELDS
    for name in sorted(fields, key=len, reverse=True):
        if refusal.names(name):
            with_calls = [message for message in messages if message.get("tool_calls")]
            has_all = all(name in message or name in message["tool_calls"][0] for message in with_calls)
            return name if has_all else FOREIGN_CALLS
    return ""


def form(refusal: Refusal, body: dict[str, Any]) -> str:
    messages = body.get("messages", [])
    with_calls = [message for message in messages if message.get("tool_calls")]
    if refusal.names("system") and refusal.names("role") and messages and messages[0]["role"] == "system":
        return SYSTEM
    is_empty = any(message["content"] == "" for message in with_calls)
    if is_empty and refusal.names("content") and any(word in refusal.words for word in EMPTY_WORDS):
        return EMPTY_CONTENT
    return ""


def speaks_of_tools(refusal: Refusal) -> bool:
    return any(refusal.names(word) for word in TOOL_WORDS)
