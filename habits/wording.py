"""The one home of formats: how a day, a time or a moment reads to a person. Clock times are of the person's zone."""

from __future__ import annotations

import datetime

from .values import Habits

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NOON = 12


def time_text(time: datetime.time | datetime.datetime, habits: Habits, *, seconds: bool = False) -> str:
    """“17:05” or “5:05 pm”; midnight is “00:00” or “12:00 am”."""
    rest = f"{time:%M:%S}" if seconds else f"{time:%M}"
    if habits.clock_hours == 24:
        return f"{time:%H}:{rest}"
    return f"{(time.hour - 1) % NOON + 1}:{rest} {'am' if time.hour < NOON else 'pm'}"


def month_day_text(month: int, day: int | str, habits: Habits) -> str:
    """“5 December” or “December 5”; months beyond the twelfth begin again. `day` may be several: “1 and 15”."""
    name = MONTH_NAMES[(month - 1) % len(MONTH_NAMES)]
    return f"{name} {day}" if habits.month_first else f"{day} {name}"


def long_day_text(day: datetime.date, habits: Habits, *, year: bool = False) -> str:
    """“Friday 6 March 2026” or “Friday, March 6, 2026”; the year where it is asked for."""
    name, words = WEEKDAY_NAMES[day.weekday()], month_day_text(day.month, day.day, habits)
    if habits.month_first:
        return f"{name}, {words}, {day.year}" if year else f"{name}, {words}"
    return f"{name} {words} {day.year}" if year else f"{name} {words}"


def day_text(day: datetime.date, habits: Habits) -> str:
    """“6 March 2026” or “March 6, 2026”."""
    words = month_day_text(day.month, day.day, habits)
    return f"{words}, {day.year}" if habits.month_first else f"{words} {day.year}"


def short_day_text(day: datetime.date, habits: Habits) -> str:
    """“6 Mar 2026” or “Mar 6, 2026”."""
    month = MONTH_NAMES[day.month - 1][:3]
    return f"{month} {day.day}, {day.year}" if habits.month_first else f"{day.day} {month} {day.year}"
