"""How reminders follow their todo: the one place where the moments of its rules are found and stored.

Every change of a todo comes through here (`todos/changing/changes.py`), also an undo. A moment that is new is waited
for while it is ahead; one that was said stays said, wherever the todo was moved meanwhile. Of a todo that is done or in
the trash none is waited for, and what is still ahead comes back with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from language.reminders.rule import AT_THE_TIME, ReminderRule
from todos.models import Todo
from todos.models.reminders import Reminder

# What a moment depends on.
CAUSES = frozenset({"due_date", "due_time", "due_zone", "completed_at", "deleted_at", "reminder_rules"})
FOLLOWED_AT_ONCE = 500


def rules_of(todo: Todo) -> list[ReminderRule]:
    """What the person asked for; without that a due time reminds by itself."""
    if todo.reminder_rules is None:
        return [AT_THE_TIME] if todo.due_time else []
    return [ReminderRule.parse(text) for text in todo.reminder_rules]


def begin_reminders(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> None:
    """Store the reminders of a new todo; `zone` is its owner's."""
    rules = rules_of(todo)
    if rules:
        Reminder.objects.bulk_create(filter(None, (_begun(todo, rule, zone, now) for rule in rules)))


def follow(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> None:
    """Let reminders follow the change of a todo, whose row is locked."""
    wanted = {str(rule): rule for rule in rules_of(todo)}
    known = {reminder.rule: reminder for reminder in Reminder.objects.filter(todo=todo)}
    moved = [reminder for text, reminder in known.items() if _is_moved(reminder, todo, wanted.get(text), zone, now)]
    Reminder.objects.bulk_update(moved, ["at", "state"])
    Reminder.objects.bulk_create(
        filter(None, (_begun(todo, rule, zone, now) for text, rule in wanted.items() if text not in known))
    )
    # What was never said leaves no trace.
    gone = [reminder.pk for text, reminder in known.items() if text not in wanted and reminder.sent_for is None]
    if gone:
        Reminder.objects.filter(pk__in=gone).delete()


@transaction.atomic
def follow_zone(user: User, now: datetime.datetime) -> None:
    """Another time zone of a person: what is told by the wall clock of whole days is at other instants now."""
    floating = Q(due_time=None, due_date__isnull=False, reminder_rules__isnull=False)
    todos = Todo.objects.for_user(user).open().filter(floating).order_by("pk").select_for_update(no_key=True)
    for todo in todos:
        follow(todo, user.zone, now)


@receiver(post_save, sender=User)
def follow_account(instance: User, created: bool, **kwargs: Any) -> None:
    """Let reminders follow the new time zone of a saved account."""
    saved = kwargs["update_fields"]
    if not created and (saved is None or "time_zone" in saved):
        follow_zone(instance, timezone.now())


def is_caused_by(columns: Iterable[str]) -> bool:
    return not CAUSES.isdisjoint(columns)


def _begun(todo: Todo, rule: ReminderRule, zone: ZoneInfo, now: datetime.datetime) -> Reminder | None:
    """A row for a rule that has none; none for the automatic one that comes too late to matter."""
    at = rule.instant(todo.wall_due, zone)
    is_ahead = _is_open(todo) and at is not None and at > now
    if todo.reminder_rules is None and not is_ahead:
        return None
    state = Reminder.State.WAITING if is_ahead else Reminder.State.CANCELLED
    return Reminder(owner_id=todo.owner_id, todo=todo, rule=str(rule), at=at, state=state, created_at=now)


def _is_moved(
    reminder: Reminder, todo: Todo, rule: ReminderRule | None, zone: ZoneInfo, now: datetime.datetime
) -> bool:
    """Whether the row is another one by now; it is changed then, and not yet stored."""
    before: Any = (reminder.at, reminder.state)
    at = rule.instant(todo.wall_due, zone) if rule else reminder.at
    if rule is None or _is_open(todo):
        reminder.state = _state(reminder, at, is_wanted=rule is not None, now=now)
    elif reminder.state == Reminder.State.WAITING:
        # What was handed over stays so: reopened before it was said, it is still to be said.
        reminder.state = Reminder.State.CANCELLED
    if reminder.state == Reminder.State.SENT and _is_put_off(todo, zone, now):
        reminder.state = Reminder.State.DONE
    reminder.at = at
    return before != (reminder.at, reminder.state)


def _state(reminder: Reminder, at: datetime.datetime | None, *, is_wanted: bool, now: datetime.datetime) -> str:
    states = Reminder.State
    if not is_wanted or at is None:
        return states.DONE if reminder.state in {states.SENT, states.DONE} else states.CANCELLED
    if at == reminder.sent_for:
        return states.DONE if reminder.state == states.DONE else states.SENT
    if at > now or (at == reminder.at and reminder.state == states.WAITING):
        return states.WAITING
    return states.CANCELLED


def _is_put_off(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> bool:
    """Whether it comes once more: what was said is dealt with then, and is not said again where it failed."""
    comes = (rule.instant(todo.wall_due, zone) for rule in rules_of(todo) if rule.once)
    return any(at is not None and at > now for at in comes)


def _is_open(todo: Todo) -> bool:
    return todo.completed_at is None and todo.deleted_at is None
