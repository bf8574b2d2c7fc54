"""What a person does about one reminder: put it off, dismiss it, take it away."""

import datetime
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils.translation import gettext_noop as _

from accounts.models import User
from database.units import one_or_none
from todos.changing.changes import Origin
from todos.commands import Written, get_todo, update_todo
from todos.errors import ReminderNotFound
from todos.models import Todo
from todos.models.reminders import Reminder

from .reminders.following import rules_of


@dataclass(frozen=True)
class Snooze:
    """One of the lengths that are offered: a label, and the words for it."""

    name: str
    label: str
    until: str


SNOOZES = {
    snooze.name: snooze
    for snooze in (
        Snooze("10m", _("Snooze 10 minutes"), "10 minutes"),
        Snooze("1h", _("Snooze 1 hour"), "1 hour"),
        Snooze("evening", _("Snooze until this evening"), "this evening"),
        Snooze("morning", _("Snooze until tomorrow morning"), "tomorrow morning"),
    )
}


def reminders_of(user: User, todo_id: UUID) -> list[Reminder]:
    """All of a todo, the next one first; raises NotYourTodo or TodoNotFound."""
    return list(Reminder.objects.for_user(user).filter(todo=get_todo(user, todo_id)))


def reminder_of(user: User, todo_id: UUID, reminder_id: UUID) -> Reminder:
    """Raises ReminderNotFound; for a foreign todo what `get_todo` raises."""
    todo = get_todo(user, todo_id)
    reminder = one_or_none(Reminder.objects.for_user(user).filter(pk=reminder_id, todo=todo))
    if reminder is None:
        raise ReminderNotFound
    return reminder


def snooze_reminder(user: User, reminder: Reminder, until: str, *, now: datetime.datetime, by: Origin) -> Written:
    """Put it off until then, “1 hour” or “tomorrow morning”: this one is dealt with, and comes once more.

    Raises DateNotUnderstood for other words, and TodoNotFound for a todo in the trash.
    """
    written = update_todo(user, reminder.todo_id, now=now, by=by, remind=f"snooze {until}")
    deal_with(user, [reminder.pk])
    return written


def put_off_until(todo: Todo, zone: ZoneInfo) -> datetime.datetime | None:
    """The moment at which a todo that was put off reminds again."""
    moments = [rule.instant(todo.wall_due, zone) for rule in rules_of(todo) if rule.once]
    return max(filter(None, moments), default=None)


def remove_reminder(user: User, reminder: Reminder, *, now: datetime.datetime, by: Origin) -> Written:
    """Remove one; the others stay, also the one that a due time brings by itself."""
    kept = [rule for rule in rules_of(get_todo(user, reminder.todo_id)) if str(rule) != reminder.rule]
    return update_todo(user, reminder.todo_id, now=now, by=by, remind=kept)


def deal_with(user: User, reminder_ids: list[UUID]) -> int:
    """Mark reminders as dealt with: pages show them no more, and none is sent again for its moment."""
    mine = Reminder.objects.for_user(user).filter(pk__in=reminder_ids)
    seen = mine.filter(state__in=[Reminder.State.WAITING, Reminder.State.SENT])
    return seen.update(state=Reminder.State.DONE, sent_for=F("at"))
