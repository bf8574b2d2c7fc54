"""A rule in words, which `phrases.py` reads as the same rule again."""

import datetime
from zoneinfo import ZoneInfo

from habits.speech import gettext as _
from habits.speech import ngettext
from habits.values import UNSAID, Habits
from habits.wording import time_text
from language.dates import date_text
from language.due import Due
from language.reminders.rule import ReminderRule

HOUR = 60


def rule_text(rule: ReminderRule, zone: ZoneInfo, now: datetime.datetime, habits: Habits = UNSAID) -> str:
    """“30 minutes before”, “1 day before at 19:00”, “on the day at 08:00”, “Friday 6 March, 17:00”."""
    if rule.minutes is not None:
        return _distance_text(rule.minutes)
    if rule.days is not None:
        day = _("on the day")
        if rule.days:
            day = ngettext("%(count)s day before", "%(count)s days before", rule.days) % {"count": rule.days}
        return _("%(day)s at %(time)s") % {"day": day, "time": time_text(rule.time, habits)} if rule.time else day
    return date_text(Due(rule.on, rule.time, rule.zone), zone, now, habits) if rule.on else ""


def instant_text(at: datetime.datetime, zone: ZoneInfo, now: datetime.datetime, habits: Habits = UNSAID) -> str:
    wall = at.astimezone(zone)
    return date_text(Due(wall.date(), wall.time(), zone.key), zone, now, habits)


def _distance_text(minutes: int) -> str:
    if not minutes:
        return _("at the time")
    if minutes % HOUR == 0:
        hours = minutes // HOUR
        return ngettext("%(count)s hour before", "%(count)s hours before", hours) % {"count": hours}
    return ngettext("%(count)s minute before", "%(count)s minutes before", minutes) % {"count": minutes}
