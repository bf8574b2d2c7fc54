"""Weeks, which begin on the day that the person is used to."""

from __future__ import annotations

import datetime

from .values import Habits

DAYS = 7


def weekday_order(habits: Habits) -> list[int]:
    """The days of a week as they follow each other, 0 for Monday."""
    return [(habits.first_weekday + step) % DAYS for step in range(DAYS)]


def week_begins(day: datetime.date, habits: Habits) -> datetime.date:
    """The first day of the week that has this day. The first week of all has no day before its own."""
    return day - datetime.timedelta(days=min((day.weekday() - habits.first_weekday) % DAYS, day.toordinal() - 1))


def day_in_week(day: datetime.date, weekday: int, habits: Habits, *, weeks: int = 0) -> datetime.date:
    """That weekday of the same week, or of one so many weeks later."""
    ahead = (weekday - habits.first_weekday) % DAYS
    return week_begins(day, habits) + datetime.timedelta(days=ahead, weeks=weeks)
