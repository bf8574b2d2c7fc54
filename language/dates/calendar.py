"""Dates of the calendar: 2026-04-15, 4/15, "march 3rd", "2 may 2027", "the 23rd"."""

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from habits.speech import gettext
from habits.values import Habits
from habits.wording import month_day_text, month_name, year_day_text
from language.dates.languages import Kind
from language.dates.tokens import Words
from language.recurrence import FIRST_YEAR, LAST_YEAR, TOO_FAR, Rule

CENTURY = 2000
MONTHS = 12
LONGEST_MONTH = 31
# "The 15", "el 15", "am 15.": a mere number behind one of these is a day.
DAY_ARTICLES = frozenset(("the", "el", "le", "al", "au", "den", "am", "del"))
LEAP_CYCLE_YEARS = 8
NEAR_YEARS = 10
HALF_DAY = 12  # hours


@dataclass(frozen=True, slots=True)
class Reference:
    """What a phrase is read against.

    `local` is now by the clock of `zone`, the user's. `day_first` is None where 04/05 has two readings; `habits` say
    how dates are shown, and where a week begins. `whole` trusts that the words are a date; without it they may be
    part of a title.
    """

    local: datetime.datetime
    zone: ZoneInfo
    day_first: bool | None
    habits: Habits
    whole: bool = False

    @property
    def today(self) -> datetime.date:
        return self.local.date()


@dataclass(frozen=True, slots=True)
class DayReading:
    """A day up to the token `end`. `rule` is its repeat if "every month" or the like follows."""

    end: int
    date: datetime.date
    time: datetime.time | None = None
    part: str = ""
    rule: Rule | None = None
    weak: bool = False  # no date without a word such as "on" before it
    describes: bool = False  # no date when it describes the next word: "end of month report"
    ignored: bool = False  # about the past, or a range: nothing can be due then
    problem: str = ""  # the sentence that asks, when it is clearly a date and cannot be one
    note: str = ""


def read_digits(words: Words, place: int, reference: Reference) -> DayReading | None:
    """2026-04-15, 2026-04-15T17:00Z, 4/15, 15.4.2026."""
    if words.has(place, Kind.ISO):
        return _iso(words.get(place, Kind.ISO), place + 1, reference)
    return _numeric(words, place, reference) if words.has(place, Kind.NUMERIC) else None


def _iso(match: re.Match[str], end: int, reference: Reference) -> DayReading:
    year, month, day = (
        (int(digits) for digits in match.group(1, 2, 3) if digits) if match[1] else map(int, match.group(8, 9, 10))
    )
    reading = on_date(end, reference, year, month, day)
    if reading.problem or match[4] is None:
        return reading
    hour, minute, second, offset = match.group(4, 5, 6, 7)
    try:
        moment = datetime.datetime.fromisoformat(
            f"{reading.date}T{hour}:{minute}:{second or '00'}{(offset or '').upper()}"
        )
        if offset:
            moment = moment.astimezone(reference.zone)
    except (ValueError, OverflowError):
        return replace(
            reading, problem=gettext("There is no time %(time)s.") % {"time": f"{hour}:{minute}{offset or ''}"}
        )
    time = moment.time().replace(microsecond=0)
    return replace(reading, date=moment.date(), time=time, ignored=moment.date() < reference.today)


def _numeric(words: Words, place: int, reference: Reference) -> DayReading:
    first, second, digits = words.get(place, Kind.NUMERIC)
    year = int(digits) if digits else None
    if year is not None and year < CENTURY // 20:
        year += CENTURY
    said = words.tokens[place].word
    day_first = _order(said, first, second, reference)
    if day_first is None:
        orders = (month_day_text(second, first, reference.habits), month_day_text(first, second, reference.habits))
        question = gettext("“%(words)s” can be %(one)s or %(other)s. Which one do you mean?")
        problem = question % {"words": said, "one": orders[0], "other": orders[1]}
        return DayReading(place + 1, reference.today, weak=True, problem=problem)
    day, month = (first, second) if day_first else (second, first)
    reading = on_date(place + 1, reference, year, month, day)
    both = first != second and first <= MONTHS and second <= MONTHS and "." not in said
    understood = month_day_text(month, day, reference.habits)
    told = gettext("Read %(words)s as %(date)s.") % {"words": said, "date": understood}
    note = told if both and not reading.problem else ""
    return replace(reading, weak=True, note=note)


def _order(said: str, first: int, second: int, reference: Reference) -> bool | None:
    """Whether the day comes first; None where both ways make a date and nothing tells which."""
    if first > MONTHS or first == second:
        return True
    return False if second > MONTHS else "." in said or reference.day_first


