"""What depends on the clock when a todo is drawn. `now` is aware, in the person's zone."""

import datetime
import zoneinfo
from typing import cast

from django import template

from todos.dates import date_text
from todos.models import Todo

register = template.Library()


@register.filter
def due_words(todo: Todo, now: datetime.datetime) -> str:
    return date_text(todo.wall_due, cast(zoneinfo.ZoneInfo, now.tzinfo), now)


@register.filter
def is_overdue(todo: Todo, now: datetime.datetime) -> bool:
    return todo.is_overdue(now, now.date())
