"""The first words of an empty chat: a greeting, and starters from the person's own todos."""

import datetime
from collections.abc import Sequence

from todos.models import Todo

STARTERS = 4
TITLE_MAX_CHARACTERS = 60
GENERIC = [
    "What is due this week?",
    "Add buy milk tomorrow at 9am",
    "Remind me to call the dentist on Friday",
    "Show everything that is overdue",
]


def greeting(now: datetime.datetime, name: str) -> str:
    """`now` is in the person's zone."""
    if now.hour < 5 or now.hour >= 18:
        return f"Good evening, {name}"
    return f"Good morning, {name}" if now.hour < 12 else f"Good afternoon, {name}"


def starters(todos: Sequence[Todo], now: datetime.datetime) -> list[str]:
    """Four things to say: about the person's most urgent open todos, then generic ones.

    Titles are quoted, so that words in them are not taken for a date.
    """
    named = [todo for todo in todos if len(todo.title) <= TITLE_MAX_CHARACTERS and "”" not in todo.title]
    late = [todo for todo in named if todo.due_date and todo.due_date < now.date()]
    own = [f"Move “{todo.title}” to tomorrow" for todo in late[:1]]
    own += [f"Mark “{todo.title}” as done" for todo in named if todo not in late[:1]][:1]
    if any(todo.due_date == now.date() for todo in todos):
        own.append("What is due today?")
    return [*own, *GENERIC][:STARTERS]
