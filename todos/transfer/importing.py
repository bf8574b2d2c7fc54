"""Todos from a file: each row is added, skipped or refused on its own, and nothing about it is guessed."""

import datetime
from collections import Counter
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db.models import Q
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.locks import lock_user
from accounts.models import User
from database.units import database_unit
from language.recurrence import Recurrence
from language.reminders.rule import ReminderRule
from todos.changing.changes import Act, Origin
from todos.commands import TodoFields, Written, add_todo
from todos.models import Todo
from web.errors import ProductError, ValidationFailed
from web.requests.json_text import read_json

from .schema import ExportedTodo, ImportedRow, ImportReport, NewTodo, Rows, TodoFile, check_size
from .tables.rows import csv_rows

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv"}
IMPORTS_PER_USER = "10/m"


async def read_rows(user: User, content: bytes, media_type: str, now: datetime.datetime) -> Rows:
    """The rows of our own JSON export or of a CSV file; raises ValidationFailed for a file that is neither."""
    # Reading dates takes time that the database need not wait for.
    return await sync_to_async(read_file, thread_sensitive=False)(content, media_type, user, now)


async def import_file(
    user: User, content: bytes, media_type: str, *, now: datetime.datetime, by: Origin
) -> ImportReport:
    """Import a file; raises ValidationFailed as `read_rows` does."""
    return await write_rows(await read_rows(user, content, media_type, now), user, now, by)


def import_report(rows: list[ImportedRow]) -> ImportReport:
    outcomes = Counter(row.outcome for row in rows)
    return ImportReport(added=outcomes["added"], skipped=outcomes["skipped"], refused=outcomes["refused"], rows=rows)


def read_file(content: bytes, media_type: str, user: User, now: datetime.datetime) -> Rows:
    """What each row asks for, or what is wrong with it."""
    if media_type == MEDIA_TYPES["csv"]:
        return csv_rows(content, user, now)
    return [read_row(number, row) for number, row in json_rows(content)]


def json_rows(content: bytes) -> list[tuple[int, Any]]:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationFailed(details={"body": _("This file is not UTF-8 text.")}) from None
    try:
        file = TodoFile.model_validate(read_json(content))
    except ValidationError as error:
        raise ValidationFailed(details={"body": reason_of(error)}) from None
    except ValueError as error:
        raise ValidationFailed(details={"body": str(error)}) from None
    check_size(len(file.todos))
    return list(enumerate(file.todos, start=1))


def read_row(number: int, row: Any) -> NewTodo | ImportedRow:
    try:
        return NewTodo(row=number, **parts_of_json(row))
    except (ProductError, ValueError) as error:
        return ImportedRow(row=number, outcome="refused", reason=reason_of(error))


def parts_of_json(row: Any) -> dict[str, Any]:
    """The fields of a NewTodo; raises pydantic's ValidationError."""
    todo = ExportedTodo.model_validate(row)
    due = todo.due.due() if todo.due else None
    fields: TodoFields = {"title": todo.title, "notes": todo.notes, "priority": todo.priority, "tags": todo.tags}
    fields["due"] = todo.recurs_from.due() if todo.recurs_from else due
    if todo.reminder_rules is not None:
        fields["remind"] = [ReminderRule.parse(text) for text in todo.reminder_rules]
    if todo.recurrence:
        fields["recurrence"] = Recurrence(todo.recurrence, todo.recurs_from_completion)
    return {
        "fields": fields,
        "id": todo.id,
        "moved_to": due if todo.recurs_from else None,
        "position": todo.position,
        "completed_at": todo.completed_at,
        "deleted_at": todo.deleted_at,
    }


@database_unit
def write_rows(rows: Rows, user: User, now: datetime.datetime, by: Origin) -> ImportReport:
    """All in one transaction: after an outage the same file can be sent again."""
    # One import of a user at a time: the second of two equal files must see what the first one added.
    lock_user(user)
    return import_report([row if isinstance(row, ImportedRow) else write_row(row, user, now, by) for row in rows])


def write_row(new: NewTodo, user: User, now: datetime.datetime, by: Origin) -> ImportedRow:
    if new.id and (todo := todo_known_as(new.id, user)):
        return ImportedRow(row=new.row, outcome="skipped", reason=_("This todo is here already."), id=todo.pk)
    try:
        written = add(new, user, now, by)
    except ProductError as error:
        return ImportedRow(row=new.row, outcome="refused", reason=reason_of(error))
    reason = " ".join(filter(None, [new.note, written.note]))
    return ImportedRow(row=new.row, outcome="added", reason=reason, id=written.todo.pk)


def todo_known_as(row_id: UUID, user: User) -> Todo | None:
    """The todo that was exported under this id, or imported from it before."""
    return Todo.objects.for_user(user).filter(Q(pk=row_id) | Q(imported_id=row_id)).first()


def add(new: NewTodo, user: User, now: datetime.datetime, by: Origin) -> Written:
    """A todo as every door adds it; what it went through before belongs to the same act, and is undone with it."""
    written = add_todo(user, now=now, by=by, **new.fields)
    todo = written.todo
    state = {"completed_at": new.completed_at, "deleted_at": new.deleted_at, "position": new.position}
    columns: dict[str, Any] = {name: value for name, value in state.items() if value is not None}
    if new.moved_to:
        columns |= todo.schedule.moved_to(new.moved_to).columns
    if columns and written.change:
        Act(user, now, by, written.change.act).change(todo, columns)
    if new.id:
        todo.imported_id = new.id
        todo.save(update_fields=["imported_id"])
    return written


def reason_of(error: ProductError | ValueError) -> str:
    """A sentence without the values that were sent."""
    match error:
        case ValidationError():
            reasons = (f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
            return "; ".join(reason.removeprefix(": ") for reason in reasons) + "."
        case ValidationFailed():
            return " ".join(f"{field}: {reason}" for field, reason in error.details.items())
        case ProductError():
            return error.sentence
    return str(error)
