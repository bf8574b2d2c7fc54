"""Distances from the date that a todo has: "2 days later", "half an hour earlier", "another week later"."""

import datetime
import re
from zoneinfo import ZoneInfo

from habits.speech import gettext, gettext_noop
from language.dates.distances import HALVES, LONG_UNITS, SHORT_UNITS
from language.due import Due
from language.errors import DateNotUnderstood
from language.grammar import section
from language.recurrence import LAST_YEAR, TOO_FAR, roll

forms = section("shifts")
COUNTS = section("numbers").members() | {"the": "1"}
ABBREVIATED = {"min": "minute", "hr": "hour"}
NEEDS_TIME = gettext_noop("It is due on a whole day. Say the time that it should have, for example “friday 5pm”.")


def is_shift(phrase: str) -> bool:
    """Whether the phrase names a distance from the date that a todo has."""
    return forms.shift.fullmatch(phrase) is not None


def says_again(phrase: str) -> bool:
    """Whether it counts on having been said before: “another 2 days later”, “2 days later again”."""
    return forms.again.search(phrase) is not None


def once_more(phrase: str) -> str:
    """How to say the same distance again: “2 more days later”, “another week later”."""
    match = forms.shift.fullmatch(phrase)
    if match is None:
        return phrase
    count, unit = match["count"].lower(), phrase[match.start("unit") :].removesuffix(" again")
    if match["half"]:
        return f"another half an {unit}" if unit[0] == "h" else f"another half a {unit}"
    return f"another {unit}" if count in {"a", "an", "the", "another", "one", "1"} else f"{count} more {unit}"


def shifted(phrase: str, due: Due | None, zone: ZoneInfo, now: datetime.datetime) -> Due | None:
    """The date at the phrase's distance from `due`, from now without one; None where the phrase names no distance.

    Days and longer keep the wall clock; hours and minutes are elapsed time, so that they need a time to count from.
    """
    match = forms.shift.fullmatch(phrase)
    if match is None:
        return None
    unit, count = _unit_and_count(match)
    if unit in SHORT_UNITS:
        return _elapsed(datetime.timedelta(**{SHORT_UNITS[unit]: count}), due, zone, now)
    date = roll(due.date if due else now.astimezone(zone).date(), LONG_UNITS[unit] * count)
    if date is None:
        raise DateNotUnderstood(gettext(TOO_FAR))
    return Due(date, due.time, due.zone) if due else Due(date)


def _unit_and_count(match: re.Match[str]) -> tuple[str, int]:
    unit, word = match["unit"].lower(), match["count"].lower()
    unit = ABBREVIATED.get(unit, unit)
    count = int(COUNTS.get(word, word))
    if match["half"]:
        count, unit = HALVES[unit]
    return unit, count if match["way"].lower().startswith(("later", "after")) else -count


def _elapsed(step: datetime.timedelta, due: Due | None, zone: ZoneInfo, now: datetime.datetime) -> Due:
    if due is not None and due.at is None:
        raise DateNotUnderstood(gettext(NEEDS_TIME))
    zone = ZoneInfo(due.zone) if due else zone
    wall = ((due.at if due and due.at else now).astimezone(datetime.UTC) + step).astimezone(zone)
    if wall.year > LAST_YEAR:
        raise DateNotUnderstood(gettext(TOO_FAR))
    return Due(wall.date(), wall.time().replace(second=0, microsecond=0), zone.key)
