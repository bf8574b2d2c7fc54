"""The one way to change todos: tools, API and pages all come through here.

Every command is sync and runs inside a database unit of its caller. It asks for ownership first, refuses with a
ProductError before it writes, and bumps the version exactly when something changed. `by` says where it comes from; what
it writes is recorded with it (`todos/changing/changes.py`).

A todo that repeats is one row for each occurrence. Completing one closes its row and adds the next, which takes the
rule along; so there is one row with the rule at any time. Advancing a single row instead would lose what was done and
when, would let a completion that is sent twice skip an occurrence, and would turn “the todo I just completed”, as the
conversation knows it by its id, into one of next week.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.locks import lock_user
from accounts.models import User
from database.units import one_or_none
from habits.wording import when_text
from language.dates import date_text
from language.dates.shifts import once_more
from language.due import Due
from language.recurrence import Recurrence
from language.reminders.rule import ReminderRule
from web.errors import ValidationFailed

from .changing.changes import Act, Origin
from .changing.places import Beside, position_beside
from .changing.shifts import is_made_already, shift_in
from .changing.undo import take_back_completion
from .errors import NotYourTodo, TodoNotFound, VersionConflict
from .fields.rules import TAGS_MAX, clean_fields
from .fields.schedule import Schedule
from .models import Todo, TodoChange, load_moments
from .reminders.telling import reminders_note
from .rows import todo_out

MOVED_ALREADY = gettext_noop("It was moved “%(shift)s” just now, to %(when)s. To move it once more, say “%(again)s”.")


class TodoFields(TypedDict, total=False):
    """As people give them; a missing key leaves the field alone.

    `due` is a phrase (“every friday” repeats), a date, or None to remove it; `recurrence` an RRULE or words, or None.
    `remind` are phrases (“30 minutes before”, “none”), or None where the due time should remind by itself.
    """

    title: str
    notes: str
    priority: str
    due: str | Due | None
    recurrence: str | Recurrence | None
    tags: Iterable[str]
    add_tags: Iterable[str]
    remove_tags: Iterable[str]
    remind: str | Iterable[str | ReminderRule] | None


@dataclass(frozen=True)
class Written:
    """The todo as stored, tags loaded. `change` is what was recorded, None when it was so before.

    `note` is for the person, or empty: what was understood of a date, when a repeating todo comes again. With
    `reminds` there is more to tell (`told`): when reminders come, which only doors for people look up.
    """

    todo: Todo
    change: TodoChange | None
    note: str = ""
    reminds: bool = False

    @property
    def changed(self) -> bool:
        return self.change is not None


def told(written: Written, user: User, now: datetime.datetime) -> str:
    """All that a person is told beside what was changed: the note, and when and how they are reminded."""
    reminders = reminders_note(written.todo, user, now) if written.reminds else ""
    return " ".join(filter(None, (written.note, reminders)))


def get_todo(user: User, todo_id: UUID) -> Todo:
    """Also from the trash, tags and moments of reminders loaded; raises NotYourTodo or TodoNotFound."""
    todo = one_or_none(Todo.objects.for_user(user).with_tags().filter(pk=todo_id)) or _refuse_missing(todo_id)
    load_moments([todo])
    return todo


def add_todo(user: User, *, now: datetime.datetime, by: Origin, **fields: Unpack[TodoFields]) -> Written:
    # The title is the one field that must be there; without it the rule for titles gives the reason.
    cleaned, note = clean_fields({"title": "", **fields}, user, now, Schedule())
    tags = cleaned.pop("tags", set())
    todo = Todo(owner=user, created_at=now, **_columns(cleaned))
    return Written(todo, Act(user, now, by).add(todo, tags), note, _tells_reminders(cleaned, todo))


def update_todo(
    user: User,
    todo_id: UUID,
    *,
    now: datetime.datetime,
    by: Origin,
    expected_version: int | None = None,
    beside: Beside | None = None,
    **fields: Unpack[TodoFields],
) -> Written:
    """Change what is given, and its place in its day.

    A distance (“2 days later”) that moved it shortly before does not again, unless the version is named: who does has
    seen that move, and means another one.
    """
    if beside:
        lock_user(user)  # others of the day may get numbers
    todo = _locked(user, todo_id, expected_version, now)
    shift, moved = shift_in(fields.get("due")), ""
    if expected_version is None and is_made_already(shift, todo, now):
        del fields["due"]
        when = date_text(todo.wall_due, user.zone, now, user.habits)
        moved = _(MOVED_ALREADY) % {"shift": shift, "when": when, "again": once_more(shift)}
    cleaned, note = clean_fields(fields, user, now, todo.schedule, todo.reminder_rules)
    note = " ".join(filter(None, (moved, note)))
    tags = _changed_tags(todo, cleaned)
    columns = _placed(todo, _columns(cleaned), user, beside)
    columns = {name: value for name, value in columns.items() if getattr(todo, name) != value}
    if not columns and tags == set(todo.tags):
        return Written(todo, None, note, _tells_reminders(cleaned, todo))
    change = Act(user, now, by, shift="" if moved else shift).change(todo, columns, tags)
    return Written(todo, change, note, _tells_reminders(cleaned, todo))


def complete_todo(
    user: User, todo_id: UUID, *, now: datetime.datetime, by: Origin, expected_version: int | None = None
) -> Written:
    """Done at `now`. One that repeats hands its rule to the next occurrence, which is always still to come."""
    todo = _locked(user, todo_id, expected_version, now)
    if todo.completed_at:
        return Written(todo, None)
    act = Act(user, now, by)
    if not todo.recurrence:
        return Written(todo, act.change(todo, {"completed_at": now}))
    following, repeats = todo.schedule.next(now, user.zone), todo.repeats_text(user.habits)
    once = todo.schedule.repeating(None).columns
    change = act.change(todo, {"completed_at": now} | once)
    if following is None:
        return Written(todo, change, _("This was the last one."))
    act.add(_next_occurrence(todo, following, now), todo.tags)
    coming = date_text(following.due, user.zone, now, user.habits)
    note = _("It repeats %(repeat)s: the next one is due %(when)s.") % {"repeat": repeats, "when": when_text(coming)}
    return Written(todo, change, note)


def done_today(user: User, todo_id: UUID, now: datetime.datetime) -> UUID | None:
    """The occurrence before this one, if that was completed today and this one is for another day.

    Somebody who says twice a day that a repeating todo is done means the same occurrence.
    """
    today = now.astimezone(user.zone).date()
    todo = Todo.objects.for_user(user).open().filter(pk=todo_id, previous_id__isnull=False, due_date__gt=today).first()
    if todo is None or todo.previous_id is None:
        return None
    previous = Todo.objects.for_user(user).done().filter(pk=todo.previous_id).first()
    completed_at = previous and previous.completed_at
    return todo.previous_id if completed_at and completed_at.astimezone(user.zone).date() == today else None


def reopen_todo(
    user: User, todo_id: UUID, *, now: datetime.datetime, by: Origin, expected_version: int | None = None
) -> Written:
    """Open again. An occurrence of a repeat takes its rule back from the next one, where nothing has changed since."""
    lock_user(user)  # it may have to take back other rows of the repeat
    todo = _locked(user, todo_id, expected_version, now)
    if not todo.completed_at:
        return Written(todo, None)
    act = Act(user, now, by)
    if change := take_back_completion(todo, act):
        return Written(get_todo(user, todo_id), change)
    return Written(todo, act.change(todo, {"completed_at": None}))


def delete_todo(
    user: User, todo_id: UUID, *, now: datetime.datetime, by: Origin, expected_version: int | None = None
) -> Written:
    """To the trash, where it can be restored from."""
    todo = _locked(user, todo_id, expected_version, now, also_in_trash=True)
    if todo.deleted_at:
        return Written(todo, None, _("It is in the trash already."))
    return Written(todo, Act(user, now, by).change(todo, {"deleted_at": now}))


def restore_todo(
    user: User, todo_id: UUID, *, now: datetime.datetime, by: Origin, expected_version: int | None = None
) -> Written:
    todo = _locked(user, todo_id, expected_version, now, also_in_trash=True)
    return Written(todo, Act(user, now, by).change(todo, {"deleted_at": None}) if todo.deleted_at else None)


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
    """The todo, for change, tags loaded: nobody else can change it until the unit ends."""
    todo = one_or_none(
        Todo.objects.for_user(user).select_for_update(no_key=True).filter(pk=todo_id)
    ) or _refuse_missing(todo_id)
    if todo.deleted_at and not also_in_trash:
        raise TodoNotFound(_("This todo is in the trash. Restore it first."))
    prefetch_related_objects([todo], "todo_tags")
    if expected_version not in {None, todo.version}:
        raise VersionConflict(details={"todo": todo_out(todo, user, now).model_dump(mode="json")})
    return todo


def _columns(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The cleaned values by column."""
    columns = {name: cleaned[name] for name in ("title", "notes", "priority", "reminder_rules") if name in cleaned}
    return columns | (cleaned["schedule"].columns if "schedule" in cleaned else {})


