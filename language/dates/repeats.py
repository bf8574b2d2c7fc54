"""Repeats in words: "every weekday", "first tuesday of the month", "tous les lundis", "monthly on the 15th"."""

from dataclasses import dataclass, replace

from habits.speech import gettext, gettext_noop
from language.dates.calendar import LONGEST_MONTH, DayReading, Reference
from language.dates.days import SATURDAY, SUNDAY, read_day
from language.dates.languages import Kind
from language.dates.tokens import DETERMINERS, Words
from language.recurrence import TOO_FINE, Rule, check_interval, parse_rule

WORKDAYS = tuple((0, day) for day in range(SATURDAY))
EACH_DAY = tuple((0, day) for day in range(7))
WEEKEND = ((0, SATURDAY), (0, SUNDAY))
LONGEST_LIST = 7
FREQUENCIES = {
    "day": ("DAILY", 1), "week": ("WEEKLY", 1), "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1), "quarter": ("MONTHLY", 3), "year": ("YEARLY", 1),
}  # fmt: skip
ONCE_NOTE = gettext_noop("Read as a repeat for every month; say “this month” for one time.")
FIFTHS = 5
LONGEST_DAY = 8  # words
EVERY_OTHER = 2


@dataclass(frozen=True, slots=True)
class RepeatReading:
    """A repeat up to the token `end`."""

    end: int
    rule: Rule
    from_completion: bool = False
    part: str = ""
    weak: bool = False  # no repeat without "on" before it or a time after it: "mondays"
    problem: str = ""
    note: str = ""


