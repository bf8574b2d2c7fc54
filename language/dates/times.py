"""Clock times in words and digits: "at 5pm", "half past nine", "um 17 Uhr", "a las 5"."""

import datetime
from dataclasses import dataclass

from language.dates.languages import Kind
from language.dates.tokens import Words

# What a part of the day means without a clock time.
PART_HOURS = {"morning": 9, "afternoon": 15, "evening": 19, "night": 20}
NOON, MIDNIGHT = 12, 24
HALF_HOUR, QUARTER_HOUR, HOUR = 30, 15, 60
# "at 5" is 17:00 and "at 8" is 8:00 or, if that is over, 20:00: between 7 and 23 people are awake.
DAY_BEGINS, DAY_ENDS = 7, 23
NIGHT_ENDS = 6
ARTICLES = frozenset(["a", "an", "un", "une", "una", "ein", "eine", "einem", "einer"])


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said; `marked` means that it has one reading. Hour 24 is the end of the day."""

    hour: int
    minute: int
    marked: bool

    def hours(self, part: str) -> list[int]:
        """The hours it can mean in this part of the day, the likeliest first."""
        if not 1 <= self.hour <= NOON - self.marked:
            return [self.hour]
        if part:
            return [_hour_in_part(self.hour, part)]
        if self.marked:
            return [self.hour]
        readings = [self.hour % NOON, self.hour % NOON + NOON]
        return [hour for hour in readings if DAY_BEGINS <= hour < DAY_ENDS]


@dataclass(frozen=True, slots=True)
class TimeReading:
    """A clock time up to the token `end`; `sure` means that it can be nothing else, as "5pm" or "at 5"."""

    end: int
    clock: Clock
    sure: bool = True
    bare: bool = False  # a number after "at" and no more, as "at 5"


def _hour_in_part(hour: int, part: str) -> int:
    if part == "morning":
        return hour % NOON
    if part in {"evening", "night"} and hour == NOON:
        return MIDNIGHT
    if part == "night" and hour < NIGHT_ENDS:
        return MIDNIGHT + hour  # "tonight at 2" is tomorrow by the calendar
    return hour % NOON + NOON


def part_time(part: str) -> datetime.time:
    return datetime.time(PART_HOURS[part])


def is_part_of_day(words: Words, place: int) -> bool:
    """ "8 tonight", "9 tomorrow morning", "6 in the evening": beside one a mere number is an hour."""
    day = words.has(place, Kind.DAY) or words.weekday(place) is not None
    if words.has(place, Kind.DAY_PART) or (day and words.has(place + 1, Kind.PART)):
        return True
    # Who has to "take 2 in the morning" takes two; "call bob 6 in the evening" has its object.
    coming = words.has(place, Kind.IN_PART) or words.word(place) == "at night"
    return coming and place > 2 and words.get(place - 1, Kind.NUMBER) > 2 and not words.opaque(place + 1)


def read_time(words: Words, place: int, *, loose: bool = False) -> TimeReading | None:
    """The clock time at `place`, of a range its beginning.

    `loose` also takes what is a time only beside a day, as "17h" or "noon".
    """
    opened = words.has(place, Kind.FROM, Kind.BETWEEN)
    first = _single(words, place + opened, loose=loose or opened)
    joint = Kind.AND if words.has(place, Kind.BETWEEN) else Kind.THROUGH
    if first is None or not words.has(first.end, joint):
        return None if opened else first
    second = _single(words, first.end + 1, loose=opened)
    if second is None:
        return None if opened else first
    hour = first.clock.hour
    if second.clock.hour > NOON and not first.clock.marked and hour + NOON < second.clock.hour:
        hour += NOON  # "from 2 to 3pm"
    return TimeReading(second.end, Clock(hour, first.clock.minute, first.clock.marked or second.clock.marked))


def _single(words: Words, place: int, *, loose: bool) -> TimeReading | None:
    # "After 4pm" is from then on; "after 5" may be of anything.
    after = words.word(place) == "after" and words.has(place + 1, Kind.CLOCK, Kind.NAMED_TIME)
    at = words.has(place, Kind.AT) or after
    start = place + at
    is_range = words.has(place - 1, Kind.FROM, Kind.BETWEEN)
    readers = READERS[1:] if is_range else READERS
    return next(filter(None, (read(words, start, at=at or loose) for read in readers)), None)


def _digits(words: Words, place: int, *, at: bool) -> TimeReading | None:
    """17:30, 5:30pm, 5pm."""
    match = words.get(place, Kind.CLOCK)
    if match is None:
        return None
    hour, minute, suffix = match[1] or match[4], int(match[2] or match[5] or 0), match[3] or match[6]
    end = place + 1
    if suffix and len(suffix) == 1 and not (at or ":" in words.word(place)):
        return None  # "gate 7a"
    meridiem = (NOON if suffix[0] in "pP" else 0) if suffix else None
    if meridiem is None and words.has(end, Kind.MERIDIEM):
        meridiem, end = words.get(end, Kind.MERIDIEM), end + 1
    twenty_four = words.get(end, Kind.OCLOCK) == MIDNIGHT
    end = words.skip(end, Kind.OCLOCK)
    marked = twenty_four or hour.startswith("0") or int(hour) > NOON
    clock = _clock(int(hour), minute, meridiem, marked=marked)
    return TimeReading(end, clock, sure=at or clock.marked) if clock else None


def _clock(hour: int, minute: int, meridiem: int | None, *, marked: bool) -> Clock | None:
    """The time, or None if no clock shows it."""
    if meridiem is not None:
        late = hour > NOON and meridiem  # "fifteen thirty pm"
        hour, marked = (hour if late else hour % NOON + meridiem if 1 <= hour <= NOON else -1), True
    if not 0 <= hour < MIDNIGHT or not 0 <= minute < HOUR:
        return None
    return Clock(hour, minute, marked)


def _loose_digits(words: Words, place: int, *, at: bool) -> TimeReading | None:
    """17h30, 17h and 17.30, which are also amounts."""
    found = words.get(place, Kind.LOOSE_CLOCK)
    end = place + 1
    meridiem = words.get(end, Kind.MERIDIEM)
    oclock = words.has(end, Kind.OCLOCK)
    french = words.word(place).find("h") > 0
    # "15h20"; "3h" may be a distance, but not behind a day.
    whole = french and (not words.word(place).endswith("h") or words.has(place - 1, Kind.DAY, Kind.WEEKDAY))
    if found is None or not (at or whole or oclock or meridiem is not None):
        return None
    hour, minute = found
    clock = _clock(hour, minute, meridiem, marked=french or oclock or hour > NOON)
    return TimeReading(end + (oclock or meridiem is not None), clock) if clock else None


def _spoken(words: Words, place: int, *, at: bool) -> TimeReading | None:
    """eight am, 5 pm, 9 Uhr 30, neuf heures et demie, nine thirty, 5."""
    hour = _hour(words, place)
    if hour is None:
        return None
    if hour > MIDNIGHT or (len(words.word(place)) > 2 and words.word(place).isdigit()):
        return _together(words, place, hour, at=at)
    oclock = words.get(place + 1, Kind.OCLOCK)
    minute, end = _spoken_minute(words, place + 1 + (oclock is not None))
    meridiem = words.get(end, Kind.MERIDIEM)
    clock = _clock(hour, minute, meridiem, marked=oclock == MIDNIGHT or hour > NOON)
    paired = end > place + 1 and 0 < hour <= NOON and words.word(place).isalpha()
    if clock is None or not (at or oclock or meridiem is not None or paired) or _describes(words, end):
        return None
    if meridiem is None and (half := _and_fraction(words, end)):
        return TimeReading(end + 2, Clock(hour, half, clock.marked))
    sure = at or bool(oclock) or meridiem is not None
    return TimeReading(end + (meridiem is not None), clock, sure, bare=meridiem is None and end == place + 1)


def _spoken_minute(words: Words, place: int) -> tuple[int, int]:
    """Minutes behind a spoken hour – thirty, oh five, hundred and five – and the place after them, or 0 and here."""
    most = words.get(place, Kind.OH)
    spot = place + (most is not None)
    minute = words.get(spot, Kind.NUMBER)
    spelled = words.word(place - 1).isalpha() and words.word(spot).isalpha()
    least = 0 if most else 2 if words.has(place - 1, Kind.OCLOCK) else NOON - 2 if spelled else NOON + 1
    if minute is not None and least <= minute < (most or HOUR):
        return minute, spot + 1
    evening = (words.get(place - 1, Kind.NUMBER) or 0) > NOON  # "nineteen hundred"
    return 0, spot if most == HOUR and (evening or words.has(spot, Kind.MERIDIEM)) else place


def _describes(words: Words, place: int) -> bool:
    """ "5 sharp knives" is no time, "5 sharp" is; nor is the day of "al 10 de marzo" an hour."""
    sharp_thing = words.word(place) == "sharp" and words.opaque(place + 1)
    return sharp_thing or words.has(words.skip(place, Kind.OF), Kind.MONTH)


def _together(words: Words, place: int, digits: int, *, at: bool) -> TimeReading | None:
    """1030 and 330 pm: hour and minute in one number."""
    meridiem = words.get(place + 1, Kind.MERIDIEM)
    led = at and digits % 5 == 0 and (words.has(place - 1, Kind.AT, Kind.DAY_PART) or words.word(place)[0] == "0")
    if len(words.word(place)) not in {3, 4} or not (led or meridiem is not None):
        return None
    hour, minute = divmod(digits, 100)
    clock = _clock(hour, minute, meridiem, marked=hour > NOON or words.word(place).startswith("0"))
    return TimeReading(place + 1 + (meridiem is not None), clock) if clock else None


def _and_fraction(words: Words, place: int) -> int:
    """The minutes of "et demie" or "y cuarto", or 0."""
    if not words.has(place, Kind.AND):
        return 0
    return HALF_HOUR if words.has(place + 1, Kind.HALF) else QUARTER_HOUR * words.has(place + 1, Kind.QUARTER)


def _hour(words: Words, place: int) -> int | None:
    hour = words.get(place, Kind.NUMBER)
    return None if hour is None or words.word(place) in ARTICLES else hour


def _fraction(words: Words, place: int, *, at: bool) -> TimeReading | None:
    """half past nine, quarter to five, ten past eight, halb neun."""
    # "At half two" and "pick her up half two" are half past.
    is_short = words.word(place) == "half" and _hour(words, place + 1) is not None
    is_short = is_short and (at or not (words.opaque(place + 2) or words.has(place + 2, Kind.UNIT)))
    found = (HALF_HOUR, place + 1) if is_short else _minutes_around(words, place)
    if found is None:
        return None
    minutes, spot = found
    counted_minutes = words.get(place + 1, Kind.UNIT) == "minute"
    hour = _hour_around(words, spot, whole=not counted_minutes)
    if hour is None:
        return None
    whole, end = hour
    is_led = words.has(place - 1, Kind.AT) and minutes % 5 == 0
    if spot == place + 2 and minutes < 0 and not is_led and -minutes < min(whole.hour % (NOON + 1), NOON + 1):
        return None  # "10 to 11am" is a range, "at ten to eleven" is none
    sure = at or counted_minutes or whole.marked or words.word(spot - 1) == "past" or words.has(end - 1, Kind.OCLOCK)
    sure = sure or words.has(place, Kind.HALF, Kind.HALF_BEFORE, Kind.QUARTER)
    sure = sure or words.has(end, Kind.IN_PART, Kind.DAY, Kind.DAY_PART)
    if not sure:
        return None
    moved = whole.hour * HOUR + whole.minute + minutes
    if moved < HOUR and not whole.marked:
        moved += NOON * HOUR  # "halb eins" is 12:30
    return TimeReading(end, Clock(moved // HOUR % MIDNIGHT, moved % HOUR, whole.marked))


def _hour_around(words: Words, place: int, *, whole: bool) -> tuple[Clock, int] | None:
    """The hour that minutes are counted from – "nine", "3 pm", "2pm", "noon" – and the place after it."""
    read = (reader(words, place, at=True) for reader in (_digits, _loose_digits, _named, _spoken))
    time = next(filter(None, read), None)
    if time is None or (whole and time.clock.minute) or time.clock.hour == 0:
        return None
    return time.clock, time.end


def _minutes_around(words: Words, place: int) -> tuple[int, int] | None:
    """The minutes after or, below 0, before an hour, and the place of that hour."""
    if words.has(place, Kind.HALF_BEFORE):
        return -HALF_HOUR, place + 1
    minutes, joint = _minutes(words, place), place + 1
    if minutes is not None and words.get(joint, Kind.UNIT) == "minute":
        joint += 1
    if minutes is None or not words.has(joint, Kind.PAST, Kind.TO):
        return None
    return (-minutes if words.has(joint, Kind.TO) else minutes), joint + 1


def _minutes(words: Words, place: int) -> int | None:
    if words.has(place, Kind.HALF):
        return HALF_HOUR
    if words.has(place, Kind.QUARTER):
        return QUARTER_HOUR * words.get(place, Kind.QUARTER)
    minute = _hour(words, place)
    return minute if minute is not None and 0 < minute < HOUR else None


def _named(words: Words, place: int, *, at: bool) -> TimeReading | None:
    if words.get(place, Kind.NUMBER) == NOON and words.has(place + 1, Kind.NAMED_TIME):
        place += 1  # "twelve noon"
    hour = words.get(place, Kind.NAMED_TIME)
    return None if hour is None else TimeReading(place + 1, Clock(hour, 0, True), sure=at)


def _dashed(words: Words, place: int, *, at: bool) -> TimeReading | None:
    """10-11 beside a day: hours, not a date."""
    first, last, year = words.get(place, Kind.NUMERIC) or (0, 0, None)
    if not at or "-" not in words.word(place) or year or not 0 < first < last <= MIDNIGHT:
        return None
    return TimeReading(place + 1, Clock(first, 0, first > NOON))


READERS = (_fraction, _digits, _loose_digits, _dashed, _named, _spoken)