def _placed(todo: Todo, columns: dict[str, Any], user: User, beside: Beside | None) -> dict[str, Any]:
    """The columns with the place that is asked for; one by hand ends where day or time change."""
    if beside:
        day = columns.get("due_date", todo.due_date)
        neighbours = Todo.objects.for_user(user).open().filter(due_date=day)
        return columns | {"position": position_beside(todo, neighbours, beside)}
    moves = any(columns.get(name, getattr(todo, name)) != getattr(todo, name) for name in ("due_date", "due_time"))
    return columns | {"position": None} if moves else columns


def _tells_reminders(cleaned: dict[str, Any], todo: Todo) -> bool:
    """Whether reminders were asked for or follow from the date that was given."""
    schedule = cleaned.get("schedule")
    follows = schedule is not None and schedule.due is not None and bool(schedule.due.time or todo.reminder_rules)
    return follows or "reminder_rules" in cleaned


def _changed_tags(todo: Todo, cleaned: dict[str, Any]) -> set[str]:
    before, removed = set(todo.tags), cleaned.get("remove_tags", set())
    if unknown := sorted(removed - before):
        sentence = _("It has no tag #%(tag)s; it has no tags.")
        if before:
            sentence = _("It has no tag #%(tag)s; its tags are %(tags)s.")
        told = {"tag": unknown[0], "tags": ", ".join(f"#{tag}" for tag in todo.tags)}
        raise ValidationFailed(details={"remove_tags": sentence % told})
    tags = (cleaned.get("tags", before) | cleaned.get("add_tags", set())) - removed
    if len(tags) > TAGS_MAX:
        raise ValidationFailed(details={"tags": _("A todo has at most %(most)s tags.") % {"most": TAGS_MAX}})
    return tags


def _next_occurrence(todo: Todo, schedule: Schedule, now: datetime.datetime) -> Todo:
    return Todo(
        owner_id=todo.owner_id,
        title=todo.title,
        notes=todo.notes,
        priority=todo.priority,
        previous_id=todo.pk,
        reminder_rules=_rules_of_next(todo, schedule),
        created_at=now,
        **schedule.columns,
    )


def _rules_of_next(todo: Todo, schedule: Schedule) -> list[str] | None:
    """The reminders go along: those at a distance by themselves, a moment by as many days as the date moves."""
    if todo.reminder_rules is None or not (todo.due_date and schedule.due):
        return todo.reminder_rules
    days = schedule.due.date - todo.due_date
    rules = [rule.moved_by(days) for rule in map(ReminderRule.parse, todo.reminder_rules) if not rule.once]
    return [str(rule) for rule in rules]
