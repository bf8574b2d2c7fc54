"""Several todos in one request: each item is written or refused on its own."""

import datetime
from typing import Any, Literal, Self
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, Field, model_validator

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from accounts.locks import lock_user
from accounts.models import User
from todos import commands
from todos.commands import Written
from todos.rows import TodoOut, todo_out
from web.errors import ProductError
from web.repeats import Answer, answer_once
from web.requests.fields import Body
from web.requests.typed_at import moment_of

from .endpoints import BY_API
from .schema import TodoIn, TodoPatch

# As many as a call of a tool takes.
BATCH_MAX = 25

router = Router()


class BatchUpdate(TodoPatch):
    """Of the todo with this id only the fields that are sent change."""

    id: UUID
    version: int | None = Field(None, ge=1, description="The version last seen; a todo changed since then is refused.")


class TodoBatch(Body):
    """At most 25 items, of which some may be refused."""

    create: list[TodoIn] = Field([], max_length=BATCH_MAX)
    update: list[BatchUpdate] = Field([], max_length=BATCH_MAX)

    @model_validator(mode="after")
    def some_and_not_too_many(self) -> Self:
        if not 1 <= len(self.create) + len(self.update) <= BATCH_MAX:
            raise ValueError(f"A batch has 1 to {BATCH_MAX} items.")
        return self


class BatchError(BaseModel):
    """Why an item was refused, as ErrorBody says it of a request."""

    error: str = Field(examples=["todo_not_found"])
    message: str
    details: dict[str, Any]


BatchOutcome = Literal["created", "updated", "unchanged", "refused"]


class BatchItem(BaseModel):
    """What became of one item: `todo` as it is stored, or `error`."""

    outcome: BatchOutcome
    todo: TodoOut | None
    error: BatchError | None


class BatchResult(BaseModel):
    """One item for each that was sent, in its order."""

    created: list[BatchItem]
    updated: list[BatchItem]


@router.post("/{user_id}/todos/batch", response={200: BatchResult, frozenset({401, 403, 422, 503}): ErrorBody})
async def write_todos(request: HttpRequest, user_id: str, body: TodoBatch) -> HttpResponse:
    """Add and change up to 25 todos. Each is written or refused on its own, and the others are not held up."""
    user = await caller(request, user_id)
    typed = moment_of(request)

    def write() -> Answer:
        lock_user(user)
        created = [written_item(add, user, item, typed) for item in body.create]
        updated = [written_item(change, user, item, typed) for item in body.update]
        return Answer(BatchResult(created=created, updated=updated))

    return await answer_once(request, user, write)


def add(user: User, item: TodoIn, now: datetime.datetime) -> tuple[BatchOutcome, Written]:
    fields = item.model_dump(exclude_unset=True)
    return "created", commands.add_todo(user, now=now, by=BY_API, **fields)


def change(user: User, item: BatchUpdate, now: datetime.datetime) -> tuple[BatchOutcome, Written]:
    version = item.version
    written = commands.update_todo(user, item.id, now=now, by=BY_API, expected_version=version, **item.changes())
    return "updated" if written.changed else "unchanged", written


def written_item(write: Any, user: User, item: Body, typed: datetime.datetime) -> BatchItem:
    try:
        with transaction.atomic():
            outcome, written = write(user, item, typed)
    except ProductError as error:
        refusal = BatchError(error=error.code, message=error.sentence, details=error.public_details)
        return BatchItem(outcome="refused", todo=None, error=refusal)
    return BatchItem(outcome=outcome, todo=todo_out(written.todo, user, timezone.now()), error=None)
