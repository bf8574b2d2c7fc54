"""The one home of formats: how a day, a time, a moment or a list reads. Clock times are of the person's zone.

In words the language decides what stands where; in English, which has both, the person's habit does.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from .speech import gettext as _
from .speech import pgettext
from .values import Habits

# The English names, which are read; what is said is `weekday_name` and `month_name`.
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NOON = 12
# As `date_text` puts them together.
WITH_TIME = re.compile(r"(.+), (\d{1,2}:\d\d(?: \S.*)?)")


def weekday_name(weekday: int) -> str:
    """0 is Monday."""
    # Django has these names in all languages.
    return _(WEEKDAY_NAMES[weekday])


def month_name(month: int) -> str:
    """1 is January; months beyond the twelfth begin again."""
    return _(MONTH_NAMES[(month - 1) % len(MONTH_NAMES)])


def time_text(time: datetime.time | datetime.datetime, habits: Habits, *, seconds: bool = False) -> str:
    """“17:05” or “5:05 pm”; midnight is “00:00” or “12:00 am”."""
    rest = f"{time:%M:%S}" if seconds else f"{time:%M}"
    if habits.clock_hours == 24:
        return f"{time:%H}:{rest}"
    words = _("%(time)s am") if time.hour < NOON else _("%(time)s pm")
    return words % {"time": f"{(time.hour - 1) % NOON + 1}:{rest}"}


def when_text(said: str) -> str:
    """The words of a date as a sentence about it ends: “am Freitag, 6. März um 17:00”. In English they stay."""
    day, time = match.groups() if (match := WITH_TIME.fullmatch(said)) else (said, "")
    told = {"day": day, "time": time}
    if day in {_("yesterday"), _("today"), _("tomorrow")}:
        return pgettext("when", "%(day)s, %(time)s") % told if time else day
    if not day.startswith(tuple(weekday_name(weekday) for weekday in range(7))):
        return said
    return (pgettext("on a date", "%(day)s, %(time)s") if time else pgettext("on a date", "%(day)s")) % told


def month_day_text(month: int, day: int | str, habits: Habits) -> str:
    """“5 December” or “December 5”; months beyond the twelfth begin again. `day` may be several: “1 and 15”."""
    words = _("%(month)s %(day)s") if habits.month_first else _("%(day)s %(month)s")
    return words % {"day": pgettext("first day of a month", "1") if day == 1 else day, "month": month_name(month)}


def long_day_text(day: datetime.date, habits: Habits, *, year: bool = False) -> str:
    """“Friday 6 March 2026” or “Friday, March 6, 2026”; the year where it is asked for."""
    said = {"weekday": weekday_name(day.weekday()), "day": month_day_text(day.month, day.day, habits), "year": day.year}
    if habits.month_first:
        return (_("%(weekday)s, %(day)s, %(year)s") if year else _("%(weekday)s, %(day)s")) % said
    return (_("%(weekday)s %(day)s %(year)s") if year else _("%(weekday)s %(day)s")) % said


def day_text(day: datetime.date, habits: Habits) -> str:
    """“6 March 2026” or “March 6, 2026”."""
    return year_day_text(day.year, day.month, day.day, habits)


def year_day_text(year: int, month: int, day: int, habits: Habits) -> str:
    """The same, also of a day that does not exist."""
    words = _("%(day)s, %(year)s") if habits.month_first else _("%(day)s %(year)s")
    return words % {"day": month_day_text(month, day, habits), "year": year}


def short_day_text(day: datetime.date, habits: Habits) -> str:
    """“6 Mar 2026” or “Mar 6, 2026”."""
    said = {"day": day.day, "month": short_month_name(day.month), "year": day.year}
    return (_("%(month)s %(day)s, %(year)s") if habits.month_first else _("%(day)s %(month)s %(year)s")) % said


def short_month_name(month: int) -> str:
    """1 is January."""
    names = (
        pgettext("short month", "Jan"), pgettext("short month", "Feb"), pgettext("short month", "Mar"),
        pgettext("short month", "Apr"), pgettext("short month", "May"), pgettext("short month", "Jun"),
        pgettext("short month", "Jul"), pgettext("short month", "Aug"), pgettext("short month", "Sep"),
        pgettext("short month", "Oct"), pgettext("short month", "Nov"), pgettext("short month", "Dec"),
    )  # fmt: skip
    return names[month - 1]


def list_text(items: Sequence[str]) -> str:
    """“a, b and c”."""
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s and %(last)s") % {"first": ", ".join(items[:-1]), "last": items[-1]}


def quoted_text(words: str) -> str:
    return _("“%(words)s”") % {"words": words}
