"""How a todo looks outside: a row for the assistant's tools, and the fuller one of the API."""

import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, WithJsonSchema

from accounts.models import User
from language.dates import date_text
from language.reminders.text import instant_text

from .fields.priority import Priority
from .models import Todo

PriorityName = Literal["none", "low", "medium", "high", "urgent"]
# A row goes into the model's context, where one todo must not crowd out the rest.
ROW_NOTES_MAX = 1_000


class TodoRow(BaseModel):
    # No docstring: it would stand in the definition of each tool.
    id: str
    title: str
    notes: str
    # Of an answer types are enough: this stands in the definition of each tool.
    priority: Annotated[PriorityName, WithJsonSchema({"type": "string"})]
    due: str | None
    due_text: str | None
    repeats: str | None
    overdue: bool
    reminds: str
    tags: list[str]
    done: bool


class TodoOut(BaseModel):
    """`due` is an ISO date or RFC 3339 date-time; `due_text` the same in words; `version` is also the ETag.

    `recurrence` is the value of an RFC 5545 RRULE, which counts from the completion if `recurs_from_completion`;
    `repeats` is the same in words. `reminds` are the moments at which it reminds, date-times as `due`.
    """

    id: str
    title: str
    notes: str
    priority: PriorityName
    due: str | None
    due_text: str | None
    recurrence: str | None
    recurs_from_completion: bool
    repeats: str | None
    overdue: bool
    reminds: list[str]
    tags: list[str]
    completed_at: datetime.datetime | None
    deleted_at: datetime.datetime | None
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime


def todo_row(todo: Todo, user: User, now: datetime.datetime) -> TodoRow:
    shared = _shared_fields(todo, user, now)
    reminds = "; ".join(instant_text(at, user.zone, now, user.habits) for at in _ahead(todo, now))
    done = todo.completed_at is not None
    return TodoRow(**shared | {"notes": _shortened(todo.notes)}, reminds=reminds, done=done)


def todo_out(todo: Todo, user: User, now: datetime.datetime) -> TodoOut:
    return TodoOut(
        **_shared_fields(todo, user, now),
        reminds=[at.astimezone(user.zone).isoformat() for at in _ahead(todo, now)],
        recurrence=todo.recurrence or None,
        recurs_from_completion=todo.recurs_from_completion,
        completed_at=todo.completed_at,
        deleted_at=todo.deleted_at,
        version=todo.version,
        created_at=todo.created_at,
        updated_at=todo.updated_at,
    )


def _shared_fields(todo: Todo, user: User, now: datetime.datetime) -> dict[str, Any]:
    return {
        "id": str(todo.id),
        "title": todo.title,
        "notes": todo.notes,
        "priority": cast(PriorityName, Priority(todo.priority).label),
        "due": todo.due,
        "due_text": date_text(todo.wall_due, user.zone, now, user.habits) or None,
        "repeats": todo.repeats_text(user.habits),
        "overdue": todo.is_overdue(now, now.astimezone(user.zone).date()),
        "tags": todo.tags,
    }


def _ahead(todo: Todo, now: datetime.datetime) -> list[datetime.datetime]:
    return [at for at in todo.reminder_moments if at > now]


def _shortened(notes: str) -> str:
    if len(notes) <= ROW_NOTES_MAX:
        return notes
    return f"{notes[:ROW_NOTES_MAX]}… (shortened; {len(notes):,} characters in all)"
