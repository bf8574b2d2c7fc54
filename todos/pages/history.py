"""What changes did, in words: each todo with what was there before and after."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from language.dates import date_text
from todos.changing.changes import Snapshot, latest, todo_of
from todos.fields.priority import Priority
from todos.models import Todo, TodoChange
from todos.reminders.telling import rules_text

NOTES_SHOWN = 200
Words = Callable[[Todo, User, datetime.datetime], str]
FIELDS: dict[str, Words] = {
    "title": lambda todo, user, now: todo.title,
    "due": lambda todo, user, now: date_text(todo.wall_due, user.zone, now, user.habits),
    "repeats": lambda todo, user, now: todo.repeats_text(user.habits) or "",
    "reminders": lambda todo, user, now: (
        "" if todo.reminder_rules is None else rules_text(todo.reminder_rules, user, now)
    ),
    "priority": lambda todo, user, now: Priority(todo.priority).words if todo.priority else "",
    "notes": lambda todo, user, now: todo.notes[:NOTES_SHOWN],
}
LABELS = {
    "title": _("Title"),
    "due": _("Due"),
    "repeats": _("Repeats"),
    "reminders": _("Reminders"),
    "priority": _("Priority"),
    "notes": _("Notes"),
    "tags": _("Tags"),
}
# What a change is called, by its kind (`todos.models.change_kind`).
KINDS = {
    "added": _("added"),
    "removed": _("removed"),
    "deleted": _("deleted"),
    "restored": _("restored"),
    "completed": _("completed"),
    "reopened": _("reopened"),
    "updated": _("updated"),
}


@dataclass(frozen=True)
class FieldChange:
    """Empty words stand for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeLine:
    """A todo that was added, changed or removed; `kind` is what the change is called."""

    kind: str
    title: str
    fields: list[FieldChange]
    undone: bool


def changes_of_message(user: User, message_id: UUID, now: datetime.datetime) -> list[ChangeLine]:
    """What the turn of an answer changed, in order. `now` is in the user's zone."""
    changes = TodoChange.objects.for_user(user).filter(message_id=message_id).order_by("pk")
    return [change_line(change, user, now) for change in changes]


def change_line(change: TodoChange, user: User, now: datetime.datetime) -> ChangeLine:
    before, after = (words_of(change, shot, user, now) for shot in (change.before, change.after))
    fields = [
        FieldChange(str(label), before.get(name, ""), after.get(name, ""))
        for name, label in LABELS.items()
        if before.get(name, "") != after.get(name, "")
    ]
    return ChangeLine(str(KINDS[change.kind]), latest(change)["title"], fields, undone=change.undone_at is not None)


def words_of(change: TodoChange, shot: Snapshot | None, user: User, now: datetime.datetime) -> dict[str, str]:
    """The fields of a snapshot as a person reads them; none where the todo was not there."""
    if shot is None:
        return {}
    todo = todo_of(change, shot)
    tags = " ".join(f"#{name}" for name in shot["tags"])
    return {name: words(todo, user, now) for name, words in FIELDS.items()} | {"tags": tags}
