"""What todos are called open, overdue, done …: the conditions behind each view."""

import datetime
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.db.models import Q

from language.due import instant_of

from .reminders import Reminder

OUTSIDE_TRASH, IN_TRASH = Q(deleted_at=None), Q(deleted_at__isnull=False)
OPEN = OUTSIDE_TRASH & Q(completed_at=None)
DONE = OUTSIDE_TRASH & Q(completed_at__isnull=False)
# What a range of days is about, where it is not the due date.
MOMENTS = {"done": "completed_at", "trash": "deleted_at"}


def midnight(day: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return instant_of(day, datetime.time(), zone)


def view_condition(name: str, now: Any, day: Any) -> Q:
    """`day` is the user's today. Overdue is an instant before `now`, or an all-day date before `day`.

    Both may be the slots of a prepared statement.
    """
    return VIEWS[name](now, day)


VIEWS: dict[str, Callable[[Any, Any], Q]] = {
    "open": lambda now, day: OPEN,
    "today": lambda now, day: OPEN & Q(due_date=day),
    "due": lambda now, day: OPEN & (Q(due_date__lte=day) | Q(due_at__lt=now)),
    "overdue": lambda now, day: OPEN & (Q(due_at__lt=now) | Q(due_at=None, due_date__lt=day)),
    "upcoming": lambda now, day: OPEN & Q(due_date__gt=day),
    "undated": lambda now, day: OPEN & Q(due_date=None),
    "reminding": lambda now, day: OPEN & Q(pk__in=Reminder.objects.waiting().filter(at__gt=now).values("todo")),
    "done": lambda now, day: DONE,
    "trash": lambda now, day: IN_TRASH,
    "all": lambda now, day: OUTSIDE_TRASH,
}
