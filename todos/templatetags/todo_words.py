"""What a todo looks like at a moment. `now` is aware, in the person's zone."""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import TypedDict, cast

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from todos.dates import date_text
from todos.models import Todo

register = template.Library()
OPEN_TICK, DONE_TICK = SafeString("complete"), SafeString("reopen")


class TodoLine(TypedDict):
    """A todo as its row and its card draw it: all that is shown, in words.

    A dict, with all that is said more than once escaped once: 100 rows of objects took templates twice as long.
    """

    pk: SafeString
    title: SafeString
    address: SafeString
    state: SafeString
    tick: SafeString
    deleted: bool
    priority: str
    due: str
    overdue: bool
    due_today: bool
    repeats: str
    tags: list[str]
    has_notes: bool
    has_chips: bool


@register.filter
def line(todo: Todo, now: datetime.datetime) -> TodoLine:
    due, tags = date_text(todo.wall_due, cast(zoneinfo.ZoneInfo, now.tzinfo), now), todo.tags
    return {
        "pk": conditional_escape(str(todo.pk)),
        "title": conditional_escape(todo.title),
        "address": conditional_escape(todo.address),
        "state": state_class(todo),
        "tick": OPEN_TICK if todo.completed_at is None else DONE_TICK,
        "deleted": todo.deleted_at is not None,
        "priority": todo.priority_word if todo.priority else "",
        "due": due,
        "overdue": todo.is_overdue(now, now.date()),
        "due_today": todo.due_date == now.date() and todo.completed_at is None,
        "repeats": todo.repeats or "",
        "tags": tags,
        "has_notes": bool(todo.notes),
        "has_chips": bool(due or tags or todo.priority or todo.notes),
    }


@register.filter
def lines(todos: Iterable[Todo], now: datetime.datetime) -> list[TodoLine]:
    return [line(todo, now) for todo in todos]


def state_class(todo: Todo) -> SafeString:
    return SafeString(f"todo{' todo-done' if todo.completed_at else ''}{' todo-deleted' if todo.deleted_at else ''}")
