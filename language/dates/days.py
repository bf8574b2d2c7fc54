"""Days in words: "tomorrow", "next friday", "in 2 weeks", "last day of march", "end of month"."""

import calendar
import datetime
from collections.abc import Container
from dataclasses import replace

from habits.speech import gettext, gettext_noop
from habits.weeks import day_in_week, week_begins
from language.dates import distances
from language.dates.calendar import (
    LONGEST_MONTH,
    MONTHS,
    DayReading,
    Reference,
    first_of_month,
    on_date,
    read_digits,
    read_feast,
    read_month,
    read_month_date,
    read_month_day,
    read_year,
)
from language.dates.languages import Kind
from language.dates.tokens import Words
from language.dates.weekdays import coming_weekday, read_weekday
from language.recurrence import FIRST_YEAR, LAST_YEAR

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
MIDDLE_OF_MONTH = 15
WEEKS = {"week": 1, "fortnight": 2}


NO_SUCH_DAY = gettext_noop("There is no such day in that month. Which date do you mean?")
IN_THE_PAST = gettext_noop("That is in the past. Which date do you mean?")
ANCHOR_DAYS = (Kind.WEEKDAY, Kind.NEXT, Kind.MONTH, Kind.DAY, Kind.FEAST, Kind.ORDINAL, Kind.NUMERIC)


def read_day(words: Words, place: int, reference: Reference) -> DayReading | None:
    """The day at `place`, the longest phrase first."""
    if place >= len(words.tokens) or not words.tokens[place].kinds:
        return None
    reading = _offset(words, place, reference) or _day_itself(words, place, reference)
    if (
        reading
        and reading.rule
        and reading.rule.month
        and words.get(reading.end, Kind.WEEKDAY) == reading.date.weekday()
    ):
        return replace(reading, end=reading.end + 1)  # "Jul 18, Fri"
    is_weekday = reading and reading.rule and reading.rule.frequency == "WEEKLY"
    if reading and not reading.ignored and (is_weekday or words.has(reading.end - 1, Kind.DAY)):
        return _counted_on(words, reading, reference) or reading
    return reading


def _counted_on(words: Words, reading: DayReading, reference: Reference) -> DayReading | None:
    """saturday week, tomorrow fortnight, monday in two weeks, the monday after christmas."""
    weekday, joint = reading.date.weekday(), words.word(reading.end)
    if joint in WEEKS and not words.opaque(reading.end + 1):
        return DayReading(reading.end + 1, reading.date + datetime.timedelta(weeks=WEEKS[joint]))
    if reading.rule is None:
        return None
    if (further := _offset(words, reading.end, reference)) and not further.time:
        return replace(further, date=day_in_week(further.date, weekday, reference.habits))
    other = _day_itself(words, words.skip(reading.end + 1, Kind.THE), reference)
    if other is None or other.ignored or joint not in {"after", "before"}:
        return None
    start = other.date - datetime.timedelta(days=8 * (joint == "before"))
    return DayReading(other.end, coming_weekday(start, weekday), problem=other.problem)


def _day_itself(words: Words, place: int, reference: Reference) -> DayReading | None:
    """A day that is not named by its distance from another."""
    if reading := next(filter(None, (read(words, place, reference) for read in READERS)), None):
        return reading
    dated = words.has(place, Kind.NEXT, Kind.THIS) and words.has(place + 1, Kind.NUMERIC, Kind.ORDINAL, Kind.MONTH)
    return _day_itself(words, place + 1, reference) if dated else None  # "next 6th of april"


def _named(words: Words, place: int, reference: Reference) -> DayReading | None:
    """today, day after tomorrow, tonight, this morning."""
    part = words.get(place, Kind.DAY_PART)
    if part:
        return DayReading(place + 1, reference.today, part=part)
    days = words.get(place, Kind.DAY)
    if days is None:
        return None
    date = reference.today + datetime.timedelta(days=days)
    if days == 0 and words.has(place + 1, Kind.IN) and (found := distances.read_amount(words, place + 2)):
        count, unit, end = found  # "heute in einer Woche"
        return distances.distant(end, reference, date, (count, unit))
    return DayReading(place + 1, date, ignored=days < 0)


