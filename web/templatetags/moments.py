"""When something was or will be, as the person is used to for whom the page is drawn, by the clock of their zone."""

import datetime

from django import template
from django.utils.timezone import localtime

from habits.drawing import drawn_for
from habits.wording import short_day_text, time_text

register = template.Library()


@register.filter
def shown_day(at: datetime.datetime) -> str:
    """“6 Mar 2026”."""
    return short_day_text(localtime(at), drawn_for.get())


@register.filter
def shown_time(at: datetime.datetime) -> str:
    """“17:00”."""
    return time_text(localtime(at), drawn_for.get())


@register.filter
def shown_moment(at: datetime.datetime, precision: str = "") -> str:
    """“6 Mar 2026, 17:00”; with :"seconds" to the second."""
    local, habits = localtime(at), drawn_for.get()
    return f"{short_day_text(local, habits)}, {time_text(local, habits, seconds=precision == 'seconds')}"
