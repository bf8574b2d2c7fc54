"""Repeats: the rule of a todo that comes again, its dates, and its words for people.

A rule is a part of RFC 5545: FREQ from DAILY to YEARLY with INTERVAL, BYDAY, BYMONTHDAY, BYMONTH and BYSETPOS.
One thing differs on purpose: a month without its 29th, 30th or 31st has the occurrence on its last day.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby
from zoneinfo import ZoneInfo

from dateutil import rrule
from dateutil.relativedelta import relativedelta

from habits.speech import gettext, gettext_noop, ngettext, pgettext
from habits.values import UNSAID, Habits
from habits.wording import list_text, month_day_text, weekday_name
from language.due import Due, instant_of
from language.errors import DateNotUnderstood

FIRST_YEAR, LAST_YEAR = 1900, 2999
LONGEST_INTERVAL = 1000
SHORTEST_MONTH = 28
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAY_CODES = DAY_CODES[:5]
FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
NTH_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
PART = re.compile(r"(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS)=([A-Z0-9,+-]{1,60})")
# Of each frequency its step, and the most days that it takes.
STEPS = {
    "DAILY": (relativedelta(days=1), 1),
    "WEEKLY": (relativedelta(weeks=1), 7),
    "MONTHLY": (relativedelta(months=1), 31),
    "YEARLY": (relativedelta(years=1), 366),
}
TOO_FINE = gettext_noop("A todo can repeat daily, weekly, monthly or yearly, but not more often than once a day.")
TOO_FAR = gettext_noop("That is too far away for a date.")


@dataclass(frozen=True)
class Recurrence:
    """`rule` is the value of an RFC 5545 RRULE; `from_completion` counts from when the todo was done."""

    rule: str
    from_completion: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in parts; `days` pairs a position in the month, 0 for each, with a weekday, 0 for Monday."""

    frequency: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    month: int = 0
    position: int = 0

    def __str__(self) -> str:
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": self.interval if self.interval > 1 else "",
            "BYMONTH": self.month or "",
            "BYMONTHDAY": ",".join(map(str, self.month_days)),
            "BYDAY": ",".join(f"{nth or ''}{DAY_CODES[day]}" for nth, day in self.days),
            "BYSETPOS": self.position or "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def parse_rule(rule: str) -> Rule:
    """The parts of an RRULE value; raises DateNotUnderstood for one that todos do not have."""
    parts: dict[str, str] = {}
    for text in rule.upper().split(";"):
        match = PART.fullmatch(text)
        if match is None or match[1] in parts:
            raise DateNotUnderstood(gettext("I cannot read this repeat rule."))
        parts[match[1]] = match[2]
    if parts.get("FREQ") not in FREQUENCIES:
        raise DateNotUnderstood(gettext(TOO_FINE))
    return _checked(
        Rule(
            frequency=parts["FREQ"],
            interval=_number(parts.get("INTERVAL", "1"), 1, LONGEST_INTERVAL),
            days=tuple(_nth_day(code) for code in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
            month_days=tuple(_number(day, -1, 31) for day in parts.get("BYMONTHDAY", "").split(",") if day),
            month=_number(parts.get("BYMONTH", "0"), 0, 12),
            position=_number(parts.get("BYSETPOS", "0"), -1, 31),
        )
    )


def _number(digits: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,6}", digits) or not least <= int(digits) <= most:
        raise DateNotUnderstood(gettext("I cannot read a number in this repeat rule."))
    return int(digits)


def _nth_day(code: str) -> tuple[int, int]:
    match = NTH_DAY.fullmatch(code)
    if match is None:
        raise DateNotUnderstood(gettext("I cannot read a weekday in this repeat rule."))
    return int(match[1] or 0), DAY_CODES.index(match[2])


def _checked(rule: Rule) -> Rule:
    """The rule if its parts go together, so that every rule has a next date."""
    monthly = rule.frequency == "MONTHLY"
    fits = {
        "days": not rule.days or rule.frequency == "WEEKLY" or monthly,
        "nth days": monthly or not any(nth for nth, _ in rule.days),
        "month days": not rule.month_days or monthly or rule.month > 0,
        "one kind of day": not (rule.days and rule.month_days),
        "month": bool(rule.month) == (rule.frequency == "YEARLY" and bool(rule.month_days)),
        "position": not rule.position or (monthly and bool(rule.days)),
        "no day 0": 0 not in rule.month_days,
    }
    if not all(fits.values()):
        raise DateNotUnderstood(gettext("I cannot repeat a todo by this rule."))
    return rule


def check_interval(interval: int) -> None:
    """Raise DateNotUnderstood for a step that leads nowhere."""
    if not 1 <= interval <= LONGEST_INTERVAL:
        raise DateNotUnderstood(gettext("A repeat can have a step from 1 to %(most)s.") % {"most": LONGEST_INTERVAL})


def first_occurrence(
    rule: Rule, time: datetime.time | None, start: datetime.date, now: datetime.datetime, zone: ZoneInfo
) -> datetime.date:
    """The first date from `start` on whose time, if any, is still to come."""
    for date in _dates_from(rule, start):
        if time is None or instant_of(date, time, zone) > now:
            return date
    raise DateNotUnderstood(gettext(TOO_FAR))


def _dates_from(rule: Rule, start: datetime.date) -> Iterator[datetime.date]:
    """Dates of the pattern from `start` on; the interval counts only after the first one."""
    every = replace(rule, interval=1) if rule.days or rule.month_days else Rule("DAILY")
    return _occurrences(every, start)


def next_occurrence(recurrence: Recurrence, due: Due, completed_at: datetime.datetime, zone: ZoneInfo) -> Due:
    """When a todo comes again: after `due` or, if so said, after its completion, and always in the future.

    The wall time stays the same all year; on a day that skips it, `Due.at` is the first moment after the gap.
    Raises DateNotUnderstood for a rule that todos do not have.
    """
    rule = parse_rule(recurrence.rule)
    completed_on = completed_at.astimezone(zone).date()
    anchor = completed_on if recurrence.from_completion else due.date
    for date in _later(rule, anchor, completed_on - datetime.timedelta(days=1)):
        if due.time is None:
            if date > completed_on:
                return Due(date)
        elif instant_of(date, due.time, zone) > completed_at:
            return Due(date, due.time, zone.key)
    raise DateNotUnderstood(gettext(TOO_FAR))


def _later(rule: Rule, anchor: datetime.date, near: datetime.date) -> Iterator[datetime.date]:
    """Dates after `anchor` in the rhythm that it sets, from about `near` on."""
    if rule.days or rule.month_days:
        if rule.interval == 1 and near > anchor:
            anchor = near
        for date in _occurrences(rule, anchor):
            if date > anchor:
                yield date
        return
    step, longest_days = STEPS[rule.frequency]
    elapsed = max((near - anchor).days, 0)
    count = max(elapsed // (longest_days * rule.interval), 1)
    while (moved := roll(anchor, step * rule.interval * count)) is not None:
        yield moved
        count += 1


def roll(date: datetime.date, step: relativedelta | datetime.timedelta) -> datetime.date | None:
    """The date a step on, or None outside the years of a todo."""
    try:
        moved = date + step
    except (OverflowError, ValueError):
        return None
    return moved if FIRST_YEAR <= moved.year <= LAST_YEAR else None


def _occurrences(rule: Rule, start: datetime.date) -> Iterator[datetime.date]:
    """Dates by the rule's days from `start` on, in order and without doubles."""
    each: list[tuple[int, ...]] = [(day,) for day in rule.month_days] or [()]
    series = [_rrule_dates(rule, start, days) for days in each]
    return (date for date, _ in groupby(merge(*series)))


def _rrule_dates(rule: Rule, start: datetime.date, month_days: tuple[int, ...]) -> Iterator[datetime.date]:
    position = rule.position or None
    if month_days and month_days[0] > SHORTEST_MONTH:
        # The last of 28, 29, 30 … that the month has: its 30th, or its last day.
        month_days, position = tuple(range(SHORTEST_MONTH, month_days[0] + 1)), -1
    weekdays = [rrule.weekday(day, nth or None) for nth, day in rule.days]
    dates = rrule.rrule(
        FREQUENCIES[rule.frequency],
        dtstart=datetime.datetime.combine(start, datetime.time()),
        interval=rule.interval,
        byweekday=weekdays or None,
        bymonthday=month_days or None,
        bymonth=rule.month or None,
        bysetpos=position,
        until=datetime.datetime.combine(datetime.date(LAST_YEAR, 12, 31), datetime.time()),
    )
    return (moment.date() for moment in dates)


def ordinal_text(number: int) -> str:
    """1st, 2nd, 3rd; -1 is the last. For weekdays: “the 2nd Friday”."""
    forms = (
        pgettext("which weekday", "%(number)sth"),
        pgettext("which weekday", "%(number)sst"),
        pgettext("which weekday", "%(number)snd"),
        pgettext("which weekday", "%(number)srd"),
    )
    return _ordinal(number, forms) if number > 0 else pgettext("which weekday", "last")


def day_ordinal_text(number: int) -> str:
    """The day of a month: 1st, 15th; -1 is the last day."""
    forms = (
        pgettext("which day of a month", "%(number)sth"),
        pgettext("which day of a month", "%(number)sst"),
        pgettext("which day of a month", "%(number)snd"),
        pgettext("which day of a month", "%(number)srd"),
    )
    return _ordinal(number, forms) if number > 0 else pgettext("which day of a month", "last day")


def _ordinal(number: int, forms: tuple[str, ...]) -> str:
    """By its last digit, but for 11th, 12th and 13th."""
    digit = 0 if 10 <= number % 100 <= 20 else number % 10
    return forms[digit if digit < len(forms) else 0] % {"number": number}


def recurrence_text(recurrence: Recurrence, habits: Habits = UNSAID) -> str:
    """The repeat for a person: “every weekday”, “every 2nd Friday”, “monthly on the last day”."""
    rule = parse_rule(recurrence.rule)
    words = {"DAILY": _plain_words, "WEEKLY": _weekly_words, "MONTHLY": _monthly_words}
    text = _yearly_words(rule, habits) if rule.frequency == "YEARLY" else words[rule.frequency](rule)
    return gettext("%(repeat)s after it is done") % {"repeat": text} if recurrence.from_completion else text


def _plain_words(rule: Rule) -> str:
    count = rule.interval
    words = {
        "DAILY": ngettext("every day", "every %(count)s days", count),
        "WEEKLY": ngettext("every week", "every %(count)s weeks", count),
        "MONTHLY": ngettext("every month", "every %(count)s months", count),
        "YEARLY": ngettext("every year", "every %(count)s years", count),
    }
    return words[rule.frequency] % {"count": count}


def _weekly_words(rule: Rule) -> str:
    days = sorted(day for _, day in rule.days)
    if not days:
        return _plain_words(rule)
    workdays = tuple(DAY_CODES[day] for day in days) == WORKDAY_CODES
    names = list_text([weekday_name(day) for day in days])
    if rule.interval == 1:
        return gettext("every weekday") if workdays else gettext("every %(days)s") % {"days": names}
    if len(days) == 1:
        return gettext("every %(nth)s %(day)s") % {"nth": ordinal_text(rule.interval), "day": names}
    every = _plain_words(rule)
    if workdays:
        return gettext("%(every)s on weekdays") % {"every": every}
    return gettext("%(every)s on %(days)s") % {"every": every, "days": names}


def _monthly_words(rule: Rule) -> str:
    every = gettext("monthly") if rule.interval == 1 else _plain_words(rule)
    if rule.position:
        return gettext("%(every)s on the %(nth)s weekday") % {"every": every, "nth": ordinal_text(rule.position)}
    days = [*map(day_ordinal_text, rule.month_days), *(_named_day(nth, day) for nth, day in rule.days)]
    if not days:
        return _plain_words(rule)
    return gettext("%(every)s on the %(days)s") % {"every": every, "days": list_text(days)}


def _named_day(nth: int, day: int) -> str:
    if not nth:
        return weekday_name(day)
    return gettext("%(nth)s %(day)s") % {"nth": ordinal_text(nth), "day": weekday_name(day)}


def _yearly_words(rule: Rule, habits: Habits) -> str:
    if not rule.month:
        return _plain_words(rule)
    day = rule.month_days[0] if len(rule.month_days) == 1 else list_text([str(day) for day in rule.month_days])
    return gettext("%(every)s on %(day)s") % {
        "every": _plain_words(rule),
        "day": month_day_text(rule.month, day, habits),
    }
