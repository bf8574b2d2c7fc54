"""Figures of all todos of a person. Pages and lists ask for them each time, so that their SQL is written once."""

import datetime
import functools
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, DateField, DateTimeField, Max, Q, QuerySet, Sum, Value

from accounts.models import User
from database.prepared import PreparedQuery, Slot, pk_slot
from todos.models import Reminder, Todo
from todos.models.conditions import OPEN, view_condition

OWNER, NOW, DAY = pk_slot("owner"), Slot("now", DateTimeField()), Slot("day", DateField())


def in_one_row(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Grouped by a constant, so that what is annotated is a total of all rows: nobody sees the SQL of `aggregate`."""
    return rows.order_by().annotate(one=Value(1)).values("one")


@functools.cache
def counting(names: tuple[str, ...]) -> PreparedQuery[Todo]:
    return PreparedQuery(
        lambda: (
            in_one_row(Todo.objects.for_user(OWNER))
            .annotate(**{name: Count("pk", filter=view_condition(name, NOW, DAY)) for name in names})
            .values_list(*names)
        )
    )


STATE = PreparedQuery(
    lambda: (
        in_one_row(Todo.objects.for_user(OWNER))
        .annotate(todos=Count("pk"), versions=Sum("version"), newest=Max("updated_at"))
        .annotate(late=Count("pk", filter=OPEN & Q(due_at__lt=NOW)))
        .values_list("todos", "versions", "newest", "late")
    )
)
REMINDING = PreparedQuery(
    lambda: (
        in_one_row(Reminder.objects.for_user(OWNER).waiting().filter(at__gt=NOW))
        .annotate(reminding=Count("pk"))
        .values_list("reminding")
    )
)
TAGS = PreparedQuery(
    lambda: (
        Todo.objects.for_user(OWNER)
        .outside_trash()
        .filter(todo_tags__name__isnull=False)
        .order_by("todo_tags__name")
        .values_list("todo_tags__name")
        .distinct()
    )
)


def counts_of(user: User, names: Iterable[str], now: datetime.datetime, day: datetime.date) -> dict[str, int]:
    """How many todos there are in each of these views, in one query."""
    ordered = tuple(sorted(names))
    [found] = counting(ordered).rows(owner=user.pk, now=now, day=day)
    return dict(zip(ordered, found, strict=True))


def state_of(user: User, now: datetime.datetime) -> tuple[Any, ...]:
    """Figures that are others after every change of the todos, and when one becomes overdue or a reminder is over.

    The newest moment alone would miss a change that was begun before another and stored after it.
    """
    return *STATE.rows(owner=user.pk, now=now), *REMINDING.rows(owner=user.pk, now=now)


def tags_in_use(user: User) -> list[str]:
    """The tags of the todos that are outside the trash, in order."""
    return [name for (name,) in TAGS.rows(owner=user.pk)]
