"""How todos are written: each row that is added, changed or removed leaves a TodoChange in the same transaction."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects
from django.dispatch import Signal
from uuid_utils.compat import uuid7

from accounts.models import User
from todos.models import Door, Todo, TodoChange, TodoTag
from todos.reminders.following import begin_reminders, follow, is_caused_by

# Sent inside the transaction with `change`, `todo` as the change left it, and `owner`.
todo_changed = Signal()

Snapshot = dict[str, Any]
# All that makes a todo what it is; the rest never changes or follows from the last change.
COLUMNS = {
    column.attname: column
    for column in Todo._meta.concrete_fields
    if column.name not in {"id", "owner", "version", "updated_at"}
}


@dataclass(frozen=True)
class Origin:
    """Where a change comes from: the door and, for what the assistant did, its conversation, answer and tool call.

    Commands that are given the same `act` belong together, as the changes of one command do.
    """

    door: Door
    conversation_id: uuid.UUID | None = None
    message_id: uuid.UUID | None = None
    tool_call_id: uuid.UUID | None = None
    act: uuid.UUID | None = None


@dataclass(frozen=True)
class Act:
    """One command at work. What it writes belongs together and is undone together."""

    actor: User
    now: datetime.datetime
    by: Origin
    id: uuid.UUID = field(default_factory=uuid7)
    shift: str = ""

    def add(self, todo: Todo, tags: Iterable[str], undoes: TodoChange | None = None) -> TodoChange:
        """Store a new row with its tags."""
        todo.save(force_insert=True)
        _add_tags(todo, tags)
        begin_reminders(todo, self._owner(todo).zone, self.now)
        return self._told(todo, self._record(todo, None, snapshot(todo), undoes))

    def change(
        self, todo: Todo, columns: dict[str, Any], tags: Iterable[str] | None = None, undoes: TodoChange | None = None
    ) -> TodoChange:
        """Store new values of a row that is locked, and all its tags where they are given."""
        before = snapshot(todo)
        moves = is_caused_by(name for name, value in columns.items() if getattr(todo, name) != value)
        for name, value in columns.items():
            setattr(todo, name, value)
        todo.version += 1
        todo.save(force_update=True)
        if tags is not None:
            _replace_tags(todo, set(tags))
        change = self._record(todo, before, snapshot(todo), undoes)
        if moves:
            follow(todo, self._owner(todo).zone, self.now)
        return self._told(todo, change)

    def remove(self, todo: Todo, undoes: TodoChange) -> TodoChange:
        """Take a row away as if it had never been: only undo does that, for others there is the trash."""
        before, todo_id = snapshot(todo), todo.pk
        todo.delete()
        todo.pk = todo_id
        return self._told(todo, self._record(todo, before, None, undoes))

    def _owner(self, todo: Todo) -> User:
        return self.actor if self.actor.pk == todo.owner_id else todo.owner

    def _told(self, todo: Todo, change: TodoChange) -> TodoChange:
        todo_changed.send(TodoChange, change=change, todo=todo, owner=self._owner(todo))
        return change

    def _record(
        self, todo: Todo, before: Snapshot | None, after: Snapshot | None, undoes: TodoChange | None
    ) -> TodoChange:
        return TodoChange.objects.create(
            owner_id=todo.owner_id,
            actor=self.actor,
            todo_id=todo.pk,
            before=before,
            after=after,
            act=self.by.act or self.id,
            door=self.by.door,
            conversation_id=self.by.conversation_id,
            message_id=self.by.message_id,
            tool_call_id=self.by.tool_call_id,
            undoes=undoes,
            shift=self.shift,
            created_at=self.now,
        )


def snapshot(todo: Todo) -> Snapshot:
    """The todo as JSON, with its tags and version."""
    prefetch_related_objects([todo], "todo_tags")
    return {name: _plain(getattr(todo, name)) for name in COLUMNS} | {"tags": todo.tags, "version": todo.version}


def columns_of(shot: Snapshot) -> dict[str, Any]:
    """The values of a snapshot as a row has them; a column that is younger than the snapshot is not among them."""
    return {name: column.to_python(shot[name]) for name, column in COLUMNS.items() if name in shot}


def columns_before(change: TodoChange) -> dict[str, Any]:
    """What takes a change back. A place that it left alone may have been numbered anew since, and stays."""
    before, after = change.before or {}, change.after or {}
    columns = columns_of(before)
    if before.get("position") == after.get("position"):
        columns.pop("position", None)
    return columns


def todo_of(change: TodoChange, shot: Snapshot) -> Todo:
    """A row as a snapshot shows it, not stored and without its tags, one version further."""
    known = {"id": change.todo_id, "owner_id": change.owner_id, "updated_at": change.created_at}
    return Todo(**known, version=shot["version"] + 1, **columns_of(shot))


def previous_id_of(change: TodoChange) -> uuid.UUID | None:
    """The todo whose next occurrence this one is."""
    previous_id = latest(change).get("previous_id")
    return uuid.UUID(previous_id) if previous_id else None


def same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether two snapshots show the same todo, however often it was changed or placed in between."""
    if one is None or other is None:
        return one is other
    return all(one[name] == other[name] for name in one.keys() & other.keys() - {"version", "position"})


def latest(change: TodoChange) -> Snapshot:
    """The todo as the change left it, or as it was before it went."""
    return change.after or change.before or {}


def _plain(value: Any) -> Any:
    """A moment in UTC with its microseconds: a snapshot in memory equals the one of the row read again."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _add_tags(todo: Todo, names: Iterable[str]) -> None:
    TodoTag.objects.bulk_create(TodoTag(todo=todo, name=name) for name in sorted(names))


def _replace_tags(todo: Todo, names: set[str]) -> None:
    """The tags must be loaded; those that changed are forgotten, to be loaded again."""
    stored = set(todo.tags)
    if stored - names:
        todo.todo_tags.filter(name__in=stored - names).delete()
    _add_tags(todo, names - stored)
    if stored != names:
        todo.refresh_from_db(fields=["todo_tags"])
