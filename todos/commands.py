"""The one way to change todos: tools, API and pages all come through here.

Every command is sync and runs inside a database unit of its caller. It asks for ownership first, refuses with a
ProductError before it writes, and bumps the version exactly when something changed.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import prefetch_related_objects

from accounts.errors import ValidationFailed
from accounts.models import User

from .due import Due
from .errors import NotYourTodo, TodoNotFound, VersionConflict
from .models import Todo, TodoTag
from .rows import todo_out
from .rules import TAGS_MAX, clean_fields


class TodoFields(TypedDict, total=False):
    """As people give them; a missing key leaves the field alone. `due` is a phrase, a date, or None to remove it."""

    title: str
    notes: str
    priority: str
    due: str | Due | None
    tags: Iterable[str]
    add_tags: Iterable[str]
    remove_tags: Iterable[str]


@dataclass(frozen=True)
class Written:
    """The todo as stored, tags loaded; `changed` is False when it was so before; `note` is about the date, or empty."""

    todo: Todo
    changed: bool
    note: str = ""


def get_todo(user: User, todo_id: UUID) -> Todo:
    """Also from the trash, tags loaded; raises NotYourTodo or TodoNotFound."""
    todo = Todo.objects.for_user(user).with_tags().filter(pk=todo_id).first()
    return todo or _refuse_missing(todo_id)


def add_todo(user: User, *, now: datetime.datetime, **fields: Unpack[TodoFields]) -> Written:
    # The title is the one field that must be there; without it the rule for titles gives the reason.
    cleaned, note = clean_fields({"title": "", **fields}, user.zone, now)
    tags = cleaned.pop("tags", set())
    todo = Todo(owner=user, created_at=now, **_columns(cleaned))
    todo.save(force_insert=True)
    _store_tags(todo, tags)
    return _written(todo, changed=True, note=note)


def update_todo(
    user: User,
    todo_id: UUID,
    *,
    now: datetime.datetime,
    expected_version: int | None = None,
    **fields: Unpack[TodoFields],
) -> Written:
    todo = _locked(user, todo_id, expected_version, now)
    cleaned, note = clean_fields(fields, user.zone, now, todo.due_date)
    tags_before = {tag.name for tag in todo.todo_tags.all()}
    tags = _changed_tags(tags_before, cleaned)
    columns = {name: value for name, value in _columns(cleaned).items() if getattr(todo, name) != value}
    if not columns and tags == tags_before:
        return _written(todo, changed=False, note=note)
    _store_tags(todo, tags)
    return _change(todo, columns, note)


def complete_todo(user: User, todo_id: UUID, *, now: datetime.datetime, expected_version: int | None = None) -> Written:
    todo = _locked(user, todo_id, expected_version, now)
    return _written(todo, changed=False) if todo.completed_at else _change(todo, {"completed_at": now})


def reopen_todo(user: User, todo_id: UUID, *, now: datetime.datetime, expected_version: int | None = None) -> Written:
    todo = _locked(user, todo_id, expected_version, now)
    return _change(todo, {"completed_at": None}) if todo.completed_at else _written(todo, changed=False)


def delete_todo(user: User, todo_id: UUID, *, now: datetime.datetime, expected_version: int | None = None) -> Written:
    """To the trash, where it can be restored from."""
    todo = _locked(user, todo_id, expected_version, now, also_in_trash=True)
    return _written(todo, changed=False) if todo.deleted_at else _change(todo, {"deleted_at": now})


def restore_todo(user: User, todo_id: UUID, *, now: datetime.datetime, expected_version: int | None = None) -> Written:
    todo = _locked(user, todo_id, expected_version, now, also_in_trash=True)
    return _change(todo, {"deleted_at": None}) if todo.deleted_at else _written(todo, changed=False)


def _refuse_missing(todo_id: UUID) -> Any:
    raise NotYourTodo if Todo.objects.filter(pk=todo_id).exists() else TodoNotFound


def _locked(
    user: User,
    todo_id: UUID,
    expected_version: int | None,
    now: datetime.datetime,
    *,
    also_in_trash: bool = False,
) -> Todo:
    """The todo, for change: nobody else can change it until the unit ends."""
    todo = Todo.objects.for_user(user).select_for_update().filter(pk=todo_id).first() or _refuse_missing(todo_id)
    if todo.deleted_at and not also_in_trash:
        raise TodoNotFound("This todo is in the trash. Restore it first.")
    if expected_version not in {None, todo.version}:
        prefetch_related_objects([todo], "todo_tags")
        raise VersionConflict(details={"todo": todo_out(todo, user.zone, now).model_dump(mode="json")})
    return todo


def _columns(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The cleaned values by column; a date fills four of them, or empties them."""
    columns: dict[str, Any] = {name: cleaned[name] for name in ("title", "notes", "priority") if name in cleaned}
    if "due" in cleaned:
        due: Due | None = cleaned["due"]
        columns |= {
            "due_date": due.date if due else None,
            "due_time": due.time if due else None,
            "due_zone": due.zone if due else "",
            "due_at": due.at if due else None,
        }
    return columns


def _changed_tags(before: set[str], cleaned: dict[str, Any]) -> set[str]:
    tags = (cleaned.get("tags", before) | cleaned.get("add_tags", set())) - cleaned.get("remove_tags", set())
    if len(tags) > TAGS_MAX:
        raise ValidationFailed(details={"tags": f"A todo has at most {TAGS_MAX} tags."})
    return tags


def _store_tags(todo: Todo, names: set[str]) -> None:
    stored = {tag.name for tag in todo.todo_tags.all()}
    if stored - names:
        todo.todo_tags.filter(name__in=stored - names).delete()
    TodoTag.objects.bulk_create(TodoTag(todo=todo, name=name) for name in sorted(names - stored))


def _change(todo: Todo, columns: dict[str, Any], note: str = "") -> Written:
    for name, value in columns.items():
        setattr(todo, name, value)
    todo.version += 1
    todo.save(force_update=True)
    return _written(todo, changed=True, note=note)


def _written(todo: Todo, *, changed: bool, note: str = "") -> Written:
    prefetch_related_objects([todo], "todo_tags")
    return Written(todo, changed, note)