def on_date(end: int, reference: Reference, year: int | None, month: int, day: int) -> DayReading:
    """That date; without a year the next one to come, today included."""
    rule = Rule("YEARLY", month_days=(day,), month=month)
    years = [year] if year is not None else range(reference.today.year, reference.today.year + LEAP_CYCLE_YEARS + 1)
    for candidate in years:
        if not FIRST_YEAR <= candidate <= LAST_YEAR:
            return DayReading(end, reference.today, problem=gettext(TOO_FAR))
        if not (1 <= month <= MONTHS and 1 <= day <= calendar.monthrange(candidate, month)[1]):
            continue
        date = datetime.date(candidate, month, day)
        if year is not None or date >= reference.today:
            return DayReading(end, date, rule=rule, ignored=date < reference.today)
    return DayReading(end, reference.today, problem=_no_such_date(year, month, day, reference.habits))


def _no_such_date(year: int | None, month: int, day: int, habits: Habits) -> str:
    if not 1 <= month <= MONTHS:
        return gettext("There is no month %(number)s. Which date do you mean?") % {"number": month}
    date = month_day_text(month, day, habits) if year is None else year_day_text(year, month, day, habits)
    return gettext("There is no %(date)s. Which date do you mean?") % {"date": date}


def read_month_date(words: Words, place: int, reference: Reference) -> DayReading | None:
    """may 2, march 3rd 2027, 2 may, the second of may, el 2 de mayo de 2027."""
    spot = words.skip(place + 1, Kind.THE)
    month, day, end = words.get(place, Kind.MONTH), day_number(words, spot, spoken=True), spot + 1
    if year_first := _year_first(words, place, reference):
        return year_first
    if month is None or day is None:
        middle = words.skip(place + 1, Kind.OF)
        month, end = words.get(middle, Kind.MONTH), middle + 1
        day = day_number(words, place, spoken=_may_lead_month(words, place, middle))
        if day is None or month is None:
            return None
    year, end = read_year(words, end, reference)
    spoken = not any(words.word(spot)[:1].isdigit() for spot in range(place, end))
    return replace(on_date(end, reference, year, month, day), describes=spoken)


def _may_lead_month(words: Words, place: int, middle: int) -> bool:
    """Whether a spoken number is the day of the month behind it: "twenty six march", "the twenty of may"."""
    led = words.has(place - 1, Kind.ON, Kind.BY, Kind.FOR, Kind.THE)
    return led or (middle == place + 1 and words.word(middle) not in {"may", "march", "mar"})


def _year_first(words: Words, place: int, reference: Reference) -> DayReading | None:
    """2019-sep-1."""
    year, month, day = words.get(place, Kind.NUMBER), words.get(place + 1, Kind.MONTH), day_number(words, place + 2)
    if year is None or month is None or day is None or len(words.word(place)) != len("2026"):
        return None
    return on_date(place + 3, reference, year, month, day)


def day_number(words: Words, place: int, *, spoken: bool = False) -> int | None:
    """The day of a month; a mere number counts in digits, or `spoken` behind a month: "april twenty"."""
    day = words.get(place, Kind.ORDINAL)
    spelled = spoken and words.word(place) not in {"a", "an"} and not words.has(place + 1, Kind.UNIT)
    if day is None and (words.word(place)[:1].isdigit() or spelled):
        day = words.get(place, Kind.NUMBER)
    return day if day is not None and 0 < day <= LONGEST_MONTH else None


def read_year(words: Words, place: int, reference: Reference) -> tuple[int | None, int]:
    """The year at `place` and the place after it, or None and the same place."""
    spot = words.skip(place, Kind.OF)
    if spoken := _spoken_year(words, spot):
        return spoken
    this_year, word = reference.today.year, words.word(spot)
    if words.has(spot, Kind.NEXT, Kind.THIS) and words.get(spot + 1, Kind.UNIT) == "year":
        return this_year + words.has(spot, Kind.NEXT), spot + 2
    if not word.isdigit() or words.has(spot + 1, Kind.UNIT):
        return None, place
    if len(word) == len("2026"):
        return int(word), spot + 1
    # "14 april 27" at the end: behind the hours of a clock, and near.
    year, ends = CENTURY + int(word), spot + 1 == len(words.tokens) and len(word) == len("27")
    is_near = this_year <= year <= this_year + NEAR_YEARS and int(word) > HALF_DAY
    return (year, spot + 1) if ends and is_near else (None, place)


def _spoken_year(words: Words, place: int) -> tuple[int, int] | None:
    """ "Two thousand and seventeen", "twenty twenty seven", and the place behind."""
    rest = 0
    if words.word(place) == "two" and words.word(place + 1) == "thousand":
        rest = words.skip(place + 2, Kind.AND)
    elif words.word(place) == "twenty" and (words.get(place + 1, Kind.NUMBER) or 0) >= CENTURY // 100:
        rest = place + 1
    year = words.get(rest, Kind.NUMBER) if rest else None
    return (CENTURY + year, rest + 1) if year is not None and year < CENTURY // 20 else None


