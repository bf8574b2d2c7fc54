"""Batches of tool items: one unit of database work, in which one refused item does not undo the others."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from mcp.server.mcpserver.exceptions import ToolError

from accounts.database import database_unit
from accounts.errors import ProductError, ValidationFailed
from accounts.models import User

from .errors import NotYourTodo, TodoNotFound
from .models import Todo
from .references import echo
from .rows import TodoRow, todo_row
from .tool_schema import Changed, Refused, Results

T = TypeVar("T")


class ToolRefused(ToolError):
    """A call that did nothing, with a code and a sentence; `results` says it item by item, for a batch."""

    def __init__(self, code: str, message: str, results: Results | None = None) -> None:
        self.code, self.message, self.results = code, message, results
        candidates = [row for item in results.results for row in getattr(item, "candidates", [])] if results else []
        # Outside clients get nothing but text: it carries the ids that tell candidates apart.
        super().__init__("\n".join([message, *(f"{row.id}: {row.title}" for row in candidates)]))

    @property
    def output(self) -> dict[str, Any]:
        output: dict[str, Any] = {"error": {"code": self.code, "message": self.message}}
        return output | self.results.model_dump(mode="json") if self.results else output


async def run_batch(
    items: Sequence[T],
    write: Callable[[T], Changed],
    name: Callable[[T], str],
    *,
    user: User,
    now: datetime.datetime,
    fence: Callable[[], None],
) -> Results:
    """Write every item; `name` is how the caller spoke of one. Raises ToolRefused when no item was accepted."""

    @database_unit
    def write_all() -> Results:
        fence()
        return Results(results=[write_or_refuse(item) for item in items])

    def write_or_refuse(item: T) -> Changed | Refused:
        try:
            with transaction.atomic():
                return write(item)
        except ProductError as error:
            return refusal(error, name(item), user, now)

    results = await write_all()
    refused = [item for item in results.results if isinstance(item, Refused)]
    if len(refused) == len(items):
        raise ToolRefused(refused[0].code, " ".join(dict.fromkeys(item.reason for item in refused)), results)
    return results


def refusal(error: ProductError, reference: str, user: User, now: datetime.datetime) -> Refused:
    """Somebody else's todo is answered like one that never was."""
    if isinstance(error, NotYourTodo):
        error = TodoNotFound()
    listed = error.details.get("candidates") or error.details.get("near") or []
    return Refused(
        code=error.code,
        reason=reason_of(error, reference),
        reference=echo(reference).strip("“”"),
        candidates=rows_of([UUID(candidate["id"]) for candidate in listed], user, now),
    )


def reason_of(error: ProductError, reference: str) -> str:
    if not isinstance(error, ValidationFailed):
        return error.sentence
    return f"{echo(reference)}: " + " ".join(error.details.values())


def rows_of(todo_ids: list[UUID], user: User, now: datetime.datetime) -> list[TodoRow]:
    """In the order of the ids."""
    if not todo_ids:
        return []
    todos = Todo.objects.for_user(user).with_tags().in_bulk(todo_ids)
    return [todo_row(todos[todo_id], user.zone, now) for todo_id in todo_ids if todo_id in todos]
