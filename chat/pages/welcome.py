"""The first words of an empty chat: a greeting, the first steps, and starters from the person's own todos."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from todos.models import Todo
from todos.reminders.reach import ways_to

STARTERS = 4
TODOS_FOR_STARTERS = 20
TITLE_MAX_CHARACTERS = 60
GENERIC = [
    gettext_lazy("What is due this week?"),
    gettext_lazy("Add buy milk tomorrow at 9am"),
    gettext_lazy("Remind me to call the dentist on Friday"),
    gettext_lazy("Show everything that is overdue"),
]


@dataclass(frozen=True)
class Step:
    """Something to try first: a title, what it is good for, and where it is done."""

    title: str
    words: str
    address: str
    done: bool


def first_steps(user: User, open_count: int, done_count: int) -> list[Step]:
    """What to try first, until a todo was ticked off; nothing after that."""
    if done_count:
        return []
    say = f"{reverse('home')}?{urlencode({'draft': GENERIC[1]})}"
    return [
        Step(_("Say what there is to do"), _("In your own words, with a day or a time."), say, done=open_count > 0),
        Step(_("Tick it off"), _("In the list, or by saying that it is done."), reverse("todos"), done=False),
        Step(
            _("Be told in time"),
            _("By a notice on this device, or by mail."),
            f"{reverse('settings')}#settings-reminders",
            done=bool(ways_to(user)),
        ),
    ]


def greeting(now: datetime.datetime, name: str) -> str:
    """`now` is in the person's zone."""
    if now.hour < 5 or now.hour >= 18:
        return _("Good evening, %(name)s") % {"name": name}
    return (_("Good morning, %(name)s") if now.hour < 12 else _("Good afternoon, %(name)s")) % {"name": name}


def most_urgent(user: User) -> list[Todo]:
    return list(Todo.objects.for_user(user).open().by_urgency()[:TODOS_FOR_STARTERS])


def starters(todos: Sequence[Todo], now: datetime.datetime) -> list[str]:
    """Four things to say: about the person's most urgent open todos, then generic ones.

    Titles are quoted, so that words in them are not taken for a date.
    """
    named = [todo for todo in todos if len(todo.title) <= TITLE_MAX_CHARACTERS and "”" not in todo.title]
    late = [todo for todo in named if todo.due_date and todo.due_date < now.date()]
    own = [_("Move “%(title)s” to tomorrow") % {"title": todo.title} for todo in late[:1]]
    own += [_("Mark “%(title)s” as done") % {"title": todo.title} for todo in named if todo not in late[:1]][:1]
    if any(todo.due_date == now.date() for todo in todos):
        own.append(_("What is due today?"))
    return [*own, *map(str, GENERIC)][:STARTERS]