def read_month_day(words: Words, place: int, reference: Reference) -> DayReading | None:
    """the 23rd, the 23rd of next month."""
    day = words.get(place, Kind.ORDINAL)
    after = words.skip(place + 1, Kind.OF)
    spot = words.skip(
        words.skip(after + (after == place + 1 and words.get(after, Kind.UNIT) == "day"), Kind.OF), Kind.THE
    )
    in_month = words.has(spot, Kind.THIS, Kind.NEXT) and words.get(spot + 1, Kind.UNIT) == "month"
    if day is None and (in_month or _is_day_of_month(words, place, reference)):
        day = words.get(place, Kind.NUMBER)
    lead = place - 2 if words.word(place - 1) == "the" else place - 1
    led = words.has(lead, Kind.ON, Kind.BY, Kind.FOR, Kind.TO) or in_month or words.word(place)[:1].isdigit()
    # "Call bob the twentieth"; nobody is Henry the twentieth.
    led = led or (lead == place - 2 and place + 1 == len(words.tokens) and (day or 0) > HALF_DAY)
    if day is None or not 0 < day <= LONGEST_MONTH or not (reference.whole or led):
        return None
    if in_month:
        first = first_of_month(reference.today, int(words.has(spot, Kind.NEXT)))
        return on_date(spot + 2, reference, first.year, first.month, day)
    date = next(coming_month_days(reference.today, day))
    return DayReading(place + 1, date, rule=Rule("MONTHLY", month_days=(day,)), weak=True, describes=True)


def _is_day_of_month(words: Words, place: int, reference: Reference) -> bool:
    """Whether a mere number is one: "the 27", "8pm on the 15", "seven on 15"."""
    if words.opaque(place + 1) or words.has(place + 1, Kind.UNIT, Kind.MERIDIEM, Kind.OCLOCK, Kind.WEEKDAY, Kind.MONTH):
        return False
    timed = words.has(place - 1, Kind.ON) and place > 1 and words.has(place - 2, Kind.CLOCK, Kind.NUMBER, Kind.MERIDIEM)
    return words.word(place - 1) in DAY_ARTICLES or timed or (reference.whole and words.has(place + 1, Kind.AT))


def coming_month_days(today: datetime.date, day: int) -> Iterator[datetime.date]:
    """That day of each of the coming months, over the years in which every weekday meets it."""
    for months in range(LEAP_CYCLE_YEARS * MONTHS):
        first = first_of_month(today, months)
        if day <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            yield first.replace(day=day)


def first_of_month(day: datetime.date, months: int) -> datetime.date:
    years, month = divmod(day.month - 1 + months, MONTHS)
    return datetime.date(day.year + years, month + 1, 1)


def read_feast(words: Words, place: int, reference: Reference) -> DayReading | None:
    """christmas eve, easter monday, thanksgiving 2027. Without "on" or "by" it may be what a todo is about."""
    spot = words.skip(place, Kind.NEXT, Kind.THIS)
    feast = words.get(spot, Kind.FEAST)
    if feast is None:
        return None
    year, end = read_year(words, spot + 1, reference)
    years = [year] if year else [reference.today.year, reference.today.year + 1]
    found = [day_of_feast(feast, each) for each in years if FIRST_YEAR <= each <= LAST_YEAR]
    if not found:
        return DayReading(end, reference.today, problem=TOO_FAR)
    date = next((date for date in found if date >= reference.today), found[-1])
    return DayReading(end, date, weak=True, describes=True, ignored=date < reference.today)


def day_of_feast(feast: int | tuple[int, ...], year: int) -> datetime.date:
    if isinstance(feast, int):
        return easter(year) + datetime.timedelta(days=feast)
    if len(feast) == len(("month", "day")):
        return datetime.date(year, *feast)
    month, weekday, nth, *after = feast
    # The last monday of a month is the one before the first of the next.
    first = first_of_month(datetime.date(year, month, 1), int(nth < 0))
    days = (weekday - first.weekday()) % 7 + sum(after)
    return first + datetime.timedelta(days=days, weeks=nth - (nth > 0))


def read_month(words: Words, place: int, reference: Reference) -> DayReading | None:
    """A month without a day, of which a whole phrase can only ask more."""
    spot = words.skip(place, Kind.IN, Kind.OF)
    month = words.get(spot, Kind.MONTH)
    if month is None or not reference.whole:
        return None
    _, end = read_year(words, spot + 1, reference)
    return DayReading(
        end, reference.today, problem=gettext("Which day in %(month)s do you mean?") % {"month": month_name(month)}
    )
