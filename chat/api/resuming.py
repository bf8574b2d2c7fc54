"""A stream that broke, taken up again: what is missing of a turn, from what is stored, in any process.

An id says how far the reader is: the characters of the text and the events of tool calls before it, and whether it is
the last. So nothing need be remembered for a reader, and an id of one process is good in every other.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from accounts.models import User
from chat.errors import MessageNotFound, stored_failure
from chat.events import Event, MessageDelta, ToolCallFinished, ToolCallStarted, TurnFailed, TurnStarted
from chat.models import Conversation, Message, ToolCall
from chat.turns.records import tool_call_record, turn_completed
from chat.turns.settling import settle_dead_turn
from database.units import database_unit
from web.pages.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS

from .sse import Position, sse_frame

# What is stored of a running turn grows twice a second.
LOOK_SECONDS = 0.4


@dataclass(frozen=True)
class StoredTurn:
    """The answer of a turn as it is stored, with its calls, and the message that it answers."""

    answer: Message
    question_id: UUID

    @property
    def has_ended(self) -> bool:
        return self.answer.status != Message.Status.PENDING


async def resumed_frames(user: User, turn: StoredTurn, position: Position) -> AsyncGenerator[str, None]:
    async for event in resumed_events(user, turn, position):
        yield KEEP_ALIVE if event is None else sse_frame(event, position.number)


async def resumed_events(user: User, turn: StoredTurn, position: Position) -> AsyncGenerator[Event | None, None]:
    """What comes after `position`, which moves on, until the turn has ended; None after ten seconds of nothing.

    `turn` is as it was when asked.
    """
    quiet_seconds = 0.0
    while True:
        for event in missing_events(turn, position):
            quiet_seconds = 0.0
            position.move_past(event)
            yield event
        if turn.has_ended:
            return
        if quiet_seconds >= KEEP_ALIVE_SECONDS:
            quiet_seconds = 0.0
            yield None
        await asyncio.sleep(LOOK_SECONDS)
        quiet_seconds += LOOK_SECONDS
        turn = await stored_turn(user, turn.answer.pk)


@database_unit
def stored_turn(user: User, message_id: UUID) -> StoredTurn:
    """Raises MessageNotFound for what is no answer, also for another person's."""
    conversation = Conversation.objects.for_user(user).with_lease().filter(messages=message_id).first()
    if conversation is None:
        raise MessageNotFound
    settle_dead_turn(conversation)
    answer = conversation.messages.with_tool_calls().filter(pk=message_id, role=Message.Role.ASSISTANT).first()
    if answer is None:
        raise MessageNotFound
    return StoredTurn(answer, conversation.messages.get(sequence=answer.sequence - 1).pk)


def has_all(turn: StoredTurn, position: Position) -> bool:
    """Whether a reader who is there has nothing more to wait for."""
    return turn.has_ended and next(missing_events(turn, position), None) is None


def missing_events(turn: StoredTurn, position: Position) -> Iterator[Event]:
    """In the order of a stream; calls are told before the text, which may have stood before or between them."""
    others = list(other_events(turn))
    if not turn.has_ended or position.others < len(others):
        position.has_ended = False  # it was taken up again since
    yield from others[position.others :]
    if text := turn.answer.content[position.characters :]:
        yield MessageDelta(turn.answer.pk, text)
    if turn.has_ended and not position.has_ended:
        yield last_event(turn.answer)


def other_events(turn: StoredTurn) -> Iterator[Event]:
    """All before the last, but for the text: calls run one by one, so that behind an open one none has begun."""
    answer = turn.answer
    yield TurnStarted(answer.conversation_id, turn.question_id, answer.pk)
    for call in answer.calls:
        record = tool_call_record(call)
        yield ToolCallStarted(answer.pk, replace(record, status="pending", output=None, duration_ms=None))
        if call.status == ToolCall.Status.PENDING and call.output is None:
            return
        yield ToolCallFinished(answer.pk, record)


def last_event(message: Message) -> Event:
    if message.status in {Message.Status.FAILED, Message.Status.INTERRUPTED}:
        failure = stored_failure(message.error_code)
        request_id = message.metadata.get("request_id", "")
        return TurnFailed(failure.code, failure.sentence, failure.public_details, request_id)
    return turn_completed(message, message.calls, getattr(message, "approval", None))
