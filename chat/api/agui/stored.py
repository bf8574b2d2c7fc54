"""What a front end is told of a thread that it does not have: its newest messages, as AG-UI has them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from accounts.models import User
from chat.conversations import messages_before
from chat.models import Conversation, Message
from chat.turns.approvals import decision_text
from chat.turns.records import approval_of, tool_call_record
from chat.turns.settling import settle_dead_turn
from chat.turns.storage import conversation_of_thread
from database.units import database_unit

from .events import Frame, asked, result_id

MESSAGES_TOLD = 100


@dataclass
class StoredThread:
    """The messages, without an answer that is being written, which is `pending`; and how the run that tells them ends.

    Without a conversation there are none.
    """

    exists: bool = False
    messages: list[Frame] = field(default_factory=list)
    pending: Message | None = None
    outcome: Frame = field(default_factory=lambda: {"type": "success"})


@database_unit
def stored_thread(user: User, thread: str) -> StoredThread:
    """Raises ConversationNotFound where it was deleted, and NotYourConversation."""
    conversation_id, is_new = conversation_of_thread(user, thread)
    if is_new:
        return StoredThread()
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    messages, _ = messages_before(conversation, None, MESSAGES_TOLD)
    pending = messages.pop() if messages and messages[-1].status == Message.Status.PENDING else None
    outcome = outcome_after(messages) if not pending else {}
    return StoredThread(True, list(told(messages)), pending, outcome)


def outcome_after(messages: list[Message]) -> Frame:
    """What the last answer asked is still to be answered."""
    approval = approval_of(messages[-1]) if messages else None
    if approval is None or approval.status != "pending":
        return {"type": "success"}
    last = messages[-1]
    return asked(approval, last.content, [call.id for call in last.calls if call.status == "pending"])


def told(messages: Iterable[Message]) -> Iterator[Frame]:
    for message in messages:
        if message.replaced_at:
            continue
        message_id = str(message.id)
        if message.role == Message.Role.USER:
            yield {"id": message_id, "role": "user", "content": message.content}
            continue
        if message.calls:
            yield from told_calls(message)
            message_id += ".2"
        if message.content:
            yield {"id": message_id, "role": "assistant", "content": message.content}
        approval = getattr(message, "approval", None)
        if approval and approval.decided_at:
            yield {"id": str(approval.id), "role": "assistant", "content": decision_text(approval)}


def told_calls(message: Message) -> Iterator[Frame]:
    records = [tool_call_record(call) for call in message.calls]
    calls = [
        {
            "id": str(call.id),
            "type": "function",
            "function": {"name": call.tool_name, "arguments": json.dumps(call.input, ensure_ascii=False)},
        }
        for call in records
    ]
    yield {"id": str(message.id), "role": "assistant", "toolCalls": calls}
    for call in records:
        if call.status != "pending":
            content = json.dumps(call.output, ensure_ascii=False)
            yield {"id": result_id(call), "role": "tool", "toolCallId": str(call.id), "content": content}
