"""What a person is told of the reminders of a todo: when they come, and by which way."""

import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.pages.settings_page import settings_address
from habits.wording import list_text, when_text
from language.reminders.rule import ReminderRule
from language.reminders.text import instant_text, rule_text
from todos.models import Todo
from todos.models.reminders import Reminder

from .reach import ways_to


def reminders_note(todo: Todo, user: User, now: datetime.datetime) -> str:
    """A sentence after a change: when reminders come and how; that only a page shows them is said once to a person."""
    moments = todo.reminder_moments
    if not moments:
        return ""
    times = [
        _("then") if at == todo.due_at else when_text(instant_text(at, user.zone, now, user.habits)) for at in moments
    ]
    ways = ways_to(user)
    told = {"when": moments_text(times), "ways": list_text(ways), "address": settings_address("settings-reminders")}
    if ways:
        return _("You will be reminded %(when)s %(ways)s.") % told
    sentence = _("You will be reminded %(when)s.")
    if is_first(todo, user):
        sentence = _(
            "You will be reminded %(when)s. So far only an open page can show it; "
            "choose other ways in Settings (%(address)s)."
        )
    return sentence % told


def rules_text(rules: list[str] | None, user: User, now: datetime.datetime) -> str:
    """What was asked for, in words: “30 minutes before; on the day at 08:00”, “none”, or “at the due time”."""
    if rules is None:
        return _("at the due time")
    return "; ".join(rule_text(ReminderRule.parse(text), user.zone, now, user.habits) for text in rules) or _("none")


def is_first(todo: Todo, user: User) -> bool:
    """Whether no other todo of the person ever had one."""
    return not Reminder.objects.for_user(user).exclude(todo=todo).exists()


def moments_text(moments: list[str]) -> str:
    """“a; b, and c”: each may have a comma of its own."""
    if len(moments) < 2:
        return "".join(moments)
    return _("%(first)s, and %(last)s") % {"first": "; ".join(moments[:-1]), "last": moments[-1]}
