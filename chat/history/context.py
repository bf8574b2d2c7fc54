"""From stored rows to the items of a history that a model is sent."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import IntegerField

from chat.assistants.interface import (
    AssistantText,
    HistoryItem,
    ServerParts,
    Summary,
    ToolOutput,
    ToolRequest,
    UserText,
    json_text,
)
from chat.models import Conversation, Message, ToolCall
from database.prepared import PreparedQuery, Slot, pk_slot

INTERRUPTED_OUTPUT = {
    "error": {
        "code": "interrupted",
        "message": "This call was interrupted before it changed anything.",
    }
}


class StoredCall(NamedTuple):
    """The columns of a ToolCall that a history needs."""

    step: int
    call_id: str
    tool_name: str
    input: Any
    output: Any
    status: str
    server_parts: Any = None


MESSAGES = PreparedQuery(
    lambda: (
        Message.objects.filter(conversation=pk_slot("conversation"))
        .standing()
        .after(Slot("after", IntegerField()))
        .before(Slot("before", IntegerField()))
        .order_by("sequence")
        .values_list("pk", "sequence", "role", "content", "server_parts")
    )
)
CALLS = PreparedQuery(
    lambda: (
        ToolCall.objects.filter(
            message__conversation=pk_slot("conversation"), message__sequence__gt=Slot("after", IntegerField())
        )
        .order_by("position")
        .values_list("message_id", *StoredCall._fields)
    )
)


def past_items(conversation: Conversation, before: int | None = None) -> list[HistoryItem]:
    """The summary, then the messages after those it stands for: roles, calls and outputs, never flattened into text.

    `before` is the sequence of the question that is asked again.
    """
    earlier: list[HistoryItem] = [Summary(conversation.summary)] if conversation.summary else []
    return earlier + [item for _, items in past_messages(conversation, before) for item in items]


def past_messages(conversation: Conversation, before: int | None = None) -> list[tuple[int, list[HistoryItem]]]:
    """Each message that the summary does not cover, with its sequence.

    Two queries, and columns instead of models: 100 rows take 3 ms, not 9.
    """
    if conversation.last_sequence == conversation.summary_sequence:
        return []
    after, before = conversation.summary_sequence, before or conversation.last_sequence + 1
    messages = MESSAGES.rows(conversation=conversation.pk, after=after, before=before)
    calls_of: defaultdict[Any, list[StoredCall]] = defaultdict(list)
    for message_id, *columns in CALLS.rows(conversation=conversation.pk, after=after):
        call = StoredCall(*columns)
        output = json.loads(call.output) if call.output else None
        parts = json.loads(call.server_parts) if call.server_parts else None
        calls_of[message_id].append(call._replace(input=json.loads(call.input), output=output, server_parts=parts))
    return [
        (sequence, message_items(role, text, calls_of[pk], json.loads(parts) if parts else None))
        for pk, sequence, role, text, parts in messages
    ]


def message_items(role: str, text: str, calls: list[StoredCall], parts: ServerParts | None = None) -> list[HistoryItem]:
    if role == Message.Role.USER:
        return [UserText(text)]
    return [*tool_items(calls), *([AssistantText(text, parts)] if text else [])]


def tool_items(tool_calls: Iterable[ToolCall | StoredCall]) -> list[HistoryItem]:
    """The calls of each step, then their outputs: as the model made them."""
    steps: defaultdict[int, list[ToolCall | StoredCall]] = defaultdict(list)
    for call in tool_calls:
        steps[call.step].append(call)
    items: list[HistoryItem] = []
    for _, calls in sorted(steps.items()):
        items += [ToolRequest(call.call_id, call.tool_name, json_text(call.input), call.server_parts) for call in calls]
        items += [tool_output(call) for call in calls]
    return items


def tool_output(call: ToolCall | StoredCall) -> ToolOutput:
    output = call.output if call.output is not None else INTERRUPTED_OUTPUT
    if call.status == ToolCall.Status.UNDONE:
        output = {**output, "undone": "All of this was taken back since."}
    return ToolOutput(call.call_id, json_text(output))