# Distances


def _offset(words: Words, place: int, reference: Reference) -> DayReading | None:
    """in 2 weeks, in an hour and a half, a week from friday, 3 days from now, 2 days before may 2."""
    within = words.has(place, Kind.IN) or (words.word(place) == "after" and not words.has(place - 1, Kind.UNIT))
    spot = words.skip(place, Kind.THE)
    if words.get(spot, Kind.UNIT) == "day" and words.has(words.skip(spot + 2, Kind.THE), *ANCHOR_DAYS):
        days = 1 if words.has(spot + 1, Kind.AFTER) else -1 if words.word(spot + 1) == "before" else 0
        return _offset_from(words, spot + 1, reference, (days, "day")) if days else None
    if counted := distances.weekdays_on(words, place, reference) or distances.workdays_on(words, place, reference):
        return counted
    start = place + within
    coming = words.skip(words.skip(start, Kind.THE), Kind.NEXT)  # "in the next 3 days"
    if words.has(coming - 1, Kind.NEXT) and (within or reference.whole):
        start, within = coming, True
    found = distances.read_amount(words, start)
    if found is None or distances.counts_to_an_hour(words, start, found):
        return None
    count, unit, end = found
    further = distances.read_amount(words, words.skip(end, Kind.AND))
    several = distances.compound(words, (count, unit), further, reference) if further else None
    if several and (within or words.has(several.end - 1, Kind.LATER) or words.word(place)[0] == "+"):
        return several
    if not within:
        return _offset_behind(words, place, reference, found)
    return _day_within(words, distances.distant(end, reference, reference.today, (count, unit)), unit, reference)


def _day_within(words: Words, reached: DayReading, unit: str, reference: Reference) -> DayReading:
    """In two weeks on tuesday, next month on the 12th."""
    spot = words.skip(reached.end, Kind.ON)
    if unit == "week" and (weekday := words.weekday(spot)) is not None:
        return DayReading(spot + 1, day_in_week(reached.date, weekday, reference.habits))
    spot = words.skip(spot, Kind.THE)
    day = words.get(spot, Kind.ORDINAL) if unit == "month" and not words.opaque(spot + 1) else None
    return on_date(spot + 1, reference, reached.date.year, reached.date.month, day) if day else reached


def _offset_behind(words: Words, place: int, reference: Reference, amount: tuple[int, str, int]) -> DayReading | None:
    """A distance with the word behind it that makes it one: 3 days later, a week from friday, 2 days before may 2."""
    count, unit, end = amount
    if words.has(end, Kind.LATER):
        return distances.distant(end + 1, reference, reference.today, (count, unit))
    on_weekday = unit == "week" and words.word(end) == "on" and words.has(end + 1, Kind.WEEKDAY)
    if unit in WEEKS and words.get(end, Kind.DAY) in {0, 1, 2}:
        return _offset_from(words, end - 1, reference, (count, unit))  # "a week tomorrow"
    if words.has(end, Kind.FROM, Kind.AFTER) or (on_weekday and not words.has(place - 1, Kind.FOR)):
        return _offset_from(words, end, reference, (count, unit))  # "a week on tuesday" counts from tuesday
    if words.word(end) == "before":
        return _offset_from(words, end, reference, (-count, unit))
    hours = words.has(place, Kind.LOOSE_CLOCK) and words.word(place)[0] != "+"  # "17h" is a time, and
    hours = hours or words.has(end - 1, Kind.OCLOCK)  # "huit heures" is one
    if hours or not (reference.whole or words.word(place)[0] == "+") or words.has(place, Kind.MONTH):
        return None
    return distances.distant(end, reference, reference.today, (count, unit))


def _offset_from(words: Words, place: int, reference: Reference, amount: tuple[int, str]) -> DayReading | None:
    day = _day_itself(words, words.skip(place + 1, Kind.THE), reference)
    if day is None or day.time or amount[1] in distances.SHORT_UNITS:
        return None
    moved = _day_within(words, distances.distant(day.end, reference, day.date, amount), amount[1], reference)
    return replace(moved, ignored=moved.date < reference.today, problem=day.problem or moved.problem)


