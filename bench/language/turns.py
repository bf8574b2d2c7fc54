"""Sentences as whole turns of the basic assistant, each in a conversation of its own person with the same few todos."""

import time
import uuid
from collections.abc import AsyncGenerator
from typing import ClassVar

from asgiref.sync import sync_to_async
from django.utils import timezone, translation

from accounts.models import User
from chat.assistants.basic import BasicModel
from chat.assistants.interface import ModelOutput, ModelRequest
from chat.events import TurnCompleted
from chat.turn import open_turn, run_turn
from chat.turns.limits import NewMessage
from chat.turns.state.turn import Turn
from database.units import database_read
from todos.models import Todo, TodoChange

from .judging import Reading, Sentence

TITLES = (
    "buy milk",
    "call dentist",
    "write report",
    "send invoice",
    "get a haircut",
    "take out the recycling",
    "water plants",
)
DONE_TITLES = ("file taxes", "do laundry")
SPOKEN_BEFORE = ("what's on my list?", "move the dentist to tomorrow")


class TimedModel(BasicModel):
    """The basic assistant, with the CPU seconds of each step since the last turn began."""

    seconds: ClassVar[list[float]] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        started = time.thread_time()
        outputs = [output async for output in super().stream(request)]
        self.seconds.append(time.thread_time() - started)
        for output in outputs:
            yield output


async def read(sentence: Sentence) -> Reading:
    user = await seeded_user(str(sentence.zone))
    conversation_id = None
    for text in sentence.said_before or SPOKEN_BEFORE * ("anaphora" in sentence.expect):
        conversation_id = (await take_turn(user, sentence, NewMessage(text, conversation_id))).conversation_id
    TimedModel.seconds.clear()
    answer = await take_turn(user, sentence, NewMessage(sentence.text, conversation_id))
    return Reading(
        calls=tuple((call.tool_name, call.input) for call in answer.tool_calls),
        text=answer.response,
        written=await changes_of(answer),
        waits=answer.approval is not None,
        step_seconds=tuple(TimedModel.seconds),
    )


@sync_to_async
def seeded_user(time_zone: str) -> User:
    user = User.objects.create_user(uuid.uuid4().hex, time_zone=time_zone)
    Todo.objects.bulk_create(Todo(owner=user, title=title) for title in TITLES)
    Todo.objects.bulk_create(Todo(owner=user, title=title, completed_at=timezone.now()) for title in DONE_TITLES)
    return user


async def take_turn(user: User, sentence: Sentence, message: NewMessage) -> TurnCompleted:
    """A turn at the sentence's moment; a turn that fails ends the bench."""
    turn = await open_turn(user, message, request_id="")
    assert isinstance(turn, Turn)
    turn.question.created_at = sentence.now
    with translation.override(turn.language):
        events = [event async for event in run_turn(turn)]
    assert isinstance(events[-1], TurnCompleted), events[-1]
    return events[-1]


@database_read
def changes_of(answer: TurnCompleted) -> int:
    return TodoChange.objects.filter(message_id=answer.message_id).count()
