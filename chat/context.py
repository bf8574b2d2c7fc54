"""From stored messages to the history that a model is sent."""

import json
from collections.abc import Iterable

from .model_interface import AssistantText, HistoryItem, ToolOutput, ToolRequest, UserText
from .models import Message, ToolCall

INTERRUPTED_OUTPUT = {
    "error": {
        "code": "interrupted",
        "message": "This call was interrupted. Look before you say whether it took effect.",
    }
}


def history_items(messages: Iterable[Message]) -> list[list[HistoryItem]]:
    """One list for each message, in order: roles, calls and outputs as they were, never flattened into text."""
    return [message_items(message) for message in messages]


def message_items(message: Message) -> list[HistoryItem]:
    if message.role == Message.Role.USER:
        return [UserText(message.content)]
    items = tool_items(list(message.tool_calls.all()))
    if message.content:
        items.append(AssistantText(message.content))
    return items


def tool_items(tool_calls: list[ToolCall]) -> list[HistoryItem]:
    """The calls of each step, then their outputs: as the model made them."""
    items: list[HistoryItem] = []
    for step in sorted({call.step for call in tool_calls}):
        calls = [call for call in tool_calls if call.step == step]
        items += [ToolRequest(call.call_id, call.tool_name, json_text(call.input)) for call in calls]
        items += [tool_output(call) for call in calls]
    return items


def tool_output(call: ToolCall) -> ToolOutput:
    output = call.output if call.output is not None else INTERRUPTED_OUTPUT
    if call.status == ToolCall.Status.UNDONE:
        output = {**output, "undone": "All of this was taken back since."}
    return ToolOutput(call.call_id, json_text(output))


def json_text(value: object) -> str:
    """Keys sorted, because PostgreSQL keeps no order: only the same text of a history is cached upstream."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def estimated_tokens(items: Iterable[HistoryItem]) -> int:
    """About bytes / 3.5 + 4 for each item; no tokeniser works without its downloaded tables."""
    return sum(int(len(text_of(item).encode("utf-8", "surrogatepass")) / 3.5) + 4 for item in items)


def text_of(item: HistoryItem) -> str:
    match item:
        case ToolRequest(_, tool_name, arguments):
            return tool_name + arguments
        case ToolOutput(_, output):
            return output
        case UserText(text) | AssistantText(text):
            return text


def window(groups: list[list[HistoryItem]], max_tokens: int) -> list[HistoryItem]:
    """The newest whole turns that fit; a turn begins with the person's text, so no call is cut from its output."""
    kept: list[list[HistoryItem]] = []
    turn: list[list[HistoryItem]] = []
    tokens_left = max_tokens
    for group in reversed(groups):
        turn.insert(0, group)
        if group and isinstance(group[0], UserText):
            tokens_left -= sum(estimated_tokens(part) for part in turn)
            if tokens_left < 0:
                break
            kept, turn = turn + kept, []
    return [item for group in kept for item in group]
