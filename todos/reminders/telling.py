"""What a person is told of the reminders of a todo: when they come, and by which way."""

import datetime

from accounts.models import User
from accounts.pages.settings_page import settings_address
from language.reminders.rule import ReminderRule
from language.reminders.text import instant_text, rule_text
from todos.models import Todo
from todos.models.reminders import Reminder

from .reach import ways_to

ONLY_PAGES = "So far only an open page can show it; choose other ways in Settings ({settings})."


def reminders_note(todo: Todo, user: User, now: datetime.datetime) -> str:
    """A sentence after a change: when reminders come and how; that only a page shows them is said once to a person."""
    moments = todo.reminder_moments
    if not moments:
        return ""
    times = ["then" if at == todo.due_at else instant_text(at, user.zone, now, user.habits) for at in moments]
    ways = ways_to(user)
    sentence = " ".join(filter(None, ["You will be reminded", listed(times, ", and "), listed(ways, " and ")]))
    if ways or not is_first(todo, user):
        return f"{sentence}."
    return f"{sentence}. {ONLY_PAGES.format(settings=settings_address('settings-reminders'))}"


def rules_text(rules: list[str] | None, user: User, now: datetime.datetime) -> str:
    """What was asked for, in words: “30 minutes before; on the day at 08:00”, “none”, or “at the due time”."""
    if rules is None:
        return "at the due time"
    return "; ".join(rule_text(ReminderRule.parse(text), user.zone, now, user.habits) for text in rules) or "none"


def is_first(todo: Todo, user: User) -> bool:
    """Whether no other todo of the person ever had one."""
    return not Reminder.objects.for_user(user).exclude(todo=todo).exists()


def listed(words: list[str], last: str) -> str:
    return last.join(filter(None, ["; ".join(words[:-1]), words[-1]])) if words else ""
