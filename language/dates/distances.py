"""Distances in days, weeks and hours: "2 weeks", "an hour and a half", "3 fridays from now", "in 3 business days"."""

import datetime
import re
from dataclasses import replace

from dateutil.relativedelta import relativedelta

from habits.speech import gettext
from language.dates.calendar import DayReading, Reference
from language.dates.languages import Kind
from language.dates.times import read_time
from language.dates.tokens import Words
from language.dates.weekdays import coming_weekday
from language.recurrence import LAST_YEAR, TOO_FAR, roll

FRIDAY = 4
MOST_WEEKS, MOST_AMOUNTS = 520, 4
DECIMAL = re.compile(r"\d{1,3}\.\d\d?")
SHORT_UNITS = {"second": "seconds", "minute": "minutes", "hour": "hours"}
LONG_UNITS = {unit: relativedelta(**{f"{unit}s": 1}) for unit in ("day", "week", "month", "year")}
LONG_UNITS |= {"fortnight": relativedelta(weeks=2), "quarter": relativedelta(months=3)}
HALVES = {"hour": (30, "minute"), "day": (12, "hour"), "year": (6, "month")}


def counts_to_an_hour(words: Words, place: int, amount: tuple[int, str, int]) -> bool:
    """Whether the minutes belong to a time, "20 minutes to 2pm", and not to what is to be done, "to call mom"."""
    _, unit, end = amount
    if unit != "minute" or not words.has(end, Kind.PAST, Kind.TO):
        return False
    if words.has(end, Kind.PAST):
        return True
    time = read_time(words, place)
    return time is not None and time.end > end


def weekdays_on(words: Words, place: int, reference: Reference) -> DayReading | None:
    """3 fridays from now, two mondays later."""
    count = words.get(place, Kind.NUMBER)
    weekday = words.weekday(place + 1)
    if count is None or weekday is None or not words.has(place + 2, Kind.LATER):
        return None
    date = roll(coming_weekday(reference.today, weekday), datetime.timedelta(weeks=min(count, MOST_WEEKS) - 1))
    return DayReading(place + 3, date) if date else None


def workdays_on(words: Words, place: int, reference: Reference) -> DayReading | None:
    """in 3 business days, two working days from now: Monday to Friday."""
    within = words.has(place, Kind.IN)
    count, end = words.get(place + within, Kind.NUMBER), place + within + 2
    if count is None or not words.has(end - 1, Kind.WORKDAY) or not (within or words.has(end, Kind.LATER)):
        return None
    weeks, days = divmod(min(count, MOST_WEEKS), FRIDAY + 1)
    first = min(reference.today.weekday(), FRIDAY)
    over_weekend = 2 if first + days > FRIDAY else 0
    start = reference.today - datetime.timedelta(days=reference.today.weekday() - first)
    date = roll(start, datetime.timedelta(weeks=weeks, days=days + over_weekend))
    return DayReading(words.skip(end, Kind.LATER), date) if date else None


def compound(
    words: Words, first: tuple[int, str], further: tuple[int, str, int], reference: Reference
) -> DayReading | None:
    """in 1 day and 2 hours, 2 years 21 days later: each amount from where the one before ends."""
    amounts, end = [first, further[:2]], further[2]
    while len(amounts) < MOST_AMOUNTS and (more := read_amount(words, words.skip(end, Kind.AND))):
        amounts, end = [*amounts, more[:2]], more[2]
    end = words.skip(end, Kind.LATER)
    day, distance = reference.today, datetime.timedelta()
    for count, unit in amounts:
        if unit in SHORT_UNITS:
            distance += datetime.timedelta(**{SHORT_UNITS[unit]: count})
        elif reached := distant(end, reference, day, (count, unit)):
            if reached.problem:
                return reached
            day = reached.date
    if not distance:
        return DayReading(end, day)
    local = datetime.datetime.combine(day, reference.local.time(), reference.zone)
    return _soon(end, replace(reference, local=local), distance)


def read_amount(words: Words, place: int) -> tuple[int, str, int] | None:
    """A count, a unit and the place after them."""
    if words.has(place, Kind.AMOUNT):
        return *words.get(place, Kind.AMOUNT), place + 1
    if hours := _parts_of_hours(words, place):
        return hours
    spot = words.skip(place + 1, Kind.NEXT)  # "two upcoming days"
    unit, count = words.get(spot, Kind.UNIT), words.get(place, Kind.NUMBER)
    if words.has(place, Kind.HALF) and unit in HALVES:
        return *HALVES[unit], spot + 1
    if count and count < 60 and count % 5 == 0 and words.word(place - 1) == "in" and spot == len(words.tokens):
        return count, "minute", spot  # "in 15"
    return (count, unit, spot + 1) if unit is not None and count is not None else None


def _parts_of_hours(words: Words, place: int) -> tuple[int, str, int] | None:
    """An hour and a half, two and a half hours, 1.5 hours: in minutes."""
    units = [words.get(place + ahead, Kind.UNIT) == "hour" for ahead in range(4)]
    if units[1] and (decimal := DECIMAL.fullmatch(words.word(place))):
        return round(float(decimal[0]) * 60), "minute", place + 2
    half = place + 1 + units[1]
    is_half = words.has(half, Kind.AND) and words.has(half + 1, Kind.HALF) and (units[1] or units[3])
    count = words.get(place, Kind.NUMBER)
    return (count * 60 + 30, "minute", place + 4) if is_half and count is not None else None


def distant(end: int, reference: Reference, start: datetime.date, amount: tuple[int, str]) -> DayReading:
    count, unit = amount
    if unit in SHORT_UNITS:
        return _soon(end, reference, datetime.timedelta(**{SHORT_UNITS[unit]: count}))
    date = roll(start, LONG_UNITS[unit] * count)
    if date is None:
        return DayReading(end, reference.today, problem=gettext(TOO_FAR))
    return DayReading(end, date)


def _soon(end: int, reference: Reference, distance: datetime.timedelta) -> DayReading:
    """Elapsed time, not wall time: an hour is an hour also when the clocks change."""
    moment = (reference.local.astimezone(datetime.UTC) + distance).astimezone(reference.zone)
    if moment.year > LAST_YEAR:
        return DayReading(end, reference.today, problem=gettext(TOO_FAR))
    if distance < datetime.timedelta(minutes=1):
        moment += datetime.timedelta(minutes=1)  # "in 12 seconds" is no moment that is over
    return DayReading(end, moment.date(), time=moment.time().replace(second=0, microsecond=0))