# Places in a month


def _nth_of_month(words: Words, place: int, reference: Reference) -> DayReading | None:
    """last day of march, first monday in april, last friday of next month."""
    nth, spot = words.get(place, Kind.ORDINAL), place + 1
    if nth and nth > 0 and words.has(spot, Kind.LAST):
        nth, spot = -nth, spot + 1  # "the fifth last day of may"
    days = _counted_days(words, spot)
    if nth is None or not days:
        return None
    spot = words.skip(words.skip(spot + 1, Kind.OF), Kind.THE)
    if words.has(spot, Kind.MONTH):
        year, end = read_year(words, spot + 1, reference)
        month = words.get(spot, Kind.MONTH)
        years = [year] if year else [reference.today.year, reference.today.year + 1]
        firsts = [datetime.date(candidate, month, 1) for candidate in years if FIRST_YEAR <= candidate <= LAST_YEAR]
    elif words.has(spot, Kind.THIS, Kind.NEXT) and words.get(spot + 1, Kind.UNIT) == "month":
        firsts, end = [first_of_month(reference.today, int(words.has(spot, Kind.NEXT)))], spot + 2
    else:
        return None
    return _nth_day(end, reference, firsts, nth, days)


def _counted_days(words: Words, place: int) -> Container[int]:
    """Which days of the week are counted in "last day", "first monday", "last working day"."""
    weekday = words.weekday(place)
    if weekday is not None:
        return (weekday,)
    workday = words.get(place, Kind.WORKDAY) == "one"
    return range(SATURDAY) if workday else range(7) if words.get(place, Kind.UNIT) == "day" else ()


def _nth_day(end: int, reference: Reference, firsts: list[datetime.date], nth: int, days: Container[int]) -> DayReading:
    """The nth such day of the first of these months in which it is still to come."""
    found = [date for first in firsts if (date := _nth_in_month(first, nth, days))]
    if not found:
        return DayReading(end, reference.today, problem=gettext(NO_SUCH_DAY))
    date = next((date for date in found if date >= reference.today), found[-1])
    return DayReading(end, date, describes=True, ignored=date < reference.today)


def _nth_in_month(first: datetime.date, nth: int, counted: Container[int]) -> datetime.date | None:
    last = calendar.monthrange(first.year, first.month)[1]
    days = [day for number in range(1, last + 1) if (day := first.replace(day=number)).weekday() in counted]
    return days[nth if nth < 0 else nth - 1] if abs(nth) <= len(days) else None


# Weeks, months and years


def _edge(words: Words, place: int, reference: Reference) -> DayReading | None:
    """end of month, mid march, beginning of next week, fin de mes, end of friday, eom."""
    if unit := words.get(place, Kind.END_OF):
        return _end_of_named_day(words, place + 1, reference, unit)
    if not words.has(place, Kind.END, Kind.MIDDLE, Kind.BEGIN):
        return None
    spot = words.skip(words.skip(place + 1, Kind.OF), Kind.THE)
    if words.has(spot, Kind.MONTH):
        return _edge_of_month(words, place, spot, reference)
    if words.has(spot, Kind.DAY, Kind.WEEKDAY):
        return _named(words, spot, reference) or read_weekday(words, spot, reference)
    return _edge_of_unit(words, place, spot, reference)


def _edge_of_month(words: Words, place: int, spot: int, reference: Reference) -> DayReading:
    month, today = words.get(spot, Kind.MONTH), reference.today
    year, end = read_year(words, spot + 1, reference)
    first = on_date(end, reference, year or today.year + (month < today.month), month, 1)
    date = _edge_of(words, place, "month", first.date)
    return replace(first, date=date, describes=True, ignored=date < today)


def _edge_of_unit(words: Words, place: int, spot: int, reference: Reference) -> DayReading | None:
    following = words.has(spot, Kind.NEXT)
    spot = words.skip(spot, Kind.NEXT, Kind.THIS)
    unit = words.get(spot, Kind.UNIT)
    end = words.skip(spot + 1, Kind.NEXT)
    if unit == "day":
        return _end_of_named_day(words, end, reference, unit)
    if unit not in {"week", "month", "year"}:
        return None
    start = _start_of_next(unit, reference.today)
    date = _edge_of(words, place, unit, reference.today)
    if following or end > spot + 1 or date < reference.today:
        date = _edge_of(words, place, unit, start)
    return DayReading(end, date, describes=True)


