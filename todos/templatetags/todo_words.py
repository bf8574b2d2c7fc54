"""What a todo looks like at a moment. `now` is aware, in the person's zone."""

import datetime
import functools
import zoneinfo
from collections.abc import Callable, Mapping
from typing import TypedDict, cast
from urllib.parse import urlencode

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
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
DayWords = Callable[[Due | None], str]


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
def line(todo: Todo, now: datetime.datetime) -> TodoLine:
    return drawn(todo, now, "", row_words(get_language()), day_words_at(now))


@register.filter
def lines(group: TodoGroup, now: datetime.datetime) -> list[TodoLine]:
    words, day_words = row_words(get_language()), day_words_at(now)
    return [drawn(todo, now, group.heading, words, day_words) for todo in group.todos]


def day_words_at(now: datetime.datetime) -> DayWords:
    """What says when something is due; of many rows, most are due on the same few days."""
    zone, habits = cast(zoneinfo.ZoneInfo, now.tzinfo), drawn_for.get()
    return functools.cache(lambda due: date_text(due, zone, now, habits))


def drawn(todo: Todo, now: datetime.datetime, heading: str, words: Mapping[str, str], day_words: DayWords) -> TodoLine:
    """`heading` is what stands above the row: what it says is not said again."""
    tags, tick = todo.tags, "reopen" if todo.completed_at else "complete"
    title, address = conditional_escape(todo.title), todo.address
    due, due_class = due_words(todo, now, heading, day_words)
    remind_at, reminds = reminder_words(todo, now)
    return {
        "pk": SafeString(todo.pk),
        "version": SafeString(todo.version),
        "day": SafeString(todo.due_date.isoformat()) if todo.due_date else NOTHING,
        "title": title,
        "address": SafeString(address),
        "state": state_class(todo),
        "tick_address": SafeString(f"{address}/{tick}"),
        "labels": labels(todo, title, words),
        "deleted": todo.deleted_at is not None,
        "priority": SafeString(todo.priority_word) if todo.priority else NOTHING,
        "priority_words": words[f"priority {todo.priority}"] if todo.priority else "",
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


@functools.cache
def row_words(language: str | None) -> dict[str, str]:
    """What every row says, looked up once in the language of now."""
    sentences = {
        "complete": _("Complete %(title)s"),
        "reopen": _("Reopen %(title)s"),
        "select": _("Select %(title)s"),
        "change": _("Change %(title)s"),
        "delete": _("Delete %(title)s"),
    }
    return sentences | {f"priority {priority}": priority.words for priority in Priority}


def labels(todo: Todo, title: SafeString, words: Mapping[str, str]) -> dict[str, SafeString]:
    """What the buttons of its row say to who does not see it."""
    said = {"title": title}
    return {
        "tick": SafeString(words["reopen" if todo.completed_at else "complete"] % said),
        "select": SafeString(words["select"] % said),
        "change": SafeString(words["change"] % said),
        "delete": SafeString(words["delete"] % said),
    }


def week_link(todo: Todo) -> SafeString:
    """The week that begins on the day it is due; empty for one that is not due or done."""
    if todo.due_date is None or todo.completed_at or todo.deleted_at:
        return NOTHING
    return SafeString(f"{todos_address()}?filter=week&amp;from={todo.due_date.isoformat()}")


def due_words(todo: Todo, now: datetime.datetime, heading: str, day_words: DayWords) -> tuple[str, SafeString]:
    """When it is due or was done, and the class of its chip; “overdue” is a word as well, not a colour alone."""
    if todo.completed_at:
        return _("done %(day)s") % {"day": day_words(Due(todo.completed_at.astimezone(now.tzinfo).date()))}, NOTHING
    if not todo.due_date:
        return "", NOTHING
    due = day_words(todo.wall_due)
    if todo.is_overdue(now, now.date()):
        return due if heading == OVERDUE else " · ".join([due, _("overdue")]), SafeString(" chip-overdue")
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


def state_class(todo: Todo) -> SafeString:
    return SafeString(f"todo{' todo-done' if todo.completed_at else ''}{' todo-deleted' if todo.deleted_at else ''}")
