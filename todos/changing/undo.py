"""Undo of one change, of a tool call or of a whole turn. An undo is a change, so it can be undone itself.

A change is taken back only where the todo is still as the change left it; where it is not, the todo stays as it is and
the report says what differs. The occurrences of a repeat stand or fall together, so that one rule never becomes two.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.locks import lock_user
from accounts.models import User
from habits.wording import quoted_text
from language.dates import date_text
from todos.errors import ChangeNotFound, NothingToUndo
from todos.fields.priority import Priority
from todos.models import Todo, TodoChange, TodoChangeQuerySet, change_kind
from todos.reminders.telling import rules_text

from .changes import Act, Origin, Snapshot, columns_before, latest, previous_id_of, same, snapshot, todo_of

# Sent inside the transaction with `user`, `by`, `now`, `redo` and `last`, the change of a todo that would be taken back
# or None: who changes what is no todo takes back what was changed in the same turn or since, and answers a TakenBack.
undo_asked = Signal()
# Sent inside the transaction with `undone` and `in_effect`, sets of ids of tool calls whose changes became so.
tool_calls_settled = Signal()

QUOTE_MAX = 80
# Of an undo that one sentence tells; how many more there are is said.
UNDONE_SAID = 3
BACK = {
    "added": gettext_noop("“%(title)s” is back on the list."),
    "removed": gettext_noop("“%(title)s” is off the list again."),
    "deleted": gettext_noop("“%(title)s” is in the trash again."),
    "restored": gettext_noop("“%(title)s” is out of the trash again."),
    "completed": gettext_noop("“%(title)s” is done again."),
    "reopened": gettext_noop("“%(title)s” is open again."),
    "updated": gettext_noop("“%(title)s” is as it was before."),
}

# What may differ, as a person reads it.
FIELDS = {
    "title": gettext_noop("title"),
    "notes": gettext_noop("notes"),
    "priority": gettext_noop("priority"),
    "due": gettext_noop("due"),
    "repeats": gettext_noop("repeats"),
    "reminders": gettext_noop("reminders"),
    "tags": gettext_noop("tags"),
    "done": gettext_noop("done"),
    "in the trash": gettext_noop("in the trash"),
}


@dataclass(frozen=True)
class Difference:
    """A field that was changed since, in words: how the change left it, and how it is now."""

    field: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.field}: {self.was} → {self.now}"


@dataclass(frozen=True)
class Undone:
    """What became of one todo. `todo` is the row as it is now, or as it was when it is no longer stored.

    `note` is a sentence for the person. `differences` are why it was refused; where it was not, there are none.
    """

    todo: Todo
    note: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class TakenBack:
    """What was taken back that is no todo, as a sentence; `alone` where no todo was changed in that turn."""

    note: str
    alone: bool


@dataclass(frozen=True)
class Report:
    """Each todo of one undo. A new undo of `change_id` takes it back; None when all refused. `others` are no todos."""

    change_id: UUID | None
    todos: list[Undone]
    others: str = ""

    @property
    def sentence(self) -> str:
        more = len(self.todos) - UNDONE_SAID
        notes = [undone.note for undone in self.todos[:UNDONE_SAID]]
        return " ".join(
            [*notes, ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more} if more > 0 else ""]
        ).strip()


class ChangedSince(Exception):
    """A todo is no longer as a change left it."""

    def __init__(self, change: TodoChange, current: Snapshot | None) -> None:
        self.change, self.current = change, current


def undo(
    user: User,
    *,
    now: datetime.datetime,
    by: Origin,
    change_id: UUID | None = None,
    tool_call_id: UUID | None = None,
    message_id: UUID | None = None,
) -> Report:
    """Take back one change with what its command changed along with it, a tool call, or the turn of an answer.

    Raises ChangeNotFound, or NothingToUndo when nothing of it is in effect.
    """
    lock_user(user)
    mine = TodoChange.objects.for_user(user)
    if change_id is None:
        key = {"tool_call_id": tool_call_id} if tool_call_id else {"message_id": message_id}
        return _undo(user, mine.filter(**key), now, by)
    change = mine.filter(pk=change_id).first()
    if change is None:
        raise ChangeNotFound
    return _undo(user, mine.filter(act=change.act), now, by)


def undo_last(user: User, *, now: datetime.datetime, by: Origin, redo: bool = False) -> Report:
    """The last turn (or tool call) that changed something through the same door, in the same conversation.

    With `redo`, the last undo there. Asking again goes one further back.
    """
    mine = TodoChange.objects.for_user(user)
    here = mine.in_effect().filter(door=by.door, conversation_id=by.conversation_id)
    kind = {"undoes__isnull": False, "undoes__undoes": None} if redo else {"undoes": None}
    last = here.filter(**kind).newest_first().first()
    answers: Any = undo_asked.send(User, user=user, by=by, now=now, redo=redo, last=last)
    others: list[TakenBack] = [taken for _, taken in answers if taken]
    said = " ".join(taken.note for taken in others)
    if any(taken.alone for taken in others):
        return Report(None, [], said)
    if last is None:
        raise NothingToUndo
    name = next(name for name in ("message_id", "tool_call_id", "act") if getattr(last, name))
    return replace(_undo(user, mine.filter(**{name: getattr(last, name)}), now, by), others=said)


def undo_todo(user: User, todo_id: UUID, *, now: datetime.datetime, by: Origin) -> Report:
    """The last change of one todo that is no undo itself."""
    mine = TodoChange.objects.for_user(user)
    last = mine.in_effect().filter(todo_id=todo_id, undoes=None).newest_first().first()
    if last is None:
        raise NothingToUndo
    return _undo(user, mine.filter(act=last.act), now, by)


def take_back_completion(todo: Todo, act: Act) -> TodoChange | None:
    """Reopen an occurrence by taking its completion back; None, and nothing done, where that is not possible."""
    if not Todo.objects.filter(previous_id=todo.pk).exists():
        return None
    theirs = TodoChange.objects.for_user(todo.owner)
    changes = theirs.in_effect().filter(todo_id=todo.pk).newest_first()
    completion = next((change for change in changes if change.kind == "completed"), None)
    if completion is None:
        return None
    undo = Undo(act, theirs.filter(act=completion.act))
    undo.run()
    return next((change for change in undo.made if change.todo_id == todo.pk), None)


def _undo(user: User, changes: TodoChangeQuerySet, now: datetime.datetime, by: Origin) -> Report:
    undo = Undo(Act(user, now, by), changes)
    if not undo.chosen:
        raise ChangeNotFound
    todos = undo.run()
    if not todos:
        raise NothingToUndo(_("This is undone already."))
    return Report(undo.made[0].pk if undo.made else None, todos)


class Undo:
    """One undo at work: the chosen changes, newest first, and the todos they are about as they are by now."""

    def __init__(self, act: Act, changes: TodoChangeQuerySet) -> None:
        self.act = act
        self.made: list[TodoChange] = []
        self.removed: dict[UUID, Todo] = {}
        self.tool_calls: set[UUID] = set()
        # Todos before changes, as accounts/locks.py has it.
        rows = Todo.objects.for_user(act.actor).select_for_update().with_tags().order_by("pk")
        self.todos = {todo.pk: todo for todo in rows.filter(pk__in=changes.order_by().values("todo_id"))}
        self.chosen = {change.pk: change for change in changes.select_for_update().newest_first()}

    def run(self) -> list[Undone]:
        """A report on each todo, the occurrences of a repeat as one, the oldest first; none on what was undone."""
        previous = {change.todo_id: previous_id_of(change) for change in self.chosen.values()}
        units: dict[UUID, list[TodoChange]] = {}
        for change in self.chosen.values():
            units.setdefault(_first_occurrence(change.todo_id, previous), []).append(change)
        reports = [self.undo_unit(todo_id, changes) for todo_id, changes in reversed(units.items())]
        self.tell_tool_calls()
        return [report for report in reports if report]

    def undo_unit(self, todo_id: UUID, changes: list[TodoChange]) -> Undone | None:
        start = self.snapshot(todo_id)
        made = []
        try:
            with transaction.atomic():
                # Taking back an undo brings an older change of the list into effect, which is then taken back too.
                for change in changes:
                    if change.undone_at is None:
                        made.append(self.take_back(change))
        except ChangedSince as refusal:
            return self.refused(refusal)
        if not made:
            return None
        self.made += made
        end = self.snapshot(todo_id)
        gone = start is None and end is None
        todo = self.todos.get(todo_id) or self.removed[todo_id]
        back = BACK["removed" if gone else change_kind(start, end)]
        return Undone(todo, _(back) % {"title": todo.title})

    def take_back(self, change: TodoChange) -> TodoChange:
        """Make the todo what it was before the change; raises ChangedSince."""
        current = self.snapshot(change.todo_id)
        if not same(current, change.after):
            raise ChangedSince(change, current)
        if change.before is None:
            todo = self.removed[change.todo_id] = self.todos.pop(change.todo_id)
            made = self.act.remove(todo, undoes=change)
        elif change.after is None:
            todo = self.todos[change.todo_id] = todo_of(change, change.before)
            todo.version = self.next_version(change.todo_id)
            made = self.act.add(todo, change.before["tags"], undoes=change)
        else:
            todo = self.todos[change.todo_id]
            made = self.act.change(todo, columns_before(change), change.before["tags"], undoes=change)
        self.mark_undone(change)
        return made

    def mark_undone(self, change: TodoChange | None) -> None:
        """Mark the change undone, the change it had undone in effect, and so on down the chain."""
        undone_at: datetime.datetime | None = self.act.now
        while change is not None:
            if change.tool_call_id:
                self.tool_calls.add(change.tool_call_id)
            change.undone_at = undone_at
            TodoChange.objects.filter(pk=change.pk).update(undone_at=undone_at)
            undone_at = None if undone_at else self.act.now
            change = (self.chosen.get(change.undoes_id) or change.undoes) if change.undoes_id else None

    def next_version(self, todo_id: UUID) -> int:
        """Of a todo that comes back: no version is there twice, though one removal may be taken back several times."""
        changes = TodoChange.objects.for_user(self.act.actor).filter(todo_id=todo_id)
        return 1 + max(latest(change)["version"] for change in changes)

    def snapshot(self, todo_id: UUID) -> Snapshot | None:
        todo = self.todos.get(todo_id)
        return snapshot(todo) if todo else None

    def refused(self, refusal: ChangedSince) -> Undone:
        """The todo read again: what was taken back of it before the refusal is rolled back."""
        change = refusal.change
        todo = Todo.objects.with_tags().filter(pk=change.todo_id).first() or todo_of(change, latest(change))
        differences = _differences(change, refusal.current, self.act)
        sentence = _("“%(title)s” was changed since: %(differences)s.")
        note = sentence % {"title": todo.title, "differences": "; ".join(map(str, differences))}
        return Undone(todo, note, differences)

    def tell_tool_calls(self) -> None:
        """Say which tool calls have no effect left, and which have one again."""
        if not self.tool_calls:
            return
        changes = TodoChange.objects.in_effect().filter(tool_call_id__in=self.tool_calls)
        in_effect = set(changes.order_by().values_list("tool_call_id", flat=True))
        tool_calls_settled.send(type(self), undone=self.tool_calls - in_effect, in_effect=in_effect)


def _first_occurrence(todo_id: UUID, previous: dict[UUID, UUID | None]) -> UUID:
    """The earliest row of the same repeat among those of an undo."""
    while (earlier := previous[todo_id]) in previous:
        todo_id = earlier
    return todo_id


def _differences(change: TodoChange, current: Snapshot | None, act: Act) -> tuple[Difference, ...]:
    if change.after is None or current is None:
        yes, no = _("yes"), _("no")
        return (Difference(_("on the list"), *((yes, no) if change.after else (no, yes))),)
    was, now = (_in_words(change, shot, act) for shot in (change.after, current))
    # What words do not show, such as the zone of a date, has changed with it.
    changed = [name for name in was if was[name] != now[name]] or ["due"]
    return tuple(Difference(_(FIELDS[name]), was[name], now[name]) for name in changed)


def _in_words(change: TodoChange, shot: Snapshot, act: Act) -> dict[str, str]:
    todo = todo_of(change, shot)
    return {
        "title": _quoted(todo.title),
        "notes": _quoted(todo.notes) if todo.notes else _("none"),
        "priority": Priority(todo.priority).words,
        "due": date_text(todo.wall_due, act.actor.zone, act.now, act.actor.habits) or _("none"),
        "repeats": todo.repeats_text(act.actor.habits) or _("no"),
        "reminders": rules_text(todo.reminder_rules, act.actor, act.now),
        "tags": ", ".join(f"#{name}" for name in shot["tags"]) or _("none"),
        "done": _("yes") if todo.completed_at else _("no"),
        "in the trash": _("yes") if todo.deleted_at else _("no"),
    }


def _quoted(text: str) -> str:
    return quoted_text(f"{text[:QUOTE_MAX]}…" if len(text) > QUOTE_MAX else text)
