"""A scenario, played: whole turns at the scenario's clock, and the rows before, after, and after all was undone."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.language.conversations import rows_of, user_with
from bench.quality.scenarios import Scenario
from chat.events import TurnCompleted, TurnFailed
from chat.turn import open_turn, run_turn
from chat.turns.limits import NewMessage
from chat.turns.state.turn import Turn
from database.units import database_read, database_unit
from todos.changing.changes import Origin
from todos.changing.undo import undo
from todos.errors import NothingToUndo
from todos.models import Door, TodoChange

Rows = dict[str, dict[str, Any]]
MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Said:
    """One answer, the titles of the todos that changed with it, and the titles that its tools showed."""

    text: str
    changes: tuple[str, ...]
    shown: tuple[str, ...]
    waits: bool


@dataclass(frozen=True)
class Played:
    before: Rows
    after: Rows
    undone: Rows
    theirs_kept: bool
    said: list[Said]
    failure: str = ""


async def play(scenario: Scenario) -> Played:
    user = await user_with(scenario.todos, scenario.zone)
    neighbour = await user_with(scenario.theirs, scenario.zone)
    before, theirs = await rows_of(user), await rows_of(neighbour)
    said: list[Said] = []
    conversation_id, failure = None, ""
    for number, text in enumerate(scenario.messages):
        changes = await changed_titles(user)
        answer = await answered(user, NewMessage(text, conversation_id), scenario.now + number * MINUTE)
        if isinstance(answer, TurnFailed):
            failure = answer.error
            break
        conversation_id = answer.conversation_id
        shown = tuple(title for call in answer.tool_calls for title in titles_in(call.output))
        waits = answer.approval is not None and answer.approval.status == "pending"
        said.append(Said(answer.response, (await changed_titles(user))[len(changes) :], shown, waits))
    after = await rows_of(user)
    await undo_all(user, scenario.now + len(scenario.messages) * MINUTE)
    return Played(before, after, await rows_of(user), theirs == await rows_of(neighbour), said, failure)


async def answered(user, message: NewMessage, now: datetime.datetime) -> TurnCompleted | TurnFailed:
    turn = await open_turn(user, message, request_id="")
    assert isinstance(turn, Turn)
    turn.question.created_at = now
    events = [event async for event in run_turn(turn)]
    assert isinstance(events[-1], TurnCompleted | TurnFailed), events[-1]
    return events[-1]


def titles_in(output: Any) -> list[str]:
    if not isinstance(output, dict):
        return []
    tasks = [*output.get("tasks", []), *(item["task"] for item in output.get("results", []) if item.get("task"))]
    return [task["title"] for task in tasks]


@database_read
def changed_titles(user) -> tuple[str, ...]:
    """Of each change so far, the oldest first."""
    changes = TodoChange.objects.for_user(user).order_by("id")
    return tuple((change.after or change.before or {})["title"] for change in changes)


async def undo_all(user, now: datetime.datetime) -> None:
    """Turn by turn, the last one first, as the button under each answer does."""
    for message_id in await turns_with_changes(user):
        await undo_turn(user, message_id, now)


@database_read
def turns_with_changes(user) -> list[UUID]:
    ids = TodoChange.objects.for_user(user).newest_first().values_list("message_id", flat=True)
    return [message_id for message_id in dict.fromkeys(ids) if message_id]


@database_unit
def undo_turn(user, message_id: UUID, now: datetime.datetime) -> None:
    try:
        undo(user, now=now, by=Origin(Door.PAGE), message_id=message_id)
    except NothingToUndo:
        return
