"""What a person approved, done to exactly the todos that they were shown."""

import datetime
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from django.db import transaction

from accounts.models import User
from todos import commands
from todos.changing.changes import Origin
from todos.rows import todo_row
from web.errors import ProductError

from .batches import refusal
from .schema import Changed, Refused, Results

ApprovedAction = Literal["complete", "delete"]


def write_approved(
    user: User,
    action: ApprovedAction,
    todos: Sequence[tuple[UUID, int, str]],
    *,
    now: datetime.datetime,
    by: Origin,
) -> Results:
    """Complete or delete each (id, version, title). One that is no longer at its version is refused, and says so."""

    def write(todo_id: UUID, version: int) -> Changed:
        if action == "complete":
            written = commands.complete_todo(user, todo_id, now=now, by=by, expected_version=version)
            return Changed(outcome="completed", task=todo_row(written.todo, user, now), note=written.note)
        written = commands.delete_todo(user, todo_id, now=now, by=by, expected_version=version)
        return Changed(outcome="deleted", task=todo_row(written.todo, user, now))

    def write_or_refuse(todo_id: UUID, version: int, title: str) -> Changed | Refused:
        try:
            with transaction.atomic():
                return write(todo_id, version)
        except ProductError as error:
            return refusal(error, title, user, now)

    return Results(results=[write_or_refuse(*todo) for todo in todos])
