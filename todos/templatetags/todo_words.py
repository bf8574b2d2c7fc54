"""What a todo looks like at a moment. `now` is aware, in the person's zone."""

import datetime
import zoneinfo
from typing import TypedDict, cast
from urllib.parse import urlencode

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from habits.drawing import drawn_for
from habits.wording import time_text
from language.dates import date_text
from language.due import Due
from language.reminders.text import instant_text
from todos.fields.priority import Priority
from todos.models import Todo, todos_address
from todos.pages.listing import OVERDUE, TodoGroup

register = template.Library()
NOTHING = SafeString("")


class TodoLine(TypedDict):
    """A todo as its row and its card draw it: all that is shown, in words.

    A dict, with all that is said more than once escaped once: 100 rows of objects took templates twice as long.
    """

    pk: SafeString
    version: SafeString
    day: SafeString
    title: SafeString
    address: SafeString
    state: SafeString
    tick_address: SafeString
    labels: dict[str, SafeString]
    deleted: bool
    priority: SafeString
    priority_words: str
    due: str
    due_class: SafeString
    due_link: SafeString
    repeats: str
    tags: list[dict[str, str]]
    has_notes: bool
    remind_at: str
    reminds: str
    has_chips: bool


@register.filter
def line(todo: Todo, now: datetime.datetime, heading: str = "") -> TodoLine:
    """`heading` is what stands above the row: what it says is not said again."""
    tags, tick = todo.tags, "reopen" if todo.completed_at else "complete"
    title, address = conditional_escape(todo.title), todo.address
    due, due_class = due_words(todo, now, heading)
    remind_at, reminds = reminder_words(todo, now)
    return {
        "pk": SafeString(todo.pk),
        "version": SafeString(todo.version),
        "day": SafeString(todo.due_date.isoformat()) if todo.due_date else NOTHING,
        "title": title,
        "address": SafeString(address),
        "state": state_class(todo),
        "tick_address": SafeString(f"{address}/{tick}"),
        "labels": labels(todo, title),
        "deleted": todo.deleted_at is not None,
        "priority": SafeString(todo.priority_word) if todo.priority else NOTHING,
        "priority_words": Priority(todo.priority).words if todo.priority else "",
        "due": due,
        "due_class": due_class,
        "due_link": week_link(todo) if due else NOTHING,
        "repeats": todo.repeats_text(drawn_for.get()) or "",
        "tags": [{"name": tag, "link": f"{todos_address()}?{urlencode({'tag': tag})}"} for tag in tags],
        "has_notes": bool(todo.notes),
        "remind_at": remind_at,
        "reminds": reminds,
        "has_chips": bool(due or tags or todo.recurrence or todo.priority or todo.notes or reminds),
    }


def labels(todo: Todo, title: SafeString) -> dict[str, SafeString]:
    """What the buttons of its row say to who does not see it."""
    words = {
        "tick": _("Reopen %(title)s") if todo.completed_at else _("Complete %(title)s"),
        "select": _("Select %(title)s"),
        "change": _("Change %(title)s"),
        "delete": _("Delete %(title)s"),
    }
    return {name: SafeString(sentence % {"title": title}) for name, sentence in words.items()}


def week_link(todo: Todo) -> SafeString:
    """The week that begins on the day it is due; empty for one that is not due or done."""
    if todo.due_date is None or todo.completed_at or todo.deleted_at:
        return NOTHING
    return SafeString(f"{todos_address()}?filter=week&amp;from={todo.due_date.isoformat()}")


def due_words(todo: Todo, now: datetime.datetime, heading: str) -> tuple[str, SafeString]:
    """When it is due or was done, and the class of its chip; “overdue” is a word as well, not a colour alone."""
    zone = cast(zoneinfo.ZoneInfo, now.tzinfo)
    if todo.completed_at:
        day = date_text(Due(todo.completed_at.astimezone(zone).date()), zone, now, drawn_for.get())
        return _("done %(day)s") % {"day": day}, NOTHING
    if not todo.due_date:
        return "", NOTHING
    due = date_text(todo.wall_due, zone, now, drawn_for.get())
    if todo.is_overdue(now, now.date()):
        return due if heading == OVERDUE else f"{due} · {_('overdue')}", SafeString(" chip-overdue")
    if heading and due.casefold().startswith(heading.casefold()):
        due = due[len(heading) :].removeprefix(", ")
    return due, SafeString(" chip-today") if todo.due_date == now.date() else NOTHING


def reminder_words(todo: Todo, now: datetime.datetime) -> tuple[str, str]:
    """Beside the bell, when it reminds next, unless it is when the todo is due; and all of it, to be heard."""
    moments = [at for at in todo.reminder_moments if at > now]
    if not moments:
        return "", ""
    if moments == [todo.due_at]:
        return "", _("reminds you then")
    zone, habits = cast(zoneinfo.ZoneInfo, now.tzinfo), drawn_for.get()
    first, more = moments[0].astimezone(zone), len(moments) - 1
    is_same_day = todo.due_at is not None and first.date() == todo.due_at.astimezone(zone).date()
    shown = time_text(first.time(), habits) if is_same_day else instant_text(first, zone, now, habits)
    words = "; ".join(instant_text(at, zone, now, habits) for at in moments)
    return f"{shown} +{more}" if more else shown, _("reminds you %(moments)s") % {"moments": words}


@register.filter
def lines(group: TodoGroup, now: datetime.datetime) -> list[TodoLine]:
    return [line(todo, now, group.heading) for todo in group.todos]


def state_class(todo: Todo) -> SafeString:
    return SafeString(f"todo{' todo-done' if todo.completed_at else ''}{' todo-deleted' if todo.deleted_at else ''}")
