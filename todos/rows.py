"""How a todo looks outside: a row for the assistant's tools, and the fuller one of the API."""

import datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from .dates import date_text
from .models import Priority, Todo

PriorityName = Literal["none", "low", "medium", "high", "urgent"]
# A row goes into the model's context, where one todo must not crowd out the rest.
ROW_NOTES_MAX = 1_000


def without_titles(schema: dict[str, Any]) -> None:
    """pydantic titles every property with its own name; models are billed for each of these."""
    schema.pop("title", None)
    for part in schema.get("properties", {}).values():
        part.pop("title", None)
        if part.get("anyOf") == [{"type": "string"}, {"type": "null"}]:
            del part["anyOf"]
            part["type"] = ["string", "null"]
        without_null_default(part)


def without_null_default(schema: dict[str, Any]) -> None:
    """What may be left out need not be told that its absence is null."""
    if schema.get("default", "") is None:
        del schema["default"]


class TodoRow(BaseModel):
    # No docstring: it would stand five times in the tool definitions.
    model_config = ConfigDict(json_schema_extra=without_titles)

    id: str
    title: str
    notes: str
    priority: PriorityName
    due: str | None
    due_text: str | None
    overdue: bool
    tags: list[str]
    done: bool


class TodoOut(BaseModel):
    """`due` is an ISO date or RFC 3339 date-time; `due_text` the same in words; `version` is also the ETag."""

    id: str
    title: str
    notes: str
    priority: PriorityName
    due: str | None
    due_text: str | None
    overdue: bool
    tags: list[str]
    completed_at: datetime.datetime | None
    deleted_at: datetime.datetime | None
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime


def todo_row(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> TodoRow:
    shared = _shared_fields(todo, zone, now)
    return TodoRow(**shared | {"notes": _shortened(todo.notes)}, done=todo.completed_at is not None)


def todo_out(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> TodoOut:
    return TodoOut(
        **_shared_fields(todo, zone, now),
        completed_at=todo.completed_at,
        deleted_at=todo.deleted_at,
        version=todo.version,
        created_at=todo.created_at,
        updated_at=todo.updated_at,
    )


def _shared_fields(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> dict[str, Any]:
    return {
        "id": str(todo.id),
        "title": todo.title,
        "notes": todo.notes,
        "priority": cast(PriorityName, Priority(todo.priority).label),
        "due": todo.due,
        "due_text": date_text(todo.wall_due, zone, now) or None,
        "overdue": todo.is_overdue(now, now.astimezone(zone).date()),
        "tags": todo.tags,
    }


def _shortened(notes: str) -> str:
    if len(notes) <= ROW_NOTES_MAX:
        return notes
    return f"{notes[:ROW_NOTES_MAX]}… (shortened; {len(notes):,} characters in all)"
