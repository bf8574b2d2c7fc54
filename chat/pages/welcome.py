"""The first words of an empty chat: a greeting, the first steps, and starters from the person's own todos."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from todos.models import Todo

STARTERS = 4
TITLE_MAX_CHARACTERS = 60
GENERIC = [
    "What is due this week?",
    "Add buy milk tomorrow at 9am",
    "Remind me to call the dentist on Friday",
    "Show everything that is overdue",
]


@dataclass(frozen=True)
class Step:
    """Something to try first: a title, what it is good for, and where it is done."""

    title: str
    words: str
    address: str
    done: bool


def first_steps(open_count: int, done_count: int) -> list[Step]:
    """What to try first, until a todo was ticked off; nothing after that."""
    if done_count:
        return []
    say = f"{reverse('home')}?{urlencode({'draft': GENERIC[1]})}"
    return [
        Step("Say what there is to do", "In your own words, with a day or a time.", say, done=open_count > 0),
        Step("Tick it off", "In the list, or by saying that it is done.", reverse("todos"), done=False),
        Step(
            "Be told in time",
            "By a notice on this device, or by mail.",
            f"{reverse('settings')}#settings-reminders",
            done=False,
        ),
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
