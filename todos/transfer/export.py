"""All todos of a person as a file, read and sent in pages: our own JSON, which loses nothing, and Todoist's CSV."""

import datetime
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, cast

from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.models import User
from database.units import database_read
from todos.fields.priority import Priority
from todos.models import Todo
from todos.rows import PriorityName

from .schema import ExportedTodo, WallClock
from .tables.todoist import COLUMNS, csv_lines, csv_row

PAGE_SIZE = 500
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}

FormatName = Literal["json", "csv"]


@dataclass(frozen=True)
class Export:
    """The todos of a user, the oldest first. CSV has the open ones only: the template cannot say that one is done."""

    user: User
    format: FormatName
    now: datetime.datetime

    async def page(self, after: Todo | None = None) -> list[Todo]:
        return await database_read(self.read_page)(after)

    def read_page(self, after: Todo | None) -> list[Todo]:
        todos = Todo.objects.for_user(self.user).with_tags().order_by("pk")
        if self.format == "csv":
            todos = todos.open()
        return list((todos.filter(pk__gt=after.pk) if after else todos)[:PAGE_SIZE])

    async def text(self, todos: list[Todo]) -> AsyncIterator[str]:
        """The file, from its first page on."""
        head, between, tail = self.frame()
        yield head
        separator = ""
        while todos:
            yield separator + self.rows_text(todos)
            separator = between
            todos = await self.page(todos[-1]) if len(todos) == PAGE_SIZE else []
        yield tail

    def frame(self) -> tuple[str, str, str]:
        """What stands before the pages, between two of them and after the last."""
        if self.format == "csv":
            return csv_lines([COLUMNS]), "", ""
        head = json.dumps({"format": "todo-chat", "exported_at": self.now.isoformat()})
        return f'{head.removesuffix("}")}, "todos": [\n', ",\n", "\n]}\n"

    def rows_text(self, todos: list[Todo]) -> str:
        if self.format == "csv":
            return csv_lines(map(csv_row, todos))
        return ",\n".join(exported(todo).model_dump_json() for todo in todos)


async def export_response(user: User, format: FormatName) -> StreamingHttpResponse:
    """The file as a download. Its first page is read before anything is sent, so that an outage is told as one."""
    now = timezone.now()
    export = Export(user, format, now)
    first = await export.page()
    name = f"todos-{now.astimezone(user.zone).date()}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(export.text(first), content_type=MEDIA_TYPES[format], headers=headers)


def exported(todo: Todo) -> ExportedTodo:
    """`tags` must be loaded. Built without checks: what is stored is true, also where rules have changed since."""
    schedule = todo.schedule
    return ExportedTodo.model_construct(
        id=todo.pk,
        title=todo.title,
        notes=todo.notes,
        priority=cast(PriorityName, Priority(todo.priority).label),
        due=WallClock.of(schedule.due),
        recurrence=todo.recurrence or None,
        recurs_from_completion=todo.recurs_from_completion,
        recurs_from=WallClock.of(schedule.anchor) if schedule.anchor != schedule.due else None,
        reminder_rules=todo.reminder_rules,
        position=todo.position,
        tags=todo.tags,
        completed_at=todo.completed_at,
        deleted_at=todo.deleted_at,
        created_at=todo.created_at,
    )
