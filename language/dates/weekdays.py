"""Weekdays in words: "friday", "next friday", "wednesday of next week", "friday the 13th"."""

import datetime
from dataclasses import replace

from habits.speech import gettext
from habits.weeks import day_in_week
from habits.wording import day_text, weekday_name
from language.dates.calendar import (
    LONGEST_MONTH,
    DayReading,
    Reference,
    coming_month_days,
    read_digits,
    read_month_date,
)
from language.dates.languages import Kind
from language.dates.tokens import Words
from language.recurrence import Rule

# A larger number behind a weekday is a day of the month: "friday 23".
LAST_HOUR = 12


def coming_weekday(day: datetime.date, weekday: int) -> datetime.date:
    """The nearest such weekday after `day`."""
    return day + datetime.timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def read_weekday(words: Words, place: int, reference: Reference) -> DayReading | None:
    """friday, next friday, vendredi prochain, friday next week, friday 6 march, friday the 13th."""
    past, this = words.has(place, Kind.LAST), words.has(place, Kind.THIS)
    spot = words.skip(place, Kind.NEXT, Kind.THIS, Kind.LAST)
    weekday, weak = words.get(spot, Kind.WEEKDAY), False
    if weekday is None:
        weekday, weak = words.get(spot, Kind.SHORT_WEEKDAY), spot == place
    if weekday is None:
        return None
    rule = Rule("WEEKLY", days=((0, weekday),))
    end = words.skip(spot + 1, Kind.NEXT)
    if in_week := _weekday_of_week(words, spot + 1, reference, weekday):
        return in_week
    if words.has(end, Kind.THROUGH) and words.has(end + 1, Kind.WEEKDAY, Kind.SHORT_WEEKDAY):
        return DayReading(end + 2, reference.today, ignored=True, problem=gettext("That is a range. Name one day."))
    if dated := _weekday_with_date(words, end, reference, weekday):
        return dated
    date = coming_weekday(reference.today, weekday)
    if past:
        date -= datetime.timedelta(weeks=1 + (date == reference.today))
    elif this and weekday == reference.today.weekday():
        date = reference.today
    return DayReading(end, date, rule=rule, weak=weak, ignored=past)


def _weekday_of_week(words: Words, place: int, reference: Reference, weekday: int) -> DayReading | None:
    """wednesday (of) next week, tuesday of this week, wednesday after next."""
    if words.word(place) == "after" and words.has(place + 1, Kind.NEXT) and not words.has(place + 2, Kind.UNIT):
        return DayReading(place + 2, coming_weekday(reference.today, weekday) + datetime.timedelta(weeks=1))
    spot = words.skip(words.skip(place, Kind.OF), Kind.THE)
    if words.get(spot + 1, Kind.UNIT) != "week" or not words.has(spot, Kind.NEXT, Kind.THIS):
        return None
    following = int(words.has(spot, Kind.NEXT))
    date = day_in_week(reference.today, weekday, reference.habits, weeks=following)
    return DayReading(spot + 2, date, ignored=date < reference.today)


def _weekday_with_date(words: Words, place: int, reference: Reference, weekday: int) -> DayReading | None:
    """The date that follows a weekday; it must fall on that weekday."""
    spot = words.skip(words.skip(place, Kind.ON), Kind.THE)
    dated = read_digits(words, spot, reference) or read_month_date(words, spot, reference)
    if dated is not None and words.has(spot, Kind.NUMERIC):
        # "Friday 7/6": the order that falls on that weekday.
        orders = [replace(reference, day_first=first) for first in (reference.day_first, True, False)]
        both = [each for order in orders if (each := read_digits(words, spot, order)) and not each.problem]
        dated = next((each for each in both if each.date.weekday() == weekday), dated)
    is_range = "-" in words.word(spot) and words.has(spot, Kind.NUMERIC)  # "monday 10-11"
    if dated is not None and not (is_range and dated.date.weekday() != weekday):
        if dated.date.weekday() == weekday or dated.problem:
            return replace(dated, weak=False, describes=False)
        said = day_text(dated.date, reference.habits)
        question = gettext("%(date)s is a %(weekday)s, not a %(other)s. Which one do you mean?")
        names = {"weekday": weekday_name(dated.date.weekday()), "other": weekday_name(weekday)}
        return replace(dated, problem=question % {"date": said, **names})
    day = words.get(spot, Kind.ORDINAL)
    after = (Kind.UNIT, Kind.MERIDIEM, Kind.OCLOCK, Kind.NUMBER, Kind.TO, Kind.THROUGH, Kind.OH)
    if day is None and not words.has(spot + 1, *after):
        day = number if (number := words.get(spot, Kind.NUMBER)) and number > LAST_HOUR else None
    if day is None or not 0 < day <= LONGEST_MONTH or words.opaque(spot + 1):
        return None
    date = next((date for date in coming_month_days(reference.today, day) if date.weekday() == weekday), None)
    return DayReading(spot + 1, date) if date else None
