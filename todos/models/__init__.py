"""Todos, what reminds of them, and the only ways to select them."""

from .changes import SHIFT_MAX, ChangeKind, Door, TodoChange, TodoChangeQuerySet, change_kind
from .feeds import CalendarFeed
from .reminders import Reminder
from .todos import Todo, TodoQuerySet, TodoTag, load_moments, load_tags, todos_address

__all__ = [
    "SHIFT_MAX",
    "CalendarFeed",
    "ChangeKind",
    "Door",
    "Reminder",
    "Todo",
    "TodoChange",
    "TodoChangeQuerySet",
    "TodoQuerySet",
    "TodoTag",
    "change_kind",
    "load_moments",
    "load_tags",
    "todos_address",
]
