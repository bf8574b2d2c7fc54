"""What a todo looks like at a moment. `now` is aware, in the person's zone."""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import TypedDict, cast

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from language.dates import date_text
from todos.models import Todo

register = template.Library()
# What ticking does, as its address and its button say it.
TICKS = {False: ("complete", "Complete"), True: ("reopen", "Reopen")}
NOTHING = SafeString("")


class TodoLine(TypedDict):
    """A todo as its row and its card draw it: all that is shown, in words.

    A dict, with all that is said more than once escaped once: 100 rows of objects took templates twice as long.
    """

    pk: SafeString
    title: SafeString
    address: SafeString
    state: SafeString
    tick_address: SafeString
    tick_label: SafeString
    deleted: bool
    priority: SafeString
    due: str
    due_class: SafeString
    repeats: str
    tags: list[str]
    has_notes: bool
    has_chips: bool


@register.filter
def line(todo: Todo, now: datetime.datetime) -> TodoLine:
    tags, (tick, tick_word) = todo.tags, TICKS[todo.completed_at is not None]
    title, address = conditional_escape(todo.title), todo.address
    due, due_class = due_words(todo, now) if todo.due_date else ("", NOTHING)
    return {
        "pk": SafeString(todo.pk),
        "title": title,
        "address": SafeString(address),
        "state": state_class(todo),
        "tick_address": SafeString(f"{address}/{tick}"),
        "tick_label": SafeString(f"{tick_word} {title}"),
        "deleted": todo.deleted_at is not None,
        "priority": SafeString(todo.priority_word) if todo.priority else NOTHING,
        "due": due,
        "due_class": due_class,
        "repeats": todo.repeats or "",
        "tags": tags,
        "has_notes": bool(todo.notes),
        "has_chips": bool(due or tags or todo.priority or todo.notes),
    }


def due_words(todo: Todo, now: datetime.datetime) -> tuple[str, SafeString]:
    """When it is due, and the class of its chip; “overdue” is a word as well, not a colour alone."""
    due = date_text(todo.wall_due, cast(zoneinfo.ZoneInfo, now.tzinfo), now)
    if todo.is_overdue(now, now.date()):
        return f"{due} · overdue", SafeString(" chip-overdue")
    is_today = todo.due_date == now.date() and todo.completed_at is None
    return due, SafeString(" chip-today") if is_today else NOTHING


@register.filter
def lines(todos: Iterable[Todo], now: datetime.datetime) -> list[TodoLine]:
    return [line(todo, now) for todo in todos]


def state_class(todo: Todo) -> SafeString:
    return SafeString(f"todo{' todo-done' if todo.completed_at else ''}{' todo-deleted' if todo.deleted_at else ''}")