def read_repeat(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """The repeat at `place`."""
    readers = (_every, _of_every_month, _adverb, _plural, _day_then_every)
    reading = next(filter(None, (read(words, place, reference) for read in readers)), None)
    return _checked(reading) if reading else None


def _checked(reading: RepeatReading) -> RepeatReading:
    check_interval(reading.rule.interval)
    return reading


def read_every(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """The "every week" behind a day that is its first."""
    if not words.has(place, Kind.EVERY, Kind.ADVERB):
        return None
    reading = _every(words, place, reference) or _adverb(words, place, reference)
    return _checked(reading) if reading and not (words.opaque(reading.end) and not reference.whole) else None


def _every(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    counted_from = words.get(place, Kind.EVERY)
    if counted_from is None:
        return None
    readers = (_every_unit, _every_days, _every_part, _every_nth, _every_date)
    reading = next(filter(None, (read(words, place + 1, reference) for read in readers)), None)
    return replace(reading, from_completion=counted_from == "completion") if reading else None


def _every_unit(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """every day, every other week, every 3 months, every second year, every month on the 30th."""
    interval, spot = _interval(words, place)
    unit, end = words.get(spot, Kind.UNIT), spot + 1
    if words.has(place, Kind.AMOUNT):
        interval, unit = words.get(place, Kind.AMOUNT)
        end = place + 1
    if unit is None:
        return None
    if unit not in FREQUENCIES:
        blocked = words.opaque(end) and not reference.whole
        return None if blocked else RepeatReading(end, Rule("DAILY"), problem=gettext(TOO_FINE))
    frequency, step = FREQUENCIES[unit]
    return _with_days(words, RepeatReading(end, Rule(frequency, interval * step)), reference)


def _interval(words: Words, place: int) -> tuple[int, int]:
    """The step of "other", "second" or "3", or 1, and the place after it."""
    if words.has(place, Kind.OTHER):
        return EVERY_OTHER, place + 1
    ordinal = words.get(place, Kind.ORDINAL)
    if ordinal is not None and ordinal > 1 and words.has(place + 1, Kind.UNIT, Kind.WEEKDAY, Kind.SHORT_WEEKDAY):
        return ordinal, place + 1
    number = words.get(place, Kind.NUMBER)
    if number is not None and words.has(place + 1, Kind.UNIT):
        return number, place + 1
    return 1, place


def _with_days(words: Words, reading: RepeatReading, reference: Reference) -> RepeatReading:
    """The days that may follow a unit: "every week on monday", "monthly on the 15th", "every year on may 2"."""
    spot = words.skip(words.skip(reading.end, Kind.ON), Kind.THE)
    rule = reading.rule
    if rule.frequency == "WEEKLY":
        days, end = _weekdays(words, spot)
        return replace(reading, end=end, rule=replace(rule, days=days)) if days else reading
    if rule.frequency == "MONTHLY":
        nth = _nth_days(words, spot) or _end(words, spot)
        if nth is None and spot > reading.end and not words.opaque(spot + 1) and not words.has(spot + 1, Kind.UNIT):
            nth = _bare_day(words, spot)
        return replace(reading, end=nth.end, rule=replace(nth.rule, interval=rule.interval)) if nth else reading
    if rule.frequency == "YEARLY" and (dated := _every_date(words, spot, reference)):
        return replace(dated, rule=replace(dated.rule, interval=rule.interval))
    return reading


def _weekdays(words: Words, place: int, *, side_by_side: bool = False) -> tuple[tuple[tuple[int, int], ...], int]:
    """The days of "mon, wed and fri" or "monday to friday" and the place after them."""
    found: list[int] = []
    end = spot = place
    while len(found) < LONGEST_LIST and (day := words.weekday(spot)) is not None:
        found.append(day)
        end = spot + 1
        spot = words.skip(words.skip(end, Kind.AND), Kind.EVERY)
        listed = end < len(words.tokens) and words.tokens[end].comma
        many = side_by_side or (words.has(end - 1, Kind.WEEKDAYS) and words.has(end, Kind.WEEKDAYS))
        if spot == end and not listed and not many:
            break
    if len(found) == 1 and words.has(end, Kind.THROUGH) and (last := words.weekday(end + 1)) is not None:
        found, end = [(found[0] + step) % 7 for step in range((last - found[0]) % 7 + 1)], end + 2
    return tuple((0, day) for day in sorted(set(found))), end


def _every_days(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """every monday, every other friday, every weekday, every weekend."""
    nth_of_month = _nth_days(words, place)
    if nth_of_month and _of_the_month(words, nth_of_month.end):
        return None
    interval, spot = _interval(words, place)
    if interval > EVERY_OTHER:
        return None  # every third friday is the third of the month
    if words.has(spot, Kind.WORKDAY):
        return RepeatReading(spot + 1, Rule("WEEKLY", days=WORKDAYS))
    if words.has(spot, Kind.WEEKEND):
        return RepeatReading(spot + 1, Rule("WEEKLY", interval, days=WEEKEND))
    days, end = _weekdays(words, spot, side_by_side=True)
    return RepeatReading(end, Rule("WEEKLY", interval, days=days)) if days else None


def _every_part(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """every morning, jeden Abend."""
    part = words.get(place, Kind.PART)
    return RepeatReading(place + 1, Rule("DAILY"), part=part) if part else None


def _every_nth(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """every 15th, every last friday, every 2nd tuesday of the month."""
    reading = _nth_days(words, place)
    if reading is None or words.has(words.skip(reading.end, Kind.OF), Kind.MONTH):
        return None
    end = _of_the_month(words, reading.end)
    spoken = end == 0 and words.has(reading.end - 1, Kind.ORDINAL) and not words.word(place)[0].isdigit()
    if spoken and words.opaque(reading.end) and not reference.whole:
        return None  # "make every second count"
    return replace(reading, end=end or reading.end)


def _every_date(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """every may 2, every 24 december."""
    day = read_day(words, place, reference)
    if day is None or day.rule is None or day.rule.frequency != "YEARLY":
        return None
    return RepeatReading(day.end, day.rule, problem=day.problem)


def _nth_days(words: Words, place: int) -> RepeatReading | None:
    """The days in a month: "15th", "1st and 15th", "last day", "first and third monday", "last weekday"."""
    numbers, end = _ordinals(words, place)
    if not numbers:
        return None
    if words.get(end, Kind.UNIT) == "day":
        return RepeatReading(end + 1, Rule("MONTHLY", month_days=numbers))
    weekday = words.weekday(end)
    if weekday is not None and all(number <= FIFTHS for number in numbers):
        return RepeatReading(end + 1, Rule("MONTHLY", days=tuple((number, weekday) for number in numbers)))
    if words.get(end, Kind.WORKDAY) == "one" and len(numbers) == 1:
        return RepeatReading(end + 1, Rule("MONTHLY", days=WORKDAYS, position=numbers[0]))
    if -1 in numbers:
        return None
    return RepeatReading(end, Rule("MONTHLY", month_days=numbers))


def _ordinals(words: Words, place: int) -> tuple[tuple[int, ...], int]:
    found: list[int] = []
    end = spot = place
    while len(found) < LONGEST_LIST and (number := words.get(spot, Kind.ORDINAL)) is not None:
        if not -1 <= number <= LONGEST_MONTH or number == 0:
            return (), place
        found.append(number)
        end = spot + 1
        spot = words.skip(words.skip(end, Kind.AND), Kind.THE)
    return tuple(sorted(set(found))), end


def _of_every_month(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """30th of every month, end of each month, first tuesday of the month, le 15 de chaque mois."""
    reading = _nth_days(words, place)
    if reading is None and words.has(words.skip(place + 1, Kind.OF), Kind.EVERY):
        reading = _bare_day(words, place) or _end(words, place)
    if reading is None:
        return None
    spot = words.skip(reading.end, Kind.OF)
    if words.has(spot, Kind.EVERY):
        interval, spot = _interval(words, spot + 1)
        if words.get(spot, Kind.UNIT) == "month":
            return replace(reading, end=spot + 1, rule=replace(reading.rule, interval=interval))
        return None
    end = _of_the_month(words, reading.end)
    return replace(reading, end=end, note=gettext(ONCE_NOTE)) if end else None


def _bare_day(words: Words, place: int) -> RepeatReading | None:
    """A day of the month as a mere number."""
    day = words.get(place, Kind.NUMBER)
    if day is None or not words.word(place).isdigit() or not 0 < day <= LONGEST_MONTH:
        return None
    return RepeatReading(place + 1, Rule("MONTHLY", month_days=(day,)))


def _end(words: Words, place: int) -> RepeatReading | None:
    return RepeatReading(place + 1, Rule("MONTHLY", month_days=(-1,))) if words.has(place, Kind.END) else None


def _of_the_month(words: Words, place: int) -> int:
    """The place after "of the month", or 0."""
    spot = words.skip(place, Kind.OF)
    the = words.skip(spot, Kind.THE)
    if spot > place and words.get(the, Kind.UNIT) == "month":
        return the + 1
    return 0


def _adverb(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """daily, weekly on monday, yearly on may 2; not "monthly report" nor "the daily"."""
    rule = words.get(place, Kind.ADVERB)
    if rule is None:
        return None
    part = "night" if words.word(place) == "nightly" else ""
    if not reference.whole and (words.opaque(place + 1) or words.word(place - 1) in DETERMINERS):
        return None
    reading = _with_days(words, RepeatReading(place + 1, parse_rule(rule), part=part), reference)
    return None if words.opaque(reading.end) and not reference.whole else reading


def _plural(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """mondays and thursdays, weekdays, weekends, monday mornings, weekday evenings, mornings, montags, los lunes."""
    days, end = _days_of_week(words, place)
    # "Weekday morning" is each of them, "monday morning" is one.
    if part := words.get(end, Kind.DAYPARTS) or (words.get(end, Kind.PART) if words.has(place, Kind.WORKDAY) else ""):
        rule = Rule("WEEKLY", days=days) if days else Rule("DAILY")
        return RepeatReading(end + 1, rule, part=part, weak=not days)
    if "many" in (words.get(place, Kind.WORKDAY), words.get(place, Kind.WEEKEND)):
        part = "night" if words.word(place) == "weeknights" else ""
        return RepeatReading(end, Rule("WEEKLY", days=days), part=part, weak=not part)
    if not words.has(place, Kind.WEEKDAYS):
        return None
    return RepeatReading(end, Rule("WEEKLY", days=days), weak=words.word(place).endswith("days"))


def _days_of_week(words: Words, place: int) -> tuple[tuple[tuple[int, int], ...], int]:
    """Which days are named at `place`, one or many of each, and the place after them."""
    if words.has(place, Kind.WORKDAY):
        return WORKDAYS, place + 1
    if words.has(place, Kind.WEEKEND):
        return WEEKEND, place + 1
    return _weekdays(words, place)


def without_days(words: Words, place: int, repeat: RepeatReading) -> RepeatReading | None:
    """ "Every weekday except wednesday": the repeat on the days that are left."""
    excepted, end = _days_of_week(words, words.skip(words.skip(place + 1, Kind.ON), Kind.EVERY))
    days = EACH_DAY if repeat.rule == Rule("DAILY") else repeat.rule.days
    left = tuple(day for day in days if day not in excepted)
    if not words.has(place, Kind.EXCEPT) or left in ((), days):
        return None
    return replace(repeat, end=end, rule=Rule("WEEKLY", repeat.rule.interval, days=left))


def _day_then_every(words: Words, place: int, reference: Reference) -> RepeatReading | None:
    """2 may every year, monday every week, the 30th every month."""
    if not any(words.has(spot, Kind.EVERY) for spot in range(place + 1, place + LONGEST_DAY)):
        return None
    day = read_day(words, place, reference)
    return repeated_day(words, day, day.end) if day else None


def repeated_day(words: Words, day: DayReading, place: int) -> RepeatReading | None:
    """The day again and again, where "every week" or the like follows at `place`."""
    place = words.skip(place, Kind.OF)
    if day.rule is None or not words.has(place, Kind.EVERY):
        return None
    interval, spot = _interval(words, place + 1)
    frequency, step = FREQUENCIES.get(words.get(spot, Kind.UNIT) or "", ("", 0))
    if frequency != day.rule.frequency:
        return None
    return RepeatReading(spot + 1, replace(day.rule, interval=interval * step), problem=day.problem)