def _end_of_named_day(words: Words, place: int, reference: Reference, unit: str) -> DayReading:
    """The end of the day named after it, as in "eod friday", or of the present day, week, month or year."""
    spot = words.skip(place, Kind.ON, Kind.OF)
    named = unit == "day" and (_named(words, spot, reference) or read_weekday(words, spot, reference))
    return named or DayReading(place, _end_of(unit, reference.today), describes=True)


def _edge_of(words: Words, place: int, unit: str, day: datetime.date) -> datetime.date:
    if words.has(place, Kind.END):
        return _end_of(unit, day)
    is_middle = words.has(place, Kind.MIDDLE)
    if unit == "month":
        return day.replace(day=MIDDLE_OF_MONTH if is_middle else 1)
    if unit == "year":
        return datetime.date(day.year, 7 if is_middle else 1, 1)
    return day - datetime.timedelta(days=day.weekday() - 2 * is_middle) if unit == "week" else day


def _end_of(unit: str, day: datetime.date) -> datetime.date:
    """The last day of the month or year; of a week its Friday, or Sunday once that is over."""
    if unit == "week":
        return day + datetime.timedelta(days=(FRIDAY if day.weekday() <= FRIDAY else SUNDAY) - day.weekday())
    if unit == "month":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return datetime.date(day.year, MONTHS, LONGEST_MONTH) if unit == "year" else day


def _start_of_next(unit: str, today: datetime.date) -> datetime.date:
    return coming_weekday(today, 0) if unit == "week" else _end_of(unit, today) + datetime.timedelta(days=1)


def _span(words: Words, place: int, reference: Reference) -> DayReading | None:
    """next week, la semaine prochaine, next week on friday, this weekend, this week."""
    spot = words.skip(place, Kind.NEXT, Kind.THIS, Kind.LAST)
    end = words.skip(spot + 1, Kind.NEXT)
    past = words.has(place, Kind.LAST)
    following = words.has(place, Kind.NEXT) or end > spot + 1
    if words.get(spot, Kind.WEEKEND) == "one":
        weak = spot == place and not words.word(place).startswith("at ")
        return DayReading(end, _saturday(reference.today, following), weak=weak, describes=True, ignored=past)
    unit = words.get(spot, Kind.UNIT)
    if unit not in {"week", "month", "year"} or (spot == place and not following):
        return None
    if past:
        return DayReading(end, reference.today, ignored=True, problem=gettext(IN_THE_PAST))
    if not following:
        return _present(words, end, reference, unit)
    start = _start_of_next(unit, reference.today)
    spot = words.skip(end, Kind.ON)
    weekday = words.weekday(spot)
    if unit == "week" and weekday is not None:
        return DayReading(spot + 1, day_in_week(reference.today, weekday, reference.habits, weeks=1))
    return _day_within(words, DayReading(end, start, describes=True), unit, reference)


def _present(words: Words, end: int, reference: Reference, unit: str) -> DayReading:
    """The last day of this week, month or year, or "this week friday"."""
    if unit != "week":
        return DayReading(end, _end_of(unit, reference.today), describes=True)
    last = week_begins(reference.today, reference.habits) + datetime.timedelta(days=6)
    reached = _day_within(words, DayReading(end, last, describes=True), unit, reference)
    return replace(reached, ignored=reached.date < reference.today)


def _saturday(today: datetime.date, following: bool) -> datetime.date:
    """This weekend is today on a Sunday; next weekend is the one of next week."""
    if following:
        return coming_weekday(today, 0) + datetime.timedelta(days=SATURDAY)
    return today if today.weekday() == SUNDAY else today + datetime.timedelta(days=SATURDAY - today.weekday())


# The longest phrase first.
READERS = (
    *(_named, read_feast, read_digits, _nth_of_month, read_weekday, read_month_date),
    *(_edge, _span, read_month_day, read_month),
)
